"""Where the VGG features come from: a file that was named, the cache, or a download that was agreed to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ...errors import UsageError
from .output import Report

if TYPE_CHECKING:
    from ...losses.features import Features


def find(file: Path | None) -> Path | None:
    """The file with the weights, if there is one without a download."""
    from ...losses.features import downloaded_file

    return file or downloaded_file()


def optional(file: Path | None, report: Report) -> Features | None:
    """Features if they are at hand."""
    from ...losses.features import load_features

    found = find(file)
    if found is None:
        report.say("doing without VGG weights; --vgg-weights FILE tells better what the photos show")
    return load_features(found) if found is not None else None


def required(file: Path | None, agreed: bool) -> Path:
    """The file with the weights, downloaded first if the user agrees. Raises UsageError if not, StyleError."""
    from ...losses.features import download

    found = find(file)
    if found is not None:
        return found
    if not agreed and sys.stdin.isatty() and sys.stderr.isatty():
        agreed = typer.confirm("Training needs VGG-19's ImageNet weights. Download them once (548 MB)?", err=True)
    if not agreed:
        raise UsageError("training needs VGG weights; name a file with --vgg-weights, or add --download (548 MB, once)")
    return download()
