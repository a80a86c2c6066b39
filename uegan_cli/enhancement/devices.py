"""The device and the number of threads that do the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
import torch

from ..errors import DeviceError


def choose(name: str = "auto") -> torch.device:
    """Return the device called auto, cpu, cuda, cuda:N or mps.

    auto takes a CUDA GPU, else Apple's, else the CPU. Raises DeviceError for a device that is not available: nothing
    slower ever replaces it silently.
    """
    if name == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "mps" if _has_mps() else "cpu")
    kind, _, number = name.partition(":")
    if kind not in ("cpu", "cuda", "mps") or (number and (kind != "cuda" or not number.isdecimal())):
        raise DeviceError(f"unknown device {name!r}; choose auto, cpu, cuda, cuda:N or mps")
    if kind == "cuda":
        return _cuda(int(number or 0))
    if kind == "mps" and not _has_mps():
        raise DeviceError("device mps is not available here; use --device cpu or auto")
    return torch.device(kind)


def several(names: str) -> list[str]:
    """Split the devices of one job: names with commas between them, `all` GPUs, or one name; see `choose`."""
    if names == "all":
        count = torch.cuda.device_count()
        return [f"cuda:{number}" for number in range(count)] or ["auto"]
    return [name.strip() for name in names.split(",")]


def describe(device: torch.device) -> str:
    """Describe the device: `CPU (8 threads)`, `cuda:0 (NVIDIA RTX 4090)`."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    if device.type == "mps":
        return "mps (Apple GPU)"
    threads = torch.get_num_threads()
    return f"CPU ({threads} thread{'s' if threads > 1 else ''})"


def has_bfloat16(device: torch.device) -> bool:
    """Tell whether the device computes bfloat16 products in hardware: faster, and within one level of float32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    # Neither public nor in every build of torch: where both are missing, use float32.
    answers = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
    return device.type == "cpu" and any(answer() for answer in answers if answer is not None)


def able_to_hold(pixels: np.dtype[Any], device: torch.device) -> torch.device:
    """Return the device, or the CPU where it cannot convert pixels of that type: not every device has uint16."""
    kind = torch.from_numpy(np.empty(0, pixels)).dtype
    try:
        torch.ones(1, device=device).to(kind).float()
    except (RuntimeError, TypeError):
        return torch.device("cpu")
    return device


@contextmanager
def computing_with(threads: int) -> Iterator[None]:
    """Let torch use this many threads for work of the calling thread; every thread has its own setting."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def one_thread_each() -> AbstractContextManager[None]:
    """Let torch compute in the calling thread only.

    For many small operations: the threads of OpenMP synchronise after each one, and wait for each other most of the
    time where another program occupies a core. Callers split the work into large pieces instead.
    """
    return computing_with(1)


@contextmanager
def enough_memory(device: torch.device, name: str, remedy: str | None = None) -> Iterator[None]:
    """Turn an out-of-memory error while working on `name` into a DeviceError that ends with the remedy."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        remedy = remedy or "close other programs" + " or use --device cpu" * (device.type != "cpu")
        raise DeviceError(f"{name}: not enough memory on {describe(device)}; {remedy}") from error


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    # The allocators of CPU and Apple GPU raise plain RuntimeErrors.
    return "DefaultCPUAllocator" in str(error) or "out of memory" in str(error)


def _cuda(number: int) -> torch.device:
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if number >= count:
        available = f"there are cuda:0 to cuda:{count - 1}" if count else "torch sees no CUDA GPU (see `uegan doctor`)"
        raise DeviceError(f"device cuda:{number} is not available: {available}; use --device cpu or auto")
    return torch.device("cuda", number)


def _has_mps() -> bool:
    return torch.backends.mps.is_available()
