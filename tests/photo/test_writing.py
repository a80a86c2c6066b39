"""Writing keeps the format, the quality and the metadata of the input, and never leaves half a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.errors import OutputError, UsageError
from uegan_cli.photo.photo import Photo, Pixels
from uegan_cli.photo.png import format as png
from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.writing import write_photo
from uegan_cli.photo.xmp.mark import Mark

MakePhoto = Callable[..., Path]
MARK = Mark("natural", "0123abcd", 0.75)


def brighter(photo: Photo) -> Photo:
    """Return the photo with brighter pixels."""
    return replace(photo, pixels=255 - (255 - photo.pixels) // 2)


def test_camera_files_keep_format_quality_and_metadata(camera_files: list[Path], tmp_path: Path) -> None:
    for path in camera_files:
        before = read_photo(path)
        write_photo(brighter(before), tmp_path / "out", mark=MARK)
        after = read_photo(tmp_path / "out")
        assert after.format == before.format and after.grey == before.grey, path
        assert after.pixels.shape == before.pixels.shape, path
        assert after.metadata.orientation == before.metadata.orientation, path
        assert after.metadata.encoding == before.metadata.encoding, path
        assert after.profile == before.profile and after.metadata.density == before.metadata.density, path
        # Photoshop's resources lose their thumbnail.
        assert {s for s in before.metadata.segments if s.name != "APP13"} <= set(after.metadata.segments), path
        assert read_mark(tmp_path / "out") == MARK, path


def test_png_pixels_and_alpha_come_back_exactly(camera_files: list[Path], tmp_path: Path) -> None:
    for path in camera_files:
        before = read_photo(path)
        if before.pixels.size > 500_000:
            continue
        write_photo(before, tmp_path / "out.png", format="PNG")
        after = read_photo(tmp_path / "out.png")
        assert np.array_equal(after.pixels, before.pixels), path
        assert (after.alpha is None) == (before.alpha is None), path
        assert before.alpha is None or np.array_equal(after.alpha, before.alpha), path


@pytest.mark.parametrize("extension", ["jpg", "png"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_restored(make_photo: MakePhoto, orientation: int, extension: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = make_photo(f"turned.{extension}", exif=exif, quality=95)
    before = read_photo(path)
    with Image.open(path) as image:
        stored = np.asarray(image).astype(int)
    write_photo(before, path)
    after = read_photo(path)
    assert after.metadata.orientation == orientation and after.metadata.exif == before.metadata.exif
    with Image.open(path) as image:
        assert np.abs(np.asarray(image) - stored).max() <= 3


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpegs_keep_tables_subsampling_and_scans(make_photo: MakePhoto, subsampling: int, progressive: bool) -> None:
    path = make_photo("in.jpg", quality=63, subsampling=subsampling, progressive=progressive)
    before = read_photo(path)
    write_photo(before, path)
    with Image.open(path) as image:
        assert bool(image.info.get("progressive")) == progressive
    encoding = read_photo(path).metadata.encoding
    assert encoding == before.metadata.encoding
    assert encoding is not None and encoding.subsampling == subsampling


def test_a_third_quantisation_table_is_kept(make_photo: MakePhoto) -> None:
    tables = [[value] * 64 for value in (3, 5, 9)]
    path = make_photo("in.jpg", qtables=tables, subsampling=0)
    write_photo(read_photo(path), path)
    encoding = read_photo(path).metadata.encoding
    assert encoding is not None and [list(table) for table in encoding.tables] == tables


def test_jpegs_stored_as_rgb_stay_so(make_photo: MakePhoto) -> None:
    path = make_photo("in.jpg", keep_rgb=True, quality=95)
    before = read_photo(path)
    write_photo(before, path)
    after = read_photo(path)
    assert after.metadata.encoding is not None and after.metadata.encoding.rgb
    assert np.abs(after.pixels.astype(int) - before.pixels).max() <= 8


def test_a_given_quality_is_used_with_the_chroma_of_the_input(make_photo: MakePhoto) -> None:
    path = make_photo("in.jpg", quality=90, subsampling=1)
    expected = read_photo(make_photo("other.jpg", quality=40, subsampling=1)).metadata.encoding
    write_photo(read_photo(path), path, quality=40)
    assert read_photo(path).metadata.encoding == expected


def test_greyscale_stays_greyscale_whatever_the_network_did(make_photo: MakePhoto) -> None:
    for name in ("grey.jpg", "grey.png"):
        photo = read_photo(make_photo(name, "L"))
        tinted = photo.pixels.copy()
        tinted[..., 0] //= 2
        write_photo(replace(photo, pixels=tinted), photo.path)
        with Image.open(photo.path) as image:
            assert image.mode == "L"


def test_transparency_becomes_white_in_a_jpeg_with_a_warning(tmp_path: Path, picture: Pixels) -> None:
    opacity = np.zeros(picture.shape[:2], np.uint8)
    opacity[:, 22:] = 255
    Image.fromarray(np.dstack([picture, opacity])).save(tmp_path / "in.png")
    result = write_photo(read_photo(tmp_path / "in.png"), tmp_path / "out.jpg", format="JPEG")
    pixels = read_photo(tmp_path / "out.jpg").pixels
    assert any("transparency" in warning for warning in result.warnings)
    assert pixels[:, :16].min() > 240
    assert np.abs(pixels[:, 28:].astype(int) - picture[:, 28:]).max() <= 12


def test_the_result_names_the_file_and_its_size(make_photo: MakePhoto, tmp_path: Path) -> None:
    result = write_photo(read_photo(make_photo("in.jpg")), tmp_path / "out.jpg")
    assert result.path == tmp_path / "out.jpg" and result.size == result.path.stat().st_size
    assert result.warnings == ()


def test_a_wide_gamut_photo_keeps_its_profile_and_its_pixels(camera_photos: Path, tmp_path: Path) -> None:
    before = read_photo(camera_photos / "icc" / "Morning_Mist_AdobeRGB.jpg")
    write_photo(before, tmp_path / "out.png", format="PNG")
    after = read_photo(tmp_path / "out.png")
    assert before.profile and after.profile == before.profile
    assert np.array_equal(after.pixels, before.pixels)


def test_times_are_copied_from_the_given_file(make_photo: MakePhoto, tmp_path: Path) -> None:
    path = make_photo("in.jpg")
    os.utime(path, ns=(10**18, 10**18 + 500))
    write_photo(read_photo(path), tmp_path / "new.jpg")
    write_photo(read_photo(path), tmp_path / "kept.jpg", preserve_times_from=path)
    assert (tmp_path / "kept.jpg").stat().st_mtime_ns == path.stat().st_mtime_ns == 10**18 + 500
    assert (tmp_path / "new.jpg").stat().st_mtime_ns > 10**18 + 500
    with pytest.raises(OutputError, match="gone.jpg"):
        write_photo(read_photo(path), tmp_path / "kept.jpg", preserve_times_from=tmp_path / "gone.jpg")


def test_an_unknown_format_is_refused_by_name(make_photo: MakePhoto, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="BMP"):
        write_photo(read_photo(make_photo("in.jpg")), tmp_path / "out.bmp", format="BMP")


def test_a_picture_too_long_for_a_jpeg_is_refused_before_encoding(tmp_path: Path) -> None:
    Image.new("L", (65_501, 1)).save(tmp_path / "long.png")
    with pytest.raises(OutputError, match="65500"):
        write_photo(read_photo(tmp_path / "long.png"), tmp_path / "long.jpg", format="JPEG")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (ValueError("encoding error 5"), "cannot be encoded as PNG (encoding error 5); write another format"),
        (OutputError("too long; write a TIFF"), "too long; write a TIFF"),
        (MemoryError(), "not enough memory to encode it; close other programs or reduce it first"),
        (ImportError("no codec"), "PNG needs a package that cannot be loaded (no codec); see `uegan doctor`"),
    ],
)
def test_errors_of_an_encoder_name_the_file(
    make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch, failure: Exception, said: str
) -> None:
    photo = read_photo(make_photo("in.png"))

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(png, "write", fail)
    out = photo.path.with_name("out.png")
    with pytest.raises(OutputError) as error:
        write_photo(photo, out)
    assert str(error.value) == f"{out}: {said}" and not out.exists()


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_a_photo_is_unchanged_if_writing_stops(
    make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    path = make_photo("in.jpg")
    whole, photo = path.read_bytes(), read_photo(path)

    def fail(_: int) -> None:
        raise stop

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((KeyboardInterrupt, OutputError)):
        write_photo(brighter(photo), path)
    assert path.read_bytes() == whole and os.listdir(path.parent) == ["in.jpg"]


def test_the_mode_of_an_existing_file_is_kept(make_photo: MakePhoto) -> None:
    path = make_photo("in.jpg")
    path.chmod(0o640)
    write_photo(read_photo(path), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_an_unknown_choice_of_metadata_is_refused(make_photo: MakePhoto, tmp_path: Path) -> None:
    photo = read_photo(make_photo("in.jpg"))
    with pytest.raises(UsageError, match="no-gps"):
        write_photo(photo, tmp_path / "out.jpg", metadata="no_gps")  # type: ignore[arg-type]
    assert not (tmp_path / "out.jpg").exists()
