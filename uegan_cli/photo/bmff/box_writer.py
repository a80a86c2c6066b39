"""Build boxes (ISO/IEC 14496-12): the inverse of `box_reader`."""

from __future__ import annotations

import struct


def build_box(type: str, payload: bytes) -> bytes:
    """Build a box whose type is four characters."""
    return struct.pack(">I", 8 + len(payload)) + type.encode("latin-1") + payload


def build_full_box(type: str, payload: bytes, version: int = 0, flags: int = 0) -> bytes:
    """Build a box whose payload begins with a version and flags."""
    return build_box(type, struct.pack(">I", version << 24 | flags) + payload)
