"""The schedule of a run: the stage and the learning rates of each step."""

from __future__ import annotations

from .config import Stage, TrainConfig

PRETRAIN_BATCH_FACTOR = 6
"""So many times as many photos are in a pretraining step: they are small."""

PRETRAIN_FINAL_RATE = 0.1
"""Share of the learning rate that is left at the end of pretraining."""


def photos_in_step(config: TrainConfig, stage: Stage) -> int:
    """Return the photos of each kind in a step."""
    return config.batch * (PRETRAIN_BATCH_FACTOR if stage == "pretrain" else 1)


def find_stage(config: TrainConfig, done: int) -> tuple[Stage, int]:
    """Return the stage of the step after `done` steps, and how many steps of that stage are done."""
    for stage, steps in config.stages.items():
        if done < steps:
            return stage, done
        done -= steps
    return "adversarial", config.steps + done


def learning_rates(config: TrainConfig, done: int) -> dict[str, float]:
    """Return the learning rates of the step after `done` steps, by optimiser.

    They are constant, then fall linearly: to PRETRAIN_FINAL_RATE in pretraining, to zero in the adversarial stage. The
    generator's rises from zero over the first `warm_up` steps, since a new discriminator has nothing to teach.
    """
    stage, within = find_stage(config, done)
    rising = min(1.0, within / config.warm_up) if config.warm_up else 1.0
    full: dict[Stage, dict[str, float]] = {
        "pretrain": {"pretrain": config.lr_pretrain},
        "adversarial": {"generator": config.lr_generator * rising, "discriminator": config.lr_discriminator},
    }
    final = 0.0 if stage == "adversarial" else PRETRAIN_FINAL_RATE
    factor = _decay(within / config.stages[stage], config.constant_share, final)
    return {name: rate * factor for name, rate in full[stage].items()}


def _decay(share: float, constant_share: float, final: float) -> float:
    """Return 1 up to `constant_share`, then a value on the straight line down to `final` at 1."""
    if share <= constant_share:
        return 1.0
    return 1.0 - (1.0 - final) * (share - constant_share) / (1.0 - constant_share)
