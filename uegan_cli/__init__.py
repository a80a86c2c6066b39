"""uegan: learns a photographer's look from unpaired photos and puts it on any photo at full resolution.

The names below load on first use, so that `import uegan_cli` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .enhancement.enhancer import Enhancer as Enhancer
    from .photo.reading import read_photo as read_photo
    from .photo.writing import write_photo as write_photo
    from .styles.store import load_style as load_style

__version__ = "0.1.0"

_HOME_OF = {
    "Enhancer": ".enhancement.enhancer",
    "load_style": ".styles.store",
    "read_photo": ".photo.reading",
    "write_photo": ".photo.writing",
}
__all__ = ["Enhancer", "__version__", "load_style", "read_photo", "write_photo"]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name], __name__), name)
