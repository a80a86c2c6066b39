"""AVIF files (AOMedia, AVIF 1.1): libavif decodes and encodes, the container, which is that of HEIF, is built here."""

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
from ..photo import EncodedPicture, Metadata, OpenedPhoto, OutputMetadata, Pixels
from . import av1, channels
from .assembly import isolate_picture, write_with_metadata
from .box_reader import read_brands
from .encoding import ItemEncoding, choose_encoding, encoding_of
from .item_reader import read_container
from .items import Container
from .lost_data import lost_in_other_formats, warn_of_losses
from .metadata import open_container, read_container_metadata, read_file_metadata
from .picture_layout import ItemLayout, read_layout
from .properties import BT601_MATRIX, IDENTITY_MATRIX

DEPTHS = (8, 16)
ALPHA = True
INKS = False

_FTYP = b"avif\0\0\0\0avifmif1miaf"
_DEFAULT_ENCODING = ItemEncoding(depth=10)

_DEFAULT_QUALITY = 90
"""For photos of other formats, of libavif's 0..100: 44 dB for a decoded HEIC of an iPhone, 41 dB for a pristine and
detailed photo. 80 saves a third of the bytes for 1 to 2 dB, 95 costs another third for 1.
"""

_LOSSLESS = 100

_SPEED = 8
"""libaom's speed, 0..10: a fifth of the time of 6, for less than half a decibel."""

_ENCODABLE_MATRICES = (1, 5, 6, 9)


def matches(head: bytes) -> bool:
    """Whether a file with these first bytes is an AVIF."""
    brands = read_brands(head)
    return b"avif" in brands or brands[:1] == (b"avis",)


def read_metadata(file: BinaryIO) -> Metadata:
    """Read everything but the pixels; a broken file has no metadata."""
    return read_file_metadata(file, "AVIF")


def read(file: BinaryIO) -> OpenedPhoto:
    """Read an AVIF, its picture not yet decoded; raises PhotoError for videos, ValueError for broken files."""
    container = open_container(file)
    found = read_container_metadata(container, "AVIF")
    encoding = replace(encoding_of(found), quantiser=_read_quantiser(container))
    layout = read_layout(container, encoding)
    picture = EncodedPicture(layout.shown, layout.mode, lambda _: _decode(container, encoding, layout), layout.frames)
    return OpenedPhoto(replace(found, encoding=encoding), picture, tuple(warn_of_losses(container, encoding)))


def lost(metadata: Metadata) -> list[str]:
    """Name the metadata that no other format has a place for."""
    return lost_in_other_formats(metadata.segments)


def _decode(container: Container, encoding: ItemEncoding, layout: ItemLayout) -> Pixels:
    """Decode 8 bits by Pillow, and more, which it does not support, by the same libavif in imagecodecs."""
    data = isolate_picture(container, _FTYP)
    try:
        bands = _decode_deep(data) if encoding.depth > 8 else _decode_8_bits(data)
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    if bands.shape[1::-1] != layout.size:
        raise ValueError(f"it has {bands.shape[1::-1]}, not {layout.size} pixels")
    return channels.widen(channels.select_channels(bands, layout), encoding.depth)


def _decode_8_bits(data: bytes) -> Pixels:
    from PIL.AvifImagePlugin import AvifImageFile

    return np.asarray(AvifImageFile(io.BytesIO(data)))


def _decode_deep(data: bytes) -> Pixels:
    import imagecodecs

    bands: Pixels = imagecodecs.avif_decode(data)
    return bands


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Write an AVIF; an edited AVIF keeps its depth, chroma and meaning of colours.

    quality: 1..100. None quantises an edited AVIF as hard as before, which is 0.6 to 1.7 dB below what the source had
        kept of the original; lossless RGB stays lossless; photos of other formats lose hardly anything.
    """
    encoding = choose_encoding(output, _DEFAULT_ENCODING)
    bands = np.asarray(picture)
    as_rgb = encoding.colours.matrix == IDENTITY_MATRIX and channels.mode_of(bands)[:3] == "RGB"
    if quality is None and as_rgb:
        quality = _LOSSLESS
    elif quality is None:
        quality = _DEFAULT_QUALITY if encoding.quantiser is None else _quality_of(encoding.quantiser)
    write_with_metadata(file, _encode(bands, encoding, as_rgb, quality), output, encoding)
    return ()


def _encode(bands: Pixels, encoding: ItemEncoding, as_rgb: bool, quality: int) -> bytes:
    """Encode the bare picture as a file. as_rgb: without conversion to YCbCr."""
    import imagecodecs

    depth = channels.output_depth(bands, encoding)
    chroma = "400" if channels.mode_of(bands)[0] == "L" else _choose_chroma(encoding, as_rgb)
    # At 100 the encoder ignores chroma subsampling, and below it takes RGB only.
    quality = min(quality, _LOSSLESS - 1) if chroma in ("420", "422") else quality
    bands = _drop_single_axis(bands) if chroma == "400" and quality == _LOSSLESS else _expand_to_rgb(bands)
    colours = encoding.colours
    try:
        encoded: bytes | bytearray = imagecodecs.avif_encode(
            channels.narrow(np.ascontiguousarray(bands), depth),
            level=quality,
            speed=_SPEED,
            bitspersample=depth,
            pixelformat=imagecodecs.AVIF.PIXEL_FORMAT[f"YUV{chroma}"],  # its name differs between versions
            primaries=colours.primaries,
            transfer=colours.transfer,
            matrix=colours.matrix if as_rgb or colours.matrix in _ENCODABLE_MATRICES else BT601_MATRIX,
            numthreads=os.cpu_count(),
        )
    except RuntimeError as error:
        raise OutputError(f"cannot be encoded as AVIF: {error}; write another format") from error
    return bytes(encoded)


def _drop_single_axis(bands: Pixels) -> Pixels:
    return bands[..., 0] if bands.shape[2:] == (1,) else bands


def _expand_to_rgb(bands: Pixels) -> Pixels:
    indices = {"L": [0, 0, 0], "LA": [0, 0, 0, 1]}.get(channels.mode_of(bands))
    return bands if indices is None else np.atleast_3d(bands)[..., indices]


def _choose_chroma(encoding: ItemEncoding, as_rgb: bool) -> str:
    return "444" if as_rgb or encoding.chroma == "400" else encoding.chroma


def _read_quantiser(container: Container) -> int | None:
    """Read the quantiser of the picture, or of the first of its tiles."""
    coded = container.targets_of("dimg", container.primary)[:1] or [container.primary]
    return av1.read_quantiser(container.read_data(coded[0]))


@cache
def _quality_of(quantiser: int) -> int:
    """Find the lowest quality that quantises no harder; the scale of qualities differs between versions of libavif."""
    return bisect.bisect_left(range(100), -quantiser, key=lambda quality: -_quantiser_at(quality))


def _quantiser_at(quality: int) -> int:
    grey = np.zeros((16, 16, 3), np.uint8)
    encoded = _encode(grey, _DEFAULT_ENCODING, False, quality)
    found = _read_quantiser(read_container(io.BytesIO(encoded)))
    return 0 if found is None else found
