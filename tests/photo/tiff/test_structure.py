"""Everything but the picture is read and kept, as far as it makes sense."""

from __future__ import annotations

import struct

from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_writer import Field, integer_field
from uegan_cli.photo.tiff.tag_numbers import Tag

from .tiffs import flat_picture, is_same, load, make_tiff, unchanged_output, write


def test_orientation_and_density_are_read_and_kept() -> None:
    rational = struct.pack("<II", 300, 1)
    fields = [
        integer_field("<", Tag.ORIENTATION, FieldType.SHORT, 6),
        Field(Tag.X_RESOLUTION, FieldType.RATIONAL, 1, rational),
        Field(Tag.Y_RESOLUTION, FieldType.RATIONAL, 1, rational),
    ]
    metadata = load(make_tiff(fields))[0].metadata
    assert metadata.orientation == 6 and metadata.density == (300 / 0.0254, 300 / 0.0254)
    kept = load(write(flat_picture(), unchanged_output(metadata)))[0].metadata
    assert (kept.orientation, kept.density) == (metadata.orientation, metadata.density)
    turned = load(write(flat_picture(), unchanged_output(metadata, orientation=1)))[0].metadata
    assert turned.orientation == 1


def test_photoshop_layers_are_left_out_with_a_warning() -> None:
    layers = b"Adobe Photoshop Document Data Block\0" + bytes(range(200))
    contents, _ = load(make_tiff([Field(Tag.PHOTOSHOP_LAYERS, FieldType.UNDEFINED, len(layers), layers)]))
    assert "layers" in contents.warnings[0]
    assert b"Document Data" not in write(flat_picture(), unchanged_output(contents.metadata))


def test_values_beyond_the_end_are_left_out() -> None:
    fields = [
        Field(Tag.XMP, FieldType.BYTE, 1000, struct.pack("<I", 1 << 20)),
        Field(Tag.ICC_PROFILE, FieldType.UNDEFINED, 1 << 30, struct.pack("<I", 8)),
        Field(Tag.ORIENTATION, FieldType.SHORT, 1 << 20, struct.pack("<I", 8)),
        Field(Tag.EXIF_IFD, FieldType.LONG, 1, struct.pack("<I", 1 << 20)),
    ]
    contents, picture = load(make_tiff(fields))
    metadata = contents.metadata
    assert (metadata.xmp, metadata.icc, metadata.orientation, metadata.exif) == (None, None, 1, None)
    assert is_same(load(write(picture, unchanged_output(metadata)))[1], picture)
