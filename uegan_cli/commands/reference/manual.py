"""The manual page, generated from the program's outline in the language of man(7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ... import __version__
from .exit_codes import EXIT_CODES
from .outline import ArgumentOutline, CommandOutline, OptionOutline
from .settings import FILES, VARIABLES, option_variables

DATE = "2026-11-23"
"""Date of the page's last change."""


def render_manual(program: CommandOutline) -> str:
    """Return the manual page."""
    return "\n".join(_lines(program)) + "\n"


def _lines(program: CommandOutline) -> Iterator[str]:
    yield f'.TH UEGAN 1 {DATE} "uegan {__version__}" "User Commands"'
    yield from (".SH NAME", "uegan \\- learn the look of photos and apply it to others")
    yield from (".SH SYNOPSIS", ".B uegan", "\\fICOMMAND\\fR [\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...")
    yield from (".SH DESCRIPTION", _escape(program.help))
    yield ".SH COMMANDS"
    for command in program.walk():
        if command.name:
            yield from _command(command)
    yield ".SH EXIT STATUS"
    yield from _definitions(EXIT_CODES, ".B")
    yield ".SH ENVIRONMENT"
    yield from _definitions(VARIABLES, ".B")
    of_options = option_variables(program).items()
    yield from _definitions({name: f"The default of {option}." for name, option in of_options}, ".B")
    yield ".SH FILES"
    yield from _definitions(FILES, ".I")


def _definitions(meanings: dict[int, str] | dict[str, str], font: str) -> Iterator[str]:
    for term, meaning in meanings.items():
        yield from (".TP", f"{font} {_escape(str(term))}", _escape(meaning))


def _command(command: CommandOutline) -> Iterator[str]:
    words = _escape(command.words)
    yield f".SS {words}"
    yield f"\\fB{words}\\fR [\\fIOPTION\\fR]...{''.join(map(_placeholder, command.arguments))}"
    yield from (".PP", _escape(command.help))
    for argument in command.arguments:
        if argument.help:
            yield from (".TP", f"\\fI{_escape(argument.metavar)}\\fR", _escape(argument.help))
    for option in command.options:
        yield from (".TP", _names(option), _description(option))
    if command.examples:
        yield from (".PP", "Examples:", ".PP", ".nf")
        for comment, line in command.examples:
            yield from (f".RS\n# {_escape(comment)}", f"{_escape(line)}\n.RE")
        yield ".fi"


def _placeholder(argument: ArgumentOutline) -> str:
    placeholder = f"\\fI{_escape(argument.metavar)}\\fR" + "..." * argument.repeatable
    return f" {placeholder}" if argument.required else f" [{placeholder}]"


def _names(option: OptionOutline) -> str:
    names = ", ".join(f"\\fB{_escape(name)}\\fR" for name in option.names)
    return f"{names} \\fI{_escape(option.metavar)}\\fR" if option.metavar else names


def _description(option: OptionOutline) -> str:
    choices = f" One of {', '.join(option.choices)}." if option.choices and option.metavar not in option.help else ""
    default = f" Default: {option.default}." if option.default else ""
    return _escape(f"{option.help}{choices}{default}")


def _escape(text: str) -> str:
    """Return the text without Rich's markup and with everything escaped that troff would interpret."""
    plain = re.sub(r"\[/?\w+\]", "", text).replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    return re.sub(r"^([.'])", r"\\&\1", plain, flags=re.MULTILINE)
