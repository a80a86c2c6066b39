"""The losses of section III-C, one file an equation."""
