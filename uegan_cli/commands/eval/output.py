"""The table of a comparison: on the terminal, as JSON, as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import UsageError
from ...evaluation.columns import MEASURES, Measure, finite
from ..shared.output import Report, counted

if TYPE_CHECKING:
    from ...evaluation.ablation import Variant
    from ...evaluation.judging import Finding
    from ...evaluation.table import Cell, Row
    from ...styles.file import Style


def tell_photo(finding: Finding, report: Report, new: bool) -> None:
    """A line of JSON; a complaint about a photo that cannot be judged, once."""
    if finding.problem is not None and new:
        report.complain(str(finding.problem))
    report.record(
        {
            "photo": finding.source.name,
            "path": str(finding.source.path),
            "subject": finding.subject,
            **{key: finite(value) for key, value in finding.values.items()},
            "problem": None if finding.problem is None else str(finding.problem),
        }
    )


def tell(rows: Sequence[Row], photos: int, failed: int, seconds: float, report: Report) -> None:
    """The table, and what there is to say of it."""
    report.record(
        {
            "summary": [_to_json(row) for row in rows],
            "photos": photos,
            "failed": failed,
            "seconds": round(seconds, 3),
        }
    )
    shown = columns(rows)
    whole = max(row.n for row in rows)
    uneven = any(row.n != whole for row in rows)
    headings = ["", *(["photos"] if uneven else []), *(measure.title for measure in shown)]
    cells = [[row.subject, *([str(row.n)] if uneven else []), *(_cell(row, m) for m in shown)] for row in rows]
    first = len(headings) - len(shown)
    stands_out = {(at, first + column) for column, measure in enumerate(shown) for at in best(rows, measure)}
    report.table(headings, cells, range(1, len(headings)), stands_out, headed=True)
    for measure in shown:
        report.say(f"{measure.title:<9}{measure.meaning}")
    report.say(f"{counted(photos, 'photo')}, {failed} failed, in {seconds:.1f} s; ± is where the mean lies, 95 %")


def columns(rows: Sequence[Row]) -> list[Measure]:
    """The measures that there is anything of, and anything to say. Beside a reference, nobody asks how much was kept of
    the input."""
    there = {key for row in rows for key in row.cells}
    hidden = {"fidelity"} if "ssim" in there else set()
    if all(row.cells["size"].mean == 1 for row in rows if "size" in row.cells):
        hidden |= {"size"}
    return [measure for key, measure in MEASURES.items() if key in there - hidden]


def best(rows: Sequence[Row], measure: Measure) -> list[int]:
    """The rows that are best by a measure, as it is shown."""
    means = {at: round(row.cells[measure.key].mean, measure.digits) for at, row in enumerate(rows) if row.n}
    if measure.better is None or len(means) < 2:
        return []
    wanted = (max if measure.better == "higher" else min)(means.values())
    return [at for at, mean in means.items() if mean == wanted]


def shown(cell: Cell | None, measure: Measure) -> tuple[str, str]:
    """The mean, and half of the interval it lies in or nothing."""
    if cell is None:
        return "–", ""
    if not math.isfinite(cell.low):
        return f"{cell.mean:.{measure.digits}f}", ""
    return f"{cell.mean:.{measure.digits}f}", f"±{(cell.high - cell.low) / 2:.{measure.digits}f}"


def variants_of(styles: Mapping[str, Style]) -> dict[str, Variant]:
    """By subject. Raises UsageError where none has a place in the tables."""
    from ...evaluation.ablation import variant

    variants = {name: variant(style) for name, style in styles.items()}
    if all(kind.losses is None and kind.network is None for kind in variants.values()):
        raise UsageError("--ablation: none of the styles is a network, trained as the paper's variants are")
    return variants


def tell_ablation(rows: Sequence[Row], variants: Mapping[str, Variant], report: Report) -> None:
    """Tables III and IV: the paper's rows, and beside each what the style of that variant has come to."""
    from ...evaluation.ablation import LOSSES, NETWORKS

    found = {row.subject: row for row in rows}
    tables = (("Table III: losses", LOSSES, "losses"), ("Table IV: networks", NETWORKS, "network"))
    for title, known, part in tables:
        report.result(title)
        lines = []
        for name, (psnr, ssim, nima) in known.items():
            of_it: list[Row | None] = [found[style] for style, kind in variants.items() if getattr(kind, part) == name]
            paper = [f"{psnr:.2f}", f"{ssim:.4f}", f"{nima:.2f}"]
            for row in of_it or [None]:
                ours = [_plain(row, MEASURES[key]) for key in ("psnr", "ssim", "nima")]
                lines.append([name, row.subject if row else "–", *ours, *paper])
            record = {"table": title.split(":")[0], "variant": name, "paper": [psnr, ssim, nima]}
            report.record({**record, "styles": [_to_json(row) for row in of_it if row]})
        headings = ["", "style", "PSNR", "SSIM", "NIMA", "paper: PSNR", "SSIM", "NIMA"]
        report.table(headings, lines, range(2, len(headings)), headed=True)


def tell_worse(rows: Sequence[Row], least: Mapping[str, float], judged: Sequence[str], report: Report) -> bool:
    """Say which of those judged are worse than was asked for; whether any is."""
    worse = False
    for row in rows:
        for key, bound in least.items():
            if row.subject not in judged:
                continue
            measure = MEASURES[key]
            if key not in row.cells:
                report.complain(f"{row.subject}: {measure.title} could not be measured; there are too few photos")
                worse = True
                continue
            mean = row.cells[key].mean
            higher = measure.better == "higher"
            if mean < bound if higher else mean > bound:
                beyond = "under" if higher else "over"
                report.complain(f"{row.subject}: {measure.title} {mean:.{measure.digits}f} is {beyond} {bound:g}")
                worse = True
    return worse


class Csv:
    """A file with a line for each photo and subject; whole or not at all."""

    def __init__(self, path: Path, measures: Sequence[str]) -> None:
        self._path = path
        self._measures = measures
        self._stack = ExitStack()

    def __enter__(self) -> Csv:
        from ...photo.atomic import replacing

        self._file = self._stack.enter_context(replacing(self._path))
        self._write(["photo", "path", "subject", *self._measures, "problem"])
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def add(self, finding: Finding) -> None:
        values = [finding.values.get(key, "") for key in self._measures]
        source, problem = finding.source, finding.problem
        self._write([source.name, source.path, finding.subject, *values, "" if problem is None else str(problem)])

    def finish(self, rows: Sequence[Row]) -> Path:
        return self._path

    def _write(self, line: Sequence[object]) -> None:
        text = io.StringIO()
        csv.writer(text).writerow(line)
        self._file.write(text.getvalue().encode("utf-8", "surrogateescape"))


def _cell(row: Row, measure: Measure) -> str:
    return " ".join(filter(None, shown(row.cells.get(measure.key), measure)))


def _plain(row: Row | None, measure: Measure) -> str:
    return shown(row.cells.get(measure.key) if row else None, measure)[0]


def _to_json(row: Row) -> dict[str, Any]:
    cells = {
        key: {"mean": finite(cell.mean), "low": finite(cell.low), "high": finite(cell.high)}
        for key, cell in row.cells.items()
    }
    return {"subject": row.subject, "photos": row.n, **cells}
