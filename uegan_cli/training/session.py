"""From two folders to a style: what happens around the training loop."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..enhancement.devices import has_bfloat16
from ..errors import StyleError
from ..look.build import build
from ..look.config import LookConfig, NetworkConfig, StyledGeneratorConfig
from ..look.look import FittedLook
from ..look.styled_generator import StyledGenerator
from ..look_fitting.instant_look import InstantLook, fit_instant_look
from ..look_fitting.judge import make_judge
from ..look_fitting.photo_set import describe_photos
from ..look_fitting.shrunk_photo import FITTING_SHORT_SIDE
from ..losses.features import Features
from ..networks.blocks import initialise_like_the_paper
from ..styles.card import Card
from ..styles.compact import make_compact_style
from ..styles.file import Style
from ..styles.store import load_style
from ..styles.stored_names import load_stored_weights, stored_weights
from .config import TrainConfig, train_config_to_json
from .data import ROOM, hold_out, load_photos
from .data_set_report import Verdict, check
from .degradations import InTurn, Spoil, TonesOf, ToningDown, unfaded
from .health import WORTH
from .run import Training, prepare
from .synthetic_pairs import counterparts

JUDGED = 50
"""Raw photos that results are judged by; more take longer and hardly change the verdict."""


@dataclass(frozen=True)
class Session:
    """A run with what it was made of. instant: the look it starts from, if it was asked for."""

    training: Training
    instant: InstantLook | None
    liked: Sequence[Tensor]
    raw: Sequence[Tensor]


@dataclass(frozen=True)
class Photos:
    """The photos to learn from, in memory (3 x H x W uint8)."""

    liked: Sequence[Tensor]
    raw: Sequence[Tensor]


def read_folders(liked: Sequence[Path], raw: Sequence[Path], size: int) -> tuple[Photos, Verdict]:
    """Decode both sides for crops of `size` pixels: photos worth learning from, and what was found out about all."""
    short_side = max(FITTING_SHORT_SIDE, round(size * ROOM))
    verdict = check(load_photos(liked, short_side), load_photos(raw, short_side), size)
    return Photos(list(verdict.liked.photos.values()), list(verdict.raw.photos.values())), verdict


def rehearse(config: TrainConfig, photos: Photos, features: Features | None, device: torch.device) -> Training:
    """A run like the one to come, but for closed form and judge: to see how fast it goes. Leaves that one untouched."""
    start = _start(config)
    config = _fitting(config, start)
    return prepare(config, start, photos.liked, photos.raw, features, device)


def begin(config: TrainConfig, photos: Photos, features: Features | None, device: torch.device) -> Session:
    """Networks, closed form and judge for a run at its first step. Raises StyleError for a start that cannot be."""
    start = _start(config)
    config = _fitting(config, start)
    if features is not None:
        features.to(device, torch.bfloat16 if has_bfloat16(device) else torch.float32)
    if config.unfade:
        photos = Photos([unfaded(photo, config.unfade) for photo in photos.liked], photos.raw)
    raw, held_out = hold_out(photos.raw, JUDGED)
    folders = describe_photos(photos.raw, features), describe_photos(photos.liked, features)
    instant: InstantLook | None = None
    spoil: Spoil = InTurn([ToningDown(), TonesOf.photos(raw)])
    if config.instant:
        instant = fit_instant_look(*folders, config.seed)
        _start_from(start, instant)
        folders = dataclasses.replace(folders[0], content=instant.raw_content), folders[1]
        spoil = before = counterparts(instant.look, *folders)
        if not before.uneven:
            config = dataclasses.replace(config, whole_steps=0)
    judge = make_judge(folders[0], held_out, folders[1], instant.look if instant else None)
    training = prepare(config, start, photos.liked, raw, features, device, judge, spoil)
    return Session(training, instant, photos.liked, photos.raw)


def finish(session: Session, name: str, card: Card) -> Style:
    """The style a run has come to: its best averaged weights, or the instant look where none came nearer.

    Without the network, where the best weights are from before its first step. The card says what was chosen, and how
    far each is from the liked photos.
    """
    training, instant = session.training, session.instant
    assert training.judge is not None
    if training.best is None:
        training.judge_now()
    assert training.best is not None
    distances = {"unedited": training.judge.assess(FittedLook()).distance, "trained": training.best.distance}
    config: NetworkConfig = training.config.generator
    weights: Mapping[str, Tensor] = training.best.weights
    chosen = "trained"
    if training.best.step <= training.config.whole_steps:
        config = LookConfig(adaptive=True, working_size=config.working_size)
        weights = _without_network(weights)
    if instant is not None:
        distances["instant"] = training.judge.assess(instant.look).distance
        if distances["trained"] >= WORTH * distances["instant"]:
            config, chosen = LookConfig(working_size=config.working_size), "instant"
            weights = stored_weights(instant.look)
    recipe = {"chosen": chosen, "step": training.best.step, **train_config_to_json(training.config)}
    metrics = {"distance": {name: round(value, 3) for name, value in distances.items()}}
    data = {"liked": len(session.liked), "raw": len(session.raw)}
    card = dataclasses.replace(
        card, data={**data, **card.data}, recipe={**recipe, **card.recipe}, metrics={**metrics, **card.metrics}
    )
    return make_compact_style(name, config, weights, card)


def _without_network(weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """What of a generator's weights is an adaptive closed form."""
    form = FittedLook(adaptive=True)
    names = stored_weights(form).keys()
    load_stored_weights(form, {key: value for key, value in weights.items() if key in names}, strict=False)
    return stored_weights(form)


def new_generator(config: TrainConfig) -> StyledGenerator:
    """Fresh weights, the same for the same seed."""
    torch.manual_seed(config.seed)
    generator = _with_look(config.generator, config.instant)
    if config.initialisation == "paper":
        initialise_like_the_paper(generator)
    else:
        generator.start_as_identity()
    return generator


def _start(config: TrainConfig) -> StyledGenerator:
    """The generator as the run finds it: a style's weights, or fresh ones."""
    if config.start is None:
        return new_generator(config)
    style = load_style(config.start)
    if not isinstance(style.config, StyledGeneratorConfig):
        raise StyleError(f"{config.start}: cannot be trained on; start from a trained style or from none")
    generator = _with_look(style.config, config.instant or style.config.fitted)
    load_stored_weights(generator, stored_weights(style.generator), strict=False)
    return generator


def _fitting(config: TrainConfig, start: StyledGenerator) -> TrainConfig:
    """The configuration as it is with a start."""
    whole = config.whole_steps if start.config.adaptive else 0
    return dataclasses.replace(config, generator=start.config, whole_steps=whole)


def _with_look(config: StyledGeneratorConfig, fitted: bool) -> StyledGenerator:
    generator = build(dataclasses.replace(config, fitted=fitted))
    assert isinstance(generator, StyledGenerator)
    return generator


def _start_from(generator: StyledGenerator, instant: InstantLook) -> None:
    """Silence the generator's own edit and set the closed form around it; that stays, and the network learns the rest.

    A trained generator keeps what it sees. Its edit would be laid over the closed form, and on looks with a known
    answer that cost 4 dB at the start, though the colours of the folders seemed nearer.
    """
    generator.silence()
    for name in ("exposure_balance", "local_contrast", "colour_map"):
        own = getattr(generator.look, name)
        own.load_state_dict(getattr(instant.look, name).state_dict())
        own.requires_grad_(False)
