"""AVIF files: pictures coded as AV1, in the container of HEIF, which is put together here (AOMedia, AVIF 1.1)."""

from __future__ import annotations

import bisect
import io
import os
from dataclasses import replace
from functools import cache
from typing import BinaryIO

import numpy as np
from PIL import Image

from ...errors import OutputError
from ..photo import Contents, Metadata, OutputMetadata, Picture, Pixels
from . import av1, boxes, depths, item_files, item_losses, items
from .boxes import Container
from .item_layout import Layout, layout_of
from .items import ItemEncoding

DEPTHS = (8, 16)
ALPHA = True
INKS = False

_FTYP = b"avif\0\0\0\0avifmif1miaf"
_NEW = ItemEncoding(depth=10)

_QUALITY = 90
"""For what was no AVIF, of libavif's 0..100: 44 dB for a decoded HEIC of an iPhone, 41 dB for a pristine and detailed
photo. 80 saves a third of the bytes for 1 to 2 dB, 95 costs another third for 1.
"""

_SPEED = 8
"""Of libaom, 0..10: a fifth of the time of 6, for less than half a decibel."""

_MATRICES = (1, 5, 6, 9)
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
    encoding = replace(items.encoding_of(metadata), quantiser=_quantiser(container))
    layout = layout_of(container, encoding)
    picture = Picture(layout.shown, layout.mode, lambda _: _decode(container, encoding, layout), layout.frames)
    return Contents(replace(metadata, encoding=encoding), picture, tuple(item_losses.warnings(container, encoding)))


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


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Write an AVIF: as deep and as hard quantised as one before it was, with its chroma and its meaning of colours.

    An edit quantised as before has 0.6 to 1.7 dB less than what the file had left of the original. Without a file
    before, None is a quality that hardly loses anything; where the file had RGB as it is, nothing is lost.
    """
    encoding = items.next_encoding(output, _NEW)
    exact = encoding.colours[2] == _IDENTITY and depths.mode(np.asarray(picture))[:3] == "RGB"
    if quality is None and exact:
        quality = 100
    elif quality is None:
        quality = _QUALITY if encoding.quantiser is None else _quality_of(encoding.quantiser)
    encoded = _encoded(np.asarray(picture), encoding, exact, quality)
    item_files.finish(file, encoded, output, encoding)
    return ()


def _encoded(bands: Pixels, encoding: ItemEncoding, exact: bool, quality: int) -> bytes:
    """A file of the bare picture. exact: as RGB."""
    import imagecodecs

    depth = depths.depth(bands, encoding)
    chroma = "400" if depths.mode(bands)[0] == "L" else _chroma(encoding, exact)
    # At 100 the encoder leaves out no chroma, whatever it is told; and at all others it takes RGB only.
    quality = min(quality, 99) if chroma in ("420", "422") else quality
    bands = _without_axis(bands) if chroma == "400" and quality == 100 else _as_rgb(bands)
    primaries, transfer, matrix, _ = encoding.colours
    try:
        encoded: bytes | bytearray = imagecodecs.avif_encode(
            depths.narrowed(np.ascontiguousarray(bands), depth),
            level=quality,
            speed=_SPEED,
            bitspersample=depth,
            pixelformat=imagecodecs.AVIF.PIXEL_FORMAT[f"YUV{chroma}"],  # versions differ in what it is called
            primaries=primaries,
            transfer=transfer,
            matrix=matrix if exact or matrix in _MATRICES else items.SRGB[2],
            numthreads=os.cpu_count(),
        )
    except RuntimeError as error:
        raise OutputError(f"cannot be encoded as AVIF: {error}; write another format") from error
    return bytes(encoded)


def _without_axis(bands: Pixels) -> Pixels:
    return bands[..., 0] if bands.shape[2:] == (1,) else bands


def _as_rgb(bands: Pixels) -> Pixels:
    channels = {"L": [0, 0, 0], "LA": [0, 0, 0, 1]}.get(depths.mode(bands))
    return bands if channels is None else np.atleast_3d(bands)[..., channels]


def _chroma(encoding: ItemEncoding, exact: bool) -> str:
    return "444" if exact or encoding.chroma == "400" else encoding.chroma


def _quantiser(container: Container) -> int | None:
    """Of the picture, or of the first of its tiles."""
    coded = container.of("dimg", container.primary)[:1] or [container.primary]
    return av1.quantiser(container.data(coded[0]))


@cache
def _quality_of(quantiser: int) -> int:
    """The lowest quality at which nothing is quantised harder; what it means differs between versions of libavif."""
    return bisect.bisect_left(range(100), -quantiser, key=lambda quality: -_quantiser_at(quality))


def _quantiser_at(quality: int) -> int:
    grey = np.zeros((16, 16, 3), np.uint8)
    encoded = _encoded(grey, _NEW, False, quality)
    found = _quantiser(boxes.read(io.BytesIO(encoded)))
    return 0 if found is None else found
