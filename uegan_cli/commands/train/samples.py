"""Sample sheets: some of the user's photos as they were, in the instant look, and as far as a run has come."""

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

MOST = 24
"""Photos that are shown; more would keep the run waiting."""


def probes(named: Sequence[Path], report: Report) -> list[Path]:
    """The photos behind --probe. Raises NoInputError where there are none."""
    if not named:
        return []
    found = [photo.path for photo in find_inputs([str(path) for path in named], recursive=True).photos]
    if len(found) > MOST:
        report.say(f"--probe: the sheets show the first {MOST} of {len(found)} photos")
    return found[:MOST]


def read_rows(paths: Sequence[Path], report: Report) -> list[SheetRow]:
    """Photos for the sheets; one that cannot be read is told and left out. Raises NoInputError where none is left."""
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


class Samples:
    """The sheets of one run, in its folder.

    rows: the photos as they were. instant: the look that training starts from, where it does.
    """

    def __init__(self, folder: Path, rows: Sequence[SheetRow], instant: nn.Module | None) -> None:
        self.folder = folder
        self.rows = rows if instant is None else _with(rows, instant)
        self.captions = [] if instant is None else ["instant look"]

    def draw(self, name: str, network: nn.Module | None = None, caption: str = "") -> Path:
        """Write `samples-NAME.jpg`, with what the network makes of the photos if one is given."""
        path = self.folder / f"samples-{name}.jpg"
        if network is None:
            write_sheet(path, self.rows, self.captions)
        else:
            write_sheet(path, _with(self.rows, network), [*self.captions, caption])
        return path


def _with(rows: Sequence[SheetRow], network: nn.Module) -> list[SheetRow]:
    """The photos with one more version."""
    from ...training.samples import enhanced

    return [SheetRow(row.name, [*row.versions, enhanced(network, row.versions[0])]) for row in rows]
