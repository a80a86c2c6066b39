"""A comparison from the photos to the table, the pages and the exit code."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ...errors import NoInputError, PhotoError
from ...paths import measured_file
from ..shared.output import Report
from . import output
from .comparison import REFERENCE, Comparison, prepare
from .page import ComparisonPage
from .photos import find_photos
from .request import EvalRequest
from .study import StudyPage

if TYPE_CHECKING:
    from ...evaluation.measurement_cache import MeasurementCache
    from ...evaluation.measurements import Measurement
    from ...evaluation.pairs import Source
    from ...evaluation.table import MetricTable, TableRow


class ResultWriter(AbstractContextManager["ResultWriter"], Protocol):
    """A file or page that is made of the measurements."""

    def add(self, measurement: Measurement) -> None:
        """Add the measurement of one photo and method. Raises PhotoError, OutputError."""

    def finish(self, rows: Sequence[TableRow]) -> Path:
        """Write what is left, with the rows of the table, and return the file. Raises OutputError."""


def evaluate(request: EvalRequest, report: Report) -> int:
    """Compare what was asked for and print and write the results. Return the exit code.

    1: a photo failed, or a style or result is worse than a bound. Raises UeganError.
    """
    from ...evaluation.measurement_cache import open_cache
    from ...evaluation.table import MetricTable

    started = time.monotonic()
    paired = find_photos(request, report)
    with ExitStack() as stack:
        cache = stack.enter_context(open_cache(measured_file(), request.fresh))
        comparison = prepare(request, paired, cache, report)
        variants = output.find_variants(comparison.styles) if request.ablation else {}
        writers = [stack.enter_context(writer) for writer in _make_writers(request, comparison)]
        table = MetricTable(comparison.names, comparison.liked)
        measurements = _measure(comparison, cache, report)
        failed = _collect(measurements, table, writers, report)
        rows = table.rows()
        if not any(row.n for row in rows):
            raise NoInputError("none of the photos could be evaluated")
        written = [writer.finish(rows) for writer in writers]
    output.print_summary(rows, len(paired.sources), failed, time.monotonic() - started, report)
    if request.ablation:
        output.print_ablation(rows, variants, report)
    for path in written:
        report.say(f"{path}: written")
    worse = output.print_missed_bounds(rows, request.bounds, comparison.evaluated, report)
    return 1 if failed or worse else 0


def _make_writers(request: EvalRequest, comparison: Comparison) -> Iterator[ResultWriter]:
    """Make the writers that were asked for; entering them checks that they can write, before there is work to lose."""
    photos, max_pixels = len(comparison.paired.sources), comparison.max_pixels
    if request.html is not None:
        reference = REFERENCE if request.reference is not None else None
        yield ComparisonPage(request.html, comparison.names, reference, comparison.evaluated, max_pixels)
    if request.study is not None:
        yield StudyPage(request.study, comparison.names, photos)
    if request.csv is not None:
        yield output.CsvFile(request.csv, [name for group in comparison.groups for name in group.metrics])


def _measure(comparison: Comparison, cache: MeasurementCache, report: Report) -> Generator[Measurement, None, None]:
    """Measure every photo by every method, with a progress bar."""
    from ...evaluation.measurements import measure_photos

    current: Source | None = None
    sources, methods, groups = comparison.paired.sources, comparison.methods, comparison.groups
    with report.bar(len(sources), "photos") as advance:
        for measurement in measure_photos(sources, methods, groups, cache, comparison.max_pixels):
            if current is not None and current != measurement.source:
                advance(current.path.name)
            current = measurement.source
            yield measurement


def _collect(
    measurements: Generator[Measurement, None, None],
    table: MetricTable,
    writers: Sequence[ResultWriter],
    report: Report,
) -> int:
    """Pass the measurements on to table, writers and terminal. Return the number of photos with a problem."""
    problems: dict[Path, set[str]] = {}
    try:
        # Closed, and so the bar removed, before anything is said of the end.
        with closing(measurements):
            for measurement in measurements:
                measurement = _write(measurement, writers)
                source, problem = measurement.source.path, measurement.problem
                known = problems.get(source, set())
                output.print_measurement(measurement, report, complain=str(problem) not in known)
                if problem is not None:
                    problems[source] = known | {str(problem)}
                table.add(measurement)
    except (KeyboardInterrupt, SystemExit):
        report.say("stopped; measurements so far are kept: run the same command again to continue")
        raise
    return len(problems)


def _write(measurement: Measurement, writers: Sequence[ResultWriter]) -> Measurement:
    """Add a measurement to all writers. Return it, or the problem if its picture can no longer be made.

    Measurements come from the cache without their photo being read; writers are the first to read it.
    """
    from ...evaluation.measurements import Measurement

    try:
        for writer in writers:
            writer.add(measurement)
    except PhotoError as error:
        return _write(Measurement(measurement.source, measurement.method, problem=error), writers)
    return measurement
