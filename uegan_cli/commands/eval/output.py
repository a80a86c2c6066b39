"""The results of a comparison: on the terminal, as JSON, as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import UsageError
from ...evaluation.metrics import METRICS, Metric, json_number
from ..shared.output import Report, counted

if TYPE_CHECKING:
    from ...evaluation.ablation import Variant
    from ...evaluation.measurements import Measurement
    from ...evaluation.table import TableCell, TableRow
    from ...styles.file import Style


def print_measurement(measurement: Measurement, report: Report, complain: bool) -> None:
    """Print a measurement as JSON, and its problem, if there is one and `complain` is set, on stderr."""
    problem = None if measurement.problem is None else str(measurement.problem)
    if problem is not None and complain:
        report.complain(problem)
    report.record(
        {
            "photo": measurement.source.name,
            "path": str(measurement.source.path),
            "subject": measurement.method,
            **{key: json_number(value) for key, value in measurement.values.items()},
            "problem": problem,
        }
    )


def print_summary(rows: Sequence[TableRow], photos: int, failed: int, seconds: float, report: Report) -> None:
    """Print the table of means, and what its columns mean.

    photos: how many were to be measured. failed: how many of them have a problem. seconds: time taken.
    """
    report.record(
        {
            "summary": [_to_json(row) for row in rows],
            "photos": photos,
            "failed": failed,
            "seconds": round(seconds, 3),
        }
    )
    metrics = columns(rows)
    counts_differ = len({row.n for row in rows}) > 1
    headings = ["", *(["photos"] if counts_differ else []), *(metric.title for metric in metrics)]
    cells = [[row.method, *([str(row.n)] if counts_differ else []), *(_cell(row, m) for m in metrics)] for row in rows]
    first = len(headings) - len(metrics)
    bold = {(at, first + column) for column, metric in enumerate(metrics) for at in best(rows, metric)}
    report.table(headings, cells, range(1, len(headings)), bold, headed=True)
    for metric in metrics:
        report.say(f"{metric.title:<9}{metric.meaning}")
    count = counted(photos, "photo")
    report.say(f"{count}, {failed} failed, in {seconds:.1f} s; ± is the 95 % confidence interval of the mean")


def columns(rows: Sequence[TableRow]) -> list[Metric]:
    """Return the metrics worth a column, in the order of METRICS.

    Omits fidelity to the input if there is a reference (SSIM), and sizes if no method changes them.
    """
    measured = {key for row in rows for key in row.cells}
    hidden = {"fidelity"} if "ssim" in measured else set()
    if all(row.cells["size"].mean == 1 for row in rows if "size" in row.cells):
        hidden |= {"size"}
    return [metric for key, metric in METRICS.items() if key in measured - hidden]


def best(rows: Sequence[TableRow], metric: Metric) -> list[int]:
    """Return the indices of the rows that are best by a metric, at the precision shown; none if nothing is better."""
    means = {at: round(row.cells[metric.key].mean, metric.digits) for at, row in enumerate(rows) if row.n}
    if metric.better is None or len(means) < 2:
        return []
    best_mean = (max if metric.better == "higher" else min)(means.values())
    return [at for at, mean in means.items() if mean == best_mean]


def format_cell(cell: TableCell | None, metric: Metric) -> tuple[str, str]:
    """Return the mean as text, and ± half of its confidence interval, empty if unknown."""
    if cell is None:
        return "–", ""
    if not math.isfinite(cell.low):
        return f"{cell.mean:.{metric.digits}f}", ""
    return f"{cell.mean:.{metric.digits}f}", f"±{(cell.high - cell.low) / 2:.{metric.digits}f}"


def find_variants(styles: Mapping[str, Style]) -> dict[str, Variant]:
    """Return which variant of the paper's method each style is. Raises UsageError if no style is a variant."""
    from ...evaluation.ablation import find_variant

    variants = {name: find_variant(style) for name, style in styles.items()}
    if all(kind.losses is None and kind.network is None for kind in variants.values()):
        raise UsageError("--ablation: none of the styles is one of the paper's variants")
    return variants


