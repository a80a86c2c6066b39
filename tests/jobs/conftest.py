"""A small tree, the job of enhancing it, and its journal: with a style that takes no time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.conftest import bright
from uegan_cli.jobs.batch import BatchJob, process
from uegan_cli.jobs.journal import Journal, open_journal
from uegan_cli.jobs.local_engine import IsolatedEngine, LocalEngine
from uegan_cli.jobs.scan import scan
from uegan_cli.jobs.storage import LocalFolder
from uegan_cli.styles.file import Style

__all__ = ["bright"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """`a.jpg`, `b/c.png` and `notes.txt`."""
    folder = tmp_path / "src"
    (folder / "b").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in ("a.jpg", "b/c.png"):
        Image.fromarray(rng.integers(0, 200, (40, 50, 3), np.uint8)).save(folder / name)
    (folder / "notes.txt").write_text("notes")
    return folder


@pytest.fixture
def job(source: Path, tmp_path: Path, bright: Style) -> BatchJob:
    return BatchJob(LocalFolder(source), LocalFolder(tmp_path / "dst"), str(bright.path), bright.hash)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "journal.sqlite") as (journal, _):
        yield journal


def run_batch(job: BatchJob, journal: Journal, retry_failed: bool = False) -> dict[str, str]:
    """Scan and process, and return the status of each file that was processed, by name."""
    scan(job, journal, retry_failed)
    engine = LocalEngine(job, "cpu", 2, lambda _: None)
    isolated = IsolatedEngine(job, "cpu", 1)
    return {result.row.relative: result.row.status for result in process(journal, engine, isolated)}


def statuses(journal: Journal) -> dict[str, str]:
    return {row.relative: row.status for row in journal.rows()}
