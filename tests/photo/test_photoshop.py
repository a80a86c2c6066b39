"""Photoshop's resources lose their thumbnails and nothing else; the IPTC record is found."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from uegan_cli.photo.photoshop import build_iptc_block, find_iptc, remove_thumbnails, resources
from uegan_cli.photo.reading import read_photo


def resource(number: int, data: bytes, name: bytes = b"", kind: bytes = b"8BIM") -> bytes:
    title = bytes([len(name)]) + name
    title += bytes(len(title) % 2)
    return kind + struct.pack(">H", number) + title + struct.pack(">I", len(data)) + data + bytes(len(data) % 2)


RECORD = b"\x1c\x02\x05\0\4Lake"
BLOCK = (
    resource(0x03ED, b"resolution12")
    + resource(0x040C, b"thumbnail")
    + resource(0x0404, RECORD, b"odd")
    + resource(0x0409, b"older thumbnail!", b"even")
    + resource(1, b"x", kind=b"MeSa")
)


def test_only_thumbnails_are_removed() -> None:
    expected = resource(0x03ED, b"resolution12") + resource(0x0404, RECORD, b"odd") + resource(1, b"x", kind=b"MeSa")
    assert remove_thumbnails(BLOCK) == expected == remove_thumbnails(expected)


def test_resources_take_all_of_the_block() -> None:
    spans = [(start, end) for _, start, end, _ in resources(BLOCK)]
    assert spans[0][0] == 0 and spans[-1][1] == len(BLOCK)
    assert all(end == start for (_, end), (start, _) in zip(spans, spans[1:], strict=False))


def test_iptc_is_found_in_blocks_and_built_into_one() -> None:
    assert (
        find_iptc(BLOCK) == RECORD == find_iptc(build_iptc_block(RECORD))
        and find_iptc(build_iptc_block(b"odd")) == b"odd"
    )
    assert build_iptc_block(RECORD) == resource(0x0404, RECORD)
    assert find_iptc(resource(0x03ED, b"resolution")) is None


@pytest.mark.parametrize("length", range(0, len(BLOCK), 7))
def test_a_block_that_is_cut_short_keeps_what_is_left(length: int) -> None:
    block = remove_thumbnails(BLOCK[:length])
    assert len(block) <= length and BLOCK.startswith(BLOCK[: min(length, 24)])
    assert block.endswith(BLOCK[length - 3 : length]) or b"thumbnail" in BLOCK[:length]


def test_blocks_of_the_corpus_lose_their_thumbnail_alone(camera_photos: Path) -> None:
    for name in ("icc/Canon_EOS_7D_AdobeRGB.jpg", "xmp_iptc/BlueSquare.jpg", "icc/rgb.jpg"):
        before = read_photo(camera_photos / name).metadata.photoshop
        assert before is not None
        after = {number: data for number, _, _, data in resources(remove_thumbnails(before))}
        assert after == {number: data for number, _, _, data in resources(before) if number != 0x040C}, name
        assert 0x040C in {number for number, _, _, _ in resources(before)}
