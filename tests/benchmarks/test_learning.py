"""Whether known looks are learnt, judged on photos that neither folder contains.

liked = f(photos), raw = other photos, and results are compared with f(x): PSNR and colour difference (CIE 1976), over
minutes. In the same run: the unedited photos, the Monge-Kantorovich map, the instant look and, if asked for, the
paper's recipe.

    pytest -m benchmark -s tests/benchmarks/test_learning.py -k careful     (a quarter of an hour for each look)
    UEGAN_BENCH_FILE=docs/measured/learning.jsonl pytest -m benchmark -s tests/benchmarks/test_learning.py -k summary

UEGAN_BENCH_LIKED=20     liked photos (default 100)
UEGAN_BENCH_DRAWS=0,1,2  seeds of the draws of photos for both folders (default 0)
UEGAN_BENCH_STEPS=400    adversarial steps of `quick`; 0 measures the looks without training, in seconds
UEGAN_BENCH_PAPER=20     minutes of the paper's recipe (default 0: left out)
UEGAN_BENCH_FILE=FILE    append every result to FILE; results in it are not measured again, and -k summary sums them up
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.benchmarks.monge_kantorovich import monge_kantorovich
from tests.colour_difference import delta_e, psnr
from tests.known_looks import SCENARIOS, apply_look, disturb_exposure
from uegan_cli.look.look import FittedLook
from uegan_cli.look_fitting.content import describe_content
from uegan_cli.look_fitting.instant_look import fit_instant_look
from uegan_cli.look_fitting.photo_set import describe_photos
from uegan_cli.losses.features import Features
from uegan_cli.losses.vgg_weights import load_features
from uegan_cli.styles.card import Card
from uegan_cli.training.config import STORED_STAGES
from uegan_cli.training.data import TrainingPhotos, load_photos, to_float
from uegan_cli.training.finish import finish
from uegan_cli.training.loop import train
from uegan_cli.training.presets import Preset, preset
from uegan_cli.training.start import start_run

pytestmark = pytest.mark.benchmark

LIKED = int(os.environ.get("UEGAN_BENCH_LIKED", "100"))
DRAWS = [int(draw) for draw in os.environ.get("UEGAN_BENCH_DRAWS", "0").split(",")]
STEPS = int(os.environ["UEGAN_BENCH_STEPS"]) if "UEGAN_BENCH_STEPS" in os.environ else None
PAPER_MINUTES = float(os.environ.get("UEGAN_BENCH_PAPER", "0"))
RESULTS_FILE = Path(os.environ["UEGAN_BENCH_FILE"]) if "UEGAN_BENCH_FILE" in os.environ else None
RAW, HELD_OUT, SHORT_SIDE = 100, 50, 192
CPU = torch.device("cpu")
METHODS = ("unedited", "Monge-Kantorovich", "instant look, no VGG", "instant look", "quick", "paper")

INVISIBLE_DIFFERENCE = 0.1
"""Of mean colour difference; people notice differences from about 2.3."""


@dataclass(frozen=True)
class Task:
    """photos: to learn from. held_out: pairs of another photo and its answer. All 3 x H x W uint8."""

    photos: TrainingPhotos
    held_out: list[tuple[Tensor, Tensor]]

    @torch.no_grad()
    def score(self, network: nn.Module) -> dict[str, float]:
        """Return the mean distances of a network's results from the answers: PSNR (dB), colour difference (dE)."""
        db = de = 0.0
        for photo, answer in self.held_out:
            with torch.autocast("cpu", torch.bfloat16):
                result = network(to_float(photo[None]))[0].float()
            expected = to_float(answer[None])[0]
            db, de = db + psnr(result, expected), de + delta_e(result, expected)
        return {"dB": round(db / len(self.held_out), 2), "dE": round(de / len(self.held_out), 2)}


@pytest.fixture(scope="module")
def features(vgg16_file: Path) -> Features:
    return load_features(vgg16_file)


