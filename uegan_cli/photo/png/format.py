"""PNG files as a row of chunks (W3C Portable Network Graphics, third edition)."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from .. import colour
from ..photo import Contents, Metadata, Mode, OutputMetadata, Picture, Pixels, Segment
from ..range_reader import RangeReader
from ..tiff import exif
from ..xmp import packet as xmp_packet

DEPTHS = (8, 16)
ALPHA = True
INKS = False

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP = b"XML:com.adobe.xmp\0"
_EXIF_TEXTS = (b"Raw profile type exif", b"Raw profile type APP1")
_PICTURE = ("IHDR", "PLTE", "tRNS", "IDAT", "IEND")
_TRUE = ("iCCP", "sRGB", "gAMA", "cHRM", "cICP", "mDCV", "cLLI", "pHYs", "tIME", "oFFs", "pCAL", "sCAL")
"""Chunks that stay true though the standard does not mark them as safe to copy."""

_COLOUR = ("iCCP", "sRGB", "gAMA", "cHRM", "cICP")
"""Chunks that say what colours the pixels mean."""

_UNIT = 100000
"""What gAMA and cHRM count in."""

_TYPED = ("bKGD", "sBIT")
"""Chunks that stay true as long as the colour type and the depth do."""

_HEADER = 8 + 25
"""Bytes of the signature and the IHDR chunk."""

_LARGEST = 1 << 26
"""Bytes that a compressed text or profile may unfold to; more is an attack, not metadata."""


_DEEP_MODES: dict[int, Mode] = {0: "L", 2: "RGB", 4: "LA", 6: "RGBA"}
"""By the colour types that have 16 bits."""

_WITH_ALPHA: dict[Mode, Mode] = {"L": "LA", "RGB": "RGBA"}
_MODES: dict[str, Mode] = {"1": "L", "L": "L", "LA": "LA", "P": "RGB", "RGB": "RGB", "RGBA": "RGBA"}


def matches(head: bytes) -> bool:
    return head.startswith(SIGNATURE)


def read_metadata(file: BinaryIO) -> Metadata:
    """What a PNG says besides its pixels."""
    return _read_header(file)[0]


def read(file: BinaryIO) -> Contents:
    """Open the picture without its metadata: Pillow would parse it again, and warn of what it finds."""
    metadata, warnings, ranges = _read_header(file)
    alone = RangeReader(file, ranges)
    picture = _deep(file, alone) if _depth(file) == 16 else _eight_bits(file, alone)
    return Contents(metadata, replace(picture, frames=_frames(file)), tuple(warnings))


def _eight_bits(file: BinaryIO, alone: RangeReader) -> Picture:
    """With up to 8 bits a channel, by Pillow."""
    image = PngImageFile(io.BufferedReader(alone, 1 << 16))
    mode = _MODES[image.mode]
    if "transparency" in image.info:
        if image.mode == "L":
            # Pillow widens greys of 2 and 4 bits to 8, but not the grey that is transparent.
            image.info["transparency"] *= 255 // (2 ** _depth(file) - 1)
        mode = "LA" if mode == "L" else "RGBA"
    return Picture(image.size, mode, lambda _: image)


def _deep(file: BinaryIO, alone: RangeReader) -> Picture:
    """With 16 bits a channel, by libpng: Pillow would halve them."""

    def decode(_: tuple[int, int] | None) -> Pixels:
        import imagecodecs

        try:
            bands: Pixels = imagecodecs.png_decode(alone.read())
        except RuntimeError as error:  # what the decoders of imagecodecs raise
            raise ValueError(str(error)) from error
        return bands.reshape(*bands.shape[:2], -1)

    file.seek(16)
    width, height, _, kind = struct.unpack(">IIBB", file.read(10))
    if kind not in _DEEP_MODES or not width or not height:
        raise ValueError("its header is broken")
    mode = _DEEP_MODES[kind]
    transparent = mode in ("L", "RGB") and any(chunk.name == "tRNS" for chunk, _, _ in _chunks(file))
    return Picture((width, height), _WITH_ALPHA[mode] if transparent else mode, decode)


def lost(metadata: Metadata) -> list[str]:
    names = {"tEXt": "text", "zTXt": "text", "iTXt": "text", "tIME": "time"}
    return list(dict.fromkeys(names[segment.name] for segment in metadata.segments if segment.name in names))


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Write a PNG; it has no quality."""
    splice(file, memoryview(_encoded(picture)), segments(output))
    return ()


