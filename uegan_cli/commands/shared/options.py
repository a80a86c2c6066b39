"""Options that several commands share."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import typer.core


class _WithoutTypes:
    """Help that says <bool> behind no flag and <list[str]> behind no PHOTO, as typer does."""

    def get_params(self, context: Any) -> list[Any]:
        params: list[Any] = super().get_params(context)  # type: ignore[misc]
        for param in params:
            if getattr(param, "is_flag", False) and param.metavar is None:
                param.metavar = ""
            elif isinstance(param, typer.core.TyperArgument):
                param.display_type_rich = lambda ctx: None  # type: ignore[method-assign]
        return params


class Command(_WithoutTypes, typer.core.TyperCommand):
    pass


class Group(_WithoutTypes, typer.core.TyperGroup):
    pass


WHICH, OUTPUT, NETWORK, MESSAGES = "Which photos", "Output", "Network", "Messages"
CARD = "The style's card"


def style_names(incomplete: str) -> list[str]:
    """What completes after --style."""
    from ...styles.names import installed

    return [name for name in installed() if name.startswith(incomplete)]


def pixel_count(text: str | int) -> int:
    """A number of pixels as people write it: 250000, 400M, 1.5G."""
    parts = re.fullmatch(r"(\d+(?:\.\d+)?)([kKmMgG]?)", str(text))
    count = int(float(parts[1]) * {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}[parts[2].lower()]) if parts else 0
    if count < 1:
        raise typer.BadParameter(f"{text!r} is no number of pixels; write it as 250000, 400M or 1.5G")
    return count


def _without_colour(wanted: bool) -> None:
    if wanted:
        os.environ["NO_COLOR"] = "1"


Style = Annotated[
    str,
    typer.Option(
        "--style",
        "-s",
        envvar="UEGAN_STYLE",
        autocompletion=style_names,
        metavar="NAME|FILE",
        help="The look: a name from `uegan styles list`, or a style file.",
    ),
]
Strength = Annotated[
    float,
    typer.Option("--strength", min=0, max=1, envvar="UEGAN_STRENGTH", metavar="X", help="How much of the style."),
]
Format = Annotated[
    Literal["jpeg", "png", "tiff", "webp", "avif", "heic"] | None,
    typer.Option(
        "--format",
        envvar="UEGAN_FORMAT",
        metavar="FORMAT",
        rich_help_panel=OUTPUT,
        help="jpeg, png, tiff, webp, avif or heic. Without it: the photo's own; jpeg for raws.",
    ),
]
FORMAT_NAMES = {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "webp": "WEBP", "avif": "AVIF", "heic": "HEIF"}
"""What --format says, in the names of `photo`."""

Quality = Annotated[
    int | None,
    typer.Option(
        "--quality",
        metavar="N",
        min=1,
        max=100,
        envvar="UEGAN_QUALITY",
        rich_help_panel=OUTPUT,
        help="For jpeg, webp, avif and heic. Without it: the photo's own.",
    ),
]
Metadata = Annotated[
    Literal["all", "no-gps", "none"],
    typer.Option(
        "--metadata", envvar="UEGAN_METADATA", rich_help_panel=OUTPUT, help="How much results tell besides pixels."
    ),
]
Preserve = Annotated[
    bool, typer.Option("--preserve", rich_help_panel=OUTPUT, help="Give results the photo's date and time.")
]
Recursive = Annotated[
    bool, typer.Option("--recursive", "-r", rich_help_panel=WHICH, help="Search folders with all below them.")
]
Include = Annotated[
    list[str] | None,
    typer.Option("--include", metavar="GLOB", rich_help_panel=WHICH, help="Only these names or paths."),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="GLOB", rich_help_panel=WHICH, help="None of these names or paths."),
]
FirstFrame = Annotated[
    bool, typer.Option("--first-frame", rich_help_panel=WHICH, help="Take the first picture of files with several.")
]
MaxPixels = Annotated[
    int | None,
    typer.Option(
        "--max-pixels",
        metavar="N",
        parser=pixel_count,
        envvar="UEGAN_MAX_PIXELS",
        rich_help_panel=WHICH,
        help="Refuse larger photos. Without it: 400M.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        min=1,
        max=64,
        envvar="UEGAN_JOBS",
        rich_help_panel=NETWORK,
        help="Photos worked on at a time. Without it: by the number of cores.",
    ),
]
Description = Annotated[
    str, typer.Option("--description", metavar="TEXT", rich_help_panel=CARD, help="What it looks like.")
]
Author = Annotated[
    str, typer.Option("--author", metavar="TEXT", envvar="UEGAN_AUTHOR", rich_help_panel=CARD, help="Who made it.")
]
Licence = Annotated[
    str,
    typer.Option("--licence", "--license", metavar="TEXT", rich_help_panel=CARD, help="What others may do with it."),
]
StyleName = Annotated[str, typer.Argument(autocompletion=style_names, metavar="NAME", help="A style's name.")]
Device = Annotated[
    str,
    typer.Option(
        "--device",
        envvar="UEGAN_DEVICE",
        metavar="auto|cpu|cuda:N|mps",
        rich_help_panel=NETWORK,
        help="Where the network runs.",
    ),
]
VggWeights = Annotated[
    Path | None,
    typer.Option(
        "--vgg-weights",
        envvar="UEGAN_VGG_WEIGHTS",
        metavar="FILE",
        rich_help_panel=NETWORK,
        help="ImageNet weights of a VGG-19 or VGG-16 (.safetensors or .pth).",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what has the name already.")]
Json = Annotated[bool, typer.Option("--json", rich_help_panel=MESSAGES, help="Print JSON, one object a line.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", rich_help_panel=MESSAGES, help="Say only what went wrong.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", rich_help_panel=MESSAGES, help="Say more.")]
NoColour = Annotated[
    bool,
    typer.Option(
        "--no-color",
        callback=_without_colour,
        is_eager=True,
        expose_value=True,
        rich_help_panel=MESSAGES,
        help="No colours; NO_COLOR does the same.",
    ),
]


def examples(*lines: tuple[str, str]) -> str:
    """The worked examples under a command's help: (what it does, the command)."""
    blocks = [f"[dim]# {meaning}[/dim]\n  [bold]{command}[/bold]" for meaning, command in lines]
    return "\n\n".join(blocks)
