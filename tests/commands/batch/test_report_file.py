"""The report of --report."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.commands.batch.conftest import BATCH
from tests.commands.conftest import Run

pytestmark = pytest.mark.usefixtures("bright")


def test_a_report_is_a_table_or_a_page(tree: Path, uegan: Run) -> None:
    uegan(*BATCH, "--report", "told/report.csv")
    lines = {line["input"]: line for line in csv.DictReader(Path("told/report.csv").read_text().splitlines())}
    assert lines["src/bad.jpg"]["status"] == "failed" and "not a photo" in lines["src/bad.jpg"]["reason"]
    assert lines["src/sub/b.png"]["output"] == "dst/sub/b.png" and float(lines["src/a.jpg"]["seconds"]) > 0
    Path("src/<b>&.jpg").write_bytes(b"no photo")
    uegan(*BATCH, "--report", "report.html")
    page = Path("report.html").read_text()
    assert "&lt;b&gt;&amp;.jpg" in page and "<b>&.jpg" not in page and "not a photo" in page
