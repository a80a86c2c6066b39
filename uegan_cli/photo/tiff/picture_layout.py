"""Read how a TIFF directory stores its picture (TIFF 6.0), and refuse pictures that cannot be decoded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from ...errors import PhotoError
from ..byte_ranges import ByteRange
from ..photo import Mode
from .ifd_reader import Directory, Tiff
from .tag_numbers import Tag

STORAGE_TAGS = frozenset(
    (
        *(Tag.IMAGE_WIDTH, Tag.IMAGE_LENGTH, Tag.BITS_PER_SAMPLE, Tag.COMPRESSION, Tag.PHOTOMETRIC, Tag.FILL_ORDER),
        *(Tag.STRIP_OFFSETS, Tag.SAMPLES_PER_PIXEL, Tag.ROWS_PER_STRIP, Tag.STRIP_BYTE_COUNTS),
        *(Tag.PLANAR_CONFIGURATION, Tag.TILE_WIDTH, Tag.TILE_LENGTH, Tag.TILE_OFFSETS, Tag.TILE_BYTE_COUNTS),
        *(Tag.PREDICTOR, Tag.COLOR_MAP, Tag.EXTRA_SAMPLES, Tag.SAMPLE_FORMAT, Tag.T4_OPTIONS, Tag.T6_OPTIONS),
        *(Tag.JPEG_TABLES, Tag.JPEG_PROC, Tag.JPEG_INTERCHANGE_FORMAT, Tag.JPEG_INTERCHANGE_FORMAT_LENGTH),
        *(Tag.JPEG_RESTART_INTERVAL, Tag.JPEG_LOSSLESS_PREDICTORS, Tag.JPEG_POINT_TRANSFORMS, Tag.JPEG_Q_TABLES),
        *(Tag.JPEG_DC_TABLES, Tag.JPEG_AC_TABLES, Tag.YCBCR_COEFFICIENTS, Tag.YCBCR_SUBSAMPLING),
        *(Tag.SGI_DATA_TYPE, Tag.SGI_IMAGE_DEPTH),
    )
)
"""Tags that describe how the picture is stored, and not its content."""

YCBCR_TAGS = frozenset((Tag.YCBCR_POSITIONING, Tag.REFERENCE_BLACK_WHITE))
"""Tags about YCbCr that also describe the content; Exif has the first one, too."""

INK_TAGS = frozenset((Tag.INK_SET, Tag.INK_NAMES, Tag.NUMBER_OF_INKS, Tag.DOT_RANGE, Tag.TARGET_PRINTER))


class Photometric(IntEnum):
    """The meaning of a pixel's samples, as far as it can be read."""

    WHITE_IS_ZERO = 0
    BLACK_IS_ZERO = 1
    RGB = 2
    PALETTE = 3
    SEPARATED = 5
    YCBCR = 6


COLOUR_SAMPLES: dict[int, int] = {
    Photometric.WHITE_IS_ZERO: 1,
    Photometric.BLACK_IS_ZERO: 1,
    Photometric.RGB: 3,
    Photometric.PALETTE: 1,
    Photometric.SEPARATED: 4,
    Photometric.YCBCR: 3,
}
"""Samples of a pixel without the extra ones, such as transparency."""

_REFUSED_PHOTOMETRICS = {8: "CIELab", 9: "ICCLab", 10: "ITULab", 4: "a mask", 32844: "LogL", 32845: "LogLuv"}


class Compression(IntEnum):
    """The compressions that can be read."""

    NONE = 1
    CCITT = 2
    CCITT_T4 = 3
    CCITT_T6 = 4
    LZW = 5
    OLD_JPEG = 6
    JPEG = 7
    DEFLATE = 8
    PACKBITS = 32773
    OLD_DEFLATE = 32946
    LZMA = 34925
    ZSTD = 50000


COMPRESSION_NAMES: dict[int, str] = {
    Compression.NONE: "no",
    Compression.CCITT: "CCITT",
    Compression.CCITT_T4: "fax",
    Compression.CCITT_T6: "fax",
    Compression.LZW: "LZW",
    Compression.OLD_JPEG: "JPEG",
    Compression.JPEG: "JPEG",
    Compression.DEFLATE: "Deflate",
    Compression.PACKBITS: "PackBits",
    Compression.OLD_DEFLATE: "Deflate",
    Compression.LZMA: "LZMA",
    Compression.ZSTD: "Zstandard",
}

PREDICTOR_COMPRESSIONS = (
    Compression.LZW,
    Compression.DEFLATE,
    Compression.OLD_DEFLATE,
    Compression.LZMA,
    Compression.ZSTD,
)
"""Compressions that can be combined with a predictor: differences of neighbouring pixels are compressed."""

