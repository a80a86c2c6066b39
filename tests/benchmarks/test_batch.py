"""`uegan batch` against a shell loop of `uegan enhance`, and against decoding and encoding with Pillow.

    pytest -m benchmark -s tests/benchmarks/test_batch.py     (several minutes)

Whole commands are timed, including their start. Pillow is timed with one photo after the other, and on all cores.
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

from tests.benchmarks.test_throughput import shrink_to_2_megapixels
from tests.commands.conftest import environment

pytestmark = pytest.mark.benchmark

PHOTOS = {"24MP": 60, "2MP": 300}
"""How many photos of each size: half a minute's work, so that the start has the weight that it has in real jobs."""

PHOTOS_IN_LOOP = 3
"""Photos that the shell loop enhances; each takes the same time."""

SMALL_PHOTOS = 5000


@pytest.fixture(params=list(PHOTOS))
def folder(request: pytest.FixtureRequest, shared_data: Path, tmp_path: Path) -> Path:
    source = tmp_path / "src"
    source.mkdir()
    if request.param == "2MP":
        shrink_to_2_megapixels(shared_data / "large" / "elementary__Croatia.jpg", source / "0.jpg")
    else:
        shutil.copy(shared_data / "large" / "elementary__Broto.jpg", source / "0.jpg")
    for number in range(1, PHOTOS[request.param]):
        os.link(source / "0.jpg", source / f"{number}.jpg")
    return tmp_path


def seconds(folder: Path, *command: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "uegan_cli", *command, "-q"], cwd=folder, env=environment(), check=True)
    return time.perf_counter() - began


def recode_with_pillow(path: Path) -> None:
    with Image.open(path) as image:
        image.load()
        image.save(io.BytesIO(), "JPEG", quality="keep")


def seconds_with_pillow(paths: list[Path], threads: int) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(recode_with_pillow, paths))
    return time.perf_counter() - began


def test_photos_per_second(folder: Path) -> None:
    paths = sorted((folder / "src").iterdir())
    count, cores = len(paths), len(os.sched_getaffinity(0))
    batch = min(seconds(folder, "batch", "src", f"dst{turn}") for turn in range(2)) / count
    loop = (
        sum(seconds(folder, "enhance", f"src/{path.name}", "-o", "looped") for path in paths[:PHOTOS_IN_LOOP])
        / PHOTOS_IN_LOOP
    )
    alone, together = (min(seconds_with_pillow(paths, n) for _ in range(2)) / count for n in (1, cores))
    print(f"\n{paths[0].stat().st_size / 1e6:.1f} MB: {1 / batch:.2f} photos/s in a batch of {count}")
    print(f"  {loop / batch:.1f} times as fast as a shell loop")
    print(f"  {batch / alone:.1f} times Pillow's {alone:.3f} s one by one,", end=" ")
    print(f"{batch / together:.1f} times its time on {cores} cores")
    assert batch < loop


def test_memory_over_five_thousand_photos(tmp_path: Path, raw_photos: list[Path]) -> None:
    """Small photos: 50 real ones under 100 names each."""
    source = tmp_path / "src"
    source.mkdir()
    for number, path in enumerate(raw_photos[:50]):
        with Image.open(path) as image:
            image.convert("RGB").resize((128, 96)).save(tmp_path / f"{number}.jpg", quality=90)
    for number in range(SMALL_PHOTOS):
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
    duration = sizes[-1][0]
    early = max(size for elapsed, size in sizes if elapsed < duration / 4)
    peak = max(size for _, size in sizes)
    print(f"\n{SMALL_PHOTOS} photos in {duration:.0f} s:", end=" ")
    print(f"at most {early / 1e6:.0f} MB in the first quarter, {peak / 1e6:.0f} MB overall")
    assert peak < early + 50e6
