"""Size, channels and frames are known before anything is decoded."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest

from uegan_cli.errors import PhotoError
from uegan_cli.photo.bmff.box_writer import build_box
from uegan_cli.photo.bmff.encoding import read_encoding
from uegan_cli.photo.bmff.item_writer import write_items
from uegan_cli.photo.bmff.items import Item, ItemProperty, NewItem
from uegan_cli.photo.bmff.picture_layout import ItemLayout, count_frames, read_layout
from uegan_cli.photo.reading import read_photo

from .item_photos import add_items, encode, open_items, smooth


def clap(width: int, height: int, x: tuple[int, int], y: tuple[int, int]) -> ItemProperty:
    return ItemProperty("clap", struct.pack(">IIIIiIiI", width, 1, height, 1, *x, *y), True)


def layout(data: bytes) -> ItemLayout:
    container = open_items(data)
    return read_layout(container, read_encoding(container))


def test_size_and_channels_are_known_before_decoding() -> None:
    pixels = smooth()
    with_alpha = np.dstack([pixels, pixels[..., 0]])
    for format in ("HEIF", "AVIF"):
        for shown, mode in ((pixels, "RGB"), (pixels[..., 0], "L"), (with_alpha, "RGBA")):
            found = layout(encode(format, np.ascontiguousarray(shown)))
            assert (found.size, found.shown, found.mode, found.frames) == ((98, 66), (98, 66), mode, 1)


def test_a_clean_aperture_crops_as_the_standard_says(tmp_path: Path) -> None:
    # The centre is 3 to the right and a half up: columns 40 - 5 + 3 .. and rows 28 - 4 - 0.5 ..
    data = add_items(encode("AVIF"), properties=[clap(10, 7, (3, 1), (-1, 2))])
    assert layout(data).crop == (47, 29, 57, 36)
    (tmp_path / "in.avif").write_bytes(data)
    photo = read_photo(tmp_path / "in.avif")
    assert photo.pixels.shape == (7, 10, 3)
    assert np.abs(photo.pixels.astype(int) - smooth()[29:36, 47:57]).max() < 16


@pytest.mark.parametrize(
    "nonsense",
    [
        ItemProperty("clap", b""),
        ItemProperty("clap", bytes(32)),
        clap(200, 10, (0, 1), (0, 1)),
        clap(10, 10, (60, 1), (0, 1)),
        clap(0, 10, (0, 1), (0, 1)),
    ],
)
def test_a_broken_clean_aperture_crops_nothing(nonsense: ItemProperty) -> None:
    assert layout(add_items(encode("AVIF"), properties=[nonsense])).shown == (98, 66)


def test_frames_of_sequences_are_counted_without_decoding(camera_photos: Path) -> None:
    with (camera_photos / "formats" / "star.avifs").open("rb") as file:
        assert count_frames(file) == 5
    assert count_frames(io.BytesIO(encode("AVIF"))) == 1
    assert count_frames(io.BytesIO(build_box("ftyp", b"avis"))) == 1


def test_a_sequence_is_refused_unless_its_first_frame_is_wanted(camera_photos: Path) -> None:
    path = camera_photos / "formats" / "star.avifs"
    with pytest.raises(PhotoError, match="5 frames"):
        read_photo(path)
    photo = read_photo(path, first_frame=True)
    assert photo.pixels.shape == (159, 159, 3) and photo.alpha is not None


def test_a_video_is_named_as_one(tmp_path: Path) -> None:
    (tmp_path / "video.heic").write_bytes(build_box("ftyp", b"hevc" + bytes(4)) + build_box("moov", b""))
    with pytest.raises(PhotoError, match="video.heic: a video"):
        read_photo(tmp_path / "video.heic")


def test_a_picture_without_a_size_is_broken() -> None:
    whole = encode("AVIF")
    for size in (b"", bytes(12)):
        container = open_items(whole)
        item = Item("av01", (), False, (ItemProperty("ispe", size),))
        new = {1: NewItem(item, container.read_data(container.primary))}
        file = io.BytesIO()
        write_items(file, b"avif\0\0\0\0", 1, new, ())
        with pytest.raises(ValueError, match="size|empty"):
            layout(file.getvalue())
