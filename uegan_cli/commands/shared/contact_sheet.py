"""Contact sheets: photos before and after, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

    from ...photo.photo import Pixels
    from ...photo.xmp.mark import Mark

CELL_SIDE = 320
"""Longest side of a picture, in pixels; the other distances are in pixels, too."""

ROW_GAP, SEAM_WIDTH, CAPTION_HEIGHT = 12, 2, 22
INK, PAPER = (205, 205, 205), (24, 24, 24)
MAX_PHOTOS = 60
"""Photos on one sheet of `uegan enhance`."""


@dataclass(frozen=True)
class SheetRow:
    """A photo on a sheet.

    versions: the photo as it was, then edited versions of it; H x W x 3 sRGB, 8 bits, all of one shape, any size.
    """

    name: str
    versions: Sequence[Pixels]


def read_row(name: str, before: Path, after: Path, max_pixels: int | None = None) -> SheetRow:
    """Read a photo before and after. Raises PhotoError, for example for a photo that was deleted during the run."""
    from ...photo.reading import MAX_PIXELS, read_upright_srgb

    limit = max_pixels or MAX_PIXELS
    return SheetRow(name, [read_upright_srgb(path, CELL_SIDE, max_pixels=limit) for path in (before, after)])


def write_sheet(path: Path, rows: Sequence[SheetRow], captions: Sequence[str] = (), mark: Mark | None = None) -> None:
    """Write a sheet in the format of the suffix of `path`.

    captions: names of the versions after the first; may be empty. mark: the mark of the results, so that the next run
    does not take the sheet for a photo. Raises OutputError.
    """
    import numpy as np

    from ...photo.photo import Metadata, Photo
    from ...photo.suffixes import format_by_name
    from ...photo.writing import write_photo

    format = format_by_name(path) or "JPEG"
    sheet = Photo(np.asarray(draw_sheet(rows, captions)), None, format, False, None, Metadata(""), path)
    write_photo(sheet, path, quality=90, mark=mark)


def draw_sheet(rows: Sequence[SheetRow], captions: Sequence[str] = ()) -> Image:
    """Draw a sheet: one row of versions per photo; two photos per line if there are more than four pairs."""
    from PIL import Image

    strips = [_strip(row, captions) for row in rows]
    abreast = 2 if len(strips) > 4 and len(rows[0].versions) == 2 else 1
    lines = [strips[at : at + abreast] for at in range(0, len(strips), abreast)]
    heights = [max(strip.height for strip in line) + ROW_GAP for line in lines]
    wide = len(rows[0].versions) * (CELL_SIDE + SEAM_WIDTH) - SEAM_WIDTH + ROW_GAP
    sheet = Image.new("RGB", (ROW_GAP + len(lines[0]) * wide, ROW_GAP + sum(heights)), PAPER)
    top = ROW_GAP
    for line, height in zip(lines, heights, strict=True):
        for place, strip in enumerate(line):
            # Aligned at the bottom, so that the captions of a line are level.
            sheet.paste(strip, (ROW_GAP + place * wide, top + height - ROW_GAP - strip.height))
        top += height
    return sheet


def _strip(row: SheetRow, captions: Sequence[str]) -> Image:
    """Draw the versions of a photo side by side, its name below the first and captions below the others."""
    from PIL import Image, ImageDraw

    pictures = [_fit(pixels) for pixels in row.versions]
    width, height = pictures[0].size
    strip = Image.new("RGB", (len(pictures) * (width + SEAM_WIDTH) - SEAM_WIDTH, height + CAPTION_HEIGHT), PAPER)
    draw = ImageDraw.Draw(strip)
    for place, picture in enumerate(pictures):
        strip.paste(picture, (place * (width + SEAM_WIDTH), 0))
    max_width = width if captions else strip.width
    for place, text in enumerate((row.name, *captions)):
        _write(draw, (place * (width + SEAM_WIDTH), height + 3), text, max_width)
    return strip


def _fit(pixels: Pixels) -> Image:
    from PIL import Image

    picture = Image.fromarray(pixels)
    picture.thumbnail((CELL_SIDE, CELL_SIDE), Image.Resampling.LANCZOS)
    return picture


def _write(draw: ImageDraw, at: tuple[int, int], text: str, max_width: int) -> None:
    """Write the text, or as much of its end as fits."""
    from PIL import ImageFont

    # Pillow's built-in font has Latin letters only.
    font, text = ImageFont.load_default(13), text.encode("latin-1", "replace").decode("latin-1")
    fitting = text
    while text and font.getlength(fitting) > max_width - ROW_GAP:
        text = text[1:]
        fitting = f"...{text}"
    draw.text(at, fitting if text else "", fill=INK, font=font)
