"""PNG files with chunks of any kind."""

from __future__ import annotations

from pathlib import Path

from uegan_cli.photo.photo import Segment
from uegan_cli.photo.png.chunks import splice


def with_chunks(path: Path, *chunks: Segment) -> None:
    """Put chunks after the IHDR chunk of a PNG."""
    encoded = path.read_bytes()
    with path.open("wb") as file:
        splice(file, memoryview(encoded), chunks)
