from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.jobs.conftest import run_batch
from uegan_cli.jobs.batch import BatchJob
from uegan_cli.jobs.journal import Journal, open_journal
from uegan_cli.jobs.storage import Storage, open_storage
from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo


@pytest.fixture
def memory(source: Path) -> Iterator[tuple[Storage, Storage]]:
    """The source and a destination as URLs, in the memory of this process."""
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    system.put(str(source), "/src", recursive=True)
    yield open_storage("memory://src"), open_storage("memory://dst")
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def test_a_tree_behind_a_url_has_the_same_results_as_a_folder(
    job: BatchJob, journal: Journal, memory: tuple[Storage, Storage], tmp_path: Path
) -> None:
    run_batch(job, journal)
    remote = replace(job, source=memory[0], destination=memory[1])
    with open_journal(tmp_path / "another.sqlite") as (new, _):
        assert run_batch(remote, new) == {"a.jpg": "done", "b/c.png": "done"}
        assert run_batch(remote, new) == {}
        for name in ("a.jpg", "b/c.png"):
            with memory[1].reading(name) as path:
                here = read_photo(tmp_path / "dst" / name)
                assert np.array_equal(read_photo(path).pixels, here.pixels)
                mark, local = read_mark(path), read_mark(tmp_path / "dst" / name)
                assert mark is not None and local is not None and mark.style_hash == local.style_hash
    with open_journal(tmp_path / "third.sqlite") as (new, _):
        assert run_batch(remote, new) == {}, "results behind a URL are recognised by their marks"


def test_errors_behind_a_url_name_the_url(job: BatchJob, journal: Journal, memory: tuple[Storage, Storage]) -> None:
    with memory[0].writing("bad.jpg") as path:
        path.write_bytes(b"nothing")
    remote = replace(job, source=memory[0], destination=memory[1])
    assert run_batch(remote, journal)["bad.jpg"] == "failed"
    row = journal.get("bad.jpg")
    assert row is not None and row.reason == "memory://src/bad.jpg: not a photo; export it as JPEG or PNG"
