"""XMP properties that are no longer true of an edited picture: which they are, and a packet without them."""

from __future__ import annotations

import re

from . import rdf

_GOOGLE = "http://ns.google.com/photos/1.0/"
_UNTRUE = (
    ("http://ns.adobe.com/hdr-gain-map/1.0/", ""),
    ("http://ns.apple.com/HDRGainMap/1.0/", ""),
    ("http://ns.apple.com/pixeldatainfo/1.0/", ""),
    (_GOOGLE + "container/", ""),
    (_GOOGLE + "camera/", "MotionPhoto|MicroVideo"),
    ("http://ns.google.com/photos/dd/1.0/device/", ""),
    ("http://ns.oplus.com/photos/1.0/camera/", "MotionPhoto|OLivePhoto|VideoLength"),
    ("http://ns.xiaomi.com/photos/1.0/camera/", "XMPMeta"),
    ("http://purl.org/dc/terms/", "provenance$"),
)
"""Namespaces, and how the properties start, that tell of data beside the picture: gain maps, videos, a row of pictures,
content credentials. The data is left out, and the user told, by whoever reads the format."""

_OLD_PICTURES = (
    (_GOOGLE + "image/", "", "picture in its XMP (GImage)"),
    ("http://ns.adobe.com/xap/1.0/", "Thumbnails$", "thumbnail in its XMP"),
)
"""Those that hold a picture themselves."""


def true_part(packet: bytes) -> tuple[bytes, list[str]]:
    """The packet without what is untrue of an edited picture, and what of that was a picture itself, in words.

    A depth map (GDepth) that is in the packet stays: it is as true as before.
    """
    found = rdf.properties(packet)
    old = [(p, words) for p in found for namespace, tag, words in _OLD_PICTURES if _is(p, namespace, tag)]
    gone = [p for p in found if any(_is(p, namespace, tag) for namespace, tag in _UNTRUE)]
    return rdf.cut(packet, [*gone, *(p for p, _ in old)]), list(dict.fromkeys(words for _, words in old))


def _is(p: rdf.Property, namespace: str, tag: str) -> bool:
    return p.namespace == namespace and re.match(tag, p.name) is not None
