"""Where the program keeps things for its user. `UEGAN_HOME` moves all of it into one folder.

The functions only name folders; whoever writes into one creates it.
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
    """The style cache: one `.safetensors` file a style."""
    return _data() / "styles"


def runs_dir() -> Path:
    """Training runs: checkpoints, metrics and sample sheets."""
    return _data() / "runs"


def jobs_dir() -> Path:
    """Journals of jobs whose results do not go into a folder of this machine."""
    return _data() / "jobs"


def weights_dir() -> Path:
    """Downloaded feature weights (VGG); safe to delete."""
    return (_home() or Path(platformdirs.user_cache_dir(_APP, appauthor=False))) / "weights"


def measured_file() -> Path:
    """What `eval` has measured before; safe to delete."""
    return (_home() or Path(platformdirs.user_cache_dir(_APP, appauthor=False))) / "measured.sqlite"


def config_file() -> Path:
    """The user's `config.toml`; it need not exist."""
    return (_home() or Path(platformdirs.user_config_dir(_APP, appauthor=False))) / "config.toml"
