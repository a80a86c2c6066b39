from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image

from uegan_cli.commands.styles.output import describe_network
from uegan_cli.look.config import BlendConfig, LookConfig, StyledGeneratorConfig
from uegan_cli.styles import names, store
from uegan_cli.styles.card import Card

pytestmark = pytest.mark.usefixtures("bright", "photos")


def test_list_says_what_there_is(uegan):
    names.cached("broken").write_text("x")
    lines = {line.split("\t")[0]: line.split("\t") for line in uegan("styles", "list").out.splitlines()}
    assert lines["bright"][1] == "instant" and lines["bright"][4] == "Lifted"
    assert lines["broken"][1] == "damaged"


def test_list_in_json_is_an_object_a_style(uegan, bright):
    found = {record["name"]: record for record in uegan("styles", "list", "--json").records}
    assert found["bright"]["hash"] == bright.hash
    assert found["bright"]["card"]["author"] == "Ada"
    assert found["bright"]["network"]["network"] == "closed form"


def test_show_prints_the_card(uegan, bright):
    out = uegan("styles", "show", "bright").out
    for said in ("Lifted", "Ada", "look without a network", bright.hash):
        assert said in out


def test_show_writes_the_preview(uegan):
    assert uegan("styles", "show", "bright", "--preview", "p.jpg").code == 0
    with Image.open("p.jpg") as preview:
        assert preview.size == (512, 256)


def test_what_a_card_says_cannot_command_the_terminal(uegan, bright):
    store.install(replace(bright, name="evil", card=Card(description="\x1b]0;owned\x07 [red]x[/red]")))
    out = uegan("styles", "show", "evil").out
    assert "\x1b" not in out and "\x07" not in out
    assert "[red]x[/red]" in out


def test_a_style_goes_from_one_cache_to_another(uegan, bright, tmp_path):
    assert uegan("styles", "export", "bright", ".").out == "bright.safetensors\n"
    assert uegan("styles", "remove", "bright").code == 0
    assert uegan("styles", "import", "bright.safetensors", "--name", "lifted").code == 0
    assert store.load_style("lifted").hash == bright.hash


def test_import_keeps_what_is_there(uegan):
    uegan("styles", "export", "bright", ".")
    outcome = uegan("styles", "import", "bright.safetensors")
    assert outcome.code == 4 and "--overwrite" in outcome.err
    assert uegan("styles", "import", "bright.safetensors", "--overwrite").code == 0


def test_rename_renames(uegan):
    assert uegan("styles", "rename", "bright", "light").out == "bright -> light\n"
    assert "light" in names.installed() and "bright" not in names.installed()


@pytest.mark.parametrize("verb", [["remove", "gone"], ["rename", "gone", "x"], ["export", "gone"], ["show", "../x"]])
def test_what_is_not_there_is_said_in_one_line(uegan, verb):
    outcome = uegan("styles", *verb)
    assert (outcome.code, outcome.err.count("\n")) == (4, 1)


def test_verify_finds_the_damaged_one(uegan):
    assert uegan("styles", "verify", "bright").out.startswith("bright: ok")
    data = bytearray(names.cached("bright").read_bytes())
    data[-1] ^= 1
    names.cached("bright").write_bytes(data)
    outcome = uegan("styles", "verify")
    assert outcome.code == 4
    assert "bright.safetensors: damaged" in outcome.err


def test_a_network_is_described_in_a_few_words():
    blend = BlendConfig(((0.6, LookConfig()), (0.4, StyledGeneratorConfig(width=8, attention="paper"))))
    assert describe_network(blend) == (
        "0.6 x (look without a network) + 0.4 x (UEGAN, width 8, paper attention, feature modulation)"
    )
