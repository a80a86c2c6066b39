"""Standard input and output that are closed, full, or read by nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..commands.conftest import environment
from ..waiting import LIMIT
from .conftest import assert_nothing_half_done, complaints, regular_files

pytestmark = [pytest.mark.usefixtures("bright"), pytest.mark.skipif(os.name == "nt", reason="a Unix shell")]

UEGAN = f"'{sys.executable}' -m uegan_cli"


def shell(command: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, shell=True, capture_output=True, env=environment(), timeout=LIMIT, **options)


def test_a_reader_that_goes_away_ends_the_work_in_order(photo, folder):
    for number in range(12):
        photo(f"{number}.jpg")
    before = regular_files(folder)
    done = shell(f"{UEGAN} enhance . -s bright -j 1 | head -1")
    assert done.stdout.count(b"\n") == 1
    assert b"Traceback" not in done.stderr and b"Broken pipe" not in done.stderr
    assert_nothing_half_done(folder, before)
    assert 1 <= len(regular_files(folder)) - len(before) <= 12


def test_with_every_stream_closed_photos_are_enhanced(photo, folder):
    before = {path.name: path.read_bytes() for path in (photo("a.jpg"), photo("b.png"))}
    done = shell(f"{UEGAN} enhance . -s bright <&- >&- 2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert_nothing_half_done(folder, before)
    assert len(regular_files(folder)) == 4


def test_a_list_from_a_closed_stream_is_an_empty_one(folder):
    done = shell(f"{UEGAN} enhance --files-from - -s bright <&-")
    assert (done.returncode, complaints(done.stderr.decode())) == (
        3,
        ["no photos given; name files or folders, or use --files-from"],
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_standard_output_on_a_full_disk_is_named(photo, folder):
    photo("a.jpg")
    done = shell(f"{UEGAN} enhance a.jpg -s bright --dry-run >/dev/full")
    assert done.returncode == 7
    reason = "standard output: cannot be written (No space left on device); redirect it elsewhere"
    assert complaints(done.stderr.decode()) == [reason]


def test_messages_that_nobody_reads_stop_nothing(photo, folder):
    photo("a.jpg")
    done = shell(f"{UEGAN} enhance a.jpg -s bright 2>&1 >names | true")
    assert done.returncode == 0
    assert Path("a_bright.jpg").is_file() and Path("names").read_text() == "a.jpg -> a_bright.jpg\n"


def test_a_photo_from_standard_input_is_called_that(uegan, folder):
    outcome = uegan("enhance", "-", "-o", "new.jpg", "-s", "bright", "--json", stdin=b"no photo")
    assert (outcome.code, outcome.records[0]["input"]) == (1, "standard input")
    assert complaints(outcome.err) == ["standard input: not a photo; export it as JPEG or PNG"]
