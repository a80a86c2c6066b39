"""The engine of many machines: a Ray cluster, whose actors keep the style on their device while photos stream by."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import DeviceError, PhotoError, UsageError
from .batch import BatchJob, RowResult
from .journal import JournalRow
from .local_engine import make_enhancer
from .worker import BatchWorker

if TYPE_CHECKING:
    from ..enhancement.enhancer import Enhancer

TRIES = 3
"""Deaths of its worker after which a photo is given up. Only the photo that had begun is charged with a death, and no
photo with the loss of a node."""

MAX_FAILED_STARTS = 3
"""Workers in a row that die before they can take a photo, until their slot is given up."""


class RayEngine:
    """The engine of a Ray cluster.

    address: `auto` is the cluster that this machine is part of, `local` a new one on this machine, HOST:PORT a cluster
    by its client server or head node. device: `auto` gives each worker a GPU where there are any, else a core.
    workers: as many as there are GPUs or cores, if None. Raises UsageError where Ray is not installed, DeviceError
    where there is no cluster.
    """

    def __init__(
        self, job: BatchJob, address: str, device: str, workers: int | None, say: Callable[[str], None]
    ) -> None:
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

    def __call__(self, rows: Iterable[JournalRow]) -> Generator[RowResult, None, None]:
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

    def __init__(self, job: BatchJob, style: bytes, device: str) -> None:
        import tempfile

        import torch

        # As many threads as the local engine gives a photo when all cores have one.
        torch.set_num_threads(1)
        name = Path(job.style).name
        with tempfile.TemporaryDirectory(prefix="uegan-") as folder:
            file = Path(folder, name)
            file.write_bytes(style)
            made: Future[Enhancer] = Future()
            made.set_result(make_enhancer(replace(job, style=str(file)), [device], 1))
        self._worker = BatchWorker(job, made)

    def node(self) -> str:
        """Return the ID of the node that this worker runs on."""
        import ray

        return str(ray.get_runtime_context().get_node_id())

    def process(self, row: JournalRow) -> RowResult:
        return self._worker.process(row)


@dataclass(eq=False)
class _Slot:
    """The place of one worker, taken over by another one when it dies.

    node: ID of the node it runs on; None until it has answered. failed_starts: how many workers in a row died in this
    slot before they answered.
    """

    actor: Any
    node: str | None = None
    failed_starts: int = 0


@dataclass(frozen=True)
class _Call:
    """An unanswered call to a worker.

    row: the photo that it has begun, if any. is_ping: whether the call only asks for a sign of life.
    """

    slot: _Slot
    row: JournalRow | None
    is_ping: bool


class _Pool:
    """Workers with one photo each; those that die are replaced.

    A worker is given a photo right after it has answered, and no other one until it answers again. So the photo it has
    when it dies had begun, and no other photo is charged with the death. The price is the way to the worker and back
    once a photo: about 1 ms on one machine, where a photo takes 100 ms or more.
    """

    def __init__(self, ray: Any, start: Callable[[], Any], count: int) -> None:
        self._ray = ray
        self._start = start
        self._calls: dict[Any, _Call] = {}
        self._free: list[_Slot] = []
        self._retries: deque[JournalRow] = deque()
        self._deaths: Counter[str] = Counter()
        self._slots = [_Slot(start()) for _ in range(count)]
        for slot in self._slots:
            self._ping(slot)

    def through(self, rows: Iterator[JournalRow]) -> Iterator[RowResult]:
        """Yield the results as they come. A row is taken when a worker is free for it.

        Raises DeviceError where no worker can be started.
        """
        done, more = None, True
        while True:
            # Workers come first: they would idle while the caller deals with the result.
            more = self._give(rows) and more
            if done is not None:
                yield done
            if not (more or self._retries or any(call.row for call in self._calls.values())):
                return
            ready, _ = self._ray.wait(list(self._calls), num_returns=1)
            done = self._handle_reply(ready[0])

    def close(self) -> None:
        """Let workers finish the photos in hand; begin nothing more."""
        in_hand = [reply for reply, call in self._calls.items() if not call.is_ping]
        with contextlib.suppress(Exception):
            self._ray.wait(in_hand, num_returns=len(in_hand), timeout=60)
        for slot in self._slots:
            with contextlib.suppress(Exception):
                self._ray.kill(slot.actor)

    def _give(self, rows: Iterator[JournalRow]) -> bool:
        """Give each free worker a photo. Return False when there are no more rows."""
        while self._free:
            row = self._retries.popleft() if self._retries else next(rows, None)
            if row is None:
                return False
            slot = self._free.pop()
            self._calls[slot.actor.process.remote(row)] = _Call(slot, row, is_ping=False)
        return True

    def _ping(self, slot: _Slot, row: JournalRow | None = None) -> None:
        self._calls[slot.actor.node.remote()] = _Call(slot, row, is_ping=True)

    def _handle_reply(self, reply: Any) -> RowResult | None:
        """Return the result of a photo; None where the reply is another one."""
        call = self._calls.pop(reply)
        try:
            answer = self._ray.get(reply)
        except self._ray.exceptions.ActorUnavailableError:
            # Whether the worker, its node or only the connection is dead, Ray knows later, and says on the next call.
            self._ping(call.slot, call.row)
            return None
        except self._ray.exceptions.RayActorError as error:
            return self._handle_death(call, _reason(error))
        if call.is_ping:
            call.slot.node, call.slot.failed_starts = answer, 0
            if call.row is not None:
                self._retry(call.row)
        self._free.append(call.slot)
        return None if call.is_ping else answer

    def _handle_death(self, call: _Call, reason: str) -> RowResult | None:
        """Replace the worker, and have its photo begun again, or return its failure after `TRIES` deaths."""
        slot, row = call.slot, call.row
        node_lost = slot.node is not None and not self._is_alive(slot.node)
        self._replace(slot, reason)
        if row is None:
            return None
        if not node_lost:
            self._deaths[row.relative] += 1
        if self._deaths[row.relative] < TRIES:
            self._retry(row)
            return None
        return RowResult.failed(row, PhotoError(f"{row.relative}: its worker has died {TRIES} times ({reason})"))

    def _is_alive(self, node: str) -> bool:
        return any(found["NodeID"] == node and found["Alive"] for found in self._ray.nodes())

    def _replace(self, slot: _Slot, reason: str) -> None:
        """Start another worker, except where too many in a row did not come up."""
        slot.failed_starts += slot.node is None
        if slot.failed_starts < MAX_FAILED_STARTS:
            slot.actor, slot.node = self._start(), None
            self._ping(slot)
            return
        self._slots.remove(slot)
        if not self._slots:
            raise DeviceError(f"--engine ray: no worker can be started on the cluster ({reason})")

    def _retry(self, row: JournalRow) -> None:
        """Have a photo begun again. Idle workers may be dead by now; they have to answer first."""
        self._retries.append(row)
        for slot in self._free:
            self._ping(slot)
        self._free.clear()


def _reason(error: Any) -> str:
    """Return in one line what a worker died of: the exception it could not start for, or what Ray tells."""
    text = str(error).strip()
    return text.splitlines()[-1] if error.actor_init_failed else " ".join(text.split())[:200]


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
