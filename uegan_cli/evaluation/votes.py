"""What people prefer (section IV-F): votes for one of two pictures, and what they come to."""

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

FORMAT = "uegan votes 1"
_ROUNDS = 10_000


class VotesError(UeganError):
    """A file is no file of votes."""


@dataclass(frozen=True)
class Vote:
    """study: which page. voter: who. winner, loser: subjects. at: when, as ISO 8601 has it, or nothing."""

    study: str
    voter: str
    photo: str
    winner: str
    loser: str
    at: str = ""


@dataclass(frozen=True)
class Share:
    """How often one was preferred to the other, of n times: from 0 to 1, with its 95 % interval."""

    won: int
    n: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Preferences:
    """names: subjects. counts: how often the row was preferred to the column, S x S (Table II). votes: of which these
    are the numbers, where they are known.
    """

    names: Sequence[str]
    counts: NDArray[np.int64]
    votes: Sequence[Vote] = ()

    def totals(self) -> list[int]:
        return [int(total) for total in self.counts.sum(axis=1)]

    def share(self, row: int, column: int) -> Share | None:
        """None where the two were never compared.

        The interval is Wilson's, as wide as for so many independent votes as these are worth: those of one person go
        together, and so do those on one photo (Cameron, Gelbach and Miller, 2011).
        """
        won, n = int(self.counts[row, column]), int(self.counts[row, column] + self.counts[column, row])
        if n == 0:
            return None
        names = self.names[row], self.names[column]
        worth, z = _worth([vote for vote in self.votes if {vote.winner, vote.loser} == set(names)], names[0])
        worth *= n
        middle, half = won / n + z**2 / (2 * worth), z * (won * (n - won) / n**2 / worth + (z / worth / 2) ** 2) ** 0.5
        low, high = ((middle + side * half) / (1 + z**2 / worth) for side in (-1, 1))
        return Share(won, n, won / n, max(0.0, low), min(1.0, high))

    def scores(self) -> list[float]:
        """Bradley-Terry: each subject's chance to win against an average one, in natural logarithms, with mean 0.

        Half a vote is added to both sides of each pair that was compared, for who has never lost would have no score.
        """
        wins = self.counts + 0.5 * ((self.counts + self.counts.T) > 0)
        np.fill_diagonal(wins, 0)
        games, strength = wins + wins.T, np.ones(len(self.names))
        for _ in range(_ROUNDS):
            before = strength
            meetings = (games / (strength[:, None] + strength[None, :])).sum(axis=1)
            strength = np.where(meetings > 0, wins.sum(axis=1) / np.maximum(meetings, 1e-300), strength)
            strength = strength / np.exp(np.log(strength).mean())
            if np.abs(strength - before).max() < 1e-10:
                break
        return [float(score) for score in np.log(strength)]


def read_votes(files: Iterable[Path]) -> list[Vote]:
    """The votes of all files. Who votes twice on the same pair of the same photo, in time, has changed their mind.

    Raises VotesError for a file that is none of ours, and NoInputError where no one has voted.
    """
    latest = {}
    for vote in sorted((vote for file in files for vote in _votes(file)), key=lambda vote: vote.at):
        latest[vote.study, vote.voter, vote.photo, frozenset((vote.winner, vote.loser))] = vote
    if not latest:
        raise NoInputError("no votes in these files yet")
    return list(latest.values())


def count(votes: Iterable[Vote]) -> Preferences:
    """How often each was preferred to each, in order of their first appearance."""
    votes = list(votes)
    names = list(dict.fromkeys(name for vote in votes for name in (vote.winner, vote.loser)))
    counts = np.zeros((len(names), len(names)), np.int64)
    for vote in votes:
        counts[names.index(vote.winner), names.index(vote.loser)] += 1
    return Preferences(names, counts, votes)


def _worth(votes: Sequence[Vote], winner: str) -> tuple[float, float]:
    """How many independent votes each is worth, at most one, and in how many standard errors 95 % lie."""
    from scipy.stats import t

    won = np.array([vote.winner == winner for vote in votes], np.float64)
    alone = float(won.var()) / len(won) if votes else 0.0
    variances, fewest = [], math.inf
    for names in ([vote.voter for vote in votes], [vote.photo for vote in votes]):
        count = len(set(names))
        # Of a single person nothing tells how others differ.
        if 1 < count < len(won):
            sums = np.bincount(np.unique(names, return_inverse=True)[1], won - won.mean())
            variances.append(float(np.square(sums).sum()) / len(won) ** 2 * count / (count - 1))
            fewest = min(fewest, count - 1)
    together = sum(variances) - alone * (len(variances) - 1)
    return (alone / max(alone, together) if variances and alone else 1.0), float(t.isf(0.025, fewest))


def _votes(file: Path) -> Iterable[Vote]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise VotesError(f"{file}: cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise VotesError(f"{file}: no votes; choose files that a study has saved") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise VotesError(f"{file}: no votes; choose files that a study has saved")
    try:
        return [_vote(data, vote) for vote in data["votes"]]
    except (KeyError, TypeError, ValueError) as error:
        raise VotesError(f"{file}: damaged votes ({error})") from error


def _vote(data: dict[str, Any], vote: dict[str, Any]) -> Vote:
    winner, loser = (vote[key] for key in ("chosen", "other"))
    if winner == loser or not all(isinstance(name, str) for name in (winner, loser, vote["photo"])):
        raise ValueError("a pair of one")
    return Vote(str(data["study"]), str(data["voter"]), vote["photo"], winner, loser, str(vote.get("at", "")))
