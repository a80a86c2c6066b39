"""What can go wrong, and the exit code a shell script sees.

    UeganError            1   one line for the user: what, which file, the way out
    ├── PhotoError        1   a photo cannot be read or enhanced; the others go on
    ├── UsageError        2   options that do not fit together
    ├── NoInputError      3   nothing to work on
    ├── StyleError        4   a style is missing or invalid
    ├── DeviceError       5   a device or its memory is unavailable
    ├── DataSetError      6   a training folder is unusable
    └── OutputError       7   a result cannot be written

An exception outside this tree is a bug and stays loud.
"""

from __future__ import annotations


class UeganError(Exception):
    """An error the user can act on; its text is one complete line."""

    exit_code = 1


class PhotoError(UeganError):
    """A photo cannot be read or enhanced."""


class UsageError(UeganError):
    """Options or arguments that do not fit together."""

    exit_code = 2


class NoInputError(UeganError):
    """There is no photo to work on."""

    exit_code = 3


class StyleError(UeganError):
    """A style is missing, damaged or not a style."""

    exit_code = 4


class DeviceError(UeganError):
    """A device that was asked for is not there, or its memory is used up."""

    exit_code = 5


class DataSetError(UeganError):
    """The training photos cannot teach a style."""

    exit_code = 6


class OutputError(UeganError):
    """A result cannot be written: full disk, missing rights, a name already taken."""

    exit_code = 7
