"""The tree of errors, each with the exit code that a shell script sees.

    UeganError            1   one line for the user: the file, the problem, the remedy
    ├── PhotoError        1   a photo cannot be read or enhanced; the others continue
    ├── VotesError        1   in `evaluation.user_study`: a file of votes cannot be used
    ├── UsageError        2   options that contradict each other
    ├── NoInputError      3   no photos to work on
    ├── StyleError        4   a style is missing or invalid
    ├── DeviceError       5   a device is unavailable, or its memory is exhausted
    ├── DataSetError      6   the training photos are unusable
    └── OutputError       7   an output cannot be written

Any other exception is a bug and ends in a traceback.
"""

from __future__ import annotations


class UeganError(Exception):
    """An error that the user can act on; its message is one complete line."""

    exit_code = 1


class PhotoError(UeganError):
    """A photo cannot be read or enhanced."""


class UsageError(UeganError):
    """Options or arguments contradict each other or are out of range."""

    exit_code = 2


class NoInputError(UeganError):
    """There are no photos to work on."""

    exit_code = 3


class StyleError(UeganError):
    """A style is missing, damaged or no style at all."""

    exit_code = 4


class DeviceError(UeganError):
    """A requested device is unavailable, or its memory is exhausted."""

    exit_code = 5


class DataSetError(UeganError):
    """The training photos cannot teach a style."""

    exit_code = 6


class OutputError(UeganError):
    """An output cannot be written: full disk, missing permission, a name that is taken."""

    exit_code = 7
