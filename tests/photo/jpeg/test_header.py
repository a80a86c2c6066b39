"""Segments of a JPEG are kept byte for byte but for those that an edit makes untrue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from uegan_cli.photo import photoshop
from uegan_cli.photo.jpeg import header as jpeg_header
from uegan_cli.photo.jpeg import segments as jpeg_segments
from uegan_cli.photo.jpeg.encoding import JpegEncoding
from uegan_cli.photo.photo import Metadata, OutputMetadata, Segment
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.xmp import extension as xmp_extension
from uegan_cli.photo.xmp import mark as xmp_mark

MakePhoto = Callable[..., Path]


def with_segments(path: Path, *segments: Segment) -> None:
    """Put segments before everything else in a JPEG."""
    encoded = path.read_bytes()
    with path.open("wb") as file:
        jpeg_segments.splice(file, memoryview(encoded), segments)


def test_segments_come_back_in_order_and_byte_for_byte(make_photo: MakePhoto) -> None:
    segments = (
        jpeg_header._jfif((11811.0, 11811.0)),
        Segment("COM", b"a comment"),
        Segment("APP13", b"Photoshop 3.0\0" + bytes(range(256))),
        Segment("APP7", b""),
        Segment("APP15", b"x" * jpeg_segments.MAX_PAYLOAD),
        Segment("APP1", b"Unknown\0data"),
    )
    path = make_photo("in.jpg")
    with_segments(path, *segments)
    photo = read_photo(path)
    assert photo.metadata.segments == segments
    assert photo.metadata.density == pytest.approx((11811, 11811), abs=1)


def test_segments_that_show_the_unedited_picture_are_left_out(make_photo: MakePhoto) -> None:
    path = make_photo("in.jpg")
    with_segments(
        path,
        Segment("APP0", b"JFIF\0\1\1\1\0\x48\0\x48\1\1abc"),
        Segment("APP0", b"JFXX\0\x10..."),
        Segment("APP2", b"MPF\0..."),
        Segment("APP2", b"urn:iso:std:iso:ts:21496:-1\0..."),
        Segment("APP11", b"JP\0\1jumb"),
        Segment("APP2", b"FPXR\0stays"),
    )
    photo = read_photo(path)
    assert [segment.data for segment in photo.metadata.segments] == [b"JFIF\0\1\1\1\0\x48\0\x48\0\0", b"FPXR\0stays"]
    assert len(photo.warnings) == 4


def test_a_long_profile_is_split_and_joined() -> None:
    icc = np.random.default_rng(0).bytes(200_000)
    chunks = jpeg_header._profile_segments(icc)
    assert len(chunks) == 4 and max(len(chunk.data) for chunk in chunks) == jpeg_segments.MAX_PAYLOAD
    assert jpeg_header.join_profile(reversed(chunks)) == icc
    assert jpeg_header.join_profile(chunks[1:]) is None and jpeg_header.join_profile([]) is None


def test_an_unchanged_profile_keeps_its_segments() -> None:
    own = Metadata("JPEG", segments=tuple(jpeg_header._profile_segments(b"one profile")))
    assert jpeg_header.build_header(OutputMetadata(own, None, (), b"one profile")) == list(own.segments)
    assert jpeg_header.join_profile(jpeg_header.build_header(OutputMetadata(own, None, (), b"another"))) == b"another"
    assert jpeg_header.join_profile(jpeg_header.build_header(OutputMetadata(own, None, (), None))) is None


def test_jfif_then_exif_then_xmp_come_first() -> None:
    own = Metadata("JPEG", segments=(Segment("APP13", b"IPTC"), jpeg_header._jfif(None)))
    names = [segment.data[:4] for segment in jpeg_header.build_header(OutputMetadata(own, b"II*\0", (b"<x>",), None))]
    assert names == [b"JFIF", b"Exif", b"http", b"IPTC"]


def test_photoshop_resources_span_segments_and_keep_their_place() -> None:
    block = photoshop.build_iptc_block(b"\x1c\x02\x05" * 30_000)
    parts = jpeg_header._photoshop_segments(block)
    own = Metadata("JPEG", photoshop=block, segments=(Segment("COM", b"1"), *parts, Segment("COM", b"2")))
    assert len(parts) == 2 and jpeg_header.build_header(OutputMetadata(own, None, (), None, photoshop=block)) == list(
        own.segments
    )
    shorter = photoshop.build_iptc_block(b"short")
    found = jpeg_header.build_header(OutputMetadata(own, None, (), None, photoshop=shorter))
    assert [s.data for s in found] == [b"1", jpeg_header.PHOTOSHOP + shorter, b"2"]
    assert [s.name for s in jpeg_header.build_header(OutputMetadata(own, None, (), None))] == ["COM", "COM"]


def test_a_preview_is_left_out_with_the_segments_that_continue_it(make_photo: MakePhoto) -> None:
    path = make_photo("in.jpg")
    preview = [Segment("APP4", b"\xff\xd8\xff\xdbold picture"), Segment("APP4", b"more of it")]
    with_segments(path, *preview, Segment("APP5", b"stays"), Segment("APP4", b"stays too"))
    photo = read_photo(path)
    assert [s.data for s in photo.metadata.segments] == [b"stays", b"stays too"]
    assert [w for w in photo.warnings if "preview" in w]


def test_a_stray_extension_of_xmp_stays_as_it_is(make_photo: MakePhoto) -> None:
    path = make_photo("in.jpg")
    packet = xmp_mark.add_mark(None, xmp_mark.Mark("s", "h", 1)) or b""
    stray = xmp_extension.split_into_segments(b"of another file", 1000)
    with_segments(path, Segment("APP1", jpeg_header.XMP + packet), *(Segment("APP1", part) for part in stray))
    metadata = read_photo(path).metadata
    assert metadata.extension is None and len(metadata.segments) == 1
    assert jpeg_header.build_header(OutputMetadata(metadata, None, (packet,), None))[-1].data == stray[0]


def test_without_metadata_a_jpeg_keeps_its_density_unless_it_is_rgb() -> None:
    own = Metadata("JPEG", density=(3937.0, 3937.0), segments=(Segment("COM", b"hello"),))
    assert [s.data[:5] for s in jpeg_header.build_header(OutputMetadata(own, None, (), None, keep="none"))] == [
        jpeg_header.JFIF
    ]
    rgb = replace(own, encoding=JpegEncoding((), 0, False, True, False))
    assert jpeg_header.build_header(OutputMetadata(rgb, None, (), None, keep="none")) == []


def test_segments_that_no_other_format_holds_are_named() -> None:
    own = (Segment("COM", b"hello"), Segment("APP3", b"Meta"), Segment("APP14", b"Adobe"), jpeg_header._jfif(None))
    assert jpeg_header.lost_elsewhere(Metadata("JPEG", segments=own)) == ["comment", "APP3 segment"]
