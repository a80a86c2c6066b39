"""What was measured before, so that it need not be measured again: a small data base in the user cache."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np

from .measures import Values

_SCHEMA = "CREATE TABLE IF NOT EXISTS measured (key TEXT PRIMARY KEY, type TEXT, data BLOB) WITHOUT ROWID"


class Kept:
    """Arrays by key. Nothing is worth an error here: what cannot be read is measured, what cannot be written lost."""

    def __init__(self, connection: sqlite3.Connection | None) -> None:
        self._connection = connection

    def get(self, key: str) -> Values | None:
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT type, data FROM measured WHERE key = ?", (key,)).fetchone()
            return None if row is None else np.frombuffer(row[1], row[0]).copy()
        except (sqlite3.Error, TypeError, ValueError):
            return None

    def put(self, key: str, values: Values) -> None:
        if self._connection is None:
            return
        try:
            row = (key, values.dtype.str, values.tobytes())
            self._connection.execute("INSERT OR REPLACE INTO measured VALUES (?, ?, ?)", row)
        except sqlite3.Error:
            self._connection = None


@contextmanager
def keeping(file: Path | None) -> Iterator[Kept]:
    """The data base, made where there is none, and made anew where it is no data base. None keeps nothing."""
    connection = None if file is None else (_opened(file) or _opened(file))
    try:
        yield Kept(connection)
    finally:
        if connection is not None:
            connection.close()


def _opened(file: Path) -> sqlite3.Connection | None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            # Each result is kept as it is found; what a power cut takes is measured again.
            connection = sqlite3.connect(file, timeout=30, isolation_level=None)
            stack.callback(connection.close)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(_SCHEMA)
            stack.pop_all()
            return connection
    except sqlite3.DatabaseError as error:
        if not isinstance(error, sqlite3.OperationalError):
            with suppress(OSError):
                file.unlink()
        return None
    except OSError:
        return None
