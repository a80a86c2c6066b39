"""JPEG as a `Format`: decoded by Pillow, and encoded again as it was, with its metadata spliced in."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from typing import BinaryIO

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile

from ...errors import OutputError
from ..photo import EncodedPicture, Metadata, Mode, OpenedPhoto, OutputMetadata, Pixels, Segment
from ..range_reader import RangeReader
from .encoding import JpegEncoding, read_encoding, save_options
from .header import build_header, fit_into_segments, lost_elsewhere, read_header
from .segments import has_trailer, splice

DEPTHS = (8,)
ALPHA = False
INKS = True

_ADOBE = b"Adobe"
_AS_THEY_ARE, _AS_YCCK = 0, 2
"""What Adobe's segment says of the transform of four inks."""

_MAX_SIDE = 65500
_MODES: dict[str, Mode] = {"L": "L", "RGB": "RGB", "CMYK": "CMYK"}


def matches(head: bytes) -> bool:
    return head.startswith(b"\xff\xd8\xff")


def read_metadata(file: BinaryIO) -> Metadata:
    """Return the metadata; reads no further than the first scan."""
    return read_header(file)[0]


def read(file: BinaryIO) -> OpenedPhoto:
    """Open the picture without its metadata, which Pillow would parse again and warn of."""
    metadata, warnings, ranges = read_header(file)
    image = JpegImageFile(io.BufferedReader(RangeReader(file, ranges), 1 << 16))
    if not warnings and has_trailer(file):
        warnings.append("data after its picture (such as a motion video) show it unedited and were left out")

    def decode(enough: tuple[int, int] | None) -> Image.Image:
        if enough:
            image.draft(None, enough)
        return image

    picture = EncodedPicture(image.size, _MODES[image.mode], decode)
    return OpenedPhoto(replace(metadata, encoding=read_encoding(image)), picture, tuple(warnings))


def lost(metadata: Metadata) -> list[str]:
    return lost_elsewhere(metadata)


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Write a JPEG with the input's quantisation tables, or at `quality`; a photo that was not a JPEG gets 95."""
    assert isinstance(picture, Image.Image)
    if max(picture.size) > _MAX_SIDE:
        raise OutputError(f"a JPEG has at most {_MAX_SIDE} pixels a side; write a PNG")
    output, failed = fit_into_segments(output)
    encoded, segments = io.BytesIO(), build_header(output)
    encoding = output.source.encoding
    if picture.mode == "CMYK" and isinstance(encoding, JpegEncoding) and encoding.ycck:
        picture, segments = _to_ycck(picture), _with_adobe(segments, _AS_YCCK)
    elif picture.mode == "CMYK":
        segments = _with_adobe(segments, _AS_THEY_ARE)
    picture.save(encoded, "JPEG", **save_options(encoding, quality))
    splice(file, encoded.getbuffer(), segments)
    return (f"its {' and '.join(failed)} cannot be kept in a JPEG file",) if failed else ()


def _to_ycck(inks: Image.Image) -> Image.Image:
    """Return CMYK whose planes are those of Adobe's YCCK, for Pillow's encoder, which stores all four inverted."""
    *colours, black = inks.split()
    planes = Image.merge("RGB", colours).convert("YCbCr").split()
    return Image.merge("CMYK", [*map(ImageChops.invert, planes), black])


def _with_adobe(segments: list[Segment], transform: int) -> list[Segment]:
    """Add or correct Adobe's segment: without it, decoders do not know that inks are stored inverted."""
    is_adobe = (s for s in segments if s.name == "APP14" and s.data.startswith(_ADOBE) and len(s.data) >= 12)
    old = next(is_adobe, None)
    if old is None:
        return [*segments, Segment("APP14", _ADOBE + struct.pack(">HHHB", 100, 0, 0, transform))]
    corrected = Segment("APP14", old.data[:11] + bytes([transform]) + old.data[12:])
    return [corrected if s is old else s for s in segments]
