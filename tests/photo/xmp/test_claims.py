"""Properties that an edit makes untrue are removed from a packet, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from uegan_cli.photo.reading import read_photo
from uegan_cli.photo.xmp import rdf
from uegan_cli.photo.xmp.claims import remove_untrue

PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:p="%b"%b><p:Stays>1</p:Stays>%b</rdf:Description></rdf:RDF></x:xmpmeta>'
)


def packet(namespace: str, attributes: bytes = b"", elements: bytes = b"") -> bytes:
    return PACKET % (namespace.encode(), attributes, elements)


@pytest.mark.parametrize(
    ("namespace", "name"),
    [
        ("http://ns.google.com/photos/1.0/camera/", b"MotionPhoto"),
        ("http://ns.google.com/photos/1.0/camera/", b"MotionPhotoPresentationTimestampUs"),
        ("http://ns.google.com/photos/1.0/camera/", b"MicroVideoOffset"),
        ("http://ns.oplus.com/photos/1.0/camera/", b"OLivePhotoVersion"),
        ("http://ns.xiaomi.com/photos/1.0/camera/", b"XMPMeta"),
        ("http://purl.org/dc/terms/", b"provenance"),
    ],
)
def test_untrue_properties_are_removed_as_attributes_and_elements_and_others_stay(namespace: str, name: bytes) -> None:
    plain = packet(namespace)
    assert remove_untrue(packet(namespace, b' p:%b="1"' % name)) == (plain, [])
    assert remove_untrue(packet(namespace, b"", b"<p:%b>1</p:%b>" % (name, name))) == (plain, [])
    assert remove_untrue(plain) == (plain, [])


@pytest.mark.parametrize(
    "namespace",
    [
        "http://ns.adobe.com/hdr-gain-map/1.0/",
        "http://ns.google.com/photos/1.0/container/",
        "http://ns.apple.com/HDRGainMap/1.0/",
        "http://ns.apple.com/pixeldatainfo/1.0/",
        "http://ns.google.com/photos/dd/1.0/device/",
    ],
)
def test_whole_namespaces_are_removed(namespace: str) -> None:
    assert rdf.properties(remove_untrue(packet(namespace, b' p:Version="1.0"'))[0]) == []


def test_pictures_in_the_packet_are_removed_and_named() -> None:
    image = packet("http://ns.google.com/photos/1.0/image/", b' p:Data="abcd"')
    assert remove_untrue(image)[1] == ["picture in its XMP (GImage)"] and b"abcd" not in remove_untrue(image)[0]
    picture = b'<rdf:li rdf:parseType="Resource"><g:image>abcd</g:image></rdf:li>'
    thumbnail = packet(
        "http://ns.adobe.com/xap/1.0/",
        b' xmlns:g="http://ns.adobe.com/xap/1.0/g/img/"',
        b"<p:Thumbnails><rdf:Alt>" + picture + b"</rdf:Alt></p:Thumbnails>",
    )
    without, told = remove_untrue(thumbnail)
    assert told == ["thumbnail in its XMP"] and b"abcd" not in without and b"<p:Stays>" in without


def test_a_depth_map_stays() -> None:
    depth = packet("http://ns.google.com/photos/1.0/depthmap/", b' p:Data="abcd"')
    assert remove_untrue(depth) == (depth, [])


def test_a_gain_map_of_the_corpus_is_no_longer_claimed(camera_photos: Path) -> None:
    before = read_photo(camera_photos / "mpf_gainmap" / "paris_exif_xmp_gainmap_bigendian.jpg").metadata.xmp
    assert before is not None
    after, _ = remove_untrue(before)
    said = {p.namespace for p in rdf.properties(before)} - {p.namespace for p in rdf.properties(after)}
    assert said == {
        "http://ns.adobe.com/hdr-gain-map/1.0/",
        "http://ns.google.com/photos/1.0/container/",
        "http://ns.google.com/photos/1.0/container/item/",
    }
    assert len(rdf.properties(after)) > 25
