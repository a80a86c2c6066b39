"""The votes of a user study, counted: the paper's Table II."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NoInputError, UsageError
from ..shared.output import Report, counted

if TYPE_CHECKING:
    from ...evaluation.user_study import Preferences

EXCLUDED = ("style", "results", "reference", "liked", "html", "study", "ablation", "csv", "fail_under")
"""Parameters of `uegan eval` that make no sense with --votes."""


def check_alone(given: Collection[str]) -> None:
    """Check that no parameter in `given` is among EXCLUDED. Raises UsageError."""
    if any(name in given for name in EXCLUDED):
        raise UsageError("--votes only counts votes; leave out the other options and name files saved by a study")


def print_votes(files: Sequence[Path], report: Report) -> int:
    """Count the votes in files saved by a study and print them. Return the exit code.

    Raises NoInputError without files or votes, and VotesError for a file that holds none.
    """
    from ...evaluation.user_study import count_preferences, read_votes

    if not files:
        raise NoInputError("--votes: name files saved by a study")
    votes = read_votes(files)
    preferences = count_preferences(votes)
    order = sorted(range(len(preferences.names)), key=lambda at: -preferences.bradley_terry_scores()[at])
    _print_counts(preferences, order, report)
    _print_shares(preferences, order, report)
    voters, photos = len({vote.voter for vote in votes}), len({vote.photo for vote in votes})
    report.say(
        f"{counted(len(votes), 'vote')} by {counted(voters, 'person').replace('persons', 'people')}"
        f" on {counted(photos, 'photo')}"
    )
    if len({vote.study for vote in votes}) > 1:
        report.say("the votes come from several studies")
    report.record({"votes": len(votes), "voters": voters, "photos": photos})
    return 0


def _print_counts(preferences: Preferences, order: Sequence[int], report: Report) -> None:
    """Print how often each row was preferred to each column, its total, and its Bradley-Terry score.

    order: indices of the methods, the best first.
    """
    counts, totals, scores = preferences.counts, preferences.totals(), preferences.bradley_terry_scores()
    names = [preferences.names[at] for at in order]
    rows = [
        [
            preferences.names[row],
            *("–" if row == column else str(counts[row, column]) for column in order),
            str(totals[row]),
            f"{scores[row]:+.2f}",
        ]
        for row in order
    ]
    report.table(["preferred to", *names, "total", "score"], rows, range(1, len(names) + 3), headed=True)
    for row in order:
        report.record(
            {
                "subject": preferences.names[row],
                "preferred_to": {preferences.names[c]: int(counts[row, c]) for c in order if c != row},
                "total": totals[row],
                "score": round(scores[row], 4),
            }
        )


def _print_shares(preferences: Preferences, order: Sequence[int], report: Report) -> None:
    """Print for each pair of methods how often the winner, named first, was preferred."""
    counts, rows = preferences.counts, []
    for one, other in combinations(order, 2):
        pair = (one, other) if counts[one, other] >= counts[other, one] else (other, one)
        share = preferences.share(*pair)
        if share is None:
            continue
        names = [preferences.names[at] for at in pair]
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
