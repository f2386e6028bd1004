"""Where the elements of a resized line come from: places and weights, which follow from the
extents, the factor, and the attributes of Resize.

NumPy finds them of lines whose extents are known. Of an open line, whose extents only a run knows,
the graph does, by the same formulas.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy

from weft import np
from weft._base.errors import Unsupported
from weft._import.values import is_array


@dataclass(frozen=True)
class Style:
    """How a result follows from a line, as the attributes of Resize say."""

    mode: str
    transform: str
    nearest: str = "round_prefer_floor"
    cubic: float = -0.75
    is_antialias: bool = False
    excludes_outside: bool = False
    outside: float = 0.0


@dataclass(frozen=True)
class Line:
    """One axis that changes.

    extent, count: of the axis and of the result: numbers, or of an open line float64 arrays without
        axes; scale: the factor, which need not give `count` exactly: a number, or such an array;
        start, end: the part of the axis, in shares of it, that tf_crop_and_resize cuts out
    size: of an open line, the extent of the result; is_stretched: does its factor give `count`?
    """

    axis: int
    extent: Any
    count: Any
    scale: Any
    start: float = 0.0
    end: float = 1.0
    size: Any = None
    is_stretched: bool = False

    @property
    def is_open(self) -> bool:
        return self.size is not None

    @property
    def exact(self) -> Any:
        """The extent of the result before it was made whole."""
        return self.extent * self.scale

    @property
    def is_exact(self) -> bool:
        if self.is_open:
            return self.is_stretched
        return math.isclose(self.exact, self.count, rel_tol=1e-6)

    @property
    def reach(self) -> Any:
        """The extent of the result that ends are measured by: as the factor gives it, and whole
        where only the factor's rounding keeps it from being so."""
        if self.is_exact:
            return self.count
        if not self.is_open:
            return self.exact
        exact = self.exact
        return np.where(np.abs(exact - self.count) <= 1e-6 * self.count, self.count, exact)


def _library(x: Any) -> Any:
    """The functions for numbers and arrays of a line."""
    return np if is_array(x) else numpy


def _narrow(number: Any) -> Any:
    """A number for arithmetic in float32; those of Python follow the other operand."""
    return number.astype("float32") if is_array(number) else number


