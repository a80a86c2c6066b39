"""Orientation, subject and padding of a packet are found."""

from __future__ import annotations

import pytest

from uegan_cli.photo.xmp.packet import find_about, read_orientation, strip_padding

PACKET = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<r:Description r:about="uuid:42" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:title="Lake"/>
</r:RDF></x:xmpmeta>%s<?xpacket end="w"?>"""


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (b'<a tiff:Orientation="6">', 6),
        (b"<tiff:Orientation>8</tiff:Orientation>", 8),
        (b'<a tiff:Orientation="17">', 1),
        (b"", 1),
        (None, 1),
    ],
)
def test_orientation_is_read(packet: bytes | None, expected: int) -> None:
    assert read_orientation(packet) == expected


def test_only_padding_is_stripped() -> None:
    assert strip_padding(PACKET % (b" " * 2000 + b"\n")) == PACKET % b"\n"
    assert strip_padding(PACKET % b"") == PACKET % b""


def test_the_subject_of_the_packet_is_found_with_its_quotes() -> None:
    assert find_about(PACKET % b"") == b'"uuid:42"'
    assert find_about((PACKET % b"").replace(b'"uuid:42"', b"'uuid:42'")) == b"'uuid:42'"
    assert find_about(b"no packet") == b'""'
