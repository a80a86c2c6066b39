"""Photos with damage: real files of every format, changed as disks, cables and attackers change them."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from uegan_cli.errors import PhotoError, UeganError
from uegan_cli.photo.provenance import read_mark
from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.suffixes import WRITABLE
from uegan_cli.photo.tiff.exif_tags import read_tags
from uegan_cli.photo.writing import write_photo
from uegan_cli.photo.xmp.mark import Mark

from .bmff import item_photos
from .raw import dng

LARGEST_SEED = 60_000
MAX_PIXELS = 2_000_000
MAX_SECONDS = 10.0

_HEADER = 4096
_EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_MARK = Mark("fuzz", "0" * 64, 1.0)


def seeds(camera_photos: Path) -> dict[str, bytes]:
    """Return whole files to damage, by name; small ones, because many inputs find more than large ones."""
    paths = [path for path in sorted(camera_photos.rglob("*.*")) if path.stat().st_size <= LARGEST_SEED]
    real = {str(path.relative_to(camera_photos)): path.read_bytes() for path in paths if path.suffix != ".tsv"}
    return real | made()


def made() -> dict[str, bytes]:
    """Return files of the formats that have no small camera file in the corpus."""
    picture = item_photos.smooth(48, 64)
    files = {"made.heic": item_photos.encode("HEIF", picture), "made.dng": dng.dng(picture)}
    for name, format in (("made.jpg", "JPEG"), ("made.webp", "WEBP"), ("made.avif", "AVIF"), ("made.tif", "TIFF")):
        file = io.BytesIO()
        exif = Image.Exif()
        exif[271] = "Maker"
        exif.get_ifd(0x8825)[1] = "N"
        Image.fromarray(picture).save(file, format, exif=exif)
        files[name] = file.getvalue()
    return files


def damaged(data: bytes, chance: random.Random, others: Mapping[str, bytes]) -> bytes:
    """Damage a file in one to five places, most of them in its headers."""
    wounded = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        place = chance.randrange(max(1, min(len(wounded), chance.choice((64, 512, _HEADER, len(wounded) + 1)))))
        kind = chance.randrange(8)
        if kind < 2:
            wounded[place : place + 1] = bytes([chance.randrange(256)])
        elif kind < 4:
            size, order = chance.choice((1, 2, 4, 8)), chance.choice(("big", "little"))
            value = chance.choice((*_EXTREMES, len(wounded), len(wounded) - place)) % (1 << 8 * size)
            wounded[place : place + size] = value.to_bytes(size, order)  # type: ignore[arg-type]
        elif kind == 4:
            del wounded[place : place + chance.choice((1, 2, 4, 16, 256))]
        elif kind == 5:
            part = wounded[place : place + chance.choice((1, 4, 64, 1024))]
            wounded[place:place] = part * chance.choice((1, 1, 2, 100))
        elif kind == 6:
            del wounded[chance.randrange(len(wounded) + 1) :]
        else:
            other = others[chance.choice(sorted(others))]
            start = chance.randrange(len(other))
            wounded[place : place + 64] = other[start : start + chance.choice((64, 1024, len(other)))]
    return bytes(wounded)


def input_number(number: int, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Return the name of the n-th seed and its damaged bytes, always the same for a number."""
    name = sorted(files)[number % len(files)]
    return name, damaged(files[name], random.Random(number), files)


def assert_survives(data: bytes, folder: Path, chance: random.Random) -> str:
    """Read a file, write it again if it can be read, and return the outcome in a word.

    Only errors in one line may come out, within MAX_SECONDS of the processor's time, which other programs do not
    stretch; what is written can be read again.
    """
    source, target = folder / "photo", folder / "result"
    source.write_bytes(data)
    started = time.process_time()
    try:
        read_mark(source)
        photo = read_photo(source, max_pixels=MAX_PIXELS, first_frame=True)
        read_tags(photo.metadata.exif)
    except PhotoError as error:
        assert "\n" not in str(error)
        outcome = "refused"
    else:
        outcome = _written(photo, target, chance)
    assert time.process_time() - started < MAX_SECONDS
    return outcome


def _written(photo, target: Path, chance: random.Random) -> str:
    own = photo.format if photo.format in WRITABLE else "JPEG"
    format = chance.choice((own, own, own, "JPEG", "PNG", "TIFF"))
    keep = chance.choice(("all", "all", "no-gps", "none"))
    try:
        write_photo(photo, target, format=format, mark=_MARK, metadata=keep)
    except UeganError as error:
        assert "\n" not in str(error)
        return "not written"
    again = read_photo(target)
    assert np.shape(again.pixels) == np.shape(photo.pixels) and again.format == format
    assert read_mark(target) == _MARK
    return "written"
