"""Warn of data in HEIF and AVIF files that an edited or converted file cannot keep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from ..photo import Segment
from .box_reader import read_boxes
from .encoding import ItemEncoding
from .items import Container
from .picture_layout import PICTURE_TYPES, count_frames, find_picture_items
from .properties import ALPHA_TYPES, read_auxiliary_type

_AUXILIARY_NAMES = {
    b"gainmap": "HDR gain map",
    b"depth": "depth map",
    b"auxid:2": "depth map",
    b"matte": "portrait matte",
}
"""Names by parts of the URN of an auxiliary picture."""

_OTHER_AUXILIARY = "auxiliary picture"

_C2PA_WARNING = "its content credentials (C2PA) vouch for the unedited picture and were left out"
_VIDEO_WARNING = "its motion video shows it unedited and was left out"
_TRAILER_WARNING = "data after its picture (such as a motion video) show it unedited and were left out"

_C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_EXPECTED_BOXES = ("ftyp", "meta", "mdat", "free", "skip", "wide", "styp", "etyp", "pdin", "moov")
_HDR_TRANSFERS = {16: "PQ", 18: "HLG"}
_TRAILER_LENGTH = 1 << 16
"""Bytes after the last box in which other data than zeros are searched for."""

_DESCRIPTIONS = ("udes", "altt")


def warn_of_losses(container: Container, encoding: ItemEncoding) -> list[str]:
    """Return warnings of data that an edit cannot keep, and of HDR colours, which are edited as if they were sRGB."""
    warnings = [f"its {name} belongs to the unedited picture and was left out" for name in _name_layers(container)]
    if more := len(_find_other_pictures(container)):
        warnings.append(f"only its main picture was taken; {more} more {'was' if more == 1 else 'were'} left out")
    if name := _HDR_TRANSFERS.get(encoding.colours.transfer):
        warnings.append(f"its HDR colours ({name}) were edited as if they were sRGB; compare it with the original")
    return warnings + _warn_of_other_boxes(container.file)


def _name_layers(container: Container) -> list[str]:
    """Name the auxiliary pictures except transparency, and HDR by tone mapping."""
    types = {read_auxiliary_type(item) for item in container.items.values()} - {b"", *ALPHA_TYPES}
    found = [_name_layer(type.lower()) for type in sorted(types)]
    tone_mapped = any(item.type == "tmap" for item in container.items.values())
    return list(dict.fromkeys([*found, *(["HDR gain map"] if tone_mapped else [])]))


def _name_layer(auxiliary_type: bytes) -> str:
    return next((name for part, name in _AUXILIARY_NAMES.items() if part in auxiliary_type), _OTHER_AUXILIARY)


def _find_other_pictures(container: Container) -> list[int]:
    """Find pictures that viewers offer besides the primary one."""
    used = {n for found in container.references if found.type == "dimg" for n in found.targets}
    used |= {found.source for found in container.references if found.type in ("thmb", "auxl")}
    own = {container.primary, *find_picture_items(container)}
    return [
        number
        for number, item in container.items.items()
        if item.type in PICTURE_TYPES and item.type != "tmap" and not item.hidden and number not in used | own
    ]


def _warn_of_other_boxes(file: BinaryIO) -> list[str]:
    """Return warnings of boxes that are not part of the picture, and of data after the last box."""
    found = []
    after = 0
    for box in read_boxes(file):
        file.seek(box.start)
        after = box.end
        if box.type == "jumb" or (box.type == "uuid" and file.read(16) == _C2PA_UUID):
            found.append(_C2PA_WARNING)
        elif box.type == "mpvd" or (box.type == "moov" and count_frames(file) == 1):
            found.append(_VIDEO_WARNING)
        elif box.type not in _EXPECTED_BOXES:
            found.append(_TRAILER_WARNING)
    file.seek(after)
    if file.read(_TRAILER_LENGTH).strip(b"\0"):
        found.append(_TRAILER_WARNING)
    return list(dict.fromkeys(found))


def lost_in_other_formats(segments: Iterable[Segment]) -> list[str]:
    """Name the metadata that no other format has a place for."""
    return ["description"] if any(segment.name in _DESCRIPTIONS for segment in segments) else []
