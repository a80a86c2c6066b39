"""TIFF files (TIFF 6.0, BigTIFF): a directory of tags, and what its offsets lead to.

A new file has every byte of the old one, but for the picture, in the old place; the new picture takes the old one's
room.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import BinaryIO

import numpy as np
from PIL import Image

from .. import photoshop, privacy
from ..photo import Contents, Metadata, OutputMetadata, Picture, Pixels
from . import descriptions, ifd, raster, samples
from . import structure as skeleton
from .allocator import Room, still_needed
from .descriptions import Branch, Description
from .ifd import Directory, Field, Tiff
from .raster import Raster
from .structure import TiffEncoding, encoding_of, held, metadata_of, pages_of

DEPTHS = (8, 16)
ALPHA = True
INKS = True

_INKS = frozenset((raster.INK_SET, 333, 334, 336, 337))


def matches(head: bytes) -> bool:
    return head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read_metadata(file: BinaryIO) -> Metadata:
    """What a TIFF says besides its pixels."""
    try:
        tiff = Tiff(file)
        return metadata_of(tiff, pages_of(tiff))
    except (ValueError, struct.error):
        return Metadata("TIFF")


def read(file: BinaryIO) -> Contents:
    tiff = Tiff(file)
    pages = pages_of(tiff)
    layout = raster.understand(tiff, pages.main)
    metadata = metadata_of(tiff, pages)
    extra = layout.extra[layout.alpha] if layout.alpha is not None else None
    encoding = replace(
        encoding_of(metadata),
        photometric=layout.photometric,
        compression=layout.compression,
        predictor=layout.predictor,
        extra=None if layout.photometric == raster.SEPARATED else extra,
        typed=pages.main.get(raster.SAMPLE_FORMAT) is not None,
    )

    def decode(_: tuple[int, int] | None) -> Image.Image | Pixels:
        return samples.decode(tiff, pages.main, layout)

    picture = Picture((layout.width, layout.height), layout.mode, decode, pages.full)
    return Contents(replace(metadata, encoding=encoding), picture, tuple(_warnings(pages.root, layout)))


def lost(metadata: Metadata) -> list[str]:
    return ["GeoTIFF"] if any(field.tag in skeleton.GEO for field in encoding_of(metadata).fields) else []


def _warnings(root: Directory, layout: Raster) -> Iterable[str]:
    for tag, reason in skeleton.UNTRUE.items():
        if root.get(tag):
            yield reason
    extra = len(layout.extra) - (layout.alpha is not None and layout.photometric != raster.SEPARATED)
    if extra:
        yield f"its extra channel{'s' * (extra > 1)}, other than transparency, cannot be kept"


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Write a TIFF; it has no quality.

    What was a TIFF keeps its byte order, every byte but the picture's, and its compression, where that loses nothing.
    """
    source, warnings = _source(output)
    old = encoding_of(source)
    bands, storage = _storage(picture, output.icc, old)
    compression, predictor, reason = _compression(old)
    fields = _fields(output, source, raster.SEPARATED in storage[raster.PHOTOMETRIC])
    room = Room(file, old, still_needed(source.segments, old, fields))
    strips = [room.put(strip) for strip in samples.encode(bands, compression, predictor, old.order)]
    word = ifd.LONG8 if old.big else ifd.LONG
    storage |= {
        raster.COMPRESSION: (ifd.SHORT, compression),
        raster.STRIP_OFFSETS: (word, *(start for start, _ in strips)),
        raster.ROWS: (ifd.LONG, samples.rows_a_strip(bands)),
        raster.STRIP_COUNTS: (word, *(end - start for start, end in strips)),
    }
    if predictor != 1:
        storage[raster.PREDICTOR] = (ifd.SHORT, predictor)
    room.finish([*fields, *(ifd.integers(old.order, tag, kind, *values) for tag, (kind, *values) in storage.items())])
    return (*warnings, *reason)


def _source(output: OutputMetadata) -> tuple[Metadata, tuple[str, ...]]:
    """What the new file starts from: the old one, or the Exif block, which has the same structure."""
    source = output.source
    if source.format == "TIFF" and output.keep == "none":
        return replace(source, segments=(), encoding=replace(encoding_of(source), fields=())), ()
    if source.format == "TIFF":
        return source, ()
    try:
        tiff = Tiff(io.BytesIO(output.exif or descriptions.build(Description("<", Branch()))))
        return metadata_of(tiff, pages_of(tiff)), ()
    except (ValueError, struct.error):
        return Metadata("TIFF"), ("its broken Exif cannot be kept in a TIFF file",)


