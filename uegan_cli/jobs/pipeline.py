"""Read, enhance, write: several photos at a time, each in one thread from its file to its result."""

from __future__ import annotations

import contextlib
import filecmp
import os
import shutil
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import OutputError, PhotoError, UeganError
from ..photo.atomic import replacing
from ..photo.photo import Keep, Photo
from ..photo.provenance import find_mark
from ..photo.reading import MAX_PIXELS, read_photo
from ..photo.suffixes import WRITABLE
from ..photo.tiff.exif_tags import read_tags
from ..photo.writing import write_photo
from ..photo.xmp.mark import Mark
from .plan import Task, format_for
from .results import Result, failed

if TYPE_CHECKING:
    from ..enhancement.enhancer import Enhancer

A = TypeVar("A")
B = TypeVar("B")
M = TypeVar("M")


@dataclass(frozen=True)
class Decoding:
    """How photos are read; see `read_photo`. tags: results tell camera and date."""

    max_pixels: int = MAX_PIXELS
    first_frame: bool = False
    tags: bool = False


@dataclass(frozen=True)
class Encoding:
    """How results are written; see `write_photo`. preserve: they get the input's times."""

    quality: int | None = None
    format: str | None = None
    metadata: Keep = "all"
    preserve: bool = False


def run(
    tasks: Iterable[Task],
    enhancer: Callable[[], Enhancer],
    decoding: Decoding,
    encoding: Encoding,
    jobs: int = 1,
) -> Generator[Result, None, None]:
    """The results, in order. A photo that fails is a result; the others go on.

    enhancer: makes it, once, in the calling thread; the first photos are read meanwhile, for loading torch takes longer
    than they do. jobs: photos that are worked on at a time. Closing the generator finishes these and starts nothing
    more.

    On a CPU many photos in a thread each are faster than one photo in many threads: nothing waits for anything.
    """
    return through(tasks, lambda made: Line(made, decoding, encoding).take, enhancer, jobs)


def through(
    items: Iterable[A], line: Callable[[Future[M]], Callable[[A], B]], make: Callable[[], M], jobs: int
) -> Generator[B, None, None]:
    """What a line makes of each item, in order. line: is given what `make` will have made, before it is."""
    made: Future[M] = Future()
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="photo")
    try:
        results = _ahead(pool, line(made), items, jobs)
        _fulfil(made, make)
        yield from results
    finally:
        _finish(pool)


def enough_jobs(photos: int) -> int:
    """A core for each of them; more than four at a time need more memory than they save time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, cores, photos))


def _fulfil(promise: Future[A], make: Callable[[], A]) -> None:
    """Make what threads wait for; they are let go also when it can't be made."""
    try:
        promise.set_result(make())
    except BaseException as error:
        promise.set_exception(error)
        raise


def _finish(pool: ThreadPoolExecutor) -> None:
    """Wait for the photos that are being written, however often the user presses Ctrl-C meanwhile."""
    stop: BaseException | None = None
    while True:
        try:
            pool.shutdown(wait=True, cancel_futures=True)
        except (KeyboardInterrupt, SystemExit) as interruption:
            stop = interruption
        else:
            break
    if stop is not None:
        raise stop


def _ahead(pool: ThreadPoolExecutor, function: Callable[[A], B], items: Iterable[A], count: int) -> Iterator[B]:
    """Map in a pool of `count` threads, in order, with at most `count` results waiting.

    An item is taken when a thread is free for it, so whatever was taken has begun; the first ones begin at once.
    """
    rest = iter(items)
    waiting = deque(pool.submit(function, item) for item in islice(rest, count))

    def results() -> Iterator[B]:
        more = True
        while waiting:
            unfinished = [future for future in waiting if not future.done()]
            if more and len(unfinished) < count and len(waiting) <= count:
                taken = [pool.submit(function, item) for item in islice(rest, 1)]
                more = bool(taken)
                waiting.extend(taken)
            elif waiting[0].done():
                yield waiting.popleft().result()
            else:
                wait(unfinished, return_when=FIRST_COMPLETED)

    return results()


@dataclass(frozen=True)
class Line:
    """The straight line of a photo."""

    enhancer: Future[Enhancer]
    decoding: Decoding
    encoding: Encoding

    def take(self, task: Task) -> Result:
        try:
            return self._take(task)
        except UeganError as error:
            return failed(task, error)

    def _take(self, task: Task) -> Result:
        started, decoding = time.perf_counter(), self.decoding
        photo = read_photo(task.source, max_pixels=decoding.max_pixels, first_frame=decoding.first_frame)
        mark = find_mark(photo.metadata) if task.fresh else None
        if mark is not None:
            return Result(task, "skipped", f"enhanced already with {mark.style}")
        tags = read_tags(photo.metadata.exif) if decoding.tags else {}
        seconds = time.perf_counter() - started
        enhancer = self.enhancer.result()
        started = time.perf_counter()
        photo = enhancer.enhance(photo)
        with _first_state_kept(task):
            warnings = self._write(photo, task, enhancer)
        height, width = photo.pixels.shape[:2]
        seconds += time.perf_counter() - started
        return Result(task, "enhanced", None, photo.format, width, height, tags, seconds, warnings)

    def _write(self, photo: Photo, task: Task, enhancer: Enhancer) -> tuple[str, ...]:
        encoding = self.encoding
        format = encoding.format
        if format is None and photo.format not in WRITABLE:
            format = format_for(task.source, photo.format, task.target)
        _make_folder(task.target.parent)
        times = task.source if encoding.preserve else None
        if enhancer.strength == 0 and _is_copy(photo, replace(encoding, format=format)):
            return _copy(task.source, task.target, times)
        written = write_photo(
            photo,
            task.target,
            quality=encoding.quality,
            format=format,
            mark=Mark(enhancer.style.name, enhancer.style.hash, enhancer.strength, task.job),
            metadata=encoding.metadata,
            preserve_times_from=times,
        )
        return written.warnings


def _is_copy(photo: Photo, encoding: Encoding) -> bool:
    """Whether a photo whose pixels stay as they are is to be the same file."""
    as_it_was = encoding.quality is None and encoding.metadata == "all" and encoding.format in (None, photo.format)
    return as_it_was and photo.frames == 1


def _copy(source: Path, target: Path, times: Path | None) -> tuple[str, ...]:
    """At strength 0 even a JPEG has exactly the pixels that it had: it is not encoded again."""
    try:
        with open(source, "rb") as file:
            found = os.fstat(file.fileno())
            with replacing(target, (found.st_atime_ns, found.st_mtime_ns) if times else None) as copy:
                shutil.copyfileobj(file, copy)
    except OSError as error:
        raise PhotoError(f"{source}: cannot be read any more ({error.strerror or error})") from error
    return ()


@contextmanager
def _first_state_kept(task: Task) -> Iterator[None]:
    """Keep the photo that is replaced in place under the name of its backup, unless nothing comes of it."""
    if task.backup is None:
        yield
        return
    real = Path(os.path.realpath(task.target))
    try:
        if not task.backup.exists():
            _link_or_copy(real, task.backup)
        # A run that was cut off may have left the same.
        elif not task.backup.samefile(real) and not filecmp.cmp(task.backup, real, shallow=False):
            raise OutputError(f"{task.backup}: is in the way of keeping this photo's first state; move it elsewhere")
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
