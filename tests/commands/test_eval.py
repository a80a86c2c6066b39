"""`uegan eval`: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.models import mobilenet_v2

from tests.commands.conftest import Run, interrupt
from tests.conftest import lying_beside
from uegan_cli.config import GeneratorConfig, LossWeights, TrainConfig, train_config_to_json
from uegan_cli.errors import PhotoError
from uegan_cli.evaluation.table import Table
from uegan_cli.look.build import build
from uegan_cli.paths import measured_file
from uegan_cli.photo.reading import read_photo
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import Style, make_style
from uegan_cli.styles.store import install


@pytest.fixture
def pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three small photos in `raw`, and in `finished` each a tenth of white brighter, in another format."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for folder in ("raw", "finished"):
        (tmp_path / folder).mkdir()
    for name in "abc":
        coarse = rng.integers(20, 200, (8, 10, 3), np.uint8)
        photo = np.asarray(Image.fromarray(coarse).resize((80, 64), Image.Resampling.BICUBIC))
        Image.fromarray(photo).save(f"raw/{name}.png")
        Image.fromarray((photo + 25.5).clip(0, 255).round().astype(np.uint8)).save(f"finished/{name}.tif")
    return tmp_path


Summary = Callable[..., dict[str, dict]]


@pytest.fixture
def summary(uegan: Run) -> Summary:
    """The rows of the table, by subject."""

    def judge(*arguments: object, code: int = 0) -> dict[str, dict]:
        outcome = uegan("eval", *arguments, "--json")
        assert outcome.code == code, outcome.err
        return {row["subject"]: row for row in outcome.records[-1]["summary"]}

    return judge


def test_the_style_that_makes_the_references_is_found_to_make_them(pairs: Path, bright: Style, summary: Summary):
    rows = summary("raw", "-s", "bright", "--reference", "finished")
    assert list(rows) == ["input", "automatic contrast", "equalised", "equalised locally", "bright"]
    assert rows["input"]["psnr"]["mean"] == pytest.approx(20, abs=0.3)
    assert rows["bright"]["psnr"]["mean"] > 45
    assert rows["bright"]["ssim"]["mean"] > 0.999
    assert rows["bright"]["delta_e"]["mean"] < 1 < rows["input"]["delta_e"]["mean"]
    assert rows["bright"]["psnr"]["low"] <= rows["bright"]["psnr"]["mean"] <= rows["bright"]["psnr"]["high"]
    assert rows["bright"]["photos"] == 3


def test_the_table_is_printed_with_its_headings_and_the_meaning_of_its_columns(
    pairs: Path, bright: Style, uegan: Run
) -> None:
    outcome = uegan("eval", "raw", "-s", "bright", "--reference", "finished")
    heading, *lines = outcome.out.splitlines()
    assert heading.split("\t") == ["", "PSNR", "SSIM", "ΔE", "change"]
    assert lines[0].startswith("input\t20.") and lines[-1].startswith("bright\t")
    assert "likeness to the reference, in dB" in outcome.err
    assert "3 photos, 0 failed" in outcome.err


def test_without_a_style_natural_is_judged(pairs: Path, summary: Summary) -> None:
    assert "natural" in summary("raw", "--no-baselines")


def test_without_references_it_says_what_was_changed_and_what_was_kept(
    pairs: Path, bright: Style, summary: Summary
) -> None:
    rows = summary("raw", "-s", "bright", "--no-baselines")
    assert list(rows) == ["input", "bright"]
    assert rows["input"]["change"]["mean"] == 0 and rows["input"]["fidelity"]["mean"] == 1
    assert rows["bright"]["change"]["mean"] > 5 and rows["bright"]["fidelity"]["mean"] > 0.9
    assert "psnr" not in rows["bright"]


def test_half_the_strength_is_half_the_change(pairs: Path, bright: Style, summary: Summary) -> None:
    whole = summary("raw", "-s", "bright")["bright"]["change"]["mean"]
    half = summary("raw", "-s", "bright", "--strength", "0.5")["bright"]["change"]["mean"]
    assert half == pytest.approx(whole / 2, rel=0.1)


def test_anybodys_results_are_judged_beside_styles(pairs: Path, bright: Style, summary: Summary, uegan: Run) -> None:
    shutil.copytree("finished", "theirs/below")
    Path("theirs/below/b.tif").unlink()
    rows = summary("raw", "-s", "bright", "--results", "theirs=theirs", "--reference", "finished")
    assert rows["theirs"]["photos"] == 2
    assert rows["theirs"]["psnr"]["mean"] == 100, "equal pictures"
    assert rows["theirs"]["ssim"]["mean"] == 1
    outcome = uegan("eval", "raw", "--results", "theirs=theirs", "--reference", "finished")
    assert "theirs: has no result of 1 photo" in outcome.err
    assert "natural" not in outcome.out, "who names results alone wants them alone"
    assert outcome.out.splitlines()[0].split("\t")[1] == "photos"


def test_results_of_another_size_are_judged_at_the_smaller_one(pairs: Path, summary: Summary) -> None:
    Path("theirs").mkdir()
    for path in Path("finished").iterdir():
        Image.open(path).resize((40, 32), Image.Resampling.LANCZOS).save(f"theirs/{path.stem}.jpg", quality=98)
    rows = summary("raw", "--results", "theirs=theirs", "--reference", "finished")
    assert rows["theirs"]["psnr"]["mean"] > 30
    assert (rows["theirs"]["size"]["mean"], rows["input"]["size"]["mean"]) == (0.5, 1)


def test_what_has_no_partner_is_listed_and_left_out(pairs: Path, uegan: Run) -> None:
    Path("finished/c.tif").rename("finished/d.tif")
    outcome = uegan("eval", "raw", "--reference", "finished", "--no-baselines")
    assert outcome.code == 0
    assert "raw/c.png: without a partner" in outcome.err and "finished/d.tif: without a partner" in outcome.err
    assert "2 photos, 0 failed" in outcome.err


def test_photos_near_to_the_liked_ones_in_tone_are_found_so(pairs: Path, bright: Style, summary: Summary) -> None:
    rows = summary("raw", "-s", "bright", "--liked", "finished", "--no-baselines")
    assert rows["bright"]["tone"]["mean"] < 1 < rows["input"]["tone"]["mean"]
    assert rows["bright"]["colour"]["mean"] <= rows["input"]["colour"]["mean"] + 0.5
    assert "kid" not in rows["bright"]


def test_kid_is_measured_where_there_are_vgg_weights(
    tmp_path: Path, bright: Style, vgg16_file: Path, raw_photos: list[Path], liked_photos: list[Path], summary: Summary
) -> None:
    for folder, photos in (("raw", raw_photos), ("liked", liked_photos)):
        (tmp_path / folder).mkdir()
        for path in photos[::40]:
            Image.open(path).convert("RGB").resize((96, 96)).save(tmp_path / folder / path.name)
    rows = summary(
        tmp_path / "raw", "-s", "bright", "--liked", tmp_path / "liked", "--vgg-weights", vgg16_file, "--no-baselines"
    )
    assert rows["input"]["kid"]["low"] < rows["input"]["kid"]["mean"] < rows["input"]["kid"]["high"]
    assert rows["bright"]["kid"]["mean"] != rows["input"]["kid"]["mean"]


def test_nima_is_measured_where_its_weights_are(pairs: Path, summary: Summary) -> None:
    torch.manual_seed(0)
    tensors = {f"base_model.0.{key}": value for key, value in mobilenet_v2(weights=None).features.state_dict().items()}
    head = torch.nn.Linear(1280, 10)
    torch.save(tensors | {"head.2.weight": head.weight, "head.2.bias": head.bias}, "pretrain-model.pth")
    rows = summary("raw", "--nima", "pretrain-model.pth", "--no-baselines")
    assert 1 <= rows["input"]["nima"]["mean"] <= 10
    measured_file().parent.joinpath("weights").mkdir(parents=True)
    shutil.copy("pretrain-model.pth", measured_file().parent / "weights" / "pretrain-model.pth")
    assert summary("raw", "--no-baselines")["input"]["nima"] == rows["input"]["nima"]


def test_csv_has_a_line_for_each_photo_and_subject(pairs: Path, bright: Style, uegan: Run) -> None:
    arguments = ("eval", "raw", "-s", "bright", "--reference", "finished", "--no-baselines", "--csv", "found.csv")
    assert uegan(*arguments).code == 0
    lines = list(csv.DictReader(Path("found.csv").read_text().splitlines()))
    assert [(line["photo"], line["subject"]) for line in lines] == [
        (photo, subject) for photo in "abc" for subject in ("input", "bright")
    ]
    assert float(lines[1]["psnr"]) > 45 and lines[1]["path"] == "raw/a.png"


def test_json_has_an_object_for_each_photo_and_subject_and_then_a_summary(
    pairs: Path, bright: Style, uegan: Run
) -> None:
    *photos, last = uegan("eval", "raw", "-s", "bright", "--no-baselines", "--json").records
    assert [(record["photo"], record["subject"]) for record in photos][:2] == [("a", "input"), ("a", "bright")]
    assert last["photos"] == 3 and last["failed"] == 0


@pytest.mark.parametrize(
    ("bound", "code", "said"),
    [("psnr=40", 0, ""), ("psnr=99", 1, "is under 99"), ("delta_e=3", 0, ""), ("delta_e=0.001", 1, "is over 0.001")],
)
def test_a_pipeline_fails_where_a_style_is_worse_than_was_asked_for(
    pairs: Path, bright: Style, uegan: Run, bound: str, code: int, said: str
) -> None:
    """The input is worse, of course: it is not what is judged."""
    outcome = uegan("eval", "raw", "-s", "bright", "--reference", "finished", "--fail-under", bound)
    assert outcome.code == code
    assert said in outcome.err and ("bright: " in outcome.err) == bool(code)


def test_a_second_run_reads_no_photo(
    pairs: Path, bright: Style, summary: Summary, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("raw", "-s", "bright", "--reference", "finished", "--liked", "finished")
    first = summary(*arguments)

    def unread(*_: object, **__: object) -> None:
        raise AssertionError("a photo was read")

    for name in ("read_photo", "read_upright_srgb"):
        monkeypatch.setattr(f"uegan_cli.evaluation.methods.{name}", unread)
    assert summary(*arguments) == first


def test_what_has_changed_is_measured_anew(pairs: Path, bright: Style, summary: Summary) -> None:
    arguments = ("raw", "-s", "bright", "--reference", "finished", "--no-baselines")
    first = summary(*arguments)
    shutil.copy("raw/a.png", "raw/b.png")
    assert summary(*arguments)["input"]["psnr"]["mean"] < first["input"]["psnr"]["mean"] - 1


def test_fresh_measures_all_anew(pairs: Path, summary: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    summary("raw", "--no-baselines")
    monkeypatch.setattr("uegan_cli.evaluation.measures.structure", lambda *_: 0.5)
    assert summary("raw", "--no-baselines")["input"]["fidelity"]["mean"] == 1
    assert summary("raw", "--no-baselines", "--fresh")["input"]["fidelity"]["mean"] == 0.5
    assert summary("raw", "--no-baselines")["input"]["fidelity"]["mean"] == 0.5, "the next time, too"


def test_what_another_version_has_measured_is_measured_anew(
    pairs: Path, bright: Style, uegan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("eval", "raw", "-s", "bright", "--no-baselines", "--html", "page")
    assert uegan(*arguments).code == 0
    before = {path.name for path in Path("page/photos").iterdir()}
    monkeypatch.setattr("uegan_cli.evaluation.judging.__version__", "9.9")
    assert uegan(*arguments).code == 0
    after = {path.name for path in Path("page/photos").iterdir()}
    assert len(after) == len(before) == 6 and not before & after, "and what the page shows no more is gone"


def test_a_photo_that_is_too_large_is_refused_also_where_it_was_measured(pairs: Path, uegan: Run) -> None:
    assert uegan("eval", "raw", "--no-baselines").code == 0
    outcome = uegan("eval", "raw", "--no-baselines", "--max-pixels", "1000", "--html", "page")
    assert outcome.code == 3 and outcome.err.count("raw/b.png") == 1


def test_a_picture_that_cannot_be_shown_stops_no_other(
    pairs: Path, bright: Style, uegan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was measured before, and can be read no more."""
    arguments = ("eval", "raw", "-s", "bright", "--reference", "finished", "--no-baselines")
    assert uegan(*arguments).code == 0

    def unreadable(path: Path, **_: object) -> None:
        if path.name == "b.png":
            raise PhotoError(f"{path}: cannot be read")
        return read_photo(path)

    monkeypatch.setattr("uegan_cli.evaluation.methods.read_photo", unreadable)
    outcome = uegan(*arguments, "--html", "page", "--csv", "found.csv")
    assert outcome.code == 1 and outcome.err.count("raw/b.png: cannot be read") == 1
    shown = json.loads(Path("page/index.html").read_text().split('id="comparison">')[1].split("</script>")[0])
    assert [photo["name"] for photo in shown["photos"]] == ["a", "c"]
    assert "raw/b.png: cannot be read" in Path("found.csv").read_text()


