"""HEIF files whose pictures are coded as HEVC (HEIC), by pillow-heif; the container is put together here."""

from __future__ import annotations

import io
from typing import BinaryIO

import numpy as np
from PIL import Image

from ..photo import Contents, Metadata, OutputMetadata, Picture, Pixels
from . import boxes, depths, item_files, item_losses, items
from .boxes import Container
from .item_layout import Layout, layout_of
from .items import ItemEncoding

DEPTHS = (8, 16)
ALPHA = True
INKS = False

_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"heif", b"mif1", b"mif2", b"msf1")
_FTYP = b"heic\0\0\0\0mif1heic"
_NEW = ItemEncoding(depth=10, chroma="420")
"""For what was no HEIF: hardly any device decodes more of HEVC."""

_QUALITY = 75
"""Of libheif, 0..100. What is lost is 10 dB below what a phone's own encoder lost: 49.5 dB for a decoded HEIC of an
iPhone, 43.1 dB for a pristine and detailed photo, where 100 reaches 43.9 dB for the chroma's sake. 60 saves a third of
the bytes for 2.5 dB.
"""

_PRESET = "ultrafast"
"""Of x265: a tenth more bytes than slower ones need for the same error, in a third of their time."""

_TILE, _LARGEST, _MOST_TILES = 512, 8192, 900
"""Sides of tiles and of pictures in one piece; readers refuse more than a thousand items."""

_MATRICES = (0, 1, 5, 6, 9)
_IDENTITY = 0


def matches(head: bytes) -> bool:
    brands = boxes.brands(head)
    return bool(brands) and brands[0] in _BRANDS and b"avif" not in brands


def read_metadata(file: BinaryIO) -> Metadata:
    """What the file says besides its pixels."""
    return items.read_metadata(file, "HEIF")


def read(file: BinaryIO) -> Contents:
    container = items.open_container(file)
    metadata = items.metadata(container, "HEIF")
    encoding = items.encoding_of(metadata)
    layout = layout_of(container, encoding)
    picture = Picture(layout.shown, layout.mode, lambda _: _decode(container, encoding, layout), layout.frames)
    return Contents(metadata, picture, tuple(item_losses.warnings(container, encoding)))


def lost(metadata: Metadata) -> list[str]:
    return items.lost(metadata.segments)


def _decode(container: Container, encoding: ItemEncoding, layout: Layout) -> Pixels:
    import pillow_heif

    data = io.BytesIO(item_files.alone(container, _FTYP))
    try:
        image = pillow_heif.open_heif(data, convert_hdr_to_8bit=False, hdr_to_16bit=False)
        if image.size != layout.size:
            raise ValueError(f"its tiles make {image.size}, not {layout.size} pixels")
        bands = np.asarray(image)
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    return depths.widened(depths.chosen(bands, layout), int(image.info["bit_depth"]), image.premultiplied_alpha)


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Write an HEIC: as deep, with the chroma, the meaning of colours and the tiles that an HEIF before it had.

    Its quality cannot be read back, so None is a quality that hardly loses anything.
    """
    import pillow_heif

    encoding = items.next_encoding(output, _NEW)
    bands = np.asarray(picture)
    depth = depths.depth(bands, encoding)
    primaries, transfer, matrix, full = encoding.colours
    kind = depths.mode(bands) + (f";{depth}" if depth > 8 else "")
    image = pillow_heif.from_bytes(
        kind, bands.shape[1::-1], np.ascontiguousarray(depths.narrowed(bands, depth)).tobytes()
    )
    encoded = io.BytesIO()
    image.save(
        encoded,
        quality=quality or (-1 if matrix == _IDENTITY else _QUALITY),
        chroma=int(encoding.chroma) if encoding.chroma != "400" else 420,
        bit_depth=depth,
        tile_size=_tile(encoding.tile, bands.shape[1], bands.shape[0]),
        color_primaries=primaries,
        transfer_characteristics=transfer,
        matrix_coefficients=matrix if matrix in _MATRICES else items.SRGB[2],
        full_range_flag=int(full),
        enc_params={"preset": _PRESET},
    )
    item_files.finish(file, encoded.getvalue(), output, encoding)
    return ()


def _tile(side: int, width: int, height: int) -> int:
    side = side or (_TILE if max(width, height) > _LARGEST else 0)
    while side and -(-width // side) * -(-height // side) > _MOST_TILES:
        side *= 2
    return side
