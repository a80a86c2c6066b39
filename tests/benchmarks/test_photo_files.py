"""Reading and writing photos, in multiples of Pillow's decoding and encoding of the same file in the same run.

pytest -m benchmark -s tests/benchmarks/test_photo_files.py     (seconds)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uegan_cli.photo.reading import read_photo, read_upright_srgb
from uegan_cli.photo.writing import write_photo

pytestmark = pytest.mark.benchmark


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """Return the time of the fastest round."""

    def once() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return min(once() for _ in range(rounds))


@pytest.mark.parametrize("name", ["elementary__Broto.jpg", "elementary__Croatia.jpg"])
def test_files_against_pillow(shared_data: Path, tmp_path: Path, name: str) -> None:
    path = shared_data / "large" / name
    photo = read_photo(path)
    encoding = photo.metadata.encoding
    assert encoding is not None
    tables = [list(table) for table in encoding.tables]

    def pillow_read() -> object:
        with Image.open(path) as image:
            return np.asarray(image)

    def pillow_write() -> None:
        image = Image.fromarray(photo.pixels)
        image.save(tmp_path / "pillow.jpg", qtables=tables, subsampling=encoding.subsampling)

    decode = seconds(pillow_read)
    encode = seconds(pillow_write)
    print(f"\n{name}: {photo.pixels.shape[1]} x {photo.pixels.shape[0]}, in multiples of Pillow's time")
    print(f"  read_photo                {seconds(lambda: read_photo(path)) / decode:.2f}")
    print(f"  read_upright_srgb at 512  {seconds(lambda: read_upright_srgb(path, 512)) / decode:.2f}")
    print(f"  write_photo               {seconds(lambda: write_photo(photo, tmp_path / 'uegan.jpg')) / encode:.2f}")
