"""The engine of one machine: photos in threads, a GPU or several, and a process for what is dangerous."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING

from ..errors import PhotoError
from . import pipeline
from .batch import Done, Job, Worker, failed
from .journal import Row

if TYPE_CHECKING:
    from ..enhancement.enhancer import Enhancer
    from ..photo.photo import Photo
    from ..styles.file import Style


class Enhancers:
    """One style on several devices; each photo goes where the fewest are."""

    def __init__(self, enhancers: Sequence[Enhancer]) -> None:
        self._enhancers = enhancers
        self._busy = [0] * len(enhancers)
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
            at = min(range(len(self._busy)), key=self._busy.__getitem__)
            self._busy[at] += 1
        try:
            return self._enhancers[at].enhance(photo)
        finally:
            with self._lock:
                self._busy[at] -= 1


def enhancer_for(job: Job, devices: Sequence[str], threads: int) -> Enhancer:
    """threads: CPU threads for one photo. Raises StyleError, DeviceError."""
    from ..enhancement.enhancer import Enhancer

    made = [Enhancer(job.style, device=device, strength=job.strength, threads=threads) for device in devices]
    return made[0] if len(made) == 1 else Enhancers(made)  # type: ignore[return-value]


class Local:
    """The engine of this machine.

    device: see `devices.several`. jobs: photos at a time. told: is told once, when the style is loaded, where it runs.
    """

    def __init__(self, job: Job, device: str, jobs: int, told: Callable[[str], None]) -> None:
        self._job = job
        self._device = device
        self._jobs = jobs
        self._told = told
        self._made: Enhancer | None = None

    def __call__(self, rows: Iterable[Row]) -> Generator[Done, None, None]:
        return pipeline.through(rows, lambda made: Worker(self._job, made).take, self._enhancer, self._jobs)

    def _enhancer(self) -> Enhancer:
        if self._made is None:
            import torch

            from ..enhancement.devices import choose, describe, several

            devices = several(self._device)
            threads = max(1, torch.get_num_threads() // self._jobs)
            self._made = enhancer_for(self._job, devices, threads)
            self._told(", ".join(describe(choose(device)) for device in devices))
        return self._made


class Alone:
    """Each photo in a process of its own, whose end is a result too."""

    def __init__(self, job: Job, device: str, threads: int) -> None:
        self._job = job
        self._device = device
        self._threads = threads

    def __call__(self, rows: Iterable[Row]) -> Generator[Done, None, None]:
        for row in rows:
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                try:
                    yield pool.submit(_in_a_process, self._job, self._device, self._threads, row).result()
                except BrokenProcessPool:
                    name = f"{self._job.source}/{row.relative}"
                    yield failed(row, PhotoError(f"{name}: the program breaks down on it; restore it from a copy"))


def _in_a_process(job: Job, device: str, threads: int, row: Row) -> Done:
    made: Future[Enhancer] = Future()
    made.set_result(enhancer_for(job, [device], threads))
    return Worker(job, made).take(row)
