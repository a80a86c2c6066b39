"""A cluster of two nodes on this machine: the same bytes as the local engine, whatever dies meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.conftest import bright, environment
from tests.robustness.conftest import regular_files
from uegan_cli.errors import DeviceError
from uegan_cli.jobs.batch import Done, Engine, Job, survey, work
from uegan_cli.jobs.journal import Row, opened
from uegan_cli.jobs.local_engine import Local
from uegan_cli.jobs.ray_engine import TRIES, Cluster
from uegan_cli.jobs.storage import Folder
from uegan_cli.styles.file import Style

ray = pytest.importorskip("ray", reason="needs Ray, part of the extra `test`")
from ray.cluster_utils import Cluster as Machines  # noqa: E402

__all__ = ["bright"]
pytestmark = pytest.mark.filterwarnings("ignore")
"""Ray's own warnings are not ours."""

COUNT = 24


@pytest.fixture(scope="module")
def cluster() -> Iterator[Machines]:
    """A head without cores, and two nodes with one each."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", **environment()}.items():
            patch.setenv(name, value)
        made = Machines(initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": 100_000_000})
        made.worker = [made.add_node(num_cpus=1, object_store_memory=100_000_000) for _ in range(2)]
        made.wait_for_nodes()
        yield made
        ray.shutdown()
        made.shutdown()


@pytest.fixture
def job(tmp_path: Path, bright: Style) -> Job:
    source = tmp_path / "src"
    for number in range(COUNT):
        path = source / f"{number % 3}" / f"{number:02}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 200, (90, 120, 3), np.uint8)
        Image.fromarray(noise).save(path)
    (source / "bad.jpg").write_bytes(b"no photo")
    (source / "notes.txt").write_text("notes")
    return Job(Folder(source), Folder(tmp_path / "dst"), str(bright.path), bright.hash, copy_others=True)


def run(job: Job, engine: Engine, file: Path) -> dict[str, tuple[str, str | None]]:
    """What the journal says in the end."""
    with opened(file) as (journal, _):
        survey(job, journal)
        for _ in work(journal, engine, engine):
            pass
        return {row.relative: (row.status, row.reason) for row in journal.rows()}


def by_ray(job: Job, cluster: Machines) -> Cluster:
    return Cluster(job, cluster.address, "cpu", 2, lambda _: None)


def test_results_and_journal_are_those_of_the_local_engine_byte_for_byte(
    job: Job, cluster: Machines, tmp_path: Path
) -> None:
    there = replace(job, destination=Folder(tmp_path / "by ray"))
    found = run(there, by_ray(there, cluster), tmp_path / "ray.sqlite")
    assert found == run(job, Local(job, "cpu", 2, lambda _: None), tmp_path / "local.sqlite")
    assert sum(status == "done" for status, _ in found.values()) == COUNT + 1
    assert regular_files(tmp_path / "by ray") == regular_files(tmp_path / "dst")
    assert {name: status for name, (status, _) in found.items() if status != "done"} == {"bad.jpg": "failed"}


def test_a_node_that_dies_costs_only_what_it_had_in_hand(job: Job, cluster: Machines, tmp_path: Path) -> None:
    engine, killed = by_ray(job, cluster), []
    with opened(tmp_path / "ray.sqlite") as (journal, _):
        survey(job, journal)
        for number, _ in enumerate(work(journal, engine, engine)):
            if number == 4:
                cluster.remove_node(cluster.worker[0], allow_graceful=False)
                # As a cluster does that grows again.
                cluster.add_node(num_cpus=1, object_store_memory=100_000_000)
                killed.append(number)
        counts = journal.counts()
    assert killed and counts == {"todo": 0, "done": COUNT + 1, "skipped": 0, "failed": 1}
    run(replace(job, destination=Folder(tmp_path / "local")), Local(job, "cpu", 2, lambda _: None), tmp_path / "l")
    names = [name for name in regular_files(tmp_path / "dst")]
    assert len(names) == COUNT + 1 and not any(".tmp" in name for name in names)


def test_a_photo_that_kills_its_worker_is_given_up_after_three_times(
    job: Job, cluster: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from uegan_cli.jobs import ray_engine

    class Fragile(ray_engine._Actor):
        def take(self, row: Row) -> Done:
            if row.relative == "1/07.jpg":
                with open(tmp_path / "deaths", "a") as file:
                    file.write("x")
                os._exit(9)
            return super().take(row)

    monkeypatch.setattr(ray_engine, "_Actor", Fragile)
    found = run(job, by_ray(job, cluster), tmp_path / "ray.sqlite")
    assert (tmp_path / "deaths").read_text() == "x" * TRIES
    status, reason = found["1/07.jpg"]
    assert status == "failed" and reason is not None and "has died 3 times" in reason
    assert sum(status == "done" for status, _ in found.values()) == COUNT


def test_no_more_is_taken_than_workers_can_be_given(job: Job, cluster: Machines, tmp_path: Path) -> None:
    engine, taken, finished = by_ray(job, cluster), 0, 0
    with opened(tmp_path / "ray.sqlite") as (journal, _):
        survey(job, journal)

        def rows() -> Iterator[Row]:
            nonlocal taken
            for row in journal.rows("todo"):
                taken += 1
                yield row

        for _ in engine(rows()):
            finished += 1
            assert taken - finished <= 4
            time.sleep(0.05)
    assert taken == finished == COUNT + 2


def test_a_cluster_that_is_not_there_is_named(job: Job) -> None:
    with pytest.raises(DeviceError, match="--ray-address 127.0.0.1:1: nothing answers there"):
        Cluster(job, "127.0.0.1:1", "cpu", 1, lambda _: None)
