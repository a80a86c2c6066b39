"""The samples of a TIFF's picture: decoded from strips and tiles, and encoded in strips."""

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
from . import ifd, raster
from .ifd import Directory, Field, Tiff
from .raster import Raster

_CODING = {
    **dict.fromkeys((292, 293, raster.JPEG_OFFSET, raster.JPEG_LENGTH, 519, 520, 521), ifd.LONG),
    **dict.fromkeys((512, 515, 517, 518, 530, 531), ifd.SHORT),
    **{347: ifd.UNDEFINED, 529: ifd.RATIONAL, 532: ifd.RATIONAL},
}
"""What else fax, raster.JPEG and YCbCr need to be decoded, and the kinds it is stored in."""

_STRIP = 1 << 16
"""Bytes that a strip has before it is compressed, at least a row."""


def decode(tiff: Tiff, directory: Directory, layout: Raster) -> Image.Image | Pixels:
    """An image that converts to the mode of `layout`, or H x W x channels of it, uint8 or uint16."""
    view: BinaryIO = io.BufferedReader(_alone(tiff, directory, layout), 1 << 16)
    if _is_for_libtiff(layout):
        return TiffImageFile(view)
    bands = _unpacked(tiff, directory, layout) if layout.compression == raster.LZW else _bands(view)
    if layout.photometric == raster.PALETTE:
        table = np.array(layout.palette, np.uint16).reshape(3, -1).T
        # The standard wants 16 bits a colour; where all fit into 8, the writer did not know.
        colours: Pixels = (table >> 8 if table.max() > 255 else table).astype(np.uint8)[bands[..., 0]]
    else:
        bands = _to_whole_bytes(bands, layout.bits)
        colours = bands[..., : raster.COLOURS[layout.photometric]]
        if layout.photometric == raster.WHITE_IS_ZERO:
            colours = np.iinfo(colours.dtype).max - colours
    if layout.alpha is None or layout.photometric == raster.SEPARATED:
        return colours
    alpha = bands[..., layout.samples - len(layout.extra) + layout.alpha, None]
    if layout.photometric == raster.PALETTE:
        alpha = _to_whole_bytes(alpha, layout.bits)
    if layout.extra[layout.alpha] == raster.ASSOCIATED:
        colours = _divided(colours, alpha)
    return np.concatenate([colours, alpha], axis=2)


def _alone(tiff: Tiff, directory: Directory, layout: Raster) -> RangeReader:
    """The file as if this directory were its only one, and said only how the picture is stored.

    All of that is said anew: decoders stumble in many ways over numbers that are text, or more than one.
    """
    at = tiff.size + tiff.size % 2
    fields = list(_storage(layout, tiff.order, tiff.big))
    coding = [e for e in directory.entries if e.kind == _CODING.get(e.tag) and e.start + e.length <= tiff.size]
    fields += [Field(e.tag, e.kind, e.values, tiff.value(e)) for e in coding]
    data = ifd.directory(tiff.order, tiff.big, list({field.tag: field for field in fields}.values()), at)
    head = ifd.header(tiff.order, tiff.big, at)
    return RangeReader(tiff.file, [head, (len(head), tiff.size), bytes(tiff.size % 2), data])


def _storage(layout: Raster, order: str, big: bool) -> Iterator[Field]:
    word = ifd.LONG8 if big else ifd.LONG
    starts = tuple(start for start, _ in layout.blocks)
    lengths = tuple(end - start for start, end in layout.blocks)
    for tag, kind, values in (
        (raster.WIDTH, ifd.LONG, (layout.width,)),
        (raster.HEIGHT, ifd.LONG, (layout.height,)),
        (raster.BITS, ifd.SHORT, (layout.bits,) * layout.samples),
        (raster.COMPRESSION, ifd.SHORT, (layout.compression,)),
        (raster.PHOTOMETRIC, ifd.SHORT, (layout.photometric,)),
        (raster.FILL_ORDER, ifd.SHORT, (layout.fill_order,)),
        (raster.SAMPLES, ifd.SHORT, (layout.samples,)),
        (raster.PLANAR, ifd.SHORT, (layout.planar,)),
        (raster.PREDICTOR, ifd.SHORT, (layout.predictor,) if layout.compression in raster.PREDICTING else ()),
        (raster.COLOR_MAP, ifd.SHORT, layout.palette),
        (raster.EXTRA_SAMPLES, ifd.SHORT, layout.extra),
        (raster.ROWS, ifd.LONG, () if layout.tile else (layout.rows,)),
        (raster.TILE_WIDTH, ifd.LONG, layout.tile[:1] if layout.tile else ()),
        (raster.TILE_HEIGHT, ifd.LONG, layout.tile[1:] if layout.tile else ()),
        (raster.TILE_OFFSETS if layout.tile else raster.STRIP_OFFSETS, word, starts),
        (raster.TILE_COUNTS if layout.tile else raster.STRIP_COUNTS, word, lengths),
    ):
        if values:
            yield ifd.integers(order, tag, kind, *values)


def _is_for_libtiff(layout: Raster) -> bool:
    """Whether Pillow's decoder alone knows it: JPEG in the old way, YCbCr without JPEG."""
    if layout.photometric == raster.YCBCR:
        return layout.compression != raster.JPEG
    return layout.compression == raster.OLD_JPEG


def _unpacked(tiff: Tiff, directory: Directory, layout: Raster) -> Pixels:
    """What `_bands` gives, by libtiff: it is faster at LZW, and does not crash when a stream is broken.

    It is told that the channels are not colours, for it would make RGB of some.
    """
    if layout.samples == 1 and layout.bits in (2, 4):
        return _few_bits(tiff, directory, layout)
    if layout.bits not in (8, 16) and not layout.bits == layout.samples == 1:
        raise PhotoError(f"TIFF with LZW of {layout.bits} bits is not supported; export it with 8 or 16 bits a channel")
    import imagecodecs

    channels = replace(layout, photometric=raster.BLACK_IS_ZERO, extra=(0,) * (layout.samples - 1), palette=())
    try:
        bands = imagecodecs.tiff_decode(_alone(tiff, directory, channels).read())
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    bands = bands[..., None] if layout.samples == 1 else np.moveaxis(bands, 0, -1) if layout.planar == 2 else bands
    return np.ascontiguousarray(bands, np.uint8 if bands.dtype == bool else None)


def _few_bits(tiff: Tiff, directory: Directory, layout: Raster) -> Pixels:
    """The same for 2 or 4 bits: Pillow makes 0 .. 255 of them."""
    greys = replace(layout, photometric=raster.BLACK_IS_ZERO, palette=())
    image = TiffImageFile(io.BufferedReader(_alone(tiff, directory, greys), 1 << 16))
    return np.asarray(image)[..., None] // np.uint8(255 // ((1 << layout.bits) - 1))


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
    if extra == raster.ASSOCIATED:
        bands = np.concatenate([_multiplied(bands[..., :-1], bands[..., -1:]), bands[..., -1:]], axis=2)
    if photometric == raster.WHITE_IS_ZERO:
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
        if compression == raster.LZW:
            yield bytes(imagecodecs.lzw_encode(strip.tobytes()))
        elif compression in (raster.DEFLATE, raster.OLD_DEFLATE):
            yield bytes(imagecodecs.deflate_encode(strip.tobytes(), level=6))
        elif compression == raster.PACKBITS:
            # A row is packed by itself, says the standard.
            yield b"".join(imagecodecs.packbits_encode(row.tobytes()) for row in strip)
        elif compression == raster.ZSTD:
            yield bytes(imagecodecs.zstd_encode(strip.tobytes()))
        else:
            yield strip.tobytes()
