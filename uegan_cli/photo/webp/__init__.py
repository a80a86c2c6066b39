"""WebP (RFC 9649), a RIFF container of chunks with a picture coded as VP8 (RFC 6386) or VP8L.

`format` is the container, its metadata and the whole; `vp8` reads the quality of a lossy picture.
"""
