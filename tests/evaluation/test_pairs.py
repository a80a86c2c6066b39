from __future__ import annotations

from pathlib import Path

import pytest

from uegan_cli.errors import NoInputError
from uegan_cli.evaluation.pairs import Partners, named, paired


def photos(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return folder


def test_photos_pair_by_name_whatever_the_format_and_the_case(tmp_path: Path) -> None:
    partners = Partners(photos(tmp_path, "One.PNG", "two.tif"))
    assert partners.of("one") == tmp_path / "One.PNG"
    assert partners.of("two") == tmp_path / "two.tif"
    assert partners.of("three") is None


def test_the_place_comes_before_the_name_and_the_name_alone_will_do(tmp_path: Path) -> None:
    partners = Partners(photos(tmp_path, "a/one.jpg", "b/one.jpg", "b/two.jpg"))
    assert partners.of("b/one") == tmp_path / "b/one.jpg"
    assert partners.of("two") == tmp_path / "b/two.jpg"
    assert partners.of("one") is None, "two of them: which is meant?"


def test_what_has_no_partner_is_listed_from_both_sides(tmp_path: Path) -> None:
    references = Partners(photos(tmp_path / "finished", "one.png", "gone.png"))
    found = paired({"one": Path("raw/one.jpg"), "lone": Path("raw/lone.jpg")}, references)
    assert [(source.name, source.reference) for source in found.sources] == [("one", tmp_path / "finished/one.png")]
    assert list(found.alone) == [Path("raw/lone.jpg"), tmp_path / "finished/gone.png"]


def test_without_references_every_photo_is_judged() -> None:
    found = paired({"one": Path("one.jpg")}, None)
    assert [source.name for source in found.sources] == ["one"] and not found.alone


def test_no_pair_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoInputError, match="pair by name"):
        paired({"one": Path("one.jpg")}, Partners(photos(tmp_path, "other.png")))


def test_a_folder_without_photos_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoInputError, match="no photos here"):
        Partners(photos(tmp_path, "notes.txt", ".hidden.jpg"))
    with pytest.raises(NoInputError, match="no such folder"):
        Partners(tmp_path / "nowhere")


def test_photos_of_one_name_are_told_apart() -> None:
    paths = [("x/a.jpg", "a.jpg"), ("x/a.png", "a.png"), ("x/b.jpg", "b.jpg"), ("y/b.jpg", "b.jpg")]
    found = named((Path(path), Path(place)) for path, place in paths)
    assert len(found) == 4
    assert set(found) == {"a.jpg", "a.png", "b.jpg", "y/b.jpg"}
