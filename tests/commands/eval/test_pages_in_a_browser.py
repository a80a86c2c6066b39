"""The pages of `uegan eval` in a real browser, from file://, without a network."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.commands.conftest import bright_style, environment
from tests.waiting import LIMIT
from uegan_cli.evaluation.user_study import count_preferences, read_votes

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright, part of the extra `test`")
PHONE = {"width": 390, "height": 800}


def chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("needs Chromium (apt-get install chromium)")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    path = chromium()
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=1000 * LIMIT)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: sync_api.Browser) -> Iterator[sync_api.BrowserContext]:
    """A browser without a network; a test fails if its pages log an error or ask for a URL."""
    context = browser.new_context(offline=True, accept_downloads=True)
    context.set_default_timeout(1000 * LIMIT)
    problems: list[str] = []
    context.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("request", lambda asked: problems.append(asked.url) if asked.url.startswith("http") else None)
    yield context
    context.close()
    assert not problems


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page of a comparison (four methods and a reference) and of a study (three methods, 15 pairs).

    They show five photos, portrait and landscape; of the finished versions, one is smaller than its photo.
    """
    folder, rng = tmp_path_factory.mktemp("pages"), np.random.default_rng(0)
    for number, size in enumerate([(320, 240), (240, 320), (320, 200), (300, 300), (320, 240)]):
        coarse = rng.integers(20, 200, (6, 8, 3), np.uint8)
        picture = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
        for name, lift in (("raw", 0), ("finished", 10 * number + 5)):
            (folder / name).mkdir(exist_ok=True)
            changed = picture.point(lambda level, lift=lift: level + lift)
            changed = changed.resize((160, 120)) if lift > 40 else changed
            changed.save(folder / name / f"photo {number}.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UEGAN_HOME", str(folder / "home"))
        bright_style()
        every = ["raw", "-s", "bright", "--results", "theirs=finished"]
        asked = ["-s", "natural", "--reference", "finished", "--no-baselines", "--html", "page"]
        for options in (asked, ["--study", "study"]):
            command = [sys.executable, "-m", "uegan_cli", "eval", *every, *options]
            subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)
    return folder


@pytest.fixture
def page(context: sync_api.BrowserContext, pages: Path) -> sync_api.Page:
    page = context.new_page()
    page.goto((pages / "page" / "index.html").as_uri())
    return page


def names(page: sync_api.Page) -> list[str]:
    return page.locator("figcaption b").all_inner_texts()


def choice(page: sync_api.Page, label: str) -> sync_api.Locator:
    return page.locator("label").filter(has_text=re.compile(f"^{label}")).locator("select")


def pictures(page: sync_api.Page) -> list[str]:
    """Return the files on the right and on the left of the first photo's seam."""
    first = page.locator("figure").first
    return [first.locator(f"img.{side}").get_attribute("src") for side in ("after", "before")]


def violations(page: sync_api.Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    return [f"{found['id']}: {found['help']}" for found in Axe().run(page).response["violations"]]


def test_every_photo_has_its_values_and_both_pictures(page: sync_api.Page) -> None:
    assert names(page) == [f"photo {number}" for number in range(5)]
    assert "PSNR" in page.locator("figcaption span").first.inner_text()
    for number in range(5):
        figure = page.locator("figure").nth(number)
        figure.scroll_into_view_if_needed()
        for image in figure.locator("img").all():
            assert image.get_attribute("loading") == "lazy"
            page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())


def test_the_table_is_that_of_the_terminal(page: sync_api.Page) -> None:
    heads = page.locator("thead th").all_inner_texts()
    assert [head.split()[0] for head in heads] == ["photos", "PSNR", "SSIM", "ΔE", "change", "size"]
    assert page.locator("tbody th").all_inner_texts() == ["input", "bright", "natural", "theirs"]
    assert "1.0000" in page.locator("tbody tr").nth(3).inner_text()


def seam(page: sync_api.Page) -> float:
    box, line = (page.locator(f"figure >> nth=0 >> {part}").bounding_box() for part in (".compare", ".seam"))
    return (line["x"] + line["width"] / 2 - box["x"]) / box["width"]


