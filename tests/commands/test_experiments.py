"""`docs/how-to/repeat-the-paper.md`, command by command, on the thirteen pairs of FiveK that are at hand."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.commands.conftest import environment
from tests.conftest import lying_beside

PAGE = Path(__file__).parents[2] / "docs/how-to/repeat-the-paper.md"
SMALL = "--preset paper --steps 2 --batch 2 --size 96 --width 4 --vgg-weights {}"


@pytest.fixture
def fivek(tmp_path: Path) -> Path:
    """The pairs as the page wants them; each in two halves, for thirteen are too few to learn and to judge."""
    folder = lying_beside("fivek")
    for side, name in (("raw", "input"), ("label", "expertC")):
        (tmp_path / "fivek" / name).mkdir(parents=True)
        for path in sorted((folder / side).glob("*.png")):
            image = Image.open(path).convert("RGB")
            width, height = image.size
            for half, box in enumerate([(0, 0, width // 2, height), (width // 2, 0, width, height)]):
                image.crop(box).save(tmp_path / "fivek" / name / f"{path.stem}-{half}.png")
    return tmp_path


def section(title: str, vgg: Path) -> str:
    """The commands below a heading, at the size of a test."""
    text = PAGE.read_text().split(f"## {title}\n")[1].split("\n## ")[0]
    commands = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    assert commands
    return (
        commands.replace("2250", "11")
        .replace("--preset paper", SMALL.format(vgg))
        .replace(" --nima pretrain-model.pth", "")
        .replace("head -n 40", "head -n 2")
    )


def shell(folder: Path, commands: str) -> str:
    """What the commands print; they are given as a user would."""
    uegan = shutil.which("uegan", path=str(Path(sys.executable).parent)) or f"{sys.executable} -m uegan_cli"
    script = f'set -e\nuegan() {{ {uegan} "$@"; }}\n{commands}'
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(printed: str) -> dict[str, list[str]]:
    return {line.split("\t")[0]: line.split("\t")[1:] for line in printed.splitlines()}


def test_the_split_and_table_i(fivek: Path, vgg16_file: Path) -> None:
    shell(fivek, section("The split", vgg16_file))
    counts = {name: len(list((fivek / "split" / name).iterdir())) for name in ("raw", "liked", "input", "expertC")}
    assert counts == {"raw": 11, "liked": 11, "input": 4, "expertC": 4}
    names = {name: {path.name for path in (fivek / "split" / name).iterdir()} for name in counts}
    assert names["input"] == names["expertC"]
    assert not names["raw"] & names["liked"] and not (names["raw"] | names["liked"]) & names["input"]
    printed = shell(fivek, section("Table I", vgg16_file))
    table = rows(printed[printed.index("\tPSNR") :])
    assert list(table) == ["", "input", "automatic contrast", "equalised", "equalised locally", "fivek"]
    assert 10 < float(table["fivek"][0].split()[0]) < 30
    assert (fivek / "table-1" / "index.html").exists()


@pytest.mark.slow
def test_tables_ii_iii_and_iv(fivek: Path, vgg16_file: Path) -> None:
    shell(fivek, section("The split", vgg16_file) + section("Table I", vgg16_file))
    shell(fivek, section("Table II", vgg16_file).splitlines()[0])
    assert (fivek / "table-2" / "study.html").exists()
    printed = shell(fivek, section("Tables III and IV", vgg16_file))
    losses, networks = printed.split("Table III: losses\n")[1].split("Table IV: networks\n")
    assert [row[0] for row in list(rows(losses).values())[1:]] == ["fivek-no-identity", "fivek"]
    assert [row[0] for row in list(rows(networks).values())[1:]] == [
        "fivek-unet", "fivek-pixel", "fivek-no-gam", "fivek-neither", "fivek",
    ]  # fmt: skip
