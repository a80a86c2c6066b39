"""Ten thousand photos: memory stays flat, and the second run is quick."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from tests.commands.conftest import environment

COUNT = 10_000


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Ten thousand photos that are a hundred, by links."""
    (tmp_path / "photos").mkdir()
    rng = np.random.default_rng(0)
    for number in range(100):
        picture = Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)).resize((64, 64))
        picture.save(tmp_path / f"{number}.jpg")
    for number in range(COUNT):
        os.link(tmp_path / f"{number % 100}.jpg", tmp_path / "photos" / f"{number:05}.jpg")
    return tmp_path / "photos"


def judged(folder: Path) -> tuple[float, list[tuple[int, int]]]:
    """Seconds that it took, and how much memory was resident after how many photos."""
    command = [sys.executable, "-m", "uegan_cli", "eval", str(folder), "-s", "natural", "--no-baselines", "--json"]
    command += ["--liked", str(folder)]
    began, sizes, done = time.monotonic(), [], 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        errors: list[bytes] = []
        thread = threading.Thread(target=lambda: errors.append(process.stderr.read()))
        thread.start()
        measured = psutil.Process(process.pid)
        for line in process.stdout:
            done += "photo" in json.loads(line)
            if done % 500 == 0:
                sizes.append((done // 2, measured.memory_info().rss))
        thread.join()
    assert process.returncode == 0, errors
    return time.monotonic() - began, sizes


@pytest.mark.slow
def test_memory_stays_flat_over_ten_thousand_photos_and_the_second_run_is_quick(many: Path) -> None:
    seconds, sizes = judged(many)
    early = next(size for done, size in sizes if done >= COUNT // 4)
    late = max(size for _, size in sizes)
    again, _ = judged(many)
    print(f"\n{seconds:.0f} s, then {again:.0f} s; {early / 1e6:.0f} MB after a quarter, {late / 1e6:.0f} MB at most")
    assert late - early < 80e6
    assert again < seconds / 3
