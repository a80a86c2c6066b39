"""The samples of a TIFF's picture: decode them from strips and tiles, and encode them in strips."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from ...errors import PhotoError
from ..orientation import strips
from ..photo import Pixels
from ..range_reader import RangeReader
from .field_types import FieldType
from .ifd_reader import Directory, Tiff
from .ifd_writer import Field, build_directory, build_header, integer_field
from .picture_layout import (
    ASSOCIATED_ALPHA,
    COLOUR_SAMPLES,
    HORIZONTAL_PREDICTOR,
    PREDICTOR_COMPRESSIONS,
    Compression,
    Photometric,
    PictureLayout,
)
from .tag_numbers import Tag

_CODEC_TAGS: dict[int, FieldType] = {
    Tag.T4_OPTIONS: FieldType.LONG,
    Tag.T6_OPTIONS: FieldType.LONG,
    Tag.JPEG_TABLES: FieldType.UNDEFINED,
    Tag.JPEG_PROC: FieldType.SHORT,
    Tag.JPEG_INTERCHANGE_FORMAT: FieldType.LONG,
    Tag.JPEG_INTERCHANGE_FORMAT_LENGTH: FieldType.LONG,
    Tag.JPEG_RESTART_INTERVAL: FieldType.SHORT,
    Tag.JPEG_LOSSLESS_PREDICTORS: FieldType.SHORT,
    Tag.JPEG_POINT_TRANSFORMS: FieldType.SHORT,
    Tag.JPEG_Q_TABLES: FieldType.LONG,
    Tag.JPEG_DC_TABLES: FieldType.LONG,
    Tag.JPEG_AC_TABLES: FieldType.LONG,
    Tag.YCBCR_COEFFICIENTS: FieldType.RATIONAL,
    Tag.YCBCR_SUBSAMPLING: FieldType.SHORT,
    Tag.YCBCR_POSITIONING: FieldType.SHORT,
    Tag.REFERENCE_BLACK_WHITE: FieldType.RATIONAL,
}
"""Tags without which fax, JPEG and YCbCr cannot be decoded, and the only types in which decoders get them."""

_STRIP_BYTES = 1 << 16
"""Bytes of a strip before it is compressed; a strip has at least one row."""

_BUFFER_SIZE = 1 << 16


def decode(tiff: Tiff, directory: Directory, layout: PictureLayout) -> Image.Image | Pixels:
    """Decode the picture: an image that converts to `layout.mode`, or H x W x channels of it, uint8 or uint16."""
    view: BinaryIO = io.BufferedReader(_isolated_picture(tiff, directory, layout), _BUFFER_SIZE)
    if _needs_pillow(layout):
        return TiffImageFile(view)
    bands = _decode_lzw(tiff, directory, layout) if layout.compression == Compression.LZW else _decode_samples(view)
    if layout.photometric == Photometric.PALETTE:
        table = np.array(layout.palette, np.uint16).reshape(3, -1).T
        # The standard wants 16 bits a colour; if all values fit into 8, the writer did not know that.
        colours: Pixels = (table >> 8 if table.max() > 255 else table).astype(np.uint8)[bands[..., 0]]
    else:
        bands = _scale_to_whole_bytes(bands, layout.bits)
        colours = bands[..., : COLOUR_SAMPLES[layout.photometric]]
        if layout.photometric == Photometric.WHITE_IS_ZERO:
            colours = np.iinfo(colours.dtype).max - colours
    if layout.alpha is None or layout.photometric == Photometric.SEPARATED:
        return colours
    alpha = bands[..., layout.samples - len(layout.extra) + layout.alpha, None]
    if layout.photometric == Photometric.PALETTE:
        alpha = _scale_to_whole_bytes(alpha, layout.bits)
    if layout.extra[layout.alpha] == ASSOCIATED_ALPHA:
        colours = _divide_by_alpha(colours, alpha)
    return np.concatenate([colours, alpha], axis=2)


def _isolated_picture(tiff: Tiff, directory: Directory, layout: PictureLayout) -> RangeReader:
    """Return a view of the file with this directory alone, and with its storage tags alone.

    These tags are written anew: decoders stumble in many ways over numbers stored as text, or several where one is due.
    """
    start = tiff.size + tiff.size % 2
    fields = list(_layout_fields(layout, tiff.order, tiff.big))
    codec_entries = [
        entry
        for entry in directory.entries
        if entry.type == _CODEC_TAGS.get(entry.tag) and entry.start + entry.length <= tiff.size
    ]
    fields += [Field(e.tag, e.type, e.value_count, tiff.value(e)) for e in codec_entries]
    data = build_directory(tiff.order, tiff.big, list({field.tag: field for field in fields}.values()), start)
    header = build_header(tiff.order, tiff.big, start)
    return RangeReader(tiff.file, [header, (len(header), tiff.size), bytes(tiff.size % 2), data])


def _layout_fields(layout: PictureLayout, order: str, big: bool) -> Iterator[Field]:
    offset_type = FieldType.LONG8 if big else FieldType.LONG
    starts = tuple(start for start, _ in layout.blocks)
    lengths = tuple(end - start for start, end in layout.blocks)
    predictor = (layout.predictor,) if layout.compression in PREDICTOR_COMPRESSIONS else ()
    for tag, type, values in (
        (Tag.IMAGE_WIDTH, FieldType.LONG, (layout.width,)),
        (Tag.IMAGE_LENGTH, FieldType.LONG, (layout.height,)),
        (Tag.BITS_PER_SAMPLE, FieldType.SHORT, (layout.bits,) * layout.samples),
        (Tag.COMPRESSION, FieldType.SHORT, (layout.compression,)),
        (Tag.PHOTOMETRIC, FieldType.SHORT, (layout.photometric,)),
        (Tag.FILL_ORDER, FieldType.SHORT, (layout.fill_order,)),
        (Tag.SAMPLES_PER_PIXEL, FieldType.SHORT, (layout.samples,)),
        (Tag.PLANAR_CONFIGURATION, FieldType.SHORT, (layout.planar,)),
        (Tag.PREDICTOR, FieldType.SHORT, predictor),
        (Tag.COLOR_MAP, FieldType.SHORT, layout.palette),
        (Tag.EXTRA_SAMPLES, FieldType.SHORT, layout.extra),
        (Tag.ROWS_PER_STRIP, FieldType.LONG, () if layout.tile else (layout.rows,)),
        (Tag.TILE_WIDTH, FieldType.LONG, layout.tile[:1] if layout.tile else ()),
        (Tag.TILE_LENGTH, FieldType.LONG, layout.tile[1:] if layout.tile else ()),
        (Tag.TILE_OFFSETS if layout.tile else Tag.STRIP_OFFSETS, offset_type, starts),
        (Tag.TILE_BYTE_COUNTS if layout.tile else Tag.STRIP_BYTE_COUNTS, offset_type, lengths),
    ):
        if values:
            yield integer_field(order, tag, type, *values)


def _needs_pillow(layout: PictureLayout) -> bool:
    """Whether only Pillow decodes it: old-style JPEG, and YCbCr without JPEG."""
    if layout.photometric == Photometric.YCBCR:
        return layout.compression != Compression.JPEG
    return layout.compression == Compression.OLD_JPEG


def _decode_samples(view: BinaryIO) -> Pixels:
    """Decode H x W x channels as they are stored, values not scaled."""
    import tifffile

    logging.getLogger("tifffile").addHandler(logging.NullHandler())
    try:
        with tifffile.TiffFile(view) as file:
            # planes x 1 x H x W x channels: either planes or channels is 1
            bands = file.pages[0].asarray(squeeze=False)[:, 0]
    except RuntimeError as error:  # the decoders of imagecodecs raise it
        raise ValueError(str(error)) from error
    bands = bands[0] if len(bands) == 1 else np.moveaxis(bands[..., 0], 0, -1)
    return np.ascontiguousarray(bands, np.uint8 if bands.dtype == bool else bands.dtype.newbyteorder("="))


def _decode_lzw(tiff: Tiff, directory: Directory, layout: PictureLayout) -> Pixels:
    """Decode as `_decode_samples` does, by libtiff: it is faster at LZW, and does not crash on broken streams.

    It is told that the channels are not colours, because it would convert some to RGB.
    """
    if layout.samples == 1 and layout.bits in (2, 4):
        return _decode_lzw_of_few_bits(tiff, directory, layout)
    if layout.bits not in (8, 16) and not layout.bits == layout.samples == 1:
        raise PhotoError(f"TIFF with LZW of {layout.bits} bits is not supported; export it with 8 or 16 bits a channel")
    import imagecodecs

    channels = replace(layout, photometric=Photometric.BLACK_IS_ZERO, extra=(0,) * (layout.samples - 1), palette=())
    try:
        bands = imagecodecs.tiff_decode(_isolated_picture(tiff, directory, channels).read())
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    bands = bands[..., None] if layout.samples == 1 else np.moveaxis(bands, 0, -1) if layout.planar == 2 else bands
    return np.ascontiguousarray(bands, np.uint8 if bands.dtype == bool else None)


def _decode_lzw_of_few_bits(tiff: Tiff, directory: Directory, layout: PictureLayout) -> Pixels:
    """Decode one channel of 2 or 4 bits by Pillow, which scales it to 0..255; undo that."""
    greys = replace(layout, photometric=Photometric.BLACK_IS_ZERO, palette=())
    image = TiffImageFile(io.BufferedReader(_isolated_picture(tiff, directory, greys), _BUFFER_SIZE))
    return np.asarray(image)[..., None] // np.uint8(255 // ((1 << layout.bits) - 1))


def _scale_to_whole_bytes(bands: Pixels, bits: int) -> Pixels:
    """Scale values of 1..16 bits to the full range of uint8 (up to 8 bits) or uint16."""
    if bits in (8, 16):
        return bands
    largest, whole = (1 << bits) - 1, np.iinfo(np.uint8 if bits < 8 else np.uint16)
    table = ((np.arange(largest + 1) * int(whole.max) * 2 + largest) // (2 * largest)).astype(whole.dtype)
    scaled: Pixels = table[bands.astype(np.uint16)]
    return scaled


def _divide_by_alpha(colours: Pixels, alpha: Pixels) -> Pixels:
    """Undo the multiplication of colours (H x W x C) by alpha (H x W x 1); fully transparent pixels become black.

    `_multiply_by_alpha` restores exactly the same values, where none exceeds alpha.
    """
    largest = np.iinfo(colours.dtype).max
    result = np.empty_like(colours)
    for rows in strips(*alpha.shape[:2]):
        opacity = np.maximum(alpha[rows], 1).astype(np.uint32)  # holds 65535 x 65535 and half of 65535
        whole = np.minimum((colours[rows].astype(np.uint32) * largest + opacity // 2) // opacity, largest)
        result[rows] = np.where(alpha[rows] > 0, whole, 0)
    return result


def _multiply_by_alpha(colours: Pixels, alpha: Pixels) -> Pixels:
    """Multiply colours (H x W x C) by alpha (H x W x 1), rounded."""
    largest = np.iinfo(colours.dtype).max
    result = np.empty_like(colours)
    for rows in strips(*alpha.shape[:2]):
        result[rows] = (colours[rows] * alpha[rows].astype(np.uint32) + largest // 2) // largest
    return result


def to_stored(bands: Pixels, photometric: int, extra: int | None) -> Pixels:
    """Return H x W x channels as the file stores them: inverted for WHITE_IS_ZERO, multiplied by associated alpha."""
    if extra == ASSOCIATED_ALPHA:
        bands = np.concatenate([_multiply_by_alpha(bands[..., :-1], bands[..., -1:]), bands[..., -1:]], axis=2)
    if photometric == Photometric.WHITE_IS_ZERO:
        bands = np.concatenate([np.iinfo(bands.dtype).max - bands[..., :1], bands[..., 1:]], axis=2)
    return bands


def rows_per_strip(bands: Pixels) -> int:
    """Return the rows of a strip: an even number, so that uncompressed strips begin at even offsets without gaps."""
    return min(len(bands), max(1, _STRIP_BYTES // int(bands[0].nbytes) // 2 * 2))


def encode(bands: Pixels, compression: int, predictor: int, order: str) -> Iterator[bytes]:
    """Encode H x W x channels, as the file stores them, into strips, top to bottom.

    compression: one of `WRITABLE_COMPRESSIONS`. order: the byte order, "<" or ">".
    """
    import imagecodecs

    rows = rows_per_strip(bands)
    for start in range(0, len(bands), rows):
        strip = np.ascontiguousarray(bands[start : start + rows])
        if predictor == HORIZONTAL_PREDICTOR:
            strip = imagecodecs.delta_encode(strip, axis=1)
        strip = strip.astype(f"{order}u{strip.itemsize}", copy=False)
        if compression == Compression.LZW:
            yield bytes(imagecodecs.lzw_encode(strip.tobytes()))
        elif compression in (Compression.DEFLATE, Compression.OLD_DEFLATE):
            yield bytes(imagecodecs.deflate_encode(strip.tobytes(), level=6))
        elif compression == Compression.PACKBITS:
            # The standard packs each row by itself.
            yield b"".join(imagecodecs.packbits_encode(row.tobytes()) for row in strip)
        elif compression == Compression.ZSTD:
            yield bytes(imagecodecs.zstd_encode(strip.tobytes()))
        else:
            yield strip.tobytes()
