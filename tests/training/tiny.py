"""A run that takes moments: networks of width 2 on four small photos in each folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import torch

from uegan_cli.look.build import build
from uegan_cli.look.config import StyledGeneratorConfig
from uegan_cli.look_fitting.judge import Judge, Judgement, make_judge
from uegan_cli.look_fitting.photo_set import describe_photos
from uegan_cli.training.config import LossWeights, TrainConfig
from uegan_cli.training.run import TrainingRun, new_run

CONFIG = TrainConfig(
    generator=StyledGeneratorConfig(width=2, attention="prenorm", adaptive=True),
    weights=LossWeights(undo=0.5),
    size=96,
    batch=2,
    pretrain_steps=3,
    steps=5,
    pool_size=3,
)


def photos(seed: int) -> list[torch.Tensor]:
    rng = torch.Generator().manual_seed(seed)
    return [torch.randint(0, 256, (3, 110, 130 + i), generator=rng, dtype=torch.uint8) for i in range(4)]


def make_tiny_judge() -> Judge:
    return make_judge(describe_photos(photos(1), None), photos(1), describe_photos(photos(0), None))


class FakeJudge(Judge):
    """A judge that returns given distances, one after the other, then the last one again and again."""

    def __init__(self, *distances: float) -> None:
        object.__setattr__(self, "distances", list(distances))
        object.__setattr__(self, "max_content_change", 0.1)

    def assess(self, network: torch.nn.Module) -> Judgement:
        distances: list[float] = self.__dict__["distances"]
        return Judgement(distances.pop(0) if len(distances) > 1 else distances[0], 0.0)


def tiny_run(judge: Judge | None = None, **changes: Any) -> TrainingRun:
    """A run before its first step. changes: to CONFIG."""
    config = dataclasses.replace(CONFIG, **changes)
    torch.manual_seed(0)
    return new_run(config, build(config.generator), photos(0), photos(1), None, torch.device("cpu"), judge)


def tensors(state: object) -> Iterator[torch.Tensor]:
    """Every tensor in a state, in order."""
    if isinstance(state, torch.Tensor):
        yield state
    elif isinstance(state, dict | list | tuple):
        for part in state.values() if isinstance(state, dict) else state:
            yield from tensors(part)


def assert_same(one: object, two: object) -> None:
    """Both states have the same tensors, bit for bit, and at least one."""
    first, second = list(tensors(one)), list(tensors(two))
    assert first and len(first) == len(second)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
