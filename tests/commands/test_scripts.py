"""The scripts of docs/how-to/scripts.md, run as written by the shells and tools they are for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.conftest import environment
from uegan_cli.photo.provenance import read_mark

PAGE = Path(__file__).parents[2] / "docs/how-to/scripts.md"
TEXT = PAGE.read_text("utf-8")
SH = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
MAKE = re.findall(r"```make\n(.*?)```", TEXT, re.DOTALL)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="these are Unix's shells")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `photos`, two of which are hard to name, and their finished versions."""
    work, programs = tmp_path / "work", tmp_path / "bin"
    for name in ("photos", "finished"):
        (work / name).mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in ("a.jpg", "with space.jpg", "it's.jpg"):
        picture = Image.fromarray(rng.integers(60, 180, (6, 8, 3), np.uint8)).resize((96, 72))
        for side in ("photos", "finished"):
            picture.save(work / side / name)
    programs.mkdir()
    (programs / "uegan").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m uegan_cli "$@"\n')
    (programs / "uegan").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return work


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"needs {program}")


def enhanced(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*.jpg") if read_mark(path) is not None}


def test_there_are_five_of_them() -> None:
    assert (len(SH), len(MAKE)) == (4, 1)


def test_what_find_finds(folder: Path) -> None:
    needs("jq")
    os.utime(folder / "photos/a.jpg", (0, 0))
    done = run(folder, "bash", "-euo", "pipefail", "-c", SH[0])
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == ["photos/it's_natural.jpg", "photos/with space_natural.jpg"]
    assert enhanced(folder) == {"it's_natural.jpg", "with space_natural.jpg"}


def test_every_night(folder: Path) -> None:
    (folder / "nightly.sh").write_text(SH[1])
    (folder / "nightly.sh").chmod(0o755)
    for _ in range(2):
        done = run(folder, "./nightly.sh")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), "cron sends whatever is printed"
    assert enhanced(folder / "enhanced") == {"a.jpg", "with space.jpg", "it's.jpg"}
    assert "3" in (folder / "enhanced.html").read_text()


def test_a_pipeline_fails_where_a_style_is_worse(folder: Path) -> None:
    done = run(folder, "sh", "-c", SH[2] + "\necho passed")
    assert done.stdout.endswith("passed\n"), done.stderr
    assert len((folder / "scores.csv").read_text().splitlines()) == 1 + 3 * 5
    done = run(folder, "sh", "-c", SH[2].replace("psnr=15", "psnr=99") + "\necho passed")
    assert done.returncode == 1 and "passed" not in done.stdout
    assert "natural: PSNR" in done.stderr


def test_several_at_a_time(folder: Path) -> None:
    done = run(folder, "sh", "-c", SH[3])
    assert done.returncode == 0, done.stderr
    assert enhanced(folder / "small") == {"a_natural.jpg", "with space_natural.jpg", "it's_natural.jpg"}


def test_make_makes_what_is_out_of_date(folder: Path) -> None:
    needs("make")
    (folder / "photos/with space.jpg").unlink()
    (folder / "Makefile").write_text(MAKE[0])
    assert run(folder, "make").returncode == 0
    assert enhanced(folder / "web") == {"a.jpg", "it's.jpg"}
    assert "Nothing to be done" in run(folder, "make").stdout
    newer = (folder / "web/a.jpg").stat().st_mtime + 10
    os.utime(folder / "photos/a.jpg", (newer, newer))
    done = run(folder, "make")
    assert done.stdout.count("uegan enhance") == 1 and "photos/a.jpg" in done.stdout


def test_json_is_what_the_readme_says_it_is(folder: Path) -> None:
    done = run(folder, "uegan", "enhance", "photos/a.jpg", "--json")
    first, last = map(json.loads, done.stdout.splitlines())
    assert first["output"] == "photos/a_natural.jpg" and "summary" in last
