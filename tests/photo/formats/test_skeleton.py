from __future__ import annotations

import io
import struct
from pathlib import Path

import tifffile

from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.tiff import ifd
from uegan_cli.photo.tiff import structure as skeleton
from uegan_cli.photo.tiff.ifd import EXIF, Field

from .tiffs import flat, load, made, output, same, written


def test_orientation_and_density_are_read_and_kept() -> None:
    rational = struct.pack("<II", 300, 1)
    fields = [
        ifd.integers("<", skeleton.ORIENTATION, ifd.SHORT, 6),
        Field(skeleton.X_RESOLUTION, ifd.RATIONAL, 1, rational),
        Field(skeleton.Y_RESOLUTION, ifd.RATIONAL, 1, rational),
    ]
    metadata = load(made(fields))[0].metadata
    assert metadata.orientation == 6 and metadata.density == (300 / 0.0254, 300 / 0.0254)
    kept = load(written(flat(), output(metadata)))[0].metadata
    assert (kept.orientation, kept.density) == (metadata.orientation, metadata.density)
    turned = load(written(flat(), output(metadata, orientation=1)))[0].metadata
    assert turned.orientation == 1


def test_several_pages_are_several_frames(camera_photos: Path) -> None:
    data = (camera_photos / "formats/multipage.tiff").read_bytes()
    contents, picture = load(data)
    assert contents.picture.frames == 3
    again, result = load(written(picture, output(contents.metadata)))
    assert again.picture.frames == 1 and same(picture, result)


def test_layers_of_the_unedited_picture_are_left_out_with_a_word() -> None:
    layers = b"Adobe Photoshop Document Data Block\0" + bytes(range(200))
    contents, _ = load(made([Field(37724, ifd.UNDEFINED, len(layers), layers)]))
    assert "layers" in contents.warnings[0]
    assert b"Document Data" not in written(flat(), output(contents.metadata))


def test_values_beyond_the_end_are_left_out() -> None:
    fields = [
        Field(skeleton.XMP, ifd.BYTE, 1000, struct.pack("<I", 1 << 20)),
        Field(skeleton.ICC, ifd.UNDEFINED, 1 << 30, struct.pack("<I", 8)),
        Field(skeleton.ORIENTATION, ifd.SHORT, 1 << 20, struct.pack("<I", 8)),
        Field(EXIF, ifd.LONG, 1, struct.pack("<I", 1 << 20)),
    ]
    contents, picture = load(made(fields))
    metadata = contents.metadata
    assert (metadata.xmp, metadata.icc, metadata.orientation, metadata.exif) == (None, None, 1, None)
    assert same(load(written(picture, output(metadata)))[1], picture)


def test_a_picture_behind_its_thumbnail_is_found_with_what_the_thumbnail_says(picture: Pixels) -> None:
    """As scanners of the nineties wrote: first a small copy with the camera's name, then the picture."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        camera = [(271, "s", 0, "A camera", True)]
        writer.write(picture[::3, ::3].copy(), photometric="rgb", subfiletype=1, extratags=camera, metadata=None)
        writer.write(picture, photometric="rgb", metadata=None)
    contents, found = load(file.getvalue())
    assert same(found, picture) and contents.picture.frames == 1
    assert contents.metadata.exif is not None and b"A camera" in contents.metadata.exif
    again, copy = load(written(found, output(contents.metadata)))
    assert same(copy, picture) and again.metadata.exif == contents.metadata.exif
