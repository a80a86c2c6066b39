"""The suffixes of photos' names. Help and completion need them too, so no codec is imported here."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePath

SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff", ".btf"),
    "WEBP": (".webp",),
    "AVIF": (".avif", ".avifs"),
    "HEIF": (".heic", ".heif", ".hif"),
    "RAW": (
        *(".dng", ".nef", ".nrw", ".cr2", ".cr3", ".crw", ".arw", ".sr2", ".srf", ".raf", ".rw2", ".rwl", ".raw"),
        *(".orf", ".ori", ".pef", ".srw", ".3fr", ".fff", ".iiq", ".erf", ".mrw", ".mef", ".mos", ".dcr", ".kdc"),
        *(".dcs", ".x3f", ".gpr", ".cap", ".ptx", ".k25", ".kc2"),
    ),
}
"""By format, the suffixes that a folder is searched for; new files get the first."""

READ_ONLY = ("RAW",)
WRITABLE = tuple(name for name in SUFFIXES if name not in READ_ONLY)
"""The formats that photos can be written in."""


def format_by_name(path: PurePath | str) -> str | None:
    """Return the format that a name suggests, None for none; the content of a file decides."""
    suffix = PurePath(path).suffix.lower()
    return next((format for format, suffixes in SUFFIXES.items() if suffix in suffixes), None)


def raws_with_photos(paths: Iterable[Path]) -> dict[Path, Path]:
    """Map the camera raws among `paths` to the photo of the same name in the same folder, for those that have one.

    Cameras write both for one shot; the photo is the camera's own development of it.
    """
    keys = {path: os.path.splitext(os.path.abspath(path))[0].lower() for path in paths}
    photos = {key: path for path, key in keys.items() if format_by_name(path) not in ("RAW", None)}
    return {path: photos[key] for path, key in keys.items() if format_by_name(path) == "RAW" and key in photos}
