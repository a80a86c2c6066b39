"""The engine of many machines: a Ray cluster, whose actors keep the style on their device while photos stream by."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import DeviceError, PhotoError, UsageError
from .batch import Done, Job, Worker, failed
from .journal import Row
from .local_engine import enhancer_for

if TYPE_CHECKING:
    from ..enhancement.enhancer import Enhancer

TRIES = 3
"""Times that a photo is begun whose worker has died, before it is given up."""

AHEAD = 2
"""Photos that each worker has before it: one in hand, and one to go on with."""


class Cluster:
    """The engine of a Ray cluster.

    address: `auto` is the cluster that this machine is part of, `local` a new one on this machine, HOST:PORT a cluster
    by its client server or head node. device: `auto` gives each worker a GPU where there are any, else a core.
    workers: as many as there are GPUs or cores, if None. Raises UsageError where Ray is not installed, DeviceError
    where there is no cluster.
    """

    def __init__(self, job: Job, address: str, device: str, workers: int | None, say: Callable[[str], None]) -> None:
        try:
            import ray
        except ImportError as error:
            raise UsageError('--engine ray needs Ray; pip install "uegan-cli[ray]"') from error
        self._ray = ray
        self._job = replace(job, style=str(Path(job.style).resolve()))
        self._device = device
        _connect(ray, address)
        self._with_gpus = device in ("auto", "all") and ray.cluster_resources().get("GPU", 0) >= 1
        self._with_gpus |= device.startswith("cuda")
        there = int(ray.cluster_resources().get("GPU" if self._with_gpus else "CPU", 0))
        self._workers = workers or max(1, there)
        self._style = ray.put(Path(job.style).read_bytes())
        nodes = sum(node["Alive"] for node in ray.nodes())
        say(f"Enhancing on a Ray cluster: {self._workers} workers on {nodes} node{'s' * (nodes != 1)}")

    def __call__(self, rows: Iterable[Row]) -> Generator[Done, None, None]:
        pool = _Pool(self._ray, self._start, self._workers)
        try:
            yield from pool.through(iter(rows))
        finally:
            pool.close()

    def _start(self) -> Any:
        """A worker: an actor with a core or a GPU of its own."""
        device = "cuda:0" if self._with_gpus else "cpu"
        needs = {"num_gpus": 1, "num_cpus": 1} if self._with_gpus else {"num_cpus": 1}
        actor = self._ray.remote(**needs)(_Actor)
        return actor.remote(self._job, self._style, device)


class _Actor:
    """A worker in a process of the cluster. The style comes along: a cache is a machine's own."""

    def __init__(self, job: Job, style: bytes, device: str) -> None:
        import tempfile

        import torch

        # As many threads as the local engine gives a photo when all cores have one.
        torch.set_num_threads(1)
        name = Path(job.style).name
        with tempfile.TemporaryDirectory(prefix="uegan-") as folder:
            file = Path(folder, name)
            file.write_bytes(style)
            made: Future[Enhancer] = Future()
            made.set_result(enhancer_for(replace(job, style=str(file)), [device], 1))
        self._worker = Worker(job, made)

    def take(self, row: Row) -> Done:
        return self._worker.take(row)


class _Pool:
    """Workers, with a few photos before each, and others in the place of those that die."""

    def __init__(self, ray: Any, start: Callable[[], Any], count: int) -> None:
        self._ray = ray
        self._start = start
        self._actors = [start() for _ in range(count)]
        self._busy: dict[Any, tuple[Any, Row]] = {}
        self._again: deque[Row] = deque()
        self._tries: dict[str, int] = {}

    def through(self, rows: Iterator[Row]) -> Iterator[Done]:
        """Results as they come. No more rows are taken than workers can be given."""
        more = True
        while True:
            while more and len(self._busy) < AHEAD * len(self._actors):
                row = self._again.popleft() if self._again else next(rows, None)
                more = row is not None
                if row is not None:
                    self._give(row)
            if not self._busy:
                return
            ready, _ = self._ray.wait(list(self._busy), num_returns=1)
            done = self._result(ready[0])
            if done is None:
                more = True
            else:
                yield done

    def close(self) -> None:
        """Photos in hand are finished by their workers; nothing more is begun."""
        with contextlib.suppress(Exception):
            self._ray.wait(list(self._busy), num_returns=len(self._busy), timeout=60)
        for actor in self._actors:
            with contextlib.suppress(Exception):
                self._ray.kill(actor)

    def _give(self, row: Row) -> None:
        loads = [sum(actor is other for other, _ in self._busy.values()) for actor in self._actors]
        actor = self._actors[loads.index(min(loads))]
        self._busy[actor.take.remote(row)] = (actor, row)

    def _result(self, promise: Any) -> Done | None:
        """None where the worker has died, and the photo is to be begun again."""
        actor, row = self._busy.pop(promise)
        try:
            done: Done = self._ray.get(promise)
            return done
        except self._ray.exceptions.RayActorError as error:
            self._replace(actor)
            tries = self._tries[row.relative] = self._tries.get(row.relative, 0) + 1
            if tries < TRIES:
                self._again.append(row)
                return None
            reason = f"its worker has died {TRIES} times ({' '.join(str(error).split())[:200]})"
            return failed(row, PhotoError(f"{row.relative}: {reason}"))

    def _replace(self, actor: Any) -> None:
        if actor in self._actors:
            self._actors[self._actors.index(actor)] = self._start()


def _connect(ray: Any, address: str) -> None:
    """Raises DeviceError."""
    import logging

    if re.fullmatch(r"[\w.-]+:\d+", address):
        _check_reachable(address)
    with _signals_as_they_were():
        try:
            ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False, ignore_reinit_error=True)
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise DeviceError(f"--ray-address {address}: no Ray cluster can be reached ({reason})") from error


def _check_reachable(address: str) -> None:
    """Ray itself tries for minutes."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError as error:
        raise DeviceError(f"--ray-address {address}: nothing answers there ({error.strerror or error})") from error


@contextmanager
def _signals_as_they_were() -> Iterator[None]:
    """Ray puts a handler of its own in the place of ours, which finishes the photos in hand."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = [signal.getsignal(number) for number in numbers]
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            for number, handler in zip(numbers, handlers, strict=True):
                signal.signal(number, handler)
