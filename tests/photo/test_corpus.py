"""exiftool, exifread and Pillow find the same metadata in the camera files before and after an edit."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import warnings
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import exifread
import numpy as np
import pytest
from PIL import Image, ImageOps

from uegan_cli.errors import PhotoError
from uegan_cli.photo.photo import Keep, Photo
from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.suffixes import WRITABLE
from uegan_cli.photo.tiff import exif
from uegan_cli.photo.writing import write_photo
from uegan_cli.photo.xmp.mark import Mark

from ..conftest import lying_beside

MARK = Mark("natural", "0123abcd", 0.75)
Tags = dict[str, list[str]]

FILE = r"SourceFile|ExifTool:|System:|Composite:|.*:Warning$"
"""Tags about the file itself, and those that exiftool computes from others."""

THUMBNAIL = r"IFD1:Thumbnail(Image|Offset)$|Photoshop:PhotoshopThumbnail$|InteropIFD1"
"""Tags that differ because the thumbnail is a new one."""

UNLINKED = r"IFD1:"
"""Tags that go when the thumbnail is unlinked: its directory goes too."""

STORAGE = (
    r"File:(FileType|FileTypeExtension|MIMEType|YCbCrSubSampling|ExifByteOrder)$"
    r"|PNG:(Interlace|Palette|Transparency|BackgroundColor|SignificantBits|BitDepth|ColorType|Compression|Filter)$"
    r"|IFD0:(Strip|Tile|RowsPer|Compression|Predictor|FillOrder|BitsPerSample|Photometric|ColorMap|JPEG|Preview|Other"
    r"|SamplesPer|PlanarConf|T4Options|T6Options|ExtraSamples|SampleFormat|YCbCr|ReferenceBlack|SubfileType|OldSubfile)"
    r"|PreviewIFD:PreviewImageStart$|RIFF:|QuickTime:|Meta"
)
"""Tags of how the picture is stored: chroma subsampling that encoders lack, palettes, interlacing, compression, ..."""

SIZE = r"(File|IFD0|PNG|PNG-IHDR|RIFF|QuickTime|Meta):Image(Width|Height|Size|SpatialExtent)|File:ImageData"

BESIDE = r"MPF\d*:|MPImage|Google:GainMapImage|XMP-hdrgm:|XMP-Container:|XMP-GContainer|XMP-HDRGainMap:|XMP-apdi:"
"""Tags of pictures beside the main one, which are left out with a warning, and XMP's properties of them."""

OURS = r"XMP-uegan:|XMP-x:XMPToolkit|XMP-rdf:About"


@dataclass(frozen=True)
class Written:
    source: Path
    photo: Photo
    path: Path
    warnings: tuple[str, ...]


@pytest.fixture(scope="module")
def photos() -> list[Photo]:
    """Read every file of the corpus that can be read and whose format can be written."""
    folder = lying_beside("metadata")
    found = []
    for path in sorted(folder.rglob("*.*")):
        try:
            photo = read_photo(path)
        except PhotoError:
            continue
        if photo.format in WRITABLE:
            found.append(photo)
    assert len(found) > 90
    return [cropped(photo) for photo in found]


def cropped(photo: Photo) -> Photo:
    """Crop a large picture to its corner, which is encoded faster and has the same metadata."""
    if photo.pixels.size < 3_000_000:
        return photo
    alpha = None if photo.alpha is None else photo.alpha[:200, :300]
    return replace(photo, pixels=photo.pixels[:200, :300], alpha=alpha)


def write_all(photos: Iterable[Photo], folder: Path, metadata: Keep = "all", mark: Mark | None = MARK) -> list[Written]:
    written = []
    for number, photo in enumerate(photos):
        path = folder / f"{number}{photo.path.suffix}"
        result = write_photo(photo, path, mark=mark, metadata=metadata)
        written.append(Written(photo.path, photo, path, result.warnings))
    return written


@pytest.fixture(scope="module")
def edited(photos: list[Photo], tmp_path_factory: pytest.TempPathFactory) -> list[Written]:
    """Write all of them with inverted pixels."""
    inverted = (replace(photo, pixels=np.iinfo(photo.pixels.dtype).max - photo.pixels) for photo in photos)
    return write_all(inverted, tmp_path_factory.mktemp("edited"))


