"""XMP (ISO 16684-1, Adobe's XMP specification part 3), edited byte by byte so that all else in a packet stays as it is.

`rdf` finds properties, `packet` the orientation and the padding, `mark` holds uegan's provenance mark, `claims` what an
edit makes untrue, `extension` what a JPEG puts into a second document.
"""
