"""Completions and the manual page: generated from the program, committed as files, tried in real shells."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer

from tests.commands.conftest import Run, environment
from tests.waiting import LIMIT
from uegan_cli.commands.app import app
from uegan_cli.commands.completions.shells import FILES
from uegan_cli.commands.reference.outline import read_outline
from uegan_cli.styles.file import Style

FOLDER = Path(__file__).parents[3] / "completions"
PROGRAM = read_outline(typer.main.get_command(app))


def parsed(name: tuple[str, ...]) -> object:
    """A command as typer's parser knows it."""
    command = typer.main.get_command(app)
    for word in name:
        command = command.commands[word]
    return command


@pytest.mark.parametrize("command", list(PROGRAM.walk()), ids=lambda command: " ".join(command.name) or "uegan")
def test_the_outline_has_every_option_of_the_parser_and_no_other(command) -> None:
    real = {name for param in parsed(command.name).params for name in (*param.opts, *param.secondary_opts)}
    told = {name for option in command.options for name in option.names}
    assert {name for name in real if name.startswith("-")} | {"--help", "-h"} == told
    assert set(getattr(parsed(command.name), "commands", {})) == {sub.name[-1] for sub in command.commands}


@pytest.mark.parametrize("kind", FILES)
def test_the_files_are_what_the_program_prints(uegan: Run, kind: str) -> None:
    """Else: uegan completions bash > completions/uegan.bash, and so on."""
    assert uegan("completions", kind).out == (FOLDER / FILES[kind]).read_text()


