"""The files of an earlier version, unpacked; README.md says what is in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from ..commands.conftest import uegan as uegan

Unpack = Callable[[str], Path]


@pytest.fixture
def unpack(tmp_path: Path) -> Unpack:
    """Unpacks an archive into a folder of its own, which it returns."""

    def into_folder(name: str) -> Path:
        folder = tmp_path / Path(name).stem
        with ZipFile(Path(__file__).with_name(name)) as archive:
            archive.extractall(folder)
        return folder

    return into_folder