def exiftool(paths: Iterable[Path], *options: str) -> list[Tags]:
    """Return all tags of every file with all their values, by one process for all files."""
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed")
    names = "\n".join(map(str, paths))
    command = ["exiftool", "-json", "-G1:4", "-a", "-u", "-U", "-n", "-b", "-q", *options, "-@", "-"]
    answer = subprocess.run(command, input=names.encode(), capture_output=True, check=False).stdout
    return [collected(tags) for tags in json.loads(answer)]


def collected(tags: dict[str, Any]) -> Tags:
    """Collect values by group and name; those of a tag that occurs more than once are sorted."""
    values = defaultdict(list)
    for name, value in tags.items():
        values[re.sub(r":Copy\d+:", ":", name)].append(json.dumps(value))
    return {name: sorted(found) for name, found in values.items()}


def assert_same(w: Written, before: Tags, after: Tags, *more: str) -> None:
    exceptions = [FILE, THUMBNAIL, STORAGE, OURS, SIZE, *more]
    block = read_photo(w.path).metadata.exif
    if block is None or exif.find_thumbnail(block) is None:
        exceptions.append(UNLINKED)
    if any("left out" in warning for warning in w.warnings):
        exceptions.append(BESIDE)
    excepted = re.compile("|".join(exceptions))
    lost = {name: (value, after.get(name)) for name, value in before.items() if after.get(name) != value}
    lost = {name: values for name, values in lost.items() if not excepted.match(name)}
    new = [name for name in after if name not in before and not excepted.match(name)]
    assert not lost and not new, (w.source, lost, new)


def test_exiftool_finds_no_tag_lost_or_changed(edited: list[Written]) -> None:
    before, after = exiftool(w.source for w in edited), exiftool(w.path for w in edited)
    for w, old, new in zip(edited, before, after, strict=True):
        assert_same(w, old, new)
        assert new["XMP-uegan:StyleHash"] == ['"0123abcd"'], w.source


def test_without_an_edit_no_tag_changes_either(photos: list[Photo], tmp_path: Path) -> None:
    written = write_all(photos, tmp_path, mark=None)
    before, after = exiftool(w.source for w in written), exiftool(w.path for w in written)
    for w, old, new in zip(written, before, after, strict=True):
        assert_same(w, old, new)
        assert not any("uegan" in name for name in new)


def test_exiftool_gives_no_new_warning(edited: list[Written]) -> None:
    options = ("-validate", "-warning", "-error")
    before, after = exiftool((w.source for w in edited), *options), exiftool((w.path for w in edited), *options)
    for w, old, new in zip(edited, before, after, strict=True):
        complaints = [set(map(without_numbers, tags.get("ExifTool:Warning", []))) for tags in (old, new)]
        complaints[0].add('"Invalid value for IFD tag x Compression"')  # it knows no Deflate in TIFF
        assert complaints[1] <= complaints[0], (w.source, complaints[1] - complaints[0])
        assert "ExifTool:Error" not in new, w.source


def without_numbers(complaint: str) -> str:
    return re.sub(r"\d+", "", complaint)


def test_exif_is_identical_but_for_the_thumbnail(edited: list[Written]) -> None:
    blocks = 0
    for w in edited:
        before, after = w.photo.metadata.exif, read_photo(w.path).metadata.exif
        if before is None or w.photo.format == "TIFF":
            continue
        blocks += 1
        assert after is not None and len(after) == len(before), w.source
        changed = np.flatnonzero(np.frombuffer(before, np.uint8) != np.frombuffer(after, np.uint8))
        place = exif.find_thumbnail(after)
        if place is None:
            assert after == exif.unlink_thumbnail(before), w.source
        else:
            old = exif.find_thumbnail(before)
            assert old and place[0] == old[0] <= changed.min() and changed.max() < old[1], w.source
    assert blocks > 50


