"""Find the picture of a TIFF file among its pages, thumbnails and masks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .ifd_reader import Directory, Tiff, find_picture_directories
from .picture_layout import STORAGE_TAGS
from .tag_numbers import Tag

STALE_TAGS: dict[int, str] = {
    Tag.PHOTOSHOP_LAYERS: "its Photoshop layers show the unedited picture and were left out",
    Tag.C2PA: "its content credentials (C2PA) vouch for the unedited picture and were left out",
}
"""Tags that are no longer true once the pixels change, and the warning for each."""

NOT_KEPT_TAGS = STORAGE_TAGS | {Tag.SUB_IFDS, *STALE_TAGS}
"""Tags of the old file that the new one does not get."""

_PAGE_TAGS = frozenset((Tag.NEW_SUBFILE_TYPE, Tag.SUBFILE_TYPE))
_REDUCED_OR_MASK = 1 | 4
"""Bits of NewSubfileType."""
_REDUCED = 2
"""The value of SubfileType."""


@dataclass(frozen=True)
class Pages:
    """The pages of a file.

    main: the directory of the picture. root: the same, with the tags that only the file's first directory has.
    count: the number of whole pictures. all: every directory with a picture, including thumbnails.
    """

    main: Directory
    root: Directory
    count: int
    all: tuple[Directory, ...]


def find_pages(tiff: Tiff) -> Pages:
    """Find the pages of a file; raises ValueError if not even the first directory can be read."""
    first = tiff.directory(tiff.first)
    directories = tuple(find_picture_directories(tiff))
    whole = [page for page in directories if _is_whole(tiff, page)]
    main = whole[0] if whole else first
    count = sum(page is main or not _is_small_copy(tiff, page, main) for page in whole)
    own = {entry.tag for entry in main.entries}
    others = () if main.start == first.start else first.entries
    added = tuple(entry for entry in others if entry.tag not in own | NOT_KEPT_TAGS | _PAGE_TAGS)
    return Pages(main, replace(main, entries=main.entries + added), max(1, count), directories)


def _is_whole(tiff: Tiff, page: Directory) -> bool:
    """Whether the directory has a picture, and does not call it a smaller copy or a mask."""
    new_type, old_type = tiff.integer(page, Tag.NEW_SUBFILE_TYPE), tiff.integer(page, Tag.SUBFILE_TYPE)
    if new_type & _REDUCED_OR_MASK or old_type == _REDUCED:
        return False
    return page.get(Tag.IMAGE_WIDTH) is not None and page.get(Tag.IMAGE_LENGTH) is not None


def _is_small_copy(tiff: Tiff, page: Directory, main: Directory) -> bool:
    """Whether the page, by its size and its proportions, is a small copy of `main`, though its tags do not say so."""
    width, height = tiff.integer(page, Tag.IMAGE_WIDTH), tiff.integer(page, Tag.IMAGE_LENGTH)
    across, down = tiff.integer(main, Tag.IMAGE_WIDTH), tiff.integer(main, Tag.IMAGE_LENGTH)
    return 2 * width <= across and 2 * height <= down and abs(width * down - height * across) <= 2 * max(across, down)
