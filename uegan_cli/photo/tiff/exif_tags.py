"""Read camera and date from an Exif block, for reports. Nothing that is written to a photo passes through here."""

from __future__ import annotations

import io
import logging
from datetime import datetime

_EXIFREAD_NAMES = {
    "make": ("Image Make",),
    "model": ("Image Model",),
    "taken": ("EXIF DateTimeOriginal", "EXIF DateTimeDigitized", "Image DateTime"),
}
"""The tags for each key, the best one first, by exifread's names."""


def read_tags(block: bytes | None) -> dict[str, str]:
    """Return `make`, `model` and `taken` (YYYY-MM-DDThh:mm:ss) of an Exif block, those that it has."""
    tags = _read_all(block) if block else {}
    found = {key: _first(tags, names) for key, names in _EXIFREAD_NAMES.items()}
    return {key: value for key, value in {**found, "taken": _to_iso(found["taken"])}.items() if value}


def _read_all(block: bytes) -> dict[str, object]:
    import exifread

    # It logs warnings about broken blocks, which would end up on the user's screen.
    logging.getLogger("exifread").setLevel(logging.CRITICAL + 1)
    try:
        return dict(exifread.process_file(io.BytesIO(block), details=False))
    except Exception:  # a broken block may raise anything there, and must not cost the photo
        return {}


def _first(tags: dict[str, object], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := str(tags.get(name, "")).strip("\0 "))), "")


def _to_iso(date: str) -> str:
    """Convert a date to ISO 8601; return "" for dates that do not exist, as cameras without a clock write."""
    try:
        return datetime.strptime(date[:19], "%Y:%m:%d %H:%M:%S").isoformat()
    except ValueError:
        return ""
