from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import uegan_cli
from tests.looks import look_weights
from uegan_cli.commands.app import main
from uegan_cli.look.config import LookConfig
from uegan_cli.styles.card import Card
from uegan_cli.styles.file import Style, make_style
from uegan_cli.styles.store import install


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Outcome]


@pytest.fixture
def uegan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command as the shell would, in this process."""
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setenv("TERM", "dumb")

    def run(*arguments: object, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["uegan", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture
def in_a_process() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs a command in a process of its own."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "uegan_cli", *map(str, arguments)]
        return subprocess.run(command, **{"capture_output": True, "env": environment(), "check": False, **options})

    return run


def interrupt(*_: object) -> None:
    """In the place of anything: the user has pressed Ctrl-C there."""
    raise KeyboardInterrupt


def environment() -> dict[str, str]:
    """That of this process, in which the package under test is the one that Python finds, wherever the test runs."""
    return {**os.environ, "PYTHONPATH": str(Path(uegan_cli.__file__).parents[1])}


@pytest.fixture
def bright() -> Style:
    return bright_style()


def bright_style() -> Style:
    """A style that lifts every colour by a tenth of white, in the cache."""
    weights = look_weights(bias=torch.full((3,), 0.2))
    return install(make_style("bright", LookConfig(), weights, Card(author="Ada", description="Lifted")))


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `a.jpg` and `b.png`, which the test runs in."""
    monkeypatch.chdir(tmp_path)
    picture = Image.fromarray(np.full((48, 64, 3), 100, np.uint8))
    picture.save("a.jpg", quality=90)
    picture.save("b.png")
    return tmp_path
