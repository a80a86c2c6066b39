"""The metadata in the chunks of a PNG: sorted into blocks, and put into chunks again."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO

from ..byte_ranges import ByteRange
from ..photo import Metadata, OutputMetadata, Segment
from ..tiff import exif
from ..xmp import packet as xmp_packet
from .chunks import PALETTE, PICTURE, SIGNATURE, ImageHeader, inflate, read_chunks, read_ihdr
from .colours import COLOUR_CHUNKS, implied_profile

DEPTHS = (8, 16)
"""Bits a channel that a PNG is written with."""

XMP = b"XML:com.adobe.xmp\0"
_EXIF_TEXTS = (b"Raw profile type exif", b"Raw profile type APP1")
_STAY_TRUE = ("iCCP", "sRGB", "gAMA", "cHRM", "cICP", "mDCV", "cLLI", "pHYs", "tIME", "oFFs", "pCAL", "sCAL")
"""Chunks that an edit leaves true though the standard does not mark them as safe to copy."""

_BOUND_TO_COLOUR_TYPE = ("bKGD", "sBIT")
"""Chunks that stay true as long as the colour type and the depth do."""

_LOSABLE = {"tEXt": "text", "zTXt": "text", "iTXt": "text", "tIME": "time"}
"""Chunks that no other format has a place for, and their names in warnings."""


def read_chunk_metadata(file: BinaryIO) -> tuple[Metadata, list[str], list[ByteRange]]:
    """Return the metadata, warnings of what cannot be kept, and the byte ranges that hold the picture alone."""
    picture, kept, warnings = [(0, len(SIGNATURE))], [], []
    names = set()
    for segment, start, end in read_chunks(file):
        names.add(segment.name)
        if segment.name in PICTURE:
            picture.append((start, end))
        elif segment.name == "caBX":
            warnings.append("its content credentials (C2PA) vouch for the unedited picture and were left out")
        elif segment.name in _STAY_TRUE or segment.name in _BOUND_TO_COLOUR_TYPE or segment.name[3].islower():
            kept.append(segment)
    header = read_ihdr(file)
    if not _keeps_colour_type(header, "tRNS" in names):
        kept = [segment for segment in kept if segment.name not in _BOUND_TO_COLOUR_TYPE]
    metadata = replace(_to_metadata(kept), implied=implied_profile(kept, header.colour_type))
    return metadata, warnings, picture


def _keeps_colour_type(header: ImageHeader, transparent: bool) -> bool:
    """Return whether it is written with its depth and colour type: no palette, and no transparent colour."""
    return header.depth in DEPTHS and header.colour_type != PALETTE and not transparent


def _to_metadata(segments: list[Segment]) -> Metadata:
    """Sort out the blocks that every format has a place for; the other chunks stay as they are."""
    exif_first = sorted(segments, key=lambda s: s.name != "eXIf")
    exif_chunk, block = next(((s, b) for s in exif_first if (b := _exif(s))), (None, None))
    xmp_chunk = next((s for s in segments if s.name == "iTXt" and s.data.startswith(XMP)), None)
    packet = _itxt(xmp_chunk.data) if xmp_chunk else None
    density = next((s for s in segments if s.name == "pHYs"), None)
    return Metadata(
        format="PNG",
        exif=block,
        xmp=packet,
        icc=read_profile(segments),
        orientation=exif.read_orientation(block) or xmp_packet.read_orientation(packet),
        density=_density(density.data) if density else None,
        segments=tuple(
            _repaired(s) for s in segments if s is not exif_chunk and (s is not xmp_chunk or packet is None)
        ),
    )


def _repaired(segment: Segment) -> Segment:
    """Correct the compression method of a profile that can be inflated: decoders would refuse the whole file."""
    name, _, packed = segment.data.partition(b"\0")
    if segment.name != "iCCP" or packed[:1] == b"\0" or read_profile([segment]) is None:
        return segment
    return Segment("iCCP", name + b"\0\0" + packed[1:])


def _exif(segment: Segment) -> bytes | None:
    """Return the Exif block of an eXIf chunk, or of the older texts, which hold its length and hexadecimal digits."""
    if segment.name == "eXIf":
        return segment.data.removeprefix(b"Exif\0\0")
    keyword, _, text = segment.data.partition(b"\0")
    if segment.name not in ("tEXt", "zTXt") or keyword not in _EXIF_TEXTS:
        return None
    inflated = inflate(text[1:]) if segment.name == "zTXt" else text
    try:
        data = bytes.fromhex((inflated or b"").split(b"\n", 3)[3].decode("ascii"))
    except (LookupError, ValueError):
        return None
    data = data.removeprefix(b"Exif\0\0")
    return data if data.startswith((b"II*\0", b"MM\0*")) else None


def _density(data: bytes) -> tuple[float, float] | None:
    """Return pixels per metre; None if the chunk gives an aspect ratio only."""
    if len(data) != 9:
        return None
    x, y, unit = struct.unpack(">IIB", data)
    return (float(x), float(y)) if unit == 1 and x and y else None


def _itxt(data: bytes) -> bytes | None:
    """Return the text of an iTXt chunk: keyword, compression flag and method, language, translated keyword, text."""
    _, _, rest = data.partition(b"\0")
    parts = rest[2:].split(b"\0", 2)
    if len(parts) < 3:
        return None
    return inflate(parts[2]) if rest[0] else parts[2]


def read_profile(segments: Iterable[Segment]) -> bytes | None:
    """Return the ICC profile; None without one, or if it is broken."""
    chunk = next((s for s in segments if s.name == "iCCP"), None)
    if chunk is None:
        return None
    _, _, packed = chunk.data.partition(b"\0")
    return inflate(packed[1:])


def lost_elsewhere(metadata: Metadata) -> list[str]:
    """Return the names of the chunks that no other format has a place for."""
    return list(dict.fromkeys(_LOSABLE[segment.name] for segment in metadata.segments if segment.name in _LOSABLE))


def build_chunks(output: OutputMetadata) -> list[Segment]:
    """Return the chunks to put between IHDR and the picture."""
    source = output.source
    own = list(source.segments) if source.format == "PNG" and output.keep != "none" else _phys(source.density)
    stated = read_profile(own) or (source.implied if source.format == "PNG" else None)
    if stated != output.icc:
        own = _iccp(output.icc) + [s for s in own if s.name not in COLOUR_CHUNKS]
    blocks = [Segment("eXIf", output.exif)] if output.exif else []
    return own + blocks + [Segment("iTXt", XMP + bytes(4) + packet) for packet in output.packets]


def _phys(density: tuple[float, float] | None) -> list[Segment]:
    """Return a pHYs chunk; none for a density beyond its 31 bits, which no scanner has."""
    possible = density is not None and max(density) < 1 << 31
    return [Segment("pHYs", struct.pack(">IIB", *map(round, density or ()), 1))] if possible else []


def _iccp(icc: bytes | None) -> list[Segment]:
    return [Segment("iCCP", b"ICC profile\0\0" + zlib.compress(icc))] if icc else []
