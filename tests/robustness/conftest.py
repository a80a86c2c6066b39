"""Folders of photos with everything in them that can go wrong, and a look at what a command left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.photo.reading import read_photo

from ..commands.conftest import bright, environment, in_a_process, uegan
from ..waiting import LIMIT, killed_after

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


FORKS = """
import json, os, signal, sys, time
import torch
from uegan_cli.commands import app

torch.set_num_threads(1)
exec(sys.argv[1])
# A signal that comes before the command has its handlers waits for them: however slow the machine is, none hits the
# time in which Python ends by the signal itself.
install = signal.signal
def installing(number, handler):
    before = install(number, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    return before
signal.signal = installing
ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
for line in sys.stdin:
    folder, home, arguments, signum, after, delay, count = json.loads(line)
    err = os.path.join(folder, "../err")
    open(err, "w").close()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    child = os.fork()
    if child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    else:
        os.chdir(folder)
        os.environ["UEGAN_HOME"] = home
        for stream, name in enumerate((os.devnull, "../out", "../err")):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC), stream)
        sys.argv = ["uegan", *arguments]
        app.command()
        os._exit(0)
    ended = 0
    while signum and after not in open(err).read() and not ended:
        time.sleep(0.01)
        ended, status = os.waitpid(child, os.WNOHANG)
    for _ in range(0 if ended else count):
        time.sleep(delay)
        os.kill(child, signum)
    print(os.waitstatus_to_exitcode(status if ended else os.waitpid(child, 0)[1]), flush=True)
"""
"""Forks a process that has torch loaded for each command, so that there is time for many of them."""


@dataclass
class Forks:
    """Commands run in `folder`, each in a process of its own, with the user folder of the test."""

    process: subprocess.Popen[str]
    folder: Path

    def run(
        self,
        *arguments: str,
        signum: int = 0,
        after: str = "",
        delay: float = 0.0,
        count: int = 1,
        limit: float = LIMIT,
    ) -> tuple[int, str]:
        """Return the exit code and standard error of a command, which may take `limit` seconds.

        It is sent `signum` `delay` seconds after it has said `after`, and again until it was sent `count` times.
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        order = [str(self.folder), os.environ["UEGAN_HOME"], arguments, signum, after, delay, count]
        print(json.dumps(order), file=self.process.stdin, flush=True)
        with killed_after(self.process, f"the end of uegan {' '.join(arguments)}", limit):
            code = int(self.process.stdout.readline() or -1)
        return code, (self.folder.parent / "err").read_text()


@contextmanager
def forking(prelude: str) -> Iterator[subprocess.Popen[str]]:
    """What `Forks` asks for processes; `prelude` is Python that is run once, before them."""
    command = [sys.executable, "-c", FORKS, prelude]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    ) as process:
        yield process
        process.communicate()


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
