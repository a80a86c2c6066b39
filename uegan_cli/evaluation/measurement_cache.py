"""Cache of what `eval` has measured: a small SQLite database in the user cache, so that a second run is quick."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..errors import PhotoError

Values = NDArray[np.float64] | NDArray[np.float32]
"""What a metric group measures of one picture: one number a metric, or a vector of features."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS measures (version TEXT, key TEXT, type TEXT, data BLOB, PRIMARY KEY (version, key))
WITHOUT ROWID
"""


class MeasurementCache:
    """Arrays by key, from one version of the program.

    It raises nothing: an entry that cannot be read is measured again, one that cannot be written is lost.

    connection: None caches nothing. fresh: all is measured anew, and stored.
    """

    def __init__(self, connection: sqlite3.Connection | None, version: str, fresh: bool = False) -> None:
        self._connection = connection
        self._version = version
        self._fresh = fresh

    def get(self, key: str) -> Values | None:
        """Return the cached array, or None if it has to be measured."""
        if self._connection is None or self._fresh:
            return None
        try:
            entry = self._connection.execute(
                "SELECT type, data FROM measures WHERE version = ? AND key = ?", (self._version, key)
            ).fetchone()
            return None if entry is None else np.frombuffer(entry[1], entry[0]).copy()
        except (sqlite3.Error, TypeError, ValueError):
            return None

    def put(self, key: str, values: Values) -> None:
        """Store an array at once: if the program is killed, everything put so far is kept."""
        if self._connection is None:
            return
        try:
            entry = (self._version, key, values.dtype.str, values.tobytes())
            self._connection.execute("INSERT OR REPLACE INTO measures VALUES (?, ?, ?, ?)", entry)
        except sqlite3.Error:
            self._connection = None


@contextmanager
def open_cache(file: Path | None, fresh: bool = False, version: str = __version__) -> Iterator[MeasurementCache]:
    """Open the database; create it if it is missing and replace it if it is damaged. None caches nothing.

    Entries of another version of the program are deleted: it may make other pictures.
    """
    connection = None if file is None else (_connect(file, version) or _connect(file, version))
    try:
        yield MeasurementCache(connection, version, fresh)
    finally:
        if connection is not None:
            connection.close()


def file_identity(path: Path) -> str:
    """Return a text that changes whenever the file does: path, size and time. Raises PhotoError."""
    try:
        status = path.stat()
    except OSError as error:
        raise PhotoError(f"{path}: cannot be read ({error.strerror or error})") from error
    return f"{path.resolve()} {status.st_size} {status.st_mtime_ns}"


def cache_key(*parts: str) -> str:
    """Return a hexadecimal SHA-256 digest of the parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _connect(file: Path, version: str) -> sqlite3.Connection | None:
    """Return None where the database cannot be opened; a file that is no database is deleted."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            # Every entry is committed as it is measured. Losing the last ones in a power cut only costs time.
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
