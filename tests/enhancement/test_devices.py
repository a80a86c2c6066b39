from __future__ import annotations

import pytest
import torch

from uegan_cli.enhancement import devices
from uegan_cli.errors import DeviceError


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


@pytest.mark.usefixtures("no_gpu")
def test_auto_falls_back_to_the_cpu() -> None:
    assert devices.choose("auto") == torch.device("cpu")


@pytest.mark.usefixtures("two_gpus")
def test_auto_takes_the_first_gpu() -> None:
    assert devices.choose("auto") == torch.device("cuda:0")


@pytest.mark.usefixtures("two_gpus")
def test_a_gpu_is_chosen_by_number() -> None:
    assert devices.choose("cuda:1") == torch.device("cuda:1")


@pytest.mark.usefixtures("two_gpus")
def test_a_gpu_too_many_is_refused_and_says_which_there_are() -> None:
    with pytest.raises(DeviceError, match="cuda:2 is not available: there are cuda:0 to cuda:1"):
        devices.choose("cuda:2")


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("wish", ["cuda", "cuda:0", "mps"])
def test_an_absent_device_is_never_swapped_for_the_cpu(wish: str) -> None:
    with pytest.raises(DeviceError, match="--device cpu"):
        devices.choose(wish)


@pytest.mark.parametrize("wish", ["", "gpu", "cpu:0", "cuda:", "cuda:x", "cuda:-1", "mps:1", "CPU"])
def test_a_word_that_is_no_device_is_refused(wish: str) -> None:
    with pytest.raises(DeviceError):
        devices.choose(wish)


def test_the_cpu_is_described_with_its_threads() -> None:
    assert devices.describe(torch.device("cpu")).startswith("CPU (")


def test_one_thread_each_restores_the_thread_count_after_an_error() -> None:
    before = torch.get_num_threads()
    with pytest.raises(ValueError), devices.one_thread_each():
        assert torch.get_num_threads() == 1
        raise ValueError
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 1.0 GB)"),
    ],
)
def test_memory_that_runs_out_names_the_photo_and_the_way_out(error: Exception) -> None:
    with (
        pytest.raises(DeviceError, match=r"^big\.jpg: not enough memory .*close other programs"),
        devices.enough_memory(torch.device("cpu"), "big.jpg"),
    ):
        raise error


def test_other_errors_stay_as_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes differ"), devices.enough_memory(torch.device("cpu"), "x.jpg"):
        raise RuntimeError("shapes differ")