def test_a_reference_that_vanishes_stops_no_other(pairs: Path, uegan: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uegan_cli.evaluation.measures.fidelity", None, raising=False)
    Path("finished/b.tif").unlink()
    Path("finished/b.tif").symlink_to("nowhere")
    outcome = uegan("eval", "raw", "--reference", "finished", "--no-baselines")
    assert outcome.code == 1 and "finished/b.tif: cannot be read" in outcome.err
    assert "3 photos, 1 failed" in outcome.err


def test_what_styles_have_made_is_no_input(pairs: Path, bright: Style, uegan: Run) -> None:
    assert uegan("enhance", "raw", "-s", "bright").code == 0
    outcome = uegan("eval", "raw", "-s", "bright")
    assert "raw/a_bright.png: a result of uegan, left out" in outcome.err and "3 photos, 0 failed" in outcome.err
    outcome = uegan("eval", *sorted(Path("raw").glob("*_bright.png")))
    assert outcome.code == 3 and "name the photos that they were made of" in outcome.err


def test_a_folder_without_photos_is_named(pairs: Path, bright: Style, uegan: Run) -> None:
    Path("empty").mkdir()
    outcome = uegan("eval", "raw", "empty", "-s", "bright", "--no-baselines")
    assert outcome.code == 0 and "empty: no photos here" in outcome.err


def test_every_problem_of_a_photo_is_said(pairs: Path, uegan: Run) -> None:
    for name in ("theirs", "others"):
        Path(name).mkdir()
        for photo in "abc":
            Path(name, f"{photo}.png").write_bytes(
                Path(f"raw/{photo}.png").read_bytes()[: 200 if photo == "b" else None]
            )
    outcome = uegan("eval", "raw", "--results", "theirs=theirs", "--results", "others=others", "--no-baselines")
    assert "theirs/b.png: broken" in outcome.err and "others/b.png: broken" in outcome.err


def test_two_states_of_one_style_are_compared(pairs: Path, bright: Style, summary: Summary, uegan: Run) -> None:
    Path("old").mkdir()
    assert uegan("styles", "export", "bright", "old").code == 0
    found = summary("raw", "-s", "bright", "-s", "old/bright.safetensors", "--no-baselines")
    assert list(found) == ["input", "bright", "bright.safetensors"]


def test_a_broken_photo_is_named_once_and_stops_no_other(pairs: Path, bright: Style, uegan: Run) -> None:
    Path("raw/b.png").write_bytes(Path("raw/b.png").read_bytes()[:200])
    outcome = uegan("eval", "raw", "-s", "bright", "--reference", "finished")
    assert outcome.code == 1
    assert outcome.err.count("raw/b.png: broken photo") == 1
    assert "3 photos, 1 failed" in outcome.err


def test_a_reference_of_another_shape_is_named_and_stops_no_other(pairs: Path, uegan: Run) -> None:
    Image.open("finished/b.tif").rotate(90, expand=True).save("finished/b.tif")
    outcome = uegan("eval", "raw", "--reference", "finished", "--no-baselines")
    assert outcome.code == 1
    assert "raw/b.png, input: 80 x 64 and 64 x 80 are no sizes of one picture" in outcome.err


def test_stopped_while_it_counts_it_tells_how_to_go_on(
    pairs: Path, uegan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Table, "add", interrupt)
    outcome = uegan("eval", "raw", "--no-baselines")
    assert outcome.code == 130 and "the same command goes on from there" in outcome.err


def test_stopping_keeps_what_was_measured(pairs: Path, uegan: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from uegan_cli.evaluation import measures

    measured = []

    def stop_at_the_third(*pair: object) -> float:
        measured.append(pair)
        if len(measured) == 3:
            raise KeyboardInterrupt
        return 0.9

    monkeypatch.setattr(measures, "structure", stop_at_the_third)
    outcome = uegan("eval", "raw", "-s", "natural", "--no-baselines", "--csv", "found.csv")
    assert outcome.code == 130
    assert "the same command goes on from there" in outcome.err
    assert not Path("found.csv").exists()
    assert uegan("eval", "raw", "-s", "natural", "--no-baselines").code == 0
    assert len(measured) == 7, "two photos' measures were kept"


@pytest.fixture
def variants(pairs: Path) -> dict[str, str]:
    """A style of each variant of the method, untrained, by its row of Table IV."""
    rows = {
        "unet": ("GAM + U-Net", "reference", "none"),
        "mmp": ("GAM + MM-P", "reference", "pixel"),
        "nogam": ("without GAM", "none", "feature"),
        "neither": ("without GAM and MM", "none", "none"),
        "whole": ("UEGAN", "reference", "feature"),
    }
    torch.manual_seed(0)
    for name, (_, attention, modulation) in rows.items():
        config = GeneratorConfig(width=4, attention=attention, modulation=modulation)
        recipe = train_config_to_json(TrainConfig(generator=config))
        install(make_style(name, config, build(config).state_dict(), Card(recipe=recipe)))
    config = GeneratorConfig(width=4)
    recipe = train_config_to_json(TrainConfig(generator=config, weights=LossWeights(identity=0)))
    install(make_style("noidt", config, build(config).state_dict(), Card(recipe=recipe)))
    return {name: row for name, (row, _, _) in rows.items()}


def test_ablation_prints_tables_iii_and_iv(variants: dict[str, str], uegan: Run) -> None:
    styles = [part for name in (*variants, "noidt") for part in ("-s", name)]
    outcome = uegan("eval", "raw", *styles, "--reference", "finished", "--ablation")
    assert outcome.code == 0
    third, fourth = outcome.out.split("Table III: losses\n")[1].split("Table IV: networks\n")
    lines = {line.split("\t")[0]: line.split("\t")[1:] for line in fourth.splitlines()[1:]}
    assert {row: cells[0] for row, cells in lines.items()} == {row: name for name, row in variants.items()}
    assert lines["UEGAN"][-3:] == ["22.88", "0.8882", "4.76"]
    assert float(lines["UEGAN"][1]) > 5
    assert [line.split("\t")[:2] for line in third.splitlines()[1:]] == [
        ["without the identity loss", "noidt"],
        ["with all losses", "whole"],
    ]
    records = uegan("eval", "raw", *styles, "--reference", "finished", "--ablation", "--json").records
    tables = [record for record in records if "table" in record]
    assert len(tables) == 7 and tables[0]["paper"] == [22.56, 0.8773, 4.68]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nowhere.jpg",), 3, "nowhere.jpg: there is no such photo"),
        (("raw", "-s", "gone"), 4, "gone"),
        (("raw", "--reference", "gone"), 3, "gone: there is no such folder"),
        (("raw", "--results", "finished"), 2, "NAME=DIR"),
        (("raw", "--results", "input=finished"), 2, "two of those compared are called 'input'"),
        (("raw", "-s", "natural", "--results", "natural=finished"), 2, "give one another name"),
        (("raw", "--results", "a=finished", "--results", "a=raw"), 2, "is there twice"),
        (("raw", "--fail-under", "psnr"), 2, "write it as MEASURE=NUMBER"),
        (("raw", "--fail-under", "beauty=3"), 2, "with one of psnr, ssim"),
        (("raw", "--fail-under", "psnr=20"), 2, "PSNR needs --reference"),
        (("raw", "--fail-under", "tone=2"), 2, "tone needs --liked"),
        (("raw", "--fail-under", "nima=5"), 2, "--nima"),
        (("raw", "--liked", "finished", "--fail-under", "kid=1"), 2, "--vgg-weights"),
        (("raw", "--ablation"), 2, "--reference"),
        (("raw", "--ablation", "--reference", "finished"), 2, "none of the styles is a network"),
        (("raw", "--nima", "raw/a.png"), 4, "not a file of NIMA weights"),
        (("raw", "--device", "cuda:9"), 5, "cuda:9"),
        (("raw", "--csv", "gone/x.csv"), 7, "gone/x.csv"),
        (("raw", "--html", "raw/a.png"), 7, "raw/a.png"),
        (("raw", "--study", "study", "--results", "a=finished", "--votes"), 2, "--votes counts votes"),
    ],
)
def test_bad_input_gets_one_line(pairs: Path, uegan: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    outcome = uegan("eval", *arguments)
    assert outcome.code == code, outcome.err
    assert said in outcome.err.splitlines()[-1]
    assert not outcome.out


def test_a_style_in_the_settings_is_the_style_that_is_judged(
    pairs: Path, bright: Style, summary: Summary, uegan: Run, uegan_home: Path
) -> None:
    (uegan_home / "config.toml").write_text('style = "bright"\n')
    assert list(summary("raw", "--no-baselines")) == ["input", "bright"]
    found = summary("raw", "--results", "theirs=finished", "--no-baselines")
    assert list(found) == ["input", "theirs"], "who names results alone wants them alone"
    assert "no votes" in uegan("eval", "--votes", "raw/a.png").err


def test_a_style_in_the_environment_is_the_style_that_is_judged(
    pairs: Path, bright: Style, summary: Summary, uegan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert uegan("styles", "export", "bright", "my style.safetensors").code == 0
    for name in ("bright", "my style.safetensors"):
        monkeypatch.setenv("UEGAN_STYLE", name)
        assert list(summary("raw", "--no-baselines"))[1] == Path(name).stem


def test_a_page_takes_the_place_of_a_page_and_of_nothing_else(pairs: Path, bright: Style, uegan: Run) -> None:
    arguments = ("eval", "raw", "-s", "bright", "--no-baselines", "--html", "page")
    assert uegan(*arguments).code == uegan(*arguments).code == 0
    Path("page/index.html").write_text("<html>my own</html>")
    outcome = uegan(*arguments)
    assert outcome.code == 7 and "is no page of uegan's" in outcome.err
    assert Path("page/index.html").read_text() == "<html>my own</html>"


def test_pictures_of_a_page_are_made_once(pairs: Path, bright: Style, uegan: Run) -> None:
    arguments = ("eval", "raw", "-s", "bright", "--reference", "finished", "--no-baselines", "--html", "page")
    assert uegan(*arguments).code == 0
    before = {path.name: path.stat().st_mtime_ns for path in Path("page/photos").iterdir()}
    assert len(before) == 9, "three photos as they are, in the style and as references"
    assert uegan(*arguments).code == 0
    assert {path.name: path.stat().st_mtime_ns for path in Path("page/photos").iterdir()} == before


def test_names_of_photos_are_text_on_the_page_whatever_they_say(pairs: Path, bright: Style, uegan: Run) -> None:
    Path("raw/a.png").rename("raw/<script>alert(1)<&script>'\"é.png")
    assert uegan("eval", "raw", "-s", "bright", "--no-baselines", "--html", "page").code == 0
    text = Path("page/index.html").read_text()
    assert "<script>alert" not in text
    data = text.split('id="comparison">')[1].split("</script>")[0]
    assert json.loads(data)["photos"][0]["name"] == "<script>alert(1)<&script>'\"é"


def test_the_thirteen_pairs_of_fivek_give_the_figures_of_the_readme(summary: Summary) -> None:
    fivek = lying_beside("fivek")
    rows = summary(fivek / "raw", "--reference", fivek / "label")
    found = {name: (round(row["psnr"]["mean"], 1), round(row["ssim"]["mean"], 3)) for name, row in rows.items()}
    assert found["input"] == (19.1, 0.838)
    assert found["automatic contrast"] == (21.5, 0.893)
    psnr, ssim = found["natural"]
    assert psnr > 24 and ssim > 0.885
