"""The report of a batch on all photos: an HTML page, or a CSV table for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ..shared import html
from ..shared.output import counted, format_duration

if TYPE_CHECKING:
    from ...jobs.batch import BatchJob
    from ...jobs.journal import Journal, JournalRow
    from ...styles.store import Entry

MAX_LINES = 1000
"""Lines in a list of the page; the table has all."""


def write_report(path: Path, journal: Journal, job: BatchJob, style: Entry) -> None:
    """Write a table if `path` ends in .csv, else a page. Raises OutputError."""
    if path.suffix.lower() == ".csv":
        _write_table(path, journal, job)
    else:
        html.write_page(path, _page(journal, job, style))


def _write_table(path: Path, journal: Journal, job: BatchJob) -> None:
    from ...photo.atomic import replacing

    html.make_folder(path.parent)
    with replacing(path) as file:
        for line in _table_lines(journal, job):
            text = io.StringIO()
            csv.writer(text).writerow(line)
            file.write(text.getvalue().encode("utf-8", "surrogateescape"))


def _table_lines(journal: Journal, job: BatchJob) -> Iterable[list[object]]:
    yield ["input", "output", "status", "reason", "seconds"]
    for row in journal.rows():
        names = [f"{job.source}/{row.relative}", f"{job.destination}/{row.output}"]
        yield [*names, row.status, row.reason or "", f"{row.seconds:.3f}"]


def _page(journal: Journal, job: BatchJob, style: Entry) -> str:
    counts = journal.counts()
    seconds = sum(row.seconds for row in journal.rows("done"))
    facts = {str(name): str(count) for name, count in counts.items() if count or name == "done"}
    facts |= {"processing time": format_duration(seconds)} if seconds else {}
    items = "".join(f"<div><dd>{value}</dd><dt>{name}</dt></div>" for name, value in facts.items())
    sections = [
        f'<header><p class="kicker">uegan batch</p><h1>{escape(style.name)}</h1>'
        f'<p class="status">{escape(str(job.source))} → {escape(str(job.destination))}</p><dl>{items}</dl></header>',
        _list("Failed", journal.rows("failed"), counts["failed"], job),
        _list("Still to do", journal.rows("todo"), counts["todo"], job),
        _list("Skipped", journal.rows("skipped"), counts["skipped"], job),
    ]
    return html.render_page(f"{style.name} – uegan batch", sections, [])


def _list(title: str, rows: Iterable[JournalRow], count: int, job: BatchJob) -> str:
    """Return the section with the first MAX_LINES of `count` rows; nothing if there are none."""
    if not count:
        return ""
    lines = []
    for row, _ in zip(rows, range(MAX_LINES), strict=False):
        reason = (row.reason or "").removeprefix(f"{job.source}/{row.relative}: ")
        lines.append(f"<tr><td>{_escape(row.relative)}</td><td>{_escape(reason)}</td></tr>")
    more = f'<p class="status">and {counted(count - MAX_LINES, "more file")}</p>' if count > MAX_LINES else ""
    body = f'<div class="scroll" tabindex="0" role="region" aria-label="{title}"><table>{"".join(lines)}</table></div>'
    return f"<section><h2>{title}</h2>{body}{more}</section>"


def _escape(text: str) -> str:
    """Return the text as HTML; bytes of a file name that are not UTF-8 become question marks."""
    return escape(text.encode("utf-8", "replace").decode())
