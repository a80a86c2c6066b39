"""Which options the user typed."""

from __future__ import annotations

import typer


def options_given(context: typer.Context) -> list[str]:
    """Return the parameters given on the command line, by name; not those from the environment or the settings."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
