"""What a comparison consists of: photos, methods and metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NoInputError, UsageError
from ...jobs.inputs import photos_in
from ..shared import vgg
from ..shared.output import Report, counted
from .request import EvalRequest

if TYPE_CHECKING:
    from ...evaluation.measurement_cache import MeasurementCache
    from ...evaluation.methods import Method
    from ...evaluation.metric_groups import MetricGroup
    from ...evaluation.pairs import PairedPhotos, Source
    from ...evaluation.set_distances import FeatureRows
    from ...styles.file import Style

REFERENCE = "reference"
"""The name of the finished versions, which no method may have."""


@dataclass(frozen=True)
class Comparison:
    """Photos, the methods compared on them, and what is measured.

    liked: features of the liked photos, by group, one row per photo; None without --liked. max_pixels: larger photos
    are refused.
    """

    paired: PairedPhotos
    methods: Sequence[Method]
    groups: Sequence[MetricGroup]
    liked: Mapping[str, FeatureRows] | None
    max_pixels: int

    @property
    def names(self) -> list[str]:
        """All methods by name, the input first."""
        return [method.name for method in self.methods]

    @property
    def evaluated(self) -> list[str]:
        """The styles and results by name; the other methods are there for comparison."""
        from ...evaluation.methods import BASELINES

        return [method.name for method in self.methods if method not in BASELINES]

    @property
    def styles(self) -> dict[str, Style]:
        """The styles among the methods, by the method's name."""
        from ...evaluation.methods import StyleMethod

        return {method.name: method.enhancer.style for method in self.methods if isinstance(method, StyleMethod)}


def prepare(request: EvalRequest, paired: PairedPhotos, cache: MeasurementCache, report: Report) -> Comparison:
    """Load styles and weights and measure the liked photos.

    Raises UsageError, StyleError, DeviceError, and NoInputError for results or liked photos that cannot be used.
    """
    from ...photo.reading import MAX_PIXELS

    max_pixels = request.max_pixels or MAX_PIXELS
    methods = list(_load_methods(request, paired.sources, report))
    groups = list(_choose_groups(request, report))
    liked = _measure_liked(request, groups, cache, max_pixels, report) if request.liked else None
    return Comparison(paired, methods, groups, liked, max_pixels)


def _load_methods(request: EvalRequest, sources: Sequence[Source], report: Report) -> Iterator[Method]:
    """Load the methods: the input, the baselines, then styles and results."""
    from ...enhancement.devices import describe
    from ...enhancement.enhancer import Enhancer
    from ...evaluation.methods import BASELINES, INPUT, ResultFolder, StyleMethod
    from ...evaluation.pairs import Matches

    taken = {REFERENCE, *(method.name for method in BASELINES)}
    yield from BASELINES if request.baselines else (INPUT,)
    device = ""
    for name in request.styles:
        enhancer = Enhancer(name, device=request.device, strength=request.strength)
        device = describe(enhancer.device)
        title = enhancer.style.name if enhancer.style.name not in taken else Path(name).name
        yield StyleMethod(_take(title, taken), enhancer)
    for name, folder in request.results.items():
        matches = Matches(folder, sources)
        missing = sum(matches.of(source) is None for source in sources)
        if missing == len(sources):
            raise NoInputError(f"{folder}: no file here has the name of a photo; results are matched by name")
        if missing:
            report.say(f"{name}: no result for {counted(missing, 'photo')}")
        yield ResultFolder(_take(name, taken), matches)
    report.say(f"Evaluating {counted(len(sources), 'photo')}" + (f" on {device}" if device else ""))


def _take(name: str, taken: set[str]) -> str:
    """Add a name to those taken and return it. Raises UsageError if it is taken already."""
    if name in taken:
        raise UsageError(f"two methods are called {name!r}; give one of them another name")
    taken.add(name)
    return name


def _choose_groups(request: EvalRequest, report: Report) -> Iterator[MetricGroup]:
    """Choose what can be measured with the folders and weights there are."""
    from ...evaluation import metric_groups
    from ...evaluation.nima import find_cached_weights, load_nima
    from ...losses.vgg_weights import load_features

    if request.reference is not None:
        yield metric_groups.reference_metrics()
    nima = request.nima or find_cached_weights()
    if nima is not None:
        yield metric_groups.nima_metric(load_nima(nima), nima)
    elif "nima" in request.bounds:
        raise UsageError("--fail-under nima: NIMA needs its weights; name the file with --nima")
    if request.liked:
        yield metric_groups.tone_features()
        weights = vgg.find(request.vgg)
        if weights is not None:
            yield metric_groups.vgg_features(load_features(weights), weights)
        elif "kid" in request.bounds:
            raise UsageError("--fail-under kid: KID needs VGG weights; name the file with --vgg-weights")
        else:
            report.say("KID: skipped, it needs VGG weights; name the file with --vgg-weights")
    yield metric_groups.input_metrics()


def _measure_liked(
    request: EvalRequest, groups: Sequence[MetricGroup], cache: MeasurementCache, max_pixels: int, report: Report
) -> Mapping[str, FeatureRows]:
    """Measure the liked photos by the groups that compare sets of photos: one row per photo, by group."""
    from ...evaluation.measurements import measure_photos
    from ...evaluation.methods import INPUT
    from ...evaluation.pairs import Source
    from ...evaluation.table import ThinnedRows

    by_set = [group for group in groups if not group.metrics]
    sources = [Source(str(path), path) for path in photos_in(request.liked)]
    rows = {group.name: ThinnedRows() for group in by_set}
    readable = 0
    with report.bar(len(sources), "photos") as advance:
        for measurement in measure_photos(sources, [INPUT], by_set, cache, max_pixels):
            advance(measurement.source.path.name)
            if measurement.problem is not None:
                report.complain(f"{measurement.problem}")
                continue
            readable += 1
            for group, row in measurement.features.items():
                rows[group].add(row)
    if not readable:
        raise NoInputError(f"{request.liked[0]}: none of the liked photos can be read")
    return {group: of_set.rows() for group, of_set in rows.items()}
