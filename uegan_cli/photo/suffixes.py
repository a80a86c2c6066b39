"""What the names of photos end with. No codec is loaded for it: help and completion need it too."""

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
"""Names under which folders are searched, by format; new files get the first."""

READ_ONLY = ("RAW",)
WRITABLE = tuple(name for name in SUFFIXES if name not in READ_ONLY)
"""Formats that photos can be written in."""


def format_by_name(path: PurePath | str) -> str | None:
    """The format that a name promises; what a file is, its content says."""
    suffix = PurePath(path).suffix.lower()
    return next((format for format, suffixes in SUFFIXES.items() if suffix in suffixes), None)


def raws_with_photos(paths: Iterable[Path]) -> dict[Path, Path]:
    """The camera raws among `paths` that have a photo of the same name beside them among these, and that photo.

    Cameras write both of one shot; the photo is the shot as the camera has developed it.
    """
    keys = {path: os.path.splitext(os.path.abspath(path))[0].lower() for path in paths}
    photos = {key: path for path, key in keys.items() if format_by_name(path) not in ("RAW", None)}
    return {path: photos[key] for path, key in keys.items() if format_by_name(path) == "RAW" and key in photos}
