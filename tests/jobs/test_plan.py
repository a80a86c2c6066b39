from __future__ import annotations

import os
from pathlib import Path

import pytest

from uegan_cli.errors import UsageError
from uegan_cli.jobs.inputs import InputPhoto
from uegan_cli.jobs.plan import ExistingPolicy, Naming, format_for, format_of, plan, target_of


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def photo(name, relative=None, exists=True):
    path = Path(name)
    if exists:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return InputPhoto(path, Path(relative or path.name))


def planned(*photos, naming=None, marks=None, **existing):
    return plan(photos, naming or Naming("film"), ExistingPolicy(**existing), marks or {})


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
        ("a/p.HEIC", Naming("film"), "a/p_film.HEIC"),
        ("a/p.NEF", Naming("film"), "a/p_film.jpg"),
        ("p.nef", Naming("film", format="TIFF"), "p_film.tif"),
        ("p.nef", Naming("film", Path("out")), "out/p_film.jpg"),
        ("p.nef", Naming("film", Path("new.avif")), "new.avif"),
        ("p.tiff", Naming("film", format="TIFF"), "p_film.tiff"),
        ("p", Naming("film", format="WEBP"), "p_film.webp"),
    ],
)
def test_results_are_named_after_photo_and_style(name, naming, target):
    assert target_of(photo(name, exists=False), naming) == Path(target)


def test_results_of_a_folder_keep_their_relative_paths():
    tasks = planned(photo("in/x/p.jpg", "x/p.jpg"), photo("in/y/p.jpg", "y/p.jpg"), naming=Naming("film", Path("out")))
    assert [task.target for task in tasks] == [Path("out/x/p_film.jpg"), Path("out/y/p_film.jpg")]


def test_output_is_a_file_if_it_exists_or_is_named_like_a_photo_and_else_a_folder(folder):
    (folder / "there").touch()
    (folder / "dir.jpg").mkdir()
    one = photo("p.jpg")
    assert target_of(one, Naming("film", Path("there"))) == Path("there")
    assert target_of(one, Naming("film", Path("dir.jpg"))) == Path("dir.jpg/p_film.jpg")
    assert target_of(one, Naming("film", Path("v1.2"))) == Path("v1.2/p_film.jpg")


@pytest.mark.parametrize(
    ("output", "format"),
    [("a.JPG", "JPEG"), ("a.png", "PNG"), ("a.tif", "TIFF"), ("a.heic", "HEIF"), ("a", None), ("a.nef", None)],
)
def test_the_suffix_of_the_output_determines_the_format(output, format):
    assert format_of(Path(output)) == format


def test_existing_outputs_are_skipped_unless_forced():
    one = photo("p.jpg")
    photo("p_film.jpg")
    assert "exists; --force" in planned(one)[0].skip
    assert planned(one, force=True)[0].skip is None


@pytest.mark.parametrize(("age", "skipped"), [(-10, True), (10, False)])
def test_update_replaces_outputs_older_than_their_photo(age, skipped):
    one = photo("p.jpg")
    photo("p_film.jpg")
    os.utime("p.jpg", (1e9 + age, 1e9 + age))
    os.utime("p_film.jpg", (1e9, 1e9))
    assert (planned(one, update=True)[0].skip is not None) is skipped


@pytest.mark.parametrize("existing", [{}, {"force": True}, {"update": True}])
def test_results_of_uegan_are_not_enhanced_when_a_glob_finds_them_again(existing):
    one, result = photo("p.jpg"), photo("p_film.jpg")
    tasks = planned(one, result, marks={result.path: "film"}, **existing)
    assert "already enhanced with film" in tasks[1].skip


def test_again_enhances_a_result_again():
    result = photo("p_film.jpg")
    assert planned(result, marks={result.path: "film"}, again=True)[0].target == Path("p_film_film.jpg")


def test_two_photos_that_would_be_written_to_one_file_are_refused():
    with pytest.raises(UsageError, match=r"p\.jpg and p\.png would both be written to p_film\.jpg"):
        planned(photo("p.jpg"), photo("p.png"), naming=Naming("film", format="JPEG"))


def test_skipped_photos_cause_no_collision():
    one, other = photo("p.jpg"), photo("p.png")
    tasks = planned(one, other, naming=Naming("film", format="JPEG"), marks={other.path: "film"})
    assert [task.skip is None for task in tasks] == [True, False]


def test_a_photo_is_never_written_over_itself_or_another_input():
    with pytest.raises(UsageError, match="over an input; use --in-place for that"):
        planned(photo("p.jpg"), naming=Naming("film", Path("p.jpg")), force=True)
    with pytest.raises(UsageError, match="over an input; choose another output"):
        planned(photo("p.jpg"), photo("p_film.jpg"), force=True)


