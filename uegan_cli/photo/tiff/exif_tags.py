"""A few Exif tags for people and programs to read; what is carried over never passes through here."""

from __future__ import annotations

import io
import logging
from datetime import datetime

_NAMES = {
    "make": ("Image Make",),
    "model": ("Image Model",),
    "taken": ("EXIF DateTimeOriginal", "EXIF DateTimeDigitized", "Image DateTime"),
}


def read_tags(block: bytes | None) -> dict[str, str]:
    """Camera and date of an Exif block: `make`, `model`, `taken` (YYYY-MM-DDThh:mm:ss), those that it has."""
    tags = _all_tags(block) if block else {}
    found = {name: _first(tags, keys) for name, keys in _NAMES.items()}
    return {name: value for name, value in {**found, "taken": _iso(found["taken"])}.items() if value}


def _all_tags(block: bytes) -> dict[str, object]:
    import exifread

    # It tells of broken blocks through the log, which ends on the user's screen.
    logging.getLogger("exifread").setLevel(logging.CRITICAL + 1)
    try:
        return dict(exifread.process_file(io.BytesIO(block), details=False))
    except Exception:  # a broken block may raise anything there, and a report is not worth a photo
        return {}


def _first(tags: dict[str, object], keys: tuple[str, ...]) -> str:
    return next((text for key in keys if (text := str(tags.get(key, "")).strip("\0 "))), "")


def _iso(date: str) -> str:
    """The date as ISO 8601 writes it; nothing for one that a camera without a clock makes up."""
    try:
        return datetime.strptime(date[:19], "%Y:%m:%d %H:%M:%S").isoformat()
    except ValueError:
        return ""
