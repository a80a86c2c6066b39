from __future__ import annotations

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from uegan_cli.errors import OutputError, StyleError
from uegan_cli.paths import styles_dir
from uegan_cli.styles import names, store
from uegan_cli.styles.file import encode_style


@pytest.fixture
def built_in(new_style, tmp_path, monkeypatch):
    """A `natural` that ships with the package."""
    path = tmp_path / "package" / "natural.safetensors"
    path.parent.mkdir()
    path.write_bytes(encode_style(new_style("natural", seed=9)))
    monkeypatch.setattr(names, "_BUILT_IN_FILE", path)
    return path


@pytest.fixture
def nothing_built_in(tmp_path, monkeypatch):
    monkeypatch.setattr(names, "_BUILT_IN_FILE", tmp_path / "nothing")


def in_cache():
    return sorted(path.name for path in styles_dir().iterdir() if path.name != ".lock")


def test_an_installed_style_loads_by_its_name(new_style):
    style = store.install(new_style())
    loaded = store.load_style("mine")
    assert (loaded.name, loaded.hash, loaded.path) == ("mine", style.hash, style.path)


def test_a_style_loads_from_its_file(new_style, tmp_path):
    path = tmp_path / "look.safetensors"
    path.write_bytes(encode_style(new_style()))
    for given in (path, str(path)):
        assert store.load_style(given).name == "look"


def test_load_style_is_the_librarys_entry_point(new_style):
    import uegan_cli

    store.install(new_style())
    assert uegan_cli.load_style("mine").generator is not None


def test_a_missing_style_is_answered_with_the_way_out(nothing_built_in):
    with pytest.raises(StyleError, match="no style called 'gone'; `uegan styles list`"):
        store.load_style("gone")


def test_a_checkpoint_is_answered_with_the_command_that_imports_it(tmp_path):
    with pytest.raises(StyleError, match="style-create NAME --from-checkpoint"):
        store.load_style(str(tmp_path / "G.pth"))


def test_a_taken_name_is_kept_unless_told_otherwise(new_style):
    first = store.install(new_style())
    with pytest.raises(StyleError, match="'mine' already"):
        store.install(new_style(seed=1))
    assert store.load_style("mine").hash == first.hash
    assert store.install(new_style(seed=1), overwrite=True).hash == store.load_style("mine").hash != first.hash


def test_entries_say_what_there_is_even_of_damaged_files(new_style, built_in):
    store.install(new_style())
    names.cached("broken").write_bytes(b"nonsense")
    broken, mine, natural = store.entries()
    assert (broken.name, broken.header) == ("broken", None)
    assert "broken.safetensors: damaged" in broken.problem
    assert (mine.header.card.author, mine.built_in) == ("Ada", False)
    assert natural.built_in


def test_listing_needs_no_torch(new_style):
    store.install(new_style())
    code = "import sys; from uegan_cli.styles import store; store.entries(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})


@pytest.mark.parametrize("verb", [store.remove, lambda name: store.rename(name, "other")])
def test_the_built_in_style_stays(built_in, verb):
    with pytest.raises(StyleError, match="built-in style 'natural' cannot be"):
        verb("natural")
    assert built_in.is_file()


def test_ones_own_natural_comes_first_and_gives_way_again(new_style, built_in):
    own = store.install(new_style("natural"))
    assert store.load_style("natural").hash == own.hash
    store.remove("natural")
    assert store.load_style("natural").path == built_in


def test_rename_moves_a_style(new_style):
    style = store.install(new_style())
    store.rename("mine", "yours")
    assert store.load_style("yours").hash == style.hash
    assert in_cache() == ["yours.safetensors"]


def test_rename_overwrites_only_when_told(new_style):
    store.install(new_style())
    other = store.install(new_style("other", seed=1))
    with pytest.raises(StyleError, match="'other' already"):
        store.rename("mine", "other")
    assert store.load_style("other").hash == other.hash
    store.rename("mine", "other", overwrite=True)
    assert in_cache() == ["other.safetensors"]


@pytest.mark.parametrize("verb", [store.remove, lambda name: store.rename(name, "x"), store.entry])
def test_a_style_that_is_not_there_cannot_be_handled(verb, nothing_built_in):
    with pytest.raises(StyleError, match="no style called 'gone'"):
        verb("gone")


def test_export_and_import_bring_the_same_style_back(new_style, tmp_path):
    style = store.install(new_style())
    assert store.export("mine", tmp_path) == tmp_path / "mine.safetensors"
    store.remove("mine")
    assert store.import_style(tmp_path / "mine.safetensors").hash == style.hash
    assert store.import_style(tmp_path / "mine.safetensors", "other").name == "other"


def test_export_keeps_a_file_that_is_in_the_way(new_style, tmp_path):
    store.install(new_style())
    target = tmp_path / "here.safetensors"
    target.write_text("precious")
    with pytest.raises(OutputError, match=r"here\.safetensors: already exists"):
        store.export("mine", target)
    assert target.read_text() == "precious"
    store.export("mine", target, overwrite=True)
    assert store.load_style(target).name == "here"


def test_export_into_nowhere_is_an_output_error(new_style, tmp_path):
    store.install(new_style())
    with pytest.raises(OutputError, match="cannot be written"):
        store.export("mine", tmp_path / "no" / "folder" / "x.safetensors")


@pytest.mark.parametrize("damage", [lambda data: data[:200], lambda data: data[:-1] + b"\x7f"])
def test_nothing_damaged_is_imported(new_style, tmp_path, damage):
    file = tmp_path / "bad.safetensors"
    file.write_bytes(damage(encode_style(new_style())))
    with pytest.raises(StyleError, match=r"bad\.safetensors"):
        store.import_style(file)
    assert not styles_dir().exists() or in_cache() == []


def test_a_full_disk_leaves_the_cache_whole(new_style, monkeypatch):
    first = store.install(new_style())

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left"):
            store.install(new_style(seed=1), overwrite=True)
    assert in_cache() == ["mine.safetensors"]
    assert store.load_style("mine").hash == first.hash


def test_what_a_killed_install_left_behind_is_cleared_by_the_next(new_style):
    store.install(new_style())
    (styles_dir() / ".mine.safetensors.99.unfinished").write_bytes(b"half")
    store.install(new_style("other"))
    assert in_cache() == ["mine.safetensors", "other.safetensors"]


def test_concurrent_installs_leave_one_whole_style(new_style):
    styles = [new_style(seed=seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda style: store.install(style, overwrite=True), styles * 3))
    assert in_cache() == ["mine.safetensors"]
    assert store.load_style("mine").hash in {style.hash for style in styles}


def test_of_concurrent_installs_without_overwrite_one_wins(new_style):
    def outcome(seed):
        try:
            return store.install(replace(new_style(seed=seed), name="prize")).hash
        except StyleError:
            return None

    with ThreadPoolExecutor(4) as pool:
        won = [h for h in pool.map(outcome, range(4)) if h]
    assert won == [store.load_style("prize").hash]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_cache_that_cannot_be_written_is_an_output_error(new_style):
    styles_dir().mkdir(parents=True)
    styles_dir().chmod(0o500)
    with pytest.raises(OutputError, match="cannot be written"):
        store.install(new_style())


def test_a_file_in_place_of_the_cache_is_an_output_error(new_style, uegan_home):
    (uegan_home / "styles").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        store.install(new_style())
