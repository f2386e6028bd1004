"""Resizes one axis of an array: each element of the result is a weighted sum of a few elements of
its line (`lines.py`), by gathering or by a product with a matrix."""

import math
from typing import Any

import numpy

from weft import np
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.extents import counted, is_open, number_of
from weft._import.lines import Line, Style, nearest_places, source_of, weights_of
from weft._import.values import array_of

# Up to so many elements of a line are gathered and added; more are a product with a matrix.
_MAX_TAPS = 8
MAX_FACTOR = 1 << 10  # by which open axes grow
Part = tuple[float, float]  # where a part of an axis begins and ends, in shares of it
WHOLE: Part = (0.0, 1.0)


def line_by_scale(extent: Any, axis: int, scale: float, part: Part = WHOLE) -> Line:
    """An axis that changes by a factor; in float32, as ONNX Runtime: 10 * 0.7 gives 7 elements."""
    if not is_open(extent):
        return Line(axis, extent, int(numpy.float32(extent) * numpy.float32(scale)), scale, *part)
    if scale > MAX_FACTOR:
        raise Unsupported(
            f"an open axis can be resized by a factor of {MAX_FACTOR} at most; got {scale}"
        )
    number = number_of(extent)
    product = number.astype("float32") * np.array(scale, dtype="float32")
    # A product in float32 may be rounded up, by less than one part in 2²³.
    bound = extent * (math.ceil(scale) + 1)
    size = counted(np.floor(product).astype("int64"), bound)
    count = number_of(size).astype("float64")
    return Line(axis, number.astype("float64"), count, scale, *part, size=size)


def line_by_size(extent: Any, axis: int, size: Any, part: Part = WHOLE) -> Line:
    """An axis that gets an extent."""
    if not is_open(extent, size):
        return Line(axis, extent, size, size / extent, *part)
    numbers = [number_of(value).astype("float64") for value in (extent, size)]
    scale = (numbers[1] / numbers[0]).astype("float32")
    return Line(axis, *numbers, scale, *part, size=size, is_stretched=True)


def _along(x: ndarray, values: Any, axis: int) -> ndarray:
    """Numbers along an axis of `x`, in its dtype."""
    shape = [1] * x.ndim
    shape[axis] = -1
    return array_of(values.reshape(shape)).astype(x.dtype)


def resized_axis(x: ndarray, style: Style, line: Line) -> ndarray:
    axis = line.axis
    if style.mode == "nearest":
        found = np.take(x, array_of(nearest_places(style, line)), axis=axis)
    else:
        found = _weighted(x, *weights_of(style, line), line)
    if style.transform != "tf_crop_and_resize":
        return found
    source = source_of(style, line)
    is_outside = (source < 0) | (source > line.extent - 1)
    if not line.is_open and not is_outside.any():
        return found
    return np.where(_along(found, is_outside, axis) != 0, style.outside, found)


def _weighted(x: ndarray, places: Any, weights: Any, line: Line) -> ndarray:
    axis = line.axis
    if not line.is_open and places.shape[1] > _MAX_TAPS:
        matrix = numpy.zeros((x.shape[axis], places.shape[0]))
        numpy.add.at(matrix, (places, numpy.arange(places.shape[0])[:, None]), weights)
        lines = np.moveaxis(x, axis, -1)
        return np.moveaxis(np.matmul(lines, np.array(matrix).astype(x.dtype)), -1, axis)
    total = None
    for tap in range(places.shape[1]):
        if not line.is_open and not weights[:, tap].any():
            continue
        part = np.take(x, array_of(places[:, tap]), axis=axis) * _along(x, weights[:, tap], axis)
        total = part if total is None else total + part
    assert total is not None
    return total


__all__ = ["MAX_FACTOR", "line_by_scale", "line_by_size", "resized_axis"]
