"""WebP files keep their chunks, their quality and their transparency."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.errors import OutputError, PhotoError
from uegan_cli.photo.photo import Metadata, OutputMetadata, Pixels, Segment
from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.webp import format as webp
from uegan_cli.photo.webp.format import WebpEncoding
from uegan_cli.photo.writing import write_photo
from uegan_cli.photo.xmp.mark import Mark

MakePhoto = Callable[..., Path]
EXIF = b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
"""It states orientation 6."""


def with_chunks(path: Path, *chunks: Segment) -> None:
    encoded = path.read_bytes()
    with Image.open(path) as image, path.open("wb") as file:
        webp.splice(file, image.size, memoryview(encoded), chunks)


def chunks_of(path: Path) -> list[tuple[str, bytes]]:
    """Return the chunks of a file, by a reader independent of the package."""
    data = path.read_bytes()
    assert int.from_bytes(data[4:8], "little") == len(data) - 8 and len(data) % 2 == 0
    found, position = [], 12
    while position < len(data):
        name, length = struct.unpack_from("<4sI", data, position)
        found.append((name.decode(), data[position + 8 : position + 8 + length]))
        position += 8 + length + length % 2
    return found


def psnr(one: Pixels, other: Pixels) -> float:
    return float(10 * np.log10(255**2 / max(1e-9, np.mean((one.astype(float) - other) ** 2))))


@pytest.mark.parametrize("head", [b"", b"Exif\0\0"])
def test_chunks_come_back_in_order_and_byte_for_byte(make_photo: MakePhoto, head: bytes) -> None:
    path = make_photo("in.webp")
    chunks = (
        Segment("ICCP", b"a profile, of odd length."),
        Segment("EXIF", head + EXIF),
        Segment("XMP ", b"<x/>"),
        Segment("abcd", b"one"),
        Segment("XMP ", b"<second/>"),
        Segment("efgh", b""),
    )
    with_chunks(path, *chunks)
    photo = read_photo(path)
    assert photo.metadata.exif == EXIF and photo.metadata.xmp == b"<x/>" and photo.metadata.orientation == 6
    assert photo.metadata.icc == chunks[0].data and len(photo.metadata.segments) == 3
    write_photo(photo, path)
    assert read_photo(path).metadata == photo.metadata
    assert [name for name, _ in chunks_of(path)] == ["VP8X", "ICCP", "VP8 ", "EXIF", "XMP ", "abcd", "XMP ", "efgh"]
    assert [c for c in chunks_of(path) if c[0] not in ("VP8X", "VP8 ")] == [(s.name, s.data) for s in chunks]
    assert chunks_of(path)[0][1][0] == 0x2C
    with Image.open(path) as image:
        assert image.getexif()[0x112] == 6


def test_a_photo_without_metadata_stays_a_simple_file(make_photo: MakePhoto) -> None:
    for options, name in (({}, "VP8 "), ({"lossless": True}, "VP8L")):
        path = make_photo("in.webp", **options)
        write_photo(read_photo(path), path)
        assert [found for found, _ in chunks_of(path)] == [name]


def test_lossless_photos_stay_exact_under_their_transparency_too(picture: Pixels, tmp_path: Path) -> None:
    alpha = (np.arange(44, dtype=np.uint8) * 5)[None].repeat(30, axis=0)
    for pixels in (picture, np.dstack([picture, alpha])):
        path = tmp_path / "in.webp"
        Image.fromarray(pixels).save(path, lossless=True, exact=True)
        before = read_photo(path)
        assert before.metadata.encoding == WebpEncoding(None)
        write_photo(before, path, mark=Mark("natural", "0123", 1.0))
        after = read_photo(path)
        assert np.array_equal(after.pixels, picture) and np.array_equal(before.pixels, picture)
        assert before.alpha is None or np.array_equal(after.alpha, alpha)
        assert bool(chunks_of(path)[0][1][0] & 0x10) == (before.alpha is not None)


@pytest.mark.parametrize("quality", [30, 75, 95])
def test_lossy_photos_keep_their_quality(make_photo: MakePhoto, tmp_path: Path, quality: int) -> None:
    photo = read_photo(make_photo("in.webp", quality=quality))
    assert abs(photo.metadata.encoding.quality - quality) <= 2
    write_photo(photo, tmp_path / "out.webp")
    again = read_photo(tmp_path / "out.webp")
    assert abs(again.metadata.encoding.quality - quality) <= 4 and psnr(again.pixels, photo.pixels) > 34


def test_a_given_quality_is_used(make_photo: MakePhoto, tmp_path: Path) -> None:
    for options in ({"quality": 90}, {"lossless": True}):
        write_photo(read_photo(make_photo("in.webp", **options)), tmp_path / "out.webp", quality=40)
        assert abs(read_photo(tmp_path / "out.webp").metadata.encoding.quality - 40) <= 3


def test_transparency_is_kept_exactly_in_lossy_files(picture: Pixels, tmp_path: Path) -> None:
    path = tmp_path / "in.webp"
    Image.fromarray(np.dstack([picture, picture[..., 0]])).save(path, quality=80)
    before = read_photo(path)
    write_photo(before, path)
    after = read_photo(path)
    assert np.array_equal(after.alpha, before.alpha) and isinstance(after.metadata.encoding.quality, int)
    with_chunks(path, Segment("XMP ", b"<x/>"))
    assert np.array_equal(read_photo(path).alpha, before.alpha)


def test_animations_are_refused_but_for_their_first_frame(camera_photos: Path) -> None:
    for name, frames in (("iss634", 42), ("codec-image-rs/advertises_rgba_but_frames_are_rgb", 11)):
        path = camera_photos / "formats" / f"{name}.webp"
        with pytest.raises(PhotoError, match=f"{frames} frames"):
            read_photo(path)
        photo = read_photo(path, first_frame=True)
        with Image.open(path) as image:
            shown = np.asarray(image.convert("RGBA"))
        assert np.array_equal(np.dstack([photo.pixels, photo.alpha]), shown)


def test_the_quality_of_an_animation_is_that_of_its_first_frame(picture: Pixels, tmp_path: Path) -> None:
    frames = [Image.fromarray(picture), Image.fromarray(255 - picture)]
    for options, quality in (({"quality": 60}, 60), ({"lossless": True}, None)):
        frames[0].save(tmp_path / "in.webp", save_all=True, append_images=frames[1:], **options)
        found = read_photo(tmp_path / "in.webp", first_frame=True).metadata.encoding.quality
        assert found == quality or abs(found - quality) <= 3


def test_the_first_frame_is_written_as_a_still(camera_photos: Path, tmp_path: Path) -> None:
    write_photo(read_photo(camera_photos / "formats" / "iss634.webp", first_frame=True), tmp_path / "out.webp")
    with Image.open(tmp_path / "out.webp") as image:
        assert image.n_frames == 1


def test_content_credentials_are_left_out_with_a_warning(make_photo: MakePhoto) -> None:
    path = make_photo("in.webp")
    with_chunks(path, Segment("C2PA", b"manifest"))
    photo = read_photo(path)
    assert photo.metadata.segments == () and "C2PA" in photo.warnings[0]


def test_a_mark_is_read_though_the_picture_is_cut_off(make_photo: MakePhoto) -> None:
    path = make_photo("in.webp")
    write_photo(read_photo(path), path, mark=Mark("natural", "0123", 1.0))
    assert read_mark(path) == Mark("natural", "0123", 1.0)


def test_a_broken_file_gives_one_error(make_photo: MakePhoto, tmp_path: Path) -> None:
    whole = make_photo("in.webp", quality=100).read_bytes()
    for length in (12, 20, 30, 45, len(whole) // 2, len(whole) - 10):
        (tmp_path / "cut.webp").write_bytes(whole[:length])
        with pytest.raises(PhotoError, match=r"cut\.webp: "):
            read_photo(tmp_path / "cut.webp")
    for name in (b"VP8 ", b"VP8L", b"VP8X"):
        (tmp_path / "cut.webp").write_bytes(b"RIFF\xff\0\0\0WEBP" + name + b"\xff\xff\xff\xff" + b"junk" * 5)
        with pytest.raises(PhotoError, match=r"cut\.webp: "):
            read_photo(tmp_path / "cut.webp")


def test_a_huge_canvas_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    head = struct.pack("<4sI", b"VP8X", 10) + bytes(4) + b"\xff\xff\xff" * 2
    (tmp_path / "bomb.webp").write_bytes(b"RIFF" + struct.pack("<I", 22) + b"WEBP" + head)
    with pytest.raises(PhotoError, match="16777216 x 16777216"):
        read_photo(tmp_path / "bomb.webp")


def test_a_picture_too_large_for_the_format_is_refused() -> None:
    with pytest.raises(OutputError, match="16383"):
        webp.write(io.BytesIO(), Image.new("RGB", (16384, 1)), OutputMetadata(Metadata(""), None, (), None), None)


def test_a_jpeg_becomes_a_webp_with_its_metadata(make_photo: MakePhoto, tmp_path: Path) -> None:
    photo = read_photo(make_photo("in.jpg", exif=b"Exif\0\0" + EXIF, quality=95))
    photo = replace(photo, metadata=replace(photo.metadata, xmp=b"<x/>"))
    write_photo(photo, tmp_path / "out.webp", format="WEBP")
    after = read_photo(tmp_path / "out.webp")
    assert (after.metadata.exif, after.metadata.xmp, after.metadata.orientation) == (EXIF, b"<x/>", 6)
    assert psnr(after.pixels, photo.pixels) > 36 and abs(after.metadata.encoding.quality - 95) <= 2
