"""The metadata in the segments of a JPEG: sorted into blocks, and put into segments again."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import BinaryIO

from ..byte_ranges import ByteRange
from ..photo import Metadata, OutputMetadata, Segment
from ..tiff import exif, exif_builder
from ..xmp import extension as xmp_extension
from ..xmp import mark as xmp_mark
from ..xmp import packet as xmp_packet
from .encoding import JpegEncoding
from .segments import MAX_PAYLOAD, read_segments

EXIF = b"Exif\0\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
ICC = b"ICC_PROFILE\0"
JFIF = b"JFIF\0"
PHOTOSHOP = b"Photoshop 3.0\0"
_ICC_HEADER = len(ICC) + 2
_INCH = 0.0254
"""Metres."""

_PREVIEW = b"\xff\xd8\xff\xdb"
"""The start of a JPEG that a camera put into segments; those of the same name that follow are the rest of it."""

_UNTRUE = {
    ("APP0", b"JFXX\0"): "its JFXX thumbnail shows the unedited picture and was left out",
    ("APP2", b"MPF\0"): "its MPF pictures (previews, views, gain maps) show the unedited picture and were left out",
    ("APP2", b"urn:iso:std:iso:ts:21496"): "its HDR gain map belongs to the unedited picture and was left out",
    ("APP11", b"HDR_RI"): "its HDR gain map belongs to the unedited picture and was left out",
    ("APP11", b"JP"): "its content credentials (C2PA) vouch for the unedited picture and were left out",
    **{(f"APP{n}", _PREVIEW): "its preview shows the unedited picture and was left out" for n in (2, 3, 4)},
}
"""Segments that an edit makes untrue, by name and start, and the warnings about them."""

_TECHNICAL = (("APP0", b""), ("APP2", ICC), ("APP12", b"Ducky"), ("APP13", PHOTOSHOP), ("APP14", b"Adobe"))
"""Segments that no other format needs, or that have a place of their own in every format."""


def read_header(file: BinaryIO) -> tuple[Metadata, list[str], list[ByteRange]]:
    """Return the metadata, warnings of what cannot be kept, and the byte ranges that hold the picture alone.

    Reads no further than the first scan, and stops without an error where the file is broken.
    """
    picture, kept, warnings, end = [], [], [], 0
    preview = None
    for segment, start, after in read_segments(file):
        if segment.name not in ("APP0", "APP14"):
            # The decoder must see JFIF and Adobe: they say how the colours are stored.
            picture.append((end, start))
            end = after
        warning = _warning(segment)
        if warning:
            warnings.append(warning)
            preview = segment.name if segment.data.startswith(_PREVIEW) else None
        elif segment.name != preview:
            kept.append(segment)
            preview = None
    picture.append((end, file.seek(0, os.SEEK_END)))
    return _to_metadata(kept), list(dict.fromkeys(warnings)), picture


def _warning(segment: Segment) -> str | None:
    """Return the warning about a segment that cannot be kept; None if it can be."""
    return next((warning for (name, prefix), warning in _UNTRUE.items() if _is(segment, name, prefix)), None)


def _is(segment: Segment, name: str, prefix: bytes) -> bool:
    return segment.name == name and segment.data.startswith(prefix)


def _payloads(segments: Iterable[Segment], name: str, prefix: bytes) -> list[bytes]:
    return [s.data[len(prefix) :] for s in segments if _is(s, name, prefix)]


def _to_metadata(segments: Sequence[Segment]) -> Metadata:
    """Sort out the blocks that every format has a place for; the other segments stay as they are."""
    firsts = [next((s for s in segments if _is(s, "APP1", prefix)), None) for prefix in (EXIF, XMP)]
    block, packet = (s.data[len(prefix) :] if s else None for s, prefix in zip(firsts, (EXIF, XMP), strict=True))
    jfif = next((s for s in segments if _is(s, "APP0", JFIF)), None)
    return Metadata(
        format="JPEG",
        exif=block,
        xmp=packet,
        extension=xmp_extension.join_segments((s.data for s in segments), packet),
        photoshop=b"".join(_payloads(segments, "APP13", PHOTOSHOP)) or None,
        icc=join_profile(segments),
        orientation=exif.read_orientation(block) or xmp_packet.read_orientation(packet),
        density=_density(jfif.data) if jfif else None,
        segments=tuple(_without_thumbnail(s) for s in segments if all(s is not first for first in firsts)),
    )


def _density(jfif: bytes) -> tuple[float, float] | None:
    """Return pixels per metre; None if JFIF gives an aspect ratio only."""
    if len(jfif) < 12:
        return None
    unit, x, y = struct.unpack(">BHH", jfif[7:12])
    metre = {1: 1 / _INCH, 2: 100.0}.get(unit)
    return (x * metre, y * metre) if metre and x and y else None


def _without_thumbnail(segment: Segment) -> Segment:
    """Remove the tiny bitmap of the unedited picture that a JFIF header may hold; return others as they are."""
    if _is(segment, "APP0", JFIF) and segment.data[12:14] not in (b"", b"\0\0"):
        return Segment("APP0", segment.data[:12] + b"\0\0")
    return segment


def join_profile(segments: Iterable[Segment]) -> bytes | None:
    """Join the ICC profile from its numbered chunks; None without one, or if a chunk is missing."""
    chunks = {s.data[len(ICC)]: s.data for s in segments if _is(s, "APP2", ICC) and len(s.data) > _ICC_HEADER}
    if not chunks:
        return None
    count = next(iter(chunks.values()))[len(ICC) + 1]
    if any(number not in chunks for number in range(1, count + 1)):
        return None
    return b"".join(chunks[number][_ICC_HEADER:] for number in range(1, count + 1)) or None


def lost_elsewhere(metadata: Metadata) -> list[str]:
    """Return the names of the segments that no other format has a place for."""
    return [name for s in metadata.segments if (name := _name_if_lost(s, metadata.xmp))]


def _name_if_lost(segment: Segment, packet: bytes | None) -> str | None:
    if any(_is(segment, *technical) for technical in _TECHNICAL) or xmp_extension.is_part(segment.data, packet):
        return None
    return "comment" if segment.name == "COM" else f"{segment.name} segment"


def fit_into_segments(output: OutputMetadata) -> tuple[OutputMetadata, list[str]]:
    """Shorten the blocks that are too long for a segment; return also the names of what had to be left out."""
    block, failed = _shorten_exif(output.exif)
    packets, extension = _shorten_xmp(output.packets, output.extension)
    if len(packets) < len(output.packets):
        failed.append("XMP")
    stated = exif.read_orientation(block) or xmp_packet.read_orientation(packets[0] if packets else None)
    if block is None and stated != output.orientation:
        block = exif.build_orientation_block(output.orientation)
    return replace(output, exif=block, packets=packets, extension=extension), failed


def _shorten_exif(block: bytes | None) -> tuple[bytes | None, list[str]]:
    """Return the block, without its maker note if it is too long; None if it still is. With it what was left out."""
    if block is None or len(EXIF) + len(block) <= MAX_PAYLOAD:
        return block, []
    try:
        shorter = exif_builder.remove_maker_note(block)
    except ValueError:
        return None, ["Exif"]
    return (shorter, ["maker note"]) if len(EXIF) + len(shorter) <= MAX_PAYLOAD else (None, ["Exif"])


def _shorten_xmp(packets: tuple[bytes, ...], extension: bytes | None) -> tuple[tuple[bytes, ...], bytes | None]:
    """Return the packets that fit into a segment each, and the extension of the first.

    A packet that cannot be split is written without the mark, which gets a packet of its own, or is left out.
    """
    room = MAX_PAYLOAD - len(XMP)
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


def build_header(output: OutputMetadata) -> list[Segment]:
    """Return the segments to put before the picture: JFIF, Exif, XMP, then the rest in the order of the input.

    Segments whose content is the same as in the input are the input's, byte for byte.
    """
    source, packets = output.source, output.packets
    rest = list(source.segments) if source.format == "JPEG" and output.keep != "none" else _initial(source)
    if join_profile(rest) != output.icc:
        rest = _replace_kind(rest, "APP2", ICC, _profile_segments(output.icc or b""))
    if b"".join(_payloads(rest, "APP13", PHOTOSHOP)) != (output.photoshop or b""):
        rest = _replace_kind(rest, "APP13", PHOTOSHOP, _photoshop_segments(output.photoshop or b""))
    if xmp_extension.join_segments((s.data for s in rest), source.xmp) != output.extension:
        parts = xmp_extension.split_into_segments(output.extension or b"", MAX_PAYLOAD)
        rest = _replace_kind(rest, "APP1", xmp_extension.HEADER, [Segment("APP1", part) for part in parts])
        packets = (xmp_extension.set_extension_name(packets[0], output.extension), *packets[1:]) if packets else ()
    jfif = [s for s in rest if _is(s, "APP0", JFIF)]
    blocks = ([EXIF + output.exif] if output.exif else []) + [XMP + packet for packet in packets]
    return jfif + [Segment("APP1", block) for block in blocks] + [s for s in rest if s not in jfif]


def _replace_kind(segments: list[Segment], name: str, prefix: bytes, new: Iterable[Segment]) -> list[Segment]:
    """Put `new` in the place of the first segment of a kind, and remove the others of that kind."""
    place = next((n for n, s in enumerate(segments) if _is(s, name, prefix)), len(segments))
    return [*segments[:place], *new, *(s for s in segments[place:] if not _is(s, name, prefix))]


def _initial(source: Metadata) -> list[Segment]:
    """Return a JFIF header for a new JPEG; nothing if it is stored as RGB, which JFIF does not allow."""
    encoding = source.encoding
    return [] if isinstance(encoding, JpegEncoding) and encoding.rgb else [_jfif(source.density)]


def _jfif(density: tuple[float, float] | None) -> Segment:
    """Return a JFIF header with the density in dots per inch, which every program understands."""
    x, y = (min(65535, max(1, round(side * _INCH))) for side in density or (1 / _INCH, 1 / _INCH))
    return Segment("APP0", JFIF + struct.pack(">HBHHBB", 0x0101, 1 if density else 0, x, y, 0, 0))


def _profile_segments(icc: bytes) -> list[Segment]:
    room = MAX_PAYLOAD - _ICC_HEADER
    parts = [icc[start : start + room] for start in range(0, len(icc), room)]
    return [Segment("APP2", ICC + bytes([n, len(parts)]) + part) for n, part in enumerate(parts, 1)]


def _photoshop_segments(block: bytes) -> list[Segment]:
    room = MAX_PAYLOAD - len(PHOTOSHOP)
    return [Segment("APP13", PHOTOSHOP + block[start : start + room]) for start in range(0, len(block), room)]
