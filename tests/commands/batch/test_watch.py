"""A watched folder."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands.batch.conftest import BATCH
from tests.commands.conftest import environment
from uegan_cli.photo.provenance import read_mark

pytestmark = pytest.mark.usefixtures("bright")


@pytest.fixture
def watching(tree: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts a job that watches; it is ended with the test."""
    started = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "uegan_cli", *BATCH, "--watch", "-v"]
        process = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("Watching"):
                return process
        raise AssertionError("it ended")

    yield start
    for process in started:
        process.kill()
        process.communicate()


def appears(path: Path, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if path.exists():
            return True
        time.sleep(0.05)
    return False


def test_photos_that_arrive_are_enhanced_once_they_are_complete(
    watching: Callable[[], subprocess.Popen[str]],
) -> None:
    process = watching()
    assert appears(Path("dst/a.jpg")), "what was there before is done, too"
    data = Path("src/a.jpg").read_bytes()
    Path("src/new").mkdir()
    with open("src/new/slow.jpg", "wb") as file:
        for part in range(6):
            file.write(data[part * len(data) // 6 : (part + 1) * len(data) // 6])
            file.flush()
            time.sleep(0.5)
            assert not Path("dst/new/slow.jpg").exists(), "half-written"
    assert appears(Path("dst/new/slow.jpg"))
    shutil.copy("src/a.jpg", "src/new/second.jpg")
    assert appears(Path("dst/new/second.jpg"))
    process.send_signal(signal.SIGTERM)
    err = process.communicate(timeout=30)[1]
    assert process.returncode == 143, err
    assert "Traceback" not in err and "slow.jpg: " not in err
    for name in ("slow", "second"):
        mark = read_mark(f"dst/new/{name}.jpg")
        assert mark is not None and mark.style == "bright"
