"""WebP (RFC 9649) as a `Format`: a row of chunks; the picture is decoded and encoded by Pillow."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from PIL import Image

from ...errors import OutputError, PhotoError
from ..photo import EncodedPicture, Metadata, Mode, OpenedPhoto, OutputMetadata, Pixels, Segment
from ..range_reader import RangeReader
from ..tiff import exif
from ..xmp import packet as xmp_packet
from . import vp8

DEPTHS = (8,)
ALPHA = True
INKS = False

_EXIF_SIGNATURE = b"Exif\0\0"
"""What some writers put before the Exif block, though the standard does not have it."""

_PICTURE = ("VP8 ", "VP8L", "ALPH", "ANMF", "ANIM", "VP8X")
_ICCP, _ALPHA, _EXIF, _XMP, _ANIMATION = 0x20, 0x10, 0x08, 0x04, 0x02
"""Flags of the VP8X chunk."""

_MAX_SIDE = 16383
_DEFAULT_QUALITY = 95
"""For a photo that was not a WebP."""

_PICTURE_START = 1000
"""Bytes of a picture that are read to find out how it was encoded."""

_C2PA_WARNING = "its content credentials (C2PA) vouch for the unedited picture and were left out"


class Chunk(NamedTuple):
    """A chunk in a file; its payload is the byte range [start, end), of which `data` may be the start only."""

    name: str
    data: bytes
    start: int
    end: int


@dataclass(frozen=True)
class WebpEncoding:
    """How a WebP is encoded, read so that the enhanced one can be encoded alike.

    quality: libwebp's, 1..100; None if it is lossless. exif_head: bytes before the Exif block in its chunk.
    """

    quality: int | None
    exif_head: bytes = b""


def matches(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def read_metadata(file: BinaryIO) -> Metadata:
    return _to_metadata(file, list(_chunks(file)))


def read(file: BinaryIO) -> OpenedPhoto:
    """Read the headers; the picture is decoded later, without its metadata."""
    chunks = list(_chunks(file))
    size, mode, frames = _canvas(chunks)
    warnings = [_C2PA_WARNING] if any(chunk.name == "C2PA" for chunk in chunks) else []
    picture = EncodedPicture(size, mode, lambda _: _decode(file), frames)
    return OpenedPhoto(_to_metadata(file, chunks), picture, tuple(warnings))


def lost(metadata: Metadata) -> list[str]:
    return ["unknown chunks"] if metadata.segments else []


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Write a WebP at `quality`; if that is None, lossless or at the quality of the input, as the input was."""
    assert isinstance(picture, Image.Image)
    if max(picture.size) > _MAX_SIDE:
        raise OutputError(f"a WebP has at most {_MAX_SIDE} pixels a side; write another format")
    known = output.source.encoding
    encoding = known if isinstance(known, WebpEncoding) else WebpEncoding(_DEFAULT_QUALITY)
    encoded = io.BytesIO()
    if encoding.quality is None and quality is None:
        picture.save(encoded, "WEBP", lossless=True, exact=True)
    else:
        picture.save(encoded, "WEBP", quality=quality or encoding.quality)
    splice(file, picture.size, encoded.getbuffer(), build_chunks(output, encoding.exif_head))
    return ()


def _decode(file: BinaryIO) -> Image.Image:
    """Decode the first frame; Pillow sees neither the metadata nor the other frames."""
    from PIL.WebPImagePlugin import WebPImageFile

    parts: list[bytes | tuple[int, int]] = []
    for chunk in _chunks(file):
        if chunk.name == "VP8X":
            parts.append(_chunk("VP8X", bytes([chunk.data[0] & (_ALPHA | _ANIMATION)]) + chunk.data[1:]))
        elif chunk.name in _PICTURE:
            parts.append((chunk.start - 8, chunk.end + chunk.end % 2))
        if chunk.name == "ANMF":
            break
    length = sum(len(part) if isinstance(part, bytes) else part[1] - part[0] for part in parts)
    head = b"RIFF" + struct.pack("<I", length + 4) + b"WEBP"
    try:
        image: Image.Image = WebPImageFile(io.BufferedReader(RangeReader(file, [head, *parts]), 1 << 16))
        image.load()
    except Image.DecompressionBombError as error:
        raise PhotoError("has more pixels than Pillow decodes in a WebP; reduce it first") from error
    return image


