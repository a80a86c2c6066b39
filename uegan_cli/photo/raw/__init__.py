"""Camera raws, which are read and never written: DNG, TIFF/EP and makers' variants of TIFF, Fujifilm's RAF, Canon's CR3
(boxes of ISO/IEC 14496-12), Minolta's MRW, and whatever else LibRaw knows.

`format` develops them with LibRaw and `exposure` makes them as bright as their previews. `detection` tells them from
TIFF files, `completeness` refuses truncated ones. `metadata` reads Exif, XMP and IPTC, with `containers` for RAF and
MRW and `maker_notes` for makers' own data; `developed_exif` adjusts Exif to the developed picture.
"""
