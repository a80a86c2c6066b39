from __future__ import annotations

import json
import math

import pytest
import torch

from uegan_cli.errors import DataSetError
from uegan_cli.training.config import train_config_from_json, train_config_to_json
from uegan_cli.training.run import Training

from .tiny import CONFIG, Said, assert_same, tensors, training


def rates(subject: Training, steps: int) -> list[tuple[float, float]]:
    """The learning rates of both players after each step, in parts of what the configuration says."""
    rates = []
    for _ in range(steps):
        subject.step()
        game = [subject.players.optimisers[name] for name in ("generator", "discriminator")]
        generator, discriminator = (optimiser.param_groups[0]["lr"] for optimiser in game)
        rates.append((generator / CONFIG.lr_generator, discriminator / CONFIG.lr_discriminator))
    return rates


def test_rates_fall_as_the_paper_says() -> None:
    generator, _ = zip(*rates(training(), 8), strict=True)
    assert generator[3:6] == (1.0,) * 3
    assert generator[5] > generator[6] > generator[7] > 0


def test_rates_are_halved_for_every_time_the_run_went_back() -> None:
    plain, careful = training(whole_steps=0), training(whole_steps=0)
    careful.health.rollbacks = 2
    assert rates(careful, 4) == [(g / 4, d / 4) for g, d in rates(plain, 4)]


def test_a_state_can_be_returned_to_again_and_again() -> None:
    subject = training(whole_steps=0)
    subject.step()
    good, ends = subject.snapshot(), []
    for _ in range(2):
        subject.return_to(good)
        subject.step()
        ends.append(subject.snapshot())
    assert_same(*ends)
    assert not all(torch.equal(a, b) for a, b in zip(tensors(good), tensors(ends[0]), strict=True))


def test_the_best_stays_the_best_when_the_run_goes_back() -> None:
    subject = training(Said(3.0, 2.0), whole_steps=0)
    subject.judge_now()
    good = subject.snapshot()
    subject.step()
    subject.judge_now()
    subject.go_back(good, "broken")
    assert subject.done == 0 and subject.best is not None and subject.best.step == 1


def test_weights_and_moments_that_are_no_numbers_are_noticed() -> None:
    subject = training()
    subject.step()
    assert subject.lost_numbers() is None
    moment = next(iter(subject.players.optimisers["whole"].state.values()))["exp_avg_sq"]
    moment[0, 0, 0, 0] = math.inf
    assert subject.lost_numbers() is not None
    moment[0, 0, 0, 0] = 0
    next(subject.players.discriminator.parameters()).data[0] = math.nan
    assert subject.lost_numbers() is not None


def test_a_run_does_not_go_on_with_other_photos_or_networks() -> None:
    state = training().state_dict()
    fewer, wider = training(), training(generator=CONFIG.generator.__class__(width=3, attention="prenorm"))
    fewer.raw.photos.pop()
    with pytest.raises(DataSetError, match="other photos"):
        fewer.load_state_dict(state)
    with pytest.raises(DataSetError, match="another version"):
        wider.load_state_dict(state)
    with pytest.raises(DataSetError, match="another version"):
        training().load_state_dict({name: state[name] for name in state if name != "pool"})


def test_options_survive_their_trip_through_json() -> None:
    assert train_config_from_json(json.loads(json.dumps(train_config_to_json(CONFIG)))) == CONFIG


def test_toned_copies_may_join_every_second_step_alone() -> None:
    subject = training(whole_steps=0, undo_every=2)
    assert ["undo" in subject.step() for _ in range(4)] == [True, False, True, False]
