"""The start of a run: two folders are read, and the instant look, the networks and the judge made of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import torch

from ..enhancement.devices import has_bfloat16
from ..errors import StyleError
from ..look.build import build
from ..look.config import StyledGeneratorConfig
from ..look.look import FittedLook
from ..look.styled_generator import StyledGenerator
from ..look_fitting.instant_look import InstantLook, fit_instant_look
from ..look_fitting.judge import make_judge
from ..look_fitting.photo_set import describe_photos
from ..look_fitting.shrunk_photo import FITTING_SHORT_SIDE
from ..losses.features import Features
from ..networks.blocks import initialise_like_the_paper
from ..styles.store import load_style
from ..styles.stored_names import load_stored_weights, stored_weights
from .config import TrainConfig
from .data import SHORT_SIDE_PER_CROP, TrainingPhotos, hold_out, load_photos
from .data_set_report import DataSetReport, report_data_set
from .degradations import Alternation, Degradation, ToneDegradation, ToneTransfer, deepen_blacks
from .run import TrainingRun, new_run
from .synthetic_pairs import synthetic_pairs

MAX_JUDGED_PHOTOS = 50
"""Raw photos that are held out for the judge; more take longer and hardly change its distances."""


def read_folders(liked: Sequence[Path], raw: Sequence[Path], crop_side: int) -> tuple[TrainingPhotos, DataSetReport]:
    """Decode the photos of both folders for crops of `crop_side` pixels. Return the usable ones, and what was found."""
    short_side = max(FITTING_SHORT_SIDE, round(crop_side * SHORT_SIDE_PER_CROP))
    report = report_data_set(load_photos(liked, short_side), load_photos(raw, short_side), crop_side)
    return TrainingPhotos(list(report.liked.photos.values()), list(report.raw.photos.values())), report


def make_rehearsal(
    config: TrainConfig, photos: TrainingPhotos, features: Features | None, device: torch.device
) -> TrainingRun:
    """Make a run to measure the pace of `start_run`'s with, which it does not affect. It has no instant look or judge.

    Raises StyleError as `start_run` does.
    """
    generator = _make_generator(config)
    config = _adjust(config, generator)
    return new_run(config, generator, photos.liked, photos.raw, features, device)


def start_run(
    config: TrainConfig, photos: TrainingPhotos, features: Features | None, device: torch.device
) -> TrainingRun:
    """Make a run before its first step. Raises StyleError if `config.start` is missing or has no generator."""
    generator = _make_generator(config)
    config = _adjust(config, generator)
    if features is not None:
        features.to(device, torch.bfloat16 if has_bfloat16(device) else torch.float32)
    liked = photos.liked
    if config.deepen_blacks:
        liked = [deepen_blacks(photo, config.deepen_blacks) for photo in liked]
    raw, held_out = hold_out(photos.raw, MAX_JUDGED_PHOTOS)
    raw_set, liked_set = describe_photos(photos.raw, features), describe_photos(liked, features)
    degrade: Degradation = Alternation([ToneDegradation(), ToneTransfer.from_photos(raw)])
    look: FittedLook | None = None
    if config.instant:
        instant = fit_instant_look(raw_set, liked_set, config.seed)
        look = instant.look
        _fit_around(generator, instant)
        raw_set = dataclasses.replace(raw_set, content=instant.raw_content)
        degrade = pairs = synthetic_pairs(look, raw_set, liked_set)
        if not pairs.is_uneven:
            config = dataclasses.replace(config, pretrain_steps=0)
    judge = make_judge(raw_set, held_out, liked_set, look)
    return new_run(config, generator, liked, raw, features, device, judge, degrade, look)


def new_generator(config: TrainConfig) -> StyledGenerator:
    """Make a generator with new weights, the same for the same seed."""
    torch.manual_seed(config.seed)
    generator = _build(config.generator, config.instant)
    if config.initialisation == "paper":
        initialise_like_the_paper(generator)
    else:
        generator.start_as_identity()
    return generator


def _make_generator(config: TrainConfig) -> StyledGenerator:
    """Make a generator with the weights of the style to start from, or new ones."""
    if config.start is None:
        return new_generator(config)
    style = load_style(config.start)
    if not isinstance(style.config, StyledGeneratorConfig):
        raise StyleError(f"{config.start}: a look without a network; start from a trained style, or from none")
    generator = _build(style.config, config.instant or style.config.fitted)
    load_stored_weights(generator, stored_weights(style.generator), strict=False)
    return generator


def _build(config: StyledGeneratorConfig, fitted: bool) -> StyledGenerator:
    generator = build(dataclasses.replace(config, fitted=fitted))
    assert isinstance(generator, StyledGenerator)
    return generator


def _adjust(config: TrainConfig, generator: StyledGenerator) -> TrainConfig:
    """Return the configuration of a run with this generator; without an adaptive colour map none is pretrained."""
    pretrain_steps = config.pretrain_steps if generator.config.adaptive else 0
    return dataclasses.replace(config, generator=generator.config, pretrain_steps=pretrain_steps)


def _fit_around(generator: StyledGenerator, instant: InstantLook) -> None:
    """Fit the instant look around the generator and freeze it; the generator starts without an edit of its own.

    A trained generator keeps its features. On looks with a known answer, its edit on top of the instant look cost 4 dB
    at the start, though the colours of the folders seemed closer.
    """
    generator.silence()
    for name in ("exposure_balance", "local_contrast", "colour_map"):
        part = getattr(generator.look, name)
        part.load_state_dict(getattr(instant.look, name).state_dict())
        part.requires_grad_(False)