def test_the_seam_follows_mouse_keys_and_touch(page: sync_api.Page, browser: sync_api.Browser) -> None:
    page.locator(".compare").first.scroll_into_view_if_needed()
    box = page.locator(".compare").first.bounding_box()
    assert seam(page) == pytest.approx(0.5, abs=0.01)
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 60, steps=5)
    page.mouse.up()
    assert seam(page) == pytest.approx(0.2, abs=0.03)
    page.keyboard.press("End")
    assert seam(page) == pytest.approx(1, abs=0.01)
    page.keyboard.press("ArrowLeft")
    assert seam(page) == pytest.approx(0.99, abs=0.005)
    touching = browser.new_context(offline=True, has_touch=True, viewport=PHONE)
    on_phone = touching.new_page()
    on_phone.goto(page.url)
    on_phone.locator(".compare").first.scroll_into_view_if_needed()
    box = on_phone.locator(".compare").first.bounding_box()
    on_phone.touchscreen.tap(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    assert seam(on_phone) == pytest.approx(0.75, abs=0.03)
    touching.close()


def test_the_left_picture_is_clipped_at_the_seam(page: sync_api.Page) -> None:
    clip = page.locator("figure >> nth=0 >> img.before").evaluate("image => getComputedStyle(image).clipPath")
    assert "50%" in clip
    page.locator("figure >> nth=0 >> input").focus()
    page.keyboard.press("Home")
    clip = page.locator("figure >> nth=0 >> img.before").evaluate("image => getComputedStyle(image).clipPath")
    assert "100%" in clip


def test_both_sides_can_show_another_version(page: sync_api.Page) -> None:
    after, before = pictures(page)
    choice(page, "right").select_option("natural")
    assert pictures(page)[0] != after and pictures(page)[1] == before
    assert page.locator("figure >> nth=0 >> .tag.right").inner_text() == "natural"
    choice(page, "left").select_option("reference")
    assert pictures(page)[1] != before
    assert page.locator("figure >> nth=0 >> img.before").get_attribute("alt") == "photo 0, reference"


def test_photos_are_sorted_by_a_measure(page: sync_api.Page) -> None:
    choice(page, "right").select_option("input")
    choice(page, "order").select_option("worst PSNR first")
    assert names(page) == [f"photo {number}" for number in (4, 3, 2, 1, 0)]
    choice(page, "order").select_option("best PSNR first")
    assert names(page) == [f"photo {number}" for number in range(5)]
    choice(page, "order").select_option("worst ΔE first")
    assert names(page)[0] == "photo 4"


def test_photos_are_enlarged_and_turned_over_by_keyboard(page: sync_api.Page) -> None:
    page.get_by_role("button", name="Enlarge: photo 0").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.locator("b").inner_text() == "photo 0"
    width = dialog.locator(".compare").bounding_box()["width"]
    assert width > page.locator("figure .compare").first.bounding_box()["width"]
    page.keyboard.press("PageDown")
    assert dialog.locator("b").inner_text() == "photo 1"
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    assert dialog.locator("b").inner_text() == "photo 0"
    button = dialog.get_by_role("button", name="Next")
    button.focus()
    for number in (1, 2, 3):
        page.keyboard.press("Enter")
        assert dialog.locator("b").inner_text() == f"photo {number}"
    page.keyboard.press("Enter")
    assert button.is_disabled() and page.evaluate("dialog.contains(document.activeElement)")
    seam = dialog.get_by_role("slider").input_value()
    page.keyboard.press("PageDown")
    assert dialog.get_by_role("slider").input_value() == seam
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(page: sync_api.Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    assert violations(page) == []
    page.get_by_role("button", name="Enlarge: photo 0").click()
    assert violations(page) == []


def test_on_a_phone_nothing_is_wider_than_the_screen(page: sync_api.Page) -> None:
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("figure .compare").first.bounding_box()["width"] > 300


def test_many_photos_are_shown_in_parts(page: sync_api.Page, pages: Path) -> None:
    source = page.evaluate("document.documentElement.outerHTML")
    data = json.loads(page.locator("#comparison").text_content())
    old = page.locator("#comparison").text_content()
    data["photos"] = [data["photos"][0] | {"name": f"{number}"} for number in range(250)]
    many = pages / "page" / "many.html"
    many.write_text((pages / "page" / "index.html").read_text().replace(old, json.dumps(data)))
    assert old in source
    page.goto(many.as_uri())
    assert page.locator("figure").count() == 120
    height = page.evaluate("document.documentElement.scrollHeight")
    for figure in page.locator("figure").all()[::12]:
        figure.scroll_into_view_if_needed()
    # A page that grows while one scrolls moves buttons away from under the mouse.
    assert page.evaluate("document.documentElement.scrollHeight") == height
    page.get_by_role("button", name="Show 120 more (130 left)").click()
    page.get_by_role("button", name="Show 10 more (10 left)").click()
    assert page.locator("figure").count() == 250
    assert page.locator(".more").count() == 0


@pytest.fixture
def study(context: sync_api.BrowserContext, pages: Path) -> sync_api.Page:
    assert [path.name for path in (pages / "study").iterdir()] == ["study.html"], "one file, which can be sent around"
    page = context.new_page()
    page.clock.install(time=0)
    page.goto((pages / "study" / "study.html").as_uri())
    return page


def look(page: sync_api.Page) -> None:
    """Let the time pass that it takes to see a pair."""
    page.clock.run_for(400)


def counted(page: sync_api.Page) -> str:
    return page.locator("#count").inner_text()


def saved(page: sync_api.Page, path: Path) -> Path:
    with page.expect_download() as download:
        page.locator(".save:visible").click()
    download.value.save_as(path)
    return path


def sides(page: sync_api.Page) -> list[str]:
    return [page.locator(f"#{side} img").get_attribute("src") for side in ("left", "right")]


def test_a_study_is_done_with_two_keys_and_its_votes_are_read(study: sync_api.Page, tmp_path: Path) -> None:
    assert "15 pairs" in study.locator("#amount").inner_text()
    study.get_by_role("button", name="Start").click()
    assert counted(study) == "1 of 15"
    seen = []
    for number in range(15):
        seen.append(frozenset(sides(study)))
        look(study)
        study.keyboard.press("12"[number % 2])
    assert len(set(seen)) == 15, "every pair once"
    assert study.get_by_role("heading", name="Thank you").is_visible()
    votes = read_votes([saved(study, tmp_path / "votes.json")])
    assert len(votes) == 15
    preferences = count_preferences(votes)
    assert sorted(preferences.names) == ["bright", "input", "theirs"]
    assert all(preferences.share(one, other).n == 5 for one, other in ((0, 1), (0, 2), (1, 2)))


def test_a_vote_is_for_the_picture_that_was_chosen(study: sync_api.Page, tmp_path: Path) -> None:
    study.get_by_role("button", name="Start").click()
    data = json.loads(study.locator("#study").text_content())
    by_picture = {
        picture: data["subjects"][int(subject)]
        for photo in data["photos"]
        for subject, picture in photo["pictures"].items()
    }
    chosen = []
    for number in range(15):
        pair = [by_picture[side.split(",")[1]] for side in sides(study)]
        chosen.append((pair[number % 2], pair[1 - number % 2]))
        look(study)
        study.locator("#left" if number % 2 == 0 else "#right").click()
    votes = json.loads(saved(study, tmp_path / "votes.json").read_text())["votes"]
    assert [(vote["chosen"], vote["other"]) for vote in votes] == chosen


def test_a_study_is_blind(study: sync_api.Page) -> None:
    study.get_by_role("button", name="Start").click()
    told = study.locator("main").inner_text() + "".join(
        study.locator(f"#{side} img").get_attribute("alt") for side in ("left", "right")
    )
    assert not any(name in told for name in ("bright", "theirs", "input", "photo 0"))


def test_a_double_click_or_a_held_key_is_one_vote(study: sync_api.Page) -> None:
    # Else a slow machine's double click would be two clicks.
    study.clock.pause_at(3_600_000)
    study.get_by_role("button", name="Start").click()
    look(study)
    study.locator("#left").dblclick()
    assert counted(study) == "2 of 15"
    look(study)
    study.locator("#left").focus()
    study.keyboard.down("Enter")
    study.keyboard.down("Enter")
    assert counted(study) == "3 of 15"


def test_sizes_of_pictures_do_not_give_a_method_away(study: sync_api.Page) -> None:
    photos = json.loads(study.locator("#study").text_content())["photos"]
    sizes = [{Image.open(io.BytesIO(base64.b64decode(p))).size for p in photo["pictures"].values()} for photo in photos]
    assert sizes[-1] == {(160, 120)} and all(len(of_photo) == 1 for of_photo in sizes)


def test_people_see_different_orders(study: sync_api.Page, browser: sync_api.Browser) -> None:
    orders = set()
    for _ in range(4):
        context = browser.new_context(offline=True)
        page = context.new_page()
        page.goto(study.url)
        page.get_by_role("button", name="Start").click()
        orders.add(tuple(sides(page)))
        context.close()
    assert len(orders) > 1


def test_a_study_continues_after_a_reload_and_undoes_choices(study: sync_api.Page, tmp_path: Path) -> None:
    study.get_by_role("button", name="Start").click()
    for key in "121":
        look(study)
        study.keyboard.press(key)
    fourth = sides(study)
    study.reload()
    study.get_by_role("button", name="Continue").click()
    assert counted(study) == "4 of 15" and sides(study) == fourth
    study.keyboard.press("Backspace")
    assert counted(study) == "3 of 15"
    study.get_by_role("button", name="Back", exact=True).click()
    assert counted(study) == "2 of 15"
    assert len(read_votes([saved(study, tmp_path / "votes.json")])) == 1


def test_the_study_is_accessible_on_a_phone_too(study: sync_api.Page) -> None:
    study.set_viewport_size(PHONE)
    assert violations(study) == []
    study.get_by_role("button", name="Start").click()
    assert violations(study) == []
    assert study.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    look(study)
    upper, lower = (study.locator(f"#{side}").bounding_box() for side in ("left", "right"))
    pictures = [study.locator(f"#{side} img").bounding_box() for side in ("left", "right")]
    assert lower["y"] + lower["height"] <= PHONE["height"], "both are seen at once"
    assert upper["y"] + upper["height"] <= lower["y"], "they do not overlap"
    for button, picture in zip((upper, lower), pictures, strict=True):
        assert picture["y"] + picture["height"] <= button["y"] + button["height"], "a button is as large as its picture"
    for _ in range(15):
        study.locator("#left").click()
    assert violations(study) == []
