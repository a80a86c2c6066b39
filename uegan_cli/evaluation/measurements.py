"""Measurements: every source, as every method makes it, measured by every metric group, through the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .. import __version__
from ..errors import PhotoError, UeganError
from .measurement_cache import MeasurementCache, Values, cache_key, file_identity
from .methods import Method, SourcePictures
from .metric_groups import MetricGroup
from .pairs import Source
from .pictures import IncomparableError, Picture


@dataclass(frozen=True)
class Measurement:
    """What was measured of one source as one method makes it.

    values: by metric key. features: by name of the metric group. picture_key: digest of all that determines the
    picture. picture: returns the picture, made on demand; call it before the next measurement is taken. problem: why it
    could not be measured; the rest is empty then.
    """

    source: Source
    method: str
    values: Mapping[str, float] = field(default_factory=dict)
    features: Mapping[str, Values] = field(default_factory=dict)
    picture_key: str = ""
    picture: Callable[[], Picture] | None = None
    problem: UeganError | None = None


def measure_photos(
    sources: Iterable[Source],
    methods: Sequence[Method],
    groups: Sequence[MetricGroup],
    cache: MeasurementCache,
    max_pixels: int,
) -> Iterator[Measurement]:
    """Yield a measurement for each source and each method that has a picture of it, source by source.

    A photo whose values are all in the cache is not read, unless its picture is asked for.
    """
    for source in sources:
        pictures = SourcePictures(source, max_pixels)
        for method in methods:
            try:
                key = _picture_key(method, source, max_pixels)
                if key is not None:
                    yield _measure(_MethodPicture(pictures, method, key), groups, cache)
            except UeganError as error:
                yield Measurement(source, method.name, problem=error)


def _picture_key(method: Method, source: Source, max_pixels: int) -> str | None:
    """Return None where the method has no picture of the source. Raises PhotoError.

    max_pixels is part of the key, so that a photo refused at one limit is not found in the cache of another.
    """
    identity = method.identity(source)
    if identity is None:
        return None
    text = file_identity(identity) if isinstance(identity, Path) else identity
    return cache_key(__version__, file_identity(source.path), str(max_pixels), text)


@dataclass
class _MethodPicture:
    """A method's picture of a source, made when it is first needed."""

    pictures: SourcePictures
    method: Method
    key: str

    @cached_property
    def picture(self) -> Picture:
        return self.method.apply(self.pictures)


def _measure(made: _MethodPicture, groups: Sequence[MetricGroup], cache: MeasurementCache) -> Measurement:
    source = made.pictures.source
    values: dict[str, float] = {}
    features: dict[str, Values] = {}
    for group in groups:
        key = cache_key(made.key, group.name, group.identity(source))
        measured = cache.get(key)
        if measured is None:
            try:
                measured = group.measure(made.pictures, made.picture)
            except IncomparableError as error:
                raise PhotoError(f"{source.path} ({made.method.name}): {error}") from error
            cache.put(key, measured)
        if group.metrics:
            values.update(zip(group.metrics, measured.tolist(), strict=True))
        else:
            features[group.name] = measured
    return Measurement(source, made.method.name, values, features, made.key, lambda: made.picture)
