"""One run in several processes, as torchrun starts them: each takes its share of every batch.

Every process draws the whole batch, in the same order, and all together hold the same state; the first one alone
judges, writes and speaks. In a single process every function here is the identity.
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

PATIENCE = timedelta(hours=1)
"""How long the others wait for the first one, which judges and draws sample sheets."""

SECONDS_TO_SPEAK = 5.0
"""How long the first one has to end a run, before the others do."""


def count() -> int:
    """How many processes there are."""
    return dist.get_world_size() if _together() else 1


def is_first() -> bool:
    """Whether this is the process that judges, writes and speaks."""
    return not _together() or dist.get_rank() == 0


@contextmanager
def joined(wish: str) -> Iterator[torch.device]:
    """Join the processes that torchrun has started, if it has; yields the device of this one.

    wish: as for `devices.choose`; of several GPUs each process takes the one of its LOCAL_RANK.
    Raises DeviceError where another process has ended, UsageError for a single GPU that is asked for by all.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield choose(wish)
        return
    device = _device_of_this_process(wish)
    dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield device
    except BaseException as error:
        if not is_first():
            # What all processes run into is said by the first, which has things to save; torchrun ends this one then.
            time.sleep(SECONDS_TO_SPEAK)
        if _tells_of_a_lost_process(error):
            raise DeviceError(f"one of the {count()} processes has ended; go on with --resume") from error
        raise
    dist.destroy_process_group()


def share(batch: Tensor) -> Tensor:
    """The part of a batch (first dimension) that is this process's."""
    return batch.chunk(count())[dist.get_rank()] if _together() else batch


def gathered(part: Tensor) -> Tensor:
    """The whole batch, from every process's part of it; channels last, without a gradient."""
    if not _together():
        return part
    parts = [torch.empty_like(part, memory_format=torch.contiguous_format) for _ in range(count())]
    dist.all_gather(parts, part.contiguous())
    return torch.cat(parts).contiguous(memory_format=torch.channels_last)


def average(part: Tensor) -> Tensor:
    """Element by element, the average of what the processes have; the gradient goes back to all of them."""
    averaged: Tensor = _Average.apply(part) if _together() else part
    return averaged


def mean(part: Tensor) -> Tensor:
    """The mean over all elements of all processes, which have as many each. Scalar."""
    return average(part.mean())


def any_of(*flags: bool) -> tuple[bool, ...]:
    """For each flag, whether it is set in any process."""
    if not _together():
        return flags
    raised = torch.tensor(flags, dtype=torch.uint8)
    dist.all_reduce(raised, dist.ReduceOp.MAX)
    return tuple(map(bool, raised.tolist()))


def from_first(make: Callable[[], T]) -> T:
    """What `make` returns in the first process; the others wait for it."""
    if not _together():
        return make()
    made: list[Any] = [make() if is_first() else None]
    dist.broadcast_object_list(made, device=torch.device("cpu"))
    result: T = made[0]
    return result


def in_step(network: nn.Module) -> nn.Module:
    """The network as it is called where it learns: its gradients are the averages over all processes."""
    if not _together():
        return network
    # A kernel to one channel has two ways to be channels last; that costs a copy of a few numbers.
    warnings.filterwarnings("ignore", "Grad strides do not match bucket view strides")
    return DistributedDataParallel(network)


def check_batch(batch: int) -> None:
    """Raises UsageError for a batch that does not go into equal shares."""
    if batch % count():
        raise UsageError(f"--batch {batch}: does not go into {count()} equal shares, one for each process")


def _together() -> bool:
    return dist.is_available() and dist.is_initialized()


def _device_of_this_process(wish: str) -> torch.device:
    if wish == "mps" or wish.startswith("cuda:"):
        raise UsageError(f"--device {wish}: is one GPU for several processes; with torchrun use --device cuda")
    gpus = wish == "cuda" or (wish == "auto" and torch.cuda.is_available())
    device = choose(f"cuda:{os.environ['LOCAL_RANK']}" if gpus else "cpu" if wish == "auto" else wish)
    if gpus:
        torch.cuda.set_device(device)
    return device


def _tells_of_a_lost_process(error: BaseException) -> bool:
    # Gloo raises plain RuntimeErrors that name its source files.
    return isinstance(error, dist.DistError) or (isinstance(error, RuntimeError) and "gloo" in str(error))


class _Average(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, part: Tensor) -> Tensor:
        return _averaged(part)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        return _averaged(gradients[0])


def _averaged(part: Tensor) -> Tensor:
    total = part.clone()
    dist.all_reduce(total)
    return total / count()