def _if(condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """A choice that is made now, where it is known."""
    if is_array(condition):
        return np.where(condition, then(), otherwise())
    return then() if condition else otherwise()


def _half_pixel(line: Line, y: Any) -> Any:
    return (y + 0.5) / _narrow(line.scale) - 0.5


def _pytorch_half_pixel(line: Line, y: Any) -> Any:
    return _if(line.count == 1, lambda: y * 0, lambda: _half_pixel(line, y))


def _half_pixel_symmetric(line: Line, y: Any) -> Any:
    """The middle of the line stays the middle where the extent was made whole. In float64 but for
    the share by which it was, as ONNX Runtime does."""
    if line.is_open:
        share = _narrow(line.count) / _narrow(line.exact)
        middle, count = _narrow(line.extent) / 2, y.astype("float64")
        offset, scale = (middle * (1 - share)).astype("float64"), line.scale
        scale = scale.astype("float64") if is_array(scale) else scale
        return (offset + (count + 0.5) / scale - 0.5).astype("float32")
    share = numpy.float32(line.count) / numpy.float32(line.exact)
    offset = numpy.float32(line.extent) / 2 * (1 - share)
    return offset.astype("float64") + (y.astype("float64") + 0.5) / line.scale - 0.5


def _align_corners(line: Line, y: Any) -> Any:
    def stretched() -> Any:
        return y * _narrow(line.extent - 1) / _narrow(line.reach - 1)

    return _if(line.count == 1, lambda: y * 0, stretched)


def _crop(line: Line, y: Any) -> Any:
    part, last = line.end - line.start, line.extent - 1

    def stretched() -> Any:
        return y * part * _narrow(last) / _narrow(line.reach - 1)

    inner = _if(line.count == 1, lambda: y * 0 + _narrow(part * last / 2), stretched)
    return inner + _narrow(line.start * last)


TRANSFORMS: dict[str, Callable[[Line, Any], Any]] = {
    "half_pixel": _half_pixel,
    "half_pixel_symmetric": _half_pixel_symmetric,
    "pytorch_half_pixel": _pytorch_half_pixel,
    "align_corners": _align_corners,
    "asymmetric": lambda line, y: y / _narrow(line.scale),
    "tf_half_pixel_for_nn": lambda line, y: (y + 0.5) / _narrow(line.scale),
    "tf_crop_and_resize": _crop,
}

# Before version 11 there was no choice: down where a line grows, up where it shrinks.
BY_SCALE = "by_scale"


def _by_scale(line: Line, x: Any) -> Any:
    return _library(x).ceil(x) if line.scale < 1 else _library(x).floor(x)


# So close to the middle between two elements a place counts as the middle, as in ONNX Runtime:
# places are rounded to float32.
_NEAR = 1e-6

NEAREST: dict[str, Callable[[Line, Any], Any]] = {
    "round_prefer_floor": lambda line, x: _library(x).ceil(x - (0.5 + _NEAR)),
    "round_prefer_ceil": lambda line, x: _library(x).floor(x + (0.5 + _NEAR)),
    "floor": lambda line, x: _library(x).floor(x),
    "ceil": lambda line, x: _library(x).ceil(x),
    BY_SCALE: _by_scale,
}


def source_of(style: Style, line: Line) -> Any:
    """Where each element of the result lies on the line, found in float32, as ONNX Runtime does, so
    that both round to the same elements."""
    if line.is_open:
        y = np.arange(0, line.size, 1, dtype="float32")
    else:
        y = numpy.arange(line.count, dtype="float32")
    if not is_array(line.scale):
        line = replace(line, scale=float(numpy.float32(line.scale)))
    return TRANSFORMS[style.transform](line, y).astype("float32").astype("float64")


def _inside(places: Any, line: Line) -> Any:
    """Places behind an end of the line are at the end."""
    if line.is_open:
        return np.clip(places, 0, line.extent.astype("int64") - 1)
    return numpy.clip(places, 0, line.extent - 1)


def nearest_places(style: Style, line: Line) -> Any:
    """For each element of the result the one that it copies."""
    places = NEAREST[style.nearest](line, source_of(style, line)).astype("int64")
    return _inside(places, line)


def _hat(distance: Any) -> Any:
    library = _library(distance)
    return library.clip(1 - library.abs(distance), 0, 1)


def _keys(distance: Any, a: float) -> Any:
    """The cubic convolution kernel of R. Keys."""
    library = _library(distance)
    x = library.abs(distance)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return library.where(x <= 1, near, library.where(x < 2, far, 0.0))


def weights_of(style: Style, line: Line) -> tuple[Any, Any]:
    """For each element of the result the places and weights of those that it is made of."""
    source = source_of(style, line)
    library = _library(source)
    if style.is_antialias and is_array(line.scale):
        raise Unsupported(
            f"`antialias` of the open axis {line.axis} needs `scales`, from which it is known how "
            "many elements one is made of; here there are `sizes`"
        )
    shrink = min(line.scale, 1.0) if style.is_antialias else 1.0
    reach = 1 if style.mode == "linear" else 2
    first = math.floor(-reach / shrink) + 1
    # An element on a place counts as just behind the one before it, as ONNX says.
    base = library.ceil(source) - 1
    offsets = library.arange(first, 2 - first, dtype="float64")
    places = base[:, None] + offsets
    distance = (places - source[:, None]) * shrink
    weights = _hat(distance) if style.mode == "linear" else _keys(distance, style.cubic)
    if style.excludes_outside:
        is_outside = (places < 0) | (places >= line.extent)
        weights = library.where(is_outside, 0.0, weights)
    if style.excludes_outside or style.is_antialias:
        total = weights.sum(1, keepdims=True)
        weights = weights / library.where(total == 0, 1.0, total)
    return _inside(places.astype("int64"), line), weights


__all__ = [
    "BY_SCALE",
    "NEAREST",
    "TRANSFORMS",
    "Line",
    "Style",
    "nearest_places",
    "source_of",
    "weights_of",
]
