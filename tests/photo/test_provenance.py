"""The provenance mark is read from files, without decoding them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from uegan_cli.errors import PhotoError
from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.writing import write_photo
from uegan_cli.photo.xmp.mark import Mark

MakePhoto = Callable[..., Path]
MARK = Mark("natural", "0123abcd", 0.75)


def test_marks_are_read_without_decoding(make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [make_photo("in.jpg"), make_photo("in.png")]
    for path in paths:
        assert read_mark(path) is None
        write_photo(read_photo(path), path, mark=MARK)
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("the picture was opened"))
    for path in paths:
        assert read_mark(path) == MARK
        whole = path.read_bytes()
        path.write_bytes(whole[:-40])
        assert read_mark(path) == MARK


def test_other_files_have_no_mark_and_files_that_cannot_be_opened_give_an_error(
    camera_photos: Path, tmp_path: Path
) -> None:
    for path in camera_photos.rglob("*.*"):
        assert read_mark(path) is None
    for path in (tmp_path / "missing.jpg", tmp_path):
        with pytest.raises(PhotoError, match=path.name):
            read_mark(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_gives_an_error_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(PhotoError, match="pipe.jpg"):
        read_mark(tmp_path / "pipe.jpg")
