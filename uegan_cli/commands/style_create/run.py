"""A style from any of its sources, installed in the style cache."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from ...jobs.inputs import photos_in
from ...styles.card import Card
from ..shared import vgg
from ..shared.data_set import print_data_set
from ..shared.output import Report
from .request import StyleCreateRequest

if TYPE_CHECKING:
    from ...styles.file import Style

CROP_SIDE = 128
"""Side of the square, in pixels, that photos must hold to count as large enough; the look is fitted at less."""


def create_style(request: StyleCreateRequest, report: Report) -> None:
    """Create and install the style, and print where it is. Raises UeganError."""
    style = _install(_make(request, report), request.strength, request.overwrite)
    report.result(str(style.path))
    report.say(f"{request.name} is ready: uegan enhance PHOTO -s {request.name}")


def _make(request: StyleCreateRequest, report: Report) -> Style:
    if request.liked:
        return _instant_look(request, report)
    if request.checkpoint is not None:
        return _from_checkpoint(request)
    if request.run is not None:
        return _from_run(request)
    if request.blend:
        return _blend(request)
    return _copy(request)


def _instant_look(request: StyleCreateRequest, report: Report) -> Style:
    """Fit the instant look that makes the raw photos look like the liked ones."""
    liked, raw = photos_in(request.liked), photos_in(request.raw)
    from ...look_fitting.instant_style import make_instant_style
    from ...training.start import read_folders

    photos, data_set = read_folders(liked, raw, CROP_SIDE)
    print_data_set(data_set, report.say, report)
    # Placeholders, because the names of the user's folders are private.
    card = replace(request.card, command=f"uegan style-create {request.name} --liked LIKED --raw RAW")
    return make_instant_style(request.name, photos.raw, photos.liked, vgg.optional(request.vgg, report), card)


def _from_checkpoint(request: StyleCreateRequest) -> Style:
    """Convert a checkpoint in the authors' format."""
    from ...styles.authors import style_from_checkpoint

    assert request.checkpoint is not None
    command = f"uegan style-create {request.name} --from-checkpoint {shlex.quote(request.checkpoint.name)}"
    card = replace(request.card, command=command, recipe={"method": "authors' checkpoint"})
    return style_from_checkpoint(request.name, request.checkpoint, card)


def _from_run(request: StyleCreateRequest) -> Style:
    """Take the best weights of a training run, or those of a step."""
    from ...training.run_folder import find_run_folder, style_from_run

    assert request.run is not None
    run, step = request.run
    return _with_texts(style_from_run(request.name, find_run_folder(run), step), request.card)


def _blend(request: StyleCreateRequest) -> Style:
    """Blend styles by their weights."""
    from ...styles.blend import blend
    from ...styles.store import load_style

    styles = [(weight, load_style(style)) for style, weight in request.blend]
    parts = " ".join(f"--blend {shlex.quote(style.name)}={weight:g}" for weight, style in styles)
    recipe = {"blend": [{"style": s.name, "weight": w, "hash": s.hash, "licence": s.card.licence} for w, s in styles]}
    card = replace(request.card, command=f"uegan style-create {request.name} {parts}", recipe=recipe)
    return blend(request.name, styles, card)


def _copy(request: StyleCreateRequest) -> Style:
    """Copy a style file under another name."""
    from ...styles.file import read_style

    assert request.file is not None
    return _with_texts(read_style(request.file, request.name), request.card)


def _with_texts(style: Style, card: Card) -> Style:
    """Return the style with the texts of `card` that are not empty in its own card."""
    texts = {field: getattr(card, field) for field in ("author", "description", "licence")}
    return replace(style, card=replace(style.card, **{field: text for field, text in texts.items() if text}))


def _install(style: Style, strength: float, overwrite: bool) -> Style:
    """Install the style at a strength, with a preview. Raises StyleError, OutputError."""
    from ...styles import store
    from ...styles.blend import at_strength
    from ...styles.preview import make_preview

    if strength != 1:
        card = replace(style.card, recipe={**style.card.recipe, "strength": strength})
        if card.command:
            card = replace(card, command=f"{card.command} --strength {strength:g}")
        style = at_strength(replace(style, card=card), strength)
    if style.preview is None:
        style = replace(style, preview=make_preview(style.generator))
    return store.install(style, overwrite=overwrite)
