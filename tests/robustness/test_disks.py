"""Disks that are full or cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import assert_nothing_half_done, complaints, regular_files

pytestmark = [pytest.mark.usefixtures("bright"), pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk")]


def test_a_full_disk_costs_a_line_for_each_photo_and_harms_none(photo, folder, mounted, uegan):
    disk = mounted("size=64k")
    photo("small.jpg", 32, 32)
    photo("large.png", 320, 320)
    before = regular_files(folder)
    outcome = uegan("enhance", ".", "-s", "bright", "-o", disk)
    reason = f"{disk}/large_bright.png: cannot be written: the disk is full; make room or write elsewhere"
    assert (outcome.code, complaints(outcome.err)) == (1, [reason])
    assert os.listdir(disk) == ["small_bright.jpg"]
    assert_nothing_half_done(folder, before)
    assert uegan("enhance", "large.png", "-s", "bright", "-o", disk).code == 7


def test_in_place_on_a_full_disk_the_photo_stays(photo, mounted, uegan, monkeypatch):
    disk = mounted("size=448k")
    monkeypatch.chdir(disk)
    (disk / "a.png").write_bytes(photo("a.png", 320, 320).read_bytes())
    before = regular_files(disk)
    outcome = uegan("enhance", "a.png", "-s", "bright", "--in-place")
    assert (outcome.code, len(complaints(outcome.err))) == (7, 1) and "the disk is full" in outcome.err
    assert regular_files(disk) == before


def test_at_strength_nought_a_full_disk_is_told_of_too(photo, mounted, uegan):
    disk = mounted("size=64k")
    photo("a.png", 320, 320)
    outcome = uegan("enhance", "a.png", "-s", "bright", "--strength", "0", "-o", disk)
    assert outcome.code == 7 and "the disk is full" in outcome.err
    assert os.listdir(disk) == []


def test_a_disk_that_is_read_only_is_named(photo, folder, mounted, uegan):
    disk = mounted("size=1m")
    (disk / "a.jpg").write_bytes(photo("a.jpg").read_bytes())
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    outcome = uegan("enhance", disk / "a.jpg", "-s", "bright")
    assert outcome.code == 7
    assert complaints(outcome.err) == [
        f"{disk}/a_bright.jpg: cannot be written: the disk is read-only; write to another folder"
    ]
    assert uegan("enhance", disk / "a.jpg", "-s", "bright", "--in-place").code == 7
    assert uegan("enhance", disk / "a.jpg", "-s", "bright", "-o", disk / "new").code == 7
    assert uegan("enhance", disk / "a.jpg", "-s", "bright", "-o", folder).code == 0
    assert Path("a_bright.jpg").is_file()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_without_the_right_to_write_is_named(photo, folder, uegan):
    photo("a.jpg")
    folder.chmod(0o500)
    try:
        outcome = uegan("enhance", "a.jpg", "-s", "bright")
    finally:
        folder.chmod(0o700)
    assert outcome.code == 7 and "permission denied; write to another folder" in outcome.err


def test_an_output_below_a_file_is_named(photo, folder, uegan):
    photo("a.jpg")
    photo("b.jpg")
    Path("out").write_text("in the way")
    before = regular_files(folder)
    for arguments, code in ((["a.jpg", "b.jpg", "-o", "out"], 2), (["a.jpg", "-o", "out/x"], 7)):
        outcome = uegan("enhance", *arguments, "-s", "bright")
        assert (outcome.code, len(complaints(outcome.err))) == (code, 1)
        assert_nothing_half_done(folder, before)


def test_a_sheet_that_cannot_be_written_costs_no_result(photo, uegan):
    photo("a.jpg")
    outcome = uegan("enhance", "a.jpg", "-s", "bright", "--sheet", "gone/sheet.jpg")
    assert outcome.code == 7 and "gone/sheet.jpg: cannot be written: its folder does not exist" in outcome.err
    assert "1 enhanced" in outcome.err and Path("a_bright.jpg").is_file()
