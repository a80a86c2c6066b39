from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from uegan_cli.commands.shared.output import Report
from uegan_cli.commands.train.data_set import as_json, remarks, tell
from uegan_cli.errors import DataSetError
from uegan_cli.training.data_set_report import Side, Verdict


def side(name: str, count: int = 60, **changes: object) -> Side:
    photos = {Path(f"{name}{number}"): torch.zeros(3, 4, 4, dtype=torch.uint8) for number in range(count)}
    return replace(Side(photos, {}, [], {}, {}, 0, 40.0), **changes)


def verdict(liked: Side | None = None, raw: Side | None = None, **changes: object) -> Verdict:
    return replace(Verdict(liked or side("liked"), raw or side("raw"), {}, 9.0, 4.0), **changes)


def told(verdict: Verdict, capsys: pytest.CaptureFixture[str], **options: bool) -> list[str]:
    report = Report(**options)
    tell(verdict, report.say, report)
    return capsys.readouterr().err.splitlines()


def test_two_good_folders_take_two_lines(capsys):
    assert told(verdict(), capsys) == ["liked    60 photos", "raw      60 photos"]


def test_what_was_left_out_is_counted_and_named_on_request(capsys):
    liked = side("liked", unreadable={Path("x"): "x: no photo"}, small=[Path("s")], copies={Path("b"): Path("a")})
    lines = told(verdict(liked), capsys)
    assert lines[0] == "liked    60 photos; left out: 1 unreadable, 1 too small, 1 duplicate (-v names them)"
    named = told(verdict(liked, side("raw", doubles={Path("r"): Path("l")})), capsys, verbose=True)
    assert not any("-v" in line for line in named)
    assert [line.strip() for line in named if line.startswith("   ")] == [
        "x: no photo",
        "s: too small",
        "b: a copy of a",
        "r: the same as l",
    ]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (verdict(gap=3.0), "liked and raw photos look alike (3 levels apart, and luck alone makes up to 4); add more"),
        (verdict(side("liked", grey=15)), "15 liked photos are black and white: the look will lose colour; take them"),
        (
            verdict(raw=side("raw", grey=60)),
            "60 raw photos are black and white and cannot show what becomes of colours",
        ),
        (verdict(side("liked", spread=5.0)), "the liked photos are all about equally bright; add darker and brighter"),
        (verdict(side("liked", 12)), "12 liked photos are few: from 50 on"),
        (verdict(side("liked", 12), side("raw", 20)), "12 liked and 20 raw photos are few"),
        (verdict(pairs={Path("r"): Path("l")}), "1 raw photo also liked in an edited version; good"),
    ],
)
def test_each_thing_to_know_is_one_note_that_says_what_to_do(found, said):
    (note,) = remarks(found)
    assert note.startswith(said)


@pytest.mark.parametrize("found", [verdict(), verdict(side("liked", grey=14)), verdict(gap=4.1)])
def test_nothing_is_said_where_there_is_nothing_to_mend(found):
    assert remarks(found) == []


def test_too_few_photos_end_it_after_their_fate_was_told(capsys):
    with pytest.raises(DataSetError, match="--raw: 3 usable photos"):
        told(verdict(raw=side("raw", 3, small=[Path("s")] * 9)), capsys)
    assert capsys.readouterr().err.splitlines()[1] == "raw      3 photos; left out: 9 too small (-v names them)"


def test_json_has_it_all_in_one_object(capsys):
    found = verdict(side("liked", 12, copies={Path("b"): Path("a")}), pairs={Path("r"): Path("l")})
    report = Report(json=True, quiet=True)
    tell(found, report.say, report)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"photos": as_json(found)}
    data = as_json(found)
    assert (data["liked"]["usable"], data["liked"]["copies"], data["pairs"]) == (12, {"b": "a"}, {"r": "l"})
    assert data["notes"] == remarks(found) and len(data["notes"]) == 2
