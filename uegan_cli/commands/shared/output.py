"""Output on the terminal: results on stdout, messages on stderr."""

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

_SAFE_CHARACTERS = "\t\u200c\u200d"
"""Printed although str.isprintable denies it: tabs, and the zero-width (non-)joiners of letters and emoji."""


class Advance(Protocol):
    """Callback that moves a progress bar.

    name: what was done last, shown beside the bar. by: how much of the bar's total it was.
    """

    def __call__(self, name: str, by: int = 1) -> None: ...


@dataclass(frozen=True)
class Report:
    """What a command prints: results and JSON on stdout, messages and errors on stderr.

    json: print JSON Lines in the place of text results. quiet: print results and errors only. verbose: print details,
    too.
    """

    json: bool = False
    quiet: bool = False
    verbose: bool = False

    def result(self, text: str) -> None:
        """Print a result line on stdout; nothing with --json."""
        if not self.json:
            _to_stdout(printable(text))

    def progress_line(self, text: str) -> None:
        """Print a result line on stdout; nothing with --json or --quiet."""
        if not self.quiet:
            self.result(text)

    def record(self, data: dict[str, Any]) -> None:
        """Print a JSON object on stdout, one line; only with --json."""
        if self.json:
            # Stdout writes what it cannot encode as backslash escapes. In UTF-8 that is only undecodable bytes of file
            # names, as \\udcXX, which is JSON; in other encodings it may be \\xXX, which is not.
            unicode = (sys.stdout.encoding or "").lower().startswith("utf")
            _to_stdout(json.dumps(data, ensure_ascii=not unicode))

    def say(self, text: str) -> None:
        """Print a message on stderr; nothing with --quiet."""
        if not self.quiet:
            _to_stderr(printable(text))

    def detail(self, text: str) -> None:
        """Print a message on stderr; only with --verbose."""
        if self.verbose:
            self.say(text)

    def complain(self, text: str) -> None:
        """Print an error or a warning on stderr, always."""
        _to_stderr(f"uegan: {printable(text)}")

    def table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        right: Collection[int] = (),
        best: Collection[tuple[int, int]] = (),
        headed: bool = False,
    ) -> None:
        """Print a table on stdout: as wide as the terminal, or tab-separated if stdout is not a terminal.

        right: indices of right-aligned columns. best: (row, column) of cells in bold. headed: print the headings of a
        tab-separated table, too.
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
        """Show a progress bar on a terminal, with count, rate, time left and current name; nothing elsewhere.

        total: count at the end. done: count at the start. unit: what the rate is given in. each: units per count.
        """
        if self.quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            yield _ignore
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
        # Rich redirects piped results to the terminal; if stdout is the terminal, it keeps the bar below them.
        progress = Progress(
            *columns,
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
            expand=True,
            # Photos come in bursts; a long window gives a steady rate and time left.
            speed_estimate_period=120,
        )
        with progress:
            task = progress.add_task("", total=total, completed=done, rate="")

            def advance(name: str, by: int = 1) -> None:
                progress.update(task, advance=by, description=escape(_shorten(printable(name))))
                speed = progress.tasks[0].speed
                progress.update(task, rate=f"{speed * each:.1f} {unit}/s" if speed else "")

            yield advance


def printable(text: str) -> str:
    """Return the text with control characters escaped: file names and style cards may come from strangers."""
    return "".join(char if char.isprintable() or char in _SAFE_CHARACTERS else _escape(char) for char in text)


def say_labelled(label: str, text: str, say: Callable[[str], None]) -> None:
    """Say a text after its label; on a terminal wrapped, and indented below the start of the text."""
    line = f"{label:<9}{printable(text)}"
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else len(line)
    for part in textwrap.wrap(line, width, subsequent_indent=" " * 9, break_long_words=False, break_on_hyphens=False):
        say(part)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, plural where needed: 1 photo, 2 photos."""
    return f"{number} {noun}{'s' * (number != 1)}"


def format_size(size: int) -> str:
    """Return a number of bytes in decimal units, such as 8.3 MB."""
    value, units = float(size), ["bytes", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.1f} {units[0]}" if value < 10 and units[0] != "bytes" else f"{value:.0f} {units[0]}"


def format_duration(seconds: float) -> str:
    """Return a duration as estimates are given, in 5 seconds, whole minutes, hours or days: 12 minutes."""
    minutes = round(seconds / 60)
    if seconds < 50:
        return f"{max(5, 5 * round(seconds / 5))} seconds"
    if minutes < 90:
        return counted(max(1, minutes), "minute")
    hours = round(seconds / 3600)
    return counted(hours, "hour") if hours < 48 else counted(round(hours / 24), "day")


def _ignore(name: str, by: int = 1) -> None:
    pass


def _to_stdout(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output: cannot be written ({error.strerror}); redirect it elsewhere") from error


def _to_stderr(text: str) -> None:
    # If stderr cannot be written, there is nowhere left to report it.
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii") if not 0xD800 <= ord(char) <= 0xDFFF else char


def _shorten(name: str, width: int = 32) -> str:
    return name if len(name) <= width else "…" + name[1 - width :]
