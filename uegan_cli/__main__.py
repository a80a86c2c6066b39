"""`python -m uegan_cli` is `uegan`."""

from .commands.app import command

command()
