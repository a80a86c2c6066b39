"""`python -m uegan_cli` is `uegan`."""

from __future__ import annotations

import sys


def main() -> None:
    """The program, or the words that complete what is being typed: they must not wait for it."""
    if sys.argv[1:2] == ["__complete"]:
        from .commands.completions.values import tell

        tell(sys.argv[2] if len(sys.argv) > 2 else "")
        return
    from .commands.app import command

    command()


if __name__ == "__main__":
    main()
