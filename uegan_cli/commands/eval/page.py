"""The page of a comparison: the table of means and every photo before and after. It needs no network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...evaluation.metrics import Metric, json_number
from ..shared import html
from ..shared.output import counted
from .output import best, columns, format_cell

if TYPE_CHECKING:
    from ...evaluation.measurements import Measurement
    from ...evaluation.pairs import Source
    from ...evaluation.pictures import Picture
    from ...evaluation.table import TableRow

PAGE_NAME, PICTURES = "index.html", "photos"
MAX_SIDE, JPEG_QUALITY = 1600, 88
"""Longest side in pixels and quality of the pictures beside the page."""

_PICTURE_NAME = re.compile(r"[A-Za-z0-9-]+-[0-9a-f]{16}\.jpg")


class ComparisonPage:
    """A page in a folder, made of measurements, with the pictures beside it.

    methods: names of all methods, the input first. reference: the name of the finished versions, if there are any.
    evaluated: names of the methods that the page is about. max_pixels: larger finished versions are refused.
    """

    def __init__(
        self, folder: Path, methods: Sequence[str], reference: str | None, evaluated: Sequence[str], max_pixels: int
    ) -> None:
        self._page = folder / PAGE_NAME
        self._pictures = folder / PICTURES
        self._versions = [*methods, *([reference] if reference else [])]
        self._reference = reference
        self._evaluated = evaluated
        self._max_pixels = max_pixels
        self._photos: list[dict[str, Any]] = []
        self._source: Source | None = None
        self._problems: list[str] = []

    def __enter__(self) -> ComparisonPage:
        """Check that the page can be written, and create its folders. Raises OutputError."""
        html.check_replaceable(self._page)
        html.make_folder(self._pictures)
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def add(self, measurement: Measurement) -> None:
        """Add a photo as made by one method, and write its picture if no earlier run has.

        Raises PhotoError if the picture cannot be made and OutputError if it cannot be written.
        """
        if measurement.problem is not None:
            self._problems.append(str(measurement.problem))
            return
        assert measurement.picture is not None
        name = f"{_slug(measurement.source.name)}-{measurement.picture_key[:16]}.jpg"
        if not (self._pictures / name).exists():
            self._write(name, measurement.picture())
        if measurement.source != self._source:
            photo: dict[str, Any] = {"name": measurement.source.name, "pictures": {}, "values": {}}
            if self._reference is not None:
                self._add_reference(measurement.source, photo)
            self._photos.append(photo)
            self._source = measurement.source
        photo = self._photos[-1]
        self._add_picture(photo, measurement.method, name)
        photo["values"][self._number(measurement.method)] = {k: json_number(v) for k, v in measurement.values.items()}

    def finish(self, rows: Sequence[TableRow]) -> Path:
        """Write the page, remove pictures that only an earlier one showed, and return it. Raises OutputError."""
        metrics = columns(rows)
        evaluated = self._evaluated or [self._versions[0]]
        sections = [
            self._header(),
            _table(rows, metrics),
            '<section class="photos" aria-label="Photos"><h2>Photo by photo</h2>'
            '<noscript><p class="status">The photos need JavaScript, which is turned off in this browser.</p>'
            '</noscript><div id="bar"></div><div id="order"></div><div id="grid"></div></section>',
            _problems(self._problems),
            html.json_script("comparison", self._data(evaluated[0], metrics)),
        ]
        title = f"{', '.join(evaluated)} – uegan"
        styles, scripts = (
            [html.read_asset(__package__, f"{name}.{kind}") for name in ("compare", "eval")] for kind in ("css", "js")
        )
        html.write_page(self._page, html.render_page(title, sections, styles, scripts))
        self._remove_old_pictures()
        return self._page

    def _data(self, after: str, metrics: Sequence[Metric]) -> dict[str, Any]:
        """Return the data for `eval.js`. after: the version first shown on the right of the seam."""
        return {
            "names": self._versions,
            "before": self._number(self._versions[0]),
            "after": self._number(after),
            "measures": [
                {"key": m.key, "title": m.title, "digits": m.digits, "better": m.better}
                for m in metrics
                if any(m.key in values for photo in self._photos for values in photo["values"].values())
            ],
            "photos": self._photos,
        }

    def _remove_old_pictures(self) -> None:
        shown = {name for photo in self._photos for name in photo["pictures"].values()}
        for path in self._pictures.iterdir():
            if _PICTURE_NAME.fullmatch(path.name) and f"{PICTURES}/{path.name}" not in shown:
                path.unlink(missing_ok=True)

    def _header(self) -> str:
        status = f"{counted(len(self._photos), 'photo')}, each in {len(self._versions)} versions"
        title = escape(", ".join(self._evaluated) or "Comparison")
        return f'<header><p class="kicker">uegan eval</p><h1>{title}</h1><p class="status">{status}</p></header>'

    def _add_reference(self, source: Source, photo: dict[str, Any]) -> None:
        """Add the finished version of a photo. Raises PhotoError, OutputError."""
        from ...evaluation.measurement_cache import cache_key, file_identity
        from ...photo.reading import read_upright_srgb

        assert source.reference is not None and self._reference is not None
        name = f"{_slug(source.name)}-{cache_key(file_identity(source.reference))[:16]}.jpg"
        if not (self._pictures / name).exists():
            self._write(name, read_upright_srgb(source.reference, MAX_SIDE, max_pixels=self._max_pixels))
        self._add_picture(photo, self._reference, name)

    def _add_picture(self, photo: dict[str, Any], version: str, name: str) -> None:
        """Show a written picture as a version of a photo. The first picture decides the size of the photo."""
        from PIL import Image

        photo["pictures"][self._number(version)] = f"{PICTURES}/{name}"
        if "size" not in photo:
            with Image.open(self._pictures / name) as image:
                photo["size"] = image.size

    def _write(self, name: str, picture: Picture) -> None:
        from PIL import Image

        from ...photo.atomic import replacing

        image = Image.fromarray(picture)
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        with replacing(self._pictures / name) as file:
            image.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)

    def _number(self, version: str) -> int:
        return self._versions.index(version)


def _table(rows: Sequence[TableRow], metrics: Sequence[Metric]) -> str:
    heads = "".join(f'<th scope="col" title="{escape(m.meaning)}">{m.title}{_arrow(m)}</th>' for m in metrics)
    winners = {metric.key: best(rows, metric) for metric in metrics}
    body = "".join(
        f'<tr><th scope="row">{escape(row.method)}</th><td>{row.n}</td>'
        + "".join(_cell(row, metric, at in winners[metric.key]) for metric in metrics)
        + "</tr>"
        for at, row in enumerate(rows)
    )
    notes = "".join(f"<div><dt>{m.title}</dt><dd>{escape(m.meaning)}</dd></div>" for m in metrics)
    return (
        '<section><h2>Averages</h2><div class="scroll" tabindex="0" role="region" aria-label="Averages">'
        f'<table class="numbers"><thead><tr><td></td><th scope="col">photos</th>{heads}</tr></thead><tbody>{body}'
        f'</tbody></table></div><dl class="notes">{notes}<div><dt>±</dt><dd>95 % confidence interval of the mean'
        "</dd></div></dl></section>"
    )


def _arrow(metric: Metric) -> str:
    """Return an arrow that says which values are better, and the same in words for screen readers."""
    if metric.better is None:
        return ""
    sign, meaning = {"higher": (" ↑", "higher is better"), "lower": (" ↓", "lower is better")}[metric.better]
    return f'<span aria-hidden="true">{sign}</span><span class="unseen">, {meaning}</span>'


def _cell(row: TableRow, metric: Metric, is_best: bool) -> str:
    mean, half = format_cell(row.cells.get(metric.key), metric)
    text = f"<strong>{mean}</strong>" if is_best else mean
    return f"<td>{text}{f' <small>{half}</small>' if half else ''}</td>"


def _problems(problems: Sequence[str]) -> str:
    if not problems:
        return ""
    lines = "".join(f"<li>{escape(line)}</li>" for line in dict.fromkeys(problems))
    return f"<section><h2>Failed</h2><ul>{lines}</ul></section>"


def _slug(name: str) -> str:
    """Return a name of at most 60 characters that is safe in any file system and URL."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60] or "photo"
