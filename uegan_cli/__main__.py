"""`python -m uegan_cli` is `uegan`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the program, or print completion values, which must not wait for the program to load."""
    if sys.argv[1:2] == ["__complete"]:
        from .commands.completions.values import print_values

        print_values(sys.argv[2] if len(sys.argv) > 2 else "")
        return
    from .threads import prepare_environment

    prepare_environment()
    from .commands.app import command

    command()


if __name__ == "__main__":
    main()
