"""The local contrast that liked photos have and raw ones lack.

How much detail a photo has depends on what it shows and on its tones. How detail falls off from one size to the next
hardly does: nature and towns alike follow a power law (Field, Relations between the statistics of natural images and
the response properties of cortical cells, 1987). Local contrast departs from it, at its own size.
"""

from __future__ import annotations

from dataclasses import replace

import torch

from ..look.local_contrast import LocalContrast
from ..look.look import FittedLook
from .content import deepest_descriptor, describe_content
from .content_regression import regress_on_content
from .photo_set import PhotoSet
from .shrunk_photo import enhance_shrunk
from .statistics import local_contrast_ratio, sample_colours

MIN_CONTRAST_Z_SCORE = 3.0
"""Standard errors by which liked photos must exceed raw ones."""

TRIAL_GAIN = 0.5
MAX_GAIN = 1.0


def fit_local_contrast(raw: PhotoSet, liked: PhotoSet) -> tuple[LocalContrast, PhotoSet]:
    """Fit the local contrast that liked photos have beyond raw ones; return it with the raw photos after it.

    The gain is 0, and `raw` itself is returned, if there is no significant excess.

    Deep features see local contrast, too, and the regression attributes a part of it to content: less, the closer the
    raw photos come. Therefore a trial gain is applied, and the gain is extrapolated from what the trial leaves.
    """
    excess, error = _excess(raw, liked)
    if excess <= MIN_CONTRAST_Z_SCORE * error:
        return LocalContrast(), raw
    trial = _apply(LocalContrast(TRIAL_GAIN), raw)
    trial = replace(trial, content=describe_content(trial.photos, raw.features))
    reduction = excess - _excess(trial, liked)[0]
    contrast = LocalContrast(min(MAX_GAIN, TRIAL_GAIN * excess / reduction) if reduction > 0 else MAX_GAIN)
    return contrast, replace(_apply(contrast, raw), content=trial.content)


def _apply(contrast: LocalContrast, raw: PhotoSet) -> PhotoSet:
    """Return the photos with more local contrast, shrunk, and their colours; their content as it was."""
    look = FittedLook()
    look.local_contrast = contrast
    photos = [enhance_shrunk(look, photo) for photo in raw.photos]
    return replace(raw, photos=photos, colours=sample_colours(photos, torch.Generator().manual_seed(0)))


def _excess(raw: PhotoSet, liked: PhotoSet) -> tuple[float, float]:
    """Return the mean ratio of liked photos minus that of raw ones, without the part that follows from content.

    Returns the difference and its standard error.
    """
    ratios = local_contrast_ratio(raw.photos), local_contrast_ratio(liked.photos)
    regression = regress_on_content((deepest_descriptor(raw.content), deepest_descriptor(liked.content)), ratios)
    excess = float(ratios[1].mean() + regression.difference - ratios[0].mean())
    return excess, sum(float(residuals.var()) / len(residuals) for residuals in regression.residuals) ** 0.5