def print_ablation(rows: Sequence[TableRow], variants: Mapping[str, Variant], report: Report) -> None:
    """Print Tables III and IV: for each of the paper's variants its styles, measured, and the paper's values."""
    from ...evaluation.ablation import TABLE_III_LOSSES, TABLE_IV_NETWORKS

    found = {row.method: row for row in rows}
    tables = (("Table III: losses", TABLE_III_LOSSES, "losses"), ("Table IV: networks", TABLE_IV_NETWORKS, "network"))
    for title, known, part in tables:
        report.result(title)
        lines = []
        for name, (psnr, ssim, nima) in known.items():
            of_variant: list[TableRow | None] = [
                found[style] for style, variant in variants.items() if getattr(variant, part) == name
            ]
            paper = [f"{psnr:.2f}", f"{ssim:.4f}", f"{nima:.2f}"]
            for row in of_variant or [None]:
                ours = [_mean(row, METRICS[key]) for key in ("psnr", "ssim", "nima")]
                lines.append([name, row.method if row else "–", *ours, *paper])
            record = {"table": title.split(":")[0], "variant": name, "paper": [psnr, ssim, nima]}
            report.record({**record, "styles": [_to_json(row) for row in of_variant if row]})
        headings = ["", "style", "PSNR", "SSIM", "NIMA", "paper: PSNR", "SSIM", "NIMA"]
        report.table(headings, lines, range(2, len(headings)), headed=True)


def print_missed_bounds(
    rows: Sequence[TableRow], bounds: Mapping[str, float], evaluated: Sequence[str], report: Report
) -> bool:
    """Print each method in `evaluated` whose mean is worse than a bound. Return whether there is any."""
    lines = [
        line
        for row in rows
        if row.method in evaluated
        for key, bound in bounds.items()
        if (line := _miss(row, METRICS[key], bound)) is not None
    ]
    for line in lines:
        report.complain(line)
    return bool(lines)


def _miss(row: TableRow, metric: Metric, bound: float) -> str | None:
    """Return in what way a row misses a bound, or None if it keeps it."""
    if metric.key not in row.cells:
        return f"{row.method}: {metric.title} cannot be measured; there are too few photos"
    mean = row.cells[metric.key].mean
    higher = metric.better == "higher"
    if not (mean < bound if higher else mean > bound):
        return None
    return f"{row.method}: {metric.title} {mean:.{metric.digits}f} is {'below' if higher else 'above'} {bound:g}"


class CsvFile:
    """A file with one line per photo and method, written whole or not at all."""

    def __init__(self, path: Path, metrics: Sequence[str]) -> None:
        self._path = path
        self._metrics = metrics
        self._stack = ExitStack()

    def __enter__(self) -> CsvFile:
        from ...photo.atomic import replacing

        self._file = self._stack.enter_context(replacing(self._path))
        self._write(["photo", "path", "subject", *self._metrics, "problem"])
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def add(self, measurement: Measurement) -> None:
        """Write the line of one photo and method."""
        values = [measurement.values.get(key, "") for key in self._metrics]
        source, problem = measurement.source, measurement.problem
        self._write([source.name, source.path, measurement.method, *values, "" if problem is None else str(problem)])

    def finish(self, rows: Sequence[TableRow]) -> Path:
        """Return the file, which is written on exit."""
        return self._path

    def _write(self, line: Sequence[object]) -> None:
        text = io.StringIO()
        csv.writer(text).writerow(line)
        self._file.write(text.getvalue().encode("utf-8", "surrogateescape"))


def _cell(row: TableRow, metric: Metric) -> str:
    return " ".join(filter(None, format_cell(row.cells.get(metric.key), metric)))


def _mean(row: TableRow | None, metric: Metric) -> str:
    return format_cell(row.cells.get(metric.key) if row else None, metric)[0]


def _to_json(row: TableRow) -> dict[str, Any]:
    cells = {
        key: {"mean": json_number(cell.mean), "low": json_number(cell.low), "high": json_number(cell.high)}
        for key, cell in row.cells.items()
    }
    return {"subject": row.method, "photos": row.n, **cells}
