"""The page of a user study (section IV-F): people choose the better of two pictures without knowing the methods."""

from __future__ import annotations

import base64
import io
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import UsageError
from ..shared import html

if TYPE_CHECKING:
    from PIL.Image import Image

    from ...evaluation.measurements import Measurement
    from ...evaluation.pairs import Source
    from ...evaluation.table import TableRow

PAGE_NAME = "study.html"
MAX_SIDE, JPEG_QUALITY = 1024, 85
"""Longest side in pixels and quality of the pictures in the page."""

MAX_PICTURES = 300
"""Pictures in a page; with more, the file would exceed 50 MB, too large to send around."""

MAX_PAIRS = 240
"""Pairs shown to one person, drawn anew for each; they take about twenty minutes."""


class StudyPage:
    """A single file, made of measurements, with all pictures in it.

    methods: names of all methods. photos: how many there will be. Raises UsageError for fewer than two methods, or for
    more than MAX_PICTURES pictures.
    """

    def __init__(self, folder: Path, methods: Sequence[str], photos: int) -> None:
        if len(methods) < 2:
            raise UsageError("--study: there is only one version of each photo; name styles or results")
        if photos * len(methods) > MAX_PICTURES:
            raise UsageError(
                f"--study: {photos} photos in {len(methods)} versions are too many for one page; "
                f"name at most {MAX_PICTURES // len(methods)} photos"
            )
        self._page = folder / PAGE_NAME
        self._methods = list(methods)
        self._photos: list[dict[str, Any]] = []
        self._source: Source | None = None
        self._pictures: dict[int, Image] = {}

    def __enter__(self) -> StudyPage:
        """Check that the page can be written. Raises OutputError."""
        html.check_replaceable(self._page)
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def add(self, measurement: Measurement) -> None:
        """Add the picture of one photo by one method; nothing if there is none. Raises PhotoError."""
        from PIL import Image

        if measurement.picture is None:
            return
        image = Image.fromarray(measurement.picture())
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        if measurement.source != self._source:
            self._finish_photo()
            self._source = measurement.source
        self._pictures[self._methods.index(measurement.method)] = image

    def _finish_photo(self) -> None:
        """Encode the pictures of a photo, all at the size of the smallest: a size must not give a method away."""
        if self._source is not None:
            size = min(image.size for image in self._pictures.values())
            encoded = {number: _encode(image, size) for number, image in self._pictures.items()}
            self._photos.append({"name": self._source.name, "pictures": encoded})
        self._pictures = {}

    def finish(self, rows: Sequence[TableRow]) -> Path:
        """Write the page and return it. Raises OutputError."""
        from ...evaluation.user_study import VOTES_FORMAT

        self._finish_photo()
        data = {
            "format": VOTES_FORMAT,
            "study": secrets.token_hex(8),
            "subjects": self._methods,
            "max_pairs": MAX_PAIRS,
            "photos": self._photos,
        }
        body, style, script = (html.read_asset(__package__, f"study.{kind}") for kind in ("html", "css", "js"))
        sections = [body, html.json_script("study", data)]
        html.write_page(self._page, html.render_page("Which is better?", sections, [style], [script]))
        return self._page


def _encode(image: Image, size: tuple[int, int]) -> str:
    """Return the image at a size, as JPEG in base 64."""
    from PIL.Image import Resampling

    file = io.BytesIO()
    resized = image if image.size == size else image.resize(size, Resampling.LANCZOS)
    resized.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return base64.b64encode(file.getvalue()).decode()
