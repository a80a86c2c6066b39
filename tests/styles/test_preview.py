from __future__ import annotations

import io

import numpy as np
from PIL import Image
from torch import nn

from uegan_cli.styles.preview import make_preview, sample_scene


class Brighter(nn.Module):
    def forward(self, x):
        return (x + 0.4).clamp(-1, 1)


def opened(jpeg):
    image = Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG"
    return np.asarray(image).astype(float)


def test_shows_the_picture_before_on_the_left_and_after_on_the_right():
    picture = np.full((600, 900, 3), 100, np.uint8)
    preview = opened(make_preview(Brighter(), picture))
    assert preview.shape == (171, 512, 3)
    before, after = preview[:, :250].mean(), preview[:, 262:].mean()
    assert abs(before - 100) < 2
    assert abs(after - 151) < 2


def test_paints_a_scene_where_no_picture_is_given():
    scene = opened(make_preview(nn.Identity()))
    assert scene.shape == (256, 512, 3)
    assert len(np.unique(sample_scene().reshape(-1, 3), axis=0)) > 100
    assert np.abs(scene[:, :256] - scene[:, 256:]).mean() < 4


def test_is_small_enough_to_travel_with_the_weights():
    assert len(make_preview(nn.Identity())) < 40_000
