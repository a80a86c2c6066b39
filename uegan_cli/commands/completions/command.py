"""`uegan completions`: what makes a shell complete, and the manual page."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ..shared import options

EXAMPLES = options.examples(
    ("bash", "uegan completions bash > ~/.local/share/bash-completion/completions/uegan"),
    ("zsh, in a folder of $fpath", "uegan completions zsh > ~/.zfunc/_uegan"),
    ("fish", "uegan completions fish > ~/.config/fish/completions/uegan.fish"),
    ("the manual", "uegan completions man | man -l -"),
)


def completions(
    shell: Annotated[
        Literal["bash", "zsh", "fish", "powershell", "man"],
        typer.Argument(metavar="SHELL", show_default=False, help="bash, zsh, fish, powershell, or man."),
    ],
) -> None:
    """Print what makes a shell complete commands, options, styles and devices; or the manual page."""
    from ..app import app
    from .manual import manual
    from .outline import outline
    from .shells import SHELLS

    print({**SHELLS, "man": manual}[shell](outline(app)), end="")
