"""The curves and sample sheets of a run for TensorBoard, if they are asked for."""

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


def check_installed() -> None:
    """Check that TensorBoard is installed. Raises UsageError."""
    if find_spec("tensorboard") is None:
        raise UsageError("--tensorboard: TensorBoard is not installed; pip install 'uegan-cli[tensorboard]'")


@contextmanager
def open_log(folder: Path, done: int) -> Iterator[TensorBoardLog]:
    """Open the log in `tensorboard` in the run's folder. Entries of steps after `done` are discarded."""
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder / "tensorboard"), purge_step=done + 1) as writer:
        yield TensorBoardLog(writer)


class TensorBoardLog:
    """The log of one run: losses, speed, distance and sample sheets by step."""

    def __init__(self, writer: SummaryWriter) -> None:
        self.writer = writer

    def add(self, at: Progress) -> None:
        """Add the values of a step."""
        values = {f"loss/{name}": value for name, value in at.losses.items()}
        values["photos per second"] = at.rate
        if at.distance is not None:
            values["distance"] = at.distance
        for name, value in values.items():
            self.writer.add_scalar(name, value, at.step)

    def add_sheet(self, step: int, sheet: Path) -> None:
        """Add a sample sheet."""
        import numpy as np
        from PIL import Image

        with Image.open(sheet) as image:
            self.writer.add_image("samples", np.asarray(image), step, dataformats="HWC")
        self.writer.flush()
