from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from threading import Event

import pytest
import torch

from uegan_cli.config import GeneratorConfig, LossWeights, TrainConfig, train_config_from_json, train_config_to_json
from uegan_cli.errors import DataSetError, OutputError
from uegan_cli.networks import build
from uegan_cli.training.judge import Judge, judge_between
from uegan_cli.training.loop import Training, checkpoints, prepare, run, save
from uegan_cli.training.matching import photo_patches

CONFIG = TrainConfig(
    generator=GeneratorConfig(width=2, attention="prenorm"),
    weights=LossWeights(undo=0.5),
    size=96,
    batch=2,
    undo_steps=3,
    steps=5,
    pool=3,
)


def photos(seed: int) -> list[torch.Tensor]:
    rng = torch.Generator().manual_seed(seed)
    return [torch.randint(0, 256, (3, 110, 130 + i), generator=rng, dtype=torch.uint8) for i in range(4)]


def training(config: TrainConfig = CONFIG, judge: Judge | None = None) -> Training:
    torch.manual_seed(0)
    return prepare(config, build(config.generator), photos(0), photos(1), None, torch.device("cpu"), judge)


def test_a_run_undoes_first_and_then_plays_the_game(tmp_path: Path) -> None:
    reports = list(run(training(), tmp_path, report_every=1))
    assert [r.step for r in reports] == list(range(1, 9))
    assert [r.stage for r in reports] == ["undo"] * 3 + ["learn"] * 5
    assert set(reports[0].losses) == {"undo"}
    assert {"quality", "identity", "discriminator", "generator", "undo"} <= set(reports[-1].losses)


def test_metrics_are_kept_line_by_line(tmp_path: Path) -> None:
    reports = list(run(training(), tmp_path, report_every=4))
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [r.step for r in reports] == [4, 8]
    assert lines[-1]["quality"] == pytest.approx(reports[-1].losses["quality"], abs=1e-6)


def test_a_stop_asked_for_between_reports_ends_after_the_step_with_a_checkpoint(tmp_path: Path) -> None:
    stop, subject = Event(), training()
    stepping = subject.step
    subject.step = lambda: (stop.set() if subject.done == 3 else None, stepping())[1]  # type: ignore[method-assign]
    reports = list(run(subject, tmp_path, report_every=100, stop=stop))
    assert [r.step for r in reports] == [4]
    assert [f.name for f in checkpoints(tmp_path)] == ["checkpoint-0000004.pt"]


@pytest.mark.parametrize("stop", [2, 5])
def test_a_resumed_run_is_the_same_run_bit_for_bit(tmp_path: Path, stop: int) -> None:
    whole = training()
    for _ in run(whole, tmp_path / "whole", report_every=1):
        pass
    first = training()
    stopped = run(first, tmp_path / "parts", report_every=1)
    list(islice(stopped, stop))
    stopped.close()
    second = training()
    second.load_state_dict(torch.load(checkpoints(tmp_path / "parts")[-1], weights_only=True))
    assert second.done == stop
    for _ in run(second, tmp_path / "parts", report_every=1):
        pass
    one, two = whole.state_dict(), second.state_dict()
    for part in ("generator", "discriminator"):
        assert all(torch.equal(one[part][k], two[part][k]) for k in one[part]), part
    assert all(torch.equal(one["average"]["network"][k], v) for k, v in two["average"]["network"].items())


def test_only_the_last_three_checkpoints_are_kept_and_none_is_half_written(tmp_path: Path) -> None:
    for _ in run(training(), tmp_path, report_every=1, save_every=1):
        pass
    assert [f.name for f in checkpoints(tmp_path)] == [f"checkpoint-000000{k}.pt" for k in (6, 7, 8)]
    assert not list(tmp_path.glob("*.partial"))


def test_losses_that_are_no_numbers_end_the_run_in_one_line(tmp_path: Path) -> None:
    broken = training()
    next(broken.players.generator.parameters()).data.fill_(float("nan"))
    with pytest.raises(DataSetError, match="no longer a number"):
        list(run(broken, tmp_path, report_every=1))
    assert not checkpoints(tmp_path), "nothing broken is kept"


def test_an_unwritable_folder_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file"):
        list(run(training(), tmp_path / "file" / "run", report_every=1))
    with pytest.raises(OutputError, match="checkpoint"):
        save(training(), tmp_path / "missing")


def test_the_nearest_weights_are_remembered_and_survive_a_resume(tmp_path: Path) -> None:
    judge = judge_between(photos(1), photo_patches(photos(1), None), photo_patches(photos(0), None), 4)
    subject = training(judge=judge)
    reports = list(run(subject, tmp_path, report_every=100, judge_every=2))
    assert [(r.step, r.distance is not None) for r in reports] == [(4, True), (6, True), (8, True)]
    assert subject.best is not None
    assert subject.best.distance <= min(r.distance for r in reports if r.distance is not None)
    again = training(judge=judge)
    again.load_state_dict(torch.load(checkpoints(tmp_path)[-1], weights_only=True))
    assert again.best is not None and again.best.distance == subject.best.distance
    again.players.average.network.load_state_dict(again.best.weights)
    assert judge.distance(again.players.average.network) == pytest.approx(again.best.distance, rel=0.05)


def test_rates_fall_as_the_paper_says() -> None:
    subject = training()
    rates = []
    for _ in range(8):
        subject.step()
        rates.append(subject.players.optimise_generator.param_groups[0]["lr"] / CONFIG.lr_generator)
    assert rates[3:6] == [1.0] * 3
    assert rates[5] > rates[6] > rates[7] > 0


def test_options_survive_their_trip_through_json() -> None:
    assert train_config_from_json(json.loads(json.dumps(train_config_to_json(CONFIG)))) == CONFIG
