"""A contact sheet: photos before and after, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

    from ...photo.photo import Pixels
    from ...photo.xmp.packet import Mark

CELL = 320
GAP = 12
SEAM = 2
LINE = 22
INK, PAPER = (205, 205, 205), (24, 24, 24)
MOST = 60
"""Photos on one sheet."""


@dataclass(frozen=True)
class Row:
    """A photo on a sheet. versions: it as it was, then others of it, H x W x 3 sRGB, of one shape and any size."""

    name: str
    versions: Sequence[Pixels]


def read_row(name: str, before: Path, after: Path, max_pixels: int | None = None) -> Row:
    """A photo before and after. Raises PhotoError for one that has gone meanwhile."""
    from ...photo.reading import MAX_PIXELS, read_upright_srgb

    most = max_pixels or MAX_PIXELS
    return Row(name, [read_upright_srgb(path, CELL, max_pixels=most) for path in (before, after)])


def write_sheet(path: Path, rows: Sequence[Row], captions: Sequence[str] = (), mark: Mark | None = None) -> None:
    """Write a sheet in the format that the suffix of `path` says.

    captions: what to call the versions after the first, if anything. mark: that of the results, so that the sheet is
    not taken for a photo next time. Raises OutputError.
    """
    import numpy as np

    from ...photo.photo import Metadata, Photo
    from ...photo.suffixes import format_by_name
    from ...photo.writing import write_photo

    format = format_by_name(path) or "JPEG"
    sheet = Photo(np.asarray(draw_sheet(rows, captions)), None, format, False, None, Metadata(""), path)
    write_photo(sheet, path, quality=90, mark=mark)


def draw_sheet(rows: Sequence[Row], captions: Sequence[str] = ()) -> Image:
    """The sheet as a picture."""
    from PIL import Image

    strips = [_strip(row, captions) for row in rows]
    abreast = 2 if len(strips) > 4 and len(rows[0].versions) == 2 else 1
    lines = [strips[at : at + abreast] for at in range(0, len(strips), abreast)]
    heights = [max(strip.height for strip in line) + GAP for line in lines]
    wide = len(rows[0].versions) * (CELL + SEAM) - SEAM + GAP
    sheet = Image.new("RGB", (GAP + len(lines[0]) * wide, GAP + sum(heights)), PAPER)
    top = GAP
    for line, height in zip(lines, heights, strict=True):
        for place, strip in enumerate(line):
            # Captions of a line are level.
            sheet.paste(strip, (GAP + place * wide, top + height - GAP - strip.height))
        top += height
    return sheet


def _strip(row: Row, captions: Sequence[str]) -> Image:
    """The versions of a photo side by side, the name below the first and captions below the others."""
    from PIL import Image, ImageDraw

    pictures = [_fitted(pixels) for pixels in row.versions]
    width, height = pictures[0].size
    strip = Image.new("RGB", (len(pictures) * (width + SEAM) - SEAM, height + LINE), PAPER)
    draw = ImageDraw.Draw(strip)
    for place, picture in enumerate(pictures):
        strip.paste(picture, (place * (width + SEAM), 0))
    room = width if captions else strip.width
    for place, text in enumerate((row.name, *captions)):
        _write(draw, (place * (width + SEAM), height + 3), text, room)
    return strip


def _fitted(pixels: Pixels) -> Image:
    from PIL import Image

    picture = Image.fromarray(pixels)
    picture.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
    return picture


def _write(draw: ImageDraw, at: tuple[int, int], text: str, room: int) -> None:
    """The text, or as much of its end as there is room for."""
    from PIL import ImageFont

    # Pillow's built-in font knows Latin letters only.
    font, text = ImageFont.load_default(13), text.encode("latin-1", "replace").decode("latin-1")
    fitting = text
    while text and font.getlength(fitting) > room - GAP:
        text = text[1:]
        fitting = f"...{text}"
    draw.text(at, fitting if text else "", fill=INK, font=font)
