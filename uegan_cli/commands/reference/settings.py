"""The settings of `uegan` besides its options: environment variables and files."""

from __future__ import annotations

from .outline import CommandOutline

VARIABLES = {
    "UEGAN_HOME": "The folder of styles, runs, journals, weights and settings, in the place of the system's folders.",
    "UEGAN_DEBUG": "Any value: show the traceback of an error.",
    "NO_COLOR": "Any value: print without colours.",
}
"""Variables that set no option."""

FILES = {
    "config.toml": "Defaults of options, in the user's configuration folder; `uegan doctor` prints its path.",
    "styles/": "The user's styles, in the user's data folder.",
    "runs/": "Training runs, in the user's data folder.",
    "DST/.uegan/": "The journal of a batch, next to its results.",
}


def option_variables(program: CommandOutline) -> dict[str, str]:
    """Return the variables that set an option, sorted, with the option's long name."""
    found = {o.variable: o.names[0] for command in program.walk() for o in command.options if o.variable}
    return dict(sorted(found.items()))
