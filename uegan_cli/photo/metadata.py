"""What a photo's file says besides its pixels: read as bytes, carried over as bytes.

What changes on the way is what would be untrue: thumbnails show the new picture or go, XMP no longer claims a gain map
or a video, and takes uegan's mark. And what the user wants to go.
"""

from __future__ import annotations

import io
import os
from dataclasses import replace

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from ..errors import PhotoError
from . import colour, photoshop, privacy
from .formats import FORMATS, sniff
from .photo import Keep, Metadata, OutputMetadata, Photo, Pixels
from .tiff import exif
from .xmp import claims as xmp_claims
from .xmp import extension as xmp_extension
from .xmp import packet as xmp
from .xmp import rdf
from .xmp.packet import Mark

_THUMBNAIL_SIDE = 160
_LARGEST_THUMBNAIL_SIDE = 2048
"""What is larger was made up: it would not have fitted into Exif."""

_WITH_PHOTOSHOP = ("JPEG", "TIFF")


def read_mark(path: str | os.PathLike[str]) -> Mark | None:
    """The provenance mark of a photo, its pixels not decoded; None without one and in whatever is not a photo.

    Raises PhotoError where the file cannot be opened.
    """
    if not os.path.isfile(path):
        raise PhotoError(f"{os.fspath(path)}: no such file")
    try:
        with open(path, "rb") as file:
            format = sniff(file)
            metadata = FORMATS[format].read_metadata(file) if format else Metadata("")
    except OSError as error:
        raise PhotoError(f"{os.fspath(path)}: cannot be opened: {error.strerror}") from error
    return mark_of(metadata)


def mark_of(metadata: Metadata) -> Mark | None:
    """The provenance mark among what a file says."""
    # A packet that could not be added to is followed by one of our own.
    packets = [metadata.xmp, *(segment.data for segment in metadata.segments)]
    return next((mark for mark in map(xmp.read_mark, packets) if mark), None)


def plan_output_metadata(
    photo: Photo, format: str, mark: Mark | None, keep: Keep
) -> tuple[OutputMetadata, tuple[str, ...]]:
    """What a new file of `format` says, its thumbnail still the old one, and what the user should know was lost."""
    said = photo.metadata
    source, warnings = _reduced(replace(said, density=said.density or exif.read_density(said.exif)), keep)
    packet, extension, old = _true_xmp(source)
    warnings += [f"the {words} shows the unedited picture and was left out" for words in old]
    lost = FORMATS[source.format].lost(source) if source.format not in ("", format) else []
    if source.photoshop and format not in _WITH_PHOTOSHOP:
        lost = ["IPTC" if photoshop.iptc(source.photoshop) else "Photoshop data", *lost]
    if extension and format != "JPEG":
        whole = xmp_extension.merged(packet or b"", extension)
        packet, extension = whole or packet, None
        lost += [] if whole else ["XMP extension"]
    packets = _packets(packet, mark)
    output = OutputMetadata(
        source=source,
        exif=source.exif,
        packets=packets,
        icc=photo.profile,
        extension=extension,
        photoshop=photoshop.without_thumbnails(source.photoshop) if source.photoshop else None,
        orientation=_orientation(source, format, packets),
        keep=keep,
    )
    return output, (*warnings, *_told(lost, format))


def refresh_thumbnail(output: OutputMetadata, picture: Image.Image | Pixels) -> OutputMetadata:
    """The Exif thumbnail shows `picture`, as stored; where that is impossible, there is none."""
    if not output.exif:
        return output
    place = exif.find_thumbnail(output.exif)
    small = _thumbnail(_image(picture), output.exif[place[0] : place[1]]) if place else None
    fresh = exif.replace_thumbnail(output.exif, place, small) if place and small else None
    return replace(output, exif=fresh or exif.unlink_thumbnail(output.exif))


def _told(lost: list[str], format: str) -> tuple[str, ...]:
    return (f"its {' and '.join(dict.fromkeys(lost))} cannot be kept in a {format} file",) if lost else ()


def _reduced(source: Metadata, keep: Keep) -> tuple[Metadata, list[str]]:
    """What is to be kept at all."""
    if keep == "all":
        return source, []
    if keep == "none":
        across = source.density[::-1] if source.density and source.orientation >= 5 else source.density
        return Metadata(source.format, orientation=1, density=across, encoding=source.encoding), []
    return privacy.remove_positions(source)


def _true_xmp(source: Metadata) -> tuple[bytes | None, bytes | None, list[str]]:
    """The packet and its extension without what is untrue now, and pictures that were in them, in words."""
    packet, old = xmp_claims.true_part(source.xmp) if source.xmp else (None, [])
    extension, older = xmp_claims.true_part(source.extension) if source.extension else (None, [])
    if packet and extension != source.extension:
        extension = extension if extension and rdf.properties(extension) else None
        packet = xmp_extension.naming(packet, extension)
    return packet, extension, list(dict.fromkeys(old + older))


def _orientation(source: Metadata, format: str, packets: tuple[bytes, ...]) -> int:
    """How the picture has to be stored: of another format's words on it, only Exif's and XMP's are carried over."""
    if source.format in ("", format):
        return source.orientation
    return exif.read_orientation(source.exif) or xmp.orientation(packets[0] if packets else None)


def _image(picture: Image.Image | Pixels) -> Image.Image:
    """The picture with 8 bits a channel."""
    if isinstance(picture, Image.Image):
        return picture
    bands = colour.to_8_bits(picture)
    return Image.fromarray(bands.squeeze(2) if bands.shape[2] == 1 else bands)


def _thumbnail(image: Image.Image, old: bytes) -> bytes | None:
    """A JPEG of `image` as large as `old` in pixels and no larger in bytes; None if it cannot be."""
    try:
        side = max(JpegImageFile(io.BytesIO(old)).size)
    except (OSError, ValueError, SyntaxError):
        side = 0
    side = side if 0 < side <= _LARGEST_THUMBNAIL_SIDE else _THUMBNAIL_SIDE
    scale = min(1.0, side / max(image.size))
    width, height = (max(1, round(length * scale)) for length in image.size)
    small = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0).convert(image.mode.rstrip("A"))
    for quality in (90, 80, 65, 50, 30, 15):
        file = io.BytesIO()
        small.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= len(old):
            return file.getvalue()
    return None


def _packets(packet: bytes | None, mark: Mark | None) -> tuple[bytes, ...]:
    """The XMP packets to write: the input's with the mark in it, or, where it takes none, a second one with it."""
    own = (packet,) if packet else ()
    if mark is None:
        return own
    marked = xmp.with_mark(packet, mark)
    if marked is None:
        alone = xmp.with_mark(None, mark)
        assert alone is not None
        return (*own, alone)
    return (marked,)
