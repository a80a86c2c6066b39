"""The metadata of a style file, read without its weights and without torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from ..errors import StyleError
from ..look.config import NetworkConfig, config_from_json, config_to_json
from .card import Card

SCHEMA = 1
_KEYS = ("network", "card", "hash", "seal")


@dataclass(frozen=True)
class Header:
    """The metadata of a style file.

    hash: SHA-256 of the network and its weights; equal for equal looks, whatever their names and cards.
    seal: SHA-256 of everything else: schema, hash, card and preview.
    network: the JSON text that describes the network; in files of earlier versions it has fewer fields than `config`.
    """

    config: NetworkConfig
    card: Card
    hash: str
    seal: str
    network: str


def metadata_of(config: NetworkConfig, card: Card, look: str, preview: bytes | None) -> dict[str, str]:
    """Return the metadata to write into a style file. look: its hash."""
    text = canonical(card.to_json())
    return {
        "uegan-style": str(SCHEMA),
        "network": canonical(config_to_json(config)),
        "card": text,
        "hash": look,
        "seal": seal(look, text, preview),
    }


def seal(look: str, card: str, preview: bytes | None) -> str:
    """Hash schema, look, card and preview, to detect changes. card: its text, fields of later versions included."""
    return digest(str(SCHEMA), look, card, preview or b"")


def read_header(path: Path) -> Header:
    """Read the metadata of a style file. Raises StyleError, naming the file, for any file this version cannot read."""
    with naming(path), safe_open(path, framework="numpy") as file:
        return parse(file.metadata())


def parse(metadata: dict[str, str] | None) -> Header:
    """Read the header from safetensors metadata. Raises StyleError; the caller names the file."""
    schema = (metadata or {}).get("uegan-style")
    if metadata is None or schema is None:
        raise StyleError("a safetensors file, but not a style")
    if schema != str(SCHEMA):
        raise StyleError(f"style format {schema!r}, but this uegan reads {SCHEMA}; try a newer uegan")
    missing = [key for key in _KEYS if key not in metadata]
    if missing:
        raise StyleError(f"the header has no {missing[0]!r}")
    try:
        config = config_from_json(json.loads(metadata["network"]))
        card = Card.from_json(json.loads(metadata["card"]))
        canonical(config_to_json(config))
    except (ValueError, TypeError, RecursionError) as error:
        raise StyleError("the header cannot be read") from error
    return Header(config, card, metadata["hash"], metadata["seal"], metadata["network"])


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turn any error with a style file into a StyleError of one line that names the file."""
    try:
        yield
    except StyleError as error:
        raise StyleError(f"{path}: {error}") from error
    except FileNotFoundError as error:
        raise StyleError(f"{path}: no such file") from error
    except OSError as error:
        raise StyleError(f"{path}: cannot be read ({error.strerror or error})") from error
    except SafetensorError as error:
        raise StyleError(f"{path}: damaged, or not a style file") from error


def canonical(data: Any) -> str:
    """Return JSON that is the same text for equal data. Raises ValueError for NaN and infinities."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(*parts: str | bytes) -> str:
    """Hash the parts (SHA-256), each with its length, so that no byte can move from one to the next."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        sha.update(len(data).to_bytes(8, "little"))
        sha.update(data)
    return sha.hexdigest()
