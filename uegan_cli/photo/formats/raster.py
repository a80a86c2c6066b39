"""The picture that a TIFF directory holds (TIFF 6.0): understood, decoded and encoded."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from ...errors import PhotoError
from ..excerpt import Excerpt
from ..orientation import strips
from ..photo import Mode, Pixels
from . import ifd
from .ifd import Directory, Field, Tiff

NEW_SUBFILE, SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 255, 256, 257, 258, 259, 262
STRIP_OFFSETS, SAMPLES, ROWS, STRIP_COUNTS, PLANAR, PREDICTOR, COLOR_MAP = 273, 277, 278, 279, 284, 317, 320
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
FILL_ORDER, INK_SET, EXTRA_SAMPLES, SAMPLE_FORMAT, JPEG_OFFSET, JPEG_LENGTH = 266, 332, 338, 339, 513, 514

STORAGE = frozenset(
    (
        *(
            WIDTH,
            HEIGHT,
            BITS,
            COMPRESSION,
            PHOTOMETRIC,
            FILL_ORDER,
            STRIP_OFFSETS,
            SAMPLES,
            ROWS,
            STRIP_COUNTS,
            PLANAR,
        ),
        *(292, 293, PREDICTOR, COLOR_MAP, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS, EXTRA_SAMPLES),
        *(SAMPLE_FORMAT, 347, 512, JPEG_OFFSET, JPEG_LENGTH, 515, 517, 518, 519, 520, 521, 529, 530, 32996, 32997),
    )
)
"""Tags that say how the picture is stored, and nothing about what it shows."""

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, SEPARATED, YCBCR = 0, 1, 2, 3, 5, 6
_COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, SEPARATED: 4, YCBCR: 3}
_REFUSED = {8: "CIELab", 9: "ICCLab", 10: "ITULab", 4: "a mask", 32844: "LogL", 32845: "LogLuv"}

NONE, LZW, OLD_JPEG, JPEG, DEFLATE, PACKBITS, OLD_DEFLATE, LZMA, ZSTD = 1, 5, 6, 7, 8, 32773, 32946, 34925, 50000
CCITT = (2, 3, 4)
COMPRESSIONS = {
    **{NONE: "no", LZW: "LZW", OLD_JPEG: "JPEG", JPEG: "JPEG", DEFLATE: "Deflate", OLD_DEFLATE: "Deflate"},
    **{PACKBITS: "PackBits", LZMA: "LZMA", ZSTD: "Zstandard", 2: "CCITT", 3: "fax", 4: "fax"},
}
"""Those that can be read, in words."""

PREDICTING = (LZW, DEFLATE, OLD_DEFLATE, LZMA, ZSTD)
"""Those that store differences of neighbours if they are told to."""

WRITABLE = (NONE, LZW, DEFLATE, OLD_DEFLATE, PACKBITS, ZSTD)

YCBCR_TAGS = frozenset((531, 532))
"""Where the colours are sampled, and what is black and white; Exif has the first one, too."""

_PLACES = (STRIP_OFFSETS, STRIP_COUNTS, TILE_OFFSETS, TILE_COUNTS)
_CODING = {
    **dict.fromkeys((292, 293, JPEG_OFFSET, JPEG_LENGTH, 519, 520, 521), ifd.LONG),
    **dict.fromkeys((512, 515, 517, 518, 530, 531), ifd.SHORT),
    **{347: ifd.UNDEFINED, 529: ifd.RATIONAL, 532: ifd.RATIONAL},
}
"""What else fax, JPEG and YCbCr need to be decoded, and the kinds it is stored in."""

Range = tuple[int, int]

ASSOCIATED = 1
"""An extra channel that is transparency, with the colours multiplied by it; 2 has them whole, 0 says nothing."""

_MOST_EXTRA = 64

_STRIP = 1 << 16
"""Bytes that a strip has before it is compressed, at least a row."""


@dataclass(frozen=True)
class Raster:
    """How a directory stores its picture.

    bits: a channel. extra: what the channels besides the colours are, see `ASSOCIATED`. palette: the colour map, three
    times 2 ** bits values. planar: 1 has the channels of a pixel together, 2 each by itself. fill_order: 2 has the
    first pixel in the lowest bit. tile: width and height of a tile; None for strips. rows: of a strip. blocks: the
    ranges [start, end) of the file that strips or tiles take, in their order.
    """

    width: int
    height: int
    bits: int
    samples: int
    photometric: int
    compression: int
    predictor: int
    extra: tuple[int, ...]
    palette: tuple[int, ...]
    planar: int
    fill_order: int
    rows: int
    tile: tuple[int, int] | None
    blocks: tuple[tuple[int, int], ...]

    @property
    def alpha(self) -> int | None:
        """Which of the extra channels is transparency."""
        return next((n for n, kind in enumerate(self.extra) if kind in (1, 2)), None)

    @property
    def mode(self) -> Mode:
        if self.photometric == SEPARATED:
            return "CMYK"
        if self.photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO):
            return "L" if self.alpha is None else "LA"
        return "RGB" if self.alpha is None else "RGBA"


def understand(tiff: Tiff, directory: Directory) -> Raster:
    """Raises PhotoError for pictures of a kind that cannot be read, ValueError for broken ones."""
    width, height = tiff.integer(directory, WIDTH), tiff.integer(directory, HEIGHT)
    if not width or not height:
        raise ValueError("no size")
    bits = tiff.integers(directory.get(BITS)) or (1,)
    photometric = tiff.integer(directory, PHOTOMETRIC, -1)
    compression = tiff.integer(directory, COMPRESSION, NONE)
    samples = tiff.integer(directory, SAMPLES, len(bits))
    _check_kind(tiff, directory, bits, photometric, compression)
    extra = tiff.integers(directory.get(EXTRA_SAMPLES))
    count = samples - _COLOURS[photometric]
    if not 0 <= count <= _MOST_EXTRA:
        raise ValueError(f"{samples} channels are too {'few' if count < 0 else 'many'}")
    palette = tiff.integers(directory.get(COLOR_MAP)) if photometric == PALETTE else ()
    if photometric == PALETTE and len(palette) != 3 << bits[0]:
        raise ValueError("its palette is broken")
    tile = (tiff.integer(directory, TILE_WIDTH), tiff.integer(directory, TILE_HEIGHT))
    raster = Raster(
        *(width, height, bits[0], samples, photometric, compression, tiff.integer(directory, PREDICTOR, 1)),
        extra=(*extra, *(0,) * count)[:count],
        palette=palette,
        planar=2 if tiff.integer(directory, PLANAR) == 2 else 1,
        fill_order=2 if tiff.integer(directory, FILL_ORDER) == 2 else 1,
        rows=min(height, tiff.integer(directory, ROWS, height) or height),
        tile=tile if directory.get(TILE_OFFSETS) else None,
        blocks=tuple(_strips_or_tiles(tiff, directory) or _whole_jpeg(tiff, directory)),
    )
    _check_blocks(tiff, raster)
    return raster


def _check_kind(tiff: Tiff, directory: Directory, bits: tuple[int, ...], photometric: int, compression: int) -> None:
    """Raises PhotoError for what cannot be read, and says what it is."""
    formats = set(tiff.integers(directory.get(SAMPLE_FORMAT))) or {1}
    if photometric not in _COLOURS:
        name = _REFUSED.get(photometric, f"a colour space of number {photometric}")
        raise PhotoError(f"TIFF with {name} is not supported; export it in RGB")
    if formats - {1, 4}:
        raise PhotoError("TIFF with floating-point or signed values is not supported; export it with 16 bits")
    if len(set(bits)) > 1 or not 1 <= bits[0] <= 16:
        said = " + ".join(map(str, bits))
        raise PhotoError(f"TIFF with {said} bits a pixel is not supported; export it with 8 or 16 bits a channel")
    if compression not in COMPRESSIONS:
        raise PhotoError(f"TIFF with compression number {compression} is not supported; export it with LZW")
    inks = tiff.integer(directory, INK_SET, 1), tiff.integer(directory, 334, 4)
    if photometric == SEPARATED and inks != (1, 4):
        raise PhotoError("TIFF with inks other than CMYK is not supported; convert it to RGB")


def _check_blocks(tiff: Tiff, raster: Raster) -> None:
    """Raises ValueError if not all blocks are there, and of a size that a decoder can be trusted with."""
    across, down = 1, -(-raster.height // raster.rows)
    if raster.tile:
        width, height = raster.tile
        if not 0 < width <= max(4096, 2 * raster.width) or not 0 < height <= max(4096, 2 * raster.height):
            raise ValueError(f"tiles of {width} x {height} pixels")
        across, down = -(-raster.width // width), -(-raster.height // height)
    needed = across * down * (raster.samples if raster.planar == 2 else 1)
    if len(raster.blocks) < (1 if raster.compression == OLD_JPEG else needed):
        raise ValueError(f"{len(raster.blocks)} of {needed} parts of its picture are there")
    if any(end > tiff.size for _, end in raster.blocks):
        raise ValueError("its picture is cut off")


def blocks(tiff: Tiff, directory: Directory) -> list[Range]:
    """The ranges [start, end) of the file that hold pixels of this directory; they may lie beyond the end."""
    return _strips_or_tiles(tiff, directory) + _whole_jpeg(tiff, directory)


def _strips_or_tiles(tiff: Tiff, directory: Directory) -> list[Range]:
    tiled = directory.get(TILE_OFFSETS) is not None
    starts = tiff.integers(directory.get(TILE_OFFSETS if tiled else STRIP_OFFSETS))
    lengths = tiff.integers(directory.get(TILE_COUNTS if tiled else STRIP_COUNTS))
    if not lengths and len(starts) == 1:
        # Old writers leave out the length of a single strip.
        lengths = (_rest(tiff, directory, starts[0]),)
    return [(start, start + length) for start, length in zip(starts, lengths, strict=False)]


def _whole_jpeg(tiff: Tiff, directory: Directory) -> list[Range]:
    """The JPEG of a thumbnail, or of a picture that is stored in the old way."""
    start, length = tiff.integer(directory, JPEG_OFFSET), tiff.integer(directory, JPEG_LENGTH)
    return [(start, start + length)] if start and length else []


def _rest(tiff: Tiff, directory: Directory, start: int) -> int:
    """Bytes of an uncompressed picture; of any other, all to the end of the file."""
    bits = tiff.integers(directory.get(BITS)) or (1,)
    samples = tiff.integer(directory, SAMPLES, len(bits))
    row = -(-tiff.integer(directory, WIDTH) * samples * bits[0] // 8)
    whole = row * tiff.integer(directory, HEIGHT)
    return whole if tiff.integer(directory, COMPRESSION, NONE) == NONE else max(0, tiff.size - start)


def decode(tiff: Tiff, directory: Directory, raster: Raster) -> Image.Image | Pixels:
    """An image that converts to the raster's mode, or H x W x channels of it, uint8 or uint16."""
    view: BinaryIO = io.BufferedReader(_alone(tiff, directory, raster), 1 << 16)
    if _is_for_libtiff(raster):
        return TiffImageFile(view)
    bands = _bands(view)
    if raster.photometric == PALETTE:
        table = np.array(raster.palette, np.uint16).reshape(3, -1).T
        # The standard wants 16 bits a colour; where all fit into 8, the writer did not know.
        colours: Pixels = (table >> 8 if table.max() > 255 else table).astype(np.uint8)[bands[..., 0]]
    else:
        bands = _to_whole_bytes(bands, raster.bits)
        colours = bands[..., : _COLOURS[raster.photometric]]
        if raster.photometric == WHITE_IS_ZERO:
            colours = np.iinfo(colours.dtype).max - colours
    if raster.alpha is None or raster.photometric == SEPARATED:
        return colours
    alpha = bands[..., raster.samples - len(raster.extra) + raster.alpha, None]
    if raster.photometric == PALETTE:
        alpha = _to_whole_bytes(alpha, raster.bits)
    if raster.extra[raster.alpha] == ASSOCIATED:
        colours = _divided(colours, alpha)
    return np.concatenate([colours, alpha], axis=2)


