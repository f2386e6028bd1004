"""Scales of integers: what rules for int8 have in common, after TensorFlow Lite's kernels."""

import math
from collections.abc import Callable
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft.tflite._read import Tensor

# By number of ActivationFunctionType: the bounds of the real result.
_BOUNDS = {0: (None, None), 1: (0.0, None), 2: (-1.0, 1.0), 3: (0.0, 6.0)}
_TANH = 4
ZERO_TO_ONE = -1  # an operator, but no activation that is part of one
_BOUNDS[ZERO_TO_ONE] = (0.0, 1.0)


def is_int8(call: Any) -> bool:
    """Is the node's first result a quantized int8 tensor?"""
    tensor = call.node.notes.outputs[0]
    return tensor.dtype == "int8" and tensor.is_quantized


def ends(call: Any) -> tuple[list[Tensor | None], Tensor]:
    """The tensors of a node: its inputs, and its first result."""
    return call.node.notes.inputs, call.node.notes.outputs[0]


def activated(x: ndarray, function: int) -> ndarray:
    """A float result with the activation that is part of its operator."""
    if function == _TANH:
        return np.tanh(x)
    if function not in _BOUNDS:
        raise Unsupported(f"fused activation {function} is not supported")
    low, high = _BOUNDS[function]
    if low == 0.0 and high is None:
        return npx.relu(x)
    if x.dtype.kind in "iu":  # bounds are whole, and a float would make floats of the integers
        low, high = (None if end is None else int(end) for end in (low, high))
    return x if low is None and high is None else np.clip(x, low, high)


def bounds(output: Tensor, function: int) -> tuple[int, int]:
    """The lowest and the highest integer that an activation lets through."""
    if function not in _BOUNDS:
        raise Unsupported(f"fused activation {function} of integers is not supported")
    low, high = _BOUNDS[function]

    def steps(value: float) -> int:
        return output.zero + round_away(value / output.step)

    least, most = (int(end) for end in _ends_of(output.dtype))
    lowest = least if low is None else max(least, steps(low))
    return lowest, most if high is None else min(most, steps(high))


def _ends_of(dtype: str) -> tuple[int, int]:
    return numpy.iinfo(dtype).min, numpy.iinfo(dtype).max


def round_away(value: float) -> int:
    """To the nearest integer, halves away from zero."""
    return math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)


def rounded_away(x: ndarray) -> ndarray:
    """Floats to the nearest whole number, halves away from zero."""
    whole = np.trunc(x)
    is_half = np.equal(np.abs(x - whole), 0.5)
    return np.where(is_half, whole + np.sign(x), np.rint(x))


def factors(scales: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Multipliers and shifts of real factors, as host values."""
    multiplier, shift = npx.quantized_multiplier(scales)
    return multiplier.asnumpy(), shift.asnumpy()


def product_factor(a: Tensor, b: Tensor, output: Tensor) -> numpy.float64:
    """From steps of a product to those of a result; found in float32, as TensorFlow Lite does."""
    return numpy.float64(numpy.float32(a.step) * numpy.float32(b.step) / numpy.float32(output.step))


def rescaled(x: ndarray, factor: float, output: Tensor, function: int = 0) -> ndarray:
    """int32 times a real factor as int8 of the output's zero point."""
    multiplier, shift = factors(numpy.float64(factor))
    lowest, highest = bounds(output, function)
    return npx.requantize(x, np.array(multiplier), np.array(shift), output.zero, lowest, highest)


def centred(x: ndarray, tensor: Tensor) -> ndarray:
    """int8 as int32 without the zero point."""
    wide = x.astype("int32")
    return wide - tensor.zero if tensor.zero else wide


# A result may have so many elements, or so many for each that the file declares: a batch may be
# larger than the file's. More is a file that contradicts itself, and would fill the memory.
_ROOM, _GROWTH = 1 << 24, 1 << 10


def require_room(call: Any, shape: Any) -> None:
    """Raises where the numbers of a file ask for a far larger result than the file declares."""
    declared = math.prod(ends(call)[1].shape)
    if math.prod(map(int, shape)) > max(_ROOM, _GROWTH * declared):
        raise InvalidValue(
            f"the result has shape {tuple(shape)}; the file declares {declared} elements"
        )


def table_of(
    function: Callable[[Any], Any], x: Tensor, y: Tensor, rounded: bool = True
) -> numpy.ndarray:
    """The int8 results of a function for all 256 integers, computed in float32 as TensorFlow
    Lite's tables are; rounded: to the nearest, else towards zero."""
    step, output_step = numpy.float32(x.step), numpy.float32(y.step)
    values = (numpy.arange(-128, 128, dtype="int32") - x.zero).astype("float32") * step
    with numpy.errstate(all="ignore"):
        results = function(values).astype("float32")
        if rounded:
            results = results * (numpy.float32(1.0) / output_step)
            results = results + numpy.copysign(numpy.float32(0.5), results)
        else:
            results = results / output_step
        return numpy.clip(numpy.trunc(results) + y.zero, -128, 127).astype("int8")
