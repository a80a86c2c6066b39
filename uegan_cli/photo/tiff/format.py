"""Read and write TIFF files (TIFF 6.0, BigTIFF).

In a new file all bytes except the picture's stay at their old offsets; the new picture goes into the space of the old
one, as far as it fits.
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
from ..photo import EncodedPicture, Metadata, OpenedPhoto, OutputMetadata, Pixels
from . import exif_builder, samples, structure
from .allocator import Allocator, cut_unused
from .exif import INCH
from .exif_builder import DirectoryTree, ExifContent
from .field_types import FieldType
from .ifd_reader import Directory, Tiff
from .ifd_writer import Field, integer_field
from .pages import STALE_TAGS, find_pages
from .picture_layout import (
    COMPRESSION_NAMES,
    HORIZONTAL_PREDICTOR,
    INK_TAGS,
    NO_PREDICTOR,
    PREDICTOR_COMPRESSIONS,
    UNASSOCIATED_ALPHA,
    WRITABLE_COMPRESSIONS,
    YCBCR_TAGS,
    Compression,
    Photometric,
    PictureLayout,
    read_layout,
)
from .structure import TiffEncoding, encoding_of, old_value
from .tag_numbers import GEO_TAGS, Tag

DEPTHS = (8, 16)
ALPHA = True
INKS = True


def matches(head: bytes) -> bool:
    """Whether a file with these first bytes is a TIFF, or a camera raw that starts like one."""
    return head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read_metadata(file: BinaryIO) -> Metadata:
    """Read everything but the picture; a broken file has no metadata."""
    try:
        tiff = Tiff(file)
        return structure.read_metadata(tiff, find_pages(tiff))
    except (ValueError, struct.error):
        return Metadata("TIFF")


def read(file: BinaryIO) -> OpenedPhoto:
    """Read a TIFF, its picture not yet decoded.

    Raises PhotoError for kinds of pictures that cannot be read, ValueError for broken files.
    """
    tiff = Tiff(file)
    pages = find_pages(tiff)
    layout = read_layout(tiff, pages.main)
    metadata = structure.read_metadata(tiff, pages)
    extra = layout.extra[layout.alpha] if layout.alpha is not None else None
    encoding = replace(
        encoding_of(metadata),
        photometric=layout.photometric,
        compression=layout.compression,
        predictor=layout.predictor,
        extra=None if layout.photometric == Photometric.SEPARATED else extra,
        has_sample_format=pages.main.get(Tag.SAMPLE_FORMAT) is not None,
    )

    def decode(_: tuple[int, int] | None) -> Image.Image | Pixels:
        return samples.decode(tiff, pages.main, layout)

    picture = EncodedPicture((layout.width, layout.height), layout.mode, decode, pages.count)
    return OpenedPhoto(replace(metadata, encoding=encoding), picture, tuple(_warnings(pages.root, layout)))


def lost(metadata: Metadata) -> list[str]:
    """Name the metadata that no other format has a place for."""
    return ["GeoTIFF"] if any(field.tag in GEO_TAGS for field in encoding_of(metadata).fields) else []


def _warnings(root: Directory, layout: PictureLayout) -> Iterable[str]:
    for tag, warning in STALE_TAGS.items():
        if root.get(tag):
            yield warning
    lost_channels = len(layout.extra) - (layout.alpha is not None and layout.photometric != Photometric.SEPARATED)
    if lost_channels:
        yield f"its extra channel{'s' * (lost_channels > 1)}, other than transparency, cannot be kept"


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Write a TIFF and return warnings; `quality` is ignored, since nothing is lost.

    An edited TIFF keeps its byte order, every byte but those of the picture, and its compression if that is lossless.
    """
    source, warnings = _source(output)
    old = encoding_of(source)
    bands, storage = _storage(picture, output.icc, old)
    compression, predictor, replaced = _compression(old)
    fields = _fields(output, source, Photometric.SEPARATED in storage[Tag.PHOTOMETRIC])
    allocator = Allocator(file, old, cut_unused(source.segments, old, fields))
    strips = [allocator.add(strip) for strip in samples.encode(bands, compression, predictor, old.order)]
    offset_type = FieldType.LONG8 if old.big else FieldType.LONG
    storage |= {
        Tag.COMPRESSION: (FieldType.SHORT, compression),
        Tag.STRIP_OFFSETS: (offset_type, *(start for start, _ in strips)),
        Tag.ROWS_PER_STRIP: (FieldType.LONG, samples.rows_per_strip(bands)),
        Tag.STRIP_BYTE_COUNTS: (offset_type, *(end - start for start, end in strips)),
    }
    if predictor != NO_PREDICTOR:
        storage[Tag.PREDICTOR] = (FieldType.SHORT, predictor)
    storage_fields = (integer_field(old.order, tag, type, *values) for tag, (type, *values) in storage.items())
    allocator.finish([*fields, *storage_fields])
    return (*warnings, *replaced)


def _source(output: OutputMetadata) -> tuple[Metadata, tuple[str, ...]]:
    """Return the file that the new one starts from, and warnings: the old file, or, from another format, its Exif
    block, which has the same structure.
    """
    source = output.source
    if source.format == "TIFF" and output.keep == "none":
        return replace(source, segments=(), encoding=replace(encoding_of(source), fields=())), ()
    if source.format == "TIFF":
        return source, ()
    try:
        tiff = Tiff(io.BytesIO(output.exif or exif_builder.build(ExifContent("<", DirectoryTree()))))
        return structure.read_metadata(tiff, find_pages(tiff)), ()
    except (ValueError, struct.error):
        return Metadata("TIFF"), ("its broken Exif cannot be kept in a TIFF file",)