def test_thumbnails_show_the_new_picture(edited: list[Written]) -> None:
    shown = 0
    for w in edited:
        block = read_photo(w.path).metadata.exif
        place = exif.find_thumbnail(block) if block else None
        if block is None or place is None or w.photo.separation:
            continue
        with Image.open(io.BytesIO(block[slice(*place)])) as small, Image.open(w.path) as large:
            large.draft("RGB", (160, 160))
            found = np.asarray(small.convert("RGB"), float).mean((0, 1))
            assert np.abs(found - np.asarray(large.convert("RGB"), float).mean((0, 1))).max() < 6, w.source
        shown += 1
    assert shown > 30


def test_exifread_finds_the_same(edited: list[Written]) -> None:
    compared = 0
    for w in edited:
        if w.source.parent.name == "corrupt" or w.photo.format == "TIFF":
            continue  # it follows broken offsets into the picture, and knows no BigTIFF
        before, after = exifread_tags(w.source), exifread_tags(w.path)
        compared += len(before)
        assert {name: after.get(name) for name in before} == before, w.source
    assert compared > 1000


def exifread_tags(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        try:
            tags = exifread.process_file(file)
        except Exception:  # it is given files that are broken
            return {}
    return {
        name: str(tag)
        for name, tag in tags.items()
        if not name.startswith(("Thumbnail ", "JPEGThumbnail", "MakerNote NikonCaptureOffsets"))  # that reaches into it
    }


def test_pillow_reads_what_was_written(edited: list[Written]) -> None:
    for w in edited:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if not pillow_opens(w.source):
                continue
            with Image.open(w.path) as image:
                assert ImageOps.exif_transpose(image).size == w.photo.pixels.shape[1::-1], w.source


def pillow_opens(path: Path) -> bool:
    try:
        with Image.open(path):
            return True
    except (OSError, SyntaxError):
        return False


def test_no_gps_removes_positions_and_nothing_else(photos: list[Photo], tmp_path: Path) -> None:
    written = write_all(photos, tmp_path, metadata="no-gps", mark=None)
    position = r"GPS:|XMP-exif:GPS|IFD0:(GPS|Geo|PixelScale|ModelT|IntergraphM)|.*:GPS(Latitude|Longitude|Altitude)"
    before, after = exiftool(w.source for w in written), exiftool(w.path for w in written)
    for w, old, new in zip(written, before, after, strict=True):
        left = {name: value for name, value in new.items() if re.match(position, name)}
        assert not left, (w.source, left)
        assert_same(w, old, new, position, "GeoTiff:")
    assert sum(any(re.match(position, name) for name in tags) for tags in before) > 8


def density_of(photo: Photo) -> tuple[float, float] | None:
    """Return the density that the new file must state, if its format can."""
    known = photo.metadata.density or exif.read_density(photo.metadata.exif)
    holds = photo.format in ("JPEG", "PNG", "TIFF") and not getattr(photo.metadata.encoding, "rgb", False)
    return (known[::-1] if photo.metadata.orientation >= 5 else known) if known and holds else None


def test_none_keeps_the_profile_the_density_and_the_mark_alone(photos: list[Photo], tmp_path: Path) -> None:
    written = write_all(photos, tmp_path, metadata="none")
    known = (FILE, STORAGE, OURS, "File:", "JFIF:", "ICC", "PNG", "IFD0:(Image|XRes|YRes|Resol|StripOff)", "Adobe:")
    for w, tags in zip(written, exiftool(w.path for w in written), strict=True):
        left = {name: value for name, value in tags.items() if not re.match("|".join(known), name)}
        assert not left, (w.source, left)
        photo = read_photo(w.path)
        assert photo.profile == w.photo.profile and photo.metadata.orientation == 1, w.source
        expected = density_of(w.photo)
        assert photo.metadata.density == (expected and pytest.approx(expected, rel=0.02)), w.source
        assert photo.pixels.shape == w.photo.pixels.shape and read_mark(w.path) == MARK, w.source


def test_profiles_keep_their_bytes(edited: list[Written]) -> None:
    profiles = [(w.photo.metadata.icc, read_photo(w.path).metadata.icc, w.source) for w in edited]
    assert all(before == after for before, after, _ in profiles)
    assert len({before for before, _, _ in profiles}) > 10
