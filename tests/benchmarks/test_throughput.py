"""How many photos one process enhances per second, against decoding and encoding them one by one with Pillow.

pytest -m benchmark -s tests/benchmarks/test_throughput.py     (minutes)
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch
from PIL import Image

from tests.enhancement.pictures import generator_style
from uegan_cli.enhancement.enhancer import Enhancer
from uegan_cli.jobs.pipeline import ReadOptions, WriteOptions, default_jobs, enhance_tasks
from uegan_cli.jobs.plan import Task
from uegan_cli.look.config import StyledGeneratorConfig

pytestmark = pytest.mark.benchmark

PHOTOS = {"24MP": ("elementary__Broto.jpg", 6), "2MP": ("elementary__Croatia.jpg", 24)}
"""A file, and how many copies of it are enhanced."""

MAX_RATIO = {"natural": {"24MP": 4, "2MP": 6}, "network": {"24MP": 8, "2MP": 35}}
"""The time of a photo, in multiples of Pillow's: with a style that only maps colours, and with a generator, which costs
the same for every photo and is most of the work at 2 megapixels."""

JPEG_QUALITY = 92


def shrink_to_2_megapixels(photo: Path, path: Path) -> None:
    with Image.open(photo) as image:
        scale = (2e6 / (image.width * image.height)) ** 0.5
        small = image.convert("RGB").resize((round(image.width * scale), round(image.height * scale)))
    small.save(path, quality=JPEG_QUALITY)


@pytest.fixture(params=list(PHOTOS))
def photos(request: pytest.FixtureRequest, shared_data: Path, tmp_path: Path) -> tuple[list[Path], str]:
    name, count = PHOTOS[request.param]
    first = tmp_path / "0.jpg"
    if request.param == "2MP":
        shrink_to_2_megapixels(shared_data / "large" / name, first)
    else:
        shutil.copy(shared_data / "large" / name, first)
    return [first, *(Path(shutil.copy(first, tmp_path / f"{n}.jpg")) for n in range(1, count))], request.param


def seconds_with_pillow(paths: list[Path]) -> float:
    start = time.perf_counter()
    for path in paths:
        with Image.open(path) as image:
            image.load()
            image.save(io.BytesIO(), "JPEG", quality="keep")
    return time.perf_counter() - start


def seconds_enhancing(enhancer: Enhancer, paths: list[Path], jobs: int) -> float:
    tasks = [Task(path, path.parent / "out" / path.name) for path in paths]
    start = time.perf_counter()
    results = list(enhance_tasks(tasks, lambda: enhancer, ReadOptions(), WriteOptions(), jobs))
    assert all(result.status == "enhanced" for result in results)
    return time.perf_counter() - start


@pytest.mark.parametrize(
    ("kind", "requested_jobs"), [("natural", None), ("natural", 1), ("natural", 3), ("network", None)]
)
def test_photos_per_second(photos: tuple[list[Path], str], kind: str, requested_jobs: int | None) -> None:
    paths, size = photos
    jobs = requested_jobs or default_jobs(len(paths))
    style = "natural" if kind == "natural" else generator_style(StyledGeneratorConfig(attention="prenorm"))
    enhancer = Enhancer(style, device="cpu", threads=max(1, torch.get_num_threads() // jobs))
    enhancing = min(seconds_enhancing(enhancer, paths, jobs) for _ in range(2)) / len(paths)
    pillow = min(seconds_with_pillow(paths) for _ in range(2)) / len(paths)
    print(
        f"\n{size}, {kind}, --jobs {jobs}: {1 / enhancing:.2f} photos/s, ",
        end="",
    )
    print(f"{enhancing:.3f} s each, {enhancing / pillow:.1f} times Pillow's {pillow:.3f} s")
    if requested_jobs is None:
        assert enhancing < MAX_RATIO[kind][size] * pillow


def test_memory_of_two_jobs(shared_data: Path, tmp_path: Path) -> None:
    photo = shared_data / "large" / "elementary__Broto.jpg"
    paths = [shutil.copy(photo, tmp_path / f"{n}.jpg") for n in range(5)]
    command = [sys.executable, "-m", "uegan_cli", "enhance", *paths, "-o", str(tmp_path / "out"), "--jobs", "2", "-q"]
    process = subprocess.Popen(command)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, psutil.Process(process.pid).memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.005)
    print(f"\nfive 24-megapixel photos with --jobs 2: {peak / 1e9:.2f} GB")
    assert process.wait() == 0 and peak < 1.5e9
