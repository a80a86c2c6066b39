from __future__ import annotations

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tests.looks import look_weights
from uegan_cli.errors import StyleError
from uegan_cli.look.build import build
from uegan_cli.look.config import BlendConfig, LookConfig, StyledGeneratorConfig
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import encode_style, look_hash, make_style, read_style
from uegan_cli.styles.header import canonical, seal
from uegan_cli.styles.store import install
from uegan_cli.styles.stored_names import stored_weights

JPEG = b"\xff\xd8 a preview \xff\xd9"


@pytest.fixture
def written(new_style, tmp_path):
    path = tmp_path / "mine.safetensors"
    path.write_bytes(encode_style(new_style(preview=JPEG)))
    return path


def rewritten(path, change):
    """The file with its tensors and metadata changed by `change(tensors, metadata)`."""
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    change(tensors, metadata)
    save_file(tensors, path, metadata)
    return path


def test_a_style_comes_back_as_it_was_written(new_style, written):
    style, back = new_style(preview=JPEG), read_style(written)
    assert (back.name, back.config, back.card, back.hash) == ("mine", style.config, style.card, style.hash)
    assert (back.preview, back.path) == (JPEG, written)
    x = torch.rand(1, 3, 33, 50) * 2 - 1
    assert torch.equal(back.generator(x), style.generator(x))


def test_a_loaded_generator_is_ready_to_use(written):
    generator = read_style(written).generator
    assert not generator.training
    assert not any(p.requires_grad or p.dtype != torch.float32 for p in generator.parameters())


def test_weights_that_fit_are_stored_in_half_the_space_and_nothing_is_lost(tmp_path):
    weights = look_weights(torch.eye(3) * 0.5, torch.tensor([0.1, 0.2, 0.3]))
    style = make_style("x", LookConfig(), weights, Card())
    path = tmp_path / "x.safetensors"
    path.write_bytes(encode_style(style))
    stored = load_file(path)
    assert stored["generator.transport.weight"].dtype == torch.float16
    assert stored["generator.transport.bias"].dtype == torch.float32
    assert torch.equal(read_style(path).generator.colour_map.bias, weights["transport.bias"])


def test_the_hash_is_of_the_look_and_not_of_name_card_or_preview(new_style):
    look = new_style().hash
    assert new_style("other", card=Card(author="Bob"), preview=JPEG).hash == look
    assert new_style(seed=1).hash != look


@pytest.mark.parametrize("bit", [0x01, 0x10])
def test_a_changed_byte_anywhere_is_found(tmp_path, bit):
    weights = look_weights(torch.eye(3) * 0.5, torch.tensor([0.1, 0.2, 0.3]))
    whole, path = (
        encode_style(make_style("mine", LookConfig(), weights, Card(), JPEG)),
        tmp_path / "x.safetensors",
    )
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ bit]) + whole[position + 1 :])
        with pytest.raises(StyleError, match=r"x\.safetensors"):
            read_style(path)


def test_a_card_with_fields_of_a_later_version_is_read(new_style, written):
    def grow(tensors, metadata):
        card = canonical(json.loads(metadata["card"]) | {"mood": "wistful"})
        metadata |= {"card": card, "seal": seal(metadata["hash"], card, JPEG)}

    assert read_style(rewritten(written, grow)).card == new_style().card


@pytest.mark.parametrize("config", [StyledGeneratorConfig(width=4), LookConfig()])
def test_a_style_of_an_earlier_version_is_the_same_look(tmp_path, config):
    """Its network is said with fewer words, and has not got the parts that came later."""
    torch.manual_seed(0)
    style = make_style("mine", config, stored_weights(build(config)), Card(), JPEG)
    (tmp_path / "mine.safetensors").write_bytes(encode_style(style))

    def from_before(tensors, metadata):
        tensors.pop("generator.local_contrast.gain", None)
        network = {k: v for k, v in json.loads(metadata["network"]).items() if k not in ("adaptive", "transport")}
        weights = {key.removeprefix("generator."): t for key, t in tensors.items() if key.startswith("generator.")}
        look = look_hash(canonical(network), weights)
        card = metadata["card"]
        metadata |= {"network": canonical(network), "hash": look, "seal": seal(look, card, JPEG)}

    old = read_style(rewritten(tmp_path / "mine.safetensors", from_before))
    assert old.hash != style.hash
    x = torch.rand(1, 3, 40, 40) * 2 - 1
    assert torch.equal(old.generator(x), style.generator(x))
    installed = read_style(install(old, overwrite=True).path)
    assert installed.hash == style.hash, "written anew it is said in today's words"


