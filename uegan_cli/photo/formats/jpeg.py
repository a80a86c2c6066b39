"""JPEG files as a row of segments (ITU-T T.81, annex B)."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile

from ...errors import OutputError
from .. import exif, xmp
from ..excerpt import Excerpt
from ..photo import Contents, JpegEncoding, Metadata, Mode, Picture, Pixels, Sayings, Segment

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif")
DEPTHS = (8,)
ALPHA = False
INKS = True

LONGEST = 65533
"""Bytes that a segment can hold: its length has 16 bits and counts itself."""

EXIF = b"Exif\0\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
ICC = b"ICC_PROFILE\0"
JFIF = b"JFIF\0"
_ADOBE = b"Adobe"
_ICC_HEADER = len(ICC) + 2

_UNTRUE = {
    ("APP0", b"JFXX\0"): "its JFXX thumbnail shows the unedited picture and was left out",
    ("APP2", b"MPF\0"): "its MPF pictures (previews, views, gain maps) show the unedited picture and were left out",
    ("APP2", b"urn:iso:std:iso:ts:21496"): "its HDR gain map belongs to the unedited picture and was left out",
    ("APP11", b"JP"): "its content credentials (C2PA) vouch for the unedited picture and were left out",
}
"""Segments that cannot stay true when the pixels change, and what the user is told."""

_MOST_JUNK = 1 << 16
_LONGEST_SIDE = 65500
_MODES: dict[str, Mode] = {"L": "L", "RGB": "RGB", "CMYK": "CMYK"}


def matches(head: bytes) -> bool:
    return head.startswith(b"\xff\xd8\xff")


def read_metadata(file: BinaryIO) -> Metadata:
    """What a JPEG says besides its pixels; reads no further than the first scan."""
    return _read_header(file)[0]


def read(file: BinaryIO) -> Contents:
    """Open the picture without its metadata: Pillow would parse it again, and warn of what it finds."""
    metadata, warnings, ranges = _read_header(file)
    image = JpegImageFile(io.BufferedReader(Excerpt(file, ranges), 1 << 16))
    if not warnings and _has_trailer(file):
        warnings.append("what follows its picture (such as a motion video) shows it unedited and was left out")

    def decode(enough: tuple[int, int] | None) -> Image.Image:
        if enough:
            image.draft(None, enough)
        return image

    picture = Picture(image.size, _MODES[image.mode], decode)
    return Contents(replace(metadata, encoding=_encoding(image)), picture, tuple(warnings))


def lost(metadata: Metadata) -> list[str]:
    names = {"APP13": "IPTC", "COM": "comment"}
    return [names[segment.name] for segment in metadata.segments if segment.name in names]


def write(file: BinaryIO, picture: Image.Image | Pixels, sayings: Sayings, quality: int | None) -> tuple[str, ...]:
    """Write a JPEG with the input's quantisation tables, or at `quality`; a photo that was no JPEG gets 95."""
    assert isinstance(picture, Image.Image)
    if max(picture.size) > _LONGEST_SIDE:
        raise OutputError(f"a JPEG has at most {_LONGEST_SIDE} pixels a side; write a PNG")
    sayings, lost = _fitting(sayings)
    encoded, own = io.BytesIO(), segments(sayings)
    encoding = sayings.source.encoding
    if picture.mode == "CMYK":
        transform = isinstance(encoding, JpegEncoding) and encoding.ycck
        picture, own = _luma_and_chroma(picture) if transform else picture, _with_adobe(own, 2 if transform else 0)
    picture.save(encoded, "JPEG", **_save_options(encoding, quality))
    splice(file, encoded.getbuffer(), own)
    return (f"its {' and '.join(lost)} cannot be kept in a JPEG file",) if lost else ()


def _luma_and_chroma(inks: Image.Image) -> Image.Image:
    """CMYK whose planes are those of Adobe's YCCK, for Pillow's encoder, which stores all four inverted."""
    *colours, black = inks.split()
    planes = Image.merge("RGB", colours).convert("YCbCr").split()
    return Image.merge("CMYK", [*map(ImageChops.invert, planes), black])


def _with_adobe(own: list[Segment], transform: int) -> list[Segment]:
    """With Adobe's segment, which tells decoders that inks are stored inverted, and as YCCK (2) or as they are (0)."""
    old = next((s for s in own if s.name == "APP14" and s.data.startswith(_ADOBE) and len(s.data) >= 12), None)
    if old is None:
        return [*own, Segment("APP14", _ADOBE + struct.pack(">HHHB", 100, 0, 0, transform))]
    true = Segment("APP14", old.data[:11] + bytes([transform]) + old.data[12:])
    return [true if s is old else s for s in own]


def _fitting(sayings: Sayings) -> tuple[Sayings, list[str]]:
    """What fits into segments, and what does not: they are short."""
    block, lost = sayings.exif, []
    if block and len(EXIF) + len(block) > LONGEST:
        block, lost = None, ["Exif"]
    packets = tuple(packet for packet in sayings.packets if len(XMP) + len(packet) <= LONGEST)
    if len(packets) < len(sayings.packets):
        lost.append("XMP")
    return replace(sayings, exif=block, packets=packets), lost


