"""Reading gives the upright pixels of a photo, or a PhotoError of one line."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from uegan_cli.errors import PhotoError
from uegan_cli.photo import orientation
from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.reading import read_photo, read_upright_srgb

MakePhoto = Callable[..., Path]


def pillow_pixels(path: Path) -> Pixels:
    """Return Pillow's pixels of a file, upright."""
    with warnings.catch_warnings(), Image.open(path, formats=("JPEG", "PNG")) as image:
        warnings.simplefilter("ignore")
        upright = ImageOps.exif_transpose(image)
        return np.asarray(upright.convert("RGBA").convert("RGB"))


def assert_refused(path: Path, *reasons: str, **options: int) -> None:
    with pytest.raises(PhotoError) as caught:
        read_photo(path, **options)
    message = str(caught.value)
    assert "\n" not in message and message.startswith(str(path))
    assert all(reason in message for reason in reasons), message


def test_camera_files_read_as_pillow_reads_them(camera_files: list[Path]) -> None:
    assert len(camera_files) > 80
    for path in camera_files:
        photo = read_photo(path)
        assert np.array_equal(photo.pixels, pillow_pixels(path)), path
        assert photo.pixels.flags.c_contiguous and photo.pixels.flags.writeable, path


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_orientation_is_read_upright(make_photo: MakePhoto, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    path = make_photo("turned.png", exif=exif)
    photo = read_photo(path)
    assert photo.metadata.orientation == turn
    assert np.array_equal(photo.pixels, pillow_pixels(path))
    assert np.array_equal(read_upright_srgb(path), photo.pixels)


def test_the_content_decides_and_not_the_name(make_photo: MakePhoto, tmp_path: Path) -> None:
    png = make_photo("photo.png").rename(tmp_path / "photo.jpg")
    assert read_photo(png).format == "PNG"


@pytest.mark.parametrize("mode", ["L", "1", "LA"])
def test_greyscale_photos_have_three_equal_channels(make_photo: MakePhoto, mode: str) -> None:
    photo = read_photo(make_photo("grey.png", mode))
    assert photo.grey and (photo.alpha is not None) == (mode == "LA")
    assert photo.pixels.shape == (30, 44, 3)
    assert (photo.pixels == photo.pixels[..., :1]).all()


def test_transparency_is_kept_apart_from_the_colours(tmp_path: Path, picture: Pixels) -> None:
    opacity = picture[..., 0]
    Image.fromarray(np.dstack([picture, opacity])).save(tmp_path / "clear.png")
    photo = read_photo(tmp_path / "clear.png")
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha, opacity) and np.array_equal(photo.pixels, picture)


def test_a_palette_with_transparency_becomes_colours_and_alpha(make_photo: MakePhoto) -> None:
    photo = read_photo(make_photo("palette.png", "P", transparency=0))
    assert photo.alpha is not None and set(np.unique(photo.alpha)) <= {0, 255}
    assert photo.pixels.shape == (30, 44, 3) and not photo.grey


def test_a_transparent_grey_of_four_bits_is_transparent(camera_photos: Path) -> None:
    photo = read_photo(camera_photos / "formats" / "pngsuite" / "tbbn0g04.png")
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha == 0, photo.pixels[..., 0] == 255) and (photo.alpha == 0).any()


@pytest.mark.parametrize("short_side", [None, 10])
def test_reduced_reading_supports_every_kind_of_picture(make_photo: MakePhoto, short_side: int | None) -> None:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        assert read_upright_srgb(make_photo("any.png", mode), short_side).shape[2] == 3
    half_clear = make_photo("any.png", "P", transparency=bytes(range(256)))
    assert read_upright_srgb(half_clear, short_side).shape[2] == 3