@pytest.mark.parametrize("length", [0, 4, 100, 3000])
def test_a_truncated_file_is_named(written, length):
    written.write_bytes(written.read_bytes()[:length])
    with pytest.raises(StyleError, match=r"mine\.safetensors: damaged, or not a style file"):
        read_style(written)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(StyleError, match=r"gone\.safetensors: no such file"):
        read_style(tmp_path / "gone.safetensors")


def test_a_folder_is_not_a_style(tmp_path):
    with pytest.raises(StyleError, match=tmp_path.name):
        read_style(tmp_path)


def test_other_safetensors_files_are_refused_as_what_they_are(tmp_path):
    save_file({"x": torch.zeros(2)}, tmp_path / "model.safetensors")
    with pytest.raises(StyleError, match="not a style"):
        read_style(tmp_path / "model.safetensors")


def test_a_later_format_is_refused_with_the_way_out(written):
    rewritten(written, lambda tensors, metadata: metadata.update({"uegan-style": "2"}))
    with pytest.raises(StyleError, match="try a newer uegan"):
        read_style(written)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t, m: t.pop("generator.decoder.0.bias"), "decoder.0.bias' is missing"),
        (lambda t, m: t.update({"generator.more": torch.zeros(1)}), "'more' does not belong"),
        (lambda t, m: t.update({"optimizer": torch.zeros(1)}), "not part of a style"),
        (lambda t, m: t.update({"generator.encoder.0.bias": torch.zeros(7)}), "the shape 7 instead of 4"),
        (lambda t, m: t.update({"generator.encoder.0.bias": torch.zeros(4).double()}), "float64"),
        (lambda t, m: t.update({"generator.encoder.0.bias": torch.full((4,), torch.nan)}), "not finite"),
        (
            lambda t, m: t.update({"generator.encoder.0.bias": torch.ones(4)}),
            "weights have changed since it was written",
        ),
        (lambda t, m: t.update({"preview": torch.zeros(3)}), "preview is not a picture"),
        (lambda t, m: t.pop("preview"), "card or preview has changed since it was written"),
        (
            lambda t, m: m.update(card=m["card"].replace("Ada", "Bob")),
            "card or preview has changed since it was written",
        ),
        (lambda t, m: m.update(card="[]"), "card is not"),
        (lambda t, m: m.update(card="{"), "header cannot be read"),
        (lambda t, m: m.update(network="[" * 100_000), "header cannot be read"),
        (lambda t, m: m.update(network="{}"), "unknown network"),
        (lambda t, m: m.pop("hash"), "no 'hash'"),
    ],
)
def test_a_style_that_is_not_what_it_says_is_refused(written, change, said):
    rewritten(written, change)
    with pytest.raises(StyleError, match=said) as caught:
        read_style(written)
    assert "mine.safetensors" in str(caught.value)


def test_a_huge_network_is_refused_before_memory_is_taken(written):
    def claim(tensors, metadata):
        metadata["network"] = json.dumps(json.loads(metadata["network"]) | {"width": 256})

    with pytest.raises(StyleError, match="instead of 256x"):
        read_style(rewritten(written, claim))


@pytest.mark.parametrize("parts", [(), ((1.0, LookConfig()),) * 17, ((float("nan"), LookConfig()),)])
def test_blends_out_of_bounds_are_refused(parts):
    with pytest.raises(StyleError, match="blend"):
        make_style("x", BlendConfig(parts), {}, Card())


def test_the_working_size_is_the_networks():
    weights = look_weights()
    assert make_style("x", LookConfig(working_size=256), weights, Card()).working_size == 256
    assert StyledGeneratorConfig().working_size == 512
