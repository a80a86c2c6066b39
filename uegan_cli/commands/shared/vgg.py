"""The file with the VGG weights: one named by the user, the one in the cache, or a download the user agrees to."""

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
    """Return the file with the weights if it is there without a download, else None."""
    from ...losses.vgg_weights import downloaded_file

    return file or downloaded_file()


def optional(file: Path | None, report: Report) -> Features | None:
    """Return the VGG features if there are weights, else None, with a message. Raises StyleError."""
    from ...losses.vgg_weights import load_features

    found = find(file)
    if found is None:
        report.say("no VGG weights; with --vgg-weights FILE the fit also considers what the photos show")
    return load_features(found) if found is not None else None


def required(file: Path | None, agreed: bool) -> Path:
    """Return the file with the weights, downloaded first if the user agrees. Raises UsageError if the user
    declines, StyleError if the download fails."""
    from ...losses.vgg_weights import download

    found = find(file)
    if found is not None:
        return found
    if not agreed and sys.stdin.isatty() and sys.stderr.isatty():
        agreed = typer.confirm("Training needs VGG-19's ImageNet weights. Download them once (548 MB)?", err=True)
    if not agreed:
        raise UsageError("training needs VGG weights; name a file with --vgg-weights, or add --download (548 MB, once)")
    return download()
