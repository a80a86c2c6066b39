"""`uegan eval --votes`: Table II from the files that a study has saved."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.conftest import Run
from tests.evaluation.test_user_study import NAMES, TABLE_II, file_of


def study_of_the_paper(path: Path) -> Path:
    """Write a file with the votes of Table II."""
    votes = [
        (f"{one} {other} {number}", NAMES[one], NAMES[other])
        for one in range(7)
        for other in range(7)
        for number in range(TABLE_II[one, other])
    ]
    return file_of(path, "all", *votes)


def test_table_ii_is_printed_from_votes(tmp_path: Path, uegan: Run) -> None:
    outcome = uegan("eval", "--votes", study_of_the_paper(tmp_path / "votes.json"))
    assert outcome.code == 0
    lines = [line.split("\t") for line in outcome.out.splitlines()]
    assert lines[0] == ["preferred to", "Flickr", "FiveK", "DPE", "Exposure", "EnlightenGAN", "CycleGAN", "Input",
                        "total", "score"]  # fmt: skip
    assert lines[1][:9] == ["Flickr", "–", "793", "906", "979", "1028", "1088", "1104", "5898"]
    shares = {(line[0], line[1]): line[2:] for line in lines[9:]}
    assert shares["FiveK", "DPE"] == ["64.20 %", "61.3 – 67.0", "719 of 1120"]
    assert shares["Flickr", "CycleGAN"][0] == "97.14 %"
    assert "23520 votes by 1 person on 23520 photos" in outcome.err


def test_votes_as_json(tmp_path: Path, uegan: Run) -> None:
    records = uegan("eval", "--votes", study_of_the_paper(tmp_path / "votes.json"), "--json").records
    table = {record["subject"]: record for record in records if "subject" in record}
    assert table["FiveK"]["total"] == 5015 and table["FiveK"]["preferred_to"]["DPE"] == 719
    pair = next(r for r in records if r.get("preferred") == "FiveK" and r["to"] == "Exposure")
    assert pair["percent"] == 77.41 and pair["low"] < 77.41 < pair["high"]
    assert records[-1]["votes"] == 23520


def test_a_file_without_votes_gets_one_line(tmp_path: Path, uegan: Run) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"a": 1}))
    outcome = uegan("eval", "--votes", tmp_path / "x.json")
    assert outcome.code == 1 and outcome.err.splitlines() == [
        f"uegan: {tmp_path / 'x.json'}: not a file of votes; choose files saved by a study page"
    ]
    assert uegan("eval", "--votes").code == 3
