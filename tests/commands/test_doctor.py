from __future__ import annotations

import torch

from uegan_cli.paths import config_file
from uegan_cli.styles import names


def test_it_says_what_works(uegan):
    found = {record["name"]: record for record in uegan("doctor", "--json").records}
    assert torch.__version__.split("+")[0] in found["packages"]["found"]
    for name in ("python", "device", "JPEG", "PNG", "colour", "styles", "runs", "weights", "settings"):
        assert found[name]["verdict"] == "ok"


def test_what_is_broken_comes_with_what_mends_it(uegan, bright):
    bright.path.write_text("damaged")
    outcome = uegan("doctor")
    assert outcome.code == 1
    assert "bright.safetensors: is damaged" in outcome.out
    assert "-> uegan styles remove bright" in outcome.out


def test_it_works_where_the_settings_do_not(uegan):
    config_file().write_text("style = ")
    outcome = uegan("doctor", "--json")
    assert outcome.code == 1
    settings = next(record for record in outcome.records if record["name"] == "settings")
    assert settings["verdict"] == "broken" and "not valid TOML" in settings["found"]


def test_a_missing_built_in_style_is_found(uegan, monkeypatch, tmp_path):
    monkeypatch.setattr(names, "_BUILT_IN_FILE", tmp_path / "gone")
    natural = next(record for record in uegan("doctor", "--json").records if record["name"] == "natural")
    assert natural["verdict"] == "broken" and "pip install" in natural["fix"]
