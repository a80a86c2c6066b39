"""TIFF files that are read and written keep pixels, metadata and storage, and lose what the user wants to go."""

from __future__ import annotations

import io
import os
import shutil
import struct
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from uegan_cli.errors import PhotoError
from uegan_cli.photo import photoshop
from uegan_cli.photo.jpeg import format as jpeg
from uegan_cli.photo.photo import Metadata, OutputMetadata
from uegan_cli.photo.tiff import exif_builder
from uegan_cli.photo.tiff import format as tiff
from uegan_cli.photo.tiff.exif_builder import DirectoryTree, ExifContent
from uegan_cli.photo.tiff.field_types import FieldType
from uegan_cli.photo.tiff.ifd_reader import Tiff, find_picture_directories
from uegan_cli.photo.tiff.ifd_writer import Field, integer_field
from uegan_cli.photo.tiff.picture_layout import Compression
from uegan_cli.photo.tiff.tag_numbers import Tag

from .tiffs import flat_picture, is_same, load, make_tiff, unchanged_output, write


@pytest.mark.parametrize("options", [{}, {"compression": "lzw"}, {"compression": "deflate", "tile": (16, 16)}], ids=str)
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_pixels_and_storage_are_kept_exactly(options: dict[str, Any], dtype: str, order: str) -> None:
    rng = np.random.default_rng(3)
    for channels in (1, 2, 3, 4):
        pixels = rng.integers(0, np.iinfo(dtype).max, (40, 50, channels), dtype, endpoint=True)
        file = io.BytesIO()
        kinds = {"extrasamples": ["unassalpha"]} if channels in (2, 4) else {}
        photometric = "rgb" if channels > 2 else "minisblack"
        given = pixels if channels > 1 else pixels[..., 0]
        planar = {"planarconfig": "contig"} if channels > 1 else {}
        tifffile.imwrite(file, given, photometric=photometric, byteorder=order, **kinds, **planar, **options)
        contents, picture = load(file.getvalue())
        data = write(picture, unchanged_output(contents.metadata))
        assert data[:2] == {"<": b"II", ">": b"MM"}[order]
        again, result = load(data)
        assert is_same(picture, result) and is_same(np.asarray(result).reshape(pixels.shape), pixels)
        assert again.picture.mode == contents.picture.mode
        assert np.array_equal(tifffile.imread(io.BytesIO(data)).reshape(pixels.shape), pixels)
        page = tifffile.TiffFile(io.BytesIO(data)).pages[0]
        assert page.compression == tifffile.TiffFile(io.BytesIO(file.getvalue())).pages[0].compression


def test_blocks_that_change_are_replaced_and_others_stay() -> None:
    icc, iptc = b"an ICC profile" * 9, b"\x1c\x02\x05\0\x05title"
    fields = [
        Field(Tag.ICC_PROFILE, FieldType.UNDEFINED, len(icc), icc),
        Field(Tag.IPTC, FieldType.UNDEFINED, len(iptc), iptc),
    ]
    contents, _ = load(make_tiff(fields))
    metadata = contents.metadata
    assert metadata.icc == icc and photoshop.find_iptc(metadata.photoshop or b"") == iptc
    kept = load(write(flat_picture(), unchanged_output(metadata)))[0].metadata
    assert (kept.icc, kept.photoshop) == (metadata.icc, metadata.photoshop)
    changed = load(write(flat_picture(), unchanged_output(metadata, icc=b"another", packets=(b"<x/>",))))[0].metadata
    assert (changed.icc, changed.xmp, changed.photoshop) == (b"another", b"<x/>", metadata.photoshop)
    gone = write(flat_picture(), unchanged_output(metadata, icc=None, photoshop=None))
    assert icc not in gone and iptc not in gone


def exif_with_position(order: str = "<") -> bytes:
    gps = DirectoryTree((Field(2, FieldType.RATIONAL, 3, struct.pack(order + "6I", 48, 1, 51, 1, 295, 100)),))
    exif = DirectoryTree(
        (
            integer_field(order, Tag.ISO, FieldType.SHORT, 400),
            Field(Tag.MAKER_NOTE, FieldType.UNDEFINED, 9, b"my maker!"),
        )
    )
    block = exif_builder.build(ExifContent(order, DirectoryTree((), {Tag.EXIF_IFD: exif, Tag.GPS_IFD: gps})))
    return block


