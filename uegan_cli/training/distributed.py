"""One run in several processes, started by torchrun; each computes its share of every batch.

Every process draws the whole batch, in the same order, and all have the same state. The first process alone judges,
writes files and prints. In a single process every function here is the identity.
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ..enhancement.devices import choose
from ..errors import DeviceError, UsageError

T = TypeVar("T")

TIMEOUT = timedelta(hours=1)
"""For which the other processes wait for the first one, which judges and draws sample sheets."""

SECONDS_TO_REPORT = 5.0
"""For which the other processes leave it to the first one to report an error and end the run."""


def process_count() -> int:
    """Return the number of processes of this run."""
    return dist.get_world_size() if _is_distributed() else 1


def is_first() -> bool:
    """Whether this process judges, writes files and prints."""
    return not _is_distributed() or dist.get_rank() == 0


@contextmanager
def join_processes(device: str) -> Iterator[torch.device]:
    """Join the processes that torchrun has started, if it has, and yield the device of this one.

    device: as for `devices.choose`; of several GPUs each process takes the one of its LOCAL_RANK.
    Raises DeviceError if another process has ended, UsageError if all processes would use the same GPU.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield choose(device)
        return
    own = _choose_own_device(device)
    dist.init_process_group("cpu:gloo,cuda:nccl" if own.type == "cuda" else "gloo", timeout=TIMEOUT)
    try:
        yield own
    except BaseException as error:
        if not is_first():
            # An error in all processes is reported by the first, which has files to save; torchrun then ends this one.
            time.sleep(SECONDS_TO_REPORT)
        if _is_lost_process(error):
            raise DeviceError(f"one of the {process_count()} processes has ended; continue with --resume") from error
        raise
    dist.destroy_process_group()


def share(batch: Tensor) -> Tensor:
    """Return this process's share of a batch, along the first dimension."""
    return batch.chunk(process_count())[dist.get_rank()] if _is_distributed() else batch


def gather(part: Tensor) -> Tensor:
    """Return the whole batch from every process's share; channels last, without a gradient."""
    if not _is_distributed():
        return part
    parts = [torch.empty_like(part, memory_format=torch.contiguous_format) for _ in range(process_count())]
    dist.all_gather(parts, part.contiguous())
    return torch.cat(parts).contiguous(memory_format=torch.channels_last)


def average(part: Tensor) -> Tensor:
    """Return the average over the processes, element by element; its gradient reaches all of them."""
    averaged: Tensor = _Average.apply(part) if _is_distributed() else part
    return averaged


def mean(part: Tensor) -> Tensor:
    """Return the mean over all elements in all processes, which have equally many. Scalar."""
    return average(part.mean())


def any_process(*flags: bool) -> tuple[bool, ...]:
    """Return for each flag whether it is set in any process."""
    if not _is_distributed():
        return flags
    raised = torch.tensor(flags, dtype=torch.uint8)
    dist.all_reduce(raised, dist.ReduceOp.MAX)
    return tuple(map(bool, raised.tolist()))


def from_first(make: Callable[[], T]) -> T:
    """Return what `make` returns in the first process; the others wait for it."""
    if not _is_distributed():
        return make()
    made: list[Any] = [make() if is_first() else None]
    dist.broadcast_object_list(made, device=torch.device("cpu"))
    result: T = made[0]
    return result


def data_parallel(network: nn.Module) -> nn.Module:
    """Return the network as it is called in training: its gradients are averaged over all processes."""
    if not _is_distributed():
        return network
    # A kernel to one channel is channels last in two ways; what torch warns of is the copy of a few numbers.
    warnings.filterwarnings("ignore", "Grad strides do not match bucket view strides")
    return DistributedDataParallel(network)


def check_batch(batch: int) -> None:
    """Check that the processes get equal shares of a batch. Raises UsageError."""
    if batch % process_count():
        raise UsageError(f"--batch {batch}: not divisible by the number of processes, {process_count()}")


def _is_distributed() -> bool:
    return dist.is_available() and dist.is_initialized()


def _choose_own_device(device: str) -> torch.device:
    if device == "mps" or device.startswith("cuda:"):
        raise UsageError(f"--device {device}: one GPU for several processes; with torchrun use --device cuda")
    gpus = device == "cuda" or (device == "auto" and torch.cuda.is_available())
    own = choose(f"cuda:{os.environ['LOCAL_RANK']}" if gpus else "cpu" if device == "auto" else device)
    if gpus:
        torch.cuda.set_device(own)
    return own


def _is_lost_process(error: BaseException) -> bool:
    # Gloo raises plain RuntimeErrors that name its source files.
    return isinstance(error, dist.DistError) or (isinstance(error, RuntimeError) and "gloo" in str(error))


class _Average(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, part: Tensor) -> Tensor:
        return _all_reduce_mean(part)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        return _all_reduce_mean(gradients[0])


def _all_reduce_mean(part: Tensor) -> Tensor:
    total = part.clone()
    dist.all_reduce(total)
    return total / process_count()
