"""Read, enhance, write: several photos at a time, each in one thread from its file to its result."""

from __future__ import annotations

import os
import shutil
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
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
from .backup import keeping_original
from .plan import Task, format_for
from .results import TaskResult

if TYPE_CHECKING:
    from ..enhancement.enhancer import Enhancer

MAX_DEFAULT_JOBS = 4
"""Photos at a time where the user sets no number: more take more memory than they save time."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Shared = TypeVar("Shared")


@dataclass(frozen=True)
class ReadOptions:
    """How photos are read; see `read_photo`. tags: whether results carry camera and date."""

    max_pixels: int = MAX_PIXELS
    first_frame: bool = False
    tags: bool = False


@dataclass(frozen=True)
class WriteOptions:
    """How results are written; see `write_photo`. preserve: whether they get the input's times."""

    quality: int | None = None
    format: str | None = None
    metadata: Keep = "all"
    preserve: bool = False


def enhance_tasks(
    tasks: Iterable[Task],
    make_enhancer: Callable[[], Enhancer],
    read_options: ReadOptions,
    write_options: WriteOptions,
    jobs: int = 1,
) -> Generator[TaskResult, None, None]:
    """Yield the result of each task, in order. A photo that fails has a result too; the others go on.

    make_enhancer: called once, in the calling thread, so that loading torch overlaps with reading the first
    photos. jobs: photos at a time. Closing the generator finishes the photos that have begun and begins no others.

    On a CPU, several photos in one thread each are faster than one photo in several threads: no thread ever waits.
    """
    return map_in_threads(
        tasks, lambda enhancer: PhotoPipeline(enhancer, read_options, write_options).process, make_enhancer, jobs
    )


def map_in_threads(
    items: Iterable[Item],
    make_function: Callable[[Future[Shared]], Callable[[Item], Result]],
    make_shared: Callable[[], Shared],
    jobs: int,
) -> Generator[Result, None, None]:
    """Yield the result of a function for each item, in order, from `jobs` threads.

    make_function: returns the function; it is given a future of what `make_shared` will return, which is called in the
    calling thread once the first items have begun.
    """
    shared: Future[Shared] = Future()
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="photo")
    try:
        results = _map_in_order(pool, make_function(shared), items, jobs)
        _fulfil(shared, make_shared)
        yield from results
    finally:
        _finish(pool)


def default_jobs(photos: int) -> int:
    """Return how many photos to process at a time: one per core, at most MAX_DEFAULT_JOBS."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MAX_DEFAULT_JOBS, cores, photos))


def _fulfil(future: Future[Shared], make: Callable[[], Shared]) -> None:
    """Set the result that threads wait for, or the exception, so that they do not wait forever."""
    try:
        future.set_result(make())
    except BaseException as error:
        future.set_exception(error)
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


def _map_in_order(
    pool: ThreadPoolExecutor, function: Callable[[Item], Result], items: Iterable[Item], count: int
) -> Iterator[Result]:
    """Map in a pool of `count` threads, in order, with at most `count` results waiting.

    An item is taken when a thread is free for it, so every item that was taken has begun; the first ones begin at once.
    """
    rest = iter(items)
    waiting = deque(pool.submit(function, item) for item in islice(rest, count))

    def results() -> Iterator[Result]:
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
class PhotoPipeline:
    """Reads, enhances and writes one photo at a time."""

    enhancer: Future[Enhancer]
    read_options: ReadOptions
    write_options: WriteOptions

    def process(self, task: Task) -> TaskResult:
        """Do a task. Any UeganError becomes a failed result."""
        try:
            return self._process(task)
        except UeganError as error:
            return TaskResult.failed(task, error)

    def _process(self, task: Task) -> TaskResult:
        started, options = time.perf_counter(), self.read_options
        photo = read_photo(task.source, max_pixels=options.max_pixels, first_frame=options.first_frame)
        mark = find_mark(photo.metadata) if task.skip_enhanced else None
        if mark is not None:
            return TaskResult(task, "skipped", f"already enhanced with {mark.style}")
        tags = read_tags(photo.metadata.exif) if options.tags else {}
        seconds = time.perf_counter() - started
        enhancer = self.enhancer.result()
        started = time.perf_counter()
        photo = enhancer.enhance(photo)
        with nullcontext() if task.backup is None else keeping_original(task.target, task.backup):
            warnings = self._write(photo, task, enhancer)
        height, width = photo.pixels.shape[:2]
        seconds += time.perf_counter() - started
        return TaskResult(task, "enhanced", None, photo.format, width, height, tags, seconds, warnings)

    def _write(self, photo: Photo, task: Task, enhancer: Enhancer) -> tuple[str, ...]:
        """Write the result and return warnings."""
        options = self.write_options
        format = options.format
        if format is None and photo.format not in WRITABLE:
            format = format_for(task.source, photo.format, task.target)
        _make_folder(task.target.parent)
        times = task.source if options.preserve else None
        if enhancer.strength == 0 and _may_be_copied(photo, replace(options, format=format)):
            _copy(task.source, task.target, times)
            return ()
        written = write_photo(
            photo,
            task.target,
            quality=options.quality,
            format=format,
            mark=Mark(enhancer.style.name, enhancer.style.hash, enhancer.strength, task.work_key),
            metadata=options.metadata,
            preserve_times_from=times,
        )
        return written.warnings


def _may_be_copied(photo: Photo, options: WriteOptions) -> bool:
    """Return whether a photo with unchanged pixels may be written as the same file."""
    unchanged = options.quality is None and options.metadata == "all" and options.format in (None, photo.format)
    return unchanged and photo.frames == 1


def _copy(source: Path, target: Path, times: Path | None) -> None:
    """Copy a photo at strength 0: encoding a JPEG again would change its pixels."""
    try:
        with open(source, "rb") as file:
            status = os.fstat(file.fileno())
            with replacing(target, (status.st_atime_ns, status.st_mtime_ns) if times else None) as copy:
                shutil.copyfileobj(file, copy)
    except OSError as error:
        raise PhotoError(f"{source}: can no longer be read ({error.strerror or error})") from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot create this folder ({error.strerror or error})") from error
