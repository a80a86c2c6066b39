"""Requests that are refused, each with one line and its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.enhance.files import file_names

pytestmark = pytest.mark.usefixtures("bright", "photos")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["gone.jpg"], 3, "gone.jpg: no such file or folder"),
        (["*.tif"], 3, "*.tif: no photos here"),
        ([".", "--include", "*.x"], 3, "--include and --exclude leave no photos"),
        (["a.jpg", "-s", "nope"], 4, "no style called 'nope'"),
        (["a.jpg", "-s", "brght"], 4, "did you mean 'bright'?"),
        (["a.jpg", "-s", "./gone.safetensors"], 4, "gone.safetensors: no such file"),
        (["a.jpg", "-s", "../../etc/passwd"], 4, "passwd"),
        (["a.jpg", "--device", "cuda:99"], 5, "device cuda:99 is not available"),
        (["a.jpg", "--device", "warp"], 5, "unknown device 'warp'"),
        (["a.jpg", "-o", "a.jpg", "--force"], 2, "over an input"),
        (["a.jpg", "b.png", "-o", "out.jpg"], 2, "one file cannot hold 2 photos"),
        (["a.jpg", "--in-place", "-o", "x"], 2, "--in-place keeps"),
        (["a.jpg", "--in-place", "--format", "png"], 2, "--in-place keeps"),
        (["a.jpg", "--force", "--update"], 2, "choose one"),
        (["a.jpg", "-0"], 2, "add --files-from"),
        (["-"], 2, "use it alone"),
        (["-", "a.jpg", "-o", "x"], 2, "use it alone"),
        (["a.jpg", "b.png", "-o", "-"], 2, "one photo to standard output"),
        (["a.jpg", "-o", "a.jpg/x.jpg"], 7, "cannot create this folder"),
        (["a.jpg", "-o", "x.nef"], 2, "x.nef: photos cannot be written in this format"),
        (["a.jpg", "--in-place", "--strength", "0"], 2, "--strength 0 changes nothing"),
        (["raw.nef", "--in-place"], 2, "raw.nef: a camera raw cannot be replaced"),
        (["loop.jpg"], 1, "Too many levels of symbolic links"),
        (["gone/"], 3, "no such file or folder"),
        ([""], 2, "name is empty"),
    ],
)
def test_a_refused_request_is_one_line_and_an_exit_code(uegan, arguments, code, said):
    Path("raw.nef").write_bytes(b"II*\0")
    Path("loop.jpg").symlink_to("loop.jpg")
    before = file_names()
    outcome = uegan("enhance", "-s", "bright", *arguments)
    assert outcome.code == code
    lines = [line for line in outcome.err.splitlines() if line.startswith("uegan: ")]
    assert len(lines) == 1 and said in lines[0]
    assert "Traceback" not in outcome.err
    assert file_names() == before
