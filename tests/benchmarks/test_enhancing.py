"""What enhancing a photo at full size costs, against what any program pays: decoding and encoding it with Pillow.

pytest -m benchmark -s tests/benchmarks/test_enhancing.py     (minutes)
"""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import pytest
import torch
from PIL import Image

from tests.enhancement.pictures import generator_style
from uegan_cli.enhancement import enhancer as module
from uegan_cli.enhancement.colour_map_edit import ColourMapEdit
from uegan_cli.enhancement.edit_grid import EditGrid
from uegan_cli.enhancement.enhancer import Enhancer
from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.writing import write_photo

pytestmark = pytest.mark.benchmark

RUNS = 3
"""The median of so many counts."""

FILES = ["elementary__Broto.jpg", "elementary__Croatia.jpg"]
MAX_RATIO = {"natural": (6, 6), "network": (12, 20)}
"""Multiples of Pillow's time at 24 and 12 MP: for a style that only maps colours, and for one with a generator, which
costs the same for every photo and so weighs double at 12 MP."""

STAGES = [
    (module, "area_average"),
    (module, "fit"),
    (EditGrid, "apply"),
    (ColourMapEdit, "apply"),
    (Enhancer, "_change"),
]


@pytest.fixture(params=list(MAX_RATIO))
def enhancer(request: pytest.FixtureRequest) -> Enhancer:
    network = generator_style(StyledGeneratorConfig(attention="prenorm"))
    return Enhancer("natural" if request.param == "natural" else network, device="cpu")


@pytest.fixture(params=FILES, ids=["24MP", "12MP"])
def path(request: pytest.FixtureRequest, shared_data: Path) -> Path:
    return shared_data / "large" / request.param


def seconds(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times)


def decode_and_encode(path: Path) -> None:
    with Image.open(path) as image:
        image.load()
        image.save(io.BytesIO(), "JPEG", quality="keep")


def test_seconds_of_each_stage(enhancer: Enhancer, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spent: dict[str, float] = {}

    def timed(owner: Any, name: str) -> None:
        function = getattr(owner, name)

        def measured(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            result = function(*args, **kwargs)
            spent[name] = time.perf_counter() - start
            return result

        monkeypatch.setattr(owner, name, measured)

    for owner, name in STAGES:
        timed(owner, name)
    photo = read_photo(path)
    for _ in range(RUNS):
        enhancer.enhance(photo)
    print(
        f"\n{path.name}, {enhancer.style.name}:",
        ", ".join(f"{name} {value:.2f} s" for name, value in spent.items()),
        _load(),
    )


def test_warm_ratio_to_pillow(enhancer: Enhancer, path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jpg"

    def enhance() -> None:
        write_photo(enhancer.enhance(read_photo(path)), out)

    enhance()
    pillow, ours = seconds(lambda: decode_and_encode(path)), seconds(enhance)
    name = enhancer.style.name
    print(f"\n{path.name}, {name}: warm {ours:.2f} s, {ours / pillow:.1f} x Pillow's {pillow:.2f} s", _load())
    assert ours <= MAX_RATIO["natural" if name == "natural" else "network"][FILES.index(path.name)] * pillow


def test_cold_ratio_to_pillow_and_peak_memory(path: Path, tmp_path: Path) -> None:
    """The whole command. Most of it is loading torch, which is out of our hands, so that is measured separately."""
    command = [sys.executable, "-m", "uegan_cli", "enhance", str(path), "-o", str(tmp_path / "out.jpg"), "--force"]
    bare = [sys.executable, "-c", "import os, torch; os._exit(0)"]
    peaks: list[float] = []
    torch_peaks: list[float] = []
    pillow, ours = seconds(lambda: decode_and_encode(path)), seconds(lambda: peaks.append(_peak_memory(command)))
    torch_alone = seconds(lambda: torch_peaks.append(_peak_memory(bare)))
    print(
        f"\n{path.name}: cold {ours:.2f} s, {ours / pillow:.1f} x Pillow's {pillow:.2f} s;"
        f" without loading torch {(ours - torch_alone) / pillow:.1f} x;"
        f" {max(peaks):.2f} GB, of which torch {max(torch_peaks):.2f}",
        _load(),
    )
    assert ours - torch_alone <= 12 * pillow
    assert max(peaks) - max(torch_peaks) <= 0.45


def _peak_memory(command: list[str]) -> float:
    """Return the peak resident memory of a process, in GB.

    It is started from a small process: what a child is reported to have had at most includes its parent's size.
    """
    watch = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", watch, *command], capture_output=True, text=True, check=True)
    return int(done.stdout) * (1 if sys.platform == "darwin" else 1024) / 1e9


def _load() -> str:
    return f"(load {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores, torch threads {torch.get_num_threads()})"