def test_no_gps_leaves_no_byte_of_a_position() -> None:
    place = struct.pack("<6I", 48, 1, 51, 1, 295, 100)
    first = write(flat_picture(), OutputMetadata(Metadata("JPEG"), exif_with_position(), (), None))
    assert place in first
    contents, _ = load(first)
    scale = struct.pack("<3d", 1.5, 2.5, 0)
    geo = make_tiff([Field(Tag.MODEL_PIXEL_SCALE, FieldType.DOUBLE, 3, scale)])
    assert tiff.lost(load(geo)[0].metadata) == ["GeoTIFF"]
    geo_metadata = load(geo)[0].metadata
    assert scale in write(flat_picture(), unchanged_output(geo_metadata))
    assert scale not in write(flat_picture(), unchanged_output(geo_metadata, keep="no-gps"))
    result = write(flat_picture(), unchanged_output(contents.metadata, keep="no-gps"))
    assert place not in result and b"my maker!" in result
    bare = write(flat_picture(), unchanged_output(Metadata("TIFF", encoding=contents.metadata.encoding), keep="none"))
    assert b"my maker!" not in bare and place not in bare and is_same(load(bare)[1], flat_picture())


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_from_another_format_keeps_its_offsets(order: str) -> None:
    block = exif_with_position(order)
    source = Metadata("JPEG", exif=block, density=(3000.0, 2000.0))
    picture = np.arange(2 * 3 * 3, dtype=np.uint16).reshape(2, 3, 3) * 3000
    output = OutputMetadata(
        source, block, (b"<x/>",), b"profile", None, photoshop.build_iptc_block(b"\x1c\x02\x05\0\0"), 6
    )
    result = write(picture, output)
    assert result.index(b"my maker!") == block.index(b"my maker!")
    contents, again = load(result)
    metadata = contents.metadata
    assert is_same(again, picture) and (metadata.xmp, metadata.icc, metadata.orientation) == (b"<x/>", b"profile", 6)
    assert metadata.density == pytest.approx((3000, 2000), rel=1e-4)
    assert metadata.photoshop == output.photoshop and metadata.exif is not None
    assert exif_builder.build_from_tiff(Tiff(io.BytesIO(block))) is not None


def test_a_broken_exif_block_is_left_out_with_a_warning() -> None:
    file = io.BytesIO()
    warnings = tiff.write(file, flat_picture(), OutputMetadata(Metadata("PNG"), b"II*\0junk", (), None), None)
    assert "Exif" in warnings[0] and is_same(load(file.getvalue())[1], flat_picture())


def test_the_thumbnail_of_the_exif_block_is_left_out(camera_photos: Path) -> None:
    for path in sorted((camera_photos / "camera").glob("*.jpg"))[:12]:
        with path.open("rb") as file:
            block = jpeg.read_metadata(file).exif
        if block:
            result = write(flat_picture(), OutputMetadata(Metadata("JPEG", exif=block), block, (), None))
            assert len(find_picture_directories(Tiff(io.BytesIO(result)))) == 1
            assert b"\xff\xd8\xff\xdb" not in result.replace(_maker_note(block), b"")


def _maker_note(block: bytes) -> bytes:
    old = Tiff(io.BytesIO(block))
    notes = [exif.get(Tag.MAKER_NOTE) for exif in old.subdirectories(old.directory(old.first).get(Tag.EXIF_IFD))]
    return next((old.value(note) for note in notes if note), b"\0")


@pytest.mark.parametrize(
    ("options", "word"),
    [({"compression": "jpeg"}, "JPEG"), ({"compression": "lzma"}, "LZMA"), ({"compression": "packbits"}, None)],
    ids=str,
)
def test_compression_is_kept_or_replaced_with_a_warning(options: dict[str, str], word: str | None) -> None:
    pixels = np.full((16, 16, 3), 99, np.uint8)
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, photometric="rgb", **options)
    contents, picture = load(file.getvalue())
    result = io.BytesIO()
    warnings = tiff.write(result, picture, unchanged_output(contents.metadata), None)
    assert is_same(load(result.getvalue())[1], picture)
    compression = tifffile.TiffFile(io.BytesIO(result.getvalue())).pages[0].compression
    if word:
        assert word in warnings[0] and "Deflate" in warnings[0] and compression == Compression.DEFLATE
    else:
        assert not warnings and compression == Compression.PACKBITS


