"""`report.html` of a run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from tests.commands.shared.test_data_set import data_set
from tests.commands.shared.test_data_set import folder as folder_report
from uegan_cli.commands.train.page import MAX_EARLIER_SHEETS, RunPage
from uegan_cli.errors import OutputError
from uegan_cli.styles.card import Card
from uegan_cli.training.config import TrainConfig
from uegan_cli.training.run_folder import RunOptions

CARD = Card(
    author="Ada & <Bob>",
    command="uegan train --liked LIKED",
    recipe={"chosen": "trained", "step": 40},
    metrics={"distance": {"unedited": 9.1, "trained": 4.2, "instant": 6.3}},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [
        {"step": 10, "stage": "whole", "photos_per_second": 2.0, "undo": 0.3},
        {"step": 20, "stage": "learn", "photos_per_second": 1.0, "generator": 0.5, "news_loss": 1.0, "distance": 8.0},
        {"step": 40, "stage": "learn", "photos_per_second": 1.0, "generator": 0.4, "news_loss": 2.0, "distance": 5.0},
    ]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def sheet(folder: Path, name: str, level: int = 0) -> None:
    Image.new("RGB", (8, 8), (level,) * 3).save(folder / f"samples-{name}.jpg")


def page(folder: Path, name: str = "mine", card: Card | None = CARD) -> str:
    run = RunOptions(name, TrainConfig(batch=2), [], [], None, Card(author="early"))
    found = data_set(folder_report("liked", 12, too_small=[Path("s")]))
    return RunPage(run, found, folder).write("Done.", card).read_text("utf-8")


def test_the_page_needs_nothing_besides_itself(folder):
    sheet(folder, "instant")
    text = page(folder)
    assert "<script" not in text and "@import" not in text
    assert all(source.startswith("data:image/jpeg;base64,") for source in re.findall(r'(?:src|href)="([^"]*)', text))
    assert not re.search(r"https?://|url\(", text)
    assert "prefers-color-scheme: dark" in text


def test_it_shows_photos_curves_and_the_command_that_uses_the_style(folder):
    text = page(folder)
    assert "12 photos" not in text and "<td>1 too small</td>" in text
    assert "12 liked photos are few" in text
    for title in ("Undo", "Generator", "Distance to the liked photos", "Speed", "News loss"):
        assert f"<b>{title}</b>" in text
    assert text.index("Distance to") < text.index("<b>Generator") < text.index("<b>News loss")
    assert "9.10 → 4.20" in text and "unedited 9.1" in text and "instant 6.3" in text
    assert "<dd>2 minutes</dd>" in text, "60 seconds for whole photos, which are six times as many, and 60 for crops"
    assert "<code>uegan enhance PHOTO -s mine</code>" in text


def test_a_stopped_run_says_how_to_continue(folder):
    text = page(folder, card=None)
    assert "<code>uegan train --resume --name mine</code>" in text
    assert "8.00 → 5.00" in text and "early" in text


def test_a_run_of_no_steps_has_a_page_too(tmp_path):
    text = page(tmp_path, card=None)
    assert "Curves" not in text and "Your photos" not in text and "12 liked photos are few" in text


def test_values_that_are_not_finite_are_not_drawn(folder):
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 50, "stage": "learn", "photos_per_second": 1.0, "generator": NaN, "lost": Infinity}\n')
    text = page(folder)
    assert "nan" not in text.lower().split("base64")[0] and "<b>Lost</b>" not in text
    assert text.count("<circle") == sum(
        {"undo": 1, "generator": 2, "news_loss": 2, "distance": 2, "photos_per_second": 4}.values()
    )


def test_texts_of_the_user_are_never_markup(folder):
    assert "Ada &amp; &lt;Bob&gt;" in page(folder)


def test_the_last_sheet_is_the_large_one_and_some_earlier_ones_follow(folder):
    for number in range(12):
        sheet(folder, f"{number:07d}")
    sheet(folder, "result")
    names = re.findall(r'alt="([^"]*)"', page(folder))
    assert names[0] == "the style" and len(names) == 1 + MAX_EARLIER_SHEETS
    assert names[1] == "step 0" and all(name.startswith("step") for name in names[1:])


def test_a_page_that_cannot_be_written_is_an_output_error(folder):
    (folder / "report.html").mkdir()
    with pytest.raises(OutputError, match="report.html"):
        page(folder)
