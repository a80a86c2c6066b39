"""The fidelity loss is eq. 7, in the form of the paper or of the authors' code."""

from __future__ import annotations

import torch

from uegan_cli.losses.fast import normalised_error_plain
from uegan_cli.losses.fidelity import LAYER_WEIGHTS, fidelity


def features() -> list[torch.Tensor]:
    return [torch.randn(2, c, s, s) for c, s in ((4, 16), (8, 8), (8, 4), (8, 4), (8, 2))]


def test_the_same_content_has_no_loss() -> None:
    maps = features()
    assert fidelity(maps, maps) == 0
    assert fidelity(maps, maps, "paper") == 0


def test_the_reference_form_ignores_brightness_and_contrast_of_the_features() -> None:
    maps = features()
    assert fidelity(maps, [3 * m + 1 for m in maps]) < 1e-3
    assert fidelity(maps, [3 * m + 1 for m in maps], "paper") > 1


def test_the_reference_form_is_the_weighted_squared_error_of_normalised_maps() -> None:
    raw, enhanced = features(), features()
    pairs = zip(LAYER_WEIGHTS, raw, enhanced, strict=True)
    expected = sum(weight * normalised_error_plain(r, e) for weight, r, e in pairs)
    assert torch.allclose(fidelity(raw, enhanced), torch.as_tensor(expected))


def test_the_paper_form_is_the_l2_norm_summed_over_the_layers() -> None:
    raw, enhanced = features(), features()
    pairs = zip(raw, enhanced, strict=True)
    expected = sum((r - e).flatten(1).square().sum(1).sqrt().mean() for r, e in pairs)
    assert torch.allclose(fidelity(raw, enhanced, "paper"), torch.as_tensor(expected))
