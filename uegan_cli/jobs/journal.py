"""The journal of a job: what has become of each photo, so that nothing is forgotten and nothing done twice."""

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

Status = Literal["todo", "done", "skipped", "failed"]
"""`todo` also while it is worked on: what a killed job had in hand is still to be done."""

Kind = Literal["photo", "other"]

VERSION = 1
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
_AT_A_TIME = 500


@dataclass(frozen=True)
class Row:
    """One photo, or another file that is copied.

    relative: where it is in the source. output: where its result is in the destination. work: a digest of what is to be
    done with it. size, version, checksum: the source when it was done, see `places.Found`; the checksum where one was
    asked for. reason: why it was skipped or failed. tries: how often it was begun since it was last told of.
    """

    relative: str
    output: str
    kind: Kind
    work: str
    size: int
    version: str
    checksum: str | None = None
    status: Status = "todo"
    reason: str | None = None
    seconds: float = 0.0
    tries: int = 0


class Journal:
    """Rows by name. What is not part of the present scan stays, and is not counted.

    Raises OutputError where the disk is full.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._scan = int(self.fact("scan") or 0)

    def fact(self, name: str) -> str | None:
        row = self._execute("SELECT value FROM facts WHERE name = ?", name).fetchone()
        return None if row is None else str(row[0])

    def note_fact(self, name: str, value: str) -> None:
        self._execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value)

    @contextmanager
    def scanning(self) -> Iterator[None]:
        """All that is put meanwhile is one scan, kept as a whole or not at all."""
        self._execute("BEGIN IMMEDIATE")
        self._scan += 1
        try:
            self.note_fact("scan", str(self._scan))
            yield
            self._execute("COMMIT")
        except BaseException:
            self._scan -= 1
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def get(self, relative: str) -> Row | None:
        found = self._execute(f"SELECT {_COLUMNS} FROM photos WHERE relative = ?", os.fsencode(relative)).fetchone()
        return None if found is None else _row(found)

    def put(self, row: Row) -> None:
        values = (os.fsencode(row.relative), os.fsencode(row.output), row.kind, row.work, row.size, row.version)
        told = (row.checksum, row.status, row.reason, row.seconds, row.tries, self._scan)
        self._execute("INSERT OR REPLACE INTO photos VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *values, *told)

    def begin(self, relative: str) -> None:
        """It is taken in hand."""
        self._execute("UPDATE photos SET tries = tries + 1 WHERE relative = ?", os.fsencode(relative))

    def rows(self, status: Status | None = None) -> Iterator[Row]:
        """Those of the present scan, in order; they may be changed meanwhile."""
        last = b""
        which = "" if status is None else "AND status = ?"
        while True:
            found = self._execute(
                f"SELECT {_COLUMNS} FROM photos WHERE scan = ? AND relative > ? {which} ORDER BY relative LIMIT ?",
                *(self._scan, last, *(() if status is None else (status,)), _AT_A_TIME),
            ).fetchall()
            if not found:
                return
            yield from map(_row, found)
            last = found[-1][0]

    def counts(self) -> Mapping[Status, int]:
        """Of the present scan."""
        found = self._execute("SELECT status, count(*) FROM photos WHERE scan = ? GROUP BY status", self._scan)
        counts: dict[Status, int] = {"todo": 0, "done": 0, "skipped": 0, "failed": 0}
        return {**counts, **dict(found.fetchall())}

    def collision(self) -> tuple[str, str, str] | None:
        """Two files of the present scan that would have one output, and this output."""
        found = self._execute(
            "SELECT min(relative), max(relative), output FROM photos WHERE scan = ? "
            "GROUP BY output HAVING count(*) > 1 LIMIT 1",
            self._scan,
        ).fetchone()
        return None if found is None else (os.fsdecode(found[0]), os.fsdecode(found[1]), os.fsdecode(found[2]))

    def _execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise OutputError(f"the journal cannot be written ({error}); make room and start again") from error


@contextmanager
def opened(file: Path) -> Iterator[tuple[Journal, bool]]:
    """The journal in a file, and whether it was damaged and had to be begun anew.

    Raises OutputError where it cannot be written, or a newer version has made it.
    """
    connection, damaged = _open(file), False
    if connection is None:
        for part in ("", "-wal", "-shm"):
            Path(f"{file}{part}").unlink(missing_ok=True)
        connection, damaged = _open(file), True
    if connection is None:
        raise OutputError(f"{file}: the journal cannot be made")
    with contextlib.closing(connection):
        yield Journal(connection), damaged


@contextmanager
def in_memory(file: Path) -> Iterator[Journal]:
    """What is in the journal, to be changed without a trace."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        existing = _open(file) if file.exists() else None
        if existing is not None:
            with contextlib.closing(existing):
                existing.backup(connection)
        else:
            connection.executescript(_SCHEMA)
        yield Journal(connection)


def _open(file: Path) -> sqlite3.Connection | None:
    """None where there is something else, or what is left of a journal."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            connection = sqlite3.connect(file, timeout=30, isolation_level=None)
            stack.callback(connection.close)
            connection.execute("PRAGMA journal_mode = WAL")
            # After a power cut the last rows may be missing; the results' marks tell them.
            connection.execute("PRAGMA synchronous = NORMAL")
            whole = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise OutputError(f"{file}: a newer uegan has made this journal; use that one")
            if version == 0 and whole:
                connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
            if whole:
                connection.execute(f"SELECT {_COLUMNS}, scan FROM photos LIMIT 1")
                stack.pop_all()
                return connection
    except sqlite3.DatabaseError as error:
        if _is_outside(error):
            raise OutputError(f"{file}: the journal cannot be written ({error})") from error
    except OSError as error:
        raise OutputError(f"{file}: the journal cannot be made ({error.strerror or error})") from error
    return None


def _is_outside(error: sqlite3.DatabaseError) -> bool:
    """Whether it is not the file's content that is wrong, but its disk or the rights to it."""
    return getattr(error, "sqlite_errorcode", None) in (
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
    )


def _row(found: tuple[object, ...]) -> Row:
    relative, output, *rest = found
    assert isinstance(relative, bytes) and isinstance(output, bytes)
    return Row(os.fsdecode(relative), os.fsdecode(output), *rest)  # type: ignore[arg-type]
