"""The provenance mark is read as it was written, and the rest of the packet stays as it is."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.xmp import rdf
from uegan_cli.photo.xmp.mark import Mark, add_mark, read_mark, remove_mark

MARK = Mark("natural", "0123abcd", 0.75)
PACKET = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<r:Description r:about="uuid:42" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:title="Lake"/>
</r:RDF></x:xmpmeta>%s<?xpacket end="w"?>"""


def marked(packet: bytes | None, mark: Mark = MARK) -> bytes:
    result = add_mark(packet, mark)
    assert result is not None
    ElementTree.fromstring(re.sub(rb"<\?xpacket.*?\?>", b"", result).strip(b"\0 \n"))
    return result


@pytest.mark.parametrize(
    "mark", [MARK, Mark('a "b" <c> & d', "", 0), Mark("été 日本", "f" * 64, 1), Mark("it's", "x", 1 / 3, "work 7")]
)
@pytest.mark.parametrize("packet", [None, PACKET % b"", PACKET % (b" " * 2000)])
def test_a_mark_is_read_as_it_was_written(mark: Mark, packet: bytes | None) -> None:
    found = read_mark(marked(packet, mark))
    assert found is not None and (found.style, found.style_hash, found.work_key) == (
        mark.style,
        mark.style_hash,
        mark.work_key,
    )
    assert found.strength == pytest.approx(mark.strength, abs=1e-5)


def test_the_rest_of_a_packet_is_untouched_and_its_length_kept_by_the_padding() -> None:
    packet = PACKET % (b"\n" + b" " * 2000 + b"\n")
    result = marked(packet)
    assert len(result) == len(packet)
    added = re.search(rb"<r:Description [^>]*uegan[^>]*/>\n", result)
    assert added is not None
    without = result[: added.start()] + result[added.end() :]
    assert without.split() == packet.split()


def test_a_packet_without_padding_grows() -> None:
    assert len(marked(PACKET % b"")) > len(PACKET % b"")


def test_the_mark_is_about_what_the_packet_is_about() -> None:
    assert marked(PACKET % b"").count(b'r:about="uuid:42"') == 2


def test_a_new_mark_takes_the_place_of_the_old_one() -> None:
    once = marked(PACKET % b"")
    again = marked(marked(once, Mark("some", "98", 1, "job")), Mark("other", "99", 0.5))
    assert again.count(b"uegan:Style=") == 1
    assert read_mark(again) == Mark("other", "99", 0.5)
    assert marked(again) == once


def test_a_mark_is_found_where_another_program_wrote_the_packet_anew() -> None:
    rewritten = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about='' xmlns:u='urn:uegan:provenance:1.0:'>
    <u:Strength>0.75</u:Strength><u:Style>natural</u:Style><u:StyleHash>0123abcd</u:StyleHash>
    </rdf:Description></rdf:RDF></x:xmpmeta>"""
    assert read_mark(rewritten) == MARK
    assert read_mark(marked(rewritten, Mark("other", "99", 0.5))) == Mark("other", "99", 0.5)


@pytest.mark.parametrize("packet", [b"no packet", (PACKET % b"").decode().encode("utf-16"), b"<x:xmpmeta>"])
def test_packets_without_an_end_of_rdf_take_no_mark(packet: bytes) -> None:
    assert add_mark(packet, MARK) is None and read_mark(packet) is None


@pytest.mark.parametrize("packet", [None, b"", PACKET % b"", b'xmlns:u="urn:uegan:provenance:1.0:" u:Strength="much"'])
def test_no_mark_is_found_where_there_is_none(packet: bytes | None) -> None:
    assert read_mark(packet) is None


def test_packets_of_cameras_and_editors_take_a_mark(camera_files: list[Path]) -> None:
    packets = [packet for path in camera_files if (packet := read_photo(path).metadata.xmp)]
    taken = [packet for packet in packets if read_mark(add_mark(packet, MARK)) == MARK]
    assert len(packets) > 10 and len(packets) - len(taken) <= 1


def test_removing_the_mark_restores_the_packet() -> None:
    assert remove_mark(marked(PACKET % b"")) == PACKET % b"" == remove_mark(PACKET % b"")


def test_a_packet_without_rdf_takes_a_mark() -> None:
    hollow = b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/" key="value" /><?xpacket end="w"?>'
    assert read_mark(marked(hollow)) == MARK and b' key="value">' in marked(hollow)


def test_a_mark_is_added_to_and_read_from_xml_that_is_not_well_formed() -> None:
    latin_1 = (PACKET % b"").replace(b"Lake", b"\xe9t\xe9")
    result = add_mark(latin_1, MARK)
    assert rdf.parse(latin_1) is None and result is not None
    assert read_mark(result) == MARK and remove_mark(result) == latin_1
