"""The import ladder: a part of the program imports what stands below it, and nothing beside or above."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import uegan_cli

PACKAGE = Path(uegan_cli.__file__).parent
LADDER = [
    {"commands"},
    {"jobs", "training", "evaluation"},
    {"enhancement"},
    {"styles"},
    {"networks", "losses"},
    {"photo"},
    {"config", "paths"},
    {"errors"},
]
RUNG = {part: rung for rung, parts in enumerate(LADDER) for part in parts}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem in RUNG)


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imported(path: Path, tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """Dotted names of everything a module imports, ours as ("uegan_cli", part, ...)."""
    package = ("uegan_cli", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) + 1 - node.level] if node.level else ()
            module = (*start, *(node.module.split(".") if node.module else ()))
            # `from .. import networks` names its parts after the import.
            yield from ((*module, alias.name) for alias in node.names) if module == ("uegan_cli",) else [module]


def at_module_level(tree: ast.Module) -> ast.Module:
    """The module without its functions and without what is for type checkers."""
    kept = [
        node
        for node in tree.body
        if not isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    ]
    return ast.Module(kept, [])


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_down_the_ladder_only(path):
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for name in imported(path, ast.parse(path.read_text("utf-8"))):
        if name[0] == "uegan_cli" and len(name) > 1 and name[1] in RUNG:
            below = RUNG[name[1]] > RUNG[part] or name[1] == part
            assert below, f"{name_of(path)} imports {'.'.join(name)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_part_has_its_rung(path):
    assert path.relative_to(PACKAGE).parts[0].removesuffix(".py") in RUNG


@pytest.mark.parametrize("path", sorted((PACKAGE / "photo").glob("*.py")), ids=name_of)
def test_photo_knows_no_torch(path):
    assert not {name[0] for name in imported(path, ast.parse(path.read_text("utf-8")))} & {"torch", "torchvision"}


@pytest.mark.parametrize("path", sorted((PACKAGE / "commands").glob("*.py")), ids=name_of)
def test_commands_import_nothing_heavy_at_module_level(path):
    tree = at_module_level(ast.parse(path.read_text("utf-8")))
    assert not {name[0] for name in imported(path, tree)} & {"torch", "torchvision", "numpy", "PIL"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_commands_know_the_terminal(path):
    if path.relative_to(PACKAGE).parts[0] != "commands":
        assert not {name[0] for name in imported(path, ast.parse(path.read_text("utf-8")))} & {"typer", "rich"}