def _storage(
    picture: Image.Image | Pixels, icc: bytes | None, old: TiffEncoding
) -> tuple[Pixels, dict[int, tuple[int, ...]]]:
    """Return H x W x channels as the file stores them, and the storage tags: a field type and its values for each."""
    bands = np.asarray(picture)
    bands = bands[..., None] if bands.ndim == 2 else bands
    channels, bits = bands.shape[2], 8 * bands.itemsize
    if isinstance(picture, Image.Image):
        inks = picture.mode == "CMYK"
    else:
        inks = channels == 4 and icc is not None and icc[16:20] == b"CMYK"
    photometric, extra = (Photometric.SEPARATED, None) if inks else _colour_kind(channels, old)
    storage: dict[int, tuple[int, ...]] = {
        Tag.IMAGE_WIDTH: (FieldType.LONG, bands.shape[1]),
        Tag.IMAGE_LENGTH: (FieldType.LONG, bands.shape[0]),
        Tag.BITS_PER_SAMPLE: (FieldType.SHORT, *(bits,) * channels),
        Tag.PHOTOMETRIC: (FieldType.SHORT, photometric),
        Tag.SAMPLES_PER_PIXEL: (FieldType.SHORT, channels),
        Tag.PLANAR_CONFIGURATION: (FieldType.SHORT, 1),
    }
    if extra is not None:
        storage[Tag.EXTRA_SAMPLES] = (FieldType.SHORT, extra)
    if old.has_sample_format:
        storage[Tag.SAMPLE_FORMAT] = (FieldType.SHORT, *(1,) * channels)
    return samples.to_stored(bands, photometric, extra), storage


def _colour_kind(channels: int, old: TiffEncoding) -> tuple[Photometric, int | None]:
    """Return the photometric interpretation of 1 to 4 channels, and the kind of transparency, as the old file had."""
    white = old.photometric == Photometric.WHITE_IS_ZERO
    grey = Photometric.WHITE_IS_ZERO if white else Photometric.BLACK_IS_ZERO
    alpha = UNASSOCIATED_ALPHA if old.extra is None else old.extra
    return grey if channels < 3 else Photometric.RGB, alpha if channels in (2, 4) else None


def _compression(old: TiffEncoding) -> tuple[int, int, tuple[str, ...]]:
    """Return the compression and predictor of the new file, and warnings."""
    if old.compression in WRITABLE_COMPRESSIONS:
        predicts = old.predictor == HORIZONTAL_PREDICTOR and old.compression in PREDICTOR_COMPRESSIONS
        return old.compression, HORIZONTAL_PREDICTOR if predicts else NO_PREDICTOR, ()
    name = COMPRESSION_NAMES[old.compression]
    return Compression.DEFLATE, HORIZONTAL_PREDICTOR, (f"its {name} compression was replaced by lossless Deflate",)


def _fields(output: OutputMetadata, source: Metadata, inks: bool) -> list[Field]:
    """Return the fields of the new file's directory, without the storage tags."""
    old = encoding_of(source)
    removed: set[int] = set() if output.keep == "all" else set(privacy.POSITION_TAGS)
    removed |= set() if inks else INK_TAGS
    removed |= YCBCR_TAGS if old.photometric == Photometric.YCBCR else set()
    fields = {field.tag: field for field in old.fields if field.tag not in removed}
    for tag, new in _blocks(output, source):
        if new != old_value(source, tag):
            type = FieldType.UNDEFINED if tag == Tag.ICC_PROFILE else FieldType.BYTE
            fields[tag] = Field(tag, type, len(new or b""), new or b"")
    if output.orientation != source.orientation:
        fields[Tag.ORIENTATION] = integer_field(old.order, Tag.ORIENTATION, FieldType.SHORT, output.orientation)
    if output.source.density and Tag.X_RESOLUTION not in fields:
        fields |= {field.tag: field for field in _resolution(old.order, output.source.density)}
    return [field for field in fields.values() if field.value_count]


def _blocks(output: OutputMetadata, source: Metadata) -> Iterable[tuple[int, bytes | None]]:
    """Return the tags of the blocks that are not Exif, and the new content of each.

    The IPTC record is in Photoshop's resources, in a tag of its own, or in both: it stays where it was.
    """
    yield Tag.XMP, b"\n".join(output.packets) or None
    yield Tag.ICC_PROFILE, output.icc
    resources, old_resources, record = output.photoshop, old_value(source, Tag.PHOTOSHOP), old_value(source, Tag.IPTC)
    yield Tag.PHOTOSHOP, resources if old_resources or not record else None
    yield Tag.IPTC, record if old_resources and resources else photoshop.find_iptc(resources or b"")


def _resolution(order: str, density: tuple[float, float]) -> Iterable[Field]:
    """Return the fields of a density given in pixels per metre: dots per inch, which every program understands."""
    for tag, side in zip((Tag.X_RESOLUTION, Tag.Y_RESOLUTION), density, strict=True):
        dots = Fraction(side * 0.0254).limit_denominator(10000)
        yield Field(tag, FieldType.RATIONAL, 1, struct.pack(order + "II", dots.numerator, dots.denominator))
    yield integer_field(order, Tag.RESOLUTION_UNIT, FieldType.SHORT, INCH)
