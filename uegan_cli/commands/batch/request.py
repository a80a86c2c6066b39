"""What `uegan batch` was asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ...errors import UsageError

if TYPE_CHECKING:
    from ...photo.photo import Keep

REPORT_SUFFIXES = (".html", ".htm", ".csv")


@dataclass(frozen=True)
class BatchRequest:
    """What `uegan batch` was asked to do, checked. Raises UsageError for options that do not fit together.

    source, destination: folders or URLs. style: a name or a file. format: of --format, as `photo` names it. report: the
    page or table to write. device: `all`, or the devices of --device, separated by commas.
    """

    source: str
    destination: str
    style: str
    strength: float
    format: str | None
    quality: int | None
    metadata: Keep
    preserve: bool
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    first_frame: bool
    max_pixels: int | None
    copy_others: bool
    checksum: bool
    retry_failed: bool
    force: bool
    watch: bool
    dry_run: bool
    report: Path | None
    device: str
    jobs: int | None
    engine: Literal["local", "ray"]
    ray_address: str

    def __post_init__(self) -> None:
        if self.report is not None and self.report.suffix.lower() not in REPORT_SUFFIXES:
            raise UsageError(f"{self.report}: a report is a page or a table; choose a name with .html or .csv")
        if self.watch and self.dry_run:
            raise UsageError("--watch runs until it is stopped and --dry-run does nothing; choose one")