def test_files_that_are_not_whole_photos_are_refused_in_one_line(make_photo: MakePhoto, tmp_path: Path) -> None:
    whole = make_photo("whole.jpg").read_bytes()
    png = make_photo("whole.png").read_bytes()
    for name, data, reason in (
        ("empty.jpg", b"", "empty"),
        ("half.jpg", whole[: len(whole) // 2], "broken"),
        ("half.png", png[: len(png) // 2], "broken"),
        ("start.jpg", whole[:3], "broken"),
        ("start.png", png[:8], "broken"),
        ("notes.jpg", b"These are my notes.", "not a photo"),
    ):
        (tmp_path / name).write_bytes(data)
        assert_refused(tmp_path / name, reason)


def test_paths_that_are_not_files_are_refused(tmp_path: Path) -> None:
    assert_refused(tmp_path, "a folder")
    assert_refused(tmp_path / "missing.jpg", "no such file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert_refused(tmp_path / "pipe.jpg", "not a regular file")


def test_unsupported_formats_are_refused_by_name(tmp_path: Path, make_photo: MakePhoto) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "moving.png", save_all=True, append_images=frames[1:])
    assert_refused(tmp_path / "moving.png", "2 frames")
    assert_refused(make_photo("press.jpg", "CMYK"), "CMYK")
    assert_refused(make_photo("other.gif"), "GIF")
    (tmp_path / "other.psd").write_bytes(b"8BPS\0\1" + bytes(20))
    assert_refused(tmp_path / "other.psd", "Photoshop")


@pytest.mark.parametrize("name", ["deep.png", "deep.tif"])
def test_16_bits_stay_16_bits(tmp_path: Path, name: str) -> None:
    grey = np.arange(0, 65536, 8, np.uint16).reshape(64, 128)
    Image.fromarray(grey).save(tmp_path / name)
    photo = read_photo(tmp_path / name)
    assert photo.grey and photo.pixels.dtype == np.uint16 and (photo.pixels == grey[..., None]).all()
    assert read_upright_srgb(tmp_path / name, 20).dtype == np.uint8


def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    Image.new("1", (30_000, 30_000)).save(tmp_path / "bomb.png")
    assert_refused(tmp_path / "bomb.png", "30000 x 30000")


def test_the_caller_chooses_the_maximum_of_pixels(make_photo: MakePhoto) -> None:
    path = make_photo("photo.jpg")
    assert read_photo(path, max_pixels=44 * 30).pixels.shape == (30, 44, 3)
    assert_refused(path, "44 x 30", max_pixels=44 * 30 - 1)


def test_a_huge_photo_within_the_limit_reads_without_a_warning(
    make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    monkeypatch.setattr(orientation, "_STRIP_PIXELS", 100)
    assert read_photo(make_photo("photo.jpg")).pixels.shape == (30, 44, 3)


def test_every_broken_file_gives_a_photo_or_one_line(camera_photos: Path) -> None:
    read = refused = 0
    for path in sorted((camera_photos / "corrupt").iterdir()):
        try:
            read += read_photo(path).pixels.ndim == 3
        except PhotoError as error:
            refused += 1
            assert "\n" not in str(error) and str(error).startswith(str(path))
    assert read >= 10 and refused >= 4


def test_no_damage_to_a_photo_leaves_more_than_one_line(make_photo: MakePhoto, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for source in (make_photo("a.jpg", comment="hello"), make_photo("b.png", "P", transparency=3)):
        whole = np.frombuffer(source.read_bytes(), np.uint8)
        for _ in range(150):
            broken = whole.copy()
            broken[rng.integers(2, len(whole), 3)] = rng.integers(0, 256, 3)
            (tmp_path / "broken").write_bytes(broken.tobytes())
            try:
                assert read_photo(tmp_path / "broken").pixels.shape[2] == 3
            except PhotoError as error:
                assert "\n" not in str(error)


def test_mpf_pictures_are_left_out_with_a_warning(camera_photos: Path) -> None:
    for path in sorted((camera_photos / "mpf_gainmap").iterdir()):
        photo = read_photo(path)
        assert any("MPF" in warning for warning in photo.warnings)
        assert not any(segment.data.startswith(b"MPF\0") for segment in photo.metadata.segments)


def test_a_motion_video_after_the_picture_is_warned_of(make_photo: MakePhoto, tmp_path: Path) -> None:
    still = make_photo("still.jpg")
    (tmp_path / "motion.jpg").write_bytes(still.read_bytes() + b"\0\0\0\x18ftypmp42 and a video")
    assert read_photo(still).warnings == ()
    assert any("motion video" in warning for warning in read_photo(tmp_path / "motion.jpg").warnings)


def test_a_broken_colour_profile_is_kept_and_warned_of(make_photo: MakePhoto) -> None:
    photo = read_photo(make_photo("odd.jpg", icc_profile=b"no profile at all"))
    assert any("profile" in warning for warning in photo.warnings)
    assert photo.profile == b"no profile at all"


def test_reduced_reading_gives_the_size_asked_for_and_never_enlarges(tmp_path: Path) -> None:
    y, x = np.mgrid[0:600, 0:900]
    smooth = np.stack([x / 4, y / 3, (x + y) / 8], axis=-1).astype(np.uint8)
    for extension in ("jpg", "png"):
        path = tmp_path / f"large.{extension}"
        Image.fromarray(smooth).save(path)
        small = read_upright_srgb(path, 100)
        assert small.shape == (100, 150, 3)
        assert np.abs(small.astype(int) - smooth[3::6, 3::6]).max() <= 6
        assert read_upright_srgb(path, 5000).shape == (600, 900, 3)


def test_reduced_reading_is_upright_and_srgb(camera_photos: Path) -> None:
    turned = camera_photos / "orientation" / "landscape_6.jpg"
    assert read_upright_srgb(turned, 90).shape == (90, 120, 3)
    wide = camera_photos / "icc" / "Morning_Mist_AdobeRGB.jpg"
    assert not np.array_equal(read_upright_srgb(wide), read_photo(wide).pixels)


def test_reading_is_safe_in_threads(make_photo: MakePhoto) -> None:
    path = make_photo("photo.jpg")
    expected, results = read_photo(path).pixels, []
    threads = [threading.Thread(target=lambda: results.append(read_photo(path).pixels)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8 and all(np.array_equal(expected, result) for result in results)


def test_a_missing_package_gives_each_photo_of_its_format_one_error_line(
    make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_photo("in.tif")
    monkeypatch.setitem(sys.modules, "tifffile", None)
    with pytest.raises(
        PhotoError, match=r"in\.tif: needs a package that cannot be loaded .*tifffile.*; see `uegan doctor`"
    ):
        read_photo(path)


def test_the_systems_error_message_is_passed_on(tmp_path: Path) -> None:
    path = tmp_path / "loop.jpg"
    path.symlink_to(path)
    with pytest.raises(PhotoError, match=r"loop\.jpg: cannot be read \(Too many levels of symbolic links\); check"):
        read_photo(path)


def test_the_first_of_several_frames_is_taken_only_on_request(tmp_path: Path, picture: Pixels) -> None:
    path = tmp_path / "in.webp"
    frames = [Image.fromarray(picture), Image.fromarray(255 - picture)]
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
    with pytest.raises(PhotoError, match="has 2 frames; use --first-frame to take the first"):
        read_photo(path)
    photo = read_photo(path, first_frame=True)
    assert np.array_equal(photo.pixels, picture)
    assert (photo.frames, photo.warnings) == (2, ("only the first of its 2 frames was used",))
