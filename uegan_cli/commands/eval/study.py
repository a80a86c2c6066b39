"""The page of a study (section IV-F): people choose the better of two pictures, without knowing who made which."""

from __future__ import annotations

import base64
import io
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import UsageError
from ..shared import html as pages

if TYPE_CHECKING:
    from PIL.Image import Image

    from ...evaluation.judging import Finding
    from ...evaluation.pairs import Source
    from ...evaluation.table import Row

NAME = "study.html"
SIDE, QUALITY = 1024, 85
MOST = 300
"""Pictures in a study: more would make a file that no one sends, of more than 50 MB."""

MOST_PAIRS = 240
"""For each person, drawn for each: about twenty minutes; of more, no one sees the end."""


class Study:
    """Takes findings in and makes one file of them, pictures and all."""

    def __init__(self, folder: Path, subjects: Sequence[str], photos: int) -> None:
        if len(subjects) < 2:
            raise UsageError("--study: there is nothing to choose from; name styles or results")
        if photos * len(subjects) > MOST:
            raise UsageError(
                f"--study: {photos} photos in {len(subjects)} versions are too many for a page to send around; "
                f"name at most {MOST // len(subjects)} photos"
            )
        self._page = folder / NAME
        self._subjects = list(subjects)
        self._photos: list[dict[str, Any]] = []
        self._at: Source | None = None
        self._pictures: dict[int, Image] = {}

    def __enter__(self) -> Study:
        pages.check_free(self._page)
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def add(self, finding: Finding) -> None:
        """Raises PhotoError."""
        from PIL import Image

        if finding.picture is None:
            return
        image = Image.fromarray(finding.picture())
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        if finding.source != self._at:
            self._finish_photo()
            self._at = finding.source
        self._pictures[self._subjects.index(finding.subject)] = image

    def _finish_photo(self) -> None:
        """All its pictures at the size of the smallest, or a small one would tell who has made it."""
        if self._at is not None:
            size = min(image.size for image in self._pictures.values())
            coded = {number: _coded(image, size) for number, image in self._pictures.items()}
            self._photos.append({"name": self._at.name, "pictures": coded})
        self._pictures = {}

    def finish(self, rows: Sequence[Row]) -> Path:
        from ...evaluation.votes import FORMAT

        self._finish_photo()
        told = {
            "format": FORMAT,
            "study": secrets.token_hex(8),
            "subjects": self._subjects,
            "most": MOST_PAIRS,
            "photos": self._photos,
        }
        body, style, script = (pages.asset(__package__, f"study.{kind}") for kind in ("html", "css", "js"))
        sections = [body, pages.data("study", told)]
        pages.write(self._page, pages.html("Which is better?", sections, [style], [script]))
        return self._page


def _coded(image: Image, size: tuple[int, int]) -> str:
    """As JPEG in base 64."""
    from PIL.Image import Resampling

    file = io.BytesIO()
    same = image if image.size == size else image.resize(size, Resampling.LANCZOS)
    same.save(file, "JPEG", quality=QUALITY, subsampling=0)
    return base64.b64encode(file.getvalue()).decode()
