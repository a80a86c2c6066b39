"""Options that several commands share, and the classes that keep their help short."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import typer.core


class _WithoutTypes:
    """Mixin for a command whose help omits types: no <bool> after a flag, no <list[str]> after PHOTO."""

    def get_params(self, context: Any) -> list[Any]:
        params: list[Any] = super().get_params(context)  # type: ignore[misc]
        for param in params:
            if getattr(param, "is_flag", False) and param.metavar is None:
                param.metavar = ""
            elif isinstance(param, typer.core.TyperArgument):
                param.display_type_rich = lambda ctx: None  # type: ignore[method-assign]
        return params


class Command(_WithoutTypes, typer.core.TyperCommand):
    """A command of `uegan`."""


class Group(_WithoutTypes, typer.core.TyperGroup):
    """A group of commands of `uegan`."""


WHICH, OUTPUT, NETWORK, MESSAGES = "Which photos", "Output", "Network", "Messages"
CARD = "The style's card"

# A metavar tells completions what a value is: STYLE, FILE, DIR and PHOTO complete names and paths.


def pixel_count(text: str | int) -> int:
    """Return a number of pixels written as 250000, 400M or 1.5G. Raises typer.BadParameter."""
    parts = re.fullmatch(r"(\d+(?:\.\d+)?)([kKmMgG]?)", str(text))
    count = int(float(parts[1]) * {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}[parts[2].lower()]) if parts else 0
    if count < 1:
        raise typer.BadParameter(f"{text!r} is not a number of pixels; write it as 250000, 400M or 1.5G")
    return count


def _disable_colour(wanted: bool) -> None:
    if wanted:
        os.environ["NO_COLOR"] = "1"


Style = Annotated[
    str,
    typer.Option(
        "--style",
        "-s",
        envvar="UEGAN_STYLE",
        metavar="STYLE|FILE",
        help="A style from `uegan styles list`, or a style file.",
    ),
]
Strength = Annotated[
    float,
    typer.Option(
        "--strength",
        min=0,
        max=1,
        envvar="UEGAN_STRENGTH",
        metavar="X",
        help="How strongly to apply the style, from 0 to 1.",
    ),
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
"""Values of --format -> names of formats in `photo`."""

Quality = Annotated[
    int | None,
    typer.Option(
        "--quality",
        metavar="N",
        min=1,
        max=100,
        envvar="UEGAN_QUALITY",
        rich_help_panel=OUTPUT,
        help="Quality of jpeg, webp, avif and heic. Without it: the photo's own.",
    ),
]
Metadata = Annotated[
    Literal["all", "no-gps", "none"],
    typer.Option("--metadata", envvar="UEGAN_METADATA", rich_help_panel=OUTPUT, help="Which metadata to keep."),
]
Preserve = Annotated[
    bool, typer.Option("--preserve", rich_help_panel=OUTPUT, help="Keep the photo's file date and time.")
]
Recursive = Annotated[bool, typer.Option("--recursive", "-r", rich_help_panel=WHICH, help="Search subfolders too.")]
Include = Annotated[
    list[str] | None,
    typer.Option("--include", metavar="GLOB", rich_help_panel=WHICH, help="Take only matching names or paths."),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="GLOB", rich_help_panel=WHICH, help="Skip matching names or paths."),
]
FirstFrame = Annotated[
    bool, typer.Option("--first-frame", rich_help_panel=WHICH, help="Use the first frame of files with several.")
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
        help="Photos to process at a time. Without it: chosen by the number of cores.",
    ),
]
Description = Annotated[
    str, typer.Option("--description", metavar="TEXT", rich_help_panel=CARD, help="What the style looks like.")
]
Author = Annotated[
    str, typer.Option("--author", metavar="TEXT", envvar="UEGAN_AUTHOR", rich_help_panel=CARD, help="Who made it.")
]
Licence = Annotated[
    str,
    typer.Option("--licence", "--license", metavar="TEXT", rich_help_panel=CARD, help="How others may use it."),
]
StyleName = Annotated[str, typer.Argument(metavar="STYLE", help="The name of a style.")]
Device = Annotated[
    str,
    typer.Option(
        "--device",
        envvar="UEGAN_DEVICE",
        metavar="auto|cpu|cuda:N|mps",
        rich_help_panel=NETWORK,
        help="Where to run the network.",
    ),
]
VggWeights = Annotated[
    Path | None,
    typer.Option(
        "--vgg-weights",
        envvar="UEGAN_VGG_WEIGHTS",
        metavar="FILE",
        rich_help_panel=NETWORK,
        help="ImageNet weights of VGG-19 or VGG-16 (.safetensors or .pth).",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an existing one of that name.")]
Json = Annotated[bool, typer.Option("--json", rich_help_panel=MESSAGES, help="Print JSON, one object per line.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", rich_help_panel=MESSAGES, help="Show errors only.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", rich_help_panel=MESSAGES, help="Show details too.")]
NoColour = Annotated[
    bool,
    typer.Option(
        "--no-color",
        callback=_disable_colour,
        is_eager=True,
        expose_value=True,
        rich_help_panel=MESSAGES,
        help="Print without colours, as NO_COLOR does.",
    ),
]


def examples(*lines: tuple[str, str]) -> str:
    """Format the worked examples shown below a command's help. lines: (comment, command)."""
    blocks = [f"[dim]# {comment}[/dim]\n  [bold]{command}[/bold]" for comment, command in lines]
    return "\n\n".join(blocks)
