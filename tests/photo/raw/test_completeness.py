"""Raws that do not hold all of their picture are refused before LibRaw makes noise of them."""

from __future__ import annotations

import io
import struct

import pytest

from uegan_cli.photo.photo import Pixels
from uegan_cli.photo.raw.completeness import check_complete
from uegan_cli.photo.raw.containers import RAF_SIGNATURE

from . import dng


def test_a_truncated_raf_is_refused() -> None:
    head = RAF_SIGNATURE.ljust(84, b"\0") + struct.pack(">6I", 108, 10, 118, 10, 128, 1000)
    with pytest.raises(ValueError, match="truncated"):
        check_complete(io.BytesIO(head.ljust(1000, b"\0")))
    check_complete(io.BytesIO(head.ljust(1128, b"\0")))


def test_a_truncated_dng_is_refused(picture: Pixels) -> None:
    whole = dng.dng(picture)
    check_complete(io.BytesIO(whole))
    with pytest.raises(ValueError, match="truncated"):
        check_complete(io.BytesIO(whole[:-1]))
