"""A Ray cluster on this machine: the same bytes as the local engine, whatever dies meanwhile."""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tests.commands.conftest import bright, environment
from tests.robustness.conftest import regular_files
from tests.waiting import LIMIT, wait_until
from uegan_cli.errors import DeviceError
from uegan_cli.jobs import ray_engine
from uegan_cli.jobs.batch import BatchJob, Engine, RowResult, process
from uegan_cli.jobs.journal import JournalRow, open_journal
from uegan_cli.jobs.local_engine import LocalEngine
from uegan_cli.jobs.ray_engine import MAX_FAILED_STARTS, TRIES, RayEngine, _Pool
from uegan_cli.jobs.scan import scan
from uegan_cli.jobs.storage import LocalFolder
from uegan_cli.styles.file import Style

ray = pytest.importorskip("ray", reason="needs Ray, part of the extra `test`")
from ray.cluster_utils import Cluster as Machines  # noqa: E402

__all__ = ["bright"]
pytestmark = pytest.mark.filterwarnings("ignore")
"""Ray's own warnings are not ours."""

OwnCluster = Callable[..., Machines]
Stub = type[ray_engine._Actor]
COUNT = 24
MEMORY = {"object_store_memory": 100_000_000}
LOST_SOON = {"health_check_initial_delay_ms": 1000, "health_check_period_ms": 1000, "health_check_failure_threshold": 3}
"""A lost node is known to be lost after 3 s, not after 15 s."""


@contextmanager
def machines(cores: tuple[int, ...]) -> Iterator[Machines]:
    """A head and other nodes with so many cores each."""
    # Ray's own handler of SIGTERM would stay, and fail whatever test pytest is ended in.
    with ray_engine._signals_as_they_were(), pytest.MonkeyPatch.context() as patch:
        for name, value in {"RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", **environment()}.items():
            patch.setenv(name, value)
        made = Machines(
            initialize_head=True, head_node_args={"num_cpus": cores[0], "_system_config": LOST_SOON, **MEMORY}
        )
        try:
            for count in cores[1:]:
                made.add_node(num_cpus=count, **MEMORY)
            made.wait_for_nodes()
            yield made
        finally:
            ray.shutdown()
            made.shutdown()


@pytest.fixture(autouse=True)
def no_connection() -> Iterator[None]:
    """Each test connects to its own cluster: a process has one connection at most."""
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Machines]:
    """Two nodes with a core each, for tests that harm neither."""
    with machines((1, 1)) as made:
        yield made


@pytest.fixture
def own_cluster() -> Iterator[OwnCluster]:
    """own_cluster(2, 1) -> a cluster of a head with two cores and a node with one, for a test that kills."""
    with ExitStack() as stack:
        yield lambda *cores: stack.enter_context(machines(cores))


@pytest.fixture
def job(tmp_path: Path, bright: Style) -> BatchJob:
    source = tmp_path / "src"
    for number in range(COUNT):
        path = source / f"{number % 3}" / f"{number:02}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 200, (90, 120, 3), np.uint8)
        Image.fromarray(noise).save(path)
    (source / "bad.jpg").write_bytes(b"no photo")
    (source / "notes.txt").write_text("notes")
    return BatchJob(LocalFolder(source), LocalFolder(tmp_path / "dst"), str(bright.path), bright.hash, copy_others=True)


def run(job: BatchJob, engine: Engine, file: Path) -> dict[str, tuple[str, str | None]]:
    """What the journal says in the end."""
    with open_journal(file) as (journal, _):
        scan(job, journal)
        for _ in process(journal, engine, None):
            pass
        return {row.relative: (row.status, row.reason) for row in journal.rows()}


def by_ray(job: BatchJob, cluster: Machines, workers: int = 2) -> RayEngine:
    return RayEngine(job, cluster.address, "cpu", workers, lambda _: None)


@pytest.fixture
def stub() -> Stub:
    """A worker that loads nothing, enhances nothing, and says that all is done."""

    # Not in the module: workers would import that, and with it torch.
    class Stub(ray_engine._Actor):
        def __init__(self, *_: object) -> None:
            pass

        def process(self, row: JournalRow) -> RowResult:
            return RowResult(replace(row, status="done"))

    return Stub


