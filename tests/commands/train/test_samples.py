"""Sample sheets: which photos they show, in which versions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch import nn

from uegan_cli.commands.shared.contact_sheet import CELL_SIDE, ROW_GAP, SEAM_WIDTH, SheetRow
from uegan_cli.commands.shared.output import Report
from uegan_cli.commands.train.samples import MAX_PHOTOS, SampleSheets, find_probes, read_rows
from uegan_cli.errors import NoInputError


class Plus(nn.Module):
    """Lifts every level by a number of 255."""

    def __init__(self, levels: float) -> None:
        super().__init__()
        self.shift = nn.Parameter(nn.init.constant_(nn.Parameter(nn.Linear(1, 1).weight), levels / 127.5))

    def forward(self, x):
        return x + self.shift[0, 0]


def grey(path: Path, level: int = 100) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (90, 60), (level,) * 3).save(path)
    return path


def test_probes_are_files_and_folders_each_photo_once(tmp_path):
    one, two = grey(tmp_path / "a" / "1.png"), grey(tmp_path / "a" / "2.png")
    assert find_probes([one, tmp_path / "a"], Report()) == [one, two]
    assert find_probes([], Report()) == []
    with pytest.raises(NoInputError, match="gone.jpg"):
        find_probes([tmp_path / "gone.jpg"], Report())


def test_too_many_probes_are_cut_with_a_message(tmp_path, capsys):
    for number in range(MAX_PHOTOS + 2):
        grey(tmp_path / "a" / f"{number:02}.png")
    assert len(find_probes([tmp_path / "a"], Report())) == MAX_PHOTOS
    assert "the first 24 of 26" in capsys.readouterr().err


def test_an_unreadable_probe_is_reported_and_skipped(tmp_path, capsys):
    good, broken = grey(tmp_path / "a" / "1.png"), tmp_path / "a" / "2.png"
    broken.write_bytes(b"")
    (row,) = read_rows([broken, good], Report())
    assert row.name == "1.png" and "2.png: the file is empty" in capsys.readouterr().err
    with pytest.raises(NoInputError, match="none of these photos"):
        read_rows([broken], Report())


def levels(sheet: Path, count: int) -> list[int]:
    """The grey at the middle of each version of the first photo."""
    with Image.open(sheet) as image:
        pixels = np.asarray(image)
    return [
        round(float(pixels[ROW_GAP + 30, ROW_GAP + 45 + place * (90 + SEAM_WIDTH)].mean())) for place in range(count)
    ]


def test_a_sheet_has_before_instant_look_and_now(tmp_path):
    rows = [SheetRow("1.png", [np.full((60, 90, 3), 100, np.uint8)])]
    sheets = SampleSheets(tmp_path, rows, Plus(40))
    first, later = sheets.write("instant"), sheets.write("0000120", Plus(80), "step 120")
    assert (first.name, later.name) == ("samples-instant.jpg", "samples-0000120.jpg")
    assert levels(first, 2) == pytest.approx([100, 140], abs=2)
    assert levels(later, 3) == pytest.approx([100, 140, 180], abs=2)
    with Image.open(later) as image:
        assert image.width == 3 * (CELL_SIDE + SEAM_WIDTH) - SEAM_WIDTH + 2 * ROW_GAP


def test_a_run_without_an_instant_look_has_before_and_now(tmp_path):
    sheets = SampleSheets(tmp_path, [SheetRow("1.png", [np.full((60, 90, 3), 100, np.uint8)])], None)
    assert levels(sheets.write("0", Plus(-50), "step 0"), 2) == pytest.approx([100, 50], abs=2)
