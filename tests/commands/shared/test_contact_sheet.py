from __future__ import annotations

import numpy as np
import pytest

from uegan_cli.commands.shared.contact_sheet import (
    CAPTION_HEIGHT,
    CELL_SIDE,
    PAPER,
    ROW_GAP,
    SEAM_WIDTH,
    SheetRow,
    draw_sheet,
)


def plain(level: int, height: int = 60, width: int = 80) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


def test_the_versions_of_a_photo_are_side_by_side_in_their_order():
    sheet = np.asarray(draw_sheet([SheetRow("a.jpg", [plain(60), plain(120), plain(180)])]))
    middle = sheet[ROW_GAP + 30, ROW_GAP : ROW_GAP + 3 * 80 + 2 * SEAM_WIDTH, 0]
    assert [middle[40], middle[40 + 82], middle[40 + 2 * 82]] == [60, 120, 180]
    assert (middle[80:82] == PAPER[0]).all()


def test_large_pictures_are_reduced_to_the_cell_and_never_distorted():
    sheet = draw_sheet([SheetRow("a.jpg", [plain(200, 640, 1280)] * 2)])
    assert sheet.size == (2 * CELL_SIDE + SEAM_WIDTH + 2 * ROW_GAP, CELL_SIDE // 2 + CAPTION_HEIGHT + 2 * ROW_GAP)


def test_names_are_below_first_versions_and_captions_below_the_others():
    rows = [SheetRow("a.jpg", [plain(200)] * 3)]
    without, named = (np.asarray(draw_sheet(rows, captions), int) for captions in ((), ("then", "now")))
    columns = np.flatnonzero(np.abs(named - without).max(axis=(0, 2)))
    assert columns.min() >= ROW_GAP + 80, "the name stays as it is"
    assert columns[0] < ROW_GAP + 164 < columns[-1] < ROW_GAP + 244
    lines = np.flatnonzero(np.abs(named - without).max(axis=(1, 2)))
    assert lines.min() > ROW_GAP + 60


@pytest.mark.parametrize("name", ["x" * 500, "фото.jpg", "", "é"])
@pytest.mark.parametrize("width", [1, 9, 300])
def test_a_name_stays_below_its_own_picture(name, width):
    rows = [SheetRow(name, [plain(200, 300, width)] * 2)]
    named, nameless = (np.asarray(draw_sheet([SheetRow(n, rows[0].versions)], ("now",)), int) for n in (name, ""))
    changed = np.flatnonzero(np.abs(named - nameless).max(axis=(0, 2)))
    assert changed.size == 0 or changed.max() < ROW_GAP + width


def test_many_photos_go_two_abreast():
    tall, wide = (draw_sheet([SheetRow("a", [plain(200, 300, 300)] * 2)] * count) for count in (4, 6))
    assert tall.width < wide.width < 2 * tall.width and wide.height < tall.height
