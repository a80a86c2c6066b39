"""PNG (W3C Portable Network Graphics, third edition).

`chunks` is the container, `metadata` what the chunks around the picture hold, `colours` what they say of its colour
space, `format` the whole.
"""
