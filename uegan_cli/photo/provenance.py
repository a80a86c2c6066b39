"""The provenance mark of a photo's file: whether uegan enhanced it, and with which style.

How the mark is written into an XMP packet: `xmp.mark`.
"""

from __future__ import annotations

import os

from ..errors import PhotoError
from .formats import FORMATS, sniff
from .photo import Metadata
from .xmp import mark as xmp_mark
from .xmp.mark import Mark


def read_mark(path: str | os.PathLike[str]) -> Mark | None:
    """Read the mark of a photo without decoding its pixels; None without one, and for a file that is not a photo.

    Raises PhotoError if the file cannot be opened.
    """
    if not os.path.isfile(path):
        raise PhotoError(f"{os.fspath(path)}: no such file")
    try:
        with open(path, "rb") as file:
            format = sniff(file)
            metadata = FORMATS[format].read_metadata(file) if format else Metadata("")
    except OSError as error:
        raise PhotoError(f"{os.fspath(path)}: cannot be opened: {error.strerror}") from error
    return find_mark(metadata)


def find_mark(metadata: Metadata) -> Mark | None:
    """Return the mark among the metadata of a photo; None without one."""
    # A packet that no mark can be added to is followed by a second one, which is among the segments.
    packets = [metadata.xmp, *(segment.data for segment in metadata.segments)]
    return next((mark for mark in map(xmp_mark.read_mark, packets) if mark), None)
