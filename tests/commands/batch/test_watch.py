"""A watched folder."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands.batch.conftest import BATCH
from tests.commands.conftest import environment
from tests.waiting import LIMIT, line_with, wait_until
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
        line_with(process, "Watching")
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_photos_that_arrive_are_enhanced(watching: Callable[[], subprocess.Popen[str]]) -> None:
    process = watching()
    wait_until(Path("dst/a.jpg").exists, "the photo that was there before is enhanced, too")
    Path("src/new").mkdir()
    for name in ("first", "second"):
        shutil.copy("src/a.jpg", f"src/new/{name}.jpg")
        wait_until(Path(f"dst/new/{name}.jpg").exists, f"{name}.jpg is enhanced")
    process.send_signal(signal.SIGTERM)
    err = process.communicate(timeout=LIMIT)[1]
    assert process.returncode == 143, err
    assert "Traceback" not in err
    for name in ("first", "second"):
        mark = read_mark(f"dst/new/{name}.jpg")
        assert mark is not None and mark.style == "bright"
