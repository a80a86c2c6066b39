"""The wheel and the source archive: built, installed where nothing else of ours is, and used in hard places."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.photo.provenance import read_mark

ROOT = Path(__file__).parents[1]
SOURCES = ("uegan_cli", "completions", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE")


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, **options)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel and the archive, from a copy of the sources; no network is asked for what builds them."""
    pytest.importorskip("build", reason="needs build, part of the extra `test`")
    pytest.importorskip("setuptools", "77", reason="needs setuptools, part of the extra `test`")
    tree, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("built")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree / name)
    done = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, tree)
    assert done.returncode == 0, done.stdout + done.stderr
    return {"wheel": next(out.glob("*.whl")), "archive": next(out.glob("*.tar.gz"))}


@pytest.fixture(scope="module")
def installed(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`uegan` of the wheel in an environment of its own, which borrows nothing but the packages it depends on."""
    place = tmp_path_factory.mktemp("environment")
    assert run(sys.executable, "-m", "venv", "--without-pip", place).returncode == 0
    python = place / "bin" / "python"
    done = run(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--quiet", built["wheel"]
    )
    assert done.returncode == 0, done.stderr
    packages = Path(run(python, "-c", "import site; print(site.getsitepackages()[0])").stdout.strip())
    borrowed = "".join(f"{path}\n" for path in site.getsitepackages())
    (packages / "borrowed.pth").write_text(borrowed)
    where = run(python, "-c", "import uegan_cli; print(uegan_cli.__file__)", cwd=place, env=bare()).stdout.strip()
    assert Path(where).is_relative_to(place), where
    return place / "bin" / "uegan"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    noise = np.random.default_rng(0).integers(60, 180, (6, 8, 3), np.uint8)
    Image.fromarray(noise).resize((96, 72)).save(path)
    return path


def bare(**variables: object) -> dict[str, str]:
    """The environment of somebody who has set nothing."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, **{name: str(value) for name, value in variables.items()}}


def test_wheel_and_archive_hold_what_belongs_in_them_and_nothing_else(built: dict[str, Path]) -> None:
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "uegan_cli").rglob("*") if path.is_file()}
    ours = {name for name in ours if "__pycache__" not in name}
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name and ".data/" not in name}
    assert names == ours
    with tarfile.open(built["archive"]) as archive:
        inside = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    assert ours <= inside and {"README.md", "LICENSE", "pyproject.toml"} <= inside
    assert not {name for name in inside if name.startswith(("tests/", "docs/"))}


def test_completions_and_the_manual_come_along(built: dict[str, Path], installed: Path) -> None:
    share = installed.parents[1] / "share"
    for name in ("bash-completion/completions/uegan.bash", "zsh/site-functions/_uegan", "man/man1/uegan.1"):
        assert (share / name).is_file()
    assert (share / "fish/vendor_completions.d/uegan.fish").is_file()


def test_it_says_its_version_and_enhances_a_photo(installed: Path, photo: Path, tmp_path: Path) -> None:
    environment = bare(HOME=tmp_path / "home")
    assert run(installed, "--version", env=environment, cwd=tmp_path).stdout.startswith("uegan ")
    done = run(installed, "enhance", photo, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    mark = read_mark(photo.with_name("photo_natural.jpg"))
    assert mark is not None and mark.style == "natural"


def test_the_page_and_its_parts_are_inside(installed: Path, photo: Path, tmp_path: Path) -> None:
    environment = bare(HOME=tmp_path / "home")
    done = run(installed, "eval", photo, "--no-baselines", "--html", "page", env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "class Comparison" in (tmp_path / "page/index.html").read_text()


linux = pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Another file system."""
    place = tmp_path / "disk"
    place.mkdir()
    done = run("mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", place)
    if done.returncode:
        pytest.skip(f"needs the right to mount a disk in memory: {done.stderr.strip()}")
    yield place
    run("umount", "-l", place)


@linux
def test_from_a_home_that_cannot_be_written(installed: Path, photo: Path, disk: Path, tmp_path: Path) -> None:
    assert run("mount", "-o", "remount,ro", disk).returncode == 0
    environment = bare(HOME=disk)
    for command in (("enhance", photo), ("eval", photo, "--no-baselines"), ("batch", tmp_path / "in", "out")):
        (tmp_path / "in").mkdir(exist_ok=True)
        shutil.copy(photo, tmp_path / "in")
        done = run(installed, *command, env=environment, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    done = run(installed, "style-create", "half", "--blend", "natural=0.5", env=environment, cwd=tmp_path)
    assert done.returncode == 7 and len(done.stderr.splitlines()) == 1, done.stderr


@linux
def test_with_the_users_folder_on_another_disk(installed: Path, photo: Path, disk: Path, tmp_path: Path) -> None:
    environment = bare(HOME=tmp_path / "home", UEGAN_HOME=disk / "uegan")
    done = run(installed, "style-create", "half", "--blend", "natural=0.5", env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (disk / "uegan/styles/half.safetensors").is_file()
    assert run(installed, "enhance", photo, "-s", "half", env=environment, cwd=tmp_path).returncode == 0
    assert not (tmp_path / "home").exists(), "nothing is left anywhere else"


@linux
def test_without_a_network(installed: Path, photo: Path, tmp_path: Path) -> None:
    if run("unshare", "-n", "true").returncode:
        pytest.skip("needs the right to take the network away")
    done = run("unshare", "-n", installed, "enhance", photo, env=bare(HOME=tmp_path / "home"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
