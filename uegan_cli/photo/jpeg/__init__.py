"""JPEG (ITU-T T.81, JFIF, and the application segments of Exif, XMP, ICC and Adobe).

`segments` is the container, `header` the metadata in it, `encoding` how the picture is compressed, `format` the whole.
"""
