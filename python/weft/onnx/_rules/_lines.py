"""Where the elements of a resized line come from: places and weights, which NumPy finds from the
extents, the factor, and the attributes of Resize."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy


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

    scale: the factor of its extent, which need not give `count` exactly; start, end: the part of
        the axis, in shares of it, that tf_crop_and_resize cuts out
    """

    axis: int
    extent: int
    count: int
    scale: float
    start: float = 0.0
    end: float = 1.0

    @property
    def exact(self) -> float:
        """The extent of the result before it was made whole."""
        return self.extent * self.scale

    @property
    def is_exact(self) -> bool:
        return math.isclose(self.exact, self.count, rel_tol=1e-6)


def _half_pixel(line: Line, y: numpy.ndarray) -> numpy.ndarray:
    return (y + 0.5) / line.scale - 0.5


def _pytorch_half_pixel(line: Line, y: numpy.ndarray) -> numpy.ndarray:
    return y * 0 if line.count == 1 else _half_pixel(line, y)


def _half_pixel_symmetric(line: Line, y: numpy.ndarray) -> numpy.ndarray:
    """The middle of the line stays the middle where the extent was made whole."""
    return line.extent / 2 * (1 - line.count / line.exact) + _half_pixel(line, y)


def _align_corners(line: Line, y: numpy.ndarray) -> numpy.ndarray:
    return y * 0 if line.exact == 1 else y * (line.extent - 1) / (line.exact - 1)


def _crop(line: Line, y: numpy.ndarray) -> numpy.ndarray:
    part, last = line.end - line.start, line.extent - 1
    inner = y * 0 + part * last / 2 if line.exact == 1 else y * part * last / (line.exact - 1)
    return inner + line.start * last


TRANSFORMS: dict[str, Callable[[Line, numpy.ndarray], numpy.ndarray]] = {
    "half_pixel": _half_pixel,
    "half_pixel_symmetric": _half_pixel_symmetric,
    "pytorch_half_pixel": _pytorch_half_pixel,
    "align_corners": _align_corners,
    "asymmetric": lambda line, y: y / line.scale,
    "tf_half_pixel_for_nn": lambda line, y: (y + 0.5) / line.scale,
    "tf_crop_and_resize": _crop,
}

# Before version 11 there was no choice: down where a line grows, up where it shrinks.
BY_SCALE = "by_scale"

NEAREST: dict[str, Callable[[Line, numpy.ndarray], numpy.ndarray]] = {
    "round_prefer_floor": lambda line, x: numpy.ceil(x - 0.5),
    "round_prefer_ceil": lambda line, x: numpy.floor(x + 0.5),
    "floor": lambda line, x: numpy.floor(x),
    "ceil": lambda line, x: numpy.ceil(x),
    BY_SCALE: lambda line, x: numpy.ceil(x) if line.scale < 1 else numpy.floor(x),
}


def source_of(style: Style, line: Line) -> numpy.ndarray:
    """Where each element of the result lies on the line, found in float32, as ONNX Runtime does, so
    that both round to the same elements."""
    scale = float(numpy.float32(line.scale))
    y = numpy.arange(line.count, dtype="float32")
    return TRANSFORMS[style.transform](replace(line, scale=scale), y).astype("float64")


def nearest_places(style: Style, line: Line) -> numpy.ndarray:
    """For each element of the result the one that it copies."""
    places = NEAREST[style.nearest](line, source_of(style, line)).astype("int64")
    return numpy.clip(places, 0, line.extent - 1)


def _hat(distance: numpy.ndarray) -> numpy.ndarray:
    return numpy.clip(1 - numpy.abs(distance), 0, 1)


def _keys(distance: numpy.ndarray, a: float) -> numpy.ndarray:
    """The cubic convolution kernel of R. Keys."""
    x = numpy.abs(distance)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return numpy.where(x <= 1, near, numpy.where(x < 2, far, 0.0))


def weights_of(style: Style, line: Line) -> tuple[numpy.ndarray, numpy.ndarray]:
    """For each element of the result the places and weights of those that it is made of."""
    source = source_of(style, line)
    shrink = min(line.scale, 1.0) if style.is_antialias else 1.0
    reach = 1 if style.mode == "linear" else 2
    first = math.floor(-reach / shrink) + 1
    # An element on a place counts as just behind the one before it, as ONNX says.
    base = numpy.ceil(source) - 1
    offsets = numpy.arange(first, 2 - first)
    places = (base[:, None] + offsets).astype("int64")
    distance = (places - source[:, None]) * shrink
    weights = _hat(distance) if style.mode == "linear" else _keys(distance, style.cubic)
    if style.excludes_outside:
        weights = numpy.where((places < 0) | (places >= line.extent), 0.0, weights)
    if style.excludes_outside or style.is_antialias:
        total = weights.sum(1, keepdims=True)
        weights = weights / numpy.where(total == 0, 1.0, total)
    return numpy.clip(places, 0, line.extent - 1), weights


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
