"""`uegan doctor`: what works here, what does not, and the command that mends it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

import typer

from ... import __version__, paths
from ...errors import UeganError
from ..shared import options
from ..shared import settings_file as settings
from ..shared.output import Report, format_size

EXAMPLES = options.examples(
    ("look at everything", "uegan doctor"),
    ("for a bug report", "uegan doctor --json > doctor.json"),
)

Verdict = Literal["ok", "note", "broken"]
_SIGNS: dict[Verdict, str] = {"ok": "ok", "note": "--", "broken": "!!"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. fix: the command or step that mends it."""

    name: str
    verdict: Verdict
    found: str
    fix: str | None = None


def doctor(
    json: options.Json = False,
    no_color: options.NoColour = False,
) -> None:
    """Check the installation: Python, torch, devices, formats, folders, styles, weights."""
    report = Report(json)
    broken = 0
    for finding in findings():
        broken += finding.verdict == "broken"
        report.record(asdict(finding))
        report.result(f"{_SIGNS[finding.verdict]}  {finding.name:<10}{finding.found}")
        if finding.fix:
            report.result(f"{'':14}-> {finding.fix}")
    report.say(f"{broken} to mend" if broken else "Everything that is needed works.")
    if broken:
        raise typer.Exit(1)


def findings() -> Iterator[Finding]:
    """Everything, one thing after the other; what breaks while it is looked at is a finding too."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
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
            yield Finding(check.__name__.strip("_"), "broken", str(error))
        except (ImportError, OSError) as error:
            yield Finding(check.__name__.strip("_"), "broken", f"{type(error).__name__}: {error}", _reinstall())


def _versions() -> Iterator[Finding]:
    yield Finding("uegan", "ok", f"{__version__} in {Path(__file__).parents[1]}")
    yield Finding(
        "python", "ok", f"{platform.python_version()}, {platform.platform(terse=True)}, {os.cpu_count()} cores"
    )
    found = {name: metadata.version(name) for name in ("torch", "torchvision", "pillow", "numpy")}
    yield Finding("packages", "ok", ", ".join(f"{name} {version}" for name, version in found.items()))


def _devices() -> Iterator[Finding]:
    import torch

    from ...enhancement.devices import choose, describe, has_bfloat16

    chosen = choose("auto")
    for number in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        total = torch.cuda.get_device_properties(number).total_memory
        yield Finding("device", "ok", f"cuda:{number} ({torch.cuda.get_device_name(number)}, {format_size(total)})")
    if torch.backends.mps.is_available():
        yield Finding("device", "ok", "mps (Apple GPU)")
    fast = ", bfloat16 in hardware" if has_bfloat16(torch.device("cpu")) else ""
    yield Finding("device", "ok", describe(torch.device("cpu")) + fast)
    if chosen.type == "cpu" and shutil.which("nvidia-smi"):
        yield Finding(
            "device",
            "note",
            "an NVIDIA driver is here, but torch sees no GPU",
            "install the torch build for its CUDA version: https://pytorch.org/get-started/locally",
        )
    yield Finding("auto", "ok", f"--device auto takes {chosen}")


def _formats() -> Iterator[Finding]:
    from PIL import features

    for name, codec in (("JPEG", "jpg"), ("PNG", "zlib"), ("WebP", "webp"), ("AVIF", "avif")):
        if features.check(codec):
            yield Finding(name, "ok", f"read and written ({_named(features.version(codec))})")
        else:
            yield Finding(name, "broken", "Pillow was built without it", _reinstall("pillow"))
    yield _codec("TIFF", "read and written", "imagecodecs", _tiff)
    yield _codec("HEIC", "read and written", "pillow-heif", _heic)
    yield _codec("raw", "read", "rawpy", _raw)
    if features.check("littlecms2"):
        yield Finding("colour", "ok", f"ICC profiles (LittleCMS {features.version('littlecms2')})")
    else:
        yield Finding("colour", "broken", "Pillow was built without LittleCMS", _reinstall("pillow"))


def _codec(name: str, use: str, package: str, version: Callable[[], str]) -> Finding:
    """What becomes of a format whose package is there, is not, or does not load."""
    try:
        return Finding(name, "ok", f"{use} ({version()})")
    except ModuleNotFoundError as error:
        return Finding(
            name, "broken", f"{error.name} is not installed", f"{sys.executable} -m pip install {error.name}"
        )
    except (ImportError, OSError) as error:
        return Finding(name, "broken", f"{package} does not load: {error}", _reinstall(package))


def _tiff() -> str:
    import imagecodecs
    import tifffile

    return f"tifffile {tifffile.__version__}, imagecodecs {imagecodecs.__version__}"


def _heic() -> str:
    import pillow_heif

    found = pillow_heif.libheif_info()
    for part in ("decoders", "encoders"):
        if not any("HEVC" in codec for codec in found[part].values()):
            raise ImportError(f"its libheif has no HEVC among its {part}")
    return f"libheif {found['libheif']}"


def _raw() -> str:
    import rawpy

    return f"LibRaw {'.'.join(map(str, rawpy.libraw_version))}"


def _named(version: str | None) -> str:
    return version or "built in"


def _folders() -> Iterator[Finding]:
    for name, folder in (("styles", paths.styles_dir()), ("runs", paths.runs_dir()), ("weights", paths.weights_dir())):
        there = _nearest(folder)
        free = format_size(shutil.disk_usage(there).free)
        if os.access(there, os.W_OK) and there.is_dir():
            yield Finding(name, "ok", f"{folder} ({free} free)")
        else:
            yield Finding(name, "broken", f"{folder} cannot be written", "set UEGAN_HOME to a folder of yours")


def _settings() -> Iterator[Finding]:
    found = settings.read()
    path = paths.config_file()
    yield Finding("settings", "ok", f"{path} ({len(found)} set)" if found else f"{path} (none, which is fine)")


def _styles() -> Iterator[Finding]:
    from ...styles import names, store

    entries = store.entries()
    yield Finding("cache", "ok", ", ".join(entry.name for entry in entries) or "no styles")
    for entry in entries:
        if entry.problem:
            yield Finding("cache", "broken", entry.problem, f"uegan styles remove {entry.name}")
    if not names.has_built_in():
        yield Finding("natural", "broken", "the built-in style is missing", _reinstall())


def _weights() -> Iterator[Finding]:
    from ...evaluation.nima import FILE, cached_file
    from ...losses.features import downloaded_file

    file = downloaded_file()
    if file is not None:
        yield Finding("VGG-19", "ok", str(file))
    else:
        yield Finding(
            "VGG-19", "note", "not here; training needs it, and KID", "uegan train --download fetches it (548 MB)"
        )
    nima = cached_file()
    if nima is not None:
        yield Finding("NIMA", "ok", str(nima))
    else:
        place = f"{FILE} of its authors goes into {paths.weights_dir()}"
        yield Finding("NIMA", "note", "not here; only `uegan eval` can use it", place)


def _cluster() -> Iterator[Finding]:
    try:
        yield Finding("Ray", "ok", f"{metadata.version('ray')}, for --engine ray")
    except metadata.PackageNotFoundError:
        fix = f'{sys.executable} -m pip install "uegan-cli[ray]"'
        yield Finding("Ray", "note", "not installed; only several machines need it", fix)


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _reinstall(package: str = "uegan-cli") -> str:
    return f"{sys.executable} -m pip install --force-reinstall {package}"
