"""How the picture of a JPEG is encoded, read so that the enhanced one can be encoded alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PIL.JpegImagePlugin import JpegImageFile

_DEFAULT_QUALITY = 95
"""For a photo that was not a JPEG."""


@dataclass(frozen=True)
class JpegEncoding:
    """How the picture of a JPEG is encoded.

    tables: one quantisation table for each component (64 values, 1..65535, row by row).
    subsampling: chroma subsampling in Pillow's numbers: 0 is 4:4:4, 1 is 4:2:2, 2 is 4:2:0.
    progressive: it has several scans, coarse to fine.
    rgb: stored as RGB, without the transform to YCbCr.
    ycck: CMYK with C, M and Y transformed as RGB is to YCbCr, and K unchanged.
    """

    tables: tuple[tuple[int, ...], ...]
    subsampling: int
    progressive: bool
    rgb: bool
    ycck: bool = False


def read_encoding(image: JpegImageFile) -> JpegEncoding:
    """Return how an opened JPEG is encoded."""
    components: list[tuple[int, int, int, int]] = image.layer
    tables = tuple(tuple(image.quantization[table]) for _, _, _, table in components)
    progressive, ycck = bool(image.info.get("progressive")), image.info.get("adobe_transform") == 2
    return JpegEncoding(tables, _subsampling(components), progressive, _is_rgb(image), ycck)


def _subsampling(components: list[tuple[int, int, int, int]]) -> int:
    """Return the strongest of Pillow's three that keeps all chroma detail: 4:4:0 becomes 4:4:4, 4:1:1 becomes 4:2:2.

    Four components become 4:4:4: Pillow would reduce the black plane too.
    """
    if len(components) != 3:
        return 0
    (_, x, y, _), (_, chroma_x, chroma_y, _) = components[:2]
    if x < 2 * chroma_x:
        return 0
    return 2 if y >= 2 * chroma_y else 1


def _is_rgb(image: JpegImageFile) -> bool:
    """Apply libjpeg's rule (jdapimin.c): JFIF is YCbCr, then Adobe's segment decides, then the component names."""
    if image.mode != "RGB" or "jfif" in image.info:
        return False
    if "adobe_transform" in image.info:
        return bool(image.info["adobe_transform"] == 0)
    return [component[0] for component in image.layer] == list(b"RGB")


def save_options(encoding: object, quality: int | None) -> dict[str, Any]:
    """Return Pillow's options to encode a JPEG like `encoding`, at `quality` (1..100) if that is given.

    Any other `encoding` than a `JpegEncoding` means that the photo was not a JPEG: it gets quality 95 and 4:4:4.
    """
    if not isinstance(encoding, JpegEncoding):
        return {"quality": quality or _DEFAULT_QUALITY, "subsampling": 0}
    options = {"subsampling": encoding.subsampling, "progressive": encoding.progressive, "keep_rgb": encoding.rgb}
    if quality is not None:
        return {**options, "quality": quality}
    return {**options, "qtables": _without_repeats(encoding.tables)}


def _without_repeats(tables: tuple[tuple[int, ...], ...]) -> list[list[int]]:
    """Drop trailing tables that repeat: Pillow uses the last for all components that follow."""
    while len(tables) > 1 and tables[-1] == tables[-2]:
        tables = tables[:-1]
    return [list(table) for table in tables]
