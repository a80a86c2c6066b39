"""`report.html` in a run's folder: sheets, curves, photos and card of a run, on one page without other files."""

from __future__ import annotations

import base64
import json
import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..shared import html
from ..shared.data_set import notes
from ..shared.output import format_duration
from .curves import draw_curve

if TYPE_CHECKING:
    from ...styles.card import Card
    from ...training.config import TrainConfig
    from ...training.data_set_report import DataSetReport
    from ...training.run_folder import RunOptions

Lines = Sequence[Mapping[str, Any]]
"""The lines of `metrics.jsonl`, in order of steps."""

PAGE_NAME = "report.html"
MAX_EARLIER_SHEETS = 6
"""Sheets on the page besides the last."""

CURVES = {
    "distance": ("Distance to the liked photos", "standard deviations", "Of enhanced photos; lower is better."),
    "generator": ("Generator", "loss", "The weighted sum of its losses."),
    "discriminator": ("Discriminator", "loss", "At 10 it is guessing; near 0 it has won and teaches nothing."),
    "quality": ("Quality", "loss", "How easily enhanced photos are told from liked ones."),
    "fidelity": ("Fidelity", "loss", "How much the content of photos has changed."),
    "identity": ("Identity", "loss", "How much photos that are liked already would change."),
    "undo": ("Undo", "loss", "How far degraded photos still are from the originals."),
    "photos_per_second": ("Speed", "photos/s", "Photos of each kind per second."),
}
"""Fields of `metrics.jsonl` -> title, unit and meaning of their curves, in the order of the page."""


