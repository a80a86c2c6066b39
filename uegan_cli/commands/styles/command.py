"""`uegan styles`: list, show, share, rename, remove and check styles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...styles import store
from ..shared import options
from ..shared.output import Report
from . import output
from .verify import verify_styles

app = typer.Typer(
    cls=options.Group,
    help="List, show, share, rename, remove and check styles.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog=options.examples(
        ("all styles", "uegan styles list"),
        ("give a style to a friend", "uegan styles export mine ~/Desktop"),
        ("add a style from a friend", "uegan styles import ~/Downloads/portra.safetensors"),
    ),
)

NewName = Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")]


@app.command("list", cls=options.Command)
def list_styles(json: options.Json = False, no_color: options.NoColour = False) -> None:
    """List all styles with their kind, size, date and description."""
    output.print_list(store.entries(), Report(json))


@app.command(cls=options.Command)
def show(
    name: Annotated[str, typer.Argument(metavar="STYLE|FILE")],
    preview: Annotated[
        Path | None, typer.Option("--preview", metavar="FILE", help="Also write its before/after picture, a JPEG.")
    ] = None,
    json: options.Json = False,
    no_color: options.NoColour = False,
) -> None:
    """Show a style's card: who made it, from what, and how."""
    report = Report(json)
    output.print_style(store.entry(name), report)
    if preview is not None:
        store.write_preview(name, preview)
        report.say(f"{preview}: before and after")


@app.command("export", cls=options.Command)
def export_style(
    name: options.StyleName,
    to: Annotated[Path, typer.Argument(metavar="FILE|DIR", help="Where to write the copy.")] = Path("."),
    overwrite: options.Overwrite = False,
) -> None:
    """Copy a style to a file, to give it to others."""
    Report().result(str(store.export(name, to, overwrite=overwrite)))


@app.command("import", cls=options.Command)
def import_style(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A style file.")],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Its name here. Without it: the file's name.")
    ] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Check a style file and add it to the styles."""
    style = store.import_style(file, name, overwrite=overwrite)
    Report().result(f"{style.name}: imported; use it with `uegan enhance PHOTO -s {style.name}`")


@app.command(cls=options.Command)
def rename(name: options.StyleName, new: NewName, overwrite: options.Overwrite = False) -> None:
    """Rename a style."""
    store.rename(name, new, overwrite=overwrite)
    Report().result(f"{name} -> {new}")


@app.command(cls=options.Command)
def remove(name: Annotated[list[str], typer.Argument(metavar="STYLE")]) -> None:
    """Remove styles."""
    for each in name:
        store.remove(each)
        Report().result(f"{each}: removed")


@app.command(cls=options.Command)
def verify(
    name: Annotated[
        list[str] | None,
        typer.Argument(metavar="STYLE|FILE", help="Without it: all styles."),
    ] = None,
    json: options.Json = False,
    no_color: options.NoColour = False,
) -> None:
    """Check that style files are undamaged: format, tensors, hashes."""
    code = verify_styles(name or (), Report(json))
    if code:
        raise typer.Exit(code)
