"""The folders of the user: style cache, runs, weights and settings. `UEGAN_HOME` moves all of them into one.

The functions only return paths; the code that writes into a folder creates it.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "uegan"


def _home() -> Path | None:
    home = os.environ.get("UEGAN_HOME")
    return Path(home).expanduser() if home else None


def _data() -> Path:
    return _home() or Path(platformdirs.user_data_dir(_APP, appauthor=False))


def styles_dir() -> Path:
    """Return the style cache, with one `.safetensors` file for each style."""
    return _data() / "styles"


def runs_dir() -> Path:
    """Return the folder of training runs: checkpoints, metrics and sample sheets."""
    return _data() / "runs"


def jobs_dir() -> Path:
    """Return the folder of journals of batch jobs whose results do not go to a local folder."""
    return _data() / "jobs"


def weights_dir() -> Path:
    """Return the folder of downloaded weights (VGG, NIMA); safe to delete."""
    return (_home() or Path(platformdirs.user_cache_dir(_APP, appauthor=False))) / "weights"


def measured_file() -> Path:
    """Return the cache of measurements that `eval` made; safe to delete."""
    return (_home() or Path(platformdirs.user_cache_dir(_APP, appauthor=False))) / "measured.sqlite"


def config_file() -> Path:
    """Return the path of the user's `config.toml`, which need not exist."""
    return (_home() or Path(platformdirs.user_config_dir(_APP, appauthor=False))) / "config.toml"
