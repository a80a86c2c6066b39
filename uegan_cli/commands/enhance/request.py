"""What `uegan enhance` was asked to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...jobs.inputs import read_list
from ...jobs.plan import format_of
from ..shared.streams import STREAM, standard_input, standard_output

if TYPE_CHECKING:
    from ...photo.photo import Keep


@dataclass(frozen=True)
class EnhanceRequest:
    """What `uegan enhance` was asked to do, checked. Raises UsageError for options that do not fit together.

    photos: files, folders, globs, or - for standard input. listed: names of photos from --files-from. style: a name or
    a file. output: a file, a folder, or - for standard output. format: of --format, as `photo` names it. piped:
    `output` is the temporary file of standard output.
    """

    photos: tuple[str, ...]
    listed: tuple[str, ...]
    style: str
    strength: float
    output: Path | None
    in_place: bool
    format: str | None
    quality: int | None
    metadata: Keep
    preserve: bool
    sheet: Path | None
    force: bool
    update: bool
    again: bool
    dry_run: bool
    recursive: bool
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    first_frame: bool
    max_pixels: int | None
    fail_fast: bool
    device: str
    full_network: bool
    jobs: int | None
    json: bool
    piped: bool = False

    def __post_init__(self) -> None:
        if self.in_place and (self.output is not None or self.format is not None):
            raise UsageError("--in-place keeps a photo's name and format; leave out -o and --format")
        if self.in_place and self.strength == 0:
            raise UsageError("--strength 0 changes nothing, so --in-place has nothing to write; leave out one of them")
        if self.force and self.update:
            raise UsageError("--force replaces every result and --update only older ones; choose one")
        if STREAM in self.photos and (self._named > 1 or self.output is None):
            raise UsageError("- reads one photo from standard input; use it alone, with -o FILE or -o -")
        if self.output == Path(STREAM):
            if self._named != 1 or self.json:
                raise UsageError("-o - writes one photo to standard output; name one photo, without --json")
            if sys.stdout.isatty():
                raise UsageError("-o - writes binary data; redirect standard output to a file or a program")

    @property
    def _named(self) -> int:
        """How many photos, folders and globs were named."""
        return len(self.photos + self.listed)

    @property
    def result_format(self) -> str | None:
        """The format of the results: that of --format, else that of the suffix of -o, else None: the photo's own."""
        return self.format or (None if self.piped else format_of(self.output))


def read_names(files_from: str | None, null: bool) -> tuple[str, ...]:
    """Return the names in the list of --files-from. Raises UsageError."""
    if files_from is not None:
        return tuple(read_list(files_from, null))
    if null:
        raise UsageError("-0 is about the list of --files-from; add --files-from")
    return ()


@contextmanager
def without_streams(request: EnhanceRequest) -> Iterator[EnhanceRequest]:
    """Replace standard input and output in the request by temporary files. Raises OutputError."""
    with ExitStack() as streams:
        if request.output == Path(STREAM):
            request = replace(request, output=streams.enter_context(standard_output()), piped=True)
        if STREAM in request.photos:
            photo = streams.enter_context(standard_input())
            request = replace(request, photos=(str(photo),), again=True)
        yield request
