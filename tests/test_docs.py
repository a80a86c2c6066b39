"""What the pages say is there: links lead somewhere, modules and tests exist, options are options."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
MODULE = re.compile(r"`((?:[a-z_]+/)*[a-z_]+\.py|(?!runs/|styles/)[a-z_]+/)`")
TEST = re.compile(r"tests/[\w/]+(?:\.py)?")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made for them: lower case, without punctuation."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(text_of(page)):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_modules_and_tests_that_are_named_exist(page: Path) -> None:
    text = text_of(page)
    for name in MODULE.findall(text):
        places = (ROOT / "uegan_cli" / name, ROOT / name, ROOT.parent / "shared/data" / name)
        near = list((ROOT / "uegan_cli").rglob(name)) if name.endswith(".py") and "/" not in name else []
        absent = name.endswith("/") and not (ROOT.parent / "shared/data").exists()
        assert near or absent or any(place.exists() for place in places), f"{name} does not exist"
    for name in TEST.findall(text):
        assert (ROOT / name).exists(), f"{name} does not exist"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, new = set(), {ROOT / "README.md"}
    while new:
        page = new.pop()
        reached.add(page)
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in LINK.findall(text_of(page))}
        new |= {target for target in targets if target.suffix == ".md" and target.exists()} - reached
    assert reached == set(PAGES)


def test_the_readme_is_short() -> None:
    assert len(text_of(ROOT / "README.md").splitlines()) <= 160
