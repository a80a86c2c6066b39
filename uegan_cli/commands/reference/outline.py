"""The program as data: its commands, options and arguments, for completions, the manual page and `docs/reference`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from typer.core import TyperCommand, TyperGroup
from typer.models import ArgumentInfo, OptionInfo

ValueKind = Literal["", "files", "folders", "styles", "devices", "any"]
"""What completes a value: nothing for a flag; `any` is free text."""

_ORDER = ("enhance", "batch", "train", "eval", "style-create", "styles")
"""Commands in the order of their use; the others follow by name."""


@dataclass(frozen=True)
class OptionOutline:
    """An option.

    names: as they are typed. metavar: the placeholder of its value, empty for a flag. default: as text, or empty.
    variable: the environment variable that sets it, or empty.
    """

    names: tuple[str, ...]
    help: str
    metavar: str
    values: ValueKind
    choices: tuple[str, ...] = ()
    panel: str = "Options"
    default: str = ""
    variable: str = ""


@dataclass(frozen=True)
class ArgumentOutline:
    """An argument. metavar: its placeholder. repeatable: it may be given several times."""

    metavar: str
    help: str
    values: ValueKind
    repeatable: bool = False
    required: bool = False


@dataclass(frozen=True)
class CommandOutline:
    """A command or a group of commands. name: its words after `uegan`. examples: (comment, command line)."""

    name: tuple[str, ...]
    help: str
    options: Sequence[OptionOutline]
    arguments: Sequence[ArgumentOutline] = ()
    commands: Sequence[CommandOutline] = ()
    examples: Sequence[tuple[str, str]] = ()

    @property
    def words(self) -> str:
        """The command as it is typed: uegan styles list."""
        return " ".join(("uegan", *self.name))

    def walk(self) -> Iterator[CommandOutline]:
        """Yield this command and all below it."""
        yield self
        for command in self.commands:
            yield from command.walk()


HELP = OptionOutline(("--help", "-h"), "Show this message and exit.", "", "")


def read_outline(command: TyperCommand | TyperGroup, name: tuple[str, ...] = ()) -> CommandOutline:
    """Return the outline of a program, a group or a command. name: its words after `uegan`."""
    below = command.commands if isinstance(command, TyperGroup) else {}
    commands = [read_outline(sub, (*name, word)) for word, sub in below.items() if not sub.hidden]  # type: ignore[arg-type]
    parameters = list(_parameters(command.callback))
    return CommandOutline(
        name,
        _on_one_line(command.help),
        [*(p for p in parameters if isinstance(p, OptionOutline)), HELP],
        [p for p in parameters if isinstance(p, ArgumentOutline)],
        sorted(commands, key=_rank),
        _examples(command.epilog),
    )


def _rank(command: CommandOutline) -> tuple[int, str]:
    word = command.name[-1]
    return (_ORDER.index(word) if word in _ORDER else len(_ORDER), word)


def _parameters(callback: Any) -> Iterator[OptionOutline | ArgumentOutline]:
    """Yield the parameters of a command's function, as its annotations declare them.

    The annotations, not Click's parameters: how these name choices depends on Typer's version.
    """
    if callback is None:
        return
    hints = get_type_hints(callback, include_extras=True)
    for name, parameter in inspect.signature(callback).parameters.items():
        for info in getattr(hints[name], "__metadata__", ()):
            if isinstance(info, OptionInfo) and not info.hidden:
                yield _option(name, hints[name].__origin__, info, parameter.default)
            elif isinstance(info, ArgumentInfo):
                yield _argument(hints[name].__origin__, info, parameter.default)


def _option(name: str, kind: Any, info: OptionInfo, default: object) -> OptionOutline:
    # Typer takes the first name in an annotation for a default.
    given = [text for text in (info.default, *(info.param_decls or ())) if isinstance(text, str)]
    names = tuple(part for text in given or [f"--{name.replace('_', '-')}"] for part in text.split("/"))
    is_flag = bool in _union_members(kind)
    metavar = "" if is_flag else info.metavar or "|".join(_choices(kind)) or "VALUE"
    default_text = "" if default is None or isinstance(default, bool) else str(default)
    variable = info.envvar if isinstance(info.envvar, str) else ""
    panel = info.rich_help_panel or "Options"
    values: ValueKind = "" if is_flag else "devices" if name == "device" else _value_kind(metavar)
    return OptionOutline(names, _on_one_line(info.help), metavar, values, _choices(kind), panel, default_text, variable)


def _argument(kind: Any, info: ArgumentInfo, default: object) -> ArgumentOutline:
    metavar = info.metavar or "VALUE"
    repeatable = any(get_origin(part) is list for part in _union_members(kind))
    required = default is inspect.Parameter.empty
    return ArgumentOutline(metavar, _on_one_line(info.help), _value_kind(metavar), repeatable, required)


def _value_kind(metavar: str) -> ValueKind:
    """Return what completes a value with this placeholder, such as NAME=DIR."""
    if "STYLE" in metavar.split("|"):
        return "styles"
    if "FILE" in metavar or "PHOTO" in metavar:
        return "files"
    return "folders" if re.search(r"\b(DIR|SRC|DST)\b", metavar) else "any"


def _union_members(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _choices(kind: Any) -> tuple[str, ...]:
    literals = (part for part in _union_members(kind) if get_origin(part) is Literal)
    return tuple(str(choice) for literal in literals for choice in get_args(literal))


def _on_one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _examples(epilog: str | None) -> list[tuple[str, str]]:
    """Return the (comment, command line) pairs that `options.examples` has formatted."""
    return re.findall(r"\[dim\]# (.*?)\[/dim\]\n\s*\[bold\](.*?)\[/bold\]", epilog or "")
