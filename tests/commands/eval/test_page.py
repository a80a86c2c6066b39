"""The page of a comparison, as files; `test_pages_in_a_browser.py` opens it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.conftest import Run
from uegan_cli.styles.file import Style


def test_a_page_replaces_a_page_and_nothing_else(pairs: Path, bright: Style, uegan: Run) -> None:
    arguments = ("eval", "raw", "-s", "bright", "--no-baselines", "--html", "page")
    assert uegan(*arguments).code == uegan(*arguments).code == 0
    Path("page/index.html").write_text("<html>my own</html>")
    outcome = uegan(*arguments)
    assert outcome.code == 7 and "was not made by uegan" in outcome.err
    assert Path("page/index.html").read_text() == "<html>my own</html>"


def test_pictures_are_written_once(pairs: Path, bright: Style, uegan: Run) -> None:
    arguments = ("eval", "raw", "-s", "bright", "--reference", "finished", "--no-baselines", "--html", "page")
    assert uegan(*arguments).code == 0
    before = {path.name: path.stat().st_mtime_ns for path in Path("page/photos").iterdir()}
    assert len(before) == 9, "three photos as they are, in the style and as references"
    assert uegan(*arguments).code == 0
    assert {path.name: path.stat().st_mtime_ns for path in Path("page/photos").iterdir()} == before


def test_names_of_photos_are_never_markup(pairs: Path, bright: Style, uegan: Run) -> None:
    Path("raw/a.png").rename("raw/<script>alert(1)<&script>'\"é.png")
    assert uegan("eval", "raw", "-s", "bright", "--no-baselines", "--html", "page").code == 0
    text = Path("page/index.html").read_text()
    assert "<script>alert" not in text
    data = text.split('id="comparison">')[1].split("</script>")[0]
    assert json.loads(data)["photos"][0]["name"] == "<script>alert(1)<&script>'\"é"
