"""What people have chosen: the paper's Table II."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NoInputError
from ..shared.output import Report, counted

if TYPE_CHECKING:
    from ...evaluation.votes import Preferences


def tell_votes(files: Sequence[Path], report: Report) -> int:
    """Count and print; the exit code."""
    from ...evaluation.votes import count, read_votes

    if not files:
        raise NoInputError("--votes: name the files that the study has saved")
    votes = read_votes(files)
    found = count(votes)
    order = sorted(range(len(found.names)), key=lambda at: -found.scores()[at])
    _table(found, order, report)
    _shares(found, order, report)
    voters, photos = len({vote.voter for vote in votes}), len({vote.photo for vote in votes})
    report.say(
        f"{counted(len(votes), 'vote')} of {counted(voters, 'person').replace('persons', 'people')}"
        f" on {counted(photos, 'photo')}"
    )
    if len({vote.study for vote in votes}) > 1:
        report.say("they come from several studies")
    report.record({"votes": len(votes), "voters": voters, "photos": photos})
    return 0


def _table(found: Preferences, order: Sequence[int], report: Report) -> None:
    """How often the row was preferred to the column; then all its wins, and its Bradley-Terry score."""
    totals, scores = found.totals(), found.scores()
    names = [found.names[at] for at in order]
    rows = [
        [
            found.names[row],
            *("–" if row == column else str(found.counts[row, column]) for column in order),
            str(totals[row]),
            f"{scores[row]:+.2f}",
        ]
        for row in order
    ]
    report.table(["preferred to", *names, "total", "score"], rows, range(1, len(names) + 3), headed=True)
    for row in order:
        report.record(
            {
                "subject": found.names[row],
                "preferred_to": {found.names[c]: int(found.counts[row, c]) for c in order if c != row},
                "total": totals[row],
                "score": round(scores[row], 4),
            }
        )


def _shares(found: Preferences, order: Sequence[int], report: Report) -> None:
    """Each pair, the one that won first."""
    rows = []
    for place, one in enumerate(order):
        for other in order[place + 1 :]:
            pair = (one, other) if found.counts[one, other] >= found.counts[other, one] else (other, one)
            share = found.share(*pair)
            if share is None:
                continue
            names = [found.names[at] for at in pair]
            interval = f"{share.low * 100:.1f} – {share.high * 100:.1f}"
            rows.append([*names, f"{share.share * 100:.2f} %", interval, f"{share.won} of {share.n}"])
            report.record(
                {
                    "preferred": names[0],
                    "to": names[1],
                    "percent": round(share.share * 100, 2),
                    "low": round(share.low * 100, 2),
                    "high": round(share.high * 100, 2),
                    "votes": share.n,
                }
            )
    report.table(["preferred", "to", "share", "95 %", "votes"], rows, (2, 3, 4), headed=True)
