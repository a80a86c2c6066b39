"""The journal of a batch: an SQLite database that records what became of each file.

It is what makes a batch resumable: a later run of the same command reads it, does only what is still `todo`, and
repeats nothing. If it is lost, the same is recovered from the marks in the results, see `scan`.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import OutputError

RowStatus = Literal["todo", "done", "skipped", "failed"]
"""`todo` also while a file is worked on: what a killed batch had begun still has to be done."""

FileKind = Literal["photo", "other"]
"""Photos are enhanced, other files are copied."""

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE photos (
    relative BLOB PRIMARY KEY,
    output BLOB NOT NULL,
    kind TEXT NOT NULL,
    work TEXT NOT NULL,
    size INTEGER NOT NULL,
    version TEXT NOT NULL,
    checksum TEXT,
    status TEXT NOT NULL,
    reason TEXT,
    seconds REAL NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    scan INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX by_status ON photos (scan, status, relative);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_COLUMNS = "relative, output, kind, work, size, version, checksum, status, reason, seconds, tries"
_ROWS_PER_QUERY = 500


@dataclass(frozen=True)
class JournalRow:
    """A file of the source.

    relative: its name in the source. output: the name of its result in the destination. work: digest of what has to be
    done with it, see `BatchJob.work_digest`. size, version: the file's state when it was done, see
    `storage.StoredFile`. checksum: of its content, with --checksum. reason: why it was skipped or failed. seconds: that
    the work took. tries: how often it was begun without an outcome.
    """

    relative: str
    output: str
    kind: FileKind
    work: str
    size: int
    version: str
    checksum: str | None = None
    status: RowStatus = "todo"
    reason: str | None = None
    seconds: float = 0.0
    tries: int = 0


class Journal:
    """Rows by relative name. Rows of files that the latest scan did not see are kept, but neither listed nor counted.

    All methods raise OutputError if the database cannot be written, as when the disk is full.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._scan = int(self.fact("scan") or 0)

    def fact(self, name: str) -> str | None:
        """Return a value that concerns the whole batch, or None if it is not set."""
        row = self._execute("SELECT value FROM facts WHERE name = ?", name).fetchone()
        return None if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        self._execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value)

    @contextmanager
    def scanning(self) -> Iterator[None]:
        """Start a new scan: the rows put in this block belong to it. If the block raises, all is rolled back."""
        self._execute("BEGIN IMMEDIATE")
        self._scan += 1
        try:
            self.set_fact("scan", str(self._scan))
            yield
            self._execute("COMMIT")
        except BaseException:
            self._scan -= 1
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def get(self, relative: str) -> JournalRow | None:
        """Return a file's row, whichever scan has seen it last."""
        row = self._execute(f"SELECT {_COLUMNS} FROM photos WHERE relative = ?", os.fsencode(relative)).fetchone()
        return None if row is None else _to_row(row)

    def put(self, row: JournalRow) -> None:
        """Insert or replace a row, as part of the latest scan."""
        values = (os.fsencode(row.relative), os.fsencode(row.output), row.kind, row.work, row.size, row.version)
        outcome = (row.checksum, row.status, row.reason, row.seconds, row.tries, self._scan)
        self._execute("INSERT OR REPLACE INTO photos VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *values, *outcome)

    def begin(self, relative: str) -> None:
        """Count one more try of a file; `put` records its outcome."""
        self._execute("UPDATE photos SET tries = tries + 1 WHERE relative = ?", os.fsencode(relative))

    def rows(self, status: RowStatus | None = None) -> Iterator[JournalRow]:
        """Yield the latest scan's rows in order of their names; they may be changed meanwhile."""
        last = b""
        condition = "" if status is None else "AND status = ?"
        while True:
            rows = self._execute(
                f"SELECT {_COLUMNS} FROM photos WHERE scan = ? AND relative > ? {condition} ORDER BY relative LIMIT ?",
                *(self._scan, last, *(() if status is None else (status,)), _ROWS_PER_QUERY),
            ).fetchall()
            if not rows:
                return
            yield from map(_to_row, rows)
            last = rows[-1][0]

    def counts(self) -> Mapping[RowStatus, int]:
        """Return the number of the latest scan's rows by status."""
        rows = self._execute("SELECT status, count(*) FROM photos WHERE scan = ? GROUP BY status", self._scan)
        counts: dict[RowStatus, int] = {"todo": 0, "done": 0, "skipped": 0, "failed": 0}
        return {**counts, **dict(rows.fetchall())}

    def find_collision(self) -> tuple[str, str, str] | None:
        """Return two files of the latest scan that would have one output, and this output; None if there are none."""
        row = self._execute(
            "SELECT min(relative), max(relative), output FROM photos WHERE scan = ? "
            "GROUP BY output HAVING count(*) > 1 LIMIT 1",
            self._scan,
        ).fetchone()
        return None if row is None else (os.fsdecode(row[0]), os.fsdecode(row[1]), os.fsdecode(row[2]))

    def _execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise OutputError(f"cannot write the journal ({error}); free some space and run again") from error


@contextmanager
def open_journal(file: Path) -> Iterator[tuple[Journal, bool]]:
    """Open the journal in a file, creating it if needed; the flag says whether it was damaged and had to be replaced.

    Raises OutputError if it cannot be written, or was written by a newer version.
    """
    connection, damaged = _connect(file), False
    if connection is None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{file}{suffix}").unlink(missing_ok=True)
        connection, damaged = _connect(file), True
    if connection is None:
        raise OutputError(f"{file}: cannot create the journal")
    with contextlib.closing(connection):
        yield Journal(connection), damaged


@contextmanager
def copy_in_memory(file: Path) -> Iterator[Journal]:
    """Open a copy of the journal that is discarded afterwards, for a dry run; an empty one if there is no file."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        existing = _connect(file) if file.exists() else None
        if existing is not None:
            with contextlib.closing(existing):
                existing.backup(connection)
        else:
            connection.executescript(_SCHEMA)
        yield Journal(connection)


def _connect(file: Path) -> sqlite3.Connection | None:
    """Return None if the file is damaged or no journal."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            connection = sqlite3.connect(file, timeout=30, isolation_level=None)
            stack.callback(connection.close)
            connection.execute("PRAGMA journal_mode = WAL")
            # A power cut may lose the last rows; they are recovered from the marks in the results.
            connection.execute("PRAGMA synchronous = NORMAL")
            intact = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise OutputError(f"{file}: written by a newer uegan; update uegan to go on with this batch")
            if version == 0 and intact:
                connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
            if intact:
                connection.execute(f"SELECT {_COLUMNS}, scan FROM photos LIMIT 1")
                stack.pop_all()
                return connection
    except sqlite3.DatabaseError as error:
        if _is_external(error):
            raise OutputError(f"{file}: cannot write the journal ({error})") from error
    except OSError as error:
        raise OutputError(f"{file}: cannot create the journal ({error.strerror or error})") from error
    return None


def _is_external(error: sqlite3.DatabaseError) -> bool:
    """Return whether the cause is the disk, access rights or a lock, not the file's content."""
    return getattr(error, "sqlite_errorcode", None) in (
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
    )


def _to_row(columns: tuple[object, ...]) -> JournalRow:
    relative, output, *rest = columns
    assert isinstance(relative, bytes) and isinstance(output, bytes)
    return JournalRow(os.fsdecode(relative), os.fsdecode(output), *rest)  # type: ignore[arg-type]