def test_cmyk_is_written_in_its_inks() -> None:
    inks = Image.frombytes("CMYK", (4, 2), bytes(range(32)))
    file = io.BytesIO()
    inks.save(file, "TIFF")
    contents, picture = load(file.getvalue())
    assert is_same(load(write(picture, unchanged_output(contents.metadata)))[1], inks)
    deep = np.asarray(inks).astype(np.uint16) * 257
    result, again = load(write(deep, unchanged_output(contents.metadata, icc=bytes(16) + b"CMYK")))
    assert result.picture.mode == "CMYK" and is_same(again, deep)
    as_rgb = write(Image.new("RGB", (4, 2)), unchanged_output(contents.metadata))
    assert load(as_rgb)[0].picture.mode == "RGB"


def corpus_paths(folder: Path) -> list[Path]:
    paths = [path for path in sorted(folder.rglob("*.*")) if path.suffix in (".tif", ".tiff", ".btf")]
    return [path for path in paths if "corrupt" not in path.parts and path.name != "rgb32f_color.tiff"]


def test_the_corpus_comes_through_exactly(camera_photos: Path) -> None:
    assert len(corpus_paths(camera_photos)) >= 14
    for path in corpus_paths(camera_photos):
        contents, picture = load(path.read_bytes())
        result = write(picture, unchanged_output(contents.metadata))
        again, copy = load(result)
        assert is_same(picture, copy), path.name
        old, new = contents.metadata, again.metadata
        assert (old.exif, old.xmp, old.icc, old.photoshop) == (new.exif, new.xmp, new.icc, new.photoshop), path.name
        assert (old.orientation, old.density) == (new.orientation, new.density), path.name


def test_broken_files_of_the_corpus_are_refused(camera_photos: Path) -> None:
    with pytest.raises(PhotoError, match="floating-point"):
        load((camera_photos / "formats/codec-image-rs/rgb32f_color.tiff").read_bytes())
    with pytest.raises(ValueError):
        load((camera_photos / "corrupt/seek_too_large.tif").read_bytes())


STRUCTURE = (
    *("BitsPerSample", "Compression", "PhotometricInterpretation", "FillOrder", "StripOffsets", "SamplesPerPixel"),
    *("RowsPerStrip", "StripByteCounts", "PlanarConfiguration", "Predictor", "ColorMap", "JPEGTables"),
    *("OtherImageStart", "OtherImageLength", "PreviewImageStart", "PreviewImageLength", "PreviewImage"),
)


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_exiftool_finds_every_tag_unchanged(camera_photos: Path, tmp_path: Path) -> None:
    paths = [path for path in corpus_paths(camera_photos) if path.name != "multipage.tiff"]
    for path in paths:
        contents, picture = load(path.read_bytes())
        (tmp_path / path.name).write_bytes(write(picture, unchanged_output(contents.metadata)))
    was, now = _exiftool_lines(paths), _exiftool_lines([tmp_path / path.name for path in paths])
    for path in paths:
        lost, new = was[path.name] - now[path.name], now[path.name] - was[path.name]
        changed = {line for line in (lost | new) if line.partition("] ")[2].partition(":")[0] not in STRUCTURE}
        assert not changed, path.name


def _exiftool_lines(paths: list[Path]) -> dict[str, Counter[str]]:
    """The lines that exiftool prints for each file, without those about the file itself."""
    command = ["exiftool", "-a", "-u", "-n", "-G1", "-s", "-s", *map(str, paths)]
    output = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "TZ": "UTC"}).stdout
    told: dict[str, Counter[str]] = {}
    for line in output.decode("latin-1").splitlines():
        if line.startswith("======== "):
            name = Path(line[9:]).name
            told[name] = Counter()
        elif not line.startswith(("[System]", "[File]", "[ExifTool]")) and "files read" not in line:
            told[name][line] += 1
    return told
