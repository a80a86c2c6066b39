"""Sample sheets: photos of the user as they were, in the instant look, and as the run has come to enhance them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NoInputError, PhotoError
from ...jobs.inputs import find_inputs
from ..shared.contact_sheet import SheetRow, write_sheet
from ..shared.output import Report

if TYPE_CHECKING:
    from torch import nn

MAX_PHOTOS = 24
"""Photos on a sheet; with more, drawing would slow the run down."""


def find_probes(named: Sequence[Path], report: Report) -> list[Path]:
    """Return the photos behind --probe, MAX_PHOTOS at most. Raises NoInputError for a path without photos."""
    if not named:
        return []
    found = [photo.path for photo in find_inputs([str(path) for path in named], recursive=True).photos]
    if len(found) > MAX_PHOTOS:
        report.say(f"--probe: the sheets show the first {MAX_PHOTOS} of {len(found)} photos")
    return found[:MAX_PHOTOS]


def read_rows(paths: Sequence[Path], report: Report) -> list[SheetRow]:
    """Read photos for the sheets; unreadable ones are reported and skipped. Raises NoInputError if all are."""
    from ...training.samples import read_sample

    rows = []
    for path in paths:
        try:
            rows.append(SheetRow(path.name, [read_sample(path)]))
        except PhotoError as error:
            report.complain(str(error))
    if not rows:
        raise NoInputError("--probe: none of these photos can be read; name others")
    return rows


class SampleSheets:
    """The sheets of one run, in its folder.

    rows: the unedited photos. instant: the instant look, if training starts from one; it gets a column of its own.
    """

    def __init__(self, folder: Path, rows: Sequence[SheetRow], instant: nn.Module | None) -> None:
        self.folder = folder
        self.rows = rows if instant is None else _add_version(rows, instant)
        self.captions = [] if instant is None else ["instant look"]

    def write(self, name: str, network: nn.Module | None = None, caption: str = "") -> Path:
        """Write `samples-NAME.jpg`, with a column of the photos as enhanced by the network, if one is given."""
        path = self.folder / f"samples-{name}.jpg"
        if network is None:
            write_sheet(path, self.rows, self.captions)
        else:
            write_sheet(path, _add_version(self.rows, network), [*self.captions, caption])
        return path


def _add_version(rows: Sequence[SheetRow], network: nn.Module) -> list[SheetRow]:
    from ...training.samples import enhance_sample

    return [SheetRow(row.name, [*row.versions, enhance_sample(network, row.versions[0])]) for row in rows]
