from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.commands.conftest import environment
from uegan_cli.evaluation.measurement_cache import open_cache


def test_values_are_found_the_next_time(tmp_path: Path) -> None:
    with open_cache(tmp_path / "below" / "cache.sqlite") as cache:
        cache.put("a", np.array([1.5, np.inf]))
        cache.put("b", np.float32([2]))
    with open_cache(tmp_path / "below" / "cache.sqlite") as cache:
        assert cache.get("a").tolist() == [1.5, np.inf]
        assert cache.get("b").dtype == np.float32
        assert cache.get("c") is None


def test_a_file_that_is_not_a_database_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "cache.sqlite"
    file.write_bytes(b"not a database at all, " * 100)
    with open_cache(file) as cache:
        cache.put("a", np.array([1.0]))
        assert cache.get("a") is not None


def test_an_unwritable_cache_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for file in (None, blocked / "cache.sqlite"):
        with open_cache(file) as cache:
            cache.put("a", np.array([1.0]))
            assert cache.get("a") is None


def test_values_of_another_version_are_deleted(tmp_path: Path) -> None:
    with open_cache(tmp_path / "k", version="1") as cache:
        cache.put("a", np.array([1.0]))
    with open_cache(tmp_path / "k", version="2") as cache:
        assert cache.get("a") is None
    with open_cache(tmp_path / "k", version="1") as cache:
        assert cache.get("a") is None, "it takes no disk space either"


def test_a_fresh_run_reads_no_values_and_stores_its_own(tmp_path: Path) -> None:
    for fresh, value in ((False, 1.0), (True, 2.0)):
        with open_cache(tmp_path / "k", fresh) as cache:
            assert cache.get("a") is None
            cache.put("a", np.array([value]))
    with open_cache(tmp_path / "k") as cache:
        assert cache.get("a") == [2.0]


PUT_AND_DIE = """
import os, sys
from pathlib import Path
import numpy as np
from uegan_cli.evaluation.measurement_cache import open_cache
with open_cache(Path(sys.argv[1])) as cache:
    for number in range(50):
        cache.put(str(number), np.array([float(number)]))
    os._exit(9)
"""


def test_a_killed_process_leaves_all_that_it_has_put(tmp_path: Path) -> None:
    file = tmp_path / "cache.sqlite"
    assert (
        subprocess.run([sys.executable, "-c", PUT_AND_DIE, str(file)], env=environment(), check=False).returncode == 9
    )
    with open_cache(file) as cache:
        assert [cache.get(str(number)).tolist() for number in range(50)] == [[float(number)] for number in range(50)]
