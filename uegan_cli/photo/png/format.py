"""PNG as a `Format`: decoded by Pillow, or by libpng with 16 bits a channel; written with its chunks spliced in."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from ..photo import EncodedPicture, Metadata, Mode, OpenedPhoto, OutputMetadata, Pixels
from ..range_reader import RangeReader
from . import metadata as png_metadata
from .chunks import GREY, GREY_ALPHA, RGB, RGBA, SIGNATURE, ImageHeader, count_frames, read_chunks, read_ihdr, splice

DEPTHS = png_metadata.DEPTHS
ALPHA = True
INKS = False

_MODES: dict[str, Mode] = {"1": "L", "L": "L", "LA": "LA", "P": "RGB", "RGB": "RGB", "RGBA": "RGBA"}
_DEEP_MODES: dict[int, Mode] = {GREY: "L", RGB: "RGB", GREY_ALPHA: "LA", RGBA: "RGBA"}
"""By the colour types that have 16 bits."""

_WITH_ALPHA: dict[Mode, Mode] = {"L": "LA", "RGB": "RGBA"}

_DEEP_COMPRESSION = 4
"""libpng's level, 0..9. The last bits of 16 are noise: more effort takes four times as long for half a percent."""


def matches(head: bytes) -> bool:
    return head.startswith(SIGNATURE)


def read_metadata(file: BinaryIO) -> Metadata:
    return png_metadata.read_chunk_metadata(file)[0]


def read(file: BinaryIO) -> OpenedPhoto:
    """Open the picture without its metadata, which Pillow would parse again and warn of."""
    metadata, warnings, ranges = png_metadata.read_chunk_metadata(file)
    alone, header = RangeReader(file, ranges), read_ihdr(file)
    picture = _open_deep(file, alone, header) if header.depth == 16 else _open_shallow(alone, header)
    return OpenedPhoto(metadata, replace(picture, frames=count_frames(file)), tuple(warnings))


def _open_shallow(alone: RangeReader, header: ImageHeader) -> EncodedPicture:
    """Open a picture with up to 8 bits a channel, by Pillow."""
    image = PngImageFile(io.BufferedReader(alone, 1 << 16))
    mode = _MODES[image.mode]
    if "transparency" in image.info:
        if image.mode == "L":
            # Pillow scales greys of 2 and 4 bits to 8, but not the grey that is transparent.
            image.info["transparency"] *= 255 // (2**header.depth - 1)
        mode = "LA" if mode == "L" else "RGBA"
    return EncodedPicture(image.size, mode, lambda _: image)


def _open_deep(file: BinaryIO, alone: RangeReader, header: ImageHeader) -> EncodedPicture:
    """Open a picture with 16 bits a channel, by libpng: Pillow would halve them."""

    def decode(_: tuple[int, int] | None) -> Pixels:
        import imagecodecs

        try:
            bands: Pixels = imagecodecs.png_decode(alone.read())
        except RuntimeError as error:  # what imagecodecs raises for broken files
            raise ValueError(str(error)) from error
        return bands.reshape(*bands.shape[:2], -1)

    if header.colour_type not in _DEEP_MODES or not header.width or not header.height:
        raise ValueError("its header is broken")
    mode = _DEEP_MODES[header.colour_type]
    transparent = mode in ("L", "RGB") and any(chunk.name == "tRNS" for chunk, _, _ in read_chunks(file))
    return EncodedPicture((header.width, header.height), _WITH_ALPHA[mode] if transparent else mode, decode)


def lost(metadata: Metadata) -> list[str]:
    return png_metadata.lost_elsewhere(metadata)


def write(
    file: BinaryIO, picture: Image.Image | Pixels, output: OutputMetadata, quality: int | None
) -> tuple[str, ...]:
    """Write a PNG; its compression is lossless, so `quality` does not matter."""
    splice(file, memoryview(_encode(picture)), png_metadata.build_chunks(output))
    return ()


def _encode(picture: Image.Image | Pixels) -> bytes | memoryview:
    if isinstance(picture, Image.Image):
        file = io.BytesIO()
        picture.save(file, "PNG")
        return file.getbuffer()
    import imagecodecs

    bands = picture[..., 0] if picture.shape[2] == 1 else picture
    return bytes(imagecodecs.png_encode(np.ascontiguousarray(bands), level=_DEEP_COMPRESSION))
