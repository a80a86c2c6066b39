"""Ctrl-C, a closed terminal and `kill`, at any moment: every file whole, no photo harmed, nothing hidden left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo

from ..commands.conftest import environment
from ..waiting import LIMIT
from .conftest import Forks, assert_nothing_half_done, forking, regular_files

pytestmark = [pytest.mark.usefixtures("bright"), pytest.mark.skipif(os.name == "nt", reason="signals are Unix's")]

SIGNALS = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}

PRELUDE = "from uegan_cli.enhancement import enhancer; from uegan_cli.jobs import pipeline"


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    with forking(PRELUDE) as process:
        yield process


@pytest.fixture
def forks(folder: Path, server: subprocess.Popen[str]) -> Forks:
    return Forks(server, folder)


def fill(photo, count: int = 3) -> None:
    for number in range(count):
        photo(f"{number}.png", 300, 200)


def seconds_whole(forks: Forks, *arguments: str) -> float:
    started = time.monotonic()
    assert forks.run(*arguments)[0] == 0
    return time.monotonic() - started


def clear(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def assert_ended_in_order(code: int, err: str, expected: int) -> None:
    assert code in (0, expected) and "Traceback" not in err, err


def beside(forks: Forks, photo, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    fill(photo)
    originals = regular_files(forks.folder)
    whole = seconds_whole(forks, "enhance", ".", "-s", "bright")
    for number in range(rounds):
        for path in forks.folder.glob("*_bright*"):
            path.unlink()
        name, delay = list(SIGNALS)[number % 3], chance.uniform(0, whole)
        code, err = forks.run("enhance", ".", "-s", "bright", signum=signal.Signals[name], delay=delay)
        assert_ended_in_order(code, err, SIGNALS[name])
        assert_nothing_half_done(forks.folder, originals)


def in_place(forks: Forks, photo, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    fill(photo)
    originals = regular_files(forks.folder)
    whole = seconds_whole(forks, "enhance", ".", "-s", "bright", "--in-place")
    for number in range(rounds):
        clear(forks.folder)
        for name, data in originals.items():
            (forks.folder / name).write_bytes(data)
        name, delay = list(SIGNALS)[number % 3], chance.uniform(0, whole)
        code, err = forks.run("enhance", ".", "-s", "bright", "--in-place", signum=signal.Signals[name], delay=delay)
        assert_ended_in_order(code, err, SIGNALS[name])
        assert_originals_kept(forks.folder, originals)


def assert_originals_kept(folder: Path, originals: dict[str, bytes]) -> None:
    """Each photo is as it was, or enhanced with its original beside it."""
    after = regular_files(folder)
    for name, data in originals.items():
        if after.pop(name) == data:
            assert f"{name}_original" not in after
        else:
            read_photo(folder / name)
            assert read_mark(folder / name) and after.pop(f"{name}_original") == data
    assert not after


def test_ended_at_any_moment_it_leaves_whole_files_only(forks, photo):
    beside(forks, photo, rounds=4, seed=1)


def test_ended_at_any_moment_in_place_it_loses_no_photo(forks, photo):
    in_place(forks, photo, rounds=4, seed=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_ended_at_any_of_many_moments(forks, photo, seed):
    beside(forks, photo, rounds=60, seed=seed)
    clear(forks.folder)
    in_place(forks, photo, rounds=60, seed=100 + seed)


def test_whoever_presses_ctrl_c_again_and_again_gets_whole_files_too(forks, photo):
    fill(photo)
    before = regular_files(forks.folder)
    code, err = forks.run("enhance", ".", "-s", "bright", signum=signal.SIGINT, delay=0.1, count=6)
    assert_ended_in_order(code, err, 130)
    assert_nothing_half_done(forks.folder, before)


@pytest.mark.slow
@pytest.mark.parametrize("name", SIGNALS)
def test_a_process_is_ended_at_any_moment_of_its_start(photo, folder, name):
    """A real process from its first instruction on: what comes before Python runs us ends by the signal itself."""
    chance = random.Random(name)
    fill(photo)
    before = regular_files(folder)
    for _ in range(12):
        command = [sys.executable, "-m", "uegan_cli", "enhance", ".", "-s", "bright", "--force"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
            time.sleep(chance.uniform(0, 5))
            process.send_signal(signal.Signals[name])
            err = process.communicate(timeout=LIMIT)[1].decode()
        assert process.returncode in (0, SIGNALS[name], -signal.Signals[name]), err
        assert process.returncode < 0 or "Traceback" not in err, err
        assert_nothing_half_done(folder, before)


def test_a_photo_that_was_cut_off_between_backup_and_replacement_goes_on(photo, uegan, folder):
    original = photo("a.jpg").read_bytes()
    Path("a.jpg_original").write_bytes(original)
    assert uegan("enhance", "a.jpg", "-s", "bright", "--in-place").code == 0
    assert_originals_kept(folder, {"a.jpg": original})
