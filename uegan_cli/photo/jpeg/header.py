"""What the segments of a JPEG say: taken apart into metadata, and put together again."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import BinaryIO

from ..photo import JpegEncoding, Metadata, OutputMetadata, Segment
from ..tiff import exif, exif_builder
from ..xmp import extension as xmp_extension
from ..xmp import mark as xmp_mark
from ..xmp import packet as xmp_packet
from .segments import LONGEST, segments

EXIF = b"Exif\0\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
ICC = b"ICC_PROFILE\0"
JFIF = b"JFIF\0"
PHOTOSHOP = b"Photoshop 3.0\0"
_ICC_HEADER = len(ICC) + 2
_PREVIEW = b"\xff\xd8\xff\xdb"

_UNTRUE = {
    ("APP0", b"JFXX\0"): "its JFXX thumbnail shows the unedited picture and was left out",
    ("APP2", b"MPF\0"): "its MPF pictures (previews, views, gain maps) show the unedited picture and were left out",
    ("APP2", b"urn:iso:std:iso:ts:21496"): "its HDR gain map belongs to the unedited picture and was left out",
    ("APP11", b"HDR_RI"): "its HDR gain map belongs to the unedited picture and was left out",
    ("APP11", b"JP"): "its content credentials (C2PA) vouch for the unedited picture and were left out",
    **{(f"APP{n}", _PREVIEW): "its preview shows the unedited picture and was left out" for n in (2, 3, 4)},
}
"""Segments that cannot stay true when the pixels change, and what the user is told."""

_TECHNICAL = (("APP0", b""), ("APP2", ICC), ("APP12", b"Ducky"), ("APP13", PHOTOSHOP), ("APP14", b"Adobe"))


def read_header(file: BinaryIO) -> tuple[Metadata, list[str], list[tuple[int, int]]]:
    """The metadata, warnings about what cannot be kept, and the ranges of the file that hold the picture alone.

    Reads no further than the first scan, and stops without an error where the file stops making sense.
    """
    picture, own, warnings, end = [], [], [], 0
    preview = None
    for segment, start, after in segments(file):
        if segment.name not in ("APP0", "APP14"):
            # JFIF and Adobe say how the colours are stored, so the decoder has to see them.
            picture.append((end, start))
            end = after
        untrue = _why_untrue(segment)
        if untrue:
            warnings.append(untrue)
            preview = segment.name if segment.data.startswith(_PREVIEW) else None
        elif segment.name != preview:
            own.append(segment)
            preview = None
    picture.append((end, file.seek(0, os.SEEK_END)))
    return _sorted_out(own), list(dict.fromkeys(warnings)), picture


def _why_untrue(segment: Segment) -> str | None:
    return next((reason for (name, prefix), reason in _UNTRUE.items() if _is(segment, name, prefix)), None)


def _is(segment: Segment, name: str, prefix: bytes) -> bool:
    return segment.name == name and segment.data.startswith(prefix)


def _payloads(own: Iterable[Segment], name: str, prefix: bytes) -> list[bytes]:
    return [s.data[len(prefix) :] for s in own if _is(s, name, prefix)]


def _sorted_out(own: Sequence[Segment]) -> Metadata:
    """What other formats have a place for, where they find it; and the rest as it is."""
    firsts = [next((s for s in own if _is(s, "APP1", prefix)), None) for prefix in (EXIF, XMP)]
    block, packet = (s.data[len(prefix) :] if s else None for s, prefix in zip(firsts, (EXIF, XMP), strict=True))
    jfif = next((s for s in own if _is(s, "APP0", JFIF)), None)
    return Metadata(
        format="JPEG",
        exif=block,
        xmp=packet,
        extension=xmp_extension.join_segments((s.data for s in own), packet),
        photoshop=b"".join(_payloads(own, "APP13", PHOTOSHOP)) or None,
        icc=profile(own),
        orientation=exif.read_orientation(block) or xmp_packet.read_orientation(packet),
        density=_density(jfif.data) if jfif else None,
        segments=tuple(_without_thumbnail(s) for s in own if all(s is not first for first in firsts)),
    )


def _density(jfif: bytes) -> tuple[float, float] | None:
    """Pixels per metre; None where JFIF gives an aspect ratio only."""
    if len(jfif) < 12:
        return None
    unit, x, y = struct.unpack(">BHH", jfif[7:12])
    metre = {1: 1 / 0.0254, 2: 100.0}.get(unit)
    return (x * metre, y * metre) if metre and x and y else None


def _without_thumbnail(segment: Segment) -> Segment:
    """A JFIF header may carry a tiny bitmap of the unedited picture; all else is returned as it is."""
    if _is(segment, "APP0", JFIF) and segment.data[12:14] not in (b"", b"\0\0"):
        return Segment("APP0", segment.data[:12] + b"\0\0")
    return segment


def profile(own: Iterable[Segment]) -> bytes | None:
    """The ICC profile, put together from its numbered chunks; None if there is none or a chunk is missing."""
    chunks = {s.data[len(ICC)]: s.data for s in own if _is(s, "APP2", ICC) and len(s.data) > _ICC_HEADER}
    if not chunks:
        return None
    count = next(iter(chunks.values()))[len(ICC) + 1]
    if any(number not in chunks for number in range(1, count + 1)):
        return None
    return b"".join(chunks[number][_ICC_HEADER:] for number in range(1, count + 1)) or None


def lost_elsewhere(metadata: Metadata) -> list[str]:
    """In words, the segments that no other format has a place for."""
    return [name for s in metadata.segments if (name := _lost(s, metadata.xmp))]


def _lost(segment: Segment, packet: bytes | None) -> str | None:
    if any(_is(segment, *technical) for technical in _TECHNICAL) or xmp_extension.is_part(segment.data, packet):
        return None
    return "comment" if segment.name == "COM" else f"{segment.name} segment"


def fitting(output: OutputMetadata) -> tuple[OutputMetadata, list[str]]:
    """What fits into segments, and what does not: they are short."""
    block, failed = _short_exif(output.exif)
    packets, extension = _short(output.packets, output.extension)
    if len(packets) < len(output.packets):
        failed.append("XMP")
    turn = exif.read_orientation(block) or xmp_packet.read_orientation(packets[0] if packets else None)
    if block is None and turn != output.orientation:
        block = exif.build_orientation_block(output.orientation)
    return replace(output, exif=block, packets=packets, extension=extension), failed


def _short_exif(block: bytes | None) -> tuple[bytes | None, list[str]]:
    if block is None or len(EXIF) + len(block) <= LONGEST:
        return block, []
    try:
        shorter = exif_builder.remove_maker_note(block)
    except ValueError:
        return None, ["Exif"]
    return (shorter, ["maker note"]) if len(EXIF) + len(shorter) <= LONGEST else (None, ["Exif"])


def _short(packets: tuple[bytes, ...], extension: bytes | None) -> tuple[tuple[bytes, ...], bytes | None]:
    """The packets, each in a segment, and the extension of the first one."""
    room = LONGEST - len(XMP)
    if not packets or len(packets[0]) <= room:
        return packets, extension
    whole = xmp_extension.merge(packets[0], extension) if extension else packets[0]
    parts = xmp_extension.split(whole, room) if whole else None
    if parts:
        return (parts[0], *packets[1:]), parts[1]
    mark = xmp_mark.read_mark(packets[0])
    alone = xmp_mark.add_mark(None, mark) if mark else None
    apart = (xmp_mark.remove_mark(packets[0]), *([alone] if alone else []), *packets[1:])
    return tuple(packet for packet in apart if len(packet) <= room), extension


def header(output: OutputMetadata) -> list[Segment]:
    """What goes before the picture: JFIF, Exif, XMP and the rest, each with its signature."""
    source, packets = output.source, output.packets
    own = list(source.segments) if source.format == "JPEG" and output.keep != "none" else _start(source)
    if profile(own) != output.icc:
        own = _replaced(own, "APP2", ICC, _profile_chunks(output.icc or b""))
    if b"".join(_payloads(own, "APP13", PHOTOSHOP)) != (output.photoshop or b""):
        own = _replaced(own, "APP13", PHOTOSHOP, _resources(output.photoshop or b""))
    if xmp_extension.join_segments((s.data for s in own), source.xmp) != output.extension:
        parts = xmp_extension.split_into_segments(output.extension or b"", LONGEST)
        own = _replaced(own, "APP1", xmp_extension.HEADER, [Segment("APP1", part) for part in parts])
        packets = (xmp_extension.set_extension_name(packets[0], output.extension), *packets[1:]) if packets else ()
    jfif = [s for s in own if _is(s, "APP0", JFIF)]
    blocks = ([EXIF + output.exif] if output.exif else []) + [XMP + packet for packet in packets]
    return jfif + [Segment("APP1", block) for block in blocks] + [s for s in own if s not in jfif]


def _replaced(own: list[Segment], name: str, prefix: bytes, new: Iterable[Segment]) -> list[Segment]:
    """With `new` in the place of the first segment of the kind, and without the others."""
    place = next((n for n, s in enumerate(own) if _is(s, name, prefix)), len(own))
    return [*own[:place], *new, *(s for s in own[place:] if not _is(s, name, prefix))]


def _start(source: Metadata) -> list[Segment]:
    """A JFIF header; not for what is stored as RGB, which JFIF has not."""
    encoding = source.encoding
    return [] if isinstance(encoding, JpegEncoding) and encoding.rgb else [_jfif(source.density)]


def _jfif(density: tuple[float, float] | None) -> Segment:
    """A JFIF header; densities in dots per inch, which every program understands."""
    x, y = (min(65535, max(1, round(side * 0.0254))) for side in density or (1 / 0.0254, 1 / 0.0254))
    return Segment("APP0", JFIF + struct.pack(">HBHHBB", 0x0101, 1 if density else 0, x, y, 0, 0))


def _profile_chunks(icc: bytes) -> list[Segment]:
    room = LONGEST - _ICC_HEADER
    parts = [icc[start : start + room] for start in range(0, len(icc), room)]
    return [Segment("APP2", ICC + bytes([n, len(parts)]) + part) for n, part in enumerate(parts, 1)]


def _resources(block: bytes) -> list[Segment]:
    room = LONGEST - len(PHOTOSHOP)
    return [Segment("APP13", PHOTOSHOP + block[start : start + room]) for start in range(0, len(block), room)]