def _storage(
    picture: Image.Image | Pixels, icc: bytes | None, old: TiffEncoding
) -> tuple[Pixels, dict[int, tuple[int, ...]]]:
    """H x W x channels as they are to be stored, and the tags that say so: each a kind and values."""
    bands = np.asarray(picture)
    bands = bands[..., None] if bands.ndim == 2 else bands
    channels, bits = bands.shape[2], 8 * bands.itemsize
    if isinstance(picture, Image.Image):
        inks = picture.mode == "CMYK"
    else:
        inks = channels == 4 and icc is not None and icc[16:20] == b"CMYK"
    if inks:
        photometric, extra = raster.SEPARATED, None
    else:
        white = old.photometric == raster.WHITE_IS_ZERO
        grey = raster.WHITE_IS_ZERO if white else raster.BLACK_IS_ZERO
        photometric = grey if channels < 3 else raster.RGB
        extra = (2 if old.extra is None else old.extra) if channels in (2, 4) else None
    storage: dict[int, tuple[int, ...]] = {
        raster.WIDTH: (ifd.LONG, bands.shape[1]),
        raster.HEIGHT: (ifd.LONG, bands.shape[0]),
        raster.BITS: (ifd.SHORT, *(bits,) * channels),
        raster.PHOTOMETRIC: (ifd.SHORT, photometric),
        raster.SAMPLES: (ifd.SHORT, channels),
        raster.PLANAR: (ifd.SHORT, 1),
    }
    if extra is not None:
        storage[raster.EXTRA_SAMPLES] = (ifd.SHORT, extra)
    if old.typed:
        storage[raster.SAMPLE_FORMAT] = (ifd.SHORT, *(1,) * channels)
    return samples.stored(bands, photometric, extra), storage


def _compression(old: TiffEncoding) -> tuple[int, int, tuple[str, ...]]:
    """Compression and predictor of the new file, and what the user should be told of them."""
    if old.compression in raster.WRITABLE:
        predicts = old.predictor == 2 and old.compression in raster.PREDICTING
        return old.compression, 2 if predicts else 1, ()
    name = raster.COMPRESSIONS[old.compression]
    return raster.DEFLATE, 2, (f"its {name} compression was replaced by Deflate, which loses nothing",)


def _fields(output: OutputMetadata, source: Metadata, inks: bool) -> list[Field]:
    """What the new file says besides its picture."""
    old = encoding_of(source)
    gone = set() if output.keep == "all" else set(privacy.POSITION_TAGS)
    gone |= set() if inks else _INKS
    gone |= raster.YCBCR_TAGS if old.photometric == raster.YCBCR else set()
    fields = {field.tag: field for field in old.fields if field.tag not in gone}
    for tag, new in _blocks(output, source):
        if new != held(source, tag):
            fields[tag] = Field(tag, ifd.UNDEFINED if tag == skeleton.ICC else ifd.BYTE, len(new or b""), new or b"")
    if output.orientation != source.orientation:
        fields[skeleton.ORIENTATION] = ifd.integers(old.order, skeleton.ORIENTATION, ifd.SHORT, output.orientation)
    if output.source.density and skeleton.X_RESOLUTION not in fields:
        fields |= {field.tag: field for field in _resolution(old.order, output.source.density)}
    return [field for field in fields.values() if field.values]


def _blocks(output: OutputMetadata, source: Metadata) -> Iterable[tuple[int, bytes | None]]:
    """The blocks that are no Exif: tags, and what they are to hold.

    The IPTC record is in Photoshop's resources, in a tag of its own, or in both: it stays where it was.
    """
    yield skeleton.XMP, b"\n".join(output.packets) or None
    yield skeleton.ICC, output.icc
    resources, had, record = output.photoshop, held(source, skeleton.PHOTOSHOP), held(source, skeleton.IPTC)
    yield skeleton.PHOTOSHOP, resources if had or not record else None
    yield skeleton.IPTC, record if had and resources else photoshop.find_iptc(resources or b"")


def _resolution(order: str, density: tuple[float, float]) -> Iterable[Field]:
    """Dots per inch, which every program understands."""
    for tag, side in zip((skeleton.X_RESOLUTION, skeleton.Y_RESOLUTION), density, strict=True):
        inch = Fraction(side * 0.0254).limit_denominator(10000)
        yield Field(tag, ifd.RATIONAL, 1, struct.pack(order + "II", inch.numerator, inch.denominator))
    yield ifd.integers(order, skeleton.RESOLUTION_UNIT, ifd.SHORT, skeleton.INCH)
