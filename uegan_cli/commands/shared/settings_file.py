"""The user's `config.toml`: defaults of options. A UEGAN_* variable overrides it, an option overrides both.

style = "mine"          # for every command that has --style

[enhance]               # for one command
quality = 92
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from typing import Any

from ... import paths
from ...errors import UsageError


def read() -> dict[str, Any]:
    """Return the settings in the file, {} if there is no file. Raises UsageError for a file that is not valid TOML."""
    path = paths.config_file()
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not valid TOML ({error}); correct it or remove it") from error


def defaults(group: Any) -> dict[str, dict[str, Any]]:
    """Return the settings by command, in the form of Click's `default_map`.

    group: the program's command group. Raises UsageError for a command or option that does not exist.
    """
    options = {name: {param.name: param for param in command.params} for name, command in group.commands.items()}
    everywhere = set().union(*options.values())
    chosen: dict[str, dict[str, Any]] = {name: {} for name in options}
    settings = read()
    for key, value in settings.items():
        if not isinstance(value, Mapping):
            _check(key, everywhere)
            for command, known in options.items():
                if _param(key) in known:
                    chosen[command][_param(key)] = _value(known[_param(key)], value)
    for command, table in settings.items():
        if isinstance(table, Mapping):
            _check(command, set(options), "a command")
            for key, value in table.items():
                known = options[command]
                _check(key, known, f"an option of {command}")
                if _param(key) in known:
                    chosen[command][_param(key)] = _value(known[_param(key)], value)
    return chosen


def _value(option: Any, value: Any) -> Any:
    """Return the value for an option, as a list of one if the option takes several."""
    return [value] if getattr(option, "multiple", False) and not isinstance(value, list) else value


def _param(key: str) -> str:
    return key.replace("-", "_")


def _check(key: str, known: Collection[str], kind: str = "an option") -> None:
    if _param(key) in known or key in known:
        return
    near = difflib.get_close_matches(_param(key), known, n=1)
    hint = f"did you mean {near[0].replace('_', '-')!r}?" if near else "remove it"
    raise UsageError(f"{paths.config_file()}: {key!r} is not {kind}; {hint}")
