from __future__ import annotations

import os
from pathlib import Path

import pytest

from uegan_cli.errors import UsageError
from uegan_cli.jobs.inputs import Input
from uegan_cli.jobs.plan import Existing, Naming, format_of, plan, target_of


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def photo(name, relative=None, exists=True):
    path = Path(name)
    if exists:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Input(path, Path(relative or path.name))


def planned(*photos, naming=None, marks=None, **existing):
    return plan(photos, naming or Naming("film"), Existing(**existing), marks or {})


@pytest.mark.parametrize(
    ("name", "naming", "target"),
    [
        ("a/p.jpg", Naming("film"), "a/p_film.jpg"),
        ("p.JPEG", Naming("film"), "p_film.JPEG"),
        ("p", Naming("film"), "p_film"),
        ("p.q.png", Naming("film"), "p.q_film.png"),
        ("p.png", Naming("film", format="JPEG"), "p_film.jpg"),
        ("p.jpeg", Naming("film", format="JPEG"), "p_film.jpeg"),
        ("a/p.jpg", Naming("film", Path("out")), "out/p_film.jpg"),
        ("a/p.jpg", Naming("film", Path("new.png")), "new.png"),
    ],
)
def test_results_are_named_after_photo_and_style(name, naming, target):
    assert target_of(photo(name, exists=False), naming) == Path(target)


def test_what_is_found_below_a_folder_keeps_its_place_below_the_output():
    tasks = planned(photo("in/x/p.jpg", "x/p.jpg"), photo("in/y/p.jpg", "y/p.jpg"), naming=Naming("film", Path("out")))
    assert [task.target for task in tasks] == [Path("out/x/p_film.jpg"), Path("out/y/p_film.jpg")]


def test_an_existing_file_or_photo_name_is_a_file_and_all_else_a_folder(folder):
    (folder / "there").touch()
    (folder / "dir.jpg").mkdir()
    one = photo("p.jpg")
    assert target_of(one, Naming("film", Path("there"))) == Path("there")
    assert target_of(one, Naming("film", Path("dir.jpg"))) == Path("dir.jpg/p_film.jpg")
    assert target_of(one, Naming("film", Path("v1.2"))) == Path("v1.2/p_film.jpg")


@pytest.mark.parametrize(("output", "format"), [("a.JPG", "JPEG"), ("a.png", "PNG"), ("a", None), ("a.tif", None)])
def test_the_outputs_name_asks_for_its_format(output, format):
    assert format_of(Path(output)) == format


def test_existing_outputs_are_skipped_unless_forced():
    one = photo("p.jpg")
    photo("p_film.jpg")
    assert "exists; --force" in planned(one)[0].skip
    assert planned(one, force=True)[0].skip is None


@pytest.mark.parametrize(("age", "skipped"), [(-10, True), (10, False)])
def test_update_renews_outputs_older_than_their_photo(age, skipped):
    one = photo("p.jpg")
    photo("p_film.jpg")
    os.utime("p.jpg", (1e9 + age, 1e9 + age))
    os.utime("p_film.jpg", (1e9, 1e9))
    assert (planned(one, update=True)[0].skip is not None) is skipped


@pytest.mark.parametrize("existing", [{}, {"force": True}, {"update": True}])
def test_results_of_uegan_are_not_enhanced_when_a_glob_finds_them_again(existing):
    one, result = photo("p.jpg"), photo("p_film.jpg")
    tasks = planned(one, result, marks={result.path: "film"}, **existing)
    assert "enhanced already with film" in tasks[1].skip


def test_again_enhances_a_result_once_more():
    result = photo("p_film.jpg")
    assert planned(result, marks={result.path: "film"}, again=True)[0].target == Path("p_film_film.jpg")


def test_two_photos_that_would_be_written_to_one_file_are_refused():
    with pytest.raises(UsageError, match=r"p\.jpg and p\.png would both be written to p_film\.jpg"):
        planned(photo("p.jpg"), photo("p.png"), naming=Naming("film", format="JPEG"))


def test_skipped_photos_collide_with_nothing():
    one, other = photo("p.jpg"), photo("p.png")
    tasks = planned(one, other, naming=Naming("film", format="JPEG"), marks={other.path: "film"})
    assert [task.skip is None for task in tasks] == [True, False]


def test_a_photo_is_never_written_over_itself_or_another_input():
    with pytest.raises(UsageError, match="over an input; --in-place does that"):
        planned(photo("p.jpg"), naming=Naming("film", Path("p.jpg")), force=True)
    with pytest.raises(UsageError, match="over an input; name another output"):
        planned(photo("p.jpg"), photo("p_film.jpg"), force=True)


def test_a_link_to_an_input_is_that_input(folder):
    one = photo("p.jpg")
    (folder / "link.jpg").symlink_to(folder / "p.jpg")
    with pytest.raises(UsageError, match="over an input"):
        planned(one, naming=Naming("film", Path("link.jpg")), force=True)


def test_one_file_cannot_take_several_photos():
    with pytest.raises(UsageError, match=r"out\.jpg: is one file for 2 photos"):
        planned(photo("a.jpg"), photo("b.jpg"), naming=Naming("film", Path("out.jpg")))


def test_a_format_that_cannot_be_written_is_refused_by_name():
    with pytest.raises(UsageError, match=r"out\.tif: photos are written as JPEG or PNG"):
        planned(photo("a.jpg"), naming=Naming("film", Path("out.tif")))


IN_PLACE = Naming("film", in_place=True)


def test_in_place_keeps_the_first_state_beside_the_photo(folder):
    task = planned(photo("p.jpg"), naming=IN_PLACE)[0]
    assert (task.source, task.target) == (Path("p.jpg"), Path("p.jpg"))
    assert task.backup == folder / "p.jpg_original"
    assert task.before == task.backup


def test_in_place_again_starts_from_the_first_state(folder):
    one = photo("p.jpg")
    photo("p.jpg_original")
    marks = {one.path: "other"}
    assert "--force starts again from p.jpg_original" in planned(one, naming=IN_PLACE, marks=marks)[0].skip
    task = planned(one, naming=IN_PLACE, marks=marks, force=True)[0]
    assert (task.source, task.target, task.backup) == (folder / "p.jpg_original", Path("p.jpg"), None)


def test_in_place_on_a_link_keeps_the_first_state_beside_the_file(folder):
    photo("real/p.jpg")
    (folder / "link.jpg").symlink_to(folder / "real" / "p.jpg")
    task = planned(Input(Path("link.jpg"), Path("link.jpg")), naming=IN_PLACE)[0]
    assert task.backup == folder / "real" / "p.jpg_original"
