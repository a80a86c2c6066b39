"""Brands tell formats apart before anything else is read."""

from __future__ import annotations

from uegan_cli.photo.bmff import avif, heif
from uegan_cli.photo.bmff.box_reader import read_brands
from uegan_cli.photo.bmff.box_writer import build_box

from .item_files import FTYP


def test_brands_are_read_with_the_major_one_first() -> None:
    assert read_brands(build_box("ftyp", FTYP) + b"more") == (b"heic", b"mif1", b"heic")
    assert read_brands(b"\xff\xd8\xff\xe0") == ()


def head(*brands: bytes) -> bytes:
    return build_box("ftyp", brands[0] + bytes(4) + b"".join(brands[1:]))


def test_formats_are_told_apart_by_their_brands() -> None:
    for brands in ((b"avif", b"mif1"), (b"avis",), (b"mif1", b"avif", b"miaf"), (b"msf1", b"avif")):
        assert avif.matches(head(*brands)) and not heif.matches(head(*brands))
    for brands in ((b"heic", b"mif1"), (b"mif1", b"heic"), (b"hevc", b"msf1"), (b"heix",)):
        assert heif.matches(head(*brands)) and not avif.matches(head(*brands))
    for brands in ((b"crx ", b"isom"), (b"isom", b"mp42"), (b"qt  ",)):
        assert not heif.matches(head(*brands)) and not avif.matches(head(*brands))
