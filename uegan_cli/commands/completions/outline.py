"""The program as data: every command with its options, for completions and the manual."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo, ParameterInfo

from ..shared import options

Values = Literal["", "files", "folders", "styles", "devices", "any"]
"""What completes a value; a flag has none, and of `any` nothing is known."""


@dataclass(frozen=True)
class Option:
    """names: as they are typed. meta: what stands for its value, empty for a flag. default: in words, or empty."""

    names: tuple[str, ...]
    help: str
    meta: str
    values: Values
    choices: tuple[str, ...] = ()
    panel: str = "Options"
    default: str = ""
    variable: str = ""


@dataclass(frozen=True)
class Argument:
    """meta: what stands for it. many: it may be repeated."""

    meta: str
    help: str
    values: Values
    many: bool = False
    required: bool = False


@dataclass(frozen=True)
class Command:
    """name: all words but the program's. examples: (what it does, the command)."""

    name: tuple[str, ...]
    help: str
    options: Sequence[Option]
    arguments: Sequence[Argument] = ()
    commands: Sequence[Command] = ()
    examples: Sequence[tuple[str, str]] = ()

    def all(self) -> Iterator[Command]:
        """This one and all below it."""
        yield self
        for command in self.commands:
            yield from command.all()


HELP = Option(("--help", "-h"), "Show this message and exit.", "", "")


def outline(app: typer.Typer, name: tuple[str, ...] = ()) -> Command:
    """A program, or a group of commands in it."""
    commands = [
        _command(info.callback, (*name, info.name or info.callback.__name__.replace("_", "-")), info.epilog)
        for info in app.registered_commands
        if info.callback is not None and not info.hidden
    ]
    for group in app.registered_groups:
        assert group.typer_instance is not None and group.name is not None
        commands.append(outline(group.typer_instance, (*name, str(group.name))))
    own = app.registered_callback.callback if app.registered_callback else None
    given = [] if own is None else [p for p in _parameters(own) if isinstance(p, Option)]
    help = app.info.help if isinstance(app.info.help, str) else ""
    epilog = app.info.epilog if isinstance(app.info.epilog, str) and name else None
    return Command(name, help, [*given, HELP], commands=sorted(commands, key=_rank), examples=_examples(epilog))


def _rank(command: Command) -> tuple[int, str]:
    known = ("enhance", "batch", "train", "eval", "style-create", "styles")
    word = command.name[-1]
    return (known.index(word) if word in known else len(known), word)


def _command(callback: Callable[..., Any], name: tuple[str, ...], epilog: object) -> Command:
    found = list(_parameters(callback))
    return Command(
        name,
        " ".join((inspect.getdoc(callback) or "").split()),
        [*(p for p in found if isinstance(p, Option)), HELP],
        [p for p in found if isinstance(p, Argument)],
        examples=_examples(epilog if isinstance(epilog, str) else None),
    )


def _parameters(callback: Callable[..., Any]) -> Iterator[Option | Argument]:
    hints = get_type_hints(callback, include_extras=True)
    for name, parameter in inspect.signature(callback).parameters.items():
        for info in getattr(hints[name], "__metadata__", ()):
            if isinstance(info, OptionInfo) and not info.hidden:
                yield _option(name, hints[name].__origin__, info, parameter.default)
            elif isinstance(info, ArgumentInfo):
                yield _argument(hints[name].__origin__, info, parameter.default)


def _option(name: str, kind: Any, info: OptionInfo, default: object) -> Option:
    # In an annotation typer takes the first name for a default.
    given = [text for text in (info.default, *(info.param_decls or ())) if isinstance(text, str)]
    names = tuple(part for text in given or [f"--{name.replace('_', '-')}"] for part in text.split("/"))
    flag = bool in _kinds(kind)
    meta = "" if flag else info.metavar or "|".join(_choices(kind)) or "VALUE"
    said = "" if default is None or isinstance(default, bool) else str(default)
    variable = info.envvar if isinstance(info.envvar, str) else ""
    panel = info.rich_help_panel or "Options"
    values: Values = "" if flag else _values(name, meta, info)
    return Option(names, _plain(info.help), meta, values, _choices(kind), panel, said, variable)


def _argument(kind: Any, info: ArgumentInfo, default: object) -> Argument:
    meta = info.metavar or "VALUE"
    many = any(get_origin(part) is list for part in _kinds(kind))
    return Argument(meta, _plain(info.help), _values("", meta, info), many, default is inspect.Parameter.empty)


def _values(name: str, meta: str, info: ParameterInfo) -> Values:
    if info.autocompletion is options.style_names:
        return "styles"
    if name == "device":
        return "devices"
    if "FILE" in meta or "PHOTO" in meta:
        return "files"
    return "folders" if re.search(r"\b(DIR|SRC|DST)\b", meta) else "any"


def _kinds(kind: Any) -> tuple[Any, ...]:
    """The members of a union, or the type."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _choices(kind: Any) -> tuple[str, ...]:
    return tuple(str(choice) for part in _kinds(kind) if get_origin(part) is Literal for choice in get_args(part))


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _examples(epilog: str | None) -> list[tuple[str, str]]:
    found = re.findall(r"\[dim\]# (.*?)\[/dim\]\n\s*\[bold\](.*?)\[/bold\]", epilog or "")
    return [(meaning, command) for meaning, command in found]
