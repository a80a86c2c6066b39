"""Which options the user typed."""

from __future__ import annotations

import typer


def options_given(context: typer.Context) -> frozenset[str]:
    """Return the names of the parameters given on the command line, not by the environment, settings or defaults."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return frozenset(name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE")
