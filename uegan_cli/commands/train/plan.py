"""What a run is going to do, and how long that takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..shared.output import Report, format_duration, say_labelled

if TYPE_CHECKING:
    import torch

    from ...config import TrainConfig
    from ...training.estimate import Pace
    from ...training.run_folder import Options


def tell(run: Options, device: torch.device, pace: Pace, done: int, say: Callable[[str], None], report: Report) -> None:
    """The plan for a run that is at step `done`."""
    from ...enhancement.devices import describe
    from ...training.run_folder import folder_of

    config, folder = run.config, folder_of(run.name)
    steps, seconds = sum(config.stages.values()) - done, pace.seconds(config, done)
    rate = config.batch * steps / seconds if seconds else 0.0
    start = f"the network of {config.start}" if config.start else "a new network"
    lines = {
        "steps": f"{_steps(config)}{f', of which {steps} are left' * bool(done)}",
        "start": f"{start}{', and the instant look' * config.instant}",
        "VGG": _features(run),
        "device": describe(device),
        "time": f"about {format_duration(seconds)}, at {rate:.1f} photos a second",
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


def _steps(config: TrainConfig) -> str:
    before = f"{config.whole_steps} on whole photos"
    if not config.steps:
        return before
    even = " if raw ones are uneven" if config.instant else ""
    before = f"{before}{even}, then " if config.whole_steps else ""
    return f"{before}{config.steps}, each on {config.batch} crops of {config.size} px of each kind"


def _features(run: Options) -> str:
    from ...paths import weights_dir

    if run.features is None:
        return "not here: it would be downloaded, 548 MB, once"
    return f"{run.features}{' (downloaded before)' * (run.features.parent == weights_dir())}"
