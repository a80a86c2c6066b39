"""Properties and orientations, colours and crops mean what the standards say."""

from __future__ import annotations

import pytest

from uegan_cli.photo.bmff.items import ItemProperty
from uegan_cli.photo.bmff.properties import ColourCodes, build_turns, profile_of_codes, read_orientation

from .item_photos import encode, open_items


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_has_a_rotation_and_a_mirror(orientation: int) -> None:
    assert read_orientation(build_turns(orientation)) == orientation


def test_rotations_come_before_mirrors() -> None:
    assert [p.type for p in build_turns(5)] == ["irot", "imir"]
    mirrored_first = (ItemProperty("imir", b"\1"), ItemProperty("irot", b"\1"))
    assert read_orientation(mirrored_first) == 5 != read_orientation(mirrored_first[::-1])


def test_only_code_points_unlike_srgb_make_a_profile() -> None:
    assert profile_of_codes(ColourCodes(1, 13, 6, True)) is None
    assert profile_of_codes(ColourCodes(5, 1, 5, False)) is None
    assert profile_of_codes(ColourCodes(12, 13, 6, True)) is not None


def test_libheif_writes_code_points_without_a_profile() -> None:
    data = encode("HEIF", color_primaries=12, transfer_characteristics=13)
    assert open_items(data).primary_item.get("colr") is not None
