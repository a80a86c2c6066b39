"""Chunks of a PNG are kept byte for byte, and the blocks in them are found."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from uegan_cli.photo.photo import Metadata, OutputMetadata, Segment
from uegan_cli.photo.png import chunks
from uegan_cli.photo.png import metadata as png_metadata
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.tiff import exif
from uegan_cli.photo.writing import write_photo

from .files import with_chunks

MakePhoto = Callable[..., Path]


def test_chunks_come_back_in_order_and_byte_for_byte(make_photo: MakePhoto) -> None:
    chunks = (
        Segment("gAMA", struct.pack(">I", 45455)),
        Segment("bKGD", bytes(6)),
        Segment("pHYs", struct.pack(">IIB", 11811, 11812, 1)),
        Segment("tIME", bytes([7, 234, 1, 2, 3, 4, 5])),
        Segment("tEXt", b"Comment\0hello"),
        Segment("zTXt", b"Long\0\0" + zlib.compress(b"x" * 1000)),
        Segment("iTXt", b"Title\0\0\0fr\0Titre\0\xc3\xa9t\xc3\xa9"),
        Segment("prVt", b"private, safe to copy"),
    )
    path = make_photo("in.png")
    with_chunks(path, *chunks, Segment("prVT", b"private, not safe to copy"))
    photo = read_photo(path)
    assert photo.metadata.segments == chunks and photo.metadata.density == (11811, 11812)
    write_photo(photo, path)
    assert read_photo(path).metadata == photo.metadata
    with Image.open(path) as image:
        image.verify()


def test_xmp_is_found_compressed_or_not(make_photo: MakePhoto) -> None:
    for flag, packet in ((b"\0\0", b"<x/>"), (b"\1\0", zlib.compress(b"<x/>"))):
        path = make_photo("in.png")
        with_chunks(path, Segment("iTXt", png_metadata.XMP + flag + b"\0\0" + packet))
        assert read_photo(path).metadata.xmp == b"<x/>"


@pytest.mark.parametrize("text", [b"", b"\1", b"\0\0", b"\1\0\0\0junk", b"\0\0en"])
def test_a_broken_text_is_kept_and_not_read(make_photo: MakePhoto, text: bytes) -> None:
    chunk = Segment("iTXt", png_metadata.XMP + text)
    path = make_photo("in.png")
    with_chunks(path, chunk)
    metadata = read_photo(path).metadata
    assert metadata.xmp is None and metadata.segments == (chunk,)


def test_a_text_that_inflates_without_end_is_not_read(make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "_MAX_INFLATED", 1000)
    path = make_photo("in.png")
    with_chunks(path, Segment("iTXt", png_metadata.XMP + b"\1\0\0\0" + zlib.compress(bytes(100_000))))
    assert read_photo(path).metadata.xmp is None


def test_chunks_that_depend_on_the_palette_are_left_out_with_it(make_photo: MakePhoto) -> None:
    path = make_photo("in.png", "P")
    data = path.read_bytes()
    at = data.index(b"IDAT") - 4
    background = struct.pack(">I", 1) + b"bKGD\0" + struct.pack(">I", zlib.crc32(b"bKGD\0"))
    path.write_bytes(data[:at] + background + data[at:])
    assert read_photo(path).metadata.segments == ()


def test_text_after_the_picture_is_kept(make_photo: MakePhoto) -> None:
    text = PngImagePlugin.PngInfo()
    text.add(b"tEXt", b"Comment\0late", after_idat=True)
    path = make_photo("in.png", pnginfo=text)
    assert Segment("tEXt", b"Comment\0late") in read_photo(path).metadata.segments


def test_content_credentials_are_left_out_with_a_warning(make_photo: MakePhoto) -> None:
    path = make_photo("in.png")
    with_chunks(path, Segment("caBX", b"manifest"))
    photo = read_photo(path)
    assert photo.metadata.segments == () and "C2PA" in photo.warnings[0]


def test_a_profile_is_replaced_only_by_another_one() -> None:
    chunk = Segment("iCCP", b"My screen\0\0" + zlib.compress(b"one profile", 1))
    own = Metadata("PNG", segments=(chunk,))
    assert png_metadata.build_chunks(OutputMetadata(own, None, (), b"one profile")) == [chunk]
    assert png_metadata.read_profile(png_metadata.build_chunks(OutputMetadata(own, None, (), b"another"))) == b"another"
    assert png_metadata.build_chunks(OutputMetadata(own, None, (), None)) == []


@pytest.mark.parametrize("keyword", [b"Raw profile type exif", b"Raw profile type APP1"])
@pytest.mark.parametrize("head", [b"Exif\0\0", b""])
@pytest.mark.parametrize("packed", [False, True])
def test_exif_in_a_text_is_found(make_photo: MakePhoto, keyword: bytes, head: bytes, packed: bool) -> None:
    block = exif.build_orientation_block(6)
    text = b"\nexif\n%8d\n" % len(head + block) + (head + block).hex("\n", 36).encode() + b"\n"
    path = make_photo("in.png")
    data = b"\0" + zlib.compress(text) if packed else text
    with_chunks(path, Segment("zTXt" if packed else "tEXt", keyword + b"\0" + data))
    photo = read_photo(path)
    assert photo.metadata.exif == block and photo.metadata.orientation == 6 and not photo.metadata.segments
    write_photo(photo, path)
    assert read_photo(path).metadata.exif == block


@pytest.mark.parametrize("text", [b"", b"\nexif\n", b"\nexif\n  6\nno digits", b"\nxmp\n  6\n3c783a78"])
def test_texts_without_exif_stay_texts(make_photo: MakePhoto, text: bytes) -> None:
    path = make_photo("in.png")
    chunk = Segment("tEXt", b"Raw profile type exif\0" + text)
    with_chunks(path, chunk)
    assert read_photo(path).metadata.segments == (chunk,) and read_photo(path).metadata.exif is None


def test_a_profile_with_a_wrong_method_byte_is_repaired(make_photo: MakePhoto, tmp_path: Path) -> None:
    path = make_photo("in.png", icc_profile=b"any profile")
    data = path.read_bytes()
    start = data.index(b"iCCP") + 4
    method = data.index(b"\0", start) + 1
    path.write_bytes(data[:method] + b"\1" + data[method + 1 :])
    result = write_photo(read_photo(path), tmp_path / "out.png")
    with Image.open(result.path) as image:
        assert image.info["icc_profile"] == b"any profile"