@pytest.fixture(scope="module")
def photos(raw_photos: list[Path]) -> list[Tensor]:
    return [photo for photo in load_photos(raw_photos, SHORT_SIDE).values() if isinstance(photo, Tensor)]


@pytest.fixture(scope="module")
def content_components(photos: list[Tensor], features: Features) -> Tensor:
    """The principal components of the photos' deep features: a row for each photo, a column for each component."""
    (_, deep) = describe_content(photos, features)
    return torch.linalg.svd((deep - deep.mean(dim=0)) / deep.std(dim=0), full_matrices=False)[0]


def make_task(name: str, photos: list[Tensor], content_components: Tensor, draw: int) -> Task:
    """Divide the photos at random; for a content gap, take both folders from the two ends of a principal component."""
    scenario, rng = SCENARIOS[name], torch.Generator().manual_seed(draw)
    order = torch.randperm(len(photos), generator=rng).tolist()
    if scenario.content_gap:
        rank = {photo: place for place, photo in enumerate(content_components[:, draw].argsort().tolist())}
        order.sort(key=lambda photo: rank[photo] >= len(photos) // 2)
    if scenario.disturbed:
        photos = [apply_look(lambda x: disturb_exposure(x, rng), photo) for photo in photos]
    answers = [apply_look(scenario.look, photo) for photo in photos]
    held_out, raw, rest = order[:HELD_OUT], order[HELD_OUT : HELD_OUT + RAW], order[HELD_OUT + RAW :]
    return Task(
        TrainingPhotos([answers[i] for i in rest[:LIKED]], [photos[i] for i in raw]),
        [(photos[i], answers[i]) for i in held_out],
    )


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_known_look_is_learnt(
    name: str, draw: int, photos: list[Tensor], content_components: Tensor, features: Features, tmp_path: Path
) -> None:
    settings = {"look": name, "liked": LIKED, "draw": draw, "steps": STEPS}
    found = _read_result(settings)
    task = make_task(name, photos, content_components, draw)
    if found is None:
        print(f"\n{name}, {LIKED} liked photos, draw {draw}")
        found = {"unedited": task.score(FittedLook()), **_fit_looks(task, features)}
        if STEPS != 0:
            changes = {} if STEPS is None else {"steps": STEPS}
            found["quick"] = _train("quick", task, features, tmp_path / "quick", **changes)
        _append_result({**settings, "found": found})
    if PAPER_MINUTES and "paper" not in found:
        found["paper"] = _train("paper", task, features, tmp_path / "paper", minutes=PAPER_MINUTES)
        _append_result({**settings, "found": found})
    assert found.get("quick", found["instant look"])["dE"] < found["unedited"]["dE"]


def _fit_looks(task: Task, features: Features) -> dict[str, Any]:
    """Score the methods without training."""

    def instant_look(features: Features | None) -> FittedLook:
        raw, liked = describe_photos(task.photos.raw, features), describe_photos(task.photos.liked, features)
        return fit_instant_look(raw, liked).look

    found: dict[str, Any] = {}
    for name, fit in {
        "Monge-Kantorovich": lambda: monge_kantorovich(task.photos.raw, task.photos.liked),
        "instant look, no VGG": lambda: instant_look(None),
        "instant look": lambda: instant_look(features),
    }.items():
        start = time.monotonic()
        look = fit()
        seconds = time.monotonic() - start
        found[name] = {**task.score(look), "minutes": round(seconds / 60, 2)}
        print(f"  {name}: {found[name]}", flush=True)
    return found


def _train(
    name: Preset, task: Task, features: Features, folder: Path, minutes: float = 1e9, **changes: Any
) -> dict[str, Any]:
    """Train a style by a preset, for at most so many minutes. Return its score and, as `way`, those on the way."""
    start, scoring, way = time.monotonic(), 0.0, []
    run = start_run(preset(name, **changes), task.photos, features, CPU)
    for progress in train(run, folder, report_every=50, save_every=10**9, save_seconds=1e9):
        taken, scoring_start = (time.monotonic() - start - scoring) / 60, time.monotonic()
        if progress.step % 50 == 0 or taken > minutes:
            score = {**task.score(run.gan.ema.network), "minutes": round(taken, 1)}
            stage = STORED_STAGES[progress.stage]
            way.append({"step": progress.step, "stage": stage, **score, "distance": progress.distance})
            print(f"  {name} {way[-1]}", flush=True)
        scoring += time.monotonic() - scoring_start
        if taken > minutes:
            break
    taken = (time.monotonic() - start - scoring) / 60
    # The paper's recipe has no judge: its result are the last weights.
    result: nn.Module = run.gan.ema.network
    choice = {}
    if name != "paper":
        style = finish(run, "known", Card())
        result, choice = style.generator, {key: style.card.recipe[key] for key in ("chosen", "step")}
    scored = {**task.score(result), "minutes": round(taken, 1), **choice}
    print(f"  {name}: {scored}", flush=True)
    return {**scored, "way": way}


def test_summary_of_all_results() -> None:
    """Prints means over all results in the file; asserts the aims if it has three draws of every look."""
    results = [result for result in _read_results() if result["liked"] == LIKED and result["steps"] == STEPS]
    if not results:
        pytest.skip("UEGAN_BENCH_FILE has no such results yet")
    print()
    means_by_look = {name: _means([r["found"] for r in results if r["look"] == name]) for name in SCENARIOS}
    for name, means in means_by_look.items():
        draws = sum(result["look"] == name for result in results)
        print(f"{name} ({draws} draws): " + ", ".join(f"{method} {de:.2f}" for method, de in means.items()))
    method = "instant look" if STEPS == 0 else "quick"
    found = [result["found"] for result in results if method in result["found"]]
    if not found:
        return
    baselines = ("unedited", "Monge-Kantorovich")
    closed = {base: [1 - f[method]["dE"] / f[base]["dE"] for f in found] for base in baselines}
    closed_in_total = {
        base: 1 - sum(f[method]["dE"] for f in found) / sum(f[base]["dE"] for f in found) for base in baselines
    }
    for base, shares in closed.items():
        mean, least = sum(shares) / len(shares), min(shares)
        print(f"{method} closes {closed_in_total[base]:.0%} of the total distance of {base},", end=" ")
        print(f"{mean:.0%} on average, at least {least:.0%}")
    if method == "quick" and len(found) >= 3 * len(SCENARIOS):
        assert sum(closed["unedited"]) / len(found) >= 0.6 and min(closed["unedited"]) > 0
        # Of the total: where Monge-Kantorovich leaves an invisible difference, a third of that is invisible, too.
        assert closed_in_total["Monge-Kantorovich"] >= 1 / 3
        # Over draws: what one draw of photos gains, another loses.
        assert all(m["quick"] <= m["Monge-Kantorovich"] + INVISIBLE_DIFFERENCE for m in means_by_look.values())


def _means(found: list[dict[str, Any]]) -> dict[str, float]:
    """Return the mean colour difference of each method that was measured."""
    differences = {method: [f[method]["dE"] for f in found if method in f] for method in METHODS}
    return {method: sum(des) / len(des) for method, des in differences.items() if des}


def _read_results() -> Iterator[dict[str, Any]]:
    """Yield the results in the file, for each setting the last one."""
    lines = RESULTS_FILE.read_text().splitlines() if RESULTS_FILE and RESULTS_FILE.exists() else []
    results = {}
    for line in map(json.loads, lines):
        results[line["look"], line["liked"], line["draw"], line["steps"]] = line
    yield from results.values()


def _read_result(settings: dict[str, Any]) -> dict[str, Any] | None:
    return next((r["found"] for r in _read_results() if all(r[key] == settings[key] for key in settings)), None)


def _append_result(result: dict[str, Any]) -> None:
    if RESULTS_FILE:
        with RESULTS_FILE.open("a") as file:
            file.write(json.dumps(result) + "\n")
