"""What a style file says about itself, read without its weights and without torch."""

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
    """hash: SHA-256 of the network and its weights; the same look has the same hash, whatever its name or card.
    seal: SHA-256 of everything else the file says: schema, hash, card and preview. network: the text that describes the
    network; that of an earlier version says less than `config`.
    """

    config: NetworkConfig
    card: Card
    hash: str
    seal: str
    network: str


def metadata_of(config: NetworkConfig, card: Card, look: str, preview: bytes | None) -> dict[str, str]:
    """What a style says about itself, as it is written."""
    text = canonical(card.to_json())
    return {
        "uegan-style": str(SCHEMA),
        "network": canonical(config_to_json(config)),
        "card": text,
        "hash": look,
        "seal": seal(look, text, preview),
    }


def seal(look: str, card: str, preview: bytes | None) -> str:
    """The digest that tells whether card and preview are as they were written: the card as its text, for that may have
    fields that only later versions know."""
    return digest(str(SCHEMA), look, card, preview or b"")


def read_header(path: Path) -> Header:
    """Raises StyleError, naming the file, for anything that is not a style this version can read."""
    with naming(path), safe_open(path, framework="numpy") as file:
        return parse(file.metadata())


def parse(metadata: dict[str, str] | None) -> Header:
    """The header out of safetensors' metadata. Raises StyleError; the caller names the file."""
    schema = (metadata or {}).get("uegan-style")
    if metadata is None or schema is None:
        raise StyleError("it is a safetensors file but not a style")
    if schema != str(SCHEMA):
        raise StyleError(f"it has style format {schema!r}, this uegan reads {SCHEMA}; a newer uegan may read it")
    missing = [key for key in _KEYS if key not in metadata]
    if missing:
        raise StyleError(f"its header has no {missing[0]!r}")
    try:
        config = config_from_json(json.loads(metadata["network"]))
        card = Card.from_json(json.loads(metadata["card"]))
        canonical(config_to_json(config))
    except (ValueError, TypeError, RecursionError) as error:
        raise StyleError("its header cannot be read") from error
    return Header(config, card, metadata["hash"], metadata["seal"], metadata["network"])


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turns whatever goes wrong with a style file into a StyleError of one line that names it."""
    try:
        yield
    except StyleError as error:
        raise StyleError(f"{path}: {error}") from error
    except FileNotFoundError as error:
        raise StyleError(f"{path}: there is no such file") from error
    except OSError as error:
        raise StyleError(f"{path}: cannot be read ({error.strerror or error})") from error
    except SafetensorError as error:
        raise StyleError(f"{path}: is damaged or not a style file") from error


def canonical(data: Any) -> str:
    """JSON that is the same text for the same data. Raises ValueError for NaN and infinities."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(*parts: str | bytes) -> str:
    """SHA-256 over the parts, each with its length, so that nothing can move from one to the next."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        sha.update(len(data).to_bytes(8, "little"))
        sha.update(data)
    return sha.hexdigest()
