"""The user study (section IV-F): pairwise votes, preference counts (Table II), Wilson intervals and Bradley-Terry."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import NoInputError, UeganError

VOTES_FORMAT = "uegan votes 1"
"""Value of `format` in a file of votes, as the study page writes it."""

_BRADLEY_TERRY_MAX_ITERATIONS = 10_000


class VotesError(UeganError):
    """A file does not hold votes, or is damaged."""


@dataclass(frozen=True)
class Vote:
    """A person's choice between two methods on one photo.

    study: identifier of the study page. voter: identifier of the person. winner, loser: methods. at: time in ISO 8601,
    or empty.
    """

    study: str
    voter: str
    photo: str
    winner: str
    loser: str
    at: str = ""


@dataclass(frozen=True)
class PreferenceShare:
    """How often one method was preferred to another: `won` of `n` votes, `share` in 0..1 with its 95 % interval."""

    won: int
    n: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Preferences:
    """The counts of Table II.

    names: methods. counts: how often the row was preferred to the column, of shape (methods, methods). votes: the votes
    that were counted; empty where only the counts are known.
    """

    names: Sequence[str]
    counts: NDArray[np.int64]
    votes: Sequence[Vote] = ()

    def totals(self) -> list[int]:
        """Return the number of votes that each method won."""
        return [int(total) for total in self.counts.sum(axis=1)]

    def share(self, row: int, column: int) -> PreferenceShare | None:
        """Return how often `row` was preferred to `column`, or None if the two were never compared.

        The interval is Wilson's for the effective number of independent votes: votes of one person are correlated, and
        so are votes on one photo (two-way clustering; Cameron, Gelbach and Miller, 2011).
        """
        won, n = int(self.counts[row, column]), int(self.counts[row, column] + self.counts[column, row])
        if n == 0:
            return None
        names = self.names[row], self.names[column]
        effective, z = _effective_votes(
            [vote for vote in self.votes if {vote.winner, vote.loser} == set(names)], names[0]
        )
        effective *= n
        middle = won / n + z**2 / (2 * effective)
        half = z * (won * (n - won) / n**2 / effective + (z / effective / 2) ** 2) ** 0.5
        low, high = ((middle + side * half) / (1 + z**2 / effective) for side in (-1, 1))
        return PreferenceShare(won, n, won / n, max(0.0, low), min(1.0, high))

    def bradley_terry_scores(self) -> list[float]:
        """Return each method's log-odds of winning against an average one, with mean 0 (Bradley-Terry).

        Half a vote is added to both sides of each pair that was compared; a method that never lost would otherwise
        have no finite score.
        """
        wins = self.counts + 0.5 * ((self.counts + self.counts.T) > 0)
        np.fill_diagonal(wins, 0)
        games, strength = wins + wins.T, np.ones(len(self.names))
        for _ in range(_BRADLEY_TERRY_MAX_ITERATIONS):
            before = strength
            meetings = (games / (strength[:, None] + strength[None, :])).sum(axis=1)
            strength = np.where(meetings > 0, wins.sum(axis=1) / np.maximum(meetings, 1e-300), strength)
            strength = strength / np.exp(np.log(strength).mean())
            if np.abs(strength - before).max() < 1e-10:
                break
        return [float(score) for score in np.log(strength)]


def read_votes(files: Iterable[Path]) -> list[Vote]:
    """Return the votes of all files. Of several votes by one person on the same pair and photo, the latest counts.

    Raises VotesError for a file that does not hold votes, and NoInputError if the files hold none.
    """
    latest = {}
    for vote in sorted((vote for file in files for vote in _read_file(file)), key=lambda vote: vote.at):
        latest[vote.study, vote.voter, vote.photo, frozenset((vote.winner, vote.loser))] = vote
    if not latest:
        raise NoInputError("these files hold no votes yet")
    return list(latest.values())


def count_preferences(votes: Iterable[Vote]) -> Preferences:
    """Count how often each method was preferred to each, in order of first appearance."""
    votes = list(votes)
    names = list(dict.fromkeys(name for vote in votes for name in (vote.winner, vote.loser)))
    counts = np.zeros((len(names), len(names)), np.int64)
    for vote in votes:
        counts[names.index(vote.winner), names.index(vote.loser)] += 1
    return Preferences(names, counts, votes)


def _effective_votes(votes: Sequence[Vote], winner: str) -> tuple[float, float]:
    """Return the effective number of independent votes per vote, at most 1, and the two-sided 95 % quantile.

    The quantile is Student's, with the degrees of freedom of the smaller number of clusters (persons or photos).
    """
    from scipy.stats import t

    won = np.array([vote.winner == winner for vote in votes], np.float64)
    independent = float(won.var()) / len(won) if votes else 0.0
    variances, degrees_of_freedom = [], math.inf
    for clusters in ([vote.voter for vote in votes], [vote.photo for vote in votes]):
        count = len(set(clusters))
        # A single cluster says nothing about the variance between clusters.
        if 1 < count < len(won):
            sums = np.bincount(np.unique(clusters, return_inverse=True)[1], won - won.mean())
            variances.append(float(np.square(sums).sum()) / len(won) ** 2 * count / (count - 1))
            degrees_of_freedom = min(degrees_of_freedom, count - 1)
    clustered = sum(variances) - independent * (len(variances) - 1)
    effective = independent / max(independent, clustered) if variances and independent else 1.0
    return effective, float(t.isf(0.025, degrees_of_freedom))


def _read_file(file: Path) -> Iterable[Vote]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise VotesError(f"{file}: cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise VotesError(f"{file}: not a file of votes; choose files saved by a study page") from error
    if not isinstance(data, dict) or data.get("format") != VOTES_FORMAT:
        raise VotesError(f"{file}: not a file of votes; choose files saved by a study page")
    try:
        return [_to_vote(data, vote) for vote in data["votes"]]
    except (KeyError, TypeError, ValueError) as error:
        raise VotesError(f"{file}: damaged file of votes ({error}); ask its sender for it again") from error


def _to_vote(data: dict[str, Any], vote: dict[str, Any]) -> Vote:
    winner, loser = (vote[key] for key in ("chosen", "other"))
    if winner == loser or not all(isinstance(name, str) for name in (winner, loser, vote["photo"])):
        raise ValueError("both sides of a pair are the same, or a name is not text")
    return Vote(str(data["study"]), str(data["voter"]), vote["photo"], winner, loser, str(vote.get("at", "")))
