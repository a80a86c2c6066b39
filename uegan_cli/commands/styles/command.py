"""`uegan styles`: the style cache."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ...config import BlendConfig, GeneratorConfig, NetworkConfig, config_to_json
from ...errors import StyleError
from ...styles import names, store
from ...styles.header import Header
from ...styles.store import Entry
from ..shared import options
from ..shared.output import Report, format_size

app = typer.Typer(
    cls=options.Group,
    help="List, show, share, rename, remove and check styles.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog=options.examples(
        ("what there is", "uegan styles list"),
        ("give a style to a friend", "uegan styles export mine ~/Desktop"),
        ("take one from a friend", "uegan styles import ~/Downloads/portra.safetensors"),
    ),
)

Name = options.StyleName
NewName = Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")]


@app.command("list", cls=options.Command)
def list_styles(json: options.Json = False, no_color: options.NoColour = False) -> None:
    """All styles, with what they are."""
    report = Report(json)
    found = store.entries()
    for entry in found:
        report.record(_as_json(entry))
    if not json:
        rows = [(e.name, _kind(e), format_size(e.size), _made(e.header), _description(e)) for e in found]
        report.table(("Style", "Kind", "Size", "Made", "Description"), rows, right=(2,))
    if not found:
        report.say("No styles here. `uegan train` or `uegan style-create` makes one.")


@app.command(cls=options.Command)
def show(
    name: Annotated[str, typer.Argument(metavar="STYLE|FILE")],
    preview: Annotated[
        Path | None, typer.Option("--preview", metavar="FILE", help="Write its before/after picture, a JPEG.")
    ] = None,
    json: options.Json = False,
    no_color: options.NoColour = False,
) -> None:
    """A style's card: who made it, of what, how."""
    report = Report(json)
    entry = store.entry(name)
    report.record(_as_json(entry))
    for label, text in _lines(entry):
        report.result(f"{label:<13}{text}")
    if preview is not None:
        store.write_preview(name, preview)
        report.say(f"{preview}: before and after")


@app.command("export", cls=options.Command)
def export_style(
    name: Name,
    to: Annotated[Path, typer.Argument(metavar="FILE|DIR", help="Where to.")] = Path("."),
    overwrite: options.Overwrite = False,
) -> None:
    """Copy a style to a file that can be given to others."""
    Report().result(str(store.export(name, to, overwrite=overwrite)))


@app.command("import", cls=options.Command)
def import_style(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A style file.")],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Call it this; without it, as the file.")
    ] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Check a style file and put it into the cache."""
    style = store.import_style(file, name, overwrite=overwrite)
    Report().result(f"{style.name}: imported; `uegan enhance PHOTO -s {style.name}` uses it")


@app.command(cls=options.Command)
def rename(name: Name, new: NewName, overwrite: options.Overwrite = False) -> None:
    """Give a style another name."""
    store.rename(name, new, overwrite=overwrite)
    Report().result(f"{name} -> {new}")


@app.command(cls=options.Command)
def remove(
    name: Annotated[list[str], typer.Argument(metavar="STYLE")],
) -> None:
    """Remove styles from the cache."""
    for each in name:
        store.remove(each)
        Report().result(f"{each}: removed")


@app.command(cls=options.Command)
def verify(
    name: Annotated[
        list[str] | None,
        typer.Argument(metavar="STYLE|FILE", help="Without one: all styles."),
    ] = None,
    json: options.Json = False,
    no_color: options.NoColour = False,
) -> None:
    """Check that styles are whole: format, tensors, hashes."""
    report = Report(json)
    failures = 0
    for each in name or names.installed():
        problem = None
        try:
            style = store.load_style(each)
            report.result(f"{each}: ok, {style.hash[:12]}")
        except StyleError as error:
            problem = str(error)
            failures += 1
            report.complain(problem)
        report.record({"style": each, "ok": problem is None, "problem": problem})
    if failures:
        raise typer.Exit(StyleError.exit_code)


def _as_json(entry: Entry) -> dict[str, Any]:
    about: dict[str, Any] = {
        "name": entry.name,
        "path": str(entry.path),
        "built_in": entry.built_in,
        "size": entry.size,
        "problem": entry.problem,
    }
    if entry.header is not None:
        header = entry.header
        about |= {"hash": header.hash, "network": config_to_json(header.config), "card": header.card.to_json()}
    return about


def _lines(entry: Entry) -> list[tuple[str, str]]:
    """Labels and texts, those without a text left out."""
    place = f"{entry.path}{' (built in)' * entry.built_in}"
    if entry.header is None:
        return [("name", entry.name), ("file", place), ("problem", entry.problem or "")]
    header, card = entry.header, entry.header.card
    lines = [
        ("name", entry.name),
        ("description", card.description),
        ("author", card.author),
        ("licence", card.licence),
        ("made", f"{card.created} with uegan {card.uegan}" if card.created else ""),
        ("command", card.command),
        ("network", describe_network(header.config)),
        ("data", _listed(card.data)),
        ("recipe", _listed(card.recipe)),
        ("metrics", _listed(card.metrics)),
        ("hash", header.hash),
        ("file", f"{place}, {format_size(entry.size)}"),
    ]
    return [(label, text) for label, text in lines if text]


def describe_network(config: NetworkConfig) -> str:
    """A network in a few words."""
    if isinstance(config, BlendConfig):
        return " + ".join(f"{weight:g} x ({describe_network(part)})" for weight, part in config.parts)
    if isinstance(config, GeneratorConfig):
        around = ", closed form around it" * config.transport + ", a map of colours for each photo" * config.adaptive
        return f"UEGAN, width {config.width}, {config.attention} attention, {config.modulation} modulation{around}"
    return "closed form, and a map of colours for each photo" if config.adaptive else "closed form alone"


def _kind(entry: Entry) -> str:
    if entry.header is None:
        return "damaged"
    config = entry.header.config
    if isinstance(config, BlendConfig):
        kind = "blend"
    elif isinstance(config, GeneratorConfig):
        kind = "network"
    else:
        kind = "adaptive" if config.adaptive else "instant"
    return f"{kind}, built in" if entry.built_in else kind


def _made(header: Header | None) -> str:
    return header.card.created[:10] if header else ""


def _description(entry: Entry) -> str:
    return entry.header.card.description if entry.header else "see `uegan styles verify`"


def _listed(fields: Mapping[str, Any]) -> str:
    parts = []
    for key, value in fields.items():
        parts.append(f"{key}: ({_listed(value)})" if isinstance(value, dict) else f"{key} {value}")
    return ", ".join(parts)