def _read_header(file: BinaryIO) -> tuple[Metadata, list[str], list[tuple[int, int]]]:
    """The metadata, warnings about what cannot be kept, and the ranges of the file that hold the picture alone.

    Reads no further than the first scan, and stops without an error where the file stops making sense.
    """
    picture, segments, warnings, end = [], [], [], 0
    for segment, start, after in _segments(file):
        if segment.name not in ("APP0", "APP14"):
            # JFIF and Adobe say how the colours are stored, so the decoder has to see them.
            picture.append((end, start))
            end = after
        if untrue := _why_untrue(segment):
            warnings.append(untrue)
        else:
            segments.append(segment)
    picture.append((end, file.seek(0, os.SEEK_END)))
    return _sorted_out(segments), list(dict.fromkeys(warnings)), picture


def _has_trailer(file: BinaryIO) -> bool:
    """Whether anything but filling follows the end of the picture: a motion video, a second picture, a depth map."""
    for _ in _segments(file):
        pass
    data = file.read()
    # Within a scan, 0xFF is followed by zero or a restart number, so the first end marker is the picture's.
    end = data.find(b"\xff\xd9")
    return end >= 0 and bool(data[end + 2 :].strip(b"\0\r\n\xff\xd9"))


def _segments(file: BinaryIO) -> Iterator[tuple[Segment, int, int]]:
    """Every APPn and COM segment before the first scan, with the range of the file it takes."""
    file.seek(2)
    while (marker := _next_marker(file)) not in (None, 0xD9, 0xDA):
        assert marker is not None
        start = file.tell() - 2
        length = struct.unpack(">H", file.read(2).rjust(2, b"\0"))[0] - 2
        name = _name(marker)
        if name is None:
            file.seek(max(0, length), os.SEEK_CUR)
            continue
        data = file.read(max(0, length))
        if len(data) < length:
            return
        yield Segment(name, data), start, file.tell()


def _next_marker(file: BinaryIO) -> int | None:
    """The next marker that has a payload, junk before it skipped; None at the end."""
    for _ in range(_MOST_JUNK):
        byte = file.read(1)
        if not byte:
            return None
        if byte != b"\xff":
            continue
        while byte == b"\xff":
            byte = file.read(1)
        if byte and byte[0] not in (0x00, 0x01, *range(0xD0, 0xD9)):
            return byte[0]
    return None


def _name(marker: int) -> str | None:
    if 0xE0 <= marker <= 0xEF:
        return f"APP{marker - 0xE0}"
    return "COM" if marker == 0xFE else None


def _why_untrue(segment: Segment) -> str | None:
    for (name, prefix), reason in _UNTRUE.items():
        if segment.name == name and segment.data.startswith(prefix):
            return reason
    return None


def _sorted_out(segments: list[Segment]) -> Metadata:
    """Exif, XMP and density where every format can find them, the rest as it is."""
    first_exif, first_xmp = _first(segments, EXIF), _first(segments, XMP)
    block = first_exif.data[len(EXIF) :] if first_exif else None
    packet = xmp.still(first_xmp.data[len(XMP) :]) if first_xmp else None
    jfif = next((s for s in segments if s.name == "APP0" and s.data.startswith(JFIF)), None)
    return Metadata(
        format="JPEG",
        exif=block,
        xmp=packet,
        icc=profile(segments),
        orientation=exif.orientation(block) or xmp.orientation(packet),
        density=_density(jfif.data) if jfif else None,
        segments=tuple(_without_thumbnail(s) for s in segments if s is not first_exif and s is not first_xmp),
    )


def _first(segments: list[Segment], prefix: bytes) -> Segment | None:
    return next((s for s in segments if s.name == "APP1" and s.data.startswith(prefix)), None)


def _density(jfif: bytes) -> tuple[float, float] | None:
    """Pixels per metre; None where JFIF gives an aspect ratio only."""
    if len(jfif) < 12:
        return None
    unit, x, y = struct.unpack(">BHH", jfif[7:12])
    metre = {1: 1 / 0.0254, 2: 100.0}.get(unit)
    return (x * metre, y * metre) if metre and x and y else None


def _without_thumbnail(segment: Segment) -> Segment:
    """A JFIF header may carry a tiny bitmap of the unedited picture; all else is returned as it is."""
    if segment.name == "APP0" and segment.data.startswith(JFIF) and segment.data[12:14] not in (b"", b"\0\0"):
        return Segment("APP0", segment.data[:12] + b"\0\0")
    return segment


