"""A contact sheet: photos before and after, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

    from ..photo.photo import Pixels
    from ..photo.xmp import Mark

CELL = 320
GAP = 12
SEAM = 2
LINE = 18
MOST = 60
"""Photos on one sheet."""


def read_row(name: str, before: Path, after: Path, max_pixels: int | None = None) -> tuple[str, Pixels, Pixels]:
    """A row of a sheet. Raises PhotoError for a photo that has gone meanwhile."""
    from ..photo.reading import MAX_PIXELS, read_upright_srgb

    most = max_pixels or MAX_PIXELS
    return name, read_upright_srgb(before, CELL, max_pixels=most), read_upright_srgb(after, CELL, max_pixels=most)


def write_sheet(path: Path, rows: Sequence[tuple[str, Pixels, Pixels]], mark: Mark | None = None) -> None:
    """Write (name, before, after) in the format that the suffix of `path` says.

    mark: that of the results, so that the sheet is not taken for a photo next time. Raises OutputError.
    """
    import numpy as np

    from ..photo.photo import Metadata, Photo
    from ..photo.suffixes import format_by_name
    from ..photo.writing import write_photo

    format = format_by_name(path) or "JPEG"
    sheet = Photo(np.asarray(draw_sheet(rows)), None, format, False, None, Metadata(""), path)
    write_photo(sheet, path, quality=90, mark=mark)


def draw_sheet(rows: Sequence[tuple[str, Pixels, Pixels]]) -> Image:
    """The sheet as a picture. before, after: H x W x 3 sRGB of any size."""
    from PIL import Image, ImageDraw

    pairs = 1 if len(rows) <= 4 else 2
    cells = [(name, _fitted(before), _fitted(after)) for name, before, after in rows]
    heights = [max(before.height for _, before, _ in cells[at : at + pairs]) for at in range(0, len(cells), pairs)]
    wide = 2 * CELL + SEAM + GAP
    width = pairs * wide + GAP
    sheet = Image.new("RGB", (width, GAP + sum(h + LINE + GAP for h in heights)), (24, 24, 24))
    draw = ImageDraw.Draw(sheet)
    top = GAP
    for row, height in enumerate(heights):
        for column, (name, before, after) in enumerate(cells[row * pairs : (row + 1) * pairs]):
            left = GAP + column * wide
            for picture, x in ((before, left), (after, left + before.width + SEAM)):
                sheet.paste(picture, (x, top + height - picture.height))
            draw.text((left, top + height + 3), _caption(name), fill=(200, 200, 200))
        top += height + LINE + GAP
    return sheet


def _fitted(pixels: Pixels) -> Image:
    from PIL import Image

    picture = Image.fromarray(pixels)
    picture.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
    return picture


def _caption(name: str) -> str:
    # Pillow's built-in bitmap font knows Latin-1 only.
    return name.encode("latin-1", "replace").decode("latin-1")[-80:]
