"""The worker of a batch: takes one file from the source to the destination, on whatever machine it runs."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import PhotoError, UeganError
from . import storage
from .batch import BatchJob, RowResult, work_key
from .journal import JournalRow
from .pipeline import PhotoPipeline
from .plan import Task

if TYPE_CHECKING:
    from ..enhancement.enhancer import Enhancer

MAX_ATTEMPTS_WHILE_CHANGING = 3
"""Times that a file is processed again because it changed while it was being processed."""


@dataclass(frozen=True)
class BatchWorker:
    """Processes one file of a job at a time."""

    job: BatchJob
    enhancer: Future[Enhancer]

    def process(self, row: JournalRow) -> RowResult:
        """Process a file; again, if it changes meanwhile. Any UeganError becomes a failed result."""
        source = self.job.source
        for _ in range(MAX_ATTEMPTS_WHILE_CHANGING):
            before = source.stat(row.relative)
            if before is None:
                return RowResult(replace(row, status="skipped", reason="was deleted during the run", tries=0))
            result = self._process_once(replace(row, size=before.size, version=before.version, tries=0))
            if source.stat(row.relative) in (before, None):
                return result
        name = f"{source}/{row.relative}"
        return RowResult.failed(row, PhotoError(f"{name}: keeps changing; run again once it is complete"))

    def _process_once(self, row: JournalRow) -> RowResult:
        started = time.perf_counter()
        try:
            with self.job.source.reading(row.relative) as path:
                if self.job.checksum:
                    row = replace(row, checksum=checksum(path))
                result = self._copy(row) if row.kind == "other" else self._enhance(row, path)
        except UeganError as error:
            return RowResult.failed(row, error)
        return replace(result, row=replace(result.row, seconds=time.perf_counter() - started))

    def _enhance(self, row: JournalRow, path: Path) -> RowResult:
        job = self.job
        with job.destination.writing(row.output) as target:
            task = Task(path, target, work_key=work_key(row), skip_enhanced=True)
            result = PhotoPipeline(self.enhancer, job.read_options, job.write_options).process(task)
        names = {str(path): f"{job.source}/{row.relative}", str(target): f"{job.destination}/{row.output}"}
        if result.error is not None:
            raise type(result.error)(_with_names(str(result.error), names)) from result.error.__cause__
        warnings = tuple(_with_names(warning, names) for warning in result.warnings)
        if result.status == "skipped":
            if job.copy_others:
                storage.copy_file(job.source, row.relative, job.destination, row.output)
            return RowResult(replace(row, status="skipped", reason=result.reason))
        return RowResult(replace(row, status="done", reason=None), warnings)

    def _copy(self, row: JournalRow) -> RowResult:
        storage.copy_file(self.job.source, row.relative, self.job.destination, row.output)
        return RowResult(replace(row, status="done", reason=None))


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal. Raises PhotoError."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PhotoError(f"{path}: cannot be read ({error.strerror or error})") from error


def _with_names(text: str, names: Mapping[str, str]) -> str:
    """Replace temporary paths in a message by the names in the storage."""
    for path, name in names.items():
        text = text.replace(path, name)
    return text