WRITABLE_COMPRESSIONS = (
    Compression.NONE,
    Compression.LZW,
    Compression.DEFLATE,
    Compression.OLD_DEFLATE,
    Compression.PACKBITS,
    Compression.ZSTD,
)

NO_PREDICTOR, HORIZONTAL_PREDICTOR = 1, 2
"""Values of the predictor tag."""

UNSPECIFIED, ASSOCIATED_ALPHA, UNASSOCIATED_ALPHA = 0, 1, 2
"""Kinds of extra samples: associated alpha is transparency by which the colours were multiplied."""

_UNSIGNED_INTEGER, _UNDEFINED_FORMAT = 1, 4
"""Sample formats that can be read."""

_CMYK_INKS = 1
_MAX_EXTRA_SAMPLES = 64


@dataclass(frozen=True)
class PictureLayout:
    """How a directory stores its picture.

    bits: of each sample, 1..16. samples: per pixel. predictor: 1 for none, 2 for differences of neighbours.
    extra: kinds of the samples besides the colours, see `ASSOCIATED_ALPHA`.
    palette: the colour map, 3 x 2 ** bits values; empty without a palette.
    planar: 1 stores the samples of a pixel together, 2 each channel by itself.
    fill_order: 2 puts the first pixel into the lowest bits. rows: per strip.
    tile: width and height of a tile; None for strips. blocks: the bytes of each strip or tile, in their order.
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
    blocks: tuple[ByteRange, ...]

    @property
    def alpha(self) -> int | None:
        """The index of the extra sample that is transparency."""
        return next((n for n, kind in enumerate(self.extra) if kind in (ASSOCIATED_ALPHA, UNASSOCIATED_ALPHA)), None)

    @property
    def mode(self) -> Mode:
        """The channels of the decoded picture."""
        if self.photometric == Photometric.SEPARATED:
            return "CMYK"
        if self.photometric in (Photometric.WHITE_IS_ZERO, Photometric.BLACK_IS_ZERO):
            return "L" if self.alpha is None else "LA"
        return "RGB" if self.alpha is None else "RGBA"


def read_layout(tiff: Tiff, directory: Directory) -> PictureLayout:
    """Read how a directory stores its picture.

    Raises PhotoError for kinds of pictures that cannot be read, ValueError for broken ones.
    """
    width, height = tiff.integer(directory, Tag.IMAGE_WIDTH), tiff.integer(directory, Tag.IMAGE_LENGTH)
    if not width or not height:
        raise ValueError("its picture has no size")
    bits = tiff.integers(directory.get(Tag.BITS_PER_SAMPLE)) or (1,)
    photometric = tiff.integer(directory, Tag.PHOTOMETRIC, -1)
    compression = tiff.integer(directory, Tag.COMPRESSION, Compression.NONE)
    samples = tiff.integer(directory, Tag.SAMPLES_PER_PIXEL, len(bits))
    _check_kind(tiff, directory, bits, photometric, compression)
    extra = tiff.integers(directory.get(Tag.EXTRA_SAMPLES))
    extra_count = samples - COLOUR_SAMPLES[photometric]
    if not 0 <= extra_count <= _MAX_EXTRA_SAMPLES:
        raise ValueError(f"{samples} channels are too {'few' if extra_count < 0 else 'many'}")
    palette = tiff.integers(directory.get(Tag.COLOR_MAP)) if photometric == Photometric.PALETTE else ()
    if photometric == Photometric.PALETTE and len(palette) != 3 << bits[0]:
        raise ValueError("its palette is broken")
    tile = (tiff.integer(directory, Tag.TILE_WIDTH), tiff.integer(directory, Tag.TILE_LENGTH))
    layout = PictureLayout(
        *(width, height, bits[0], samples, photometric, compression),
        predictor=tiff.integer(directory, Tag.PREDICTOR, NO_PREDICTOR),
        extra=(*extra, *(UNSPECIFIED,) * extra_count)[:extra_count],
        palette=palette,
        planar=2 if tiff.integer(directory, Tag.PLANAR_CONFIGURATION) == 2 else 1,
        fill_order=2 if tiff.integer(directory, Tag.FILL_ORDER) == 2 else 1,
        rows=min(height, tiff.integer(directory, Tag.ROWS_PER_STRIP, height) or height),
        tile=tile if directory.get(Tag.TILE_OFFSETS) else None,
        blocks=tuple(_strips_or_tiles(tiff, directory) or _whole_jpeg(tiff, directory)),
    )
    _check_blocks(tiff, layout)
    return layout


def _check_kind(tiff: Tiff, directory: Directory, bits: tuple[int, ...], photometric: int, compression: int) -> None:
    """Raise PhotoError for kinds of pictures that cannot be read."""
    formats = set(tiff.integers(directory.get(Tag.SAMPLE_FORMAT))) or {_UNSIGNED_INTEGER}
    if photometric not in COLOUR_SAMPLES:
        name = _REFUSED_PHOTOMETRICS.get(photometric, f"colour space number {photometric}")
        raise PhotoError(f"TIFF with {name} is not supported; export it in RGB")
    if formats - {_UNSIGNED_INTEGER, _UNDEFINED_FORMAT}:
        raise PhotoError("TIFF with floating-point or signed values is not supported; export it with 16 bits")
    if len(set(bits)) > 1 or not 1 <= bits[0] <= 16:
        listed = " + ".join(map(str, bits))
        raise PhotoError(f"TIFF with {listed} bits a pixel is not supported; export it with 8 or 16 bits a channel")
    if compression not in COMPRESSION_NAMES:
        raise PhotoError(f"TIFF with compression number {compression} is not supported; export it with LZW")
    inks = tiff.integer(directory, Tag.INK_SET, _CMYK_INKS), tiff.integer(directory, Tag.NUMBER_OF_INKS, 4)
    if photometric == Photometric.SEPARATED and inks != (_CMYK_INKS, 4):
        raise PhotoError("TIFF with inks other than CMYK is not supported; convert it to RGB")


def _check_blocks(tiff: Tiff, layout: PictureLayout) -> None:
    """Raise ValueError unless all blocks are in the file, and of a size that a decoder can be trusted with."""
    across, down = 1, -(-layout.height // layout.rows)
    if layout.tile:
        width, height = layout.tile
        if not 0 < width <= max(4096, 2 * layout.width) or not 0 < height <= max(4096, 2 * layout.height):
            raise ValueError(f"tiles of {width} x {height} pixels")
        across, down = -(-layout.width // width), -(-layout.height // height)
    needed = across * down * (layout.samples if layout.planar == 2 else 1)
    if len(layout.blocks) < (1 if layout.compression == Compression.OLD_JPEG else needed):
        raise ValueError(f"only {len(layout.blocks)} of {needed} strips or tiles are in the file")
    if any(end > tiff.size for _, end in layout.blocks):
        raise ValueError("its picture is truncated")


def picture_ranges(tiff: Tiff, directory: Directory) -> list[ByteRange]:
    """Return the bytes of the file that hold pixels of a directory; they may lie beyond the end of the file."""
    return _strips_or_tiles(tiff, directory) + _whole_jpeg(tiff, directory)


def _strips_or_tiles(tiff: Tiff, directory: Directory) -> list[ByteRange]:
    tiled = directory.get(Tag.TILE_OFFSETS) is not None
    starts = tiff.integers(directory.get(Tag.TILE_OFFSETS if tiled else Tag.STRIP_OFFSETS))
    lengths = tiff.integers(directory.get(Tag.TILE_BYTE_COUNTS if tiled else Tag.STRIP_BYTE_COUNTS))
    if not lengths and len(starts) == 1:
        # Old writers leave out the length of a single strip.
        lengths = (_single_strip_length(tiff, directory, starts[0]),)
    return [(start, start + length) for start, length in zip(starts, lengths, strict=False)]


def _whole_jpeg(tiff: Tiff, directory: Directory) -> list[ByteRange]:
    """Return the bytes of a thumbnail's JPEG, or of a picture compressed as old-style JPEG."""
    start = tiff.integer(directory, Tag.JPEG_INTERCHANGE_FORMAT)
    length = tiff.integer(directory, Tag.JPEG_INTERCHANGE_FORMAT_LENGTH)
    return [(start, start + length)] if start and length else []


def _single_strip_length(tiff: Tiff, directory: Directory, start: int) -> int:
    """Return the bytes of an uncompressed picture; of a compressed one, all to the end of the file."""
    bits = tiff.integers(directory.get(Tag.BITS_PER_SAMPLE)) or (1,)
    samples = tiff.integer(directory, Tag.SAMPLES_PER_PIXEL, len(bits))
    row = -(-tiff.integer(directory, Tag.IMAGE_WIDTH) * samples * bits[0] // 8)
    uncompressed = tiff.integer(directory, Tag.COMPRESSION, Compression.NONE) == Compression.NONE
    return row * tiff.integer(directory, Tag.IMAGE_LENGTH) if uncompressed else max(0, tiff.size - start)
