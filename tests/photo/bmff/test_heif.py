"""HEIC files keep pixels, metadata and encoding through an edit, and end in one error if broken."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from uegan_cli.errors import PhotoError
from uegan_cli.photo.bmff import heif
from uegan_cli.photo.bmff.encoding import ItemEncoding
from uegan_cli.photo.bmff.item_reader import read_container
from uegan_cli.photo.bmff.items import ItemProperty
from uegan_cli.photo.bmff.properties import ColourCodes
from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.writing import write_photo
from uegan_cli.photo.xmp.mark import Mark

from .item_photos import add_items, encode, photo_of, psnr, smooth

MARK = Mark("natural", "0123abcd", 0.75)


def test_an_iphone_photo_keeps_all_it_says_and_nearly_its_pixels(camera_photos: Path, tmp_path: Path) -> None:
    before = read_photo(camera_photos / "formats" / "IMG_2927.HEIC")
    crop = replace(before, pixels=np.ascontiguousarray(before.pixels[1000:1600, 1000:2000]))
    result = write_photo(crop, tmp_path / "out.heic", mark=MARK)
    after = read_photo(tmp_path / "out.heic")
    assert result.warnings == () and read_mark(tmp_path / "out.heic") == MARK
    assert after.metadata == replace(before.metadata, xmp=after.metadata.xmp)
    assert after.metadata.encoding.tile == 512 and len(after.metadata.icc) == 548
    assert psnr(after.pixels, crop.pixels) > 48
    assert exif_item(tmp_path / "out.heic") == exif_item(camera_photos / "formats" / "IMG_2927.HEIC")


def exif_item(path: Path) -> bytes:
    with path.open("rb") as file:
        container = read_container(file)
        return next(container.read_data(number) for number, item in container.items.items() if item.type == "Exif")


@pytest.mark.parametrize("chroma", ["420", "422", "444"])
def test_chroma_is_kept(chroma: str, tmp_path: Path) -> None:
    (tmp_path / "in.heic").write_bytes(encode("HEIF", chroma=int(chroma), quality=90))
    before = read_photo(tmp_path / "in.heic")
    assert before.metadata.encoding.chroma == chroma
    write_photo(before, tmp_path / "out.heic")
    after = read_photo(tmp_path / "out.heic")
    assert after.metadata.encoding == before.metadata.encoding and psnr(after.pixels, before.pixels) > 45


@pytest.mark.parametrize("depth", [10, 12])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_deep_photos_stay_deep(depth: int, channels: int, tmp_path: Path) -> None:
    y, x = np.mgrid[0:66, 0:98].astype(np.uint16)
    ramp = np.stack([x * 8 + y, y * 12 + x, (x + y) * 4, x * 10], axis=-1)[..., :channels] << (depth - 10)
    mode = f"{({1: 'L', 3: 'RGB', 4: 'RGBA'})[channels]};{depth}"
    source = pillow_heif.from_bytes(mode, (98, 66), np.ascontiguousarray(ramp).tobytes())
    source.save(tmp_path / "in.heic", quality=95, chroma=444, bit_depth=depth)
    before = read_photo(tmp_path / "in.heic")
    assert before.pixels.dtype == np.uint16 and before.metadata.encoding.depth == depth
    assert before.grey == (channels == 1) and (before.alpha is not None) == (channels == 4)
    assert psnr(before.pixels[..., 0], (ramp[..., 0] * (65535 / ((1 << depth) - 1))).astype(np.uint16)) > 50
    write_photo(before, tmp_path / "out.heic")
    after = read_photo(tmp_path / "out.heic")
    assert after.metadata.encoding == before.metadata.encoding and psnr(after.pixels, before.pixels) > 50
    assert before.alpha is None or psnr(after.alpha, before.alpha) > 50


def test_white_and_black_stay_white_and_black(tmp_path: Path) -> None:
    pixels = np.zeros((64, 64, 3), np.uint16)
    pixels[:32] = 65535
    write_photo(photo_of(pixels, "HEIF"), tmp_path / "out.heic")
    found = read_photo(tmp_path / "out.heic").pixels
    assert found.dtype == np.uint16 and found[:16].min() == 65535 and found[48:].max() == 0


@pytest.mark.parametrize(
    "colours", [(1, 13, 1, True), (12, 13, 6, True), (9, 18, 9, False), (5, 1, 5, False), (1, 13, 8, True)]
)
def test_the_meaning_of_colours_is_kept(colours: tuple[int, int, int, bool], tmp_path: Path) -> None:
    pixels = smooth()
    encoding = ItemEncoding(colours=ColourCodes(*colours))
    write_photo(photo_of(pixels, "HEIF", encoding=encoding), tmp_path / "out.heic")
    after = read_photo(tmp_path / "out.heic")
    # YCgCo cannot be encoded.
    assert after.metadata.encoding.colours == (*colours[:2], 6 if colours[2] == 8 else colours[2], colours[3])
    assert psnr(after.pixels, pixels) > 40


def test_greyscale_and_transparency_are_kept(tmp_path: Path) -> None:
    pixels = smooth()
    grey = np.repeat(pixels[..., :1], 3, axis=2)
    for shown, alpha, is_grey in ((grey, None, True), (pixels, pixels[..., 1], False), (grey, pixels[..., 1], True)):
        write_photo(photo_of(shown, "HEIF", alpha, is_grey), tmp_path / "out.heic")
        after = read_photo(tmp_path / "out.heic")
        assert after.grey == is_grey and psnr(after.pixels, shown) > 40
        assert (after.alpha is None) == (alpha is None)
        assert alpha is None or psnr(after.alpha, alpha) > 45


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (33, 17), (600, 90)])
def test_any_size_is_written_and_read(size: tuple[int, int], tmp_path: Path) -> None:
    pixels = smooth(*size)
    for tile in (0, 512):
        write_photo(photo_of(pixels, "HEIF", encoding=ItemEncoding(chroma="444", tile=tile)), tmp_path / "out.heic")
        assert psnr(read_photo(tmp_path / "out.heic").pixels, pixels) > 35


def test_large_pictures_are_made_of_tiles_but_not_of_too_many() -> None:
    assert heif._choose_tile(0, 8192, 100) == 0 and heif._choose_tile(0, 8193, 100) == 512
    assert heif._choose_tile(256, 3000, 2000) == 256 and heif._choose_tile(64, 8000, 6000) == 256


def test_quality_counts_where_it_is_asked_for(tmp_path: Path) -> None:
    pixels = (smooth() // 2 + np.random.default_rng(1).integers(0, 60, (66, 98, 3))).astype(np.uint8)
    sizes = [write_photo(photo_of(pixels, "HEIF"), tmp_path / "out.heic", quality=q).size for q in (20, None, 95)]
    assert sizes == sorted(sizes) and sizes[0] < sizes[1] < sizes[2]


def test_a_clean_aperture_is_cut_out_for_good(tmp_path: Path) -> None:
    clap = ItemProperty("clap", b"".join(n.to_bytes(4) for n in (40, 1, 20, 1, 0, 1, 0, 1)), True)
    (tmp_path / "in.heic").write_bytes(add_items(encode("HEIF"), properties=[clap, ItemProperty("irot", b"\1", True)]))
    before = read_photo(tmp_path / "in.heic")
    assert before.pixels.shape == (40, 20, 3) and before.metadata.orientation == 8
    shown = np.asarray(pillow_heif.open_heif(tmp_path / "in.heic"))
    # libheif cuts and turns before it scales the chroma up.
    assert np.abs(before.pixels.astype(int) - shown).max() <= 8
    write_photo(before, tmp_path / "out.heic")
    assert psnr(np.asarray(pillow_heif.open_heif(tmp_path / "out.heic")), before.pixels) > 35


def test_where_exif_and_the_container_disagree_the_container_is_true(tmp_path: Path) -> None:
    block = b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\3\0\0\0\0\0\0\0"
    before = photo_of(smooth(), "HEIF", orientation=6, exif=block)
    write_photo(before, tmp_path / "in.heic")
    read = read_photo(tmp_path / "in.heic")
    assert read.metadata.orientation == 6 and read.metadata.exif == block and psnr(read.pixels, smooth()) > 40
    for format in ("JPEG", "PNG", "WEBP", "AVIF"):
        write_photo(read, tmp_path / "out", format=format)
        after = read_photo(tmp_path / "out")
        assert psnr(after.pixels, smooth()) > 35, format


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_conversion_is_upright_and_carries_exif_xmp_and_profile(format: str, tmp_path: Path) -> None:
    block = b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
    profile = made_profile()
    fields = {"exif": block, "xmp": b"<x:xmpmeta/>", "icc": profile, "orientation": 6}
    write_photo(photo_of(smooth(), "HEIF", **fields), tmp_path / "in.heic")
    write_photo(read_photo(tmp_path / "in.heic"), tmp_path / "out", format=format)
    after = read_photo(tmp_path / "out")
    assert after.format == format and after.metadata.icc == profile and after.metadata.xmp == fields["xmp"]
    assert psnr(after.pixels, smooth()) > 35
    assert after.metadata.orientation == 6 and (format == "TIFF" or after.metadata.exif == block)
    write_photo(after, tmp_path / "back.heic", format="HEIF")
    back = read_photo(tmp_path / "back.heic")
    assert back.metadata.orientation == 6 and back.metadata.icc == profile and psnr(back.pixels, smooth()) > 35


def made_profile() -> bytes:
    from uegan_cli.photo import colour

    profile = colour.profile_from_code_points(12, 13)
    assert profile is not None
    return profile


def test_code_points_become_a_profile_in_other_formats(tmp_path: Path) -> None:
    encoding = ItemEncoding(colours=ColourCodes(12, 13, 6, True))
    write_photo(photo_of(smooth(), "HEIF", encoding=encoding), tmp_path / "in.heic")
    before = read_photo(tmp_path / "in.heic")
    assert before.profile == made_profile() and before.metadata.icc is None
    write_photo(before, tmp_path / "out.jpg", format="JPEG")
    assert read_photo(tmp_path / "out.jpg").profile == made_profile()
    write_photo(before, tmp_path / "out.heic")
    with (tmp_path / "out.heic").open("rb") as file:
        assert b"prof" not in file.read()


def test_a_picture_that_cannot_be_decoded_is_one_error(camera_photos: Path, tmp_path: Path) -> None:
    for name in ("formats/QuickTime.heic", "corrupt/NegativeArraySizeException.ItemInfoBox.init.heif"):
        with pytest.raises(PhotoError, match=r"Quick|Negative") as raised:
            read_photo(camera_photos / name)
        assert "\n" not in str(raised.value)
    whole = encode("HEIF")
    for length in (40, 200, len(whole) // 2, len(whole) - 20):
        (tmp_path / "cut.heic").write_bytes(whole[:length])
        with pytest.raises(PhotoError, match=r"cut\.heic: "):
            read_photo(tmp_path / "cut.heic")


def test_size_is_refused_before_anything_is_decoded(camera_photos: Path) -> None:
    with pytest.raises(PhotoError, match="1596 x 1064"):
        read_photo(camera_photos / "formats" / "QuickTime.heic", max_pixels=1000)


def test_a_picture_of_another_size_than_it_says_is_broken(tmp_path: Path) -> None:
    data = encode("HEIF").replace((98).to_bytes(4) + (66).to_bytes(4), (96).to_bytes(4) + (66).to_bytes(4))
    (tmp_path / "in.heic").write_bytes(data)
    with pytest.raises(PhotoError, match="in.heic: broken"):
        read_photo(tmp_path / "in.heic")


def test_other_readers_open_what_is_written(tmp_path: Path) -> None:
    block = b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
    write_photo(
        photo_of(smooth(), "HEIF", orientation=6, exif=block, icc=made_profile()), tmp_path / "out.heic", mark=MARK
    )
    opened = pillow_heif.open_heif(tmp_path / "out.heic")
    assert opened.info["exif"] == b"Exif\0\0" + block and opened.info["icc_profile"] == made_profile()
    assert b"0123abcd" in opened.info["xmp"] and opened.size == (98, 66)
    image = Image.fromarray(np.asarray(opened))
    assert image.mode == "RGB" and io.BytesIO(opened.data).read(1) != b""
