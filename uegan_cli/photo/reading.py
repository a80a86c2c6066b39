"""Read photos: decode the pixels of a file; its format is detected from its content, not its name."""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from ..errors import PhotoError
from . import colour
from .formats import FORMATS, sniff
from .orientation import stored, strips, upright, upright_image
from .photo import Metadata, Mode, OpenedPhoto, Photo, Pixels

MAX_PIXELS = 400_000_000
"""A larger picture is taken for a decompression bomb; the largest single-shot cameras have 151 megapixels."""

_BROKEN = (OSError, SyntaxError, ValueError, LookupError, EOFError, OverflowError, struct.error, zlib.error)
"""What decoders raise on broken files."""

_UNSUPPORTED: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("GIF", lambda head: head[:4] == b"GIF8"),
    ("Photoshop", lambda head: head[:4] == b"8BPS"),
    ("JPEG XL", lambda head: head[:2] == b"\xff\x0a" or head[4:8] == b"JXL "),
    ("JPEG 2000", lambda head: head[:4] == b"\xff\x4f\xff\x51" or head[4:8] == b"jP  "),
    ("BMP", lambda head: head[:2] == b"BM"),
    ("PDF", lambda head: head[:4] == b"%PDF"),
    ("video", lambda head: head[4:8] == b"ftyp" or head[:4] == b"\x1aE\xdf\xa3"),
)
"""Formats that are recognised only to name them in the error."""


def read_photo(path: str | os.PathLike[str], *, max_pixels: int = MAX_PIXELS, first_frame: bool = False) -> Photo:
    """Read a photo of any format in `FORMATS`, decoded and upright.

        >>> photo = read_photo("in.jpg")
        >>> photo.pixels.shape, photo.pixels.dtype, photo.format, photo.alpha is None
        ((30, 44, 3), dtype('uint8'), 'JPEG', True)

    Time: the decoder's. Memory: the decoder's picture and the array.

    max_pixels: a larger picture is refused before it is decoded. first_frame: take the first picture of an animation or
        of a file with several pages, which is refused without it.

    Raises PhotoError, one line that names the file, for everything that is not a whole photo.
    """
    path = Path(path)
    with _open(path, max_pixels, first_frame) as contents:
        metadata, picture = contents.metadata, contents.picture
        pixels, alpha = _decoded(contents)
    separation = metadata.icc if picture.mode == "CMYK" else None
    profile, warnings = _profile(contents), contents.warnings
    if profile and colour.is_broken(profile):
        warnings += ("its colour profile is broken; its colours were read as sRGB",)
    if picture.frames > 1:
        warnings += (f"only the first of its {picture.frames} frames was used",)
    return Photo(
        pixels=pixels,
        alpha=alpha,
        format=metadata.format,
        grey=picture.mode[0] == "L",
        profile=profile,
        separation=separation,
        metadata=metadata,
        path=path,
        warnings=warnings,
        frames=picture.frames,
    )


def read_upright_srgb(
    path: str | os.PathLike[str], short_side: int | None = None, *, max_pixels: int = MAX_PIXELS
) -> Pixels:
    """Read the picture alone: H x W x 3 uint8, upright, sRGB, reduced to `short_side` if its short side is longer.

    A JPEG is decoded at the smallest scale that leaves enough pixels, which is several times faster than at full size.
    Of several frames the first is read. Transparency is ignored. Raises PhotoError as `read_photo` does.
    """
    with _open(Path(path), max_pixels, first_frame=True) as contents:
        scale = short_side / min(contents.picture.size) if short_side else 1.0
        pixels = _decoded(contents)[0] if scale >= 1 else _reduced(contents, scale)
    return colour.to_srgb(colour.to_8_bits(pixels), _profile(contents))


@contextmanager
def _open(path: Path, max_pixels: int, first_frame: bool) -> Iterator[OpenedPhoto]:
    """Open a photo; turn every error until the block ends into a PhotoError that names the file."""
    try:
        _check_is_file(path)
        with path.open("rb") as file:
            contents = _read_contents(file)
            _check_supported(contents, max_pixels, first_frame)
            yield contents
    except PhotoError as error:
        raise PhotoError(f"{path}: {error}") from error
    except MemoryError as error:
        raise PhotoError(f"{path}: not enough memory to decode it; close other programs or reduce it first") from error
    except ImportError as error:
        raise PhotoError(f"{path}: needs a package that cannot be loaded ({error}); see `uegan doctor`") from error
    except FileNotFoundError as error:
        raise PhotoError(f"{path}: no such file") from error
    except PermissionError as error:
        raise PhotoError(f"{path}: permission denied; make the file readable") from error
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno:
            raise PhotoError(f"{path}: cannot be read ({error.strerror}); check the disk or the name") from error
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PhotoError(f"{path}: broken photo ({reason}); restore it from a backup") from error


def _check_is_file(path: Path) -> None:
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise PhotoError("a folder, not a photo; give the photos in it")
    if not stat.S_ISREG(found.st_mode):
        raise PhotoError("not a regular file; copy the photo to one first")
    if found.st_size == 0:
        raise PhotoError("the file is empty; restore it from a backup")


