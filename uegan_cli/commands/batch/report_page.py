"""What became of all photos of a job: a page, or a table for other programs."""

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
    from ...jobs.batch import Job
    from ...jobs.journal import Journal, Row
    from ...styles.store import Entry

MOST = 1000
"""Lines in a list of the page; the table has all."""


def write(path: Path, journal: Journal, job: Job, style: Entry) -> None:
    """Raises OutputError."""
    if path.suffix.lower() == ".csv":
        _write_table(path, journal, job)
    else:
        html.write_page(path, _page(journal, job, style))


def _write_table(path: Path, journal: Journal, job: Job) -> None:
    from ...photo.atomic import replacing

    html.make_folder(path.parent)
    with replacing(path) as file:
        for line in _lines(journal, job):
            text = io.StringIO()
            csv.writer(text).writerow(line)
            file.write(text.getvalue().encode("utf-8", "surrogateescape"))


def _lines(journal: Journal, job: Job) -> Iterable[list[object]]:
    yield ["input", "output", "status", "reason", "seconds"]
    for row in journal.rows():
        names = [f"{job.source}/{row.relative}", f"{job.destination}/{row.output}"]
        yield [*names, row.status, row.reason or "", f"{row.seconds:.3f}"]


def _page(journal: Journal, job: Job, style: Entry) -> str:
    counts = journal.counts()
    seconds = sum(row.seconds for row in journal.rows("done"))
    facts = {str(name): str(count) for name, count in counts.items() if count or name == "done"}
    facts |= {"of work": format_duration(seconds)} if seconds else {}
    told = "".join(f"<div><dd>{value}</dd><dt>{name}</dt></div>" for name, value in facts.items())
    sections = [
        f'<header><p class="kicker">uegan batch</p><h1>{escape(style.name)}</h1>'
        f'<p class="status">{escape(str(job.source))} → {escape(str(job.destination))}</p><dl>{told}</dl></header>',
        _list("Failed", journal.rows("failed"), counts["failed"], job),
        _list("Still to do", journal.rows("todo"), counts["todo"], job),
        _list("Skipped", journal.rows("skipped"), counts["skipped"], job),
    ]
    return html.render_page(f"{style.name} – uegan batch", sections, [])


def _list(title: str, rows: Iterable[Row], count: int, job: Job) -> str:
    if not count:
        return ""
    lines = []
    for row, _ in zip(rows, range(MOST), strict=False):
        reason = (row.reason or "").removeprefix(f"{job.source}/{row.relative}: ")
        lines.append(f"<tr><td>{_text(row.relative)}</td><td>{_text(reason)}</td></tr>")
    more = f'<p class="status">and {counted(count - MOST, "file")} more</p>' if count > MOST else ""
    body = f'<div class="scroll" tabindex="0" role="region" aria-label="{title}"><table>{"".join(lines)}</table></div>'
    return f"<section><h2>{title}</h2>{body}{more}</section>"


def _text(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode())
