from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from uegan_cli.errors import NoInputError
from uegan_cli.evaluation.pairs import Matches, Source, name_sources, pair_with_references


def photos(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return folder


def inputs(*names: str) -> list[Source]:
    """Sources in a folder `raw`, by relative path."""
    return name_sources((Path("raw", name), Path(name)) for name in names)


def matches(folder: Path, *names: str) -> list[str | None]:
    """The relative paths of the inputs' matches in a folder."""
    sources = inputs(*names)
    found = Matches(folder, sources)
    return [path and path.relative_to(folder).as_posix() for path in map(found.of, sources)]


def test_photos_pair_by_name_whatever_the_format_and_the_case(tmp_path: Path) -> None:
    folder = photos(tmp_path, "One.PNG", "two.tif")
    assert matches(folder, "one.jpg", "two.jpg", "three.jpg") == ["One.PNG", "two.tif", None]


def test_names_match_whatever_their_unicode_form(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "caf\u00e9.jpg") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert matches(photos(tmp_path, decomposed), composed) == [decomposed]


def test_the_relative_path_is_preferred_and_a_unique_name_suffices(tmp_path: Path) -> None:
    folder = photos(tmp_path, "a/one.jpg", "b/one.jpg", "b/two.jpg")
    assert matches(folder, "b/one.jpg", "two.jpg") == ["b/one.jpg", "b/two.jpg"]


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        (["a/one.jpg", "b/one.jpg"], ["one.jpg"]),
        (["one.jpg"], ["a/one.jpg", "b/one.jpg"]),
        (["one.png", "one.tif"], ["one.jpg"]),
    ],
)
def test_ambiguous_photos_match_nothing(tmp_path: Path, there: list[str], asked: list[str]) -> None:
    found = Matches(photos(tmp_path, *there), inputs(*asked))
    assert [source.path for source in found.ambiguous] == [Path("raw", name) for name in asked]
    assert not found.unmatched


def test_several_of_one_name_are_told_apart_by_their_formats(tmp_path: Path) -> None:
    folder = photos(tmp_path, "one.jpg", "one.png")
    assert matches(folder, "one.jpg", "one.png") == ["one.jpg", "one.png"]
    (folder / "one.png").unlink()
    assert matches(folder, "one.tif", "one.png") == ["one.jpg", "one.jpg"]


def test_a_raw_with_a_photo_of_the_same_name_is_left_out(tmp_path: Path) -> None:
    assert matches(photos(tmp_path, "one.NEF", "one.jpg"), "one.png") == ["one.jpg"]


def test_inputs_of_the_same_name_match_by_the_name_of_their_folder(tmp_path: Path) -> None:
    folder = photos(tmp_path / "finished", "x/one.jpg", "y/one.jpg")
    found = pair_with_references(name_sources((tmp_path / side / "one.jpg", Path("one.jpg")) for side in "xy"), folder)
    assert [(s.name, s.reference) for s in found.sources] == [
        ("x/one", folder / "x/one.jpg"),
        ("y/one", folder / "y/one.jpg"),
    ]


def test_unmatched_photos_are_listed_from_both_sides(tmp_path: Path) -> None:
    found = pair_with_references(inputs("one.jpg", "lone.jpg"), photos(tmp_path / "finished", "one.png", "gone.png"))
    assert [(source.name, source.reference) for source in found.sources] == [("one", tmp_path / "finished/one.png")]
    assert list(found.unmatched) == [Path("raw/lone.jpg"), tmp_path / "finished/gone.png"]


def test_no_pair_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoInputError, match="references are matched by name"):
        pair_with_references(inputs("one.jpg"), photos(tmp_path, "other.png"))


def test_a_folder_without_photos_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoInputError, match="no photos here"):
        Matches(photos(tmp_path, "notes.txt", ".hidden.jpg"), [])
    with pytest.raises(NoInputError, match="no such folder"):
        Matches(tmp_path / "nowhere", [])


def test_sources_of_the_same_name_get_different_names() -> None:
    paths = [
        ("x/a.jpg", "a.jpg"),
        ("x/a.png", "a.png"),
        ("x/b.jpg", "b.jpg"),
        ("y/b.jpg", "b.jpg"),
        ("c.d.jpg", "c.d.jpg"),
    ]
    found = name_sources((Path(path), Path(place)) for path, place in paths)
    assert [source.name for source in found] == ["a.jpg", "a.png", "x/b", "y/b", "c.d"]
