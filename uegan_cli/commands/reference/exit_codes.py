"""The exit codes of `uegan`, with their meanings: those of the errors, and those that are not errors."""

from __future__ import annotations

from ...errors import UeganError


def _meaning(error: type[UeganError]) -> str:
    """Return the first line of the docstring of an error."""
    return (error.__doc__ or "").strip().splitlines()[0]


EXIT_CODES = {
    0: "Success; skipped photos are no failure.",
    1: "Some photos failed, `eval --fail-under` found a style worse than asked for, or `doctor` found a fault.",
    **{error.exit_code: _meaning(error) for error in UeganError.__subclasses__() if error.exit_code != 1},
    130: "Interrupted (Ctrl-C).",
    143: "Terminated (SIGTERM).",
}
