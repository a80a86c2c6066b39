"""What `uegan styles` prints of styles, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...look.config import BlendConfig, NetworkConfig, StyledGeneratorConfig, config_to_json
from ...styles.store import Entry
from ..shared.output import Report, format_size


def print_list(entries: Sequence[Entry], report: Report) -> None:
    """Print a table with a row per style."""
    for entry in entries:
        report.record(_to_json(entry))
    if not report.json:
        report.table(("Style", "Kind", "Size", "Made", "Description"), [_row(entry) for entry in entries], right=(2,))
    if not entries:
        report.say("no styles yet; `uegan train` and `uegan style-create` make some")


def print_style(entry: Entry, report: Report) -> None:
    """Print everything about a style but its weights."""
    report.record(_to_json(entry))
    for label, text in _card_lines(entry):
        report.result(f"{label:<13}{text}")


def describe_network(config: NetworkConfig) -> str:
    """Return a network in a few words."""
    if isinstance(config, BlendConfig):
        return " + ".join(f"{weight:g} x ({describe_network(part)})" for weight, part in config.parts)
    adaptive = ", adaptive colour map" * config.adaptive
    if isinstance(config, StyledGeneratorConfig):
        look = ", inside a look" * config.fitted
        return (
            f"UEGAN, width {config.width}, {config.attention} attention, {config.modulation} modulation{look}{adaptive}"
        )
    return f"look without a network{adaptive}"


def _to_json(entry: Entry) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": entry.name,
        "path": str(entry.path),
        "built_in": entry.built_in,
        "size": entry.size,
        "problem": entry.problem,
    }
    if entry.header is not None:
        header = entry.header
        data |= {"hash": header.hash, "network": config_to_json(header.config), "card": header.card.to_json()}
    return data


def _row(entry: Entry) -> tuple[str, str, str, str, str]:
    size = format_size(entry.size)
    if entry.header is None:
        return entry.name, _kind(entry), size, "", "see `uegan styles verify`"
    card = entry.header.card
    return entry.name, _kind(entry), size, card.created[:10], card.description


def _kind(entry: Entry) -> str:
    if entry.header is None:
        return "damaged"
    config = entry.header.config
    if isinstance(config, BlendConfig):
        kind = "blend"
    elif isinstance(config, StyledGeneratorConfig):
        kind = "network"
    else:
        kind = "adaptive" if config.adaptive else "instant"
    return f"{kind}, built in" if entry.built_in else kind


def _card_lines(entry: Entry) -> list[tuple[str, str]]:
    """Return labels and texts, without those whose text is empty."""
    file = f"{entry.path}{' (built in)' * entry.built_in}"
    if entry.header is None:
        return [("name", entry.name), ("file", file), ("problem", entry.problem or "")]
    header, card = entry.header, entry.header.card
    lines = [
        ("name", entry.name),
        ("description", card.description),
        ("author", card.author),
        ("licence", card.licence),
        ("made", f"{card.created} with uegan {card.uegan}" if card.created else ""),
        ("command", card.command),
        ("network", describe_network(header.config)),
        ("data", _join(card.data)),
        ("recipe", _join(card.recipe)),
        ("metrics", _join(card.metrics)),
        ("hash", header.hash),
        ("file", f"{file}, {format_size(entry.size)}"),
    ]
    return [(label, text) for label, text in lines if text]


def _join(fields: Mapping[str, Any]) -> str:
    """Return the fields of a card on one line: liked 50, raw 40, distance: (tone 0.2, colour 0.3)."""
    parts = []
    for key, value in fields.items():
        parts.append(f"{key}: ({_join(value)})" if isinstance(value, dict) else f"{key} {value}")
    return ", ".join(parts)
