"""How a TIFF directory holds its picture (TIFF 6.0)."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import PhotoError
from ..byte_ranges import ByteRange
from ..photo import Mode
from .ifd import Directory, Tiff

NEW_SUBFILE, SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 255, 256, 257, 258, 259, 262
STRIP_OFFSETS, SAMPLES, ROWS, STRIP_COUNTS, PLANAR, PREDICTOR, COLOR_MAP = 273, 277, 278, 279, 284, 317, 320
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
FILL_ORDER, INK_SET, EXTRA_SAMPLES, SAMPLE_FORMAT, JPEG_OFFSET, JPEG_LENGTH = 266, 332, 338, 339, 513, 514

STORAGE = frozenset(
    (
        *(WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, STRIP_OFFSETS, SAMPLES, ROWS, STRIP_COUNTS),
        *(PLANAR, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS, PREDICTOR, COLOR_MAP, EXTRA_SAMPLES),
        *(SAMPLE_FORMAT, JPEG_OFFSET, JPEG_LENGTH),
        *(292, 293, 347, 512, 515, 517, 518, 519, 520, 521, 529, 530, 32996, 32997),
    )
)
"""Tags that say how the picture is stored, and nothing about what it shows."""

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, SEPARATED, YCBCR = 0, 1, 2, 3, 5, 6
COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, SEPARATED: 4, YCBCR: 3}
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

ASSOCIATED = 1
"""An extra channel that is transparency, with the colours multiplied by it; 2 has them whole, 0 says nothing."""

_MOST_EXTRA = 64


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
    count = samples - COLOURS[photometric]
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
    if photometric not in COLOURS:
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


def blocks(tiff: Tiff, directory: Directory) -> list[ByteRange]:
    """The ranges [start, end) of the file that hold pixels of this directory; they may lie beyond the end."""
    return _strips_or_tiles(tiff, directory) + _whole_jpeg(tiff, directory)


def _strips_or_tiles(tiff: Tiff, directory: Directory) -> list[ByteRange]:
    tiled = directory.get(TILE_OFFSETS) is not None
    starts = tiff.integers(directory.get(TILE_OFFSETS if tiled else STRIP_OFFSETS))
    lengths = tiff.integers(directory.get(TILE_COUNTS if tiled else STRIP_COUNTS))
    if not lengths and len(starts) == 1:
        # Old writers leave out the length of a single strip.
        lengths = (_rest(tiff, directory, starts[0]),)
    return [(start, start + length) for start, length in zip(starts, lengths, strict=False)]


def _whole_jpeg(tiff: Tiff, directory: Directory) -> list[ByteRange]:
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
