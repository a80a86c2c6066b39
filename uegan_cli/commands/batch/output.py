"""What `uegan batch` prints, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.output import Report

if TYPE_CHECKING:
    from ...jobs.batch import BatchJob, RowResult
    from ...jobs.journal import Journal
    from ...styles.store import Entry


def print_result(result: RowResult, job: BatchJob, report: Report) -> None:
    """Print what became of a file."""
    row = result.row
    source, target = f"{job.source}/{row.relative}", f"{job.destination}/{row.output}"
    report.record(
        {
            "input": source,
            "output": target,
            "status": row.status,
            "reason": row.reason,
            "seconds": round(row.seconds, 3),
            "warnings": list(result.warnings),
        }
    )
    if row.status == "failed":
        report.complain(row.reason or "")
    elif row.status == "skipped":
        report.detail(f"{source}: {row.reason}")
    else:
        report.detail(f"{source} -> {target}")
    for warning in result.warnings:
        report.detail(f"{source}: {warning}")


def print_plan(job: BatchJob, journal: Journal, report: Report) -> None:
    """Print what a dry run would do."""
    for row in journal.rows("todo"):
        source, target = f"{job.source}/{row.relative}", f"{job.destination}/{row.output}"
        report.result(f"{source} -> {target}")
        report.record({"input": source, "output": target, "status": "planned"})
    counts = journal.counts()
    report.record({"summary": dict(counts)})
    report.say(
        f"{counts['todo']} to do, {counts['done']} done, {counts['skipped']} skipped, {counts['failed']} failed; "
        "nothing was written"
    )


def print_summary(journal: Journal, done_before: int, style: Entry, seconds: float, report: Report) -> None:
    """Print how many photos are done, skipped and failed. done_before: photos done by earlier runs."""
    counts = journal.counts()
    assert style.header is not None
    new = counts["done"] - done_before
    report.record(
        {
            "summary": dict(counts),
            "new": new,
            "style": style.name,
            "style_hash": style.header.hash,
            "seconds": round(seconds, 3),
        }
    )
    parts = [f"{new} done"] + [f"{done_before} done before"] * bool(done_before)
    parts += [f"{counts[status]} {status}" for status in ("skipped", "failed") if counts[status]]
    rate = f", {new / seconds:.1f} per second" if new > 1 else ""
    report.say(f"{', '.join(parts)} in {seconds:.1f} s{rate}")
    if counts["failed"]:
        report.say("--retry-failed tries failed photos again; --report FILE.html lists them")
