from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from uegan_cli.errors import NoInputError
from uegan_cli.evaluation.pairs import Partners, Source, named, paired


def photos(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return folder


def inputs(*names: str) -> list[Source]:
    """Photos of a folder `raw`, by their places in it."""
    return named((Path("raw", name), Path(name)) for name in names)


def partners(folder: Path, *names: str) -> list[str | None]:
    """What the inputs' partners in a folder are called."""
    sources = inputs(*names)
    found = Partners(folder, sources)
    return [path and path.relative_to(folder).as_posix() for path in map(found.of, sources)]


def test_photos_pair_by_name_whatever_the_format_and_the_case(tmp_path: Path) -> None:
    folder = photos(tmp_path, "One.PNG", "two.tif")
    assert partners(folder, "one.jpg", "two.jpg", "three.jpg") == ["One.PNG", "two.tif", None]


def test_accents_are_the_same_however_a_system_writes_them(tmp_path: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "caf\u00e9.jpg") for form in ("NFC", "NFD"))
    assert composed != apart
    assert partners(photos(tmp_path, apart), composed) == [apart]


def test_the_place_comes_before_the_name_and_the_name_alone_will_do(tmp_path: Path) -> None:
    folder = photos(tmp_path, "a/one.jpg", "b/one.jpg", "b/two.jpg")
    assert partners(folder, "b/one.jpg", "two.jpg") == ["b/one.jpg", "b/two.jpg"]


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        (["a/one.jpg", "b/one.jpg"], ["one.jpg"]),
        (["one.jpg"], ["a/one.jpg", "b/one.jpg"]),
        (["one.png", "one.tif"], ["one.jpg"]),
    ],
)
def test_what_could_belong_to_several_belongs_to_none(tmp_path: Path, there: list[str], asked: list[str]) -> None:
    found = Partners(photos(tmp_path, *there), inputs(*asked))
    assert [source.path for source in found.unclear] == [Path("raw", name) for name in asked]
    assert not found.left_over


def test_several_of_one_name_are_told_apart_by_their_formats(tmp_path: Path) -> None:
    folder = photos(tmp_path, "one.jpg", "one.png")
    assert partners(folder, "one.jpg", "one.png") == ["one.jpg", "one.png"]
    (folder / "one.png").unlink()
    assert partners(folder, "one.tif", "one.png") == ["one.jpg", "one.jpg"]


def test_of_a_raw_and_a_photo_of_it_the_photo_is_the_partner(tmp_path: Path) -> None:
    assert partners(photos(tmp_path, "one.NEF", "one.jpg"), "one.png") == ["one.jpg"]


def test_folders_that_hold_the_same_names_pair_with_the_folders_of_theirs(tmp_path: Path) -> None:
    folder = photos(tmp_path / "finished", "x/one.jpg", "y/one.jpg")
    found = paired(named((tmp_path / side / "one.jpg", Path("one.jpg")) for side in "xy"), folder)
    assert [(s.name, s.reference) for s in found.sources] == [
        ("x/one", folder / "x/one.jpg"),
        ("y/one", folder / "y/one.jpg"),
    ]


def test_what_has_no_partner_is_listed_from_both_sides(tmp_path: Path) -> None:
    found = paired(inputs("one.jpg", "lone.jpg"), photos(tmp_path / "finished", "one.png", "gone.png"))
    assert [(source.name, source.reference) for source in found.sources] == [("one", tmp_path / "finished/one.png")]
    assert list(found.alone) == [Path("raw/lone.jpg"), tmp_path / "finished/gone.png"]


def test_no_pair_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoInputError, match="pair by name"):
        paired(inputs("one.jpg"), photos(tmp_path, "other.png"))


def test_a_folder_without_photos_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoInputError, match="no photos here"):
        Partners(photos(tmp_path, "notes.txt", ".hidden.jpg"), [])
    with pytest.raises(NoInputError, match="no such folder"):
        Partners(tmp_path / "nowhere", [])


def test_photos_of_one_name_are_told_apart() -> None:
    paths = [
        ("x/a.jpg", "a.jpg"),
        ("x/a.png", "a.png"),
        ("x/b.jpg", "b.jpg"),
        ("y/b.jpg", "b.jpg"),
        ("c.d.jpg", "c.d.jpg"),
    ]
    found = named((Path(path), Path(place)) for path, place in paths)
    assert [source.name for source in found] == ["a.jpg", "a.png", "x/b", "y/b", "c.d"]