def _read_contents(file: BinaryIO) -> OpenedPhoto:
    format = sniff(file)
    if format is None:
        raise PhotoError(f"{_describe_unsupported(file)}; export it as JPEG or PNG")
    return FORMATS[format].read(file)


def _describe_unsupported(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(16)
    name = next((name for name, matches in _UNSUPPORTED if matches(head)), None)
    return f"{name} files are not supported" if name else "not a photo"


def _check_supported(contents: OpenedPhoto, max_pixels: int, first_frame: bool) -> None:
    picture = contents.picture
    width, height = picture.size
    if width * height > max_pixels:
        raise PhotoError(f"{width} x {height} pixels are more than {max_pixels}; raise --max-pixels or reduce it first")
    if picture.frames > 1 and not first_frame:
        raise PhotoError(f"has {picture.frames} frames; use --first-frame to take the first")
    if picture.mode == "CMYK" and not colour.can_separate(contents.metadata.icc):
        what = "a broken" if contents.metadata.icc else "no"
        raise PhotoError(f"CMYK with {what} colour profile; convert it to RGB, or assign the profile of its inks")


def _profile(contents: OpenedPhoto) -> bytes | None:
    """Return the profile that the decoded pixels are in; None for sRGB."""
    if contents.picture.mode == "CMYK":
        return colour.print_rgb()
    return contents.metadata.icc or contents.metadata.implied


def _reduced(contents: OpenedPhoto, scale: float) -> Pixels:
    """Decode the picture reduced by `scale` (below 1), without transparency: H x W x 3 uint8."""
    picture, metadata = contents.picture, contents.metadata
    width, height = (max(1, round(side * scale)) for side in picture.size)
    image = _opaque_image(picture.decode((width * 3 // 2, height * 3 // 2)), picture.mode)
    small = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    turned = upright_image(small, metadata.orientation)
    return _from_inks(np.asarray(turned), metadata) if turned.mode == "CMYK" else np.array(turned.convert("RGB"))


def _from_inks(inks: Pixels, metadata: Metadata) -> Pixels:
    assert metadata.icc is not None, "checked when the file was opened"
    return colour.from_inks(inks, metadata.icc)


def _opaque_image(decoded: Image.Image | Pixels, mode: Mode) -> Image.Image:
    """Return an image of mode L, RGB or CMYK."""
    if isinstance(decoded, Image.Image):
        decoded.load()
        decoded.info.pop("transparency", None)
        return decoded.convert(mode.rstrip("A"))
    bands = colour.to_8_bits(decoded)
    if mode == "CMYK":
        return Image.frombytes("CMYK", bands.shape[1::-1], bands.tobytes())
    return Image.fromarray(bands[..., 0] if mode[0] == "L" else bands[..., :3])


def _decoded(contents: OpenedPhoto) -> tuple[Pixels, Pixels | None]:
    """Decode the picture: pixels, H x W x 3, and alpha, H x W, upright."""
    decoded = contents.picture.decode(None)
    if isinstance(decoded, Image.Image):
        return _split_image(decoded, contents.picture.mode, contents.metadata)
    return _split_array(decoded, contents.picture.mode, contents.metadata)


def _split_array(bands: Pixels, mode: Mode, metadata: Metadata) -> tuple[Pixels, Pixels | None]:
    """Split a decoded array into upright pixels and alpha."""
    turn = metadata.orientation
    if mode == "CMYK":
        return np.ascontiguousarray(upright(_from_inks(bands, metadata), turn)), None
    pixels = np.ascontiguousarray(upright(bands[..., : len(mode.rstrip("A"))], turn))
    pixels = np.repeat(pixels, 3, axis=2) if mode[0] == "L" else pixels
    return pixels, np.ascontiguousarray(upright(bands[..., -1], turn)) if mode[-1] == "A" else None


def _split_image(image: Image.Image, mode: Mode, metadata: Metadata) -> tuple[Pixels, Pixels | None]:
    """Split Pillow's image into upright pixels and alpha.

    It goes strip by strip, so that only a strip is in memory besides the image and the result, and turning the picture
    upright takes no more memory.
    """
    image.load()
    turn = metadata.orientation
    width, height = image.size
    shape = (width, height) if turn >= 5 else (height, width)
    pixels = np.empty((*shape, 3), np.uint8)
    alpha = np.empty(shape, np.uint8) if mode[-1] == "A" else None
    for rows in strips(height, width):
        strip = upright_image(image.crop((0, rows.start, width, rows.stop)), turn)
        bands = np.asarray(strip if strip.mode == mode else strip.convert(mode)).reshape(*strip.size[::-1], len(mode))
        colours = _from_inks(bands, metadata) if mode == "CMYK" else bands[..., : len(mode.rstrip("A"))]
        upright(stored(pixels, turn)[rows], turn)[:] = colours
        if alpha is not None:
            upright(stored(alpha, turn)[rows], turn)[:] = bands[..., -1]
    return pixels, alpha
