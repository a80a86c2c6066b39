"""HEIF files whose pictures are coded as HEVC (HEIC): pillow-heif decodes and encodes, the container is built here."""

from __future__ import annotations

import io
from typing import BinaryIO

import numpy as np
from PIL import Image

from ..photo import EncodedPicture, Metadata, OpenedPhoto, OutputMetadata, Pixels
from . import channels
from .assembly import isolate_picture, write_with_metadata
from .box_reader import read_brands
from .encoding import ItemEncoding, choose_encoding, encoding_of
from .items import Container
from .lost_data import lost_in_other_formats, warn_of_losses
from .metadata import open_container, read_container_metadata, read_file_metadata
from .picture_layout import ItemLayout, read_layout
from .properties import BT601_MATRIX, IDENTITY_MATRIX

DEPTHS = (8, 16)
ALPHA = True
INKS = False

_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"heif", b"mif1", b"mif2", b"msf1")
_FTYP = b"heic\0\0\0\0mif1heic"

_DEFAULT_ENCODING = ItemEncoding(depth=10, chroma="420")
"""For photos of other formats: hardly any device decodes more of HEVC."""

_DEFAULT_QUALITY = 75
"""libheif's quality, 0..100. The error is 10 dB below that of a phone's own encoder: 49.5 dB for a decoded HEIC of
an iPhone, 43.1 dB for a pristine and detailed photo, where 100 reaches 43.9 dB because of the chroma. 60 saves a third
of the bytes for 2.5 dB.
"""

_LOSSLESS = -1
_PRESET = "ultrafast"
"""x265's preset: a tenth more bytes than slower presets need for the same error, in a third of their time."""

_DEFAULT_TILE = 512
_MAX_UNTILED_SIDE = 8192
"""Pixels; the sides of larger pictures are cut into tiles."""

_MAX_TILES = 900
"""Readers refuse more than a thousand items."""

_ENCODABLE_MATRICES = (0, 1, 5, 6, 9)


def matches(head: bytes) -> bool:
    """Whether a file with these first bytes is an HEIF that is not an AVIF."""
    brands = read_brands(head)
    return bool(brands) and brands[0] in _BRANDS and b"avif" not in brands


def read_metadata(file: BinaryIO) -> Metadata:
    """Read everything but the pixels; a broken file has no metadata."""
    return read_file_metadata(file, "HEIF")


def read(file: BinaryIO) -> OpenedPhoto:
    """Read an HEIF, its picture not yet decoded; raises PhotoError for videos, ValueError for broken files."""
    container = open_container(file)
    found = read_container_metadata(container, "HEIF")
    encoding = encoding_of(found)
    layout = read_layout(container, encoding)
    picture = EncodedPicture(layout.shown, layout.mode, lambda _: _decode(container, layout), layout.frames)
    return OpenedPhoto(found, picture, tuple(warn_of_losses(container, encoding)))


def lost(metadata: Metadata) -> list[str]:
    """Name the metadata that no other format has a place for."""
    return lost_in_other_formats(metadata.segments)


def _decode(container: Container, layout: ItemLayout) -> Pixels:
    import pillow_heif

    data = io.BytesIO(isolate_picture(container, _FTYP))
    try:
        image = pillow_heif.open_heif(data, convert_hdr_to_8bit=False, hdr_to_16bit=False)
        if image.size != layout.size:
            raise ValueError(f"its tiles make {image.size}, not {layout.size} pixels")
        bands = np.asarray(image)
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    selected = channels.select_channels(bands, layout)
    return channels.widen(selected, int(image.info["bit_depth"]), image.premultiplied_alpha)


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Write an HEIC; an edited HEIF keeps its depth, chroma, meaning of colours and tiles.

    quality: 1..100; None is a quality that hardly loses anything, because that of the source cannot be read.
    """
    import pillow_heif

    encoding = choose_encoding(output, _DEFAULT_ENCODING)
    bands = np.asarray(picture)
    depth = channels.output_depth(bands, encoding)
    colours = encoding.colours
    mode = channels.mode_of(bands) + (f";{depth}" if depth > 8 else "")
    samples = np.ascontiguousarray(channels.narrow(bands, depth)).tobytes()
    image = pillow_heif.from_bytes(mode, bands.shape[1::-1], samples)
    encoded = io.BytesIO()
    image.save(
        encoded,
        quality=quality or (_LOSSLESS if colours.matrix == IDENTITY_MATRIX else _DEFAULT_QUALITY),
        chroma=int(encoding.chroma) if encoding.chroma != "400" else 420,
        bit_depth=depth,
        tile_size=_choose_tile(encoding.tile, bands.shape[1], bands.shape[0]),
        color_primaries=colours.primaries,
        transfer_characteristics=colours.transfer,
        matrix_coefficients=colours.matrix if colours.matrix in _ENCODABLE_MATRICES else BT601_MATRIX,
        full_range_flag=int(colours.full_range),
        enc_params={"preset": _PRESET},
    )
    write_with_metadata(file, encoded.getvalue(), output, encoding)
    return ()


def _choose_tile(side: int, width: int, height: int) -> int:
    """Return the side of the tiles, 0 for a picture in one piece. side: that of the source's tiles, or 0."""
    side = side or (_DEFAULT_TILE if max(width, height) > _MAX_UNTILED_SIDE else 0)
    while side and -(-width // side) * -(-height // side) > _MAX_TILES:
        side *= 2
    return side
