"""The Exif block of a developed raw says sRGB and the orientation that LibRaw found; no byte moves for it."""

from __future__ import annotations

import io

import pytest

from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.raw import format as raw
from uegan_cli.photo.raw.developed_exif import adjust_exif
from uegan_cli.photo.tiff import exif, exif_builder
from uegan_cli.photo.tiff.exif_builder import DirectoryTree, ExifContent
from uegan_cli.photo.tiff.tag_numbers import InteropTag, Tag

from . import dng

MAKE_ALONE = exif_builder.build(ExifContent(">", DirectoryTree((dng.text(Tag.MAKE, "Acme"),))))


def test_the_developed_picture_is_said_to_be_srgb(picture: Pixels) -> None:
    data = dng.dng(picture, described={Tag.EXIF_IFD: dng.exif_directory()})
    tiff = dng.open_block(raw.read(io.BytesIO(data)).metadata.exif)
    interop = dng.subdirectory(tiff, Tag.EXIF_IFD, Tag.INTEROP_IFD).get(InteropTag.INDEX)
    assert tiff.integer(dng.subdirectory(tiff, Tag.EXIF_IFD), Tag.COLOR_SPACE) == 1
    assert interop is not None and tiff.value(interop) == b"R98\0"


@pytest.mark.parametrize("block", [None, MAKE_ALONE, b"junk"])
def test_an_orientation_that_exif_lacks_is_added(block: bytes | None) -> None:
    assert exif.read_orientation(adjust_exif(block, 6)) == 6


def test_an_orientation_that_exif_has_is_changed_in_its_place() -> None:
    block = exif.build_orientation_block(3)
    changed = adjust_exif(block, 6)
    assert exif.read_orientation(changed) == 6 and changed is not None and len(changed) == len(block)
    assert adjust_exif(block, 3) == block
