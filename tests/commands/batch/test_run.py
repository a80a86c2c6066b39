"""Runs over a tree: what is done, retried, copied and continued."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands.batch.conftest import BATCH
from tests.commands.conftest import Run
from uegan_cli.styles.file import Style

pytestmark = pytest.mark.usefixtures("bright")


def test_a_tree_is_enhanced_and_failures_are_printed_once(tree: Path, uegan: Run) -> None:
    outcome = uegan(*BATCH)
    assert outcome.code == 1
    assert "uegan: src/bad.jpg: not a photo; export it as JPEG or PNG" in outcome.err.splitlines()
    assert "2 done, 1 failed" in outcome.err
    assert sorted(path.name for path in Path("dst").rglob("*.*") if ".uegan" not in path.parts) == ["a.jpg", "b.png"]
    again = uegan(*BATCH)
    assert again.code == 1 and "0 done, 2 done before, 1 failed" in again.err
    assert "bad.jpg: not" not in again.err and "--retry-failed" in again.err
    assert "bad.jpg: not a photo" in uegan(*BATCH, "--retry-failed").err


def test_other_files_are_copied_on_request(tree: Path, uegan: Run) -> None:
    Path("src/sub/movie.mp4").write_bytes(b"film")
    uegan(*BATCH, "--copy-others")
    assert Path("dst/sub/movie.mp4").read_bytes() == b"film"


def test_a_destination_that_was_moved_is_continued(tree: Path, uegan: Run) -> None:
    uegan(*BATCH)
    Path("src").rename("elsewhere")
    Path("dst").rename("there")
    assert "0 done, 2 done before" in uegan("batch", "elsewhere", "there", "-s", "bright").err


def test_a_style_can_be_a_file(tree: Path, bright: Style, uegan: Run) -> None:
    assert bright.path is not None
    shutil.copy(bright.path, "mine.safetensors")
    assert "2 done" in uegan("batch", "src", "dst", "-s", "mine.safetensors").err
