"""The pages of `docs/reference` that follow from the program: commands, exit codes and settings, in Markdown.

`python -m uegan_cli.commands.reference docs/reference` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from .exit_codes import EXIT_CODES
from .outline import CommandOutline, OptionOutline
from .settings import FILES, VARIABLES, option_variables

NOTE = "<!-- Generated: python -m uegan_cli.commands.reference docs/reference -->"


def render_commands(program: CommandOutline) -> str:
    """Return the page of all commands: usage, arguments, options by panel, examples."""
    commands = [command for command in program.walk() if command.name]
    lines = [NOTE, "", "# Commands", "", _plain(program.help), ""]
    lines += [
        f"- [`{command.words}`](#{'-'.join(('uegan', *command.name))}): {_plain(command.help)}" for command in commands
    ]
    for command in commands:
        lines += ["", *_command(command)]
    return "\n".join(lines) + "\n"


def render_exit_codes(program: CommandOutline) -> str:
    """Return the page of exit codes."""
    rows = ((str(code), meaning) for code, meaning in EXIT_CODES.items())
    text = "An error is one line on stderr: the file, the problem, the remedy. `UEGAN_DEBUG=1` adds the traceback."
    return "\n".join([NOTE, "", "# Exit codes", "", *_table(("code", "meaning"), rows), "", text]) + "\n"


def render_settings(program: CommandOutline) -> str:
    """Return the page of settings: their order, the variables, the settings file, the files of the user."""
    variables = {name: f"The default of `{option}`." for name, option in option_variables(program).items()}
    lines = [NOTE, "", "# Settings", ""]
    lines += ["An option overrides its `UEGAN_*` variable, a variable overrides `config.toml`, and that overrides the"]
    lines += ["default."]
    lines += ["", "## Variables", ""]
    lines += _table(("variable", "meaning"), ((f"`{name}`", text) for name, text in {**VARIABLES, **variables}.items()))
    lines += ["", "## config.toml", "", "Keys are the long names of options, without the dashes in front."]
    lines += ["", "```toml", 'style = "mine"          # for every command that has --style', ""]
    lines += ["[enhance]               # for one command", "quality = 92", "```", "", "## Files", ""]
    lines += _table(("file", "content"), ((f"`{name}`", text) for name, text in FILES.items()))
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[CommandOutline], str]] = {
    "commands.md": render_commands,
    "exit-codes.md": render_exit_codes,
    "settings.md": render_settings,
}


def _command(command: CommandOutline) -> Iterator[str]:
    yield from (f"## {command.words}", "", _plain(command.help))
    placeholders = "".join(
        f" {argument.metavar}{'...' * argument.repeatable}"
        if argument.required
        else f" [{argument.metavar}{'...' * argument.repeatable}]"
        for argument in command.arguments
    )
    subcommand = " COMMAND" if command.commands else ""
    yield from ("", f"    {command.words}{subcommand} [OPTION]...{placeholders}")
    arguments = [(f"`{argument.metavar}`", _plain(argument.help)) for argument in command.arguments if argument.help]
    if arguments:
        yield from ("", *_table(("argument", "meaning"), arguments))
    for panel in dict.fromkeys(option.panel for option in command.options):
        rows = [(_names(option), _meaning(option)) for option in command.options if option.panel == panel]
        yield from ("", *_table((panel, "meaning"), rows))
    if command.examples:
        yield from ("", "```sh")
        for comment, line in command.examples:
            yield from (f"# {_plain(comment)}", line)
        yield "```"


def _names(option: OptionOutline) -> str:
    names = ", ".join(f"`{name}`" for name in option.names)
    return f"{names} `{option.metavar}`" if option.metavar else names


def _meaning(option: OptionOutline) -> str:
    default = f" Default: `{option.default}`." if option.default else ""
    variable = f" Variable: `{option.variable}`." if option.variable else ""
    return f"{_plain(option.help)}{default}{variable}"


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from (f"| {head[0]} | {head[1]} |", "|---|---|")
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _plain(text: str) -> str:
    """Return the text without Rich's markup."""
    return re.sub(r"\[/?\w+\]", "", text)
