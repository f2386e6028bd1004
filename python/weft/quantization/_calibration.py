"""Ranges of activations over calibration data."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy

from weft import autograd
from weft._base.errors import InvalidValue
from weft.compression._graph.traced import Traced
from weft.quantization._observers import Entropy, Extremes, MeanSquare, Percentile
from weft.quantization._ranges import Range
from weft.sym._nodes import Entry, evaluate

METHODS: dict[str, Callable[[], Extremes]] = {
    "minmax": Extremes,
    "mse": MeanSquare,
    "entropy": Entropy,
}


def observer_of(caller: str, method: str, percentile: float) -> Callable[[], Extremes]:
    """What makes the observer of an entry."""
    if not 50 < percentile <= 100:
        raise InvalidValue(
            f"{caller}: `percentile` must be more than 50 and at most 100; got {percentile}"
        )
    if method not in METHODS:
        raise InvalidValue(
            f"{caller}: `method` must be one of {', '.join(map(repr, METHODS))}; got {method!r}"
        )
    if percentile == 100.0:
        return METHODS[method]
    if method != "minmax":
        raise InvalidValue(
            f"{caller}: `percentile` is for method 'minmax'; got {percentile} with {method!r}"
        )
    return lambda: Percentile(percentile)


def ranges_of(
    entries: dict[Entry, str],
    net: Traced,
    batches: Iterable[Any],
    observer: Callable[[], Extremes],
) -> dict[Entry, Range]:
    """Ranges of these entries over all batches, one after the other; names are for errors.

    Raises ValueError, which names the node, for elements that are not finite, and for an activation
    that is 0 everywhere, as int8 has no scale for it.
    """
    observers = {entry: observer() for entry in entries}
    arrays = net.arrays
    for batch in batches:
        with autograd.predict_mode():
            values = evaluate(list(entries), {**arrays, **net.given(batch)}, training=False)
        for entry, value in zip(entries, values, strict=True):
            low, high = _bounds(net.caller, entries[entry], value)
            observers[entry].add(value, low, high)
    ranges = {entry: known.range() for entry, known in observers.items()}
    for entry, known in ranges.items():
        check_range(net.caller, entries[entry], known)
    return ranges


def _bounds(caller: str, name: str, value: Any) -> tuple[float, float]:
    if value.size == 0:
        raise InvalidValue(f"{caller}: `{name}` is empty for a batch of `calibration_data`")
    low, high = float(value.min()), float(value.max())
    if not numpy.isfinite([low, high, high - low]).all():
        raise InvalidValue(
            f"{caller}: `{name}` must be finite for `calibration_data`; its elements lie between "
            f"{low} and {high}"
        )
    return low, high


def check_range(caller: str, name: str, known: Range) -> None:
    """Raises ValueError for a range of nothing but 0."""
    if known.low == 0 == known.high:
        raise InvalidValue(
            f"{caller}: the range of `{name}` collapses: it is 0 for all of `calibration_data`; "
            "give data that the layer answers to, or leave it in float32 with `keep`"
        )
