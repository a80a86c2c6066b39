"""How TIFF stores values: the field types of TIFF 6.0 (section 2) and BigTIFF, their sizes and struct codes."""

from __future__ import annotations

from enum import IntEnum


class FieldType(IntEnum):
    """The type of each value in a field."""

    BYTE = 1
    ASCII = 2
    SHORT = 3
    LONG = 4
    RATIONAL = 5
    SBYTE = 6
    UNDEFINED = 7
    SSHORT = 8
    SLONG = 9
    SRATIONAL = 10
    FLOAT = 11
    DOUBLE = 12
    IFD = 13
    LONG8 = 16
    SLONG8 = 17
    IFD8 = 18


VALUE_SIZES: dict[int, int] = {
    FieldType.BYTE: 1,
    FieldType.ASCII: 1,
    FieldType.SHORT: 2,
    FieldType.LONG: 4,
    FieldType.RATIONAL: 8,
    FieldType.SBYTE: 1,
    FieldType.UNDEFINED: 1,
    FieldType.SSHORT: 2,
    FieldType.SLONG: 4,
    FieldType.SRATIONAL: 8,
    FieldType.FLOAT: 4,
    FieldType.DOUBLE: 8,
    FieldType.IFD: 4,
    FieldType.LONG8: 8,
    FieldType.SLONG8: 8,
    FieldType.IFD8: 8,
}
"""Bytes of one value of each type."""

INTEGER_CODES: dict[int, str] = {
    FieldType.BYTE: "B",
    FieldType.SHORT: "H",
    FieldType.LONG: "I",
    FieldType.SBYTE: "b",
    FieldType.SSHORT: "h",
    FieldType.SLONG: "i",
    FieldType.IFD: "I",
    FieldType.LONG8: "Q",
    FieldType.SLONG8: "q",
    FieldType.IFD8: "Q",
}
"""The `struct` code of each type of integers."""

CLASSIC_TYPES: dict[int, FieldType] = {
    FieldType.LONG8: FieldType.LONG,
    FieldType.SLONG8: FieldType.SLONG,
    FieldType.IFD8: FieldType.IFD,
}
"""The types that only BigTIFF has, each with its counterpart in a classic TIFF or an Exif block."""
