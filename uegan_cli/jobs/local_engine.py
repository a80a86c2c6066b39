"""The engine of one machine: photos in threads, on one or several devices, or each in a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING

from ..errors import PhotoError
from . import pipeline
from .batch import BatchJob, RowResult
from .journal import JournalRow
from .worker import BatchWorker

if TYPE_CHECKING:
    from ..enhancement.enhancer import Enhancer
    from ..photo.photo import Photo
    from ..styles.file import Style


class MultiDeviceEnhancer:
    """One style on several devices; each photo goes to the device with the fewest photos. Stands in for `Enhancer`."""

    def __init__(self, enhancers: Sequence[Enhancer]) -> None:
        self._enhancers = enhancers
        self._photos = [0] * len(enhancers)
        self._lock = threading.Lock()

    @property
    def style(self) -> Style:
        return self._enhancers[0].style

    @property
    def strength(self) -> float:
        return self._enhancers[0].strength

    def enhance(self, photo: Photo) -> Photo:
        """See `Enhancer.enhance`."""
        with self._lock:
            device = min(range(len(self._photos)), key=self._photos.__getitem__)
            self._photos[device] += 1
        try:
            return self._enhancers[device].enhance(photo)
        finally:
            with self._lock:
                self._photos[device] -= 1


def make_enhancer(job: BatchJob, devices: Sequence[str], threads: int) -> Enhancer:
    """Load a job's style. threads: CPU threads for each photo. Raises StyleError, DeviceError."""
    from ..enhancement.enhancer import Enhancer

    enhancers = [Enhancer(job.style, device=device, strength=job.strength, threads=threads) for device in devices]
    return enhancers[0] if len(enhancers) == 1 else MultiDeviceEnhancer(enhancers)  # type: ignore[return-value]


class LocalEngine:
    """Processes photos in threads of this process.

    device: see `devices.several`. jobs: photos at a time. say_device: called with the devices' description, once, when
    the style is loaded.
    """

    def __init__(self, job: BatchJob, device: str, jobs: int, say_device: Callable[[str], None]) -> None:
        self._job = job
        self._device = device
        self._jobs = jobs
        self._say_device = say_device
        self._enhancer: Enhancer | None = None

    def __call__(self, rows: Iterable[JournalRow]) -> Generator[RowResult, None, None]:
        return pipeline.map_in_threads(
            rows, lambda enhancer: BatchWorker(self._job, enhancer).process, self._load_enhancer, self._jobs
        )

    def _load_enhancer(self) -> Enhancer:
        if self._enhancer is None:
            import torch

            from ..enhancement.devices import choose, describe, several

            devices = several(self._device)
            threads = max(1, torch.get_num_threads() // self._jobs)
            self._enhancer = make_enhancer(self._job, devices, threads)
            self._say_device(", ".join(describe(choose(device)) for device in devices))
        return self._enhancer


class IsolatedEngine:
    """Processes each photo in a process of its own; if that crashes, the photo has failed."""

    def __init__(self, job: BatchJob, device: str, threads: int) -> None:
        self._job = job
        self._device = device
        self._threads = threads

    def __call__(self, rows: Iterable[JournalRow]) -> Generator[RowResult, None, None]:
        for row in rows:
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                try:
                    yield pool.submit(_process_in_child, self._job, self._device, self._threads, row).result()
                except BrokenProcessPool:
                    name = f"{self._job.source}/{row.relative}"
                    yield RowResult.failed(row, PhotoError(f"{name}: crashes the program; restore it from a backup"))


def _process_in_child(job: BatchJob, device: str, threads: int, row: JournalRow) -> RowResult:
    enhancer: Future[Enhancer] = Future()
    enhancer.set_result(make_enhancer(job, [device], threads))
    return BatchWorker(job, enhancer).process(row)
