"""Every file that lies beside the repository, in one command."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from uegan_cli.photo.formats import FORMATS, sniff
from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.suffixes import format_by_name

from .conftest import complaints, regular_files

BROKEN = {
    "corrupt/NegativeArraySizeException.ItemInfoBox.init.heif",
    "corrupt/seek_too_large.tif",
    "corrupt/truncated_end_chunk.png",
    "formats/CanonRaw.cr3",
    "formats/DNG.dng",
    "formats/Panasonic.rw2",
    "formats/QuickTime.heic",
}
ANIMATED = {
    "formats/iss634.webp",
    "formats/mode_16bit.png",
    "formats/multipage.tiff",
    "formats/star.avifs",
    "formats/codec-image-rs/advertises_rgba_but_frames_are_rgb.webp",
}
NOT_SUPPORTED = {
    "formats/codec-image-rs/rgb32f_color.tiff": "floating-point",
    "icc/tiff_strip_cmyk_jpeg.tif": "CMYK with no colour profile",
}


@pytest.mark.slow
def test_the_whole_corpus_goes_through_in_one_command(bright, folder, camera_photos, in_a_process):
    before = regular_files(camera_photos)
    searched = {name for name in before if format_by_name(name)}
    done = in_a_process("enhance", camera_photos, "-r", "-s", "bright", "-o", folder)
    told = [line.removeprefix(f"{camera_photos}{os.sep}") for line in complaints(done.stderr.decode())]
    reasons = dict(line.split(": ", 1) for line in told)
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    assert len(told) == len(reasons) and set(reasons) == BROKEN | ANIMATED | set(NOT_SUPPORTED)
    for name in BROKEN:
        assert reasons[name].startswith("broken photo (") and "restore it" in reasons[name]
    for name in ANIMATED:
        assert "frames; use --first-frame to take the first" in reasons[name]
    for name, reason in NOT_SUPPORTED.items():
        assert reason in reasons[name]
    assert regular_files(camera_photos) == before
    results = regular_files(folder)
    assert set(results) == set(map(result_of, searched - set(reasons)))
    for name, data in results.items():
        assert read_mark(folder / name).style == "bright"
        assert sniff(io.BytesIO(data)) in FORMATS
        read_photo(folder / name)


def result_of(name: str) -> str:
    path = Path(name)
    suffix = ".jpg" if format_by_name(name) == "RAW" else path.suffix
    return str(path.with_name(f"{path.stem}_bright{suffix}"))
