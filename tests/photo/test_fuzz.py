"""Whatever bytes a file has, reading it gives a photo or an error of one line, soon and in little memory."""

from __future__ import annotations

import io
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uegan_cli.errors import PhotoError
from uegan_cli.photo.formats import FORMATS
from uegan_cli.photo.jpeg import format as jpeg
from uegan_cli.photo.jpeg import segments as jpeg_segments
from uegan_cli.photo.photo import Photo, Segment
from uegan_cli.photo.png import chunks as png_chunks
from uegan_cli.photo.png import format as png
from uegan_cli.photo.reading import read_photo

from . import fuzzing

EXAMPLES = settings(max_examples=150)
BLOCK = 150
MOST_MEMORY = 600 << 20

STARTS = {
    "JPEG": (b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\x00\x40Exif\0\0MM\0*\0\0\0\x08"),
    "PNG": (png_chunks.SIGNATURE, png.SIGNATURE + b"\0\0\0\rIHDR\0\0\0\x04\0\0\0\x04\x08\x02\0\0\0"),
    "TIFF": (b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08\0\x05", b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"),
    "WEBP": (b"RIFF\x40\0\0\0WEBP", b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x3c\0\0\0"),
    "AVIF": (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", b"\0\0\0\x14ftypavis\0\0\0\0msf1\0\0\0\x20moov"),
    "HEIF": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"\0\0\0\x14ftypheic\0\0\0\0mif1\0\0\1\0meta\0\0\0\0"),
    "RAW": (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", b"IIU\0\x18\0\0\0", b"FUJIFILMCCD-RAW 0201FF"),
}
SEGMENTS = st.lists(
    st.builds(Segment, st.sampled_from([*(f"APP{n}" for n in range(16)), "COM"]), st.binary(max_size=80)), max_size=6
)


@pytest.fixture(scope="module")
def picture() -> bytes:
    return fuzzing.made()["made.jpg"]


def jpeg_with(segments: list[Segment], picture: bytes) -> bytes:
    file = io.BytesIO()
    jpeg_segments.splice(file, memoryview(picture), segments)
    return file.getvalue()


@EXAMPLES
@given(SEGMENTS)
def test_any_segments_of_a_jpeg_are_read_as_they_were_written(picture, segments):
    file = io.BytesIO(jpeg_with(segments, picture))
    assert [segment for segment, _, _ in jpeg_segments.read_segments(file)] == segments


@EXAMPLES
@given(SEGMENTS, st.integers(2, 400), st.binary(max_size=40))
def test_segments_before_the_damage_are_read(picture, segments, cut, rest):
    data = jpeg_with(segments, picture)
    file = io.BytesIO(data[:cut] + rest)
    whole = [
        s for s, (_, _, end) in zip(segments, jpeg_segments.read_segments(io.BytesIO(data)), strict=True) if end <= cut
    ]
    assert [segment for segment, _, _ in jpeg_segments.read_segments(file)][: len(whole)] == whole
    assert jpeg.read_metadata(file).format == "JPEG"


@EXAMPLES
@given(st.lists(st.tuples(st.sampled_from([b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"iCCP", b"gAMA", b"cHRM", b"cICP",
                                           b"pHYs", b"acTL", b"tRNS", b"abCd"]), st.binary(max_size=60)), max_size=5),
       st.integers(0, 500))  # fmt: skip
def test_any_chunks_of_a_png_make_metadata(chunks, cut):
    data = b"".join(len(body).to_bytes(4) + name + body + bytes(4) for name, body in chunks)
    file = io.BytesIO((STARTS["PNG"][1] + bytes(4) + data)[: 33 + cut])
    assert png.read_metadata(file).format == "PNG"


@EXAMPLES
@given(st.sampled_from([(name, start) for name, starts in STARTS.items() for start in starts]), st.binary(max_size=300))
def test_a_photo_signature_before_any_bytes_gives_a_photo_or_one_error_line(tmp_path_factory, kind, rest):
    name, start = kind
    assert name in FORMATS
    path = tmp_path_factory.getbasetemp() / "photo"
    path.write_bytes(start + rest)
    try:
        found = read_photo(path, max_pixels=fuzzing.MAX_PIXELS, first_frame=True)
    except PhotoError as error:
        assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
    else:
        assert isinstance(found, Photo)


@pytest.mark.parametrize("block", range(6))
def test_damaged_photos_give_a_photo_or_one_error_line(camera_photos, tmp_path, block):
    files = fuzzing.seeds(camera_photos)
    before = memory()
    for number in range(block * BLOCK, (block + 1) * BLOCK):
        try_one(number, files, tmp_path)
    assert memory() - before < MOST_MEMORY


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, so that a crash of a decoder does not end the tests")
def test_damaged_photos_for_a_chosen_time(camera_photos, tmp_path):
    """UEGAN_FUZZ_SECONDS is the time, UEGAN_FUZZ_START the number of the first input; prints the outcomes."""
    files = fuzzing.seeds(camera_photos)
    end = time.monotonic() + float(os.environ.get("UEGAN_FUZZ_SECONDS", "600"))
    number = start = int(os.environ.get("UEGAN_FUZZ_START", "1000000"))
    outcomes: Counter[str] = Counter()
    while time.monotonic() < end:
        outcomes += in_a_fork(range(number, number + BLOCK), files, tmp_path)
        number += BLOCK
    print(f"\n{number - start} damaged photos from number {start} on: {dict(outcomes)}", file=sys.__stdout__)


def in_a_fork(numbers: range, files: dict[str, bytes], folder: Path) -> Counter[str]:
    """Return the outcomes of a block of inputs, tried in a process that a decoder may crash."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            before = memory()
            words = [try_one(number, files, folder) for number in numbers]
            assert memory() - before < MOST_MEMORY
            os.write(writer, " ".join(words).encode())
            code = 0
        except BaseException as error:
            os.write(writer, f"{type(error).__name__}: {error}; {error.__cause__!r}".encode()[:4000])
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status == 0, f"exit code {status} among the inputs {numbers}, at {(folder / 'number').read_text()}: {said}"
    return Counter(said.split())


def try_one(number: int, files: dict[str, bytes], folder: Path) -> str:
    name, data = fuzzing.input_number(number, files)
    (folder / "number").write_text(f"{number}, once {name}")
    try:
        return fuzzing.assert_survives(data, folder, random.Random(number))
    except Exception as error:
        raise AssertionError(f"input {number}, once {name}: {type(error).__name__}: {error}") from error


def memory() -> int:
    """Return the peak of this process's resident memory, in bytes."""
    resource = pytest.importorskip("resource", reason="other systems tell it otherwise")
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) << (0 if sys.platform == "darwin" else 10)
