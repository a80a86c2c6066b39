"""`uegan train`: learn a look from two folders."""

from __future__ import annotations

from . import options

EXAMPLES = options.examples(("learn the look of a folder", "uegan train --liked ~/favourites --raw ~/ordinary"))


def train() -> None:
    """Learn the look of the photos you love."""
