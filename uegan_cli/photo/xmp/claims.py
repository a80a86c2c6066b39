"""XMP properties that an edit makes untrue: gain maps, videos and thumbnails that belong to the unedited picture."""

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
"""Namespace, and a pattern for the start of the property's name, of claims that data lie beside the picture: a gain
map, a video, more pictures, content credentials. The readers of the formats leave out the data itself, and warn.
"""

_OLD_PICTURES = (
    (_GOOGLE + "image/", "", "picture in its XMP (GImage)"),
    ("http://ns.adobe.com/xap/1.0/", "Thumbnails$", "thumbnail in its XMP"),
)
"""The same of properties that contain a picture, with its name for a warning."""


def remove_untrue(packet: bytes) -> tuple[bytes, list[str]]:
    """Return the packet without what an edit makes untrue, and the names of the pictures removed with it.

    A depth map (GDepth) in the packet stays: an edit of colours does not change it.
    """
    found = rdf.properties(packet)
    old = [(p, picture) for p in found for namespace, name, picture in _OLD_PICTURES if _matches(p, namespace, name)]
    untrue = [p for p in found if any(_matches(p, namespace, name) for namespace, name in _UNTRUE)]
    return rdf.cut(packet, [*untrue, *(p for p, _ in old)]), list(dict.fromkeys(picture for _, picture in old))


def _matches(p: rdf.Property, namespace: str, name: str) -> bool:
    return p.namespace == namespace and re.match(name, p.name) is not None