def profile(segments: Iterable[Segment]) -> bytes | None:
    """The ICC profile, put together from its numbered chunks; None if there is none or a chunk is missing."""
    chunks = {s.data[len(ICC)]: s.data for s in segments if is_profile(s) and len(s.data) > _ICC_HEADER}
    if not chunks:
        return None
    count = next(iter(chunks.values()))[len(ICC) + 1]
    if any(number not in chunks for number in range(1, count + 1)):
        return None
    return b"".join(chunks[number][_ICC_HEADER:] for number in range(1, count + 1)) or None


def is_profile(segment: Segment) -> bool:
    return segment.name == "APP2" and segment.data.startswith(ICC)


def _encoding(image: JpegImageFile) -> JpegEncoding:
    """How an opened JPEG was encoded."""
    components: list[tuple[int, int, int, int]] = image.layer
    tables = tuple(tuple(image.quantization[table]) for _, _, _, table in components)
    progressive, ycck = bool(image.info.get("progressive")), image.info.get("adobe_transform") == 2
    return JpegEncoding(tables, _subsampling(components), progressive, _is_rgb(image), ycck)


def _subsampling(components: list[tuple[int, int, int, int]]) -> int:
    """The strongest of Pillow's three that keeps all chroma detail: 4:4:0 becomes 4:4:4, 4:1:1 becomes 4:2:2.

    Four components become 4:4:4: Pillow would reduce the black plane too.
    """
    if len(components) != 3:
        return 0
    (_, x, y, _), (_, chroma_x, chroma_y, _) = components[:2]
    if x < 2 * chroma_x:
        return 0
    return 2 if y >= 2 * chroma_y else 1


def _is_rgb(image: JpegImageFile) -> bool:
    """libjpeg's own rule (jdapimin.c): JFIF is YCbCr, then Adobe's marker decides, then the component names."""
    if image.mode != "RGB" or "jfif" in image.info:
        return False
    if "adobe_transform" in image.info:
        return bool(image.info["adobe_transform"] == 0)
    return [component[0] for component in image.layer] == list(b"RGB")


def segments(sayings: Sayings) -> list[Segment]:
    """What goes before the picture: JFIF, Exif, XMP and the rest, each with its signature."""
    source = sayings.source
    own = list(source.segments) if source.format == "JPEG" else [_jfif(source.density)]
    if profile(own) != sayings.icc:
        own = [s for s in own if not is_profile(s)] + _profile_chunks(sayings.icc or b"")
    jfif = [s for s in own if s.name == "APP0" and s.data.startswith(JFIF)]
    blocks = ([EXIF + sayings.exif] if sayings.exif else []) + [XMP + packet for packet in sayings.packets]
    return jfif + [Segment("APP1", block) for block in blocks] + [s for s in own if s not in jfif]


def _jfif(density: tuple[float, float] | None) -> Segment:
    """A JFIF header; densities in dots per inch, which every program understands."""
    x, y = (min(65535, max(1, round(side * 0.0254))) for side in density or (1 / 0.0254, 1 / 0.0254))
    return Segment("APP0", JFIF + struct.pack(">HBHHBB", 0x0101, 1 if density else 0, x, y, 0, 0))


def _profile_chunks(icc: bytes) -> list[Segment]:
    room = LONGEST - _ICC_HEADER
    parts = [icc[start : start + room] for start in range(0, len(icc), room)]
    return [Segment("APP2", ICC + bytes([n, len(parts)]) + part) for n, part in enumerate(parts, 1)]


def _save_options(encoding: object, quality: int | None) -> dict[str, Any]:
    """What Pillow is told so that a JPEG is encoded like the one before it, at `quality` (1..100) if that is given.

    A photo that was no JPEG before gets quality 95 with all of its chroma.
    """
    if not isinstance(encoding, JpegEncoding):
        return {"quality": quality or 95, "subsampling": 0}
    options = {"subsampling": encoding.subsampling, "progressive": encoding.progressive, "keep_rgb": encoding.rgb}
    if quality is not None:
        return {**options, "quality": quality}
    return {**options, "qtables": _shortened(encoding.tables)}


def _shortened(tables: tuple[tuple[int, ...], ...]) -> list[list[int]]:
    """One table a component, without the last ones that repeat: Pillow uses the last for all that follow."""
    while len(tables) > 1 and tables[-1] == tables[-2]:
        tables = tables[:-1]
    return [list(table) for table in tables]


def splice(file: BinaryIO, encoded: memoryview, segments: Iterable[Segment]) -> None:
    """A JPEG as Pillow encoded it, with `segments` instead of its own."""
    file.write(b"\xff\xd8")
    for segment in segments:
        marker = 0xFE if segment.name == "COM" else 0xE0 + int(segment.name[3:])
        file.write(struct.pack(">BBH", 0xFF, marker, len(segment.data) + 2) + segment.data)
    file.write(encoded[_body(encoded) :])


def _body(encoded: memoryview) -> int:
    """Where the segments that an encoder puts first (JFIF, Adobe) end."""
    position = 2
    while 0xE0 <= encoded[position + 1] <= 0xEF:
        position += 2 + int.from_bytes(encoded[position + 2 : position + 4])
    return position
