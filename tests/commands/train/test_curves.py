"""Curves as SVG: axes, levels, smoothing, tooltips."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from uegan_cli.commands.train.curves import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, _ticks, draw_curve


def parts(svg: str, tag: str, kind: str = "") -> list[ET.Element]:
    return [part for part in ET.fromstring(svg).iter(tag) if kind in (part.get("class") or "")]


def places(line: ET.Element) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 100, [0, 50, 100]),
        (0, 4, [0, 1, 2, 3, 4]),
        (3.2, 7.9, [2, 4, 6, 8]),
        (0.031, 0.034, [0.031, 0.032, 0.033, 0.034]),
        (-1, 1, [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_ticks_are_round_and_enclose_all_values(low, high, expected):
    assert _ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize("value", [0.0, 5.0, -3.0, 1e-9, 1e12])
def test_equal_values_still_have_an_axis(value):
    ticks = _ticks(value, value)
    assert ticks[0] <= value <= ticks[-1] and ticks[0] < ticks[-1]
    draw_curve([(10, value)], "loss")


def test_a_curve_goes_from_left_to_right_and_low_values_are_low():
    (line,) = parts(draw_curve([(0, 0.0), (50, 10.0), (100, 5.0)], "loss"), "polyline")
    (x0, y0), (x1, y1), (x2, y2) = places(line)
    assert (x0, y0) == (LEFT, HEIGHT - BOTTOM) and (x2, y1) == (WIDTH - RIGHT, TOP)
    assert x1 == pytest.approx((x0 + x2) / 2, abs=0.1) and y2 == pytest.approx((y0 + y1) / 2, abs=0.1)


def test_levels_are_named_lines_inside_the_picture():
    svg = draw_curve([(10, 5.0), (20, 4.0)], "levels", {"unedited <": 12.0})
    (line,) = parts(svg, "line", "level")
    assert TOP <= float(line.attrib["y1"]) < places(parts(svg, "polyline")[0])[0][1]
    assert [text.text for text in parts(svg, "text", "name")] == ["unedited < 12"]


def test_a_smooth_curve_varies_less_than_its_values():
    jumpy = [(step, float(step % 2)) for step in range(100)]
    faint, curve = parts(draw_curve(jumpy, "loss", smooth=True), "polyline")
    spans = [max(y for _, y in places(line)[20:]) - min(y for _, y in places(line)[20:]) for line in (faint, curve)]
    assert curve.attrib["class"] == "curve" and spans[1] < spans[0] / 4


def test_each_dot_has_its_value_as_a_tooltip():
    titles = parts(draw_curve([(10, 1.23456), (20, 2.0)], "levels"), "title")
    assert [title.text for title in titles] == ["step 10: 1.235 levels", "step 20: 2 levels"]
