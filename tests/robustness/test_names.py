"""Names are bytes that strangers choose."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from .conftest import complaints

pytestmark = [
    pytest.mark.usefixtures("bright", "folder"),
    pytest.mark.skipif(sys.platform != "linux", reason="other systems take text only for names"),
]

NAMES = [
    b"\xff\xfe caf\xe9.jpg",
    b"two\nlines.jpg",
    b"-rf.jpg",
    b"--json.jpg",
    b"\x1b[2J\x1b]0;owned\x07.jpg",
    "עברית.jpg".encode(),
    "\u202egpj.exe.jpg".encode(),
    "👩‍👩‍👧 party.jpg".encode(),
    b"$(reboot) `x` %s {0} [bold].jpg",
    b"a\\b'c\"d.jpg",
    b" .jpg",
    b"~.jpg",
    b"tab\there.jpg",
]


@pytest.fixture
def photos(photo):
    return [photo(name) for name in NAMES]


def result_of(name: bytes) -> bytes:
    return name.removesuffix(b".jpg") + b"_bright.jpg"


def test_every_name_is_fine_and_none_is_obeyed(photos, uegan):
    outcome = uegan("enhance", ".", "-s", "bright")
    assert outcome.code == 0
    assert set(os.listdir(b".")) == {*NAMES, *map(result_of, NAMES)}
    assert len(outcome.out.splitlines()) == len(NAMES)
    for char in "\x1b\x07\u202e":
        assert char not in outcome.out + outcome.err
    assert "👩‍👩‍👧 party.jpg" in outcome.out


def test_a_list_with_zero_bytes_holds_any_name_and_so_does_json(photo, in_a_process):
    names = NAMES[:3]
    for name in names:
        photo(name)
    done = in_a_process("enhance", "-0", "--files-from", "-", "-s", "bright", "--json", input=b"\0".join(names))
    assert done.returncode == 0, done.stderr
    *records, _ = map(json.loads, done.stdout.splitlines())
    assert [os.fsencode(record["input"]) for record in records] == names
    assert [os.fsencode(record["output"]) for record in records] == [*map(result_of, names)]


def test_json_is_json_where_output_is_no_unicode(photos, in_a_process, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    done = in_a_process("enhance", ".", "-s", "bright", "--dry-run", "--json")
    assert {os.fsencode(json.loads(line)["input"]) for line in done.stdout.splitlines()} == set(NAMES)


def test_a_name_that_starts_with_a_dash_follows_two_dashes(photo, uegan):
    photo("-rf.jpg")
    assert uegan("enhance", "-s", "bright", "--", "-rf.jpg").code == 0
    assert Path("-rf_bright.jpg").is_file()


@pytest.mark.parametrize(("others", "code"), [([], 7), (["a.jpg"], 1)])
def test_a_name_whose_result_is_too_long_costs_a_line(photo, uegan, others, code):
    long = photo("n" * 250 + ".jpg").name
    for name in others:
        photo(name)
    outcome = uegan("enhance", long, *others, "-s", "bright")
    assert outcome.code == code
    assert len(complaints(outcome.err)) == 1 and "the name is too long; choose a shorter one" in outcome.err
    assert len(os.listdir()) == 1 + 2 * len(others)


def test_a_name_that_is_too_long_to_exist_costs_a_line(photo, uegan):
    photo("a.jpg")
    outcome = uegan("enhance", "x" * 300 + ".jpg", "a.jpg", "-s", "bright")
    assert outcome.code == 1 and "(File name too long)" in complaints(outcome.err)[0]
    assert Path("a_bright.jpg").is_file()