def _alone(tiff: Tiff, directory: Directory, raster: Raster) -> Excerpt:
    """The file as if this directory were its only one, and said only how the picture is stored.

    All of that is said anew: decoders stumble in many ways over numbers that are text, or more than one.
    """
    at = tiff.size + tiff.size % 2
    storage = {
        **{WIDTH: (raster.width,), HEIGHT: (raster.height,), BITS: (raster.bits,) * raster.samples},
        **{COMPRESSION: (raster.compression,), PHOTOMETRIC: (raster.photometric,), SAMPLES: (raster.samples,)},
        **{PLANAR: (raster.planar,), FILL_ORDER: (raster.fill_order,), COLOR_MAP: raster.palette},
        **{EXTRA_SAMPLES: raster.extra},
        PREDICTOR: (raster.predictor,) if raster.compression in PREDICTING else (),
        TILE_OFFSETS if raster.tile else STRIP_OFFSETS: tuple(start for start, _ in raster.blocks),
        TILE_COUNTS if raster.tile else STRIP_COUNTS: tuple(end - start for start, end in raster.blocks),
        **({TILE_WIDTH: raster.tile[:1], TILE_HEIGHT: raster.tile[1:]} if raster.tile else {ROWS: (raster.rows,)}),
    }
    kinds = dict.fromkeys((WIDTH, HEIGHT, ROWS, TILE_WIDTH, TILE_HEIGHT), ifd.LONG)
    kinds |= dict.fromkeys(_PLACES, ifd.LONG8 if tiff.big else ifd.LONG)
    said = ((tag, kinds.get(tag, ifd.SHORT), values) for tag, values in storage.items() if values)
    fields = [ifd.integers(tiff.order, tag, kind, *values) for tag, kind, values in said]
    fields += [Field(e.tag, e.kind, e.values, tiff.value(e)) for e in directory.entries if e.kind == _CODING.get(e.tag)]
    data = ifd.directory(tiff.order, tiff.big, list({field.tag: field for field in fields}.values()), at)
    head = ifd.header(tiff.order, tiff.big, at)
    return Excerpt(tiff.file, [head, (len(head), tiff.size), bytes(tiff.size % 2), data])


