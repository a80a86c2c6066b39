from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from rich.cells import cell_len

import uegan_cli
from uegan_cli.commands import app
from uegan_cli.commands.enhance import command as enhance
from uegan_cli.paths import config_file

COMMANDS = ["enhance", "batch", "styles", "style-create", "train", "eval", "doctor"]


def test_the_version_is_the_packages(uegan):
    assert uegan("--version").out == f"uegan {uegan_cli.__version__}\n"


def test_help_groups_the_commands(uegan):
    help = uegan("--help").out
    for word in ("Enhance", "Styles", "Training", "Setup", *COMMANDS):
        assert word in help


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_worked_examples(uegan, command):
    help = uegan(command, "--help").out
    assert help.count(" # ") >= 2
    assert help.count("uegan ") >= 3


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_a_narrow_terminal(uegan, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    for line in uegan(*command.split(), "--help").out.splitlines():
        assert cell_len(line.rstrip()) <= 80


@pytest.mark.parametrize("command", ["", *COMMANDS, "styles list", "styles show"])
def test_help_is_not_about_types(uegan, command):
    assert not {"<bool>", "<str>", "<list[str]>"} & set(uegan(*command.split(), "--help").out.split())


def test_an_error_is_one_line_without_a_traceback(uegan):
    outcome = uegan("styles", "show", "gone")
    assert (outcome.code, outcome.err.count("\n"), outcome.out) == (4, 1, "")
    assert outcome.err.startswith("uegan: no style called 'gone'")


def test_debugging_shows_the_traceback(in_a_process, monkeypatch):
    monkeypatch.setenv("UEGAN_DEBUG", "1")
    done = in_a_process("styles", "show", "gone")
    assert b"Traceback" in done.stderr


def test_an_unexpected_exception_stays_loud(uegan, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(enhance, "enhance_photos", broken)
    with pytest.raises(ZeroDivisionError):
        uegan("enhance", "x.jpg")


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_that_a_library_makes_an_error_of_is_one(uegan, monkeypatch, signum, code):
    def swallowing(*_):
        try:
            app._end(signum, None)
        except BaseException as interruption:
            raise ValueError("no shape") from interruption

    monkeypatch.setattr(enhance, "enhance_photos", swallowing)
    outcome = uegan("enhance", "x.jpg")
    assert (outcome.code, outcome.err) == (code, "")


def test_an_unknown_option_is_a_usage_error(uegan):
    assert uegan("enhance", "--nope").code == 2


def test_a_malformed_settings_file_is_one_clear_line(uegan):
    config_file().write_text("style = ")
    outcome = uegan("styles", "list")
    assert outcome.code == 2
    assert outcome.err.startswith(f"uegan: {config_file()}: is not valid TOML")
    assert outcome.err.count("\n") == 1


LIGHT = {"uegan_cli", "filelock", "platformdirs", "safetensors"}
"""What help may import besides what every program of typer's imports: less than 0.1 s of it."""

IMPORTS = """
import sys
from pathlib import Path
import typer

def imported():
    return {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names

def run(app, *arguments):
    try:
        app(arguments)
    except SystemExit:
        pass

bare = typer.Typer()
@bare.command()
def command(number: int = 1, path: Path = Path()):
    pass
run(bare, "--help")
run(bare, "--number", "2")
typers = imported()
from uegan_cli.commands.app import app
run(app, *sys.argv[1:])
print(*(imported() - typers), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["enhance", "--help"], ["train", "--help"]])
def test_help_imports_hardly_more_than_typer_does(arguments):
    done = subprocess.run([sys.executable, "-c", IMPORTS, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout and set(done.stderr.split()) <= LIGHT
