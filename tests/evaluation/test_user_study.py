"""The statistics of the user study, checked against the paper's Table II."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from uegan_cli.errors import NoInputError
from uegan_cli.evaluation.user_study import VOTES_FORMAT, Preferences, Vote, VotesError, count_preferences, read_votes

NAMES = ["Input", "CycleGAN", "Exposure", "EnlightenGAN", "DPE", "FiveK", "Flickr"]
TABLE_II = np.array(
    [
        [0, 387, 157, 171, 78, 31, 16],
        [733, 0, 185, 263, 95, 74, 32],
        [963, 935, 0, 692, 328, 253, 141],
        [949, 857, 428, 0, 223, 153, 92],
        [1042, 1025, 792, 897, 0, 401, 214],
        [1089, 1046, 867, 967, 719, 0, 327],
        [1104, 1088, 979, 1028, 906, 793, 0],
    ]
)
PAPER = Preferences(NAMES, TABLE_II)


@pytest.mark.parametrize(
    ("row", "column", "percent"),
    [
        ("FiveK", "CycleGAN", 93.39),
        ("FiveK", "Exposure", 77.41),
        ("FiveK", "EnlightenGAN", 86.34),
        ("FiveK", "DPE", 64.20),
        ("Flickr", "CycleGAN", 97.14),
        ("Flickr", "Exposure", 87.41),
        # The paper prints 91.78 and 80.90; 1028 and 906 of 1120 are 91.786 and 80.893.
        ("Flickr", "EnlightenGAN", 91.79),
        ("Flickr", "DPE", 80.89),
    ],
)
def test_the_percentages_of_the_paper_come_from_the_cells_of_its_table(row: str, column: str, percent: float) -> None:
    share = PAPER.share(NAMES.index(row), NAMES.index(column))
    assert share.n == 1120
    assert round(share.share * 100, 2) == percent
    assert share.low < share.share < share.high


def test_the_totals_are_those_of_the_paper() -> None:
    assert PAPER.totals() == [840, 1382, 3312, 2702, 4371, 5015, 5898]


def test_the_intervals_are_wilsons() -> None:
    share = PAPER.share(NAMES.index("FiveK"), NAMES.index("DPE"))
    p, n, z = share.share, share.n, 1.959964
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert share.low == pytest.approx((middle - half) / (1 + z * z / n), abs=1e-6)
    assert share.high == pytest.approx((middle + half) / (1 + z * z / n), abs=1e-6)


def test_the_scores_are_the_most_likely_ones() -> None:
    """Wins that are expected from Bradley-Terry scores are the wins that were counted."""
    scores = np.array(PAPER.bradley_terry_scores())
    assert [NAMES[at] for at in np.argsort(-scores)][:3] == ["Flickr", "FiveK", "DPE"]
    assert scores.mean() == pytest.approx(0, abs=1e-9)
    games = TABLE_II + TABLE_II.T + (TABLE_II > 0)
    chance = 1 / (1 + np.exp(scores[None, :] - scores[:, None]))
    wins = TABLE_II + 0.5 * (TABLE_II > 0)
    assert (games * chance).sum(axis=1) == pytest.approx(wins.sum(axis=1), abs=1e-3)


def test_a_method_that_never_loses_has_a_finite_score() -> None:
    scores = Preferences(["a", "b"], np.array([[0, 10], [0, 0]])).bradley_terry_scores()
    assert scores[0] - scores[1] == pytest.approx(math.log(10.5 / 0.5), abs=1e-6)


def test_methods_that_were_never_compared_have_no_share() -> None:
    found = Preferences(["a", "b", "c"], np.array([[0, 3, 0], [1, 0, 0], [0, 0, 0]]))
    assert found.share(0, 2) is None
    assert all(map(math.isfinite, found.bradley_terry_scores()))


def file_of(path: Path, voter: str, *votes: tuple[str, str, str], study: str = "s", at: str = "") -> Path:
    told = [{"photo": photo, "chosen": chosen, "other": other, "at": at} for photo, chosen, other in votes]
    path.write_text(json.dumps({"format": VOTES_FORMAT, "study": study, "voter": voter, "votes": told}))
    return path


def test_votes_of_all_files_are_counted(tmp_path: Path) -> None:
    files = [
        file_of(tmp_path / "1.json", "ann", ("p", "mine", "input"), ("q", "mine", "input")),
        file_of(tmp_path / "2.json", "bob", ("p", "input", "mine")),
    ]
    found = count_preferences(read_votes(files))
    assert found.names == ["mine", "input"]
    assert found.counts.tolist() == [[0, 2], [1, 0]]


def test_a_file_given_twice_counts_once_and_the_last_file_wins(tmp_path: Path) -> None:
    first = file_of(tmp_path / "1.json", "ann", ("p", "mine", "input"))
    later = file_of(tmp_path / "2.json", "ann", ("p", "input", "mine"))
    assert count_preferences(read_votes([first, first, later])).counts.sum() == 1
    assert read_votes([first, first, later])[0].winner == "input"


def test_the_latest_choice_counts_whatever_the_order_of_the_files(tmp_path: Path) -> None:
    """Browsers call the second file `votes (1).json`, which a shell lists first."""
    later = file_of(tmp_path / "v (1).json", "ann", ("p", "input", "mine"), at="2026-03-01T10:05:00.000Z")
    first = file_of(tmp_path / "v.json", "ann", ("p", "mine", "input"), at="2026-03-01T10:00:00.000Z")
    assert [vote.winner for vote in read_votes([later, first])] == ["input"]


def test_the_interval_allows_for_the_correlation_of_one_persons_votes() -> None:
    """Six people, twenty photos: two always prefer the other, and everybody does on some photos."""
    rng, held, alone = np.random.default_rng(0), 0, 0
    for _ in range(200):
        taste, appeal = rng.normal(0, 0.7, 6), rng.normal(0, 1, 20)
        chance = 1 / (1 + np.exp(-(0.4 + taste[:, None] + appeal)))
        won = rng.random((6, 20)) < chance
        votes = [
            Vote("s", f"voter {v}", f"photo {p}", *(("mine", "input") if won[v, p] else ("input", "mine")))
            for v in range(6)
            for p in range(20)
        ]
        found = count_preferences(votes)
        place = found.names.index("mine"), found.names.index("input")
        truth = 0.577  # the mean of 1 / (1 + exp(-x)), x normal around 0.4 with variance 0.49 + 1
        share, bare = found.share(*place), Preferences(found.names, found.counts).share(*place)
        held += share.low <= truth <= share.high
        alone += bare.low <= truth <= bare.high
    assert alone < 170 < 185 <= held


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "uegan votes 9", "votes": []}', "\xff"])
def test_a_file_without_votes_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(VotesError, match="x.json: not a file of votes"):
        read_votes([path])


def test_damaged_votes_are_refused(tmp_path: Path) -> None:
    path = file_of(tmp_path / "x.json", "ann", ("p", "mine", "mine"))
    with pytest.raises(VotesError, match="damaged"):
        read_votes([path])


def test_files_without_a_single_vote_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoInputError, match="no votes"):
        read_votes([file_of(tmp_path / "x.json", "ann")])
    with pytest.raises(VotesError, match="cannot be read"):
        read_votes([tmp_path / "gone.json"])
