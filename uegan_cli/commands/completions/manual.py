"""The manual page, made from the program itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ... import __version__
from .outline import Command, Option

DATE = "2026-11-23"
"""Of the page's last change."""

EXIT_CODES = {
    0: "Done, skipped photos included.",
    1: "Some photos failed, or a style was worse than was asked for.",
    2: "Usage.",
    3: "No usable input.",
    4: "A style is missing or invalid.",
    5: "A device or its memory is unavailable.",
    6: "The training photos are unusable.",
    7: "A result cannot be written.",
    130: "Interrupted.",
    143: "Terminated.",
}
FILES = {
    "config.toml": "Defaults for options, in the user's configuration folder; `uegan doctor` says where.",
    "styles/": "The style cache, in the user's data folder.",
    "DST/.uegan/": "The journal of a batch, beside its results.",
}


def manual(program: Command) -> str:
    """In the language of man(7)."""
    return "\n".join(_lines(program)) + "\n"


def _lines(program: Command) -> Iterator[str]:
    yield f'.TH UEGAN 1 {DATE} "uegan {__version__}" "User Commands"'
    yield from (".SH NAME", "uegan \\- learn the look of photos and put it on others")
    yield from (".SH SYNOPSIS", ".B uegan", "\\fICOMMAND\\fR [\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...")
    yield from (".SH DESCRIPTION", _text(program.help))
    yield ".SH COMMANDS"
    for command in program.all():
        if command.name:
            yield from _command(command)
    yield ".SH EXIT STATUS"
    for code, meaning in EXIT_CODES.items():
        yield from (".TP", f".B {code}", _text(meaning))
    yield ".SH ENVIRONMENT"
    yield from (".TP", ".B UEGAN_HOME", "Moves styles, runs, weights and settings into one folder.")
    yield from (".TP", ".B UEGAN_DEBUG", "Set to 1, errors show where they come from.")
    yield from (".TP", ".B NO_COLOR", "No colours.")
    for name, meaning in sorted(_variables(program).items()):
        yield from (".TP", f".B {name}", _text(meaning))
    yield ".SH FILES"
    for name, meaning in FILES.items():
        yield from (".TP", f".I {_text(name)}", _text(meaning))


def _command(command: Command) -> Iterator[str]:
    words = " ".join(("uegan", *command.name))
    arguments = "".join(
        f" \\fI{_text(a.meta)}\\fR" + "..." * a.many
        if a.required
        else f" [\\fI{_text(a.meta)}\\fR" + "..." * a.many + "]"
        for a in command.arguments
    )
    yield f".SS {_text(words)}"
    yield f"\\fB{_text(words)}\\fR [\\fIOPTION\\fR]...{arguments}"
    yield from (".PP", _text(command.help))
    for argument in command.arguments:
        if argument.help:
            yield from (".TP", f"\\fI{_text(argument.meta)}\\fR", _text(argument.help))
    for option in command.options:
        yield from (".TP", _names(option), _said(option))
    if command.examples:
        yield from (".PP", "Examples:", ".PP", ".nf")
        for meaning, line in command.examples:
            yield from (f".RS\n# {_text(meaning)}", f"{_text(line)}\n.RE")
        yield ".fi"


def _names(option: Option) -> str:
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in option.names)
    return f"{names} \\fI{_text(option.meta)}\\fR" if option.meta else names


def _said(option: Option) -> str:
    choices = f" One of {', '.join(option.choices)}." if option.choices and option.meta not in option.help else ""
    default = f" Default: {option.default}." if option.default else ""
    return _text(f"{option.help}{choices}{default}")


def _variables(program: Command) -> dict[str, str]:
    return {
        option.variable: f"The default of {option.names[0]}."
        for command in program.all()
        for option in command.options
        if option.variable
    }


def _text(text: str) -> str:
    """With all that would mean something to troff made plain."""
    plain = re.sub(r"\[/?\w+\]", "", text).replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    return re.sub(r"^([.'])", r"\\&\1", plain, flags=re.MULTILINE)
