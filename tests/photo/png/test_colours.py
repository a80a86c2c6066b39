"""The chunks that say what the colours of a PNG mean are read, kept, and left out when they are wrong."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from uegan_cli.photo import colour
from uegan_cli.photo.photo import Segment
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.writing import write_photo

from .files import with_chunks

MakePhoto = Callable[..., Path]


def _chromaticities(white: tuple[float, float], primaries: tuple[float, ...]) -> Segment:
    return Segment("cHRM", struct.pack(">8I", *(round(100000 * value) for value in (*white, *primaries))))


WIDE = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
GAMMA_1_6 = Segment("gAMA", struct.pack(">I", 62500))


@pytest.mark.parametrize(
    ("mode", "chunk"),
    [
        ("L", GAMMA_1_6),
        ("RGB", GAMMA_1_6),
        ("RGB", _chromaticities(colour.D65, WIDE)),
        ("RGB", Segment("cICP", bytes([12, 13, 0, 1]))),
    ],
    ids=["grey gamma", "gamma", "wide", "code points"],
)
def test_colour_chunks_become_a_profile_and_are_kept(
    mode: str, chunk: Segment, make_photo: MakePhoto, tmp_path: Path
) -> None:
    path, out = make_photo("in.png", mode), tmp_path / "out.png"
    with_chunks(path, chunk)
    photo = read_photo(path)
    assert photo.metadata.icc is None and photo.profile is not None
    assert photo.profile[16:20] == (b"GRAY" if mode == "L" else b"RGB ") and not colour.is_srgb(photo.profile)
    write_photo(photo, out)
    assert read_photo(out).metadata == photo.metadata
    write_photo(photo, tmp_path / "out.jpg", format="JPEG")
    assert read_photo(tmp_path / "out.jpg").profile == photo.profile, "no chunk says it there"


@pytest.mark.parametrize(
    "chunks",
    [
        [Segment("gAMA", struct.pack(">I", 45455)), _chromaticities(colour.D65, colour.SRGB_PRIMARIES)],
        [Segment("sRGB", b"\0"), GAMMA_1_6],
        [Segment("gAMA", bytes(4))],
        [Segment("gAMA", b"")],
        [Segment("cHRM", bytes(32))],
        [Segment("cICP", bytes([1, 13, 0, 1])), GAMMA_1_6],
        [Segment("cICP", bytes([9, 16, 0, 1]))],
    ],
    ids=["srgb", "srgb chunk first", "zero", "empty", "no chromaticities", "code points first", "hdr"],
)
def test_colour_chunks_that_mean_srgb_or_nothing_give_no_profile(chunks: list[Segment], make_photo: MakePhoto) -> None:
    path = make_photo("in.png")
    with_chunks(path, *chunks)
    assert read_photo(path).profile is None


def test_a_changed_profile_removes_the_old_colour_chunks(make_photo: MakePhoto) -> None:
    path = make_photo("in.png")
    with_chunks(path, GAMMA_1_6)
    write_photo(replace(read_photo(path), profile=None), path)
    assert read_photo(path).metadata.segments == ()


def test_the_gamma_of_a_greyscale_png_is_applied(camera_photos: Path) -> None:
    photo = read_photo(camera_photos / "formats" / "kodim03_grayscale_gamma1.6.png")
    seen = colour.to_srgb(photo.pixels, photo.profile)
    assert photo.grey and 125 < seen.mean() < 135 and photo.pixels.mean() < 105
