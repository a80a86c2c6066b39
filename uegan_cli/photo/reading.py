"""Files -> pixels. What a file is, its content says, never its name."""

from __future__ import annotations

import io
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from ..errors import PhotoError
from . import colour, exif, jpeg, png, xmp
from .excerpt import Excerpt
from .orientation import stored
from .photo import Metadata, Photo, Pixels

MAX_PIXELS = 400_000_000
"""Larger pictures are taken for decompression bombs; the largest single-shot cameras have 151 megapixels."""

_MODES = {"1": "L", "L": "L", "LA": "LA", "P": "RGB", "RGB": "RGB", "RGBA": "RGBA"}
_STRIP = 1 << 20
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, OverflowError, struct.error, zlib.error)
"""What Pillow's plugins raise on broken files."""

_OTHERS = (
    ("TIFF or camera raw", lambda head: head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIU\0")),
    ("WebP", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    ("AVIF", lambda head: head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis")),
    ("HEIC or camera raw", lambda head: head[4:8] == b"ftyp"),
    ("GIF", lambda head: head[:4] == b"GIF8"),
    ("Photoshop", lambda head: head[:4] == b"8BPS"),
    ("JPEG XL", lambda head: head[:2] == b"\xff\x0a" or head[4:8] == b"JXL "),
)
"""Pictures that are recognised only to be named when they are refused."""


@dataclass(frozen=True)
class _Source:
    """A photo's file, opened and understood, not yet decoded."""

    image: ImageFile.ImageFile
    metadata: Metadata
    warnings: tuple[str, ...]

    @property
    def mode(self) -> str:
        """The one of L, LA, RGB and RGBA that holds everything in the picture."""
        mode = _MODES[self.image.mode]
        return mode + "A" if "transparency" in self.image.info and mode[-1] != "A" else mode

    @property
    def orientation(self) -> int:
        """1..8: what Exif says, else what XMP says, else 1."""
        return exif.orientation(self.metadata.exif) or xmp.orientation(self.metadata.xmp)


def read_photo(path: str | os.PathLike[str], *, max_pixels: int = MAX_PIXELS) -> Photo:
    """Decode a JPEG or PNG photo, upright.

    Takes the time of Pillow's decoder, and the memory of Pillow's image and the array.
    Raises PhotoError, one line that names the file, for everything that is not a whole photo of at most `max_pixels`.
    """
    path = Path(path)
    with _open(path, max_pixels) as source:
        pixels, alpha = _decode(source.image, source.mode, source.orientation)
    profile = _module(source.metadata.format).profile(source.metadata.segments)
    warnings = source.warnings
    if profile and colour.is_broken(profile):
        warnings += ("its colour profile is broken; the colours were taken as sRGB",)
    return Photo(
        pixels=pixels,
        alpha=alpha,
        format=source.metadata.format,
        grey=source.mode[0] == "L",
        profile=profile,
        orientation=source.orientation,
        metadata=source.metadata,
        path=path,
        warnings=warnings,
    )


def read_upright_srgb(
    path: str | os.PathLike[str], short_side: int | None = None, *, max_pixels: int = MAX_PIXELS
) -> Pixels:
    """The picture alone: H x W x 3 uint8, upright, sRGB, its short side reduced to `short_side` if it is longer.

    A JPEG is decoded at the smallest scale that leaves enough pixels, which is several times faster than whole.
    Transparency is ignored. Raises PhotoError as `read_photo` does.
    """
    with _open(Path(path), max_pixels) as source:
        image, mode = _reduced(source, short_side)
        pixels, _ = _decode(image, mode, source.orientation)
    profile = _module(source.metadata.format).profile(source.metadata.segments)
    return colour.to_srgb(pixels, profile)


def read_mark(path: str | os.PathLike[str]) -> xmp.Mark | None:
    """The provenance mark of a photo, its pixels not decoded; None without one and in whatever is not a photo.

    Raises PhotoError where the file cannot be opened.
    """
    try:
        with open(path, "rb") as file:
            format = sniff(file)
            metadata = _module(format).read_header(file)[0] if format else Metadata("")
    except OSError as error:
        raise PhotoError(f"{path}: cannot be opened: {error.strerror}") from error
    # A packet that could not be added to is followed by one of our own.
    packets = [metadata.xmp, *(segment.data for segment in metadata.segments)]
    return next((mark for mark in map(xmp.read_mark, packets) if mark), None)


@contextmanager
def _open(path: Path, max_pixels: int) -> Iterator[_Source]:
    """Open a photo; whatever goes wrong until the block ends is told as a PhotoError."""
    try:
        _check_is_file(path)
        with path.open("rb") as file:
            source = _understand(file, path)
            _check_can_enhance(source, file, path, max_pixels)
            yield source
    except PhotoError:
        raise
    except MemoryError as error:
        raise PhotoError(f"{path}: not enough memory to decode it; close other programs or reduce it first") from error
    except FileNotFoundError as error:
        raise PhotoError(f"{path}: no such file") from error
    except PermissionError as error:
        raise PhotoError(f"{path}: permission denied; make the file readable") from error
    except _BROKEN as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PhotoError(f"{path}: broken photo ({reason}); restore it from a copy") from error


def _check_is_file(path: Path) -> None:
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise PhotoError(f"{path}: a folder, not a photo; name the photos in it")
    if not stat.S_ISREG(found.st_mode):
        raise PhotoError(f"{path}: not a regular file; copy the photo to one first")
    if found.st_size == 0:
        raise PhotoError(f"{path}: the file is empty; restore it from a copy")


def sniff(file: BinaryIO) -> str | None:
    """ "JPEG", "PNG", or None for everything else, by the first bytes."""
    file.seek(0)
    head = file.read(16)
    if head.startswith(jpeg.SIGNATURE):
        return "JPEG"
    return "PNG" if head.startswith(png.SIGNATURE) else None


def _module(format: str):  # type: ignore[no-untyped-def]
    return jpeg if format == "JPEG" else png


def _understand(file: BinaryIO, path: Path) -> _Source:
    """Read the metadata, and open the picture without it: Pillow would parse it again, and warn of what it finds."""
    format = sniff(file)
    if format is None:
        raise PhotoError(f"{path}: {_not_a_photo(file)}; export it as JPEG or PNG")
    metadata, warnings, picture = _module(format).read_header(file)
    stream = io.BufferedReader(Excerpt(file, picture), 1 << 16)
    if format == "PNG":
        return _Source(PngImageFile(stream), metadata, tuple(warnings))
    image = JpegImageFile(stream)
    return _Source(image, replace(metadata, encoding=jpeg.encoding(image)), tuple(warnings))


def _not_a_photo(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(16)
    name = next((name for name, matches in _OTHERS if matches(head)), None)
    return f"{name} files are not supported" if name else "not a photo"


def _check_can_enhance(source: _Source, file: BinaryIO, path: Path, max_pixels: int) -> None:
    width, height = source.image.size
    if width * height > max_pixels:
        raise PhotoError(f"{path}: {width} x {height} pixels are more than {max_pixels}; reduce it first")
    if source.metadata.format == "PNG" and png.depth(file) == 16:
        raise PhotoError(f"{path}: 16 bits a channel are not supported; export it with 8")
    if source.metadata.format == "PNG" and png.is_animated(file):
        raise PhotoError(f"{path}: animated; export the frame that you want as a PNG of its own")
    if source.image.mode not in _MODES:
        raise PhotoError(f"{path}: {source.image.mode} colour is not supported; convert it to RGB")


def _reduced(source: _Source, short_side: int | None) -> tuple[Image.Image, str]:
    """The picture at training size, without transparency, and its mode."""
    image, mode = source.image, source.mode.removesuffix("A")
    scale = short_side / min(image.size) if short_side else 1.0
    if scale >= 1:
        return image, mode
    width, height = (max(1, round(side * scale)) for side in image.size)
    image.draft(None, (width * 3 // 2, height * 3 // 2))
    return image.convert(mode).resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0), mode


def _decode(image: Image.Image, mode: str, orientation: int) -> tuple[Pixels, Pixels | None]:
    """Pixels (H x W x 3) and alpha (H x W) of a picture, upright.

    Goes strip by strip, so that besides Pillow's image and the result only a strip is in memory, and turning the
    picture upright costs nothing more.
    """
    image.load()
    width, height = image.size
    shape = (width, height) if orientation >= 5 else (height, width)
    pixels = np.empty((*shape, 3), np.uint8)
    alpha = np.empty(shape, np.uint8) if mode[-1] == "A" else None
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        strip = image.crop((0, top, width, bottom))
        bands = np.asarray(strip if strip.mode == mode else strip.convert(mode)).reshape(bottom - top, width, -1)
        colours = bands[..., :-1] if alpha is not None else bands
        stored(pixels, orientation)[top:bottom] = colours
        if alpha is not None:
            stored(alpha, orientation)[top:bottom] = bands[..., -1]
    return pixels, alpha
