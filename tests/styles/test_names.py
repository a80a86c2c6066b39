from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uegan_cli.errors import StyleError
from uegan_cli.paths import styles_dir
from uegan_cli.styles import names


@pytest.mark.parametrize("name", ["mine", "0", "a.b_c-d", "x" * 64, "portra-400"])
def test_accepts_what_the_rule_allows(name):
    assert names.check_name(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", "Mine", "-x", ".x", "x" * 65, "a b", "ü", "a\n", "con", "com1.x"]
)
def test_refuses_what_is_no_name(name):
    with pytest.raises(StyleError, match="is not a valid style name"):
        names.check_name(name)


@given(st.text(max_size=80))
def test_no_path_ever_comes_out_of_a_name(name):
    try:
        path = names.cached(name)
    except StyleError:
        return
    assert path.parent == styles_dir()
    assert path.name == f"{name}.safetensors"


def test_an_unknown_name_is_answered_with_the_nearest_one():
    styles_dir().mkdir(parents=True)
    names.cached("portra").touch()
    with pytest.raises(StyleError, match="no style called 'porta'; did you mean 'portra'"):
        names.find("porta")


def test_lists_names_and_nothing_else_that_lies_in_the_folder():
    styles_dir().mkdir(parents=True)
    for name in ("b.safetensors", "a.safetensors", ".b.safetensors.1.unfinished", ".lock", "Big.safetensors", "n.txt"):
        (styles_dir() / name).touch()
    assert [name for name in names.installed() if name != names.BUILT_IN] == ["a", "b"]


def test_the_users_own_style_comes_before_the_built_in_one(monkeypatch, tmp_path):
    built_in = tmp_path / "natural.safetensors"
    built_in.touch()
    monkeypatch.setattr(names, "_BUILT_IN_FILE", built_in)
    assert names.find("natural") == built_in
    styles_dir().mkdir(parents=True)
    names.cached("natural").touch()
    assert names.find("natural") == names.cached("natural")


@pytest.mark.parametrize(
    ("given_style", "is_file"),
    [("mine", False), ("a.b", False), ("x.safetensors", True), ("./mine", True), ("a\\b", True), ("g.pth", True)],
)
def test_tells_files_from_names(given_style, is_file):
    assert names.looks_like_a_file(given_style) is is_file


def test_importing_it_is_cheap_enough_for_completion():
    source = Path(names.__file__).read_text()
    assert "torch" not in source.replace("nothing slow", "") and "safetensors import" not in source