def _encoded(picture: Image.Image | Pixels) -> bytes | memoryview:
    if isinstance(picture, Image.Image):
        file = io.BytesIO()
        picture.save(file, "PNG")
        return file.getbuffer()
    import imagecodecs

    bands = picture[..., 0] if picture.shape[2] == 1 else picture
    # The last bits of 16 are noise: more effort takes four times as long for half a percent.
    return bytes(imagecodecs.png_encode(np.ascontiguousarray(bands), level=4))


def _read_header(file: BinaryIO) -> tuple[Metadata, list[str], list[tuple[int, int]]]:
    """The metadata, warnings about what cannot be kept, and the ranges of the file that hold the picture alone."""
    picture, segments, warnings = [(0, len(SIGNATURE))], [], []
    for segment, start, end in _chunks(file):
        if segment.name in _PICTURE:
            picture.append((start, end))
        elif segment.name == "caBX":
            warnings.append("its content credentials (C2PA) vouch for the unedited picture and were left out")
        elif segment.name in _TRUE or segment.name in _TYPED or segment.name[3].islower():
            segments.append(segment)
    if not _keeps_its_type(file):
        segments = [segment for segment in segments if segment.name not in _TYPED]
    return replace(_sorted_out(segments), implied=_implied(file, segments)), warnings, picture


def _chunks(file: BinaryIO) -> Iterator[tuple[Segment, int, int]]:
    """Every chunk with the range of the file it takes; those of the picture come without their data."""
    size = file.seek(0, os.SEEK_END)
    start = len(SIGNATURE)
    while start + 8 <= size:
        file.seek(start)
        length, kind = struct.unpack(">I4s", file.read(8))
        name = kind.decode("latin-1")
        end = start + length + 12
        if not name.isalpha() or (end > size and name not in _PICTURE):
            return
        yield Segment(name, b"" if name in _PICTURE else file.read(length)), start, min(end, size)
        start = end


def _sorted_out(segments: list[Segment]) -> Metadata:
    """Exif, XMP and density where every format can find them, the rest as it is."""
    chunks_first = sorted(segments, key=lambda s: s.name != "eXIf")
    exif_chunk, block = next(((s, b) for s in chunks_first if (b := _exif(s))), (None, None))
    xmp_chunk = next((s for s in segments if s.name == "iTXt" and s.data.startswith(XMP)), None)
    packet = _itxt(xmp_chunk.data) if xmp_chunk else None
    density = next((s for s in segments if s.name == "pHYs"), None)
    return Metadata(
        format="PNG",
        exif=block,
        xmp=packet,
        icc=profile(segments),
        orientation=exif.read_orientation(block) or xmp_packet.read_orientation(packet),
        density=_density(density.data) if density else None,
        segments=tuple(
            _repaired(s) for s in segments if s is not exif_chunk and (s is not xmp_chunk or packet is None)
        ),
    )


def _repaired(segment: Segment) -> Segment:
    """A profile that names a compression there is not, and unfolds: decoders would refuse the whole file."""
    name, _, packed = segment.data.partition(b"\0")
    if not is_profile(segment) or packed[:1] == b"\0" or profile([segment]) is None:
        return segment
    return Segment("iCCP", name + b"\0\0" + packed[1:])


def _exif(segment: Segment) -> bytes | None:
    """The Exif block of an eXIf chunk, or of the text that programs wrote before there was one: a length and digits."""
    if segment.name == "eXIf":
        return segment.data.removeprefix(b"Exif\0\0")
    keyword, _, text = segment.data.partition(b"\0")
    if segment.name not in ("tEXt", "zTXt") or keyword not in _EXIF_TEXTS:
        return None
    unfolded = _inflate(text[1:]) if segment.name == "zTXt" else text
    try:
        data = bytes.fromhex((unfolded or b"").split(b"\n", 3)[3].decode("ascii"))
    except (LookupError, ValueError):
        return None
    data = data.removeprefix(b"Exif\0\0")
    return data if data.startswith((b"II*\0", b"MM\0*")) else None


def _density(data: bytes) -> tuple[float, float] | None:
    """Pixels per metre; None where the chunk gives an aspect ratio only."""
    if len(data) != 9:
        return None
    x, y, unit = struct.unpack(">IIB", data)
    return (float(x), float(y)) if unit == 1 and x and y else None


def _itxt(data: bytes) -> bytes | None:
    """The text of an iTXt chunk: keyword, compression flag and method, language, translated keyword, text."""
    _, _, rest = data.partition(b"\0")
    parts = rest[2:].split(b"\0", 2)
    if len(parts) < 3:
        return None
    return _inflate(parts[2]) if rest[0] else parts[2]