def _chunks(file: BinaryIO, start: int = 12, end: int | None = None) -> Iterator[Chunk]:
    """Yield every chunk in a byte range of the file.

    Those of the picture may be cut short, and come with the start of their data only.
    """
    size = file.seek(0, os.SEEK_END)
    end = size if end is None else min(end, size)
    while start + 8 <= end:
        file.seek(start)
        kind, length = struct.unpack("<4sI", file.read(8))
        name = kind.decode("latin-1")
        start += 8
        if start + length > end and name not in _PICTURE:
            return
        data = file.read(min(length, end - start, _PICTURE_START if name in _PICTURE else length))
        yield Chunk(name, data, start, min(start + length, end))
        start += length + length % 2


def _to_metadata(file: BinaryIO, chunks: list[Chunk]) -> Metadata:
    """Sort out the blocks that every format has a place for; the other chunks stay as they are."""
    picture = [chunk for chunk in chunks if chunk.name in _PICTURE]
    others = [Segment(chunk.name, chunk.data) for chunk in chunks if chunk.name not in _PICTURE]
    first = {chunk.name: chunk for chunk in reversed(others)}
    own = [first.get(name) for name in ("EXIF", "XMP ", "ICCP")]
    exif_data, packet, profile = ((chunk.data if chunk else b"") for chunk in own)
    head = _EXIF_SIGNATURE if exif_data.startswith(_EXIF_SIGNATURE) else b""
    block = exif_data[len(head) :] or None
    return Metadata(
        format="WEBP",
        exif=block,
        xmp=packet or None,
        icc=profile or None,
        orientation=exif.read_orientation(block) or xmp_packet.read_orientation(packet) or 1,
        segments=tuple(segment for segment in others if segment not in own and segment.name != "C2PA"),
        encoding=WebpEncoding(_quality(file, picture), head),
    )


def _quality(file: BinaryIO, picture: list[Chunk]) -> int | None:
    """Return the quality of the still, or of the first frame, whose header has 16 bytes; None if it is lossless."""
    frame = next((chunk for chunk in picture if chunk.name == "ANMF"), None)
    found = _chunks(file, frame.start + 16, frame.end) if frame else picture
    lossy = next((chunk for chunk in found if chunk.name == "VP8 "), None)
    return vp8.quality(lossy.data) if lossy else None


def _canvas(chunks: list[Chunk]) -> tuple[tuple[int, int], Mode, int]:
    """Return size, mode and number of frames by the headers; raises ValueError if there is no picture."""
    first = {chunk.name: chunk.data for chunk in reversed(chunks)}
    frames = max(1, sum(chunk.name == "ANMF" for chunk in chunks))
    if len(head := first.get("VP8X", b"")) >= 10:
        width, height = (1 + int.from_bytes(head[at : at + 3], "little") for at in (4, 7))
        return (width, height), "RGBA" if head[0] & _ALPHA else "RGB", frames
    if len(head := first.get("VP8L", b"")) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        size = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        return size, "RGBA" if bits >> 28 & 1 else "RGB", frames
    if found := vp8.size(first.get("VP8 ", b"")):
        return found, "RGB", frames
    raise ValueError("no picture in it")


def build_chunks(output: OutputMetadata, exif_head: bytes) -> list[Segment]:
    """Return the chunks besides the picture, in the order that the standard asks for."""
    found = [Segment("ICCP", output.icc)] if output.icc else []
    found += [Segment("EXIF", exif_head + output.exif)] if output.exif else []
    found += [Segment("XMP ", packet) for packet in output.packets]
    return found + [s for s in output.source.segments if output.source.format == "WEBP" and s not in found]


def splice(file: BinaryIO, size: tuple[int, int], encoded: memoryview, others: Sequence[Segment]) -> None:
    """Write a WebP of `size` pixels that Pillow encoded, with the profile before and `others` after the picture."""
    chunks = list(_chunks(io.BytesIO(encoded)))
    picture = [_chunk(c.name, encoded[c.start : c.end]) for c in chunks if c.name in _PICTURE and c.name != "VP8X"]
    flags = _ALPHA if _canvas(chunks)[1] == "RGBA" else 0
    for name, flag in (("ICCP", _ICCP), ("EXIF", _EXIF), ("XMP ", _XMP)):
        flags |= flag if any(segment.name == name for segment in others) else 0
    width, height = ((side - 1).to_bytes(3, "little") for side in size)
    head = [_chunk("VP8X", bytes([flags, 0, 0, 0]) + width + height)] if others or len(picture) > 1 else []
    before = [_chunk(segment.name, segment.data) for segment in others if segment.name == "ICCP"]
    after = [_chunk(segment.name, segment.data) for segment in others if segment.name != "ICCP"]
    body = b"".join([*head, *before, *picture, *after])
    file.write(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)


def _chunk(name: str, data: bytes | memoryview) -> bytes:
    return struct.pack("<4sI", name.encode("latin-1"), len(data)) + data + bytes(len(data) % 2)
