"""What is printed about two folders of photos before training."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from uegan_cli.commands.shared.data_set import notes, print_data_set, to_json
from uegan_cli.commands.shared.output import Report
from uegan_cli.errors import DataSetError
from uegan_cli.training.data_set_report import DataSetReport, FolderReport


def folder(name: str, count: int = 60, **changes: object) -> FolderReport:
    photos = {Path(f"{name}{number}"): torch.zeros(3, 4, 4, dtype=torch.uint8) for number in range(count)}
    return replace(FolderReport(photos, {}, [], {}, {}, 0, 40.0), **changes)


def data_set(liked: FolderReport | None = None, raw: FolderReport | None = None, **changes: object) -> DataSetReport:
    return replace(DataSetReport(liked or folder("liked"), raw or folder("raw"), {}, 9.0, 4.0), **changes)


def printed(found: DataSetReport, capsys: pytest.CaptureFixture[str], **options: bool) -> list[str]:
    report = Report(**options)
    print_data_set(found, report.say, report)
    return capsys.readouterr().err.splitlines()


def test_two_good_folders_take_two_lines(capsys):
    assert printed(data_set(), capsys) == ["liked    60 photos", "raw      60 photos"]


def test_skipped_photos_are_counted_and_with_v_listed(capsys):
    liked = folder(
        "liked", unreadable={Path("x"): "x: no photo"}, too_small=[Path("s")], duplicates={Path("b"): Path("a")}
    )
    lines = printed(data_set(liked), capsys)
    assert lines[0] == "liked    60 photos; skipped: 1 unreadable, 1 too small, 1 duplicate (-v lists them)"
    named = printed(data_set(liked, folder("raw", also_liked={Path("r"): Path("l")})), capsys, verbose=True)
    assert not any("-v" in line for line in named)
    assert [line.strip() for line in named if line.startswith("   ")] == [
        "x: no photo",
        "s: too small",
        "b: duplicate of a",
        "r: the same as the liked photo l",
    ]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (data_set(gap=3.0), "the two folders hardly differ, so the style will be weak; add more photos to both"),
        (
            data_set(folder("liked", grey=15)),
            "15 liked photos are black and white, so the style will lose colour",
        ),
        (
            data_set(raw=folder("raw", grey=60)),
            "60 raw photos are black and white and show nothing about colours",
        ),
        (
            data_set(folder("liked", brightness_spread=5.0)),
            "the liked photos are all about equally bright; add darker and brighter",
        ),
        (data_set(folder("liked", 12)), "12 liked photos are few; for a reliable style use 50 or more"),
        (data_set(folder("liked", 12), folder("raw", 20)), "12 liked and 20 raw photos are few"),
        (data_set(pairs={Path("r"): Path("l")}), "1 raw photo also liked in an edited version; that helps"),
    ],
)
def test_each_note_says_what_to_do(found, said):
    (note,) = notes(found)
    assert note.startswith(said)


@pytest.mark.parametrize("found", [data_set(), data_set(folder("liked", grey=14)), data_set(gap=4.1)])
def test_good_folders_have_no_notes(found):
    assert notes(found) == []


def test_too_few_photos_are_an_error_after_the_summary(capsys):
    with pytest.raises(DataSetError, match="--raw: 3 usable photos"):
        printed(data_set(raw=folder("raw", 3, too_small=[Path("s")] * 9)), capsys)
    assert capsys.readouterr().err.splitlines()[1] == "raw      3 photos; skipped: 9 too small (-v lists them)"


def test_json_has_everything_in_one_object(capsys):
    found = data_set(folder("liked", 12, duplicates={Path("b"): Path("a")}), pairs={Path("r"): Path("l")})
    report = Report(json=True, quiet=True)
    print_data_set(found, report.say, report)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"photos": to_json(found)}
    data = to_json(found)
    assert (data["liked"]["usable"], data["liked"]["copies"], data["pairs"]) == (12, {"b": "a"}, {"r": "l"})
    assert data["notes"] == notes(found) and len(data["notes"]) == 2
