"""Folders of photos with everything in them that can go wrong, and a look at what a command left behind."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.photo.reading import read_photo

from ..commands.conftest import bright, in_a_process, uegan

__all__ = ["bright", "in_a_process", "uegan"]

MakePhoto = Callable[..., Path]
Mount = Callable[[str], Path]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the test runs in."""
    place = tmp_path / "photos"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def photo(folder: Path) -> MakePhoto:
    """photo("a.jpg", width=64, height=48) -> its path; names may be bytes. Noisy, so that it takes room."""

    def make(name: str | bytes, width: int = 64, height: int = 48, **options: object) -> Path:
        path = folder / os.fsdecode(name)
        noise = np.random.default_rng(len(path.name)).integers(60, 180, (height, width, 3), np.uint8)
        format = {".png": "PNG", ".tif": "TIFF"}.get(path.suffix, "JPEG")
        with path.open("wb") as file:
            Image.fromarray(noise).save(file, format, **options)
        return path

    return make


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Mount]:
    """mounted("size=1m") -> the folder of a disk in memory; the test is skipped where mounting is not allowed."""
    places = []

    def mount(options: str) -> Path:
        place = tmp_path / f"disk{len(places)}"
        place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"needs the right to mount a disk in memory: {done.stderr.strip()}")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", "-l", str(place)], check=True)


def regular_files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its name, with what is in it."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def assert_nothing_half_done(folder: Path, before: dict[str, bytes]) -> None:
    """What was there is as it was, every new file is a whole photo, and nothing hidden is left."""
    after = regular_files(folder)
    assert {name: after.get(name) for name in before} == before
    for name in set(after) - set(before):
        assert "_bright" in name, name
        read_photo(folder / name)


def complaints(err: str) -> list[str]:
    return [line.removeprefix("uegan: ") for line in err.splitlines() if line.startswith("uegan: ")]