def _inflate(data: bytes) -> bytes | None:
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(data, _LARGEST)
    except zlib.error:
        return None
    return text if stream.eof else None


def profile(segments: Iterable[Segment]) -> bytes | None:
    """The ICC profile; None if there is none or it does not unfold."""
    chunk = next((s for s in segments if is_profile(s)), None)
    if chunk is None:
        return None
    _, _, packed = chunk.data.partition(b"\0")
    return _inflate(packed[1:])


def is_profile(segment: Segment) -> bool:
    return segment.name == "iCCP"


def _implied(file: BinaryIO, segments: Iterable[Segment]) -> bytes | None:
    """The profile that other chunks stand for, the first that counts: cICP, sRGB, or gAMA and cHRM."""
    chunks = {segment.name: segment.data for segment in segments}
    if "iCCP" in chunks:
        return None
    if len(coded := chunks.get("cICP", b"")) == 4:
        return colour.coded(coded[0], coded[1])
    if "sRGB" in chunks:
        return None
    gamma, (white, primaries) = _gamma(chunks.get("gAMA", b"")), _chromaticities(chunks.get("cHRM", b""))
    if gamma is None and primaries == colour.SRGB_PRIMARIES:
        return None
    return colour.described(None if _is_grey(file) else primaries, white, gamma)


def _gamma(data: bytes) -> float | None:
    """The exponent from pixels to light; None where it is missing, or as near to sRGB's curve as the chunk can say."""
    encoding = int.from_bytes(data) / _UNIT if len(data) == 4 else 0
    return 1 / encoding if encoding and abs(encoding - 1 / 2.2) > 0.01 else None


def _chromaticities(data: bytes) -> tuple[tuple[float, float], tuple[float, ...]]:
    """x and y of white, and of red, green and blue; sRGB's where the chunk is missing or means these."""
    x, y, *primaries = (value / _UNIT for value in struct.unpack(">8I", data if len(data) == 32 else bytes(32)))
    near = all(abs(a - b) < 0.002 for a, b in zip(primaries, colour.SRGB_PRIMARIES, strict=True))
    return (colour.D65, colour.SRGB_PRIMARIES) if near or not y else ((x, y), tuple(primaries))


def _is_grey(file: BinaryIO) -> bool:
    file.seek(25)
    return file.read(1) in (b"\0", b"\4")


def _depth(file: BinaryIO) -> int:
    """Bits a channel, 1 to 16."""
    file.seek(24)
    return int.from_bytes(file.read(1))


def _keeps_its_type(file: BinaryIO) -> bool:
    """Whether the picture is written as it was: with 8 or 16 bits a channel, no palette and no transparent colour."""
    file.seek(25)
    palette = file.read(1) == b"\3"
    return _depth(file) in DEPTHS and not palette and all(chunk.name != "tRNS" for chunk, _, _ in _chunks(file))


def _frames(file: BinaryIO) -> int:
    """How many frames an acTL chunk counts; 1 for a still."""
    counts = next((s.data for s, _, _ in _chunks(file) if s.name == "acTL"), b"")
    return max(1, int.from_bytes(counts[:4])) if len(counts) == 8 else 1


def segments(output: OutputMetadata) -> list[Segment]:
    """The chunks that go between IHDR and the picture."""
    source = output.source
    own = list(source.segments) if source.format == "PNG" and output.keep != "none" else _phys(source.density)
    said = profile(own) or (source.implied if source.format == "PNG" else None)
    if said != output.icc:
        own = _iccp(output.icc) + [s for s in own if s.name not in _COLOUR]
    blocks = [Segment("eXIf", output.exif)] if output.exif else []
    return own + blocks + [Segment("iTXt", XMP + bytes(4) + packet) for packet in output.packets]


def _phys(density: tuple[float, float] | None) -> list[Segment]:
    """Nothing for a density that the chunk cannot hold: there is no such scanner."""
    possible = density is not None and max(density) < 1 << 31
    return [Segment("pHYs", struct.pack(">IIB", *map(round, density or ()), 1))] if possible else []


def _iccp(icc: bytes | None) -> list[Segment]:
    return [Segment("iCCP", b"ICC profile\0\0" + zlib.compress(icc))] if icc else []


def splice(file: BinaryIO, encoded: memoryview, segments: Iterable[Segment]) -> None:
    """A PNG as Pillow encoded it, with `segments` after its header chunk."""
    file.write(encoded[:_HEADER])
    for segment in segments:
        body = segment.name.encode("latin-1") + segment.data
        file.write(struct.pack(">I", len(segment.data)) + body + struct.pack(">I", zlib.crc32(body)))
    file.write(encoded[_HEADER:])
