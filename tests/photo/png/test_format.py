from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from uegan_cli.errors import PhotoError
from uegan_cli.photo import colour
from uegan_cli.photo.photo import Contents, Metadata, OutputMetadata, Pixels, Segment
from uegan_cli.photo.png import format as png
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.tiff import exif
from uegan_cli.photo.writing import write_photo

MakePhoto = Callable[..., Path]


def with_chunks(path: Path, *chunks: Segment) -> None:
    encoded = path.read_bytes()
    with path.open("wb") as file:
        png.splice(file, memoryview(encoded), chunks)


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
        with_chunks(path, Segment("iTXt", png.XMP + flag + b"\0\0" + packet))
        assert read_photo(path).metadata.xmp == b"<x/>"


@pytest.mark.parametrize("text", [b"", b"\1", b"\0\0", b"\1\0\0\0junk", b"\0\0en"])
def test_a_broken_text_is_carried_and_not_read(make_photo: MakePhoto, text: bytes) -> None:
    chunk = Segment("iTXt", png.XMP + text)
    path = make_photo("in.png")
    with_chunks(path, chunk)
    metadata = read_photo(path).metadata
    assert metadata.xmp is None and metadata.segments == (chunk,)


def test_a_text_that_unfolds_without_end_is_not_read(make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "_LARGEST", 1000)
    path = make_photo("in.png")
    with_chunks(path, Segment("iTXt", png.XMP + b"\1\0\0\0" + zlib.compress(bytes(100_000))))
    assert read_photo(path).metadata.xmp is None


def test_chunks_that_depend_on_the_palette_go_with_it(make_photo: MakePhoto) -> None:
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


def test_content_credentials_are_left_out_with_a_word(make_photo: MakePhoto) -> None:
    path = make_photo("in.png")
    with_chunks(path, Segment("caBX", b"manifest"))
    photo = read_photo(path)
    assert photo.metadata.segments == () and "C2PA" in photo.warnings[0]


def test_a_profile_is_replaced_only_by_another_one() -> None:
    chunk = Segment("iCCP", b"My screen\0\0" + zlib.compress(b"one profile", 1))
    own = Metadata("PNG", segments=(chunk,))
    assert png.segments(OutputMetadata(own, None, (), b"one profile")) == [chunk]
    assert png.profile(png.segments(OutputMetadata(own, None, (), b"another"))) == b"another"
    assert png.segments(OutputMetadata(own, None, (), None)) == []


def deep(mode: str, height: int = 30, width: int = 44) -> Pixels:
    """H x W x channels of `mode`, every value possible."""
    rng = np.random.default_rng(len(mode))
    return rng.integers(0, 65535, (height, width, len(mode)), np.uint16, endpoint=True)


def opened(data: bytes) -> tuple[Contents, Pixels]:
    contents = png.read(io.BytesIO(data))
    bands = contents.picture.decode(None)
    assert not isinstance(bands, Image.Image)
    return contents, bands


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_16_bits_come_back_exactly_with_all_chunks(mode: str) -> None:
    chunks = (Segment("sBIT", bytes([12] * len(mode))), Segment("bKGD", bytes(6)), Segment("tEXt", b"Comment\0hello"))
    source = Metadata("PNG", segments=chunks)
    file = io.BytesIO()
    png.write(file, deep(mode), OutputMetadata(source, b"MM\0*\0\0\0\x08\0\0\0\0\0\0", (), None), None)
    contents, bands = opened(file.getvalue())
    assert bands.dtype == np.uint16 and np.array_equal(bands, deep(mode)) and contents.picture.mode == mode
    assert contents.metadata.segments == chunks and contents.metadata.exif is not None
    Image.open(file).verify()


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_transparent_colour_of_16_bits_becomes_alpha(mode: str) -> None:
    pixels = deep(mode)
    colour = struct.pack(f">{len(mode)}H", *pixels[3, 4].tolist())
    file = io.BytesIO()
    png.write(file, pixels, OutputMetadata(Metadata("PNG"), None, (), None), None)
    with_colour = io.BytesIO()
    png.splice(with_colour, file.getbuffer(), [Segment("tRNS", colour), Segment("sBIT", bytes([16] * len(mode)))])
    contents, bands = opened(with_colour.getvalue())
    assert contents.picture.mode == mode + "A" and contents.metadata.segments == ()
    opaque = np.any(pixels != pixels[3, 4], axis=2)
    assert np.array_equal(bands[..., -1], opaque * np.uint16(65535)) and not opaque[3, 4]
    assert np.array_equal(bands[opaque][:, :-1], pixels[opaque])


def test_16_bits_are_told_apart_from_their_upper_8(camera_photos: Path) -> None:
    """PngSuite has the same pictures with 16 bits, in one, two, four or nine chunks, and Pillow knows the upper 8."""
    paths = [p for p in sorted((camera_photos / "formats").rglob("*.png")) if p.read_bytes()[24] == 16]
    assert len(paths) >= 9
    for path in paths:
        _, bands = opened(path.read_bytes())
        known = np.asarray(Image.open(io.BytesIO(path.read_bytes())))
        # Pillow has 16 bits for one channel alone.
        assert np.array_equal(bands[..., 0] if known.ndim == 2 else bands // 256, known)


def test_broken_16_bits_are_broken(tmp_path: Path) -> None:
    file = io.BytesIO()
    png.write(file, deep("RGB"), OutputMetadata(Metadata("PNG"), None, (), None), None)
    whole = file.getvalue()
    flipped = whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 255]) + whole[len(whole) // 2 + 1 :]
    for data in (whole[:-40], whole[: len(whole) // 2], flipped, whole[:25] + b"\3" + whole[26:]):
        path = tmp_path / "broken.png"
        path.write_bytes(data)
        with pytest.raises(PhotoError, match="broken photo"):
            read_photo(path)


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
def test_chunks_that_say_what_the_colours_mean_are_heard_and_kept(
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
def test_chunks_that_mean_srgb_or_nothing_leave_the_colours_alone(chunks: list[Segment], make_photo: MakePhoto) -> None:
    path = make_photo("in.png")
    with_chunks(path, *chunks)
    assert read_photo(path).profile is None


def test_colours_that_were_changed_are_not_said_in_old_chunks(make_photo: MakePhoto) -> None:
    path = make_photo("in.png")
    with_chunks(path, GAMMA_1_6)
    write_photo(replace(read_photo(path), profile=None), path)
    assert read_photo(path).metadata.segments == ()


def test_a_greyscale_png_of_another_gamma_looks_as_it_should(camera_photos: Path) -> None:
    photo = read_photo(camera_photos / "formats" / "kodim03_grayscale_gamma1.6.png")
    seen = colour.to_srgb(photo.pixels, photo.profile)
    assert photo.grey and 125 < seen.mean() < 135 and photo.pixels.mean() < 105


@pytest.mark.parametrize("keyword", [b"Raw profile type exif", b"Raw profile type APP1"])
@pytest.mark.parametrize("head", [b"Exif\0\0", b""])
@pytest.mark.parametrize("packed", [False, True])
def test_exif_in_a_text_is_exif(make_photo: MakePhoto, keyword: bytes, head: bytes, packed: bool) -> None:
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
def test_other_texts_stay_texts(make_photo: MakePhoto, text: bytes) -> None:
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
