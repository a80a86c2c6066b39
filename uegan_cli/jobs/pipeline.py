"""Read, enhance, write: the three overlap, and only a few photos are in memory at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import OutputError, UeganError
from ..photo.atomic import replacing
from ..photo.photo import Photo
from ..photo.reading import read_photo
from ..photo.writing import write_photo
from ..photo.xmp import Mark
from .plan import Task
from .results import Result, failed

if TYPE_CHECKING:
    from ..enhancement.enhancer import Enhancer

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True)
class Encoding:
    """How results are written; see `write_photo`. preserve: they get the input's times."""

    quality: int | None = None
    format: str | None = None
    preserve: bool = False


@dataclass(frozen=True)
class _Step:
    """A photo on its way."""

    task: Task
    photo: Photo
    seconds: float


def run(
    tasks: Iterable[Task], enhancer: Callable[[], Enhancer], encoding: Encoding, jobs: int = 1
) -> Generator[Result, None, None]:
    """The results, in order. A photo that fails is a result; the others go on.

    enhancer: makes it, once; the first photos are read meanwhile, for loading torch takes longer than they do. The
    network runs in the calling thread; `jobs` photos are read ahead of it and as many written behind it. Closing the
    generator finishes what is being written and starts nothing more.
    """
    with ThreadPoolExecutor(2 * jobs, thread_name_prefix="photo") as pool:
        try:
            photos = _ahead(pool, _read, tasks, jobs)
            line = _Line(enhancer(), encoding)
            yield from _ahead(pool, line.write, map(line.edit, photos), jobs)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _ahead(pool: ThreadPoolExecutor, function: Callable[[A], B], items: Iterable[A], count: int) -> Iterator[B]:
    """`map` in the pool, in order, with `count` results waiting; the first are begun at once."""
    rest = iter(items)
    waiting = deque(pool.submit(function, item) for item in islice(rest, count))

    def results() -> Iterator[B]:
        for item in rest:
            waiting.append(pool.submit(function, item))
            del item
            yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    return results()


def _read(task: Task) -> _Step | Result:
    started = time.perf_counter()
    try:
        return _Step(task, read_photo(task.source), time.perf_counter() - started)
    except UeganError as error:
        return failed(task, error)


@dataclass(frozen=True)
class _Line:
    """The stations after reading. Each takes what the one before it made, or the result it has come to already."""

    enhancer: Enhancer
    encoding: Encoding

    def edit(self, step: _Step | Result) -> _Step | Result:
        if isinstance(step, Result):
            return step
        started = time.perf_counter()
        try:
            photo = self.enhancer.enhance(step.photo)
        except UeganError as error:
            return failed(step.task, error)
        return replace(step, photo=photo, seconds=step.seconds + time.perf_counter() - started)

    def write(self, step: _Step | Result) -> Result:
        if isinstance(step, Result):
            return step
        started = time.perf_counter()
        try:
            with _first_state_kept(step.task):
                warnings = self._write(step)
        except UeganError as error:
            return failed(step.task, error)
        height, width = step.photo.pixels.shape[:2]
        seconds = step.seconds + time.perf_counter() - started
        return Result(step.task, "enhanced", None, width, height, seconds, warnings)

    def _write(self, step: _Step) -> tuple[str, ...]:
        task, encoding = step.task, self.encoding
        _make_folder(task.target.parent)
        times = task.source if encoding.preserve else None
        if self.enhancer.strength == 0 and encoding.quality is None and encoding.format in (None, step.photo.format):
            return _copy(task.source, task.target, times)
        mark = Mark(self.enhancer.style.name, self.enhancer.style.hash, self.enhancer.strength)
        written = write_photo(
            step.photo,
            task.target,
            quality=encoding.quality,
            format=encoding.format,
            mark=mark,
            preserve_times_from=times,
        )
        return written.warnings


def _copy(source: Path, target: Path, times: Path | None) -> tuple[str, ...]:
    """At strength 0 even a JPEG has exactly the pixels that it had: it is not encoded again."""
    found = os.stat(times) if times is not None else None
    with open(source, "rb") as file, replacing(target, found and (found.st_atime_ns, found.st_mtime_ns)) as copy:
        shutil.copyfileobj(file, copy)
    return ()


@contextmanager
def _first_state_kept(task: Task) -> Iterator[None]:
    """Keep the photo that is replaced in place under the name of its backup, unless nothing comes of it."""
    if task.backup is None:
        yield
        return
    real = Path(os.path.realpath(task.target))
    if task.backup.exists() and not task.backup.samefile(real):
        raise OutputError(f"{task.backup}: is in the way of keeping this photo's first state; move it elsewhere")
    try:
        if not task.backup.exists():
            _link_or_copy(real, task.backup)
    except OSError as error:
        raise OutputError(f"{task.backup}: cannot be written ({error.strerror or error})") from error
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            task.backup.unlink()
        raise


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        # Not every file system has links.
        found = source.stat()
        with open(source, "rb") as file, replacing(target, (found.st_atime_ns, found.st_mtime_ns)) as copy:
            shutil.copyfileobj(file, copy)
        shutil.copymode(source, target)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: this folder cannot be made ({error.strerror or error})") from error
