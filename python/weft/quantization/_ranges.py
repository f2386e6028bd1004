"""What lies between which bounds: ranges of activations over calibration data, and their scales."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy

from weft import autograd, np
from weft._errors import InvalidType, InvalidValue
from weft.sym._nodes import Entry, Variable, evaluate


class Scale(NamedTuple):
    """The real numbers that int8 stands for: step * (q - zero)."""

    step: float
    zero: int

    def quantized(self, x: float) -> int:
        """The integer next to `x`, within int8."""
        return int(numpy.clip(numpy.rint(x / self.step) + self.zero, -128, 127))


class Range(NamedTuple):
    """Of an activation: least, greatest, and the shape that it had."""

    low: float
    high: float
    shape: tuple[int, ...]

    @property
    def scale(self) -> Scale:
        """Of 255 steps between the bounds, zero included, which has an integer of its own."""
        low, high = min(self.low, 0.0), max(self.high, 0.0)
        step = max((high - low) / 255, 1e-8)
        return Scale(step, int(numpy.clip(numpy.rint(-128 - low / step), -128, 127)))


def batches_of(data: Any) -> Iterable[Any]:
    """Calibration data as arrays: one array, or something to iterate over whose items are arrays
    or sequences that begin with one, as those of data loaders are."""
    found = [data] if hasattr(data, "dtype") else data
    if not hasattr(found, "__iter__"):
        raise InvalidType(
            "quantize: `calibration_data` must be an array or an iterable of arrays; "
            f"got {type(data).__name__}"
        )
    for item in found:
        batch = item[0] if isinstance(item, list | tuple) else item
        if not hasattr(batch, "dtype"):
            raise InvalidType(
                "quantize: `calibration_data` must have arrays; got "
                f"an item of type {type(batch).__name__}"
            )
        yield batch if isinstance(batch, np.ndarray) else np.array(batch)


def ranges_of(
    entries: dict[Entry, str],
    run: dict[Variable, Any],
    data: Variable,
    batches: Iterable[Any],
    percentile: float,
) -> dict[Entry, Range]:
    """Ranges of these entries over all batches; names are for errors.

    run: the arrays of the other variables
    percentile: how many of a batch's elements lie within the bounds, in percent
    """
    found: dict[Entry, Range] = {}
    heads = list(entries)
    for batch in batches:
        with autograd.predict_mode():
            values = evaluate(heads, {**run, data: batch}, training=False)
        for entry, value in zip(heads, values, strict=True):
            found[entry] = _widened(found.get(entry), value, percentile, entries[entry])
    if not found:
        raise InvalidValue("quantize: `calibration_data` must not be empty")
    return found


def _widened(known: Range | None, value: Any, percentile: float, name: str) -> Range:
    if value.size == 0:
        raise InvalidValue(f"quantize: `{name}` is empty for a batch of `calibration_data`")
    if percentile == 100.0:
        low, high = float(value.min()), float(value.max())
    else:
        rest = 100.0 - percentile
        low, high = numpy.percentile(value.asnumpy(), [rest / 2, 100.0 - rest / 2])
    if not numpy.isfinite([low, high]).all():
        raise InvalidValue(
            f"quantize: `{name}` must be finite for `calibration_data`; its elements lie between "
            f"{low} and {high}"
        )
    if known is not None:
        low, high = min(low, known.low), max(high, known.high)
    return Range(float(low), float(high), tuple(value.shape))
