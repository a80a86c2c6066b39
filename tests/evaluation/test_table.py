from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from uegan_cli.errors import PhotoError
from uegan_cli.evaluation.measurements import Measurement
from uegan_cli.evaluation.pairs import Source
from uegan_cli.evaluation.set_distances import BINS, HUE_DIRECTIONS
from uegan_cli.evaluation.table import MetricTable, ThinnedRows, mean_with_interval

SOURCE = Source("a", Path("a.jpg"))


def test_a_mean_is_over_n_not_over_n_minus_1() -> None:
    assert mean_with_interval([20.0, 30.0]).mean == 25.0


@pytest.mark.parametrize("n", [3, 5, 40])
def test_the_interval_covers_the_true_mean_about_95_times_in_100(n: int) -> None:
    rng = np.random.default_rng(0)
    cells = [mean_with_interval(rng.normal(5, 2, n).tolist()) for _ in range(100)]
    assert 90 <= sum(cell.low <= 5 <= cell.high for cell in cells) <= 99


def test_one_photo_has_no_interval_and_equal_values_have_one_of_width_zero() -> None:
    assert math.isnan(mean_with_interval([3.0]).low)
    cell = mean_with_interval([3.0, 3.0, 3.0])
    assert (cell.low, cell.mean, cell.high) == (3.0, 3.0, 3.0)


def test_a_photo_that_failed_counts_nowhere() -> None:
    table = MetricTable(["input", "mine"])
    table.add(Measurement(SOURCE, "mine", {"psnr": 20.0}))
    table.add(Measurement(SOURCE, "mine", problem=PhotoError("broken")))
    by_name = {row.method: row for row in table.rows()}
    assert by_name["mine"].n == 1 and by_name["mine"].cells["psnr"].mean == 20.0
    assert by_name["input"].n == 0 and not by_name["input"].cells


def test_columns_are_in_the_order_of_the_metrics() -> None:
    table = MetricTable(["mine"])
    table.add(Measurement(SOURCE, "mine", {"change": 1.0, "nima": 5.0, "ssim": 0.9, "psnr": 20.0}))
    assert list(table.rows()[0].cells) == ["psnr", "ssim", "nima", "change"]


def test_sets_are_compared_with_the_liked_one() -> None:
    rng = np.random.default_rng(0)

    def toned(level: int) -> np.ndarray:
        row = np.zeros((1 + HUE_DIRECTIONS, BINS), np.float32)
        row[0, level] = row[1:, BINS // 2] = 1
        return row.ravel()

    liked = {
        "tones": np.stack([toned(70), toned(72)]),
        "features": rng.normal(0, 1, (20, 6)).astype(np.float32),
    }
    table = MetricTable(["mine"], liked)
    for level in (40, 42, 40, 42, 41):
        features = {"tones": toned(level), "features": rng.normal(0, 1, 6).astype(np.float32)}
        table.add(Measurement(SOURCE, "mine", features=features))
    cells = table.rows()[0].cells
    assert cells["tone"].mean == pytest.approx(30, abs=0.1)
    assert 27 < cells["tone"].low < 30 < cells["tone"].high < 33
    assert cells["colour"].mean == pytest.approx(0, abs=1e-6)
    assert cells["kid"].low < cells["kid"].mean < cells["kid"].high


def test_many_rows_are_thinned_evenly() -> None:
    thinned = ThinnedRows(max_rows=8)
    for number in range(33):
        thinned.add(np.float32([number]))
    assert thinned.rows().ravel().tolist() == [0, 8, 16, 24, 32]
