"""The checks of `uegan doctor`: each looks at one part of the installation and says how to fix it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from ... import __version__, paths
from ...errors import UeganError
from ..shared import settings_file
from ..shared.output import format_size

Verdict = Literal["ok", "note", "broken"]


@dataclass(frozen=True)
class CheckResult:
    """The result of a check.

    name: of the part that was checked. found: its version, place or problem. fix: the command or step that fixes it.
    """

    name: str
    verdict: Verdict
    found: str
    fix: str | None = None


def run_checks() -> Iterator[CheckResult]:
    """Run all checks and yield their results; an error in a check is a result, too."""
    checks: tuple[Callable[[], Iterator[CheckResult]], ...] = (
        _versions,
        _devices,
        _formats,
        _folders,
        _settings,
        _styles,
        _weights,
        _cluster,
    )
    for check in checks:
        try:
            yield from check()
        except UeganError as error:
            yield CheckResult(check.__name__.strip("_"), "broken", str(error))
        except (ImportError, OSError) as error:
            yield CheckResult(check.__name__.strip("_"), "broken", f"{type(error).__name__}: {error}", _reinstall())


def _versions() -> Iterator[CheckResult]:
    yield CheckResult("uegan", "ok", f"{__version__} in {Path(__file__).parents[2]}")
    yield CheckResult(
        "python", "ok", f"{platform.python_version()}, {platform.platform(terse=True)}, {os.cpu_count()} cores"
    )
    found = {name: metadata.version(name) for name in ("torch", "torchvision", "pillow", "numpy")}
    yield CheckResult("packages", "ok", ", ".join(f"{name} {version}" for name, version in found.items()))


def _devices() -> Iterator[CheckResult]:
    import torch

    from ...enhancement.devices import choose, describe, has_bfloat16

    chosen = choose("auto")
    for number in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        total = torch.cuda.get_device_properties(number).total_memory
        yield CheckResult("device", "ok", f"cuda:{number} ({torch.cuda.get_device_name(number)}, {format_size(total)})")
    if torch.backends.mps.is_available():
        yield CheckResult("device", "ok", "mps (Apple GPU)")
    fast = ", bfloat16 in hardware" if has_bfloat16(torch.device("cpu")) else ""
    yield CheckResult("device", "ok", describe(torch.device("cpu")) + fast)
    if chosen.type == "cpu" and shutil.which("nvidia-smi"):
        yield CheckResult(
            "device",
            "note",
            "an NVIDIA driver is installed, but torch sees no GPU",
            "install the torch build for its CUDA version: https://pytorch.org/get-started/locally",
        )
    yield CheckResult("auto", "ok", f"--device auto chooses {chosen}")


def _formats() -> Iterator[CheckResult]:
    from PIL import features

    for name, codec in (("JPEG", "jpg"), ("PNG", "zlib"), ("WebP", "webp"), ("AVIF", "avif")):
        if features.check(codec):
            yield CheckResult(name, "ok", f"read and written ({features.version(codec) or 'built in'})")
        else:
            yield CheckResult(name, "broken", f"Pillow was built without {name} support", _reinstall("pillow"))
    yield _check_codec("TIFF", "read and written", "imagecodecs", _tiff_version)
    yield _check_codec("HEIC", "read and written", "pillow-heif", _heif_version)
    yield _check_codec("raw", "read", "rawpy", _raw_version)
    if features.check("littlecms2"):
        yield CheckResult("colour", "ok", f"ICC profiles (LittleCMS {features.version('littlecms2')})")
    else:
        yield CheckResult("colour", "broken", "Pillow was built without LittleCMS", _reinstall("pillow"))


def _check_codec(name: str, use: str, package: str, version: Callable[[], str]) -> CheckResult:
    """Check a format by the package that reads it. version: imports the package and returns its version."""
    try:
        return CheckResult(name, "ok", f"{use} ({version()})")
    except ModuleNotFoundError as error:
        return CheckResult(
            name, "broken", f"{error.name} is not installed", f"{sys.executable} -m pip install {error.name}"
        )
    except (ImportError, OSError) as error:
        return CheckResult(name, "broken", f"{package} does not load: {error}", _reinstall(package))


def _tiff_version() -> str:
    import imagecodecs
    import tifffile

    return f"tifffile {tifffile.__version__}, imagecodecs {imagecodecs.__version__}"


def _heif_version() -> str:
    import pillow_heif

    found = pillow_heif.libheif_info()
    for part in ("decoders", "encoders"):
        if not any("HEVC" in codec for codec in found[part].values()):
            raise ImportError(f"its libheif has no HEVC among its {part}")
    return f"libheif {found['libheif']}"


def _raw_version() -> str:
    import rawpy

    return f"LibRaw {'.'.join(map(str, rawpy.libraw_version))}"


def _folders() -> Iterator[CheckResult]:
    for name, folder in (("styles", paths.styles_dir()), ("runs", paths.runs_dir()), ("weights", paths.weights_dir())):
        existing = _nearest_existing(folder)
        free = format_size(shutil.disk_usage(existing).free)
        if os.access(existing, os.W_OK) and existing.is_dir():
            yield CheckResult(name, "ok", f"{folder} ({free} free)")
        else:
            yield CheckResult(
                name, "broken", f"{folder} cannot be written", "set UEGAN_HOME to a folder that you can write to"
            )


def _settings() -> Iterator[CheckResult]:
    count = len(settings_file.read())
    yield CheckResult("settings", "ok", f"{paths.config_file()} ({f'{count} set' if count else 'nothing set'})")


def _styles() -> Iterator[CheckResult]:
    from ...styles import names, store

    entries = store.entries()
    yield CheckResult("cache", "ok", ", ".join(entry.name for entry in entries) or "no styles")
    for entry in entries:
        if entry.problem:
            yield CheckResult("cache", "broken", entry.problem, f"uegan styles remove {entry.name}")
    if not names.has_built_in():
        yield CheckResult("natural", "broken", "the built-in style is missing", _reinstall())


def _weights() -> Iterator[CheckResult]:
    from ...evaluation.nima import WEIGHTS_NAME, find_cached_weights
    from ...losses.vgg_weights import downloaded_file

    file = downloaded_file()
    if file is not None:
        yield CheckResult("VGG-19", "ok", str(file))
    else:
        yield CheckResult(
            "VGG-19",
            "note",
            "not installed; training needs it, and KID in `uegan eval`",
            "uegan train --download (548 MB)",
        )
    nima = find_cached_weights()
    if nima is not None:
        yield CheckResult("NIMA", "ok", str(nima))
    else:
        fix = f"put {WEIGHTS_NAME} of NIMA's authors into {paths.weights_dir()}"
        yield CheckResult("NIMA", "note", "not installed; only `uegan eval` can use it", fix)


def _cluster() -> Iterator[CheckResult]:
    try:
        yield CheckResult("Ray", "ok", f"{metadata.version('ray')}, for --engine ray")
    except metadata.PackageNotFoundError:
        fix = f'{sys.executable} -m pip install "uegan-cli[ray]"'
        yield CheckResult("Ray", "note", "not installed; needed only for several machines", fix)


def _nearest_existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _reinstall(package: str = "uegan-cli") -> str:
    return f"{sys.executable} -m pip install --force-reinstall {package}"
