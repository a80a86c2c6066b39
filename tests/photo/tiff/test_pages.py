"""The picture of a file is found among its pages, thumbnails and masks."""

from __future__ import annotations

import io
from pathlib import Path

import tifffile

from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.tiff.tag_numbers import Tag

from .tiffs import is_same, load, unchanged_output, write


def test_several_pages_are_several_frames(camera_photos: Path) -> None:
    data = (camera_photos / "formats/multipage.tiff").read_bytes()
    contents, picture = load(data)
    assert contents.picture.frames == 3
    again, result = load(write(picture, unchanged_output(contents.metadata)))
    assert again.picture.frames == 1 and is_same(picture, result)


def test_a_picture_behind_its_thumbnail_is_found_with_what_the_thumbnail_says(picture: Pixels) -> None:
    """As scanners of the nineties wrote: first a small copy with the camera's name, then the picture."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        camera = [(Tag.MAKE, "s", 0, "A camera", True)]
        writer.write(picture[::3, ::3].copy(), photometric="rgb", subfiletype=1, extratags=camera, metadata=None)
        writer.write(picture, photometric="rgb", metadata=None)
    contents, found = load(file.getvalue())
    assert is_same(found, picture) and contents.picture.frames == 1
    assert contents.metadata.exif is not None and b"A camera" in contents.metadata.exif
    again, copy = load(write(found, unchanged_output(contents.metadata)))
    assert is_same(copy, picture) and again.metadata.exif == contents.metadata.exif
