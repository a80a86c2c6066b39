"""The import ladder: a part of the program imports what stands below it, and nothing beside or above."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import uegan_cli

PACKAGE = Path(uegan_cli.__file__).parent
LADDER = [
    {"commands"},
    {"jobs", "training", "evaluation"},
    {"look_fitting"},
    {"enhancement"},
    {"styles"},
    {"look"},
    {"networks", "losses"},
    {"photo"},
    {"paths", "threads"},
    {"errors"},
]
RUNG = {part: rung for rung, parts in enumerate(LADDER) for part in parts}
ENTRIES = {"__init__.py", "__main__.py"}
"""The package and the program themselves: they lead into all parts."""

FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = [path for path in FILES if path.relative_to(PACKAGE).as_posix() not in ENTRIES]
HEAVY = {"torch", "torchvision", "numpy", "PIL"}

Name = tuple[str, ...]


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def module_of(path: Path) -> Name:
    """The dotted name of a module, as a tuple."""
    parts = ("uegan_cli", *path.relative_to(PACKAGE).with_suffix("").parts)
    return parts[:-1] if path.name == "__init__.py" else parts


KNOWN = {module_of(path) for path in FILES}


def imported(path: Path, tree: ast.AST) -> Iterator[Name]:
    """Dotted names of all modules that a file imports, ours as ("uegan_cli", part, ...)."""
    package = ("uegan_cli", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) + 1 - node.level] if node.level else ()
            module = (*start, *(node.module.split(".") if node.module else ()))
            # `from . import x` imports a module where there is one of that name.
            submodules = [(*module, alias.name) for alias in node.names if (*module, alias.name) in KNOWN]
            yield from submodules
            if len(submodules) < len(node.names):
                yield module


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def at_module_level(tree: ast.Module) -> ast.Module:
    """The module without its functions and without what is for type checkers."""
    kept = [
        node
        for node in tree.body
        if not isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    ]
    return ast.Module(kept, [])


def test_every_file_is_seen() -> None:
    assert {part_of(path) for path in MODULES} == set(RUNG)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_down_the_ladder_only(path: Path) -> None:
    part = part_of(path)
    for name in imported(path, parsed(path)):
        if name[0] == "uegan_cli" and len(name) > 1:
            assert RUNG[name[1]] > RUNG[part] or name[1] == part, f"{name_of(path)} imports {'.'.join(name)}"


def test_there_is_no_circle_of_imports() -> None:
    """Nor inside a part. Imports inside functions count, imports for type checkers do not."""
    graph = {}
    for path in MODULES:
        tree = parsed(path)
        tree.body = [n for n in tree.body if not (isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n.test))]
        graph[module_of(path)] = {name for name in imported(path, tree) if name in KNOWN and name != module_of(path)}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(".".join(name) for name in reversed(error.args[1])))


@pytest.mark.parametrize("path", [path for path in MODULES if part_of(path) == "photo"], ids=name_of)
def test_photo_knows_no_torch(path: Path) -> None:
    assert not {name[0] for name in imported(path, parsed(path))} & {"torch", "torchvision"}


@pytest.mark.parametrize("path", [path for path in MODULES if part_of(path) == "commands"], ids=name_of)
def test_commands_import_nothing_heavy_at_module_level(path: Path) -> None:
    assert not {name[0] for name in imported(path, at_module_level(parsed(path)))} & HEAVY


@pytest.mark.parametrize("path", [path for path in MODULES if part_of(path) != "commands"], ids=name_of)
def test_only_commands_know_the_terminal(path: Path) -> None:
    assert not {name[0] for name in imported(path, parsed(path))} & {"typer", "rich"}
