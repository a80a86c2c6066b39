from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from uegan_cli.errors import NoInputError, UsageError
from uegan_cli.jobs.inputs import find_inputs, photos_in, read_list
from uegan_cli.photo.suffixes import raws_with_photos


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder with photos, other files, a subfolder and a hidden one; the test runs inside it."""
    for name in ("b.jpg", "a.JPG", "c.png", "notes.txt", ".hidden.jpg", "sub/d.jpeg", ".cache/e.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*arguments, **options):
    return [photo.relative.as_posix() for photo in find_inputs(arguments, **options).photos]


def test_a_named_file_is_taken_whatever_its_suffix(tree):
    assert names("notes.txt") == ["notes.txt"]


def test_a_folder_gives_the_photos_in_it(tree):
    assert names(".") == ["a.JPG", "b.jpg", "c.png"]


def test_recursive_searches_subfolders_except_hidden_ones(tree):
    assert names(".", recursive=True) == ["a.JPG", "b.jpg", "c.png", "sub/d.jpeg"]


def test_a_quoted_glob_is_expanded(tree):
    assert names("*.jpg") == ["b.jpg"]
    assert names("**/*.jpeg") == ["d.jpeg"]


def test_a_file_whose_name_looks_like_a_glob_is_a_file(tree):
    (tree / "photo[1].jpg").touch()
    assert names("photo[1].jpg") == ["photo[1].jpg"]


def test_a_photo_named_twice_is_taken_once(tree):
    assert names("b.jpg", "./b.jpg", str(tree / "b.jpg"), "*.jpg") == ["b.jpg"]


@pytest.mark.parametrize(
    ("include", "exclude", "kept"),
    [(["*.jpg"], [], ["b.jpg"]), ([], ["sub/*"], ["a.JPG", "b.jpg", "c.png"]), (["*.jp*g"], ["b*"], ["sub/d.jpeg"])],
)
def test_include_and_exclude_match_names_and_paths(tree, include, exclude, kept):
    assert names(".", recursive=True, include=include, exclude=exclude) == kept


def test_one_missing_photo_does_not_hide_the_others(tree):
    assert names("gone.jpg", "b.jpg") == ["gone.jpg", "b.jpg"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no photos given"),
        (["gone.jpg"], "gone.jpg: no such file or folder"),
        (["*.tif"], r"\*\.tif: no photos here"),
        ([".cache/.."], None),
        (["empty"], "empty: no photos here; -r searches subfolders"),
    ],
)
def test_no_photos_at_all_is_an_error(tree, arguments, said):
    (tree / "empty").mkdir()
    if said is None:
        assert names(*arguments)
        return
    with pytest.raises(NoInputError, match=said):
        find_inputs(arguments)


def test_filters_that_leave_nothing_are_named(tree):
    with pytest.raises(NoInputError, match="--include and --exclude leave no photos"):
        find_inputs(["."], include=["*.gif"])


def test_folders_are_searched_for_every_format_and_for_raws(tree):
    for name in ("1.heic", "2.NEF", "3.tiff", "4.webp", "5.avif", "6.gif", "7.mp4"):
        (tree / "sub" / name).touch()
    assert names("sub") == ["1.heic", "2.NEF", "3.tiff", "4.webp", "5.avif", "d.jpeg"]


def test_arguments_without_photos_are_listed(tree):
    (tree / "folder.jpg").mkdir()
    assert find_inputs(["folder.jpg", "*.gif", "b.jpg"]).empty == ["folder.jpg", "*.gif"]


def test_names_in_a_list_are_literal(tree):
    found = find_inputs([], ["*.jpg", "~/x.jpg", "-", "b.jpg"])
    assert [str(photo.path) for photo in found.photos] == ["*.jpg", "~/x.jpg", "-", "b.jpg"]


def test_an_empty_name_does_not_mean_the_current_folder(tree):
    with pytest.raises(UsageError, match="name is empty"):
        find_inputs(["", "b.jpg"])


def test_names_that_the_system_refuses_do_not_hide_others(tree):
    (tree / "loop.jpg").symlink_to("loop.jpg")
    long = "x" * 300 + ".jpg"
    assert names("loop.jpg", "b.jpg", long, f"{long}*") == ["loop.jpg", "b.jpg", long, f"{long}*"]


def test_a_folder_that_cannot_be_read_is_a_problem_of_its_own(tree, monkeypatch):
    walk = os.walk

    def closed(folder, onerror):
        onerror(PermissionError(13, "Permission denied", str(tree / "sub")))
        yield from walk(folder)

    monkeypatch.setattr("os.walk", closed)
    closed = find_inputs([str(tree)]).photos[-1]
    assert (closed.relative, closed.problem) == (Path("sub"), "cannot read this folder (Permission denied)")
    assert closed.path not in photos_in([tree])


def test_a_raw_and_the_photo_of_it_are_one_shot():
    raws = raws_with_photos(map(Path, ["x/p.nef", "x/P.jpg", "y/p.cr2", "x/q.dng", "x/p.dng", "x/q_film.jpg"]))
    assert raws == {Path("x/p.nef"): Path("x/P.jpg"), Path("x/p.dng"): Path("x/P.jpg")}


def test_photos_in_leaves_out_raws_with_a_photo_of_the_same_name(tree):
    (tree / "b.NEF").touch()
    (tree / "z.NEF").touch()
    assert [path.name for path in photos_in([tree])] == ["a.JPG", "b.jpg", "c.png", "z.NEF", "d.jpeg"]


def test_a_list_has_one_name_per_line(tree):
    (tree / "list").write_text("a b.jpg\n\nü.jpg\r\n", "utf-8")
    assert read_list("list", null=False) == ["a b.jpg", "ü.jpg"]


def test_names_that_end_in_zero_bytes_may_hold_anything(tree, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\nb.jpg\0\xff.jpg\0")))
    assert read_list("-", null=True) == ["a\nb.jpg", os.fsdecode(b"\xff.jpg")]


def test_zero_bytes_in_a_list_of_lines_hint_at_the_option(tree):
    (tree / "list").write_bytes(b"a.jpg\0b.jpg\0")
    with pytest.raises(UsageError, match="list: names in this list end in zero bytes; add -0"):
        read_list("list", null=False)


def test_a_missing_list_is_a_usage_error(tree):
    with pytest.raises(UsageError, match="gone: cannot read the list"):
        read_list("gone", null=False)


def test_photos_in_searches_all_subfolders(tree):
    assert [path.name for path in photos_in([Path(".")])] == ["a.JPG", "b.jpg", "c.png", "d.jpeg"]
    with pytest.raises(NoInputError, match="no such folder"):
        photos_in([Path("nowhere")])
