"""`uegan completions`: shell completion scripts, and the manual page."""

from __future__ import annotations

from typing import Annotated, Literal, cast

import typer
import typer.core

from ..shared import options

EXAMPLES = options.examples(
    ("bash", "uegan completions bash > ~/.local/share/bash-completion/completions/uegan"),
    ("zsh, in a folder of $fpath", "uegan completions zsh > ~/.zfunc/_uegan"),
    ("fish", "uegan completions fish > ~/.config/fish/completions/uegan.fish"),
    ("the manual", "uegan completions man | man -l -"),
)


def completions(
    context: typer.Context,
    shell: Annotated[
        Literal["bash", "zsh", "fish", "powershell", "man"],
        typer.Argument(metavar="SHELL", show_default=False, help="bash, zsh, fish, powershell, or man."),
    ],
) -> None:
    """Print a script that completes commands, options, styles and devices, or the manual page."""
    from ..reference.manual import render_manual
    from ..reference.outline import read_outline
    from .shells import SHELLS

    program = cast(typer.core.TyperGroup, context.find_root().command)
    print({**SHELLS, "man": render_manual}[shell](read_outline(program)), end="")
