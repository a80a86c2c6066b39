"""Properties are found with their byte ranges, and cut out alone."""

from __future__ import annotations

import pytest

from uegan_cli.photo.xmp import rdf
from uegan_cli.photo.xmp.rdf import cut, parse, properties

DC, XMP = "http://purl.org/dc/elements/1.1/", "http://ns.adobe.com/xap/1.0/"
PACKET = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk="kit"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<r:Description r:about="" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:xmp='http://ns.adobe.com/xap/1.0/'
  xmp:Rating="5" d:format='a > "b"'>
 <d:title><r:Alt><r:li xml:lang="x-default">Lake &amp; hill</r:li></r:Alt></d:title>
 <xmp:Empty/>
 <xmp:Thumbnails><r:Bag><r:li r:parseType="Resource"><d:title>inner</d:title></r:li></r:Bag></xmp:Thumbnails>
</r:Description></r:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def test_properties_are_found_as_elements_and_attributes_whatever_the_prefix() -> None:
    found = {(p.namespace, p.name, p.top): PACKET[slice(*p.value)] for p in properties(PACKET)}
    assert found[XMP, "Rating", True] == b"5"
    assert found[DC, "format", True] == b'a > "b"'
    assert found[DC, "title", True].startswith(b"<r:Alt>") and found[DC, "title", False] == b"inner"
    assert found[XMP, "Empty", True] == b""
    assert len(found) == 6


def test_the_range_of_a_property_is_the_whole_of_it() -> None:
    texts = [PACKET[p.start : p.end].strip() for p in properties(PACKET)]
    assert b'xmp:Rating="5"' in texts and b"<xmp:Empty/>" in texts
    assert b"<d:title>inner</d:title>" in texts


def test_cutting_removes_the_properties_and_nothing_else() -> None:
    gone = [p for p in properties(PACKET) if p.namespace == XMP]
    without = cut(PACKET, gone)
    expected = PACKET.replace(b'\n  xmp:Rating="5"', b"").replace(b"\n <xmp:Empty/>", b"")
    start, end = expected.index(b"\n <xmp:Thumbnails"), expected.index(b"</xmp:Thumbnails>") + 17
    assert without == expected[:start] + expected[end:]
    assert cut(PACKET, []) == PACKET


def test_a_property_within_a_cut_one_is_not_cut_twice() -> None:
    gone = [p for p in properties(PACKET) if p.name in ("title", "Thumbnails")]
    assert len(gone) == 3
    assert b"title>" not in cut(PACKET, gone) and b"</r:Description></r:RDF>" in cut(PACKET, gone)


def test_a_prefix_may_be_bound_anew_inside() -> None:
    packet = PACKET.replace(b"<d:title><r:Alt>", b'<d:title xmlns:d="urn:other"><r:Alt>')
    assert ("urn:other", "title") in [(p.namespace, p.name) for p in properties(packet)]


def test_text_that_looks_like_an_attribute_is_not_a_property() -> None:
    packet = PACKET.replace(b"<xmp:Empty/>", b'<xmp:Text >d:x="1"</xmp:Text>')
    assert "x" not in {p.name for p in properties(packet)}


@pytest.mark.parametrize("end", [b"", b"\0", b"\0\0\0", b"\n \0"])
def test_zeros_after_a_packet_do_no_harm(end: bytes) -> None:
    assert properties(PACKET + end) == properties(PACKET)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"no XML",
        PACKET[:300],
        PACKET.decode().encode("utf-16"),
        PACKET.replace(b"&amp;", b"\xff"),
        b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]>" + PACKET.split(b"\n", 1)[1],
        PACKET.replace(b"<xmp:Empty/>", b"<a:b>" * 300 + b"</a:b>" * 300),
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
    ],
)
def test_packets_that_are_not_rdf_are_left_alone(packet: bytes) -> None:
    assert parse(packet) is None and properties(packet) == []


def test_the_inner_range_lies_between_the_tags_of_rdf() -> None:
    document = parse(PACKET)
    assert document is not None
    assert PACKET[: document.inner[0]].endswith(b'syntax-ns#">') and PACKET[document.inner[1] :].startswith(b"</r:RDF>")


def test_rdf_itself_is_not_a_property() -> None:
    assert rdf.RDF not in {p.namespace for p in properties(PACKET)}
