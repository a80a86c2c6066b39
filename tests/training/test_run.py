"""The state of a run determines its steps: it can be saved, restored, rolled back and resumed."""

from __future__ import annotations

import math

import pytest
import torch

from uegan_cli.errors import DataSetError
from uegan_cli.training.run import TrainingRun

from .tiny import CONFIG, FakeJudge, assert_same, tensors, tiny_run


def rates(run: TrainingRun, steps: int) -> list[tuple[float, float]]:
    """The learning rates of generator and discriminator in each step, as shares of the configured ones."""
    rates = []
    for _ in range(steps):
        run.step()
        optimisers = [run.gan.optimisers[name] for name in ("generator", "discriminator")]
        generator, discriminator = (optimiser.param_groups[0]["lr"] for optimiser in optimisers)
        rates.append((generator / CONFIG.lr_generator, discriminator / CONFIG.lr_discriminator))
    return rates


def test_learning_rates_follow_the_schedule() -> None:
    generator, _ = zip(*rates(tiny_run(), 8), strict=True)
    assert generator[3:6] == (1.0,) * 3
    assert generator[5] > generator[6] > generator[7] > 0


def test_learning_rates_are_halved_for_every_rollback() -> None:
    plain, careful = tiny_run(pretrain_steps=0), tiny_run(pretrain_steps=0)
    careful.health.rollbacks = 2
    assert rates(careful, 4) == [(g / 4, d / 4) for g, d in rates(plain, 4)]


def test_a_state_can_be_restored_again_and_again() -> None:
    run = tiny_run(pretrain_steps=0)
    run.step()
    good, ends = run.snapshot(), []
    for _ in range(2):
        run.restore(good)
        run.step()
        ends.append(run.snapshot())
    assert_same(*ends)
    assert not all(torch.equal(a, b) for a, b in zip(tensors(good), tensors(ends[0]), strict=True))


def test_the_best_weights_are_kept_when_a_run_is_rolled_back() -> None:
    run = tiny_run(FakeJudge(3.0, 2.0), pretrain_steps=0)
    run.judge_now()
    good = run.snapshot()
    run.step()
    run.judge_now()
    run.roll_back(good, "trouble")
    assert run.done == 0 and run.best is not None and run.best.step == 1


def test_nan_and_infinity_are_found_in_weights_and_moments() -> None:
    run = tiny_run()
    run.step()
    assert run.find_nan() is None
    moment = next(iter(run.gan.optimisers["pretrain"].state.values()))["exp_avg_sq"]
    moment[0, 0, 0, 0] = math.inf
    assert run.find_nan() is not None
    moment[0, 0, 0, 0] = 0
    next(run.gan.discriminator.parameters()).data[0] = math.nan
    assert run.find_nan() is not None


def test_a_run_cannot_continue_with_other_photos_or_networks() -> None:
    state = tiny_run().state_dict()
    fewer, wider = tiny_run(), tiny_run(generator=CONFIG.generator.__class__(width=3, attention="prenorm"))
    fewer.raw.photos.pop()
    with pytest.raises(DataSetError, match="photos are not those"):
        fewer.load_state_dict(state)
    with pytest.raises(DataSetError, match="another version"):
        wider.load_state_dict(state)
    with pytest.raises(DataSetError, match="another version"):
        tiny_run().load_state_dict({name: state[name] for name in state if name != "pool"})


def test_checkpoints_keep_the_names_of_the_first_runs() -> None:
    state = tiny_run().state_dict()
    assert list(state) == [
        *("config", "done", "health", "photos", "generator", "discriminator", "average", "pool", "optimisers"),
        *("crops", "toning_rng", "torch_rng", "best"),
    ]
    assert list(state["optimisers"]) == ["generator", "discriminator", "whole"]


def test_degraded_copies_take_part_in_every_second_step_if_asked() -> None:
    run = tiny_run(pretrain_steps=0, undo_every=2)
    assert ["undo" in run.step() for _ in range(4)] == [True, False, True, False]
