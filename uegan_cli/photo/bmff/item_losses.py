"""What an HEIF or AVIF file holds beside its picture that does not stay true when that is edited."""

from __future__ import annotations

from typing import BinaryIO

from . import boxes
from .boxes import Container
from .item_layout import ALPHA, PICTURES, frames, parts
from .items import ItemEncoding

_LAYERS = {b"gainmap": "HDR gain map", b"depth": "depth map", b"auxid:2": "depth map", b"matte": "portrait matte"}
_UNKNOWN = "auxiliary picture"
_TRAILER = "what follows its picture (such as a motion video) shows it unedited and was left out"
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_SILENT = ("ftyp", "meta", "mdat", "free", "skip", "wide", "styp", "etyp", "pdin", "moov")
_HDR = {16: "PQ", 18: "HLG"}


def warnings(container: Container, encoding: ItemEncoding) -> list[str]:
    """What cannot be kept, and how colours are not understood."""
    untrue = [f"its {name} belongs to the unedited picture and was left out" for name in _layers(container)]
    if more := len(_others(container)):
        untrue.append(f"only its main picture was taken; {more} more {'was' if more == 1 else 'were'} left out")
    if name := _HDR.get(encoding.colours[1]):
        untrue.append(f"its HDR colours ({name}) were edited as if they were sRGB; compare it with the original")
    return untrue + _trailing(container.file)


def _layers(container: Container) -> list[str]:
    kinds = {(item.get("auxC") or b"")[4:].split(b"\0")[0] for item in container.items.values()} - {b"", *ALPHA}
    found = [next((name for part, name in _LAYERS.items() if part in kind.lower()), _UNKNOWN) for kind in sorted(kinds)]
    tone_mapped = any(item.kind == "tmap" for item in container.items.values())
    return list(dict.fromkeys([*found, *(["HDR gain map"] if tone_mapped else [])]))


def _others(container: Container) -> list[int]:
    """Pictures that viewers offer besides the primary one."""
    used = {n for found in container.references if found.kind == "dimg" for n in found.targets}
    used |= {found.source for found in container.references if found.kind in ("thmb", "auxl")}
    own = {container.primary, *parts(container)}
    return [
        number
        for number, item in container.items.items()
        if item.kind in PICTURES and item.kind != "tmap" and not item.hidden and number not in used | own
    ]


def _trailing(file: BinaryIO) -> list[str]:
    """Words on what follows the picture: a video, credentials, and what nobody knows."""
    found = []
    after = 0
    for box in boxes.boxes(file):
        file.seek(box.start)
        after = box.end
        if box.kind == "jumb" or (box.kind == "uuid" and file.read(16) == _C2PA):
            found.append("its content credentials (C2PA) vouch for the unedited picture and were left out")
        elif box.kind == "mpvd" or (box.kind == "moov" and frames(file) == 1):
            found.append("its motion video shows it unedited and was left out")
        elif box.kind not in _SILENT:
            found.append(_TRAILER)
    file.seek(after)
    if file.read(1 << 16).strip(b"\0"):
        found.append(_TRAILER)
    return list(dict.fromkeys(found))
