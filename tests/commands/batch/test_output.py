"""What is printed, as text and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.batch.conftest import BATCH
from tests.commands.conftest import Run

pytestmark = pytest.mark.usefixtures("bright")


def test_json_is_an_object_per_photo_and_then_a_summary(tree: Path, uegan: Run) -> None:
    *photos, last = uegan(*BATCH, "--json").records
    assert {(record["input"], record["output"], record["status"]) for record in photos} == {
        ("src/a.jpg", "dst/a.jpg", "done"),
        ("src/bad.jpg", "dst/bad.jpg", "failed"),
        ("src/sub/b.png", "dst/sub/b.png", "done"),
    }
    assert last["summary"] == {"todo": 0, "done": 2, "skipped": 0, "failed": 1} and last["new"] == 2


def test_a_dry_run_prints_what_would_be_done_and_writes_nothing(tree: Path, uegan: Run) -> None:
    outcome = uegan(*BATCH, "--dry-run")
    assert outcome.out.splitlines() == [f"src/{name} -> dst/{name}" for name in ("a.jpg", "bad.jpg", "sub/b.png")]
    assert "3 to do, 0 done, 0 skipped, 0 failed; nothing was written" in outcome.err
    assert not Path("dst").exists()
    uegan(*BATCH)
    Path("dst/a.jpg").unlink()
    journal = Path("dst/.uegan/journal.sqlite").read_bytes()
    assert uegan(*BATCH, "--dry-run").out == "src/a.jpg -> dst/a.jpg\n"
    assert Path("dst/.uegan/journal.sqlite").read_bytes() == journal
