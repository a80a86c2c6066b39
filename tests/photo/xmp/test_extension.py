"""A packet is split and merged without losing a property."""

from __future__ import annotations

import random
from hashlib import md5
from pathlib import Path

import pytest

from uegan_cli.photo.jpeg import format as jpeg
from uegan_cli.photo.xmp import packet as xmp_packet
from uegan_cli.photo.xmp import rdf
from uegan_cli.photo.xmp.extension import (
    HEADER,
    is_part,
    join_segments,
    merge,
    set_extension_name,
    split,
    split_into_segments,
)

PACKET = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b"<r:Description r:about='uuid:42' xmlns:a=\"urn:a'&quot;\" xmlns:b='urn:b' a:short=\"1\" b:long='%b'>"
    b"<b:list><r:Seq><r:li a:x='1'>%b</r:li></r:Seq></b:list><a:last>z</a:last>"
    b'</r:Description></r:RDF></x:xmpmeta>%b<?xpacket end="w"?>'
)
LONG = PACKET % (b"v" * 3000, b"w" * 5000, b" " * 900)


def said(*packets: bytes | None) -> list[tuple[str, str, bytes]]:
    found = [(p.namespace, p.name, q[slice(*p.value)]) for q in packets if q for p in rdf.properties(q)]
    return sorted(p for p in found if p[1] != "HasExtendedXMP")


def halves(room: int) -> tuple[bytes, bytes]:
    parts = split(LONG, room)
    assert parts is not None and parts[1] is not None
    return parts[0], parts[1]


@pytest.mark.parametrize("room", [8000, 5000, 1500, 800])
def test_a_long_packet_is_split_and_merged_again(room: int) -> None:
    main, extension = halves(room)
    assert len(main) <= room and said(main, extension) == said(LONG)
    assert md5(extension).hexdigest().upper().encode() in main
    assert xmp_packet.find_about(main) == xmp_packet.find_about(extension) == b"'uuid:42'"
    whole = merge(main, extension)
    assert whole is not None and said(whole) == said(LONG) and b"HasExtendedXMP" not in whole
    assert rdf.parse(whole) is not None


def test_the_largest_properties_move_first() -> None:
    assert {p[1] for p in said(halves(6000)[1])} == {"list", "x"}
    assert {p[1] for p in said(halves(2500)[1])} == {"list", "x", "long"}


def test_padding_is_removed_before_properties_move() -> None:
    main, extension = split(LONG, len(LONG) - 500) or (b"", b"")
    assert extension is None and said(main) == said(LONG) and len(main) < len(LONG) - 800


def test_packets_that_cannot_be_split_give_none() -> None:
    assert split(LONG, 300) is None
    assert split(b"<broken" * 100, 300) is None and merge(b"<broken", LONG) is None and merge(LONG, b"") is None


def test_segments_are_joined_in_any_order_and_with_others_among_them() -> None:
    main, extension = halves(800)
    parts = split_into_segments(extension, 1000)
    assert len(parts) > 8 and max(map(len, parts)) == 1000 and all(part.startswith(HEADER) for part in parts)
    other = split_into_segments(b"another", 1000)
    shuffled = [*parts, *other, b"Exif\0\0"]
    random.Random(0).shuffle(shuffled)
    assert join_segments(shuffled, main) == extension
    assert join_segments([*shuffled, parts[3]], main) == extension
    assert is_part(parts[0], main) and not is_part(other[0], main) and not is_part(parts[0], None)


def test_an_extension_with_a_missing_part_is_not_joined() -> None:
    main, extension = halves(800)
    parts = split_into_segments(extension, 1000)
    for n in range(len(parts)):
        assert join_segments(parts[:n] + parts[n + 1 :], main) is None
    assert (
        join_segments(parts, PACKET % (b"", b"", b"")) is None
        and join_segments(parts, None) is None
        and join_segments([], main) is None
    )
    assert join_segments([part[:60] for part in parts], main) is None


def test_the_main_packet_names_another_extension_in_its_place() -> None:
    main, _ = halves(800)
    renamed = set_extension_name(main, b"another")
    assert len(renamed) == len(main) and join_segments(split_into_segments(b"another", 1000), renamed) == b"another"
    assert b"HasExtendedXMP" not in set_extension_name(main, None) and said(set_extension_name(main, None)) == said(
        main
    )


def test_an_extension_name_of_another_length_does_no_harm() -> None:
    note = b"<r:Description xmlns:n='http://ns.adobe.com/xmp/note/' n:HasExtendedXMP='%b'/>"
    packet = LONG.replace(b"<r:Desc", note % b"12" + note % (b"3" * 50) + b"<r:Desc", 1)
    for renamed in (set_extension_name(packet, b"another"), (split(packet, 2000) or (b"",))[0]):
        assert rdf.parse(renamed) is not None


def test_the_extension_of_a_real_photo_is_whole(camera_photos: Path) -> None:
    with (camera_photos / "xmp_iptc" / "paris_extended_xmp.jpg").open("rb") as file:
        metadata = jpeg.read_metadata(file)
    assert metadata.extension is not None and len(metadata.extension) > 130_000
    assert metadata.xmp is not None and md5(metadata.extension).hexdigest().upper().encode() in metadata.xmp
