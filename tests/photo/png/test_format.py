"""PNG files with 16 bits a channel."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.errors import PhotoError
from uegan_cli.photo.photo import Metadata, OpenedPhoto, OutputMetadata, Pixels, Segment
from uegan_cli.photo.png import format as png
from uegan_cli.photo.png.chunks import splice
from uegan_cli.photo.reading import read_photo

MakePhoto = Callable[..., Path]


def deep(mode: str, height: int = 30, width: int = 44) -> Pixels:
    """Return random pixels, H x W x channels of `mode`."""
    rng = np.random.default_rng(len(mode))
    return rng.integers(0, 65535, (height, width, len(mode)), np.uint16, endpoint=True)


def opened(data: bytes) -> tuple[OpenedPhoto, Pixels]:
    contents = png.read(io.BytesIO(data))
    bands = contents.picture.decode(None)
    assert not isinstance(bands, Image.Image)
    return contents, bands


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_16_bits_come_back_exactly_with_all_chunks(mode: str) -> None:
    chunks = (Segment("sBIT", bytes([12] * len(mode))), Segment("bKGD", bytes(6)), Segment("tEXt", b"Comment\0hello"))
    source = Metadata("PNG", segments=chunks)
    file = io.BytesIO()
    png.write(file, deep(mode), OutputMetadata(source, b"MM\0*\0\0\0\x08\0\0\0\0\0\0", (), None), None)
    contents, bands = opened(file.getvalue())
    assert bands.dtype == np.uint16 and np.array_equal(bands, deep(mode)) and contents.picture.mode == mode
    assert contents.metadata.segments == chunks and contents.metadata.exif is not None
    Image.open(file).verify()


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_transparent_colour_of_16_bits_becomes_alpha(mode: str) -> None:
    pixels = deep(mode)
    colour = struct.pack(f">{len(mode)}H", *pixels[3, 4].tolist())
    file = io.BytesIO()
    png.write(file, pixels, OutputMetadata(Metadata("PNG"), None, (), None), None)
    with_colour = io.BytesIO()
    splice(with_colour, file.getbuffer(), [Segment("tRNS", colour), Segment("sBIT", bytes([16] * len(mode)))])
    contents, bands = opened(with_colour.getvalue())
    assert contents.picture.mode == mode + "A" and contents.metadata.segments == ()
    opaque = np.any(pixels != pixels[3, 4], axis=2)
    assert np.array_equal(bands[..., -1], opaque * np.uint16(65535)) and not opaque[3, 4]
    assert np.array_equal(bands[opaque][:, :-1], pixels[opaque])


def test_16_bits_agree_with_pillows_upper_8(camera_photos: Path) -> None:
    """PngSuite splits 16-bit pictures into one, two, four or nine chunks; Pillow reads their upper 8 bits."""
    paths = [p for p in sorted((camera_photos / "formats").rglob("*.png")) if p.read_bytes()[24] == 16]
    assert len(paths) >= 9
    for path in paths:
        _, bands = opened(path.read_bytes())
        known = np.asarray(Image.open(io.BytesIO(path.read_bytes())))
        # Pillow has 16 bits for one channel alone.
        assert np.array_equal(bands[..., 0] if known.ndim == 2 else bands // 256, known)


def test_a_broken_picture_of_16_bits_is_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    png.write(file, deep("RGB"), OutputMetadata(Metadata("PNG"), None, (), None), None)
    whole = file.getvalue()
    flipped = whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 255]) + whole[len(whole) // 2 + 1 :]
    for data in (whole[:-40], whole[: len(whole) // 2], flipped, whole[:25] + b"\3" + whole[26:]):
        path = tmp_path / "broken.png"
        path.write_bytes(data)
        with pytest.raises(PhotoError, match="broken photo"):
            read_photo(path)
