"""First values of blobs: Caffe's fillers, and random numbers that follow `random_seed`.

Fan-in is the number of elements for each element of the first axis, fan-out that for each of the
second, whatever the axes mean to the layer.
"""

import math
from typing import Any

import numpy

from weft._base.errors import InvalidValue, Unsupported
from weft.caffe._messages import message

MOST_ELEMENTS = (1 << 31) - 1  # of a blob, as in Caffe


def constant(value: float) -> Any:
    """A filler of one number."""
    return message("FillerParameter")(type="constant", value=value)


def filled(
    filler: Any, shape: tuple[int, ...], random: numpy.random.Generator, name: str
) -> numpy.ndarray:
    """An array of float32 with first values.

    filler: a `FillerParameter`; None: zeros
    name: of the blob, for errors

    Raises NotImplementedError for a type that is not known, ValueError for a shape that it cannot
    fill.
    """
    if math.prod(shape) > MOST_ELEMENTS:
        raise InvalidValue(f"`{name}` must have less than 2^31 elements; got shape {shape}")
    if filler is None:
        return numpy.zeros(shape, "float32")
    kind = filler.type or "constant"
    if kind not in _FILLERS:
        raise Unsupported(
            f"filler of `{name}`: `type` must be one of {', '.join(_FILLERS)}; got {kind!r}"
        )
    try:
        values = _FILLERS[kind](filler, shape, random)
    except InvalidValue as error:
        raise InvalidValue(f"filler {kind} of `{name}`: {error}") from None
    return numpy.asarray(values, "float32").reshape(shape)


def _constant(filler: Any, shape: Any, random: Any) -> Any:
    return numpy.full(shape, filler.value)


def _uniform(filler: Any, shape: Any, random: Any) -> Any:
    if filler.min > filler.max:
        raise InvalidValue(f"`min` must be at most `max`; got {filler.min} and {filler.max}")
    return random.uniform(filler.min, filler.max, shape)


def _gaussian(filler: Any, shape: Any, random: Any) -> Any:
    if filler.std < 0:
        raise InvalidValue(f"`std` must be at least 0; got {filler.std}")
    values = random.normal(filler.mean, filler.std, shape)
    if filler.sparse < 0:
        return values
    # So many weights of each output are not 0, on the average.
    outputs = shape[0] if shape else 1
    return values * (random.random(shape) < filler.sparse / outputs)


def _positive_unitball(filler: Any, shape: Any, random: Any) -> Any:
    values = random.random((shape[0], math.prod(shape[1:])) if shape else (1, 1))
    return values / values.sum(1, keepdims=True)


def _count(filler: Any, shape: Any) -> float:
    """The number of inputs, of outputs, or their mean, as `variance_norm` says."""
    total = math.prod(shape)
    inputs = total / shape[0] if shape else 1
    outputs = total / shape[1] if len(shape) > 1 else total
    return (inputs, outputs, (inputs + outputs) / 2)[filler.variance_norm]


def _xavier(filler: Any, shape: Any, random: Any) -> Any:
    bound = math.sqrt(3 / _count(filler, shape))
    return random.uniform(-bound, bound, shape)


def _msra(filler: Any, shape: Any, random: Any) -> Any:
    return random.normal(0, math.sqrt(2 / _count(filler, shape)), shape)


def _bilinear(filler: Any, shape: Any, random: Any) -> Any:
    if len(shape) != 4 or shape[2] != shape[3]:
        raise InvalidValue(f"needs a blob of 4 axes with square kernels; got shape {shape}")
    extent = shape[3]
    factor = math.ceil(extent / 2)
    middle = (extent - 1) / (2 * factor)
    line = 1 - numpy.abs(numpy.arange(extent) / factor - middle)
    return numpy.broadcast_to(line[:, None] * line, shape)


_FILLERS = {
    "constant": _constant,
    "uniform": _uniform,
    "gaussian": _gaussian,
    "positive_unitball": _positive_unitball,
    "xavier": _xavier,
    "msra": _msra,
    "bilinear": _bilinear,
}

__all__ = ["MOST_ELEMENTS", "constant", "filled"]
