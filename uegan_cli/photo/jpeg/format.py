"""JPEG files (ITU-T T.81): their picture, decoded and encoded again as it was."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from typing import Any, BinaryIO

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile

from ...errors import OutputError
from ..photo import Contents, JpegEncoding, Metadata, Mode, OutputMetadata, Picture, Pixels, Segment
from ..range_reader import RangeReader
from .header import fitting, header, lost_elsewhere, read_header
from .segments import has_trailer, splice

DEPTHS = (8,)
ALPHA = False
INKS = True

_ADOBE = b"Adobe"
_LONGEST_SIDE = 65500
_MODES: dict[str, Mode] = {"L": "L", "RGB": "RGB", "CMYK": "CMYK"}


def matches(head: bytes) -> bool:
    return head.startswith(b"\xff\xd8\xff")


def read_metadata(file: BinaryIO) -> Metadata:
    """What a JPEG says besides its pixels; reads no further than the first scan."""
    return read_header(file)[0]


def read(file: BinaryIO) -> Contents:
    """Open the picture without its metadata: Pillow would parse it again, and warn of what it finds."""
    metadata, warnings, ranges = read_header(file)
    image = JpegImageFile(io.BufferedReader(RangeReader(file, ranges), 1 << 16))
    if not warnings and has_trailer(file):
        warnings.append("data after its picture (such as a motion video) show it unedited and were left out")

    def decode(enough: tuple[int, int] | None) -> Image.Image:
        if enough:
            image.draft(None, enough)
        return image

    picture = Picture(image.size, _MODES[image.mode], decode)
    return Contents(replace(metadata, encoding=_encoding(image)), picture, tuple(warnings))


def lost(metadata: Metadata) -> list[str]:
    return lost_elsewhere(metadata)


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Write a JPEG with the input's quantisation tables, or at `quality`; a photo that was no JPEG gets 95."""
    assert isinstance(picture, Image.Image)
    if max(picture.size) > _LONGEST_SIDE:
        raise OutputError(f"a JPEG has at most {_LONGEST_SIDE} pixels a side; write a PNG")
    output, failed = fitting(output)
    encoded, own = io.BytesIO(), header(output)
    encoding = output.source.encoding
    if picture.mode == "CMYK":
        transform = isinstance(encoding, JpegEncoding) and encoding.ycck
        picture, own = _luma_and_chroma(picture) if transform else picture, _with_adobe(own, 2 if transform else 0)
    picture.save(encoded, "JPEG", **_save_options(encoding, quality))
    splice(file, encoded.getbuffer(), own)
    return (f"its {' and '.join(failed)} cannot be kept in a JPEG file",) if failed else ()


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
