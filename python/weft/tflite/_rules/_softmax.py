"""Softmax of int8 with results of 16 bits, after TensorFlow Lite's reference kernel, which computes
with numbers of 32 bits as the library gemmlowp does.

There are only 256 distances of an int8 from the largest one of its row, so what the exponential has
at them is a table. The reciprocal of a row's sum is found in int64 arrays.
"""

import math
from typing import Any

import numpy

from weft import np
from weft._core.typing import ndarray
from weft.tflite._read import Tensor
from weft.tflite._rules._scales import factors

_ONE = (1 << 31) - 1  # the largest number below 1 with no bit in front of the point
_WHOLE, _SUM = 5, 12  # bits in front of the point, of distances and of sums
# exp(-2^power) for the powers from -2 on, with no bit in front of the point.
_EXPONENTIALS = {
    **{-2: 1672461947, -1: 1302514674, 0: 790015084, 1: 290630308},
    **{2: 39332535, 3: 720401, 4: 242},
}


def _product(a: Any, b: Any) -> Any:
    """The upper half of a product, rounded to the nearest, halves up: of host values or arrays."""
    return (a * b + (1 << 30)) >> 31


def _rounded(x: Any, power: Any) -> Any:
    """x / 2^power to the nearest, halves away from zero: of host values."""
    half = (1 << power) >> 1
    return numpy.sign(x) * ((numpy.abs(x) + half) >> power)


def _exponentials(x: numpy.ndarray) -> numpy.ndarray:
    """e^x for x <= 0 with five bits in front of the point, with none."""
    fraction = 31 - _WHOLE
    quarter = 1 << (fraction - 2)
    rest = (x & (quarter - 1)) - quarter
    # A Taylor series around -1/8.
    y = (rest << _WHOLE) + (1 << 28)
    y2 = _product(y, y)
    y3, y4 = _product(y2, y), _product(y2, y2)
    series = y + _rounded(_product(_rounded(y4, 2) + y3, 715827883) + y2, 1)
    result = 1895147668 + _product(series, 1895147668)
    remainder = rest - x
    for power, factor in _EXPONENTIALS.items():
        is_set = (remainder >> (fraction + power)) & 1 == 1
        result = numpy.where(is_set, _product(result, factor), result)
    return numpy.where(x == 0, _ONE, result)


def _tables(step: float, beta: float) -> tuple[numpy.ndarray, numpy.ndarray]:
    """For each distance from the largest number the exponential, and its part in a sum. Far ones
    have none."""
    factor = min(beta * step * (1 << (31 - _WHOLE)), float(_ONE))
    multiplier, shift = (int(value) for value in factors(numpy.float64(factor)))
    least = math.floor(((1 << _WHOLE) - 1) * 2.0 ** (31 - _WHOLE - shift))
    distance = numpy.arange(256, dtype="int64")
    is_near = distance <= least
    scaled = _product(-numpy.where(is_near, distance, 0) << max(shift, 0), multiplier)
    powers = numpy.where(is_near, _exponentials(scaled), 0)
    return powers, numpy.where(is_near, _rounded(powers, _SUM), 0)


def _reciprocal(x: ndarray) -> ndarray:
    """1 / (1 + x) for x in [0, 1), both with no bit in front of the point, by Newton's method."""

    def product(a: Any, b: Any) -> ndarray:
        return np.right_shift(a * b + (1 << 30), 31)

    half = np.right_shift(x + (_ONE + 1), 1)
    y = product(half, -1010580540) + 1515870810
    for _ in range(3):
        y = y + np.clip(product(y, (1 << 29) - product(half, y)) * 4, -_ONE - 1, _ONE)
    return np.clip(y * 2, -_ONE - 1, _ONE)


def softmax_of_bytes(x: ndarray, tensor: Tensor, beta: float) -> ndarray:
    """Softmax of int8 along the last axis as int16, in 2^-16 from -32768 on."""
    powers, parts = _tables(tensor.step, beta)
    wide = x.astype("int32")
    distance = np.max(wide, axis=-1, keepdims=True) - wide
    total = np.sum(np.take(np.array(parts), distance), axis=-1, keepdims=True)
    ends = np.array(numpy.left_shift(numpy.int64(1), numpy.arange(32)))
    bits = np.sum((np.expand_dims(total, -1) >= ends).astype("int64"), axis=-1)
    # The sum with its highest bit at 2^31, less 2^31.
    scale = _reciprocal(np.left_shift(total, 32 - bits) - (1 << 31))
    drop = bits + (_SUM - 32 + 31 - 16)
    product = np.right_shift(np.take(np.array(powers), distance) * scale + (1 << 30), 31)
    half = np.left_shift(np.ones_like(drop), drop - 1)
    result = np.right_shift(product + half, drop) - 32768
    return np.clip(result, -32768, 32767).astype("int16")


__all__ = ["softmax_of_bytes"]
