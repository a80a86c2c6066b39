"""What `uegan eval` is asked to do: the options that fit together, and which styles are chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.commands.eval.conftest import Summary
from uegan_cli.styles.file import Style


def test_without_a_style_natural_is_compared(pairs: Path, summary: Summary) -> None:
    assert "natural" in summary("raw", "--no-baselines")


def test_a_style_in_the_settings_is_compared(
    pairs: Path, bright: Style, summary: Summary, uegan: Run, uegan_home: Path
) -> None:
    (uegan_home / "config.toml").write_text('style = "bright"\n')
    assert list(summary("raw", "--no-baselines")) == ["input", "bright"]
    found = summary("raw", "--results", "theirs=finished", "--no-baselines")
    assert list(found) == ["input", "theirs"], "--results without -s evaluates the results only"
    assert "not a file of votes" in uegan("eval", "--votes", "raw/a.png").err


def test_a_style_in_the_environment_is_compared(
    pairs: Path, bright: Style, summary: Summary, uegan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert uegan("styles", "export", "bright", "my style.safetensors").code == 0
    for name in ("bright", "my style.safetensors"):
        monkeypatch.setenv("UEGAN_STYLE", name)
        assert list(summary("raw", "--no-baselines"))[1] == Path(name).stem


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nowhere.jpg",), 3, "nowhere.jpg: no such file or folder"),
        (("raw", "-s", "gone"), 4, "gone"),
        (("raw", "--reference", "gone"), 3, "gone: no such folder"),
        (("raw", "--results", "finished"), 2, "NAME=DIR"),
        (("raw", "--results", "input=finished"), 2, "two methods are called 'input'"),
        (("raw", "-s", "natural", "--results", "natural=finished"), 2, "give one of them another name"),
        (("raw", "--results", "a=finished", "--results", "a=raw"), 2, "is used twice"),
        (("raw", "--fail-under", "psnr"), 2, "write it as MEASURE=NUMBER"),
        (("raw", "--fail-under", "beauty=3"), 2, "one of psnr, ssim"),
        (("raw", "--fail-under", "psnr=20"), 2, "PSNR needs --reference"),
        (("raw", "--fail-under", "tone=2"), 2, "tone needs --liked"),
        (("raw", "--fail-under", "nima=5"), 2, "--nima"),
        (("raw", "--liked", "finished", "--fail-under", "kid=1"), 2, "--vgg-weights"),
        (("raw", "--ablation"), 2, "--reference"),
        (("raw", "--ablation", "--reference", "finished"), 2, "none of the styles is one of"),
        (("raw", "--nima", "raw/a.png"), 4, "not a file of NIMA weights"),
        (("raw", "--device", "cuda:9"), 5, "cuda:9"),
        (("raw", "--csv", "gone/x.csv"), 7, "gone/x.csv"),
        (("raw", "--html", "raw/a.png"), 7, "raw/a.png"),
        (("raw", "--study", "study", "--results", "a=finished", "--votes"), 2, "--votes only counts votes"),
    ],
)
def test_a_mistake_gets_one_line_and_an_exit_code(
    pairs: Path, uegan: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    outcome = uegan("eval", *arguments)
    assert outcome.code == code, outcome.err
    assert said in outcome.err.splitlines()[-1]
    assert not outcome.out
