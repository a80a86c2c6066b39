"""The metadata of an enhanced photo: planned from those of its input, which are carried over byte for byte.

What an edit makes untrue changes: the Exif thumbnail is renewed (`thumbnail`), others go, XMP loses its
claims of gain maps and videos, and gets the provenance mark. What the user does not want to keep is left out.
"""

from __future__ import annotations

from dataclasses import replace

from . import photoshop, privacy
from .formats import FORMATS
from .photo import Keep, Metadata, OutputMetadata, Photo
from .tiff import exif
from .xmp import claims as xmp_claims
from .xmp import extension as xmp_extension
from .xmp import packet as xmp_packet
from .xmp import rdf
from .xmp.mark import Mark, add_mark

_FORMATS_WITH_PHOTOSHOP = ("JPEG", "TIFF")


def plan_output_metadata(
    photo: Photo, format: str, mark: Mark | None, keep: Keep
) -> tuple[OutputMetadata, tuple[str, ...]]:
    """Return the metadata of a new file of `format`, still with the old thumbnail, and warnings of what is lost."""
    known = replace(photo.metadata, density=photo.metadata.density or exif.read_density(photo.metadata.exif))
    source, warnings = _reduce(known, keep)
    packet, extension, pictures = _true_xmp(source)
    warnings += [f"the {picture} shows the unedited picture and was left out" for picture in pictures]
    lost = FORMATS[source.format].lost(source) if source.format not in ("", format) else []
    if source.photoshop and format not in _FORMATS_WITH_PHOTOSHOP:
        lost = ["IPTC" if photoshop.find_iptc(source.photoshop) else "Photoshop data", *lost]
    if extension and format != "JPEG":
        whole = xmp_extension.merge(packet or b"", extension)
        packet, extension = whole or packet, None
        lost += [] if whole else ["XMP extension"]
    packets = _packets(packet, mark)
    output = OutputMetadata(
        source=source,
        exif=source.exif,
        packets=packets,
        icc=photo.profile,
        extension=extension,
        photoshop=photoshop.remove_thumbnails(source.photoshop) if source.photoshop else None,
        orientation=_orientation(source, format, packets),
        keep=keep,
    )
    return output, (*warnings, *_loss_warning(lost, format))


def _loss_warning(lost: list[str], format: str) -> tuple[str, ...]:
    return (f"its {' and '.join(dict.fromkeys(lost))} cannot be kept in a {format} file",) if lost else ()


def _reduce(source: Metadata, keep: Keep) -> tuple[Metadata, list[str]]:
    """Return the metadata that the user wants to keep, and warnings of what else had to go."""
    if keep == "all":
        return source, []
    if keep == "none":
        upright = source.density[::-1] if source.density and source.orientation >= 5 else source.density
        return Metadata(source.format, orientation=1, density=upright, encoding=source.encoding), []
    return privacy.remove_positions(source)


def _true_xmp(source: Metadata) -> tuple[bytes | None, bytes | None, list[str]]:
    """Return packet and extension without what the edit makes untrue, and the names of the pictures removed."""
    packet, old = xmp_claims.remove_untrue(source.xmp) if source.xmp else (None, [])
    extension, older = xmp_claims.remove_untrue(source.extension) if source.extension else (None, [])
    if packet and extension != source.extension:
        extension = extension if extension and rdf.properties(extension) else None
        packet = xmp_extension.set_extension_name(packet, extension)
    return packet, extension, list(dict.fromkeys(old + older))


def _orientation(source: Metadata, format: str, packets: tuple[bytes, ...]) -> int:
    """Return the orientation to store the picture in: the one that the new file's metadata will state.

    In another format only Exif and XMP can state it; what the old container stated is lost.
    """
    if source.format in ("", format):
        return source.orientation
    return exif.read_orientation(source.exif) or xmp_packet.read_orientation(packets[0] if packets else None)


def _packets(packet: bytes | None, mark: Mark | None) -> tuple[bytes, ...]:
    """Return the XMP packets to write: the input's with the mark, or, if none can be added to it, a second with it."""
    own = (packet,) if packet else ()
    if mark is None:
        return own
    marked = add_mark(packet, mark)
    if marked is None:
        alone = add_mark(None, mark)
        assert alone is not None
        return (*own, alone)
    return (marked,)
