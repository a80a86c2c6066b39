"""The end of a run: a style is made of its best weights, or of the instant look if none came closer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from torch import Tensor

from ..look.config import LookConfig, NetworkConfig
from ..look.look import FittedLook
from ..styles.card import Card
from ..styles.compact import make_compact_style
from ..styles.file import Style
from ..styles.stored_names import load_stored_weights, stored_weights
from .config import train_config_to_json
from .health import IMPROVEMENT_FACTOR
from .run import TrainingRun


def finish(run: TrainingRun, name: str, card: Card) -> Style:
    """Make a style of the best averaged weights, or of the instant look if they are no better.

    Weights from before the first adversarial step become a style without a network. The card records what was chosen,
    and the distances to the liked photos.
    """
    assert run.judge is not None
    if run.best is None:
        run.judge_now()
    assert run.best is not None
    distances = {"unedited": run.judge.assess(FittedLook()).distance, "trained": run.best.distance}
    config: NetworkConfig = run.config.generator
    weights: Mapping[str, Tensor] = run.best.weights
    chosen = "trained"
    if run.best.step <= run.config.pretrain_steps:
        config = LookConfig(adaptive=True, working_size=config.working_size)
        weights = _weights_of_look(weights)
    if run.instant_look is not None:
        distances["instant"] = run.judge.assess(run.instant_look).distance
        if distances["trained"] >= IMPROVEMENT_FACTOR * distances["instant"]:
            config, chosen = LookConfig(working_size=config.working_size), "instant"
            weights = stored_weights(run.instant_look)
    recipe = {"chosen": chosen, "step": run.best.step, **train_config_to_json(run.config)}
    metrics = {"distance": {name: round(value, 3) for name, value in distances.items()}}
    data = {"liked": len(run.liked.photos), "raw": len(run.raw.photos) + len(run.judge.held_out)}
    card = dataclasses.replace(
        card, data={**data, **card.data}, recipe={**recipe, **card.recipe}, metrics={**metrics, **card.metrics}
    )
    return make_compact_style(name, config, weights, card)


def _weights_of_look(weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Return the weights of the adaptive look around a generator, all under stored names."""
    look = FittedLook(adaptive=True)
    names = stored_weights(look).keys()
    load_stored_weights(look, {key: value for key, value in weights.items() if key in names}, strict=False)
    return stored_weights(look)
