"""docs/reference is what the program says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image

from tests.commands.conftest import Run
from uegan_cli.commands.app import app
from uegan_cli.commands.reference.outline import read_outline
from uegan_cli.commands.reference.pages import PAGES

FOLDER = Path(__file__).parents[3] / "docs/reference"


@pytest.mark.parametrize("name", PAGES)
def test_the_generated_pages_are_what_the_program_says(name: str) -> None:
    """Else: python -m uegan_cli.commands.reference docs/reference"""
    assert PAGES[name](read_outline(typer.main.get_command(app))) == (FOLDER / name).read_text("utf-8")


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for side in ("src", "finished"):
        Path(side).mkdir()
        pixels = np.random.default_rng(0).integers(60, 180, (6, 8, 3), np.uint8)
        Image.fromarray(pixels).resize((96, 72)).save(f"{side}/a.jpg")


def keys(record: object) -> Iterator[str]:
    """The keys of a record, and of what is in it but for what is free in its form."""
    if isinstance(record, dict):
        for key, value in record.items():
            yield key
            if key not in ("card", "network"):
                yield from keys(value)
    elif isinstance(record, list):
        for part in record:
            yield from keys(part)


@pytest.mark.usefixtures("bright", "photos")
@pytest.mark.parametrize(
    "command",
    [
        ("enhance", "src", "-s", "bright"),
        ("enhance", "src", "-s", "bright", "--dry-run"),
        ("batch", "src", "dst", "-s", "bright"),
        ("batch", "src", "dst", "-s", "bright", "--dry-run"),
        ("eval", "src", "-s", "bright", "--reference", "finished"),
        ("styles", "list"),
        ("styles", "show", "bright"),
        ("styles", "verify"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_every_field_of_the_json_output_is_described(uegan: Run, command: tuple[str, ...]) -> None:
    page = (FOLDER / "json.md").read_text("utf-8")
    records = [json.loads(line) for line in uegan(*command, "--json").out.splitlines()]
    assert records
    assert [key for key in keys(records) if f"`{key}`" not in page] == []