def test_results_and_journal_are_those_of_the_local_engine_byte_for_byte(
    job: BatchJob, cluster: Machines, tmp_path: Path
) -> None:
    there = replace(job, destination=LocalFolder(tmp_path / "by ray"))
    found = run(there, by_ray(there, cluster), tmp_path / "ray.sqlite")
    assert found == run(job, LocalEngine(job, "cpu", 2, lambda _: None), tmp_path / "local.sqlite")
    assert sum(status == "done" for status, _ in found.values()) == COUNT + 1
    assert regular_files(tmp_path / "by ray") == regular_files(tmp_path / "dst")
    assert {name: status for name, (status, _) in found.items() if status != "done"} == {"bad.jpg": "failed"}


def test_no_more_is_taken_than_there_are_free_workers(
    job: BatchJob, cluster: Machines, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_engine, "_Actor", stub)
    engine, taken, finished = by_ray(job, cluster), 0, 0
    with open_journal(tmp_path / "ray.sqlite") as (journal, _):
        scan(job, journal)

        def rows() -> Iterator[JournalRow]:
            nonlocal taken
            for row in journal.rows("todo"):
                taken += 1
                yield row

        for _ in engine(rows()):
            finished += 1
            assert taken - finished <= 2
    assert taken == finished == COUNT + 2


