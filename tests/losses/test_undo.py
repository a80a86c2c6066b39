"""The undo loss measures how far a degraded copy still is from the liked photo, and what would be clipped to white."""

from __future__ import annotations

import pytest
import torch

from uegan_cli.losses.undo import clipping, undo


def test_a_restored_photo_has_no_loss() -> None:
    liked = torch.rand(2, 3, 16, 16)
    assert undo(liked, liked) == 0 == clipping(liked, liked)


def test_tone_counts_twice_and_texture_once() -> None:
    liked = torch.zeros(1, 3, 16, 16)
    checker = (torch.arange(16)[:, None] + torch.arange(16)) % 2 * 2.0 - 1
    assert float(undo(liked, liked + 0.5)) == pytest.approx(0.5 * 2)
    assert float(undo(liked, liked + 0.5 * checker)) == pytest.approx(0.5)


def test_only_pixels_that_are_not_white_in_the_liked_photo_count_as_clipped() -> None:
    liked = torch.tensor([0.8, 0.8, 1.0, -0.5]).view(1, 1, 1, 4)
    restored = torch.tensor([0.9, 1.3, 1.3, -1.2]).view(1, 1, 1, 4)
    assert float(clipping(liked, restored)) == pytest.approx(0.3 / 4)
