"""TIFF files (TIFF 6.0, BigTIFF) and the Exif blocks of all formats (CIPA DC-008), which have the same structure.

`format` reads and writes whole files. Below it: `ifd_reader` and `ifd_writer` know directories of tagged values,
`picture_layout` and `samples` the pixels, `pages` and `structure` everything but the pixels, `allocator` where new data
goes in an old file. `exif`, `exif_builder` and `exif_tags` read, build and summarise Exif blocks; `tag_numbers` and
`field_types` are the numbers of the standards.
"""
