from __future__ import annotations

import pickle

import pytest
import torch
from safetensors.torch import load_file

from uegan_cli.errors import StyleError
from uegan_cli.networks.discriminator import Discriminator
from uegan_cli.styles.authors import read_checkpoint, style_from_checkpoint
from uegan_cli.styles.card import Card


@pytest.fixture
def checkpoint(golden):
    return golden / "authors-width8.pth"


@pytest.fixture
def contents(checkpoint):
    return torch.load(checkpoint, weights_only=True)


def test_the_imported_generator_gives_the_authors_output(golden, checkpoint):
    tensors = load_file(golden / "authors-width8.safetensors")
    generator = style_from_checkpoint("theirs", checkpoint, Card()).generator
    for photo, expected in (("raw", "enhanced"), ("liked", "enhanced_liked")):
        torch.testing.assert_close(generator(tensors[photo]), tensors[expected], atol=1e-5, rtol=0)


def test_the_imported_discriminator_gives_the_authors_maps(golden, checkpoint):
    tensors = load_file(golden / "authors-width8.safetensors")
    discriminator = Discriminator(8)
    discriminator.load_state_dict(read_checkpoint(checkpoint).discriminator)
    discriminator.eval()
    for photo in ("raw", "liked", "enhanced"):
        for scale, prediction in enumerate(discriminator(tensors[photo]), 1):
            torch.testing.assert_close(prediction, tensors[f"d_{photo}.{scale}"], atol=1e-5, rtol=0)


def test_the_base_width_is_read_off_the_first_convolution(checkpoint):
    assert read_checkpoint(checkpoint).config.width == 8


def test_a_checkpoint_of_several_gpus_is_the_same_style(tmp_path, checkpoint, contents):
    for net in ("G_net", "D_net"):
        contents[net] = {f"module.{key}": tensor for key, tensor in contents[net].items()}
    torch.save(contents, tmp_path / "parallel.pth")
    ours, parallel = (style_from_checkpoint("x", path, Card()) for path in (checkpoint, tmp_path / "parallel.pth"))
    assert parallel.hash == ours.hash
    assert read_checkpoint(tmp_path / "parallel.pth").discriminator.keys() == Discriminator(8).state_dict().keys()


def test_a_generator_alone_is_enough(tmp_path, contents):
    torch.save({"G_net": contents["G_net"]}, tmp_path / "g.pth")
    checkpoint = read_checkpoint(tmp_path / "g.pth")
    assert (checkpoint.discriminator, checkpoint.epoch) == (None, None)


class Payload:
    """Opens a file when it is unpickled."""

    target = ""

    def __reduce__(self):
        return open, (self.target, "w")


@pytest.mark.parametrize("save", [torch.save, lambda data, path: path.write_bytes(pickle.dumps(data))])
def test_a_checkpoint_that_needs_code_is_refused_and_nothing_is_run(tmp_path, contents, save, monkeypatch):
    target = tmp_path / "was-here"
    monkeypatch.setattr(Payload, "target", str(target))
    save({**contents, "epoch": Payload()}, tmp_path / "evil.pth")
    with pytest.raises(StyleError, match=r"evil\.pth: refused"):
        read_checkpoint(tmp_path / "evil.pth")
    assert not target.exists()


def drop(key):
    return lambda c: c["G_net"].pop(key)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (drop("enc1.main.1.weight"), "first convolution"),
        (drop("dec3.main.1.bias"), "decoder.2.bias' is missing"),
        (lambda c: c["G_net"].update({"enc9.main.1.weight": torch.zeros(1)}), "does not belong"),
        (lambda c: c["G_net"].update({"fc.weight": torch.zeros(1)}), "'fc.weight'"),
        (lambda c: c["G_net"].update({"enc2.main.1.bias": torch.zeros(3)}), "the shape 3 instead of 16"),
        (lambda c: c.pop("G_net"), "no state dict"),
        (lambda c: c.update(G_net=[1, 2]), "no state dict"),
    ],
)
def test_another_network_is_refused_by_what_differs(tmp_path, contents, change, said):
    change(contents)
    torch.save(contents, tmp_path / "other.pth")
    with pytest.raises(StyleError, match=said) as caught:
        read_checkpoint(tmp_path / "other.pth")
    assert "other.pth" in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"no checkpoint", b"PK\x03\x04 broken", b"\x80\x02"])
def test_a_damaged_checkpoint_is_named(tmp_path, data):
    (tmp_path / "bad.pth").write_bytes(data)
    with pytest.raises(StyleError, match=r"bad\.pth"):
        read_checkpoint(tmp_path / "bad.pth")


def test_a_list_is_not_a_checkpoint(tmp_path):
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(StyleError, match="contains a list"):
        read_checkpoint(tmp_path / "list.pth")


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(StyleError, match=r"gone\.pth: no such file"):
        read_checkpoint(tmp_path / "gone.pth")
