from __future__ import annotations

import sys

import pytest
import torch

from uegan_cli.paths import config_file
from uegan_cli.styles import names


def test_it_says_what_works(uegan):
    found = {record["name"]: record for record in uegan("doctor", "--json").records}
    assert torch.__version__.split("+")[0] in found["packages"]["found"]
    formats = ("JPEG", "PNG", "WebP", "AVIF", "TIFF", "HEIC", "raw")
    for name in ("python", "device", *formats, "colour", "styles", "runs", "weights", "settings"):
        assert found[name]["verdict"] == "ok"


def test_what_is_broken_comes_with_what_mends_it(uegan, bright):
    bright.path.write_text("damaged")
    outcome = uegan("doctor")
    assert outcome.code == 1
    assert "bright.safetensors: damaged" in outcome.out
    assert "-> uegan styles remove bright" in outcome.out


@pytest.mark.parametrize(("format", "module"), [("HEIC", "pillow_heif"), ("raw", "rawpy"), ("TIFF", "imagecodecs")])
def test_a_codec_that_is_missing_comes_with_the_command_that_installs_it(uegan, monkeypatch, format, module):
    monkeypatch.setitem(sys.modules, module, None)
    outcome = uegan("doctor", "--json")
    codec = next(record for record in outcome.records if record["name"] == format)
    assert outcome.code == 1
    assert (codec["verdict"], codec["found"]) == ("broken", f"{module} is not installed")
    assert codec["fix"].endswith(f"-m pip install {module}")


def test_a_codec_that_does_not_load_is_told_of(uegan, monkeypatch):
    monkeypatch.setattr("pillow_heif.libheif_info", lambda: {"decoders": {}, "encoders": {}, "libheif": "1"})
    codec = next(record for record in uegan("doctor", "--json").records if record["name"] == "HEIC")
    assert codec["found"] == "pillow-heif does not load: its libheif has no HEVC among its decoders"


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
