"""Files -> pixels. What a file is, its content says, never its name."""

from __future__ import annotations

import io
import os
import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from ..errors import PhotoError
from . import colour, jpeg, png
from .excerpt import Excerpt
from .metadata import FORMATS, icc_profile, orientation, sniff
from .orientation import stored, strips, upright, upright_image
from .photo import Metadata, Photo, Pixels

MAX_PIXELS = 400_000_000
"""Larger pictures are taken for decompression bombs; the largest single-shot cameras have 151 megapixels."""

_MODES = {"1": "L", "L": "L", "LA": "LA", "P": "RGB", "RGB": "RGB", "RGBA": "RGBA"}
_BROKEN = (OSError, SyntaxError, ValueError, LookupError, EOFError, OverflowError, struct.error, zlib.error)
"""What Pillow raises on broken files."""

_OTHERS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
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


def read_photo(path: str | os.PathLike[str], *, max_pixels: int = MAX_PIXELS) -> Photo:
    """Decode a JPEG or PNG photo, upright.

    Takes the time of Pillow's decoder, and the memory of Pillow's image and the array.
    Raises PhotoError, one line that names the file, for everything that is not a whole photo of at most `max_pixels`.
    """
    path = Path(path)
    with _open(path, max_pixels) as source:
        pixels, alpha = _decode(source.image, source.mode, orientation(source.metadata))
    profile = icc_profile(source.metadata)
    warnings = source.warnings
    if profile and colour.is_broken(profile):
        warnings += ("its colour profile is broken; the colours were taken as sRGB",)
    return Photo(
        pixels=pixels,
        alpha=alpha,
        format=source.metadata.format,
        grey=source.mode[0] == "L",
        profile=profile,
        orientation=orientation(source.metadata),
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
        pixels, _ = _decode(image, mode, orientation(source.metadata))
    profile = icc_profile(source.metadata)
    return colour.to_srgb(pixels, profile)


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


def _understand(file: BinaryIO, path: Path) -> _Source:
    """Read the metadata, and open the picture without it: Pillow would parse it again, and warn of what it finds."""
    format = sniff(file)
    if format is None:
        raise PhotoError(f"{path}: {_not_a_photo(file)}; export it as JPEG or PNG")
    metadata, warnings, picture = FORMATS[format].read_header(file)
    stream = io.BufferedReader(Excerpt(file, picture), 1 << 16)
    if format == "PNG":
        return _Source(_open_png(stream, png.depth(file)), metadata, tuple(warnings))
    image = JpegImageFile(stream)
    if not warnings and jpeg.has_trailer(file):
        warnings.append("what follows its picture (such as a motion video) shows it unedited and was left out")
    return _Source(image, replace(metadata, encoding=jpeg.encoding(image)), tuple(warnings))


def _open_png(stream: BinaryIO, depth: int) -> PngImageFile:
    image = PngImageFile(stream)
    if image.mode == "L" and "transparency" in image.info:
        # Pillow widens greys of 2 and 4 bits to 8, but not the grey that is transparent.
        image.info["transparency"] *= 255 // (2**depth - 1)
    return image


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
    image: Image.Image = source.image
    mode = source.mode.removesuffix("A")
    image.info.pop("transparency", None)
    scale = short_side / min(image.size) if short_side else 1.0
    if scale >= 1:
        return image, mode
    width, height = (max(1, round(side * scale)) for side in image.size)
    image.draft(None, (width * 3 // 2, height * 3 // 2))
    image.load()
    image = image if image.mode == mode else image.convert(mode)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0), mode


def _decode(image: Image.Image, mode: str, turn: int) -> tuple[Pixels, Pixels | None]:
    """Pixels (H x W x 3) and alpha (H x W) of a picture, upright.

    Goes strip by strip, so that besides Pillow's image and the result only a strip is in memory, and turning the
    picture upright costs nothing more.
    """
    image.load()
    width, height = image.size
    shape = (width, height) if turn >= 5 else (height, width)
    pixels = np.empty((*shape, 3), np.uint8)
    alpha = np.empty(shape, np.uint8) if mode[-1] == "A" else None
    for rows in strips(height, width):
        strip = upright_image(image.crop((0, rows.start, width, rows.stop)), turn)
        bands = np.asarray(strip if strip.mode == mode else strip.convert(mode)).reshape(*strip.size[::-1], len(mode))
        upright(stored(pixels, turn)[rows], turn)[:] = bands[..., :-1] if alpha is not None else bands
        if alpha is not None:
            upright(stored(alpha, turn)[rows], turn)[:] = bands[..., -1]
    return pixels, alpha
