"""A batch: a job over a whole tree, resumed by running the same command again.

`scan` compares source, destination and journal, and records in the journal what has to be done with each file;
`process` does it and records each result at once. A run that is stopped or killed, or cut off by a power cut, leaves
rows that are still `todo`, and the next run continues there. If the journal is lost or damaged, the scan recognises
what is done by the mark in each result, which holds the `work_key` of its row.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import PurePosixPath
from typing import Any

from ..errors import OutputError, UeganError
from ..photo.suffixes import SUFFIXES, WRITABLE, format_by_name
from .journal import FileKind, Journal, JournalRow
from .pipeline import ReadOptions, WriteOptions
from .plan import RAW_RESULT_FORMAT
from .storage import Storage

MAX_TRIES_IN_PROCESS = 2
"""Tries without a result, as after a crash, until a file is processed in isolation."""


@dataclass(frozen=True)
class BatchJob:
    """Everything that determines the results of a batch; picklable, for workers on other machines.

    style: path of the style file. checksum: recognise changed files by content, not by size and time. copy_others: copy
    files that are not photos, and photos that are results of uegan. force: replace files in the destination that this
    job has not made.
    """

    source: Storage
    destination: Storage
    style: str
    style_hash: str
    strength: float = 1.0
    read_options: ReadOptions = field(default_factory=ReadOptions)
    write_options: WriteOptions = field(default_factory=WriteOptions)
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    checksum: bool = False
    copy_others: bool = False
    force: bool = False

    def output_of(self, relative: str) -> str:
        """Return the name of a photo's result: the photo's, with another suffix if the format changes."""
        by_name = format_by_name(relative)
        format = self.write_options.format or (by_name if by_name in WRITABLE else RAW_RESULT_FORMAT)
        if format == by_name:
            return relative
        return str(PurePosixPath(relative).with_suffix(SUFFIXES[format][0]))

    def work_digest(self, kind: FileKind, output: str) -> str:
        """Return a digest of what has to be done with a file, independent of its content."""
        parts: tuple[object, ...] = (output,)
        if kind == "photo":
            read, write = self.read_options, self.write_options
            parts += (self.style_hash, f"{self.strength:g}", write.format, write.quality, write.metadata)
            parts += (write.preserve, read.first_frame)
        return _digest(kind, *map(str, parts))


@dataclass(frozen=True)
class RowResult:
    """What became of a file.

    row: for the journal. error: why it failed. disk_is_full: not this file's fault; no later file can
    succeed.
    """

    row: JournalRow
    warnings: tuple[str, ...] = ()
    error: UeganError | None = None
    disk_is_full: bool = False

    @classmethod
    def failed(cls, row: JournalRow, error: UeganError) -> RowResult:
        cause: Any = error.__cause__
        is_full = isinstance(error, OutputError) and getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        return cls(replace(row, status="failed", reason=str(error), tries=0), error=error, disk_is_full=is_full)


Engine = Callable[[Iterable[JournalRow]], Generator[RowResult, None, None]]
"""Processes files, several at a time, and yields each result as soon as it is there."""


def process(
    journal: Journal, engine: Engine, isolated: Engine | None, only: Container[str] | None = None
) -> Generator[RowResult, None, None]:
    """Process the files that are `todo`, and record each result in the journal before yielding it.

    engine: must not take rows ahead, because each row that was taken is a suspect if the program crashes.
    isolated: engine for rows on which the program may have crashed; it has to survive them. None if the engine works in
    other processes, so that no row can crash the program. only: names of the files to process; None for all.

    A crash counts as a try of the row; a stop does not. Files that are finished after the
    last result was taken are not recorded; the next scan finds them by their mark.

    Raises OutputError if the disk is full.
    """
    suspects: list[JournalRow] = []

    begun: dict[str, JournalRow] = {}

    def others() -> Iterator[JournalRow]:
        for row in journal.rows("todo"):
            if only is not None and row.relative not in only:
                continue
            if isolated is None:
                yield row
            elif row.tries >= MAX_TRIES_IN_PROCESS:
                suspects.append(row)
            else:
                journal.begin(row.relative)
                begun[row.relative] = row
                yield row

    try:
        yield from _record(journal, engine, others(), begun)
        if isolated is not None:
            yield from _record(journal, isolated, iter(suspects), begun)
    except (KeyboardInterrupt, SystemExit, GeneratorExit, UeganError):
        with contextlib.suppress(OutputError):
            for row in begun.values():
                journal.put(row)
        raise


def _record(
    journal: Journal, engine: Engine, rows: Iterator[JournalRow], begun: dict[str, JournalRow]
) -> Generator[RowResult, None, None]:
    # Starting an engine is expensive: there has to be a first file.
    first = next(rows, None)
    if first is None:
        return
    with closing(engine(chain([first], rows))) as results:
        for result in results:
            if result.disk_is_full:
                assert result.error is not None
                raise result.error
            begun.pop(result.row.relative, None)
            journal.put(result.row)
            yield result


def work_key(row: JournalRow) -> str:
    """Return what a result's mark says of its work and its source, so that the result is recognised."""
    return _digest(row.work, row.checksum or f"{row.size} {row.version}")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]
