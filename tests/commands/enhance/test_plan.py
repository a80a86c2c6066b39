"""Which photos are read, which files are written, and what is left alone because it exists."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from tests.commands.enhance.files import file_names, level_of

pytestmark = pytest.mark.usefixtures("bright", "photos")


def test_the_same_glob_again_enhances_nothing_twice(uegan):
    uegan("enhance", "*", "-s", "bright")
    files = file_names()
    again = uegan("enhance", "*", "-s", "bright", "--json")
    assert again.code == 0
    assert again.records[-1]["summary"] == {"enhanced": 0, "skipped": 4, "failed": 0}
    forced = uegan("enhance", "*", "-s", "bright", "--json", "--force")
    assert forced.records[-1]["summary"] == {"enhanced": 2, "skipped": 2, "failed": 0}
    assert file_names() == files


@pytest.mark.parametrize("options", [["--metadata", "none"], ["--strength", "0"]])
def test_nothing_is_enhanced_twice_whatever_metadata_is_kept(uegan, options):
    uegan("enhance", "*", "-s", "bright", *options)
    files = file_names()
    again = uegan("enhance", "*", "-s", "bright", "--json", *options)
    assert (again.code, again.records[-1]["summary"]["skipped"], file_names()) == (0, 4, files)


def test_update_replaces_results_older_than_their_photo(uegan):
    uegan("enhance", "a.jpg", "b.png", "-s", "bright")
    os.utime("a_bright.jpg", (1e9, 1e9))
    outcome = uegan("enhance", "*", "-s", "bright", "--update", "--json")
    assert outcome.records[-1]["summary"] == {"enhanced": 1, "skipped": 3, "failed": 0}


def test_again_enhances_a_result_once_more(uegan):
    uegan("enhance", "b.png", "-s", "bright")
    assert uegan("enhance", "b_bright.png", "-s", "bright", "--again").out == "b_bright.png -> b_bright_bright.png\n"
    assert abs(level_of("b_bright_bright.png") - 151) <= 2


def test_two_photos_with_one_output_are_refused_before_any_work(uegan):
    Image.open("b.png").save("a.png")
    before = file_names()
    outcome = uegan("enhance", "a.jpg", "a.png", "-s", "bright", "--format", "png")
    assert (outcome.code, file_names()) == (2, before)
    assert "would both be written to a_bright.png" in outcome.err


def test_a_tree_keeps_its_shape_below_the_output(uegan):
    Path("in/x").mkdir(parents=True)
    os.rename("a.jpg", "in/x/a.jpg")
    os.rename("b.png", "in/b.png")
    assert uegan("enhance", "in", "-r", "-s", "bright", "-o", "out").code == 0
    assert file_names() == ["in/b.png", "in/x/a.jpg", "out/b_bright.png", "out/x/a_bright.jpg"]


def test_a_list_names_the_photos(uegan):
    Path("c\nd.jpg").write_bytes(Path("a.jpg").read_bytes())
    outcome = uegan("enhance", "--files-from", "-", "-0", "-s", "bright", stdin=b"c\nd.jpg\0b.png\0")
    assert outcome.code == 0
    assert outcome.out == "c\\nd.jpg -> c\\nd_bright.jpg\nb.png -> b_bright.png\n"


def test_a_folder_without_photos_among_others_is_named(uegan):
    Path("empty").mkdir()
    outcome = uegan("enhance", "a.jpg", "empty", "-s", "bright")
    assert outcome.code == 0 and "empty: no photos here" in outcome.err


def test_of_a_raw_and_its_jpeg_only_the_jpeg_is_enhanced(uegan, dng):
    dng("a.dng")
    outcome = uegan("enhance", ".", "-s", "bright", "--json")
    summary = outcome.records[-1]["summary"]
    assert (outcome.code, summary) == (0, {"enhanced": 2, "skipped": 1, "failed": 0})
    assert "a.dng: a.jpg is the same shot" in outcome.err
    assert (
        uegan("enhance", ".", "-s", "bright", "--include", "*.dng", "-o", "raws").out
        == f"a.dng -> {Path('raws', 'a_bright.jpg')}\n"
    )
