"""`python -m uegan_cli` is `uegan`."""

from .commands.app import main

main()
