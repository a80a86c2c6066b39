"""What `uegan style-create` was asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...errors import UsageError
from ...styles.card import Card
from ...styles.names import check_name


@dataclass(frozen=True)
class StyleCreateRequest:
    """What `uegan style-create` was asked to do, checked.

    name: of the new style. The style is made from exactly one of: the folders liked and raw; checkpoint, a file in the
    authors' format; run, a training run's name and perhaps a step; blend, styles and their weights; file, a style file.
    card: texts for the style's card; empty ones are those of the source. vgg: a file of VGG weights. Raises StyleError
    for a name that no style may have, UsageError for options that do not fit together.
    """

    name: str
    liked: tuple[Path, ...]
    raw: tuple[Path, ...]
    checkpoint: Path | None
    run: tuple[str, int | None] | None
    blend: tuple[tuple[str, float], ...]
    file: Path | None
    strength: float
    card: Card
    vgg: Path | None
    overwrite: bool

    def __post_init__(self) -> None:
        check_name(self.name)
        sources = (self.liked or self.raw, self.checkpoint, self.run, self.blend, self.file)
        count = sum(bool(source) for source in sources)
        if count != 1:
            wanted = "--liked with --raw, --from-checkpoint, --from-run, --blend or --from"
            raise UsageError(f"a style is made from exactly one source, not {count}: {wanted}")
        if (self.liked or self.raw) and not (self.liked and self.raw):
            raise UsageError("the instant look needs two folders; give --liked and --raw")


def parse_run(text: str | None) -> tuple[str, int | None] | None:
    """Parse the value of --from-run, RUN or RUN@STEP. Raises UsageError."""
    if not text:
        return None
    run, at, step = text.rpartition("@") if "@" in text else (text, "", "")
    if at and not step.isdecimal():
        raise UsageError(f"--from-run {text}: the step after @ must be a number")
    return run, int(step) if at else None


def parse_blend_part(text: str) -> tuple[str, float]:
    """Parse a value of --blend, STYLE=WEIGHT; STYLE alone has weight 1. Raises UsageError."""
    style, equals, weight = text.rpartition("=")
    try:
        # Without a style, the weight is NaN, which no blend accepts.
        return (style, float(weight)) if equals and style else (text, float("nan" if equals else 1))
    except ValueError:
        raise UsageError(f"--blend {text}: write STYLE=WEIGHT, such as natural=0.5") from None
