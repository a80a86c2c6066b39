"""The page of a study (section IV-F): people choose the better of two pictures, without knowing who made which."""

from __future__ import annotations

import base64
import io
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from . import pages

if TYPE_CHECKING:
    from ..evaluation.judging import Finding
    from ..evaluation.table import Row

NAME = "study.html"
SIDE, QUALITY = 1024, 85
MOST = 100
"""Photos in a study: more would make a file that no one sends and no one finishes; the paper had 40."""


class Study:
    """Takes findings in and makes one file of them, pictures and all."""

    def __init__(self, folder: Path, subjects: Sequence[str], photos: int) -> None:
        if len(subjects) < 2:
            raise UsageError("--study: there is nothing to choose from; name styles or results")
        if photos > MOST:
            raise UsageError(f"--study: {photos} photos are more than people look through; name at most {MOST}")
        self._page = folder / NAME
        self._subjects = list(subjects)
        self._photos: dict[str, dict[int, str]] = {}

    def __enter__(self) -> Study:
        pages.check_free(self._page)
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def add(self, finding: Finding) -> None:
        from PIL import Image

        if finding.picture is None:
            return
        image = Image.fromarray(finding.picture())
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        file = io.BytesIO()
        image.save(file, "JPEG", quality=QUALITY, subsampling=0)
        of_photo = self._photos.setdefault(finding.source.name, {})
        of_photo[self._subjects.index(finding.subject)] = base64.b64encode(file.getvalue()).decode()

    def finish(self, rows: Sequence[Row]) -> Path:
        from ..evaluation.votes import FORMAT

        told = {
            "format": FORMAT,
            "study": secrets.token_hex(8),
            "subjects": self._subjects,
            "photos": [{"name": name, "pictures": pictures} for name, pictures in self._photos.items()],
        }
        sections = [pages.asset("study.html"), pages.data("study", told)]
        pages.write(self._page, pages.html("Which is better?", sections, ["study.css"], ["study.js"]))
        return self._page
