"""Curves as inline SVG; colours and fonts come from the page around them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 320, 170
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 14, 22


def draw_curve(points: Points, unit: str, levels: Mapping[str, float] | None = None, smooth: bool = False) -> str:
    """Draw one curve over the steps of a run, as an <svg> element.

    points: (step, value), in order, at least one. unit: of the values, for tooltips. levels: names and values to
    compare with, each drawn as a dashed line. smooth: draw the moving average, and the values faintly behind it.
    """
    levels = levels or {}
    values = [value for _, value in points]
    x = _Axis.over([0, points[-1][0]], LEFT, WIDTH - RIGHT)
    y = _Axis.over([*values, *levels.values()], HEIGHT - BOTTOM, TOP)
    parts = [*_grid(x, y), *_levels(levels, y)]
    if smooth:
        parts.append(_line(points, x, y, "faint"))
        points = _moving_average(points)
    parts.append(_line(points, x, y, "curve"))
    if not smooth:
        parts += [_dot(step, value, unit, x, y) for step, value in points]
    label = f"{escape(unit)}: from {values[0]:.4g} to {values[-1]:.4g}"
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


@dataclass(frozen=True)
class _Axis:
    """A linear axis from the first and last of its round ticks to the pixels `start` and `end`."""

    ticks: Sequence[float]
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> _Axis:
        """Return the axis that encloses the values."""
        return cls(_ticks(min(values), max(values)), start, end)

    def place(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high = self.ticks[0], self.ticks[-1]
        return round(self.start + (value - low) / (high - low) * (self.end - self.start), 1)


def _ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Return round, evenly spaced values that enclose [low, high], about `about` of them."""
    span = high - low or abs(high) or 1.0
    power = 10 ** math.floor(math.log10(span / about))
    step = next(power * times for times in (1, 2, 5, 10) if power * times * about >= span * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, max(last, first + 1) + 1)]


def _grid(x: _Axis, y: _Axis) -> Iterator[str]:
    for value in y.ticks:
        at = y.place(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>'
        yield f'<text x="{LEFT - 6}" y="{at + 3.5}" text-anchor="end">{value:g}</text>'
    for value in x.ticks:
        yield f'<text x="{x.place(value)}" y="{HEIGHT - 7}" text-anchor="middle">{value:g}</text>'


def _levels(levels: Mapping[str, float], y: _Axis) -> Iterator[str]:
    for name, value in levels.items():
        at = y.place(value)
        yield f'<line class="level" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>'
        yield f'<text class="name" x="{WIDTH - RIGHT}" y="{at - 4}" text-anchor="end">{escape(name)} {value:.3g}</text>'


def _line(points: Points, x: _Axis, y: _Axis, kind: str) -> str:
    places = " ".join(f"{x.place(step)},{y.place(value)}" for step, value in points)
    return f'<polyline class="{kind}" points="{places}"/>'


def _dot(step: float, value: float, unit: str, x: _Axis, y: _Axis) -> str:
    tip = f"<title>step {step:g}: {value:.4g} {escape(unit)}</title>"
    return f'<circle class="dot" cx="{x.place(step)}" cy="{y.place(value)}" r="2.5">{tip}</circle>'


def _moving_average(points: Points) -> Points:
    """Return the exponential moving average, over a tenth of the points."""
    keep, value, result = 1 - 1 / max(1, len(points) / 10), points[0][1], []
    for step, new in points:
        value = keep * value + (1 - keep) * new
        result.append((step, value))
    return result
