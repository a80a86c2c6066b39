"""AVIF files: pictures coded as AV1, in the container of HEIF, which is put together here (AOMedia, AVIF 1.1)."""

from __future__ import annotations

import io
import os
from typing import BinaryIO

import numpy as np
from PIL import Image

from ...errors import OutputError
from ..photo import Contents, Metadata, Picture, Pixels, Sayings
from . import boxes, depths, item_files, item_losses, items
from .boxes import Container
from .item_layout import Layout, layout_of
from .items import ItemEncoding

SUFFIXES = (".avif", ".avifs")
DEPTHS = (8, 16)
ALPHA = True
INKS = False

_FTYP = b"avif\0\0\0\0avifmif1miaf"
_NEW = ItemEncoding(depth=10)

_QUALITY = 90
"""Of libavif, 0..100: 44 dB for a decoded HEIC of an iPhone, 41 dB for a pristine and detailed photo. 80 saves a third
of the bytes for 1 to 2 dB, 95 costs another third for 1.
"""

_SPEED = 8
"""Of libaom, 0..10: a fifth of the time of 6, for less than half a decibel."""

_MATRICES = (0, 1, 5, 6, 9)
_IDENTITY = 0


def matches(head: bytes) -> bool:
    brands = boxes.brands(head)
    return b"avif" in brands or brands[:1] == (b"avis",)


def read_metadata(file: BinaryIO) -> Metadata:
    """What the file says besides its pixels."""
    return items.read_metadata(file, "AVIF")


def read(file: BinaryIO) -> Contents:
    container = items.open_container(file)
    metadata = items.metadata(container, "AVIF")
    encoding = items.encoding_of(metadata, _NEW)
    layout = layout_of(container, encoding)
    picture = Picture(layout.shown, layout.mode, lambda _: _decode(container, encoding, layout), layout.frames)
    return Contents(metadata, picture, tuple(item_losses.warnings(container, encoding)))


def lost(metadata: Metadata) -> list[str]:
    return items.lost(metadata.segments)


def _decode(container: Container, encoding: ItemEncoding, layout: Layout) -> Pixels:
    """By Pillow, or, as that knows 8 bits only, by the same libavif in imagecodecs."""
    data = item_files.alone(container, _FTYP)
    try:
        bands = _deep(data) if encoding.depth > 8 else _eight(data)
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    if bands.shape[1::-1] != layout.size:
        raise ValueError(f"it has {bands.shape[1::-1]}, not {layout.size} pixels")
    return depths.widened(depths.chosen(bands, layout), encoding.depth)


def _eight(data: bytes) -> Pixels:
    from PIL.AvifImagePlugin import AvifImageFile

    return np.asarray(AvifImageFile(io.BytesIO(data)))


def _deep(data: bytes) -> Pixels:
    import imagecodecs

    bands: Pixels = imagecodecs.avif_decode(data)
    return bands


def write(file: BinaryIO, picture: Image.Image | Pixels, sayings: Sayings, quality: int | None) -> tuple[str, ...]:
    """Write an AVIF: as deep, with the chroma and the meaning of colours that one before it had.

    Its quality cannot be read back, so None is a quality that hardly loses anything, or nothing where the file has RGB
    as it is, as lossless ones do.
    """
    import imagecodecs

    encoding = items.encoding_of(sayings.source, _NEW)
    bands = np.asarray(picture)
    depth = depths.depth(bands, encoding)
    primaries, transfer, matrix, _ = encoding.colours
    exact = matrix == _IDENTITY and bands.ndim == 3 and bands.shape[2] >= 3
    try:
        encoded = imagecodecs.avif_encode(
            np.ascontiguousarray(depths.narrowed(bands[..., 0] if bands.shape[2:] == (1,) else bands, depth)),
            level=quality or (100 if exact else _QUALITY),
            speed=_SPEED,
            bitspersample=depth,
            pixelformat=_chroma(bands, encoding, exact),
            primaries=primaries,
            transfer=transfer,
            matrix=matrix if exact or matrix in _MATRICES[1:] else items.SRGB[2],
            numthreads=os.cpu_count(),
        )
    except RuntimeError as error:
        raise OutputError(f"cannot be encoded as AVIF: {error}; write another format") from error
    item_files.finish(file, bytes(encoded), sayings, encoding)
    return ()


def _chroma(bands: Pixels, encoding: ItemEncoding, exact: bool) -> str:
    if depths.mode(bands)[0] == "L":
        return "400"
    return "444" if exact or encoding.chroma == "400" else encoding.chroma
