"""`uegan batch` against a shell loop of `uegan enhance`, and against Pillow's decoding and encoding alone.

    pytest -m benchmark -s tests/benchmarks/test_batch.py

Whole commands, their start included. Pillow is timed one photo after the other, and on all cores.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from PIL import Image

from tests.benchmarks.test_throughput import of_2_megapixels
from tests.commands.conftest import environment

pytestmark = pytest.mark.benchmark

SIZES = {"24MP": 60, "2MP": 300}
"""Names of one photo: half a minute's work, so that the start counts for what it is in a job. In the shell loop a few
are enough: each costs the same."""

LOOPED = 3
SMALL = 5000


@pytest.fixture(params=list(SIZES))
def folder(request: pytest.FixtureRequest, shared_data: Path, tmp_path: Path) -> Path:
    source = tmp_path / "src"
    source.mkdir()
    if request.param == "2MP":
        of_2_megapixels(shared_data / "large" / "elementary__Croatia.jpg", source / "0.jpg")
    else:
        shutil.copy(shared_data / "large" / "elementary__Broto.jpg", source / "0.jpg")
    for number in range(1, SIZES[request.param]):
        os.link(source / "0.jpg", source / f"{number}.jpg")
    return tmp_path


def seconds(folder: Path, *command: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "uegan_cli", *command, "-q"], cwd=folder, env=environment(), check=True)
    return time.perf_counter() - began


def with_pillow(path: Path) -> None:
    with Image.open(path) as image:
        image.load()
        image.save(io.BytesIO(), "JPEG", quality="keep")


def seconds_of_pillow(paths: list[Path], threads: int) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(with_pillow, paths))
    return time.perf_counter() - began


def test_photos_a_second(folder: Path) -> None:
    paths = sorted((folder / "src").iterdir())
    count, cores = len(paths), len(os.sched_getaffinity(0))
    batch = min(seconds(folder, "batch", "src", f"dst{turn}") for turn in range(2)) / count
    loop = sum(seconds(folder, "enhance", f"src/{path.name}", "-o", "looped") for path in paths[:LOOPED]) / LOOPED
    alone, together = (min(seconds_of_pillow(paths, n) for _ in range(2)) / count for n in (1, cores))
    print(f"\n{paths[0].stat().st_size / 1e6:.1f} MB: {1 / batch:.2f} photos/s in a batch of {count}")
    print(f"  {loop / batch:.1f} times as many as in a shell loop")
    print(f"  {batch / alone:.1f} times Pillow's {alone:.3f} s one by one, {batch / together:.1f} on {cores} cores")
    assert batch < loop


def test_memory_over_five_thousand_photos(tmp_path: Path, raw_photos: list[Path]) -> None:
    """A few real ones, small, under many names."""
    source = tmp_path / "src"
    source.mkdir()
    for number, path in enumerate(raw_photos[:50]):
        with Image.open(path) as image:
            image.convert("RGB").resize((128, 96)).save(tmp_path / f"{number}.jpg", quality=90)
    for number in range(SMALL):
        os.link(tmp_path / f"{number % 50}.jpg", source / f"{number:04}.jpg")
    command = [sys.executable, "-m", "uegan_cli", "batch", "src", "dst", "-q"]
    sizes: list[tuple[float, int]] = []
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=tmp_path, env=environment()) as process:
        measured = psutil.Process(process.pid)

        def watch() -> None:
            while process.poll() is None:
                try:
                    sizes.append((time.perf_counter() - began, measured.memory_info().rss))
                except psutil.NoSuchProcess:
                    return
                time.sleep(0.1)

        watcher = threading.Thread(target=watch)
        watcher.start()
    watcher.join()
    assert process.returncode == 0
    whole = sizes[-1][0]
    early = max(size for at, size in sizes if at < whole / 4)
    late = max(size for _, size in sizes)
    print(f"\n{SMALL} photos in {whole:.0f} s: {early / 1e6:.0f} MB in the first quarter, {late / 1e6:.0f} MB at most")
    assert late < early + 50e6
