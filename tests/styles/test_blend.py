from __future__ import annotations

import pytest
import torch

from uegan_cli.errors import StyleError
from uegan_cli.styles.blend import at_strength, blend
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import encode_style, read_style


@pytest.fixture
def x():
    return torch.rand(1, 3, 32, 48, generator=torch.Generator().manual_seed(3)) * 1.2 - 0.6


def test_a_blend_adds_the_weighted_edits(new_style, x):
    a, b = new_style("a"), new_style("b", seed=1)
    both = blend("both", [(0.6, a), (0.4, b)], Card())
    expected = x + 0.6 * (a.generator(x) - x) + 0.4 * (b.generator(x) - x)
    torch.testing.assert_close(both.generator(x), expected.clamp(-1, 1))


def test_half_strength_is_half_the_edit(new_style, x):
    style = new_style(preview=b"picture")
    half = at_strength(style, 0.5)
    torch.testing.assert_close(half.generator(x) - x, 0.5 * (style.generator(x) - x))
    assert (half.name, half.preview) == ("mine", None)


def test_full_strength_is_the_style_itself(new_style):
    style = new_style()
    assert at_strength(style, 1) is style


def test_a_blend_of_blends_survives_the_file(new_style, tmp_path, x):
    inner = blend("inner", [(0.5, new_style("a")), (0.5, new_style("b", seed=1))], Card())
    outer = blend("outer", [(0.3, inner), (1.0, new_style("c", seed=2))], Card())
    path = tmp_path / "outer.safetensors"
    path.write_bytes(encode_style(outer))
    back = read_style(path)
    assert back.hash == outer.hash
    assert torch.equal(back.generator(x), outer.generator(x))


@pytest.mark.parametrize("weight", [0, -0.5, 2.5, float("nan"), float("inf")])
def test_weights_out_of_range_are_refused(new_style, weight):
    with pytest.raises(StyleError, match="weight of 'mine'"):
        blend("x", [(weight, new_style())], Card())


@pytest.mark.parametrize("count", [0, 17])
def test_the_number_of_parts_is_bounded(new_style, count):
    with pytest.raises(StyleError, match="1 to 16"):
        blend("x", [(0.1, new_style())] * count, Card())
