"""What the user gets to read: results on stdout, everything else on stderr."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from ...errors import OutputError

_HARMLESS = "\t\u200c\u200d"
"""Tabs, and what joins and parts letters and emoji."""


class Advance(Protocol):
    """Called with the name of what was done, and how much of the total it was."""

    def __call__(self, name: str, by: int = 1) -> None: ...


@dataclass(frozen=True)
class Report:
    """json: results are JSON Lines. quiet: errors and results alone. verbose: details too."""

    json: bool = False
    quiet: bool = False
    verbose: bool = False

    def result(self, text: str) -> None:
        """A line that was asked for, on stdout; JSON takes its place where that is wanted."""
        if not self.json:
            _to_stdout(printable(text))

    def progress_line(self, text: str) -> None:
        """A result that is worth a line unless the user wants silence."""
        if not self.quiet:
            self.result(text)

    def record(self, data: dict[str, Any]) -> None:
        """One JSON object on stdout, where JSON was asked for."""
        if self.json:
            # Bytes in names that are no text become escapes, which JSON knows as long as they are Unicode's.
            unicode = (sys.stdout.encoding or "").lower().startswith("utf")
            _to_stdout(json.dumps(data, ensure_ascii=not unicode))

    def say(self, text: str) -> None:
        """A message on stderr."""
        if not self.quiet:
            _to_stderr(printable(text))

    def detail(self, text: str) -> None:
        if self.verbose:
            self.say(text)

    def complain(self, text: str) -> None:
        """An error or a warning: never silenced."""
        _to_stderr(f"uegan: {printable(text)}")

    def table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        right: Collection[int] = (),
        best: Collection[tuple[int, int]] = (),
        headed: bool = False,
    ) -> None:
        """A table on stdout: as wide as the terminal, or tab-separated where it is not read by a person.

        right: columns of numbers. best: rows and columns of cells that stand out. headed: piped, too.
        """
        if not sys.stdout.isatty():
            for row in [headings, *rows] if headed else rows:
                self.result("\t".join(row))
            return
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for index, heading in enumerate(headings):
            table.add_column(heading, justify="right" if index in right else "left", no_wrap=index == 0)
        for at, row in enumerate(rows):
            cells = [Text(printable(cell), "bold" if (at, column) in best else "") for column, cell in enumerate(row)]
            table.add_row(*cells)
        Console(highlight=False).print(table)

    @contextmanager
    def bar(self, total: int, unit: str, done: int = 0, each: int = 1) -> Iterator[Advance]:
        """A bar with the number done, rate, time left and current name: on a terminal, and nothing elsewhere.

        total, done: of the whole, and what was done before. each: how many units one of the whole is.
        """
        if self.quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            yield _silent
            return
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.description}"),
        )
        # Rich would send piped results to the terminal; where both are one terminal it keeps the bar below them.
        progress = Progress(
            *columns,
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
            expand=True,
            # Work that comes in jerks gets a steady rate, and so a steady time left.
            speed_estimate_period=120,
        )
        with progress:
            task = progress.add_task("", total=total, completed=done, rate="")

            def advance(name: str, by: int = 1) -> None:
                progress.update(task, advance=by, description=escape(_shortened(printable(name))))
                speed = progress.tasks[0].speed
                progress.update(task, rate=f"{speed * each:.1f} {unit}/s" if speed else "")

            yield advance


def printable(text: str) -> str:
    """The text without what a terminal would obey: names and cards are written by strangers."""
    return "".join(char if char.isprintable() or char in _HARMLESS else _escaped(char) for char in text)


def entry(name: str, text: str, say: Callable[[str], None]) -> None:
    """Say what there is to say of a thing; on a terminal broken to its width, each line below the first's beginning."""
    line = f"{name:<9}{printable(text)}"
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else len(line)
    for part in textwrap.wrap(line, width, subsequent_indent=" " * 9, break_long_words=False, break_on_hyphens=False):
        say(part)


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def size_in_words(size: int) -> str:
    """Bytes as people say them, in decimal units."""
    value, units = float(size), ["bytes", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.1f} {units[0]}" if value < 10 and units[0] != "bytes" else f"{value:.0f} {units[0]}"


def duration(seconds: float) -> str:
    """A time as people say it: about as exactly as it can be known beforehand."""
    minutes = round(seconds / 60)
    if seconds < 50:
        return f"{max(5, 5 * round(seconds / 5))} seconds"
    if minutes < 90:
        return counted(max(1, minutes), "minute")
    hours = round(seconds / 3600)
    return counted(hours, "hour") if hours < 48 else counted(round(hours / 24), "day")


def _silent(name: str, by: int = 1) -> None:
    pass


def _to_stdout(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output: cannot be written ({error.strerror}); send it elsewhere") from error


def _to_stderr(text: str) -> None:
    # Where messages do not get through there is no one to tell.
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii") if not 0xD800 <= ord(char) <= 0xDFFF else char


def _shortened(name: str, width: int = 32) -> str:
    return name if len(name) <= width else "…" + name[1 - width :]
