"""Check that styles can be loaded."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import StyleError
from ...styles import names, store
from ..shared.output import Report


def verify_styles(given: Sequence[str], report: Report) -> int:
    """Load styles and print which of them are damaged. Return the exit code.

    given: names or files; all installed styles if empty.
    """
    failures = 0
    for name in given or names.installed():
        problem = None
        try:
            style = store.load_style(name)
            report.result(f"{name}: ok, {style.hash[:12]}")
        except StyleError as error:
            problem = str(error)
            failures += 1
            report.complain(problem)
        report.record({"style": name, "ok": problem is None, "problem": problem})
    return StyleError.exit_code if failures else 0