def test_a_photo_that_kills_its_worker_is_given_up_after_three_times_and_no_other_is_begun_twice(
    job: BatchJob, own_cluster: OwnCluster, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer = "1/07.jpg"

    class Fragile(stub):
        def process(self, row: JournalRow) -> RowResult:
            with open(tmp_path / "begun", "a") as file:
                print(row.relative, file=file)
            if row.relative == killer:
                os._exit(9)
            return super().process(row)

    monkeypatch.setattr(ray_engine, "_Actor", Fragile)
    found = run(job, by_ray(job, own_cluster(2)), tmp_path / "ray.sqlite")
    assert Counter((tmp_path / "begun").read_text().splitlines()) == {**dict.fromkeys(found, 1), killer: TRIES}
    status, reason = found[killer]
    assert status == "failed" and reason is not None and "has died 3 times" in reason
    assert {name for name, (status, _) in found.items() if status != "done"} == {killer}


def test_a_lost_node_is_no_photos_fault(
    job: BatchJob, own_cluster: OwnCluster, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = own_cluster(1, 1)
    (node,) = cluster.worker_nodes
    doomed = node.node_id

    class Doomed(stub):
        def process(self, row: JournalRow) -> RowResult:
            if self.node() == doomed:
                (tmp_path / "begun").touch()
                time.sleep(2 * LIMIT)
            wait_until((tmp_path / "begun").exists, "a photo begun on the second node")
            return super().process(row)

    def lose_node() -> None:
        wait_until((tmp_path / "begun").exists, "a photo begun on the second node")
        cluster.remove_node(node, allow_graceful=False)

    monkeypatch.setattr(ray_engine, "_Actor", Doomed)
    monkeypatch.setattr(ray_engine, "TRIES", 1)
    with ThreadPoolExecutor(1) as pool:
        lost = pool.submit(lose_node)
        found = run(job, by_ray(job, cluster), tmp_path / "ray.sqlite")
        lost.result()
    assert len(found) == COUNT + 2 and set(found.values()) == {("done", None)}


def test_workers_that_cannot_start_end_the_job_with_the_reason(
    job: BatchJob, cluster: Machines, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(stub):
        def __init__(self, *_: object) -> None:
            raise DeviceError("no such device")

    monkeypatch.setattr(ray_engine, "_Actor", Broken)
    with pytest.raises(DeviceError, match="no worker can be started on the cluster .*no such device"):
        run(job, by_ray(job, cluster, workers=1), tmp_path / "ray.sqlite")


def test_a_cluster_that_is_not_there_is_named(job: BatchJob) -> None:
    with pytest.raises(DeviceError, match="--ray-address 127.0.0.1:1: nothing answers there"):
        RayEngine(job, "127.0.0.1:1", "cpu", 1, lambda _: None)


class Script:
    """Stands in for Ray, one reply after the other: what a worker answers is what a test says.

    replies: worker's number and photo, or None where it only tells its node, -> the reply; called when it is read.
    """

    exceptions = ray.exceptions

    def __init__(self, replies: Callable[[int, str | None], object]) -> None:
        self.replies = replies
        self.started = 0
        self.alive = {"node": True}

    def start(self) -> SimpleNamespace:
        number, self.started = self.started, self.started + 1
        return SimpleNamespace(
            node=SimpleNamespace(remote=lambda: partial(self._reply, number, None)),
            process=SimpleNamespace(remote=lambda row: partial(self._reply, number, row)),
        )

    def _reply(self, number: int, row: JournalRow | None) -> object:
        found = self.replies(number, row and row.relative)
        if isinstance(found, Exception):
            raise found
        return RowResult(replace(row, status="done")) if row else "node"

    def wait(self, calls: list[object], **_: object) -> tuple[list[object], list[object]]:
        return calls[:1], calls[1:]

    def get(self, call: Callable[[], object]) -> object:
        return call()

    def nodes(self) -> list[dict[str, object]]:
        return [{"NodeID": name, "Alive": alive} for name, alive in self.alive.items()]

    def through(self, names: str, workers: int) -> dict[str, str]:
        """What becomes of the photos, by name."""
        rows = (JournalRow(name, name, "photo", "", 0, "") for name in names)
        return {done.row.relative: done.row.status for done in _Pool(self, self.start, workers).through(rows)}


def dead() -> Exception:
    return ray.exceptions.ActorDiedError()


def out_of_reach() -> Exception:
    return ray.exceptions.ActorUnavailableError("no connection", None)


@pytest.fixture
def one_death(monkeypatch: pytest.MonkeyPatch) -> None:
    """A photo that is charged with a death fails at once."""
    monkeypatch.setattr(ray_engine, "TRIES", 1)


@pytest.mark.usefixtures("one_death")
def test_a_worker_that_was_only_out_of_reach_takes_the_photo_again() -> None:
    script = Script(lambda number, photo: out_of_reach() if photo == "b" and not silent.pop() else None)
    silent = [True, False]
    assert script.through("abc", workers=2) == dict.fromkeys("abc", "done")
    assert script.started == 2


@pytest.mark.usefixtures("one_death")
@pytest.mark.parametrize(("alive", "status"), [(True, "failed"), (False, "done")])
def test_what_a_worker_out_of_reach_died_of_is_known_when_it_is_asked_again(alive: bool, status: str) -> None:
    fate = deque([out_of_reach(), out_of_reach(), dead()])

    def replies(number: int, photo: str | None) -> object:
        if number == 1 and (photo == "b" or len(fate) < 3):
            script.alive["node"] = alive or len(fate) > 1
            return fate.popleft()
        return None

    script = Script(replies)
    assert script.through("abc", workers=2) == {"a": "done", "b": status, "c": "done"}
    assert script.started == 3


def test_a_worker_that_died_while_it_was_idle_is_not_charged_to_the_next_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers, one photo, which kills one of them when the other one is dead already."""
    monkeypatch.setattr(ray_engine, "TRIES", 2)
    begun: list[int] = []

    def replies(number: int, photo: str | None) -> object:
        if photo:
            begun.append(number)
        return dead() if number < 2 and begun else None

    script = Script(replies)
    assert script.through("a", workers=2) == {"a": "done"}
    assert len(begun) == 2 and begun[1] >= 2


def test_a_slot_where_no_worker_starts_is_given_up_and_the_others_go_on() -> None:
    script = Script(lambda number, photo: dead() if number else None)
    assert script.through("abc", workers=2) == dict.fromkeys("abc", "done")
    assert script.started <= 1 + MAX_FAILED_STARTS


def test_where_no_worker_starts_nothing_waits_for_ever() -> None:
    script = Script(lambda number, photo: dead())
    with pytest.raises(DeviceError, match="no worker can be started"):
        script.through("abc", workers=2)
    assert script.started == 2 * MAX_FAILED_STARTS