@pytest.fixture
def shell_home(tmp_path: Path, bright: Style, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with photos, to type in; `uegan` is on the path."""
    folder = tmp_path / "typing"
    (folder / "my photos").mkdir(parents=True)
    (folder / "my photos" / "one.jpg").write_bytes(b"")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "uegan").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m uegan_cli "$@"\n')
    (programs / "uegan").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    monkeypatch.chdir(folder)
    return folder


def needs(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"needs {shell}")
    return found


def assert_completed(line: str, command: list[str], setup: str, text: str) -> None:
    """Assert that an interactive shell makes `line` of `text`, whose last key is Tab."""
    pexpect = pytest.importorskip("pexpect", reason="needs pexpect, part of the extra `test`")
    shell = pexpect.spawn(command[0], command[1:], encoding="utf-8", dimensions=(50, 200), timeout=LIMIT)
    shell.sendline(setup)
    shell.sendline("echo rea''dy")
    shell.expect("ready\r\n")
    shell.send(text)
    printed = ""
    with contextlib.suppress(pexpect.TIMEOUT, pexpect.EOF):
        while line not in _shown(printed):
            printed += shell.read_nonblocking(1000, timeout=LIMIT)
    shell.close(force=True)
    assert line in _shown(printed), f"waited {LIMIT:.0f} s in vain"


def _shown(printed: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07|\r", "", printed)


BASH = ["bash", "--norc", "--noprofile", "-i"]


@pytest.fixture
def bash(shell_home: Path) -> Callable[[str, str], None]:
    needs("bash")
    setup = f"PS1='$ '; source '{FOLDER / FILES['bash']}'; bind 'set bell-style none'"
    return lambda line, text: assert_completed(line, BASH, setup, text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("uegan sty\t", "uegan style"),
        ("uegan eval --ref\t", "uegan eval --reference "),
        ("uegan styles verif\t", "uegan styles verify "),
        ("uegan enhance -s bri\t", "uegan enhance -s bright "),
        ("uegan enhance --format ti\t", "uegan enhance --format tiff "),
        ("uegan batch --device cp\t", "uegan batch --device cpu "),
        ("uegan enhance my\t", "uegan enhance my\\ photos/"),
        ("uegan styles show nat\t", "uegan styles show natural "),
        ("uegan train --raw my\t", "uegan train --raw my\\ photos/"),
    ],
)
def test_bash_completes(bash: Callable[[str, str], None], text: str, line: str) -> None:
    bash(line, text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("uegan doc\t", "uegan doctor "),
        ("uegan eval --refe\t", "uegan eval --reference "),
        ("uegan styles verif\t", "uegan styles verify "),
        ("uegan enhance -s bri\t", "uegan enhance -s bright "),
        ("uegan enhance --format tif\t", "uegan enhance --format tiff "),
        ("uegan batch --device cp\t", "uegan batch --device cpu "),
        ("uegan enhance my\t", "uegan enhance my\\ photos/"),
    ],
)
def test_zsh_completes(shell_home: Path, text: str, line: str) -> None:
    needs("zsh")
    setup = f"PS1='$ '; autoload -Uz compinit; compinit -D -u; source '{FOLDER / FILES['zsh']}'; unsetopt beep"
    assert_completed(line, ["zsh", "-f", "-i"], setup, text)


@pytest.fixture
def fish(shell_home: Path) -> Iterator[Callable[[str], list[str]]]:
    program = needs("fish")

    def complete(text: str) -> list[str]:
        script = f"source '{FOLDER / FILES['fish']}'; complete -C '{text}'"
        done = subprocess.run([program, "--no-config", "-c", script], capture_output=True, text=True, check=True)
        assert not done.stderr
        return [line.split("\t")[0] for line in done.stdout.splitlines()]

    yield complete


def test_fish_completes(fish: Callable[[str], list[str]]) -> None:
    assert {"enhance", "batch", "train", "eval", "styles", "doctor"} <= set(fish("uegan "))
    assert fish("uegan eval --ref") == ["--reference"]
    assert fish("uegan styles verif") == ["verify"]
    assert fish("uegan enhance -s ") == ["bright", "natural"]
    assert "tiff" in fish("uegan enhance --format ")
    assert {"auto", "cpu"} <= set(fish("uegan batch --device "))
    assert fish("uegan enhance my") == ["my photos/"]
    assert fish("uegan styles show na") == ["natural"]


def test_zsh_finds_it_by_itself_in_a_folder_of_functions(shell_home: Path, tmp_path: Path) -> None:
    needs("zsh")
    (tmp_path / "functions").mkdir()
    shutil.copy(FOLDER / FILES["zsh"], tmp_path / "functions" / "_uegan")
    setup = f"PS1='$ '; fpath=({tmp_path / 'functions'} $fpath); autoload -Uz compinit; compinit -D -u; unsetopt beep"
    assert_completed("uegan doctor ", ["zsh", "-f", "-i"], setup, "uegan doc\t")


def test_a_key_waits_for_no_library_but_one(shell_home: Path) -> None:
    """A program without any takes a tenth of a second."""
    script = "import sys; before = set(sys.modules); sys.argv = ['uegan', '__complete', 'styles']; "
    script += "from uegan_cli.__main__ import main; main(); print(*set(sys.modules) - before, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment())
    assert done.stdout.split() == ["bright", "natural"], done.stderr
    imported = {name.partition(".")[0] for name in done.stderr.split()} - sys.stdlib_module_names
    assert imported == {"uegan_cli", "platformdirs"}


def test_values_never_print_errors(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from uegan_cli.commands.completions import values

    def broken() -> Iterator[str]:
        raise OSError

    monkeypatch.setitem(values.VALUES, "styles", broken)
    for kind in ("styles", "nothing", ""):
        values.print_values(kind)
    assert capfd.readouterr() == ("", "")


def test_the_manual_is_a_manual_page() -> None:
    page = FOLDER / FILES["man"]
    mandoc = shutil.which("mandoc")
    if mandoc is None:
        pytest.skip("needs mandoc")
    found = subprocess.run([mandoc, "-Tlint", "-Wwarning", str(page)], capture_output=True, text=True, check=False)
    assert found.stdout == ""
    shown = subprocess.run([mandoc, "-Tutf8", str(page)], capture_output=True, text=True, check=True).stdout
    shown = re.sub(".\x08", "", shown)
    for word in (
        "uegan enhance",
        "--strength",
        "EXIT STATUS",
        "UEGAN_HOME",
        "uegan style-create",
        "# a folder and its subfolders",
    ):
        assert word in shown
