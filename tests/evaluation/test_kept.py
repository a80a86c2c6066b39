from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.commands.conftest import environment
from uegan_cli.evaluation.measurement_cache import keeping


def test_what_was_put_comes_back_the_next_time(tmp_path: Path) -> None:
    with keeping(tmp_path / "below" / "kept.sqlite") as kept:
        kept.put("a", np.array([1.5, np.inf]))
        kept.put("b", np.float32([2]))
    with keeping(tmp_path / "below" / "kept.sqlite") as kept:
        assert kept.get("a").tolist() == [1.5, np.inf]
        assert kept.get("b").dtype == np.float32
        assert kept.get("c") is None


def test_a_file_that_is_no_data_base_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    file.write_bytes(b"not a data base at all, " * 100)
    with keeping(file) as kept:
        kept.put("a", np.array([1.0]))
        assert kept.get("a") is not None


def test_where_nothing_can_be_kept_things_go_on(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for place in (None, blocked / "kept.sqlite"):
        with keeping(place) as kept:
            kept.put("a", np.array([1.0]))
            assert kept.get("a") is None


def test_what_another_version_has_measured_is_forgotten(tmp_path: Path) -> None:
    with keeping(tmp_path / "k", version="1") as kept:
        kept.put("a", np.array([1.0]))
    with keeping(tmp_path / "k", version="2") as kept:
        assert kept.get("a") is None
    with keeping(tmp_path / "k", version="1") as kept:
        assert kept.get("a") is None, "nor does it fill the disk"


def test_what_is_measured_afresh_is_what_is_found_the_next_time(tmp_path: Path) -> None:
    for fresh, value in ((False, 1.0), (True, 2.0)):
        with keeping(tmp_path / "k", fresh) as kept:
            assert kept.get("a") is None
            kept.put("a", np.array([value]))
    with keeping(tmp_path / "k") as kept:
        assert kept.get("a") == [2.0]


PUT = """
import os, sys
from pathlib import Path
import numpy as np
from uegan_cli.evaluation.kept import keeping
with keeping(Path(sys.argv[1])) as kept:
    for number in range(50):
        kept.put(str(number), np.array([float(number)]))
    os._exit(9)
"""


def test_a_killed_process_leaves_what_it_had_put(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    assert subprocess.run([sys.executable, "-c", PUT, str(file)], env=environment(), check=False).returncode == 9
    with keeping(file) as kept:
        assert [kept.get(str(number)).tolist() for number in range(50)] == [[float(number)] for number in range(50)]
