"""TensorBoard: the curves and the sample sheets of a run, where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import UsageError

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

    from ...training.loop import Progress


def check_there() -> None:
    """Raises UsageError where TensorBoard is not installed."""
    if find_spec("tensorboard") is None:
        raise UsageError("--tensorboard needs a package that is not here; pip install 'uegan-cli[tensorboard]'")


@contextmanager
def board(folder: Path, done: int) -> Iterator[Board]:
    """A board in `tensorboard` in the run's folder; what was written there of steps after `done` is taken back."""
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder / "tensorboard"), purge_step=done + 1) as writer:
        yield Board(writer)


class Board:
    """What TensorBoard gets to see of a run."""

    def __init__(self, writer: SummaryWriter) -> None:
        self.writer = writer

    def add(self, at: Progress) -> None:
        values = {f"loss/{name}": value for name, value in at.losses.items()}
        values["photos per second"] = at.rate
        if at.distance is not None:
            values["distance"] = at.distance
        for name, value in values.items():
            self.writer.add_scalar(name, value, at.step)

    def show(self, step: int, sheet: Path) -> None:
        import numpy as np
        from PIL import Image

        with Image.open(sheet) as image:
            self.writer.add_image("samples", np.asarray(image), step, dataformats="HWC")
        self.writer.flush()
