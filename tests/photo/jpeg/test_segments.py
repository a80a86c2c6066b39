"""Segments are read as far as a JPEG is whole, and spliced around the untouched picture."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from uegan_cli.photo.jpeg import segments as jpeg_segments
from uegan_cli.photo.jpeg.segments import has_trailer, read_segments
from uegan_cli.photo.photo import Pixels, Segment

MakePhoto = Callable[..., Path]


def test_the_picture_is_untouched_by_the_splice(picture: Pixels) -> None:
    encoded, spliced = io.BytesIO(), io.BytesIO()
    Image.fromarray(picture).save(encoded, "JPEG", keep_rgb=True)
    jpeg_segments.splice(spliced, encoded.getbuffer(), [Segment("COM", b"hi")])
    start = encoded.getvalue().index(b"\xff\xdb")
    assert spliced.getvalue() == b"\xff\xd8\xff\xfe" + struct.pack(">H", 4) + b"hi" + encoded.getvalue()[start:]


def test_junk_between_segments_is_skipped(make_photo: MakePhoto) -> None:
    data = make_photo("in.jpg", comment=b"hello").read_bytes()
    file = io.BytesIO(data[:20] + b"junk\xff\x00junk" + b"\xff\xff" + data[20:])
    assert Segment("COM", b"hello") in [segment for segment, _, _ in read_segments(file)]


def test_segments_end_where_a_file_is_cut(make_photo: MakePhoto) -> None:
    data = make_photo("in.jpg", comment=b"hello").read_bytes()
    whole = [segment for segment, _, _ in read_segments(io.BytesIO(data))]
    for length in range(2, 40):
        found = [segment for segment, _, _ in read_segments(io.BytesIO(data[:length]))]
        assert found == whole[: len(found)]


@pytest.mark.parametrize(("more", "expected"), [(b"", False), (b"\0\0\r\n", False), (b"a video", True)])
def test_data_after_the_picture_are_detected(make_photo: MakePhoto, more: bytes, expected: bool) -> None:
    assert has_trailer(io.BytesIO(make_photo("in.jpg").read_bytes() + more)) is expected
