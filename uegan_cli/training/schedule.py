"""What a run does when: its stages and the learning rates."""

from __future__ import annotations

from .config import Stage, TrainConfig

WHOLE_TIMES = 6
"""How many times as many photos go into a step where they are whole: they are small."""


def photos_in_step(config: TrainConfig, stage: Stage) -> int:
    """Photos of each kind."""
    return config.batch * (WHOLE_TIMES if stage == "whole" else 1)


def place(config: TrainConfig, done: int) -> tuple[Stage, int]:
    """After so many steps: the stage that the next one is of, and how many of that stage are done."""
    for stage, steps in config.stages.items():
        if done < steps:
            return stage, done
        done -= steps
    return "learn", config.steps + done


def rates(config: TrainConfig, done: int) -> dict[str, float]:
    """The learning rates of the step to come, by optimiser.

    Constant, then falling linearly: for whole photos to a tenth, in the adversarial stage to zero. The
    generator's rises from zero over the first `warm_up` steps: a discriminator that has seen nothing yet has nothing to
    teach.
    """
    stage, within = place(config, done)
    rising = min(1.0, within / config.warm_up) if config.warm_up else 1.0
    at_most: dict[Stage, dict[str, float]] = {
        "whole": {"whole": config.lr_whole},
        "learn": {"generator": config.lr_generator * rising, "discriminator": config.lr_discriminator},
    }
    factor = _falling(within / config.stages[stage], config.constant, 0.0 if stage == "learn" else 0.1)
    return {name: rate * factor for name, rate in at_most[stage].items()}


def _falling(part: float, constant: float, end: float) -> float:
    """1 up to `constant` of the way, then a straight line down to `end`."""
    if part <= constant:
        return 1.0
    return 1.0 - (1.0 - end) * (part - constant) / (1.0 - constant)
