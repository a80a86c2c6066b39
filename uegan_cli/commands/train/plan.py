"""What a run is going to do, and how long it will take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..shared.output import Report, format_duration, say_labelled

if TYPE_CHECKING:
    import torch

    from ...training.config import TrainConfig
    from ...training.estimate import Pace
    from ...training.run_folder import RunOptions


def print_plan(
    run: RunOptions, device: torch.device, pace: Pace, done: int, say: Callable[[str], None], report: Report
) -> None:
    """Print the plan of a run that has done `done` steps. say: prints a line, on stdout or stderr."""
    from ...enhancement.devices import describe
    from ...training.run_folder import find_run_folder

    config, folder = run.config, find_run_folder(run.name)
    steps, seconds = sum(config.stages.values()) - done, pace.seconds(config, done)
    rate = config.batch * steps / seconds if seconds else 0.0
    start = f"the network of {config.start}" if config.start else "a new network"
    lines = {
        "steps": f"{_describe_steps(config)}{f'; {steps} left' * bool(done)}",
        "start": f"{start}{' and the instant look' * config.instant}",
        "VGG": _describe_weights(run),
        "device": describe(device),
        "time": f"about {format_duration(seconds)}, at {rate:.1f} photos per second",
        "folder": str(folder),
    }
    for name, text in lines.items():
        say_labelled(name, text, say)
    report.record(
        {
            "plan": {
                "name": run.name,
                "steps_left": steps,
                "batch": config.batch,
                "size": config.size,
                "start": config.start,
                "instant": config.instant,
                "features": run.features and str(run.features),
                "device": str(device),
                "seconds": round(seconds, 1),
                "photos_per_second": round(rate, 3),
                "folder": str(folder),
            }
        }
    )


def _describe_steps(config: TrainConfig) -> str:
    whole = f"{config.pretrain_steps} on whole photos"
    if not config.steps:
        return whole
    condition = " if the exposure of raw photos varies" if config.instant else ""
    before = f"{whole}{condition}, then " if config.pretrain_steps else ""
    return f"{before}{config.steps}, each on {config.batch} liked and {config.batch} raw crops of {config.size} px"


def _describe_weights(run: RunOptions) -> str:
    from ...paths import weights_dir

    if run.features is None:
        return "not found; training downloads it once (548 MB)"
    return f"{run.features}{' (downloaded before)' * (run.features.parent == weights_dir())}"
