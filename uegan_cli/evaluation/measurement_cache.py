"""What was measured before, so that it need not be measured again: a small data base in the user cache."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np

from .. import __version__
from .measures import Values

_SCHEMA = """
CREATE TABLE IF NOT EXISTS measures (version TEXT, key TEXT, type TEXT, data BLOB, PRIMARY KEY (version, key))
WITHOUT ROWID
"""


class Kept:
    """Arrays by key, of one version of the program. Nothing is worth an error here: what cannot be read is measured,
    what cannot be written lost. fresh: nothing is looked up.
    """

    def __init__(self, connection: sqlite3.Connection | None, version: str, fresh: bool = False) -> None:
        self._connection = connection
        self._version = version
        self._fresh = fresh

    def get(self, key: str) -> Values | None:
        if self._connection is None or self._fresh:
            return None
        try:
            found = self._connection.execute(
                "SELECT type, data FROM measures WHERE version = ? AND key = ?", (self._version, key)
            ).fetchone()
            return None if found is None else np.frombuffer(found[1], found[0]).copy()
        except (sqlite3.Error, TypeError, ValueError):
            return None

    def put(self, key: str, values: Values) -> None:
        if self._connection is None:
            return
        try:
            row = (self._version, key, values.dtype.str, values.tobytes())
            self._connection.execute("INSERT OR REPLACE INTO measures VALUES (?, ?, ?, ?)", row)
        except sqlite3.Error:
            self._connection = None


@contextmanager
def keeping(file: Path | None, fresh: bool = False, version: str = __version__) -> Iterator[Kept]:
    """The data base, made where there is none, and made anew where it is no data base. None keeps nothing.

    What another version of the program has measured is forgotten: its pictures may have been others.
    """
    connection = None if file is None else (_opened(file, version) or _opened(file, version))
    try:
        yield Kept(connection, version, fresh)
    finally:
        if connection is not None:
            connection.close()


def _opened(file: Path, version: str) -> sqlite3.Connection | None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            # Each result is kept as it is found; what a power cut takes is measured again.
            connection = sqlite3.connect(file, timeout=30, isolation_level=None)
            stack.callback(connection.close)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(_SCHEMA)
            connection.execute("DELETE FROM measures WHERE version < ? OR version > ?", (version, version))
            stack.pop_all()
            return connection
    except sqlite3.DatabaseError as error:
        if not isinstance(error, sqlite3.OperationalError):
            with suppress(OSError):
                file.unlink()
        return None
    except OSError:
        return None
