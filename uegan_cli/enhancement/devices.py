"""Which processor does the work, and with how many threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
import torch

from ..errors import DeviceError


def choose(wish: str = "auto") -> torch.device:
    """The device that `wish` names: auto, cpu, cuda, cuda:N or mps.

    auto takes a CUDA GPU, else Apple's, else the CPU. Raises DeviceError for a device that is not there: what was asked
    for is never swapped silently for something slower.
    """
    if wish == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "mps" if _has_mps() else "cpu")
    kind, _, number = wish.partition(":")
    if kind not in ("cpu", "cuda", "mps") or (number and (kind != "cuda" or not number.isdecimal())):
        raise DeviceError(f"unknown device {wish!r}; choose auto, cpu, cuda, cuda:N or mps")
    if kind == "cuda":
        return _cuda(int(number or 0))
    if kind == "mps" and not _has_mps():
        raise DeviceError("device mps is not available here; use --device cpu or auto")
    return torch.device(kind)


def several(wish: str) -> list[str]:
    """The devices that `wish` names for one job: some with commas between them, `all` GPUs, or one, see `choose`."""
    if wish == "all":
        count = torch.cuda.device_count()
        return [f"cuda:{number}" for number in range(count)] or ["auto"]
    return [name.strip() for name in wish.split(",")]


def describe(device: torch.device) -> str:
    """The device in words: `CPU (8 threads)`, `cuda:0 (NVIDIA RTX 4090)`."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    if device.type == "mps":
        return "mps (Apple GPU)"
    threads = torch.get_num_threads()
    return f"CPU ({threads} thread{'s' if threads > 1 else ''})"


def has_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 products are computed in hardware there: faster, and within a level of float32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    # Not public, and not on every build: without an answer, float32.
    answers = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
    return device.type == "cpu" and any(answer() for answer in answers if answer is not None)


def able_to_hold(pixels: np.dtype[Any], device: torch.device) -> torch.device:
    """The device, or the CPU where it cannot convert pixels of that type: not every one knows 16 bits unsigned."""
    kind = torch.from_numpy(np.empty(0, pixels)).dtype
    try:
        torch.ones(1, device=device).to(kind).float()
    except (RuntimeError, TypeError):
        return torch.device("cpu")
    return device


@contextmanager
def computing_with(threads: int) -> Iterator[None]:
    """Torch computes with so many threads for the calling one; every thread has a number of its own."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def one_thread_each() -> AbstractContextManager[None]:
    """Torch computes in the calling thread only.

    For many small operations: OpenMP's threads meet after each one, and where another program has a core they wait for
    each other most of the time. Work is shared out in large pieces instead.
    """
    return computing_with(1)


@contextmanager
def enough_memory(device: torch.device, name: str, way_out: str | None = None) -> Iterator[None]:
    """Turns running out of memory while working on `name` into a DeviceError that says what to do."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        way_out = way_out or "close other programs" + " or use --device cpu" * (device.type != "cpu")
        raise DeviceError(f"{name}: not enough memory on {describe(device)}; {way_out}") from error


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    # The CPU's and Apple's allocators have no exception of their own.
    return "DefaultCPUAllocator" in str(error) or "out of memory" in str(error)


def _cuda(number: int) -> torch.device:
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if number >= count:
        there = f"there are cuda:0 to cuda:{count - 1}" if count else "torch sees no CUDA GPU (see `uegan doctor`)"
        raise DeviceError(f"device cuda:{number} is not available: {there}; use --device cpu or auto")
    return torch.device("cuda", number)


def _has_mps() -> bool:
    return torch.backends.mps.is_available()
