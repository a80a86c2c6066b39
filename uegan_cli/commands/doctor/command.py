"""`uegan doctor`: what works here, what does not, and the command that fixes it."""

from __future__ import annotations

from dataclasses import asdict

import typer

from ..shared import options
from ..shared.output import Report, counted
from .checks import Verdict, run_checks

EXAMPLES = options.examples(
    ("check everything", "uegan doctor"),
    ("for a bug report", "uegan doctor --json > doctor.json"),
)

_SIGNS: dict[Verdict, str] = {"ok": "ok", "note": "--", "broken": "!!"}


def doctor(
    json: options.Json = False,
    no_color: options.NoColour = False,
) -> None:
    """Check the installation: Python, torch, devices, formats, folders, styles, weights."""
    report = Report(json)
    broken = 0
    for result in run_checks():
        broken += result.verdict == "broken"
        report.record(asdict(result))
        report.result(f"{_SIGNS[result.verdict]}  {result.name:<10}{result.found}")
        if result.fix:
            report.result(f"{'':14}-> {result.fix}")
    report.say(f"{counted(broken, 'problem')} to fix" if broken else "everything that is needed works")
    if broken:
        raise typer.Exit(1)
