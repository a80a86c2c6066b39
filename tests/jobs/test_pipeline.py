from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.looks import look_weights
from uegan_cli.enhancement.enhancer import Enhancer
from uegan_cli.errors import OutputError, PhotoError
from uegan_cli.jobs import pipeline
from uegan_cli.jobs.pipeline import ReadOptions, WriteOptions, enhance_tasks
from uegan_cli.jobs.plan import Task
from uegan_cli.look.config import LookConfig
from uegan_cli.photo.provenance import read_mark
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import make_style


@pytest.fixture(scope="module")
def style():
    weights = look_weights(bias=torch.full((3,), 0.2))
    return make_style("bright", LookConfig(), weights, Card())


@pytest.fixture(scope="module")
def enhancer(style):
    return Enhancer(style, device="cpu", threads=1)


def photo(path: Path, level: int = 100) -> Path:
    Image.fromarray(np.full((40, 60, 3), level, np.uint8)).save(path, "JPEG" if path.suffix == ".jpg" else "PNG")
    return path


def tasks(folder: Path, count: int) -> list[Task]:
    return [Task(photo(folder / f"{n}.png"), folder / "out" / f"{n}.png") for n in range(count)]


def test_results_come_in_order(tmp_path, enhancer):
    results = list(enhance_tasks(tasks(tmp_path, 7), lambda: enhancer, ReadOptions(), WriteOptions(), jobs=2))
    assert [result.task.target.name for result in results] == [f"{n}.png" for n in range(7)]
    assert {(result.status, result.width, result.height) for result in results} == {("enhanced", 60, 40)}
    assert abs(int(np.asarray(Image.open(tmp_path / "out" / "3.png"))[20, 30, 0]) - 125) <= 1


def test_results_carry_the_mark(tmp_path, style, enhancer):
    task = tasks(tmp_path, 1)[0]
    list(enhance_tasks([task], lambda: enhancer, ReadOptions(), WriteOptions()))
    mark = read_mark(task.target)
    assert (mark.style, mark.style_hash, mark.strength) == ("bright", style.hash, 1.0)


def test_a_bad_photo_does_not_stop_the_others(tmp_path, enhancer):
    work = tasks(tmp_path, 3)
    work[1].source.write_bytes(b"broken")
    results = list(enhance_tasks(work, lambda: enhancer, ReadOptions(), WriteOptions()))
    assert [result.status for result in results] == ["enhanced", "failed", "enhanced"]
    assert "1.png" in results[1].reason
    assert isinstance(results[1].error, PhotoError)


def test_an_unexpected_exception_is_not_swallowed(tmp_path, enhancer, monkeypatch):
    def broken(path, **_):
        raise ZeroDivisionError

    monkeypatch.setattr(pipeline, "read_photo", broken)
    with pytest.raises(ZeroDivisionError):
        list(enhance_tasks(tasks(tmp_path, 1), lambda: enhancer, ReadOptions(), WriteOptions()))


def test_only_a_few_photos_are_in_memory_at_once(tmp_path, enhancer, monkeypatch):
    read, written, most = 0, 0, 0
    lock = threading.Lock()
    originals = pipeline.read_photo, pipeline.write_photo

    def reading(path, **options):
        nonlocal read, most
        with lock:
            read += 1
            most = max(most, read - written)
        return originals[0](path, **options)

    def writing(*args, **kwargs):
        nonlocal written
        done = originals[1](*args, **kwargs)
        with lock:
            written += 1
        return done

    monkeypatch.setattr(pipeline, "read_photo", reading)
    monkeypatch.setattr(pipeline, "write_photo", writing)
    assert len(list(enhance_tasks(tasks(tmp_path, 20), lambda: enhancer, ReadOptions(), WriteOptions(), jobs=2))) == 20
    assert most <= 2


def test_closing_early_finishes_photos_that_have_begun_and_begins_no_others(tmp_path, enhancer):
    results = enhance_tasks(tasks(tmp_path, 20), lambda: enhancer, ReadOptions(), WriteOptions())
    next(results)
    results.close()
    there = list((tmp_path / "out").iterdir())
    assert 1 <= len(there) < 20
    for path in there:
        assert path.suffix == ".png"
        Image.open(path).load()


def test_at_strength_zero_the_photo_is_copied_byte_for_byte(tmp_path, style):
    task = Task(photo(tmp_path / "a.jpg"), tmp_path / "b.jpg")
    list(enhance_tasks([task], lambda: Enhancer(style, device="cpu", strength=0), ReadOptions(), WriteOptions()))
    assert task.target.read_bytes() == task.source.read_bytes()


def test_preserve_gives_results_the_time_of_the_photo(tmp_path, enhancer):
    task = tasks(tmp_path, 1)[0]
    os.utime(task.source, (1e9, 1e9))
    list(enhance_tasks([task], lambda: enhancer, ReadOptions(), WriteOptions(preserve=True)))
    assert task.target.stat().st_mtime == 1e9


def test_a_folder_that_cannot_be_created_is_an_output_error(tmp_path, enhancer):
    (tmp_path / "out").write_text("in the way")
    result = next(enhance_tasks(tasks(tmp_path, 1), lambda: enhancer, ReadOptions(), WriteOptions()))
    assert result.error.exit_code == 7


def test_in_place_the_original_is_kept_beside_the_photo(tmp_path, enhancer):
    path = photo(tmp_path / "a.png")
    before = path.read_bytes()
    backup = tmp_path / "a.png_original"
    result = next(enhance_tasks([Task(path, path, backup=backup)], lambda: enhancer, ReadOptions(), WriteOptions()))
    assert result.status == "enhanced"
    assert backup.read_bytes() == before != path.read_bytes()


def test_in_place_a_failed_write_leaves_the_photo_and_no_backup(tmp_path, enhancer, monkeypatch):
    def full(*_, **__):
        raise OutputError("the disk is full")

    monkeypatch.setattr(pipeline, "write_photo", full)
    path = photo(tmp_path / "a.png")
    task = Task(path, path, backup=tmp_path / "a.png_original")
    result = next(enhance_tasks([task], lambda: enhancer, ReadOptions(), WriteOptions()))
    assert result.error.exit_code == 7
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
