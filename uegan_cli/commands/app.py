"""`uegan`: the commands, and the edge where errors become one line and an exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from .. import __version__
from ..errors import UeganError
from .batch import command as batch
from .completions import command as completions
from .doctor import command as doctor
from .enhance import command as enhance
from .eval import command as eval
from .shared import options
from .shared import settings_file as settings
from .shared.output import printable
from .shared.streams import open_missing
from .style_create import command as style_create
from .styles import command as styles
from .train import command as train

ENHANCE, STYLES, TRAINING, SETUP = "Enhance", "Styles", "Training", "Setup"

app = typer.Typer(
    name="uegan",
    cls=options.Group,
    help="Learns the look of the photos you love and puts it on any photo, at full resolution.",
    epilog="Start with [bold]uegan enhance PHOTO[/bold]. Each command has examples: [bold]uegan enhance --help[/bold].",
    no_args_is_help=True,
    # Typer's own start the whole program at every key.
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("enhance", rich_help_panel=ENHANCE, epilog=enhance.EXAMPLES, no_args_is_help=True, cls=options.Command)(
    enhance.enhance
)
app.command("batch", rich_help_panel=ENHANCE, epilog=batch.EXAMPLES, no_args_is_help=True, cls=options.Command)(
    batch.batch
)
app.add_typer(styles.app, name="styles", rich_help_panel=STYLES)
app.command(
    "style-create", rich_help_panel=STYLES, epilog=style_create.EXAMPLES, no_args_is_help=True, cls=options.Command
)(style_create.style_create)
app.command("train", rich_help_panel=TRAINING, epilog=train.EXAMPLES, no_args_is_help=True, cls=options.Command)(
    train.train
)
app.command("eval", rich_help_panel=TRAINING, epilog=eval.EXAMPLES, no_args_is_help=True, cls=options.Command)(
    eval.eval
)
app.command("doctor", rich_help_panel=SETUP, epilog=doctor.EXAMPLES, cls=options.Command)(doctor.doctor)
app.command(
    "completions", rich_help_panel=SETUP, epilog=completions.EXAMPLES, no_args_is_help=True, cls=options.Command
)(completions.completions)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"uegan {__version__}")
        raise typer.Exit


@app.callback()
def _settings(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    # `doctor` has to run where the settings are what is broken.
    if context.invoked_subcommand != "doctor":
        context.default_map = settings.defaults(context.command)


def main() -> None:
    """Run the command line. Exit codes are those of `uegan_cli.errors`; 130 and 143 for interrupted and terminated."""
    open_missing()
    _end_in_order()
    for stream in (sys.stdout, sys.stderr):
        # File names are bytes: one that is no text must not stop the photos after it.
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except (KeyboardInterrupt, SystemExit) as end:
        # Libraries take one for another: what counts is what was received.
        if _received or isinstance(end, KeyboardInterrupt):
            sys.exit(128 + (_received[0] if _received else signal.SIGINT))
        raise
    except Exception as error:
        sys.exit(_told(error))
    finally:
        _flush_quietly()


def _told(error: Exception) -> int:
    """The exit code for what ended a command, its line printed; what nobody expects stays loud."""
    if _received:
        return 128 + _received[0]
    if isinstance(error, BrokenPipeError):
        return 1
    if not isinstance(error, UeganError) or os.environ.get("UEGAN_DEBUG"):
        raise error
    print(f"uegan: {printable(str(error))}", file=sys.stderr)
    return error.exit_code


def command() -> None:
    """`uegan` as a process of its own: `main`, and a quick end."""
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    if "torch" not in sys.modules or not isinstance(code, int | None):
        sys.exit(code)  # type: ignore[arg-type]
    # Unloading torch takes half a second, a sixth of what enhancing a photo takes, and all is written and flushed.
    sys.stderr.flush()
    os._exit(code or 0)


_received: list[int] = []
"""Signals that ask for an end. Their exceptions may not get through: a library in whose midst one is raised can make
another error of it."""


def _end_in_order() -> None:
    """End on every signal that asks for it; what the caller wants ignored, as nohup does, stays so."""
    _received.clear()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(signum: int, frame: FrameType | None) -> None:
    # As an exception, so that temporary files are cleared away and photos in hand are finished.
    _received.append(signum)
    raise KeyboardInterrupt if signum == signal.SIGINT else SystemExit(128 + signum)


def _flush_quietly() -> None:
    """A reader that has gone away (`uegan ... | head`) is no error."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
