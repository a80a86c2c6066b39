"""`report.html` in a run's folder: how the look was learnt, on one page that needs nothing besides itself."""

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
from ..shared.curves import draw_curve
from ..shared.output import format_duration
from . import data_set as train_verdict

if TYPE_CHECKING:
    from ...config import TrainConfig
    from ...styles.card import Card
    from ...training.data_set_report import Verdict
    from ...training.run_folder import Options

Lines = Sequence[Mapping[str, Any]]

NAME = "report.html"
EARLIER = 6
"""Sheets on the page besides the last."""

CURVES = {
    "distance": ("Distance to the liked photos", "of their spread", "How far enhanced photos are from them."),
    "generator": ("Generator", "loss", "All that is asked of it, each by its weight."),
    "discriminator": ("Discriminator", "loss", "At 10 it cannot tell; near 0 it has won and teaches nothing."),
    "quality": ("Quality", "loss", "How easily enhanced photos are told from liked ones."),
    "fidelity": ("Fidelity", "loss", "How much of what the photos show has changed."),
    "identity": ("Identity", "loss", "How much photos that are liked already would be changed."),
    "undo": ("Undo", "loss", "How far toned-down photos still are from what they were."),
    "photos_per_second": ("Speed", "photos/s", "Photos of each kind that a second takes in."),
}
"""Title, unit and meaning of what `metrics.jsonl` tells, in the order of the page."""


@dataclass(frozen=True)
class Page:
    """The page of one run."""

    run: Options
    verdict: Verdict
    folder: Path

    def write(self, status: str, card: Card | None = None) -> Path:
        """Write the page as the run stands. card: that of the style, once it is made. Raises OutputError."""
        from ...training.metrics import read

        path = self.folder / NAME
        html.write_page(path, self._html(status, card, read(self.folder)))
        return path

    def _html(self, status: str, card: Card | None, lines: Lines) -> str:
        name = escape(self.run.name)
        sections = [
            f'<header><p class="kicker">uegan learns a look</p><h1>{name}</h1><p class="status">{escape(status)}</p>'
            f"{self._facts(lines, card)}{self._command(card)}</header>",
            *self._sheets(),
            _curves(lines, card),
            _photos(self.verdict),
            _card(card or self.run.card),
        ]
        return html.render_page(f"{self.run.name} – uegan", sections, [html.read_asset(__package__, "train.css")])

    def _facts(self, lines: Lines, card: Card | None) -> str:
        """What there is to know at a glance."""
        facts = {"liked photos": len(self.verdict.liked.photos), "raw photos": len(self.verdict.raw.photos)}
        told = {name: str(count) for name, count in facts.items()}
        if lines:
            told["steps"] = str(lines[-1]["step"])
            told["of learning"] = format_duration(_seconds(lines, self.run.config))
        distances = [line["distance"] for line in lines if "distance" in line]
        if card is not None:
            measured = card.metrics["distance"]
            distances = [measured["unedited"], measured[card.recipe["chosen"]]]
        if distances:
            told["distance to the liked photos"] = f"{distances[0]:.2f} → {min(distances):.2f}"
        return "<dl>" + "".join(f"<div><dd>{value}</dd><dt>{name}</dt></div>" for name, value in told.items()) + "</dl>"

    def _command(self, card: Card | None) -> str:
        name = shlex.quote(self.run.name)
        if card is None:
            return _said("Go on with", f"uegan train --resume --name {name}")
        return _said("Use it with", f"uegan enhance PHOTO -s {name}")

    def _sheets(self) -> Iterator[str]:
        """The last sheet, and some of those before it."""
        sheets = sorted(self.folder.glob("samples-*.jpg"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        if sheets:
            yield f"<section><h2>Your photos</h2>{_picture(sheets.pop())}</section>"
        if sheets:
            from ...training.samples import some_of

            pictures = "".join(
                f"<details><summary>{_sheet_name(path)}</summary>{_picture(path)}</details>"
                for path in some_of(sheets, EARLIER)
            )
            yield f"<section><h2>On the way there</h2>{pictures}</section>"


def _said(words: str, command: str) -> str:
    return f'<p class="command"><span>{words}</span><code>{escape(command)}</code></p>'


def _seconds(lines: Lines, config: TrainConfig) -> float:
    """Time that went into the steps of the run."""
    from ...training.schedule import photos_in_step

    seconds, before = 0.0, 0
    for line in lines:
        photos = (line["step"] - before) * photos_in_step(config, line["stage"])
        seconds, before = seconds + photos / line["photos_per_second"], line["step"]
    return seconds


def _curves(lines: Lines, card: Card | None) -> str:
    names = dict.fromkeys(name for line in lines for name in line if name not in ("step", "stage", "rollbacks"))
    ordered = [name for name in CURVES if name in names] + [name for name in names if name not in CURVES]
    figures = "".join(_figure(name, lines, card) for name in ordered)
    return f'<section><h2>How it went</h2><div class="curves">{figures}</div></section>' if figures else ""


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


def _photos(verdict: Verdict) -> str:
    rows = "".join(
        f"<tr><th>{name}</th><td>{len(side.photos)}</td><td>{escape(side.left_out) or 'none'}</td>"
        f"<td>{side.grey}</td><td>{side.spread:.0f} levels</td></tr>"
        for name, side in (("liked", verdict.liked), ("raw", verdict.raw))
    )
    notes = "".join(f"<li>{escape(remark)}</li>" for remark in train_verdict.remarks(verdict))
    heads = "".join(f"<th>{head}</th>" for head in ("", "learnt from", "left out", "black and white", "brightness ±"))
    return (
        f'<section><h2>The photos</h2><div class="scroll"><table><tr>{heads}</tr>{rows}</table></div>'
        f"{f'<ul>{notes}</ul>' if notes else ''}</section>"
    )


def _card(card: Card) -> str:
    fields = {
        "author": card.author,
        "description": card.description,
        "licence": card.licence,
        "made": f"{card.created[:16].replace('T', ', ')} UTC, with uegan {card.uegan}",
        "by": card.command,
    }
    rows = "".join(f"<tr><th>{name}</th><td>{escape(text)}</td></tr>" for name, text in fields.items() if text)
    recipe = json.dumps({"recipe": dict(card.recipe), "metrics": dict(card.metrics)}, indent=1) if card.recipe else ""
    more = f"<details><summary>Recipe and metrics</summary><pre>{escape(recipe)}</pre></details>" if recipe else ""
    return f'<section><h2>The card</h2><div class="scroll"><table>{rows}</table></div>{more}</section>'


def _picture(path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<div class="scroll"><img alt="{_sheet_name(path)}" src="data:image/jpeg;base64,{data}"></div>'


def _sheet_name(path: Path) -> str:
    step = path.stem.removeprefix("samples-")
    return f"step {int(step)}" if step.isdecimal() else {"instant": "the instant look", "result": "the style"}[step]