@dataclass(frozen=True)
class RunPage:
    """The page of one run. folder: the run's, where its metrics and sheets are read from."""

    run: RunOptions
    data_set: DataSetReport
    folder: Path

    def write(self, status: str, card: Card | None = None) -> Path:
        """Write the page of the run so far and return it. Raises OutputError.

        status: a sentence on how far the run is. card: the card of the style, once there is one.
        """
        from ...training.metrics import read_metrics

        path = self.folder / PAGE_NAME
        html.write_page(path, self._html(status, card, read_metrics(self.folder)))
        return path

    def _html(self, status: str, card: Card | None, lines: Lines) -> str:
        name = escape(self.run.name)
        sections = [
            f'<header><p class="kicker">uegan train</p><h1>{name}</h1><p class="status">{escape(status)}</p>'
            f"{self._facts(lines, card)}{self._command(card)}</header>",
            *self._sheets(),
            _curves(lines, card),
            _photos(self.data_set),
            _card(card or self.run.card),
        ]
        return html.render_page(f"{self.run.name} – uegan", sections, [html.read_asset(__package__, "train.css")])

    def _facts(self, lines: Lines, card: Card | None) -> str:
        """Return the large numbers at the top of the page."""
        counts = {"liked photos": len(self.data_set.liked.photos), "raw photos": len(self.data_set.raw.photos)}
        facts = {name: str(count) for name, count in counts.items()}
        if lines:
            facts["steps"] = str(lines[-1]["step"])
            facts["of training"] = format_duration(_seconds(lines, self.run.config))
        distances = [line["distance"] for line in lines if "distance" in line]
        if card is not None:
            measured = card.metrics["distance"]
            distances = [measured["unedited"], measured[card.recipe["chosen"]]]
        if distances:
            facts["distance to the liked photos"] = f"{distances[0]:.2f} → {min(distances):.2f}"
        return (
            "<dl>" + "".join(f"<div><dd>{value}</dd><dt>{name}</dt></div>" for name, value in facts.items()) + "</dl>"
        )

    def _command(self, card: Card | None) -> str:
        """Return the command that continues the run or, once there is a style, uses it."""
        name = shlex.quote(self.run.name)
        if card is None:
            return _command_box("Continue with", f"uegan train --resume --name {name}")
        return _command_box("Use it with", f"uegan enhance PHOTO -s {name}")

    def _sheets(self) -> Iterator[str]:
        """Yield a section with the last sheet, and one with some of those before it."""
        sheets = sorted(self.folder.glob("samples-*.jpg"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        if sheets:
            yield f"<section><h2>Your photos</h2>{_picture(sheets.pop())}</section>"
        if sheets:
            from ...training.samples import pick_evenly

            pictures = "".join(
                f"<details><summary>{_sheet_name(path)}</summary>{_picture(path)}</details>"
                for path in pick_evenly(sheets, MAX_EARLIER_SHEETS)
            )
            yield f"<section><h2>Earlier sheets</h2>{pictures}</section>"


def _command_box(label: str, command: str) -> str:
    return f'<p class="command"><span>{label}</span><code>{escape(command)}</code></p>'


def _seconds(lines: Lines, config: TrainConfig) -> float:
    """Return the time that the steps of the run took."""
    from ...training.config import stage_from_json
    from ...training.schedule import photos_in_step

    seconds, before = 0.0, 0
    for line in lines:
        photos = (line["step"] - before) * photos_in_step(config, stage_from_json(line["stage"]))
        seconds, before = seconds + photos / line["photos_per_second"], line["step"]
    return seconds


def _curves(lines: Lines, card: Card | None) -> str:
    names = dict.fromkeys(name for line in lines for name in line if name not in ("step", "stage", "rollbacks"))
    ordered = [name for name in CURVES if name in names] + [name for name in names if name not in CURVES]
    figures = "".join(_figure(name, lines, card) for name in ordered)
    return f'<section><h2>Curves</h2><div class="curves">{figures}</div></section>' if figures else ""


def _figure(name: str, lines: Lines, card: Card | None) -> str:
    title, unit, meaning = CURVES.get(name, (name.replace("_", " ").capitalize(), "loss", ""))
    points = [(line["step"], line[name]) for line in lines if math.isfinite(line.get(name, math.nan))]
    if not points:
        return ""
    levels: dict[str, float] = {}
    if name == "distance" and card is not None:
        known = card.metrics.get("distance", {})
        levels = {kind: known[kind] for kind in ("unedited", "instant") if kind in known}
    drawn = draw_curve(points, unit, levels, smooth=name != "distance" and len(points) > 20)
    return f"<figure><figcaption><b>{escape(title)}</b> {escape(meaning)}</figcaption>{drawn}</figure>"


def _photos(data_set: DataSetReport) -> str:
    rows = "".join(
        f"<tr><th>{name}</th><td>{len(folder.photos)}</td><td>{escape(folder.skipped) or 'none'}</td>"
        f"<td>{folder.grey}</td><td>{folder.brightness_spread:.0f} levels</td></tr>"
        for name, folder in (("liked", data_set.liked), ("raw", data_set.raw))
    )
    items = "".join(f"<li>{escape(note)}</li>" for note in notes(data_set))
    heads = "".join(f"<th>{head}</th>" for head in ("", "used", "skipped", "black and white", "brightness ±"))
    return (
        f'<section><h2>Photos</h2><div class="scroll"><table><tr>{heads}</tr>{rows}</table></div>'
        f"{f'<ul>{items}</ul>' if items else ''}</section>"
    )


def _card(card: Card) -> str:
    fields = {
        "author": card.author,
        "description": card.description,
        "licence": card.licence,
        "created": f"{card.created[:16].replace('T', ', ')} UTC, with uegan {card.uegan}",
        "command": card.command,
    }
    rows = "".join(f"<tr><th>{name}</th><td>{escape(text)}</td></tr>" for name, text in fields.items() if text)
    recipe = json.dumps({"recipe": dict(card.recipe), "metrics": dict(card.metrics)}, indent=1) if card.recipe else ""
    more = f"<details><summary>Recipe and metrics</summary><pre>{escape(recipe)}</pre></details>" if recipe else ""
    return f'<section><h2>Card of the style</h2><div class="scroll"><table>{rows}</table></div>{more}</section>'


def _picture(path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<div class="scroll"><img alt="{_sheet_name(path)}" src="data:image/jpeg;base64,{data}"></div>'


def _sheet_name(path: Path) -> str:
    step = path.stem.removeprefix("samples-")
    return f"step {int(step)}" if step.isdecimal() else {"instant": "the instant look", "result": "the style"}[step]
