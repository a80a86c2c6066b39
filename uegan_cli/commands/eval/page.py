"""The page of a comparison: the table, and every photo before and after, in a folder that needs no network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...evaluation.columns import Measure, finite
from ..shared import html as pages
from .output import best, columns, shown

if TYPE_CHECKING:
    from ...evaluation.judging import Finding
    from ...evaluation.pairs import Source
    from ...evaluation.similarity import Picture
    from ...evaluation.table import Row

NAME, PICTURES = "index.html", "photos"
SIDE, QUALITY = 1600, 88
"""Longest side of the pictures, and how well they are kept."""

_OURS = re.compile(r"[A-Za-z0-9-]+-[0-9a-f]{16}\.jpg")


class Page:
    """Takes findings in, writing their pictures, and makes a page of them.

    subjects: all that are compared. reference: what the finished versions are called, if there are any. judged: the
    subjects that the page is about.
    """

    def __init__(
        self, folder: Path, subjects: Sequence[str], reference: str | None, judged: Sequence[str], max_pixels: int
    ) -> None:
        self._page = folder / NAME
        self._pictures = folder / PICTURES
        self._names = [*subjects, *([reference] if reference else [])]
        self._reference = reference
        self._judged = judged
        self._max_pixels = max_pixels
        self._photos: list[dict[str, Any]] = []
        self._at: Source | None = None
        self._problems: list[str] = []

    def __enter__(self) -> Page:
        pages.check_free(self._page)
        pages.make_folder(self._pictures)
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def add(self, finding: Finding) -> None:
        """Raises OutputError where a picture cannot be written, PhotoError."""
        if finding.problem is not None:
            self._problems.append(str(finding.problem))
            return
        assert finding.picture is not None
        name = f"{_slug(finding.source.name)}-{finding.made[:16]}.jpg"
        if not (self._pictures / name).exists():
            self._write(name, finding.picture())
        if finding.source != self._at:
            photo: dict[str, Any] = {"name": finding.source.name, "pictures": {}, "values": {}}
            if self._reference is not None:
                self._add_reference(finding.source, photo)
            self._photos.append(photo)
            self._at = finding.source
        photo = self._photos[-1]
        self._show(photo, finding.subject, name)
        photo["values"][self._number(finding.subject)] = {k: finite(v) for k, v in finding.values.items()}

    def finish(self, rows: Sequence[Row]) -> Path:
        shown_columns = columns(rows)
        judged = self._judged or [self._names[0]]
        told = {
            "names": self._names,
            "before": self._number(self._names[0]),
            "after": self._number(judged[0]),
            "measures": [
                {"key": m.key, "title": m.title, "digits": m.digits, "better": m.better}
                for m in shown_columns
                if any(m.key in values for photo in self._photos for values in photo["values"].values())
            ],
            "photos": self._photos,
        }
        sections = [
            self._header(),
            _table(rows, shown_columns),
            '<section class="photos" aria-label="Photos"><h2>Photo by photo</h2>'
            '<noscript><p class="status">The photos are shown by a script, which this browser does not run.</p>'
            '</noscript><div id="bar"></div><div id="order"></div><div id="grid"></div></section>',
            _problems(self._problems),
            pages.data("comparison", told),
        ]
        title = f"{', '.join(judged)} – uegan"
        styles, scripts = (
            [pages.asset(__package__, f"{name}.{kind}") for name in ("compare", "eval")] for kind in ("css", "js")
        )
        pages.write(self._page, pages.html(title, sections, styles, scripts))
        self._tidy()
        return self._page

    def _tidy(self) -> None:
        """Pictures of an earlier page would travel with this one."""
        shown = {name for photo in self._photos for name in photo["pictures"].values()}
        for path in self._pictures.iterdir():
            if _OURS.fullmatch(path.name) and f"{PICTURES}/{path.name}" not in shown:
                path.unlink(missing_ok=True)

    def _header(self) -> str:
        count = len(self._photos)
        what = f"{count} photo{'s' * (count != 1)}, each in {len(self._names)} versions"
        title = escape(", ".join(self._judged) or "Photos compared")
        return f'<header><p class="kicker">uegan compares</p><h1>{title}</h1><p class="status">{what}</p></header>'

    def _add_reference(self, source: Source, photo: dict[str, Any]) -> None:
        from ...evaluation.measures import identity_of, key_of
        from ...photo.reading import read_upright_srgb

        assert source.reference is not None and self._reference is not None
        name = f"{_slug(source.name)}-{key_of(identity_of(source.reference))[:16]}.jpg"
        if not (self._pictures / name).exists():
            self._write(name, read_upright_srgb(source.reference, SIDE, max_pixels=self._max_pixels))
        self._show(photo, self._reference, name)

    def _show(self, photo: dict[str, Any], subject: str, name: str) -> None:
        from PIL import Image

        photo["pictures"][self._number(subject)] = f"{PICTURES}/{name}"
        if "size" not in photo:
            with Image.open(self._pictures / name) as image:
                photo["size"] = image.size

    def _write(self, name: str, picture: Picture) -> None:
        from PIL import Image

        from ...photo.atomic import replacing

        image = Image.fromarray(picture)
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        with replacing(self._pictures / name) as file:
            image.save(file, "JPEG", quality=QUALITY, subsampling=0)

    def _number(self, subject: str) -> int:
        return self._names.index(subject)


def _table(rows: Sequence[Row], measures: Sequence[Measure]) -> str:
    heads = "".join(f'<th scope="col" title="{escape(m.meaning)}">{m.title}{_arrow(m)}</th>' for m in measures)
    winners = {measure.key: best(rows, measure) for measure in measures}
    body = "".join(
        f'<tr><th scope="row">{escape(row.subject)}</th><td>{row.n}</td>'
        + "".join(_cell(row, measure, at in winners[measure.key]) for measure in measures)
        + "</tr>"
        for at, row in enumerate(rows)
    )
    notes = "".join(f"<div><dt>{m.title}</dt><dd>{escape(m.meaning)}</dd></div>" for m in measures)
    return (
        '<section><h2>On average</h2><div class="scroll" tabindex="0" role="region" aria-label="Averages">'
        f'<table class="numbers"><thead><tr><td></td><th scope="col">photos</th>{heads}</tr></thead><tbody>{body}'
        f'</tbody></table></div><dl class="notes">{notes}<div><dt>±</dt><dd>where the mean lies, with 95 % certainty'
        "</dd></div></dl></section>"
    )


def _arrow(measure: Measure) -> str:
    words = {"higher": (" ↑", "higher is better"), "lower": (" ↓", "lower is better")}
    if measure.better is None:
        return ""
    sign, meaning = words[measure.better]
    return f'<span aria-hidden="true">{sign}</span><span class="unseen">, {meaning}</span>'


def _cell(row: Row, measure: Measure, is_best: bool) -> str:
    mean, half = shown(row.cells.get(measure.key), measure)
    text = f"<strong>{mean}</strong>" if is_best else mean
    return f"<td>{text}{f' <small>{half}</small>' if half else ''}</td>"


def _problems(problems: Sequence[str]) -> str:
    if not problems:
        return ""
    lines = "".join(f"<li>{escape(line)}</li>" for line in dict.fromkeys(problems))
    return f"<section><h2>Left out</h2><ul>{lines}</ul></section>"


def _slug(name: str) -> str:
    """Of a photo's name what any file system and any URL takes."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60] or "photo"
