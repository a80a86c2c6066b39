"""What lies among photos and is none: each costs a line on the screen, and no other photo."""

from __future__ import annotations

import os
import socket
import struct
import zlib
from pathlib import Path

import pytest

from uegan_cli.jobs import pipeline
from uegan_cli.photo import reading

from ..waiting import LIMIT
from .conftest import assert_nothing_half_done, complaints, regular_files

pytestmark = [pytest.mark.usefixtures("bright", "folder"), pytest.mark.skipif(os.name == "nt", reason="Unix's files")]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb() -> bytes:
    header = struct.pack(">IIBBBBB", 65535, 65535, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")
    )


def tiff_bomb() -> bytes:
    entries = {256: 65535, 257: 65535, 258: 8, 259: 1, 262: 2, 273: 8, 277: 3, 278: 65535, 279: 1 << 31}
    fields = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries.items())
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + fields + bytes(4)


def test_whatever_lies_among_the_photos_costs_a_line_and_nothing_else(photo, folder, in_a_process):
    half = photo("half.jpg").read_bytes()
    Path("half.jpg").write_bytes(half[: len(half) // 2])
    Path("empty.jpg").touch()
    Path("text.jpg").write_text("no photo")
    Path("bomb.png").write_bytes(png_bomb())
    Path("bomb.tif").write_bytes(tiff_bomb())
    Path("bomb.gif").write_bytes(b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(6))
    os.mkfifo("fifo.jpg")
    Path("null.jpg").symlink_to("/dev/null")
    Path("loop.jpg").symlink_to("loop.jpg")
    Path("dangling.jpg").symlink_to("gone.jpg")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("socket.jpg")
    photo("whole.png")
    before = regular_files(folder)
    bad = sorted(path.name for path in folder.iterdir() if path.name != "whole.png")
    done = in_a_process("enhance", *bad, "-s", "bright", "whole.png", timeout=LIMIT)
    listener.close()
    told = complaints(done.stderr.decode())
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    assert [line.partition(":")[0] for line in told] == bad
    for line, reason in zip(told, EXPECTED, strict=True):
        assert reason in line
    assert Path("whole_bright.png").is_file()
    assert_nothing_half_done(folder, before)


EXPECTED = (
    "GIF files are not supported",
    "65535 x 65535 pixels are more than 400000000",
    "",  # a picture longer than its file is broken before it is large
    "no such file",
    "the file is empty",
    "not a regular file",
    "broken photo",
    "cannot be read (Too many levels of symbolic links)",
    "not a regular file",
    "not a regular file",
    "not a photo",
)


def test_a_folder_that_is_called_like_a_photo_is_a_folder(photo, uegan):
    photo("a.jpg")
    Path("x.jpg").mkdir()
    outcome = uegan("enhance", "x.jpg", "a.jpg", "-s", "bright")
    assert outcome.code == 0 and "x.jpg: no photos here" in outcome.err
    assert Path("a_bright.jpg").is_file()


def test_broken_photos_from_the_wild_are_enhanced_or_told_of(uegan, folder, camera_photos):
    outcome = uegan("enhance", camera_photos / "corrupt", "-s", "bright", "-o", folder, "--json")
    *photos, summary = outcome.records
    assert outcome.code == 1 and "Traceback" not in outcome.err
    assert summary["summary"]["failed"] == len(complaints(outcome.err)) >= 3
    for record in photos:
        assert Path(record["output"]).is_file() == (record["status"] == "enhanced")
    assert_nothing_half_done(folder, {})


def test_with_fail_fast_the_first_bad_photo_ends_it(uegan, photo):
    Path("0.jpg").touch()
    for number in range(1, 9):
        photo(f"{number}.jpg")
    outcome = uegan("enhance", ".", "-s", "bright", "--fail-fast")
    assert outcome.code == 1 and len(complaints(outcome.err)) == 1
    assert len(list(Path().glob("*_bright*"))) < 8


def test_a_photo_that_vanishes_before_it_is_read_is_told_of(uegan, photo, monkeypatch, folder):
    gone, read = photo("gone.jpg"), pipeline.read_photo
    photo("here.jpg")

    def reading_it(path, **options):
        gone.unlink(missing_ok=True)
        return read(path, **options)

    monkeypatch.setattr(pipeline, "read_photo", reading_it)
    outcome = uegan("enhance", ".", "-s", "bright")
    assert (outcome.code, complaints(outcome.err)) == (1, ["gone.jpg: no such file"])
    assert Path("here_bright.jpg").is_file()


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif"])
@pytest.mark.parametrize("size", [0, 100, -100])
def test_a_photo_that_is_cut_short_while_it_is_read_is_told_of(uegan, photo, monkeypatch, folder, name, size):
    path, sniff = photo(name), reading.sniff

    def cut(file):
        format = sniff(file)
        os.truncate(path, size % path.stat().st_size)
        return format

    monkeypatch.setattr(reading, "sniff", cut)
    outcome = uegan("enhance", name, "-s", "bright")
    assert outcome.code == 1 and len(complaints(outcome.err)) == 1
    assert_nothing_half_done(folder, {name: path.read_bytes()})


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif"])
def test_a_photo_that_grows_while_it_is_read_is_enhanced(uegan, photo, monkeypatch, name):
    path, sniff = photo(name), reading.sniff

    def grown(file):
        format = sniff(file)
        with path.open("ab") as end:
            end.write(bytes(100_000))
        return format

    monkeypatch.setattr(reading, "sniff", grown)
    assert uegan("enhance", name, "-s", "bright").code == 0
    assert len(list(Path().glob("a_bright*"))) == 1


def test_at_strength_nought_a_photo_that_has_gone_is_told_of(uegan, photo, monkeypatch, folder):
    path, read = photo("a.jpg"), pipeline.read_photo

    def read_and_removed(source, **options):
        found = read(source, **options)
        path.unlink()
        return found

    monkeypatch.setattr(pipeline, "read_photo", read_and_removed)
    outcome = uegan("enhance", "a.jpg", "-s", "bright", "--strength", "0")
    assert outcome.code == 1 and "a.jpg: can no longer be read" in outcome.err
    assert regular_files(folder) == {}


def test_more_pixels_than_allowed_are_refused_before_they_are_decoded(uegan, photo):
    photo("small.jpg", 10, 10)
    photo("large.jpg", 11, 10)
    outcome = uegan("enhance", ".", "-s", "bright", "--max-pixels", "0.1K")
    assert complaints(outcome.err) == [
        "large.jpg: 11 x 10 pixels are more than 100; raise --max-pixels or reduce it first"
    ]
    assert Path("small_bright.jpg").is_file()