def test_a_link_to_an_input_is_that_input(folder):
    one = photo("p.jpg")
    (folder / "link.jpg").symlink_to(folder / "p.jpg")
    with pytest.raises(UsageError, match="over an input"):
        planned(one, naming=Naming("film", Path("link.jpg")), force=True)


def test_several_photos_cannot_be_written_to_one_file():
    with pytest.raises(UsageError, match=r"out\.jpg: one file cannot hold 2 photos"):
        planned(photo("a.jpg"), photo("b.jpg"), naming=Naming("film", Path("out.jpg")))


@pytest.mark.parametrize("name", ["out.nef", "out.gif", "out.JXL"])
def test_a_format_that_cannot_be_written_is_refused_by_name(name):
    with pytest.raises(
        UsageError, match=rf"{name}: photos cannot be written in this format; choose a name that ends in .jpg, "
    ):
        planned(photo("a.jpg"), naming=Naming("film", Path(name)))


def test_a_raw_with_a_photo_of_the_same_shot_is_skipped():
    raw, shot, other = photo("x/p.NEF"), photo("x/p.jpg"), photo("y/p.jpg")
    skips = [task.skip for task in planned(raw, shot, other)]
    assert skips == ["p.jpg is the same shot and is used instead; --include '*.NEF' selects raws only", None, None]
    assert planned(raw, other, naming=Naming("film", format="JPEG"))[0].is_work


def test_two_raws_with_one_output_are_refused():
    with pytest.raises(UsageError, match=r"p\.dng and p\.nef would both be written to p_film\.jpg; leave one out with"):
        planned(photo("p.dng"), photo("p.nef"))


def test_a_result_without_a_mark_is_recognised_by_its_path():
    one, result = photo("p.jpg"), photo("p_film.jpg")
    assert planned(one, result)[1].skip == "seems to be the result of p.jpg; --again enhances it too"
    assert planned(one, result, again=True)[1].is_work
    assert planned(result)[0].is_work


def test_a_folder_that_cannot_be_read_is_a_failed_task():
    closed = InputPhoto(Path("sub"), Path("sub"), "cannot read this folder (Permission denied)")
    problem = planned(closed, photo("p.jpg"))[0].problem
    assert (str(problem), problem.exit_code) == ("sub: cannot read this folder (Permission denied)", 1)


def test_names_that_are_too_long_are_not_refused_by_the_plan():
    assert planned(photo("p" * 250 + ".jpg"))[0].is_work


def test_macos_ignores_case_and_unicode_normalisation(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(UsageError, match="would both be written"):
        planned(photo("x/P.jpg"), photo("y/p.jpg"), naming=Naming("film", Path("out")))
    with pytest.raises(UsageError, match="would both be written"):
        planned(photo("x/\xe9.jpg"), photo("y/e\u0301.jpg"), naming=Naming("film", Path("out")))


def test_a_raw_is_written_in_the_format_of_the_result():
    assert format_for(Path("p.nef"), "RAW", Path("new.tif")) == "TIFF"
    assert format_for(Path("p"), "RAW", Path("p_film")) == "JPEG"
    with pytest.raises(UsageError, match="p: a camera raw cannot be replaced"):
        format_for(Path("p"), "RAW", Path("./p"))


IN_PLACE = Naming("film", in_place=True)


def test_in_place_plans_a_backup_beside_the_photo(folder):
    task = planned(photo("p.jpg"), naming=IN_PLACE)[0]
    assert (task.source, task.target) == (Path("p.jpg"), Path("p.jpg"))
    assert task.backup == folder / "p.jpg_original"
    assert task.before == task.backup


def test_in_place_with_force_starts_over_from_the_backup(folder):
    one = photo("p.jpg")
    photo("p.jpg_original")
    marks = {one.path: "other"}
    assert "--force starts over from p.jpg_original" in planned(one, naming=IN_PLACE, marks=marks)[0].skip
    task = planned(one, naming=IN_PLACE, marks=marks, force=True)[0]
    assert (task.source, task.target, task.backup) == (folder / "p.jpg_original", Path("p.jpg"), None)


def test_in_place_on_a_link_plans_the_backup_beside_the_file_itself(folder):
    photo("real/p.jpg")
    (folder / "link.jpg").symlink_to(folder / "real" / "p.jpg")
    task = planned(InputPhoto(Path("link.jpg"), Path("link.jpg")), naming=IN_PLACE)[0]
    assert task.backup == folder / "real" / "p.jpg_original"


def test_a_raw_cannot_be_replaced_in_place(folder):
    task = planned(photo("p.nef"), naming=IN_PLACE)[0]
    assert (
        str(task.problem)
        == "p.nef: a camera raw cannot be replaced, since uegan writes no such files; leave out --in-place"
    )
    assert task.problem.exit_code == 2