def _is_for_libtiff(raster: Raster) -> bool:
    """Whether Pillow's decoder alone knows it: JPEG in the old way, YCbCr without JPEG."""
    return raster.compression == OLD_JPEG or (raster.photometric == YCBCR and raster.compression != JPEG)


def _bands(view: BinaryIO) -> Pixels:
    """H x W x channels as they are stored, values not scaled."""
    import tifffile

    logging.getLogger("tifffile").addHandler(logging.NullHandler())
    try:
        with tifffile.TiffFile(view) as file:
            # planes x 1 x H x W x channels: one of planes and channels is 1
            bands = file.pages[0].asarray(squeeze=False)[:, 0]
    except RuntimeError as error:  # what the decoders of imagecodecs raise
        raise ValueError(str(error)) from error
    bands = bands[0] if len(bands) == 1 else np.moveaxis(bands[..., 0], 0, -1)
    return np.ascontiguousarray(bands, np.uint8 if bands.dtype == bool else bands.dtype.newbyteorder("="))


def _to_whole_bytes(bands: Pixels, bits: int) -> Pixels:
    """Values of any number of bits -> uint8 (up to 8 bits) or uint16, the largest one to the largest."""
    if bits in (8, 16):
        return bands
    most, whole = (1 << bits) - 1, np.iinfo(np.uint8 if bits < 8 else np.uint16)
    table = ((np.arange(most + 1) * int(whole.max) * 2 + most) // (2 * most)).astype(whole.dtype)
    scaled: Pixels = table[bands.astype(np.uint16)]
    return scaled


def _divided(colours: Pixels, alpha: Pixels) -> Pixels:
    """Colours multiplied by alpha -> colours, black where nothing is to be seen.

    `_multiplied` brings exactly the same back, where none exceeds alpha.
    """
    most = np.iinfo(colours.dtype).max
    result = np.empty_like(colours)
    for rows in strips(*alpha.shape[:2]):
        opacity = np.maximum(alpha[rows], 1).astype(np.uint32)  # holds 65535 x 65535 and half of 65535
        whole = np.minimum((colours[rows].astype(np.uint32) * most + opacity // 2) // opacity, most)
        result[rows] = np.where(alpha[rows] > 0, whole, 0)
    return result


def _multiplied(colours: Pixels, alpha: Pixels) -> Pixels:
    most = np.iinfo(colours.dtype).max
    result = np.empty_like(colours)
    for rows in strips(*alpha.shape[:2]):
        result[rows] = (colours[rows] * alpha[rows].astype(np.uint32) + most // 2) // most
    return result


def stored(bands: Pixels, photometric: int, extra: int | None) -> Pixels:
    """H x W x channels -> the same as the file has them: white is zero, or colours multiplied by their alpha."""
    if extra == ASSOCIATED:
        bands = np.concatenate([_multiplied(bands[..., :-1], bands[..., -1:]), bands[..., -1:]], axis=2)
    if photometric == WHITE_IS_ZERO:
        bands = np.concatenate([np.iinfo(bands.dtype).max - bands[..., :1], bands[..., 1:]], axis=2)
    return bands


def rows_a_strip(bands: Pixels) -> int:
    """Even, so that strips that are not compressed begin at even offsets with nothing in between."""
    return min(len(bands), max(1, _STRIP // int(bands[0].nbytes) // 2 * 2))


def encode(bands: Pixels, compression: int, predictor: int, order: str) -> Iterator[bytes]:
    """H x W x channels as the file has them -> its strips, compressed, in their order."""
    import imagecodecs

    rows = rows_a_strip(bands)
    for start in range(0, len(bands), rows):
        strip = np.ascontiguousarray(bands[start : start + rows])
        if predictor == 2:
            strip = imagecodecs.delta_encode(strip, axis=1)
        strip = strip.astype(f"{order}u{strip.itemsize}", copy=False)
        if compression == LZW:
            yield bytes(imagecodecs.lzw_encode(strip.tobytes()))
        elif compression in (DEFLATE, OLD_DEFLATE):
            yield bytes(imagecodecs.deflate_encode(strip.tobytes(), level=6))
        elif compression == PACKBITS:
            # A row is packed by itself, says the standard.
            yield b"".join(imagecodecs.packbits_encode(row.tobytes()) for row in strip)
        elif compression == ZSTD:
            yield bytes(imagecodecs.zstd_encode(strip.tobytes()))
        else:
            yield strip.tobytes()
