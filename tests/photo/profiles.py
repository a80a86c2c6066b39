"""ICC profiles made for tests."""

from __future__ import annotations

import struct

import imagecodecs
import numpy as np
from numpy.typing import NDArray

D50 = (0.3457, 0.3585)


def pro_photo() -> bytes:
    primaries = (0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001)
    return bytes(imagecodecs.cms_profile("rgb", whitepoint=D50, primaries=primaries, gamma=1.8))


def srgb() -> bytes:
    return bytes(imagecodecs.cms_profile("srgb"))


def grey(gamma: float) -> bytes:
    return bytes(imagecodecs.cms_profile("gray", whitepoint=D50, gamma=gamma))


def swapped_primaries() -> bytes:
    """sRGB with red and green exchanged (their XYZ tags renamed)."""
    return srgb().replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ").replace(b"----", b"gXYZ")


def scanner() -> bytes:
    """A table from RGB to Lab and none back: sRGB whose red, green and blue take each other's place."""
    grid = 17
    levels = np.linspace(0, 1, grid, dtype=np.float32)
    colours = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(1, -1, 3)
    rolled = np.ascontiguousarray(colours[..., [1, 2, 0]])
    lab = imagecodecs.cms_transform(
        rolled, srgb(), imagecodecs.cms_profile("lab4"), colorspace="rgb", outcolorspace="lab", intent=1
    )
    scaled = np.round((lab + (0, 128, 128)) * (2.55, 1, 1)).clip(0, 255).astype(np.uint8)
    return _profile({b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"A2B0": _lut8(scaled, grid)})


def _lut8(table: NDArray[np.uint8], grid: int) -> bytes:
    unity = b"".join(struct.pack(">i", 65536 * (row == column)) for row in range(3) for column in range(3))
    curves = 3 * bytes(range(256))
    return b"mft1" + bytes([0, 0, 0, 0, 3, 3, grid, 0]) + unity + curves + table.tobytes() + curves


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _profile(tags: dict[bytes, bytes]) -> bytes:
    """A version 2 input profile from RGB to Lab."""
    start = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data.ljust(-(-len(data) // 4) * 4, b"\0")
    head = struct.pack(
        ">I4s4s4s4s4s12s4s", start + len(body), b"", b"\2\x20\0\0", b"scnr", b"RGB ", b"Lab ", b"", b"acsp"
    )
    illuminant = struct.pack(">3i", 63190, 65536, 54061)
    return (head.ljust(68, b"\0") + illuminant).ljust(128, b"\0") + table + body
