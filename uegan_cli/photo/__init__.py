"""Photos and their files, without torch: read, understand, and write them with everything they hold besides pixels.

`reading` and `writing` are the doors. `photo` is the model, `formats` the list of formats, each with a folder of its
own (jpeg, png, tiff, webp, bmff for HEIF and AVIF, raw). Metadata: `output_metadata` plans those of a new file,
`privacy` removes positions, `provenance` reads the mark, `xmp`, `tiff.exif` and `photoshop` know the blocks.
"""
