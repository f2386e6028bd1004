"""Fixed-point arithmetic of TensorFlow Lite's recurrent kernels, in int32 and int64 arrays.

A number of 16 bits with `whole` bits in front of its point counts steps of 2^(whole - 15). Sums are
exact; products, quotients and exponentials round as the library gemmlowp does, so that every result
has the bits of TensorFlow Lite's reference.
"""

from typing import Any

import numpy

from weft import np
from weft._core.typing import ndarray

_ONE = 32767  # the largest number below 1 with no bit in front of the point
# exp(-2^power) for the powers from -2 on, with no bit in front of the point.
_EXPONENTIALS = {-2: 25520, -1: 19875, 0: 12055, 1: 4435, 2: 600, 3: 11, 4: 0}


def limited(x: ndarray) -> ndarray:
    """Numbers of 16 bits: what is larger becomes the largest."""
    return np.clip(x, -32768, 32767)


def scaled(x: ndarray, multiplier: Any, shift: Any) -> ndarray:
    """int32 times multiplier * 2^(shift - 31), as `MultiplyByQuantizedMultiplier` has it: rounded
    to the nearest with halves up, then by the right shift with halves away from zero.

    multiplier, shift: host values, of one number or one for each of the last axis
    """
    left = numpy.maximum(shift, 0).astype("int64")
    right = numpy.maximum(-shift, 0).astype("int64")
    factor = multiplier.astype("int64") << left
    high = np.right_shift(x.astype("int64") * _number(factor) + (1 << 30), 31)
    return _halved(high, right).astype("int32")


def scaled_on_host(x: numpy.ndarray, multiplier: Any, shift: Any) -> numpy.ndarray:
    """`scaled` for host values of one factor."""
    left, right = max(int(shift), 0), max(-int(shift), 0)
    high = ((x.astype("int64") << left) * int(multiplier) + (1 << 30)) >> 31
    return numpy.sign(high) * ((numpy.abs(high) + ((1 << right) >> 1)) >> right)


def divided(x: ndarray, power: int) -> ndarray:
    """x / 2^power, rounded to the nearest, halves away from zero."""
    return _halved(x, numpy.array(power)) if power > 0 else x


def _halved(x: ndarray, power: numpy.ndarray) -> ndarray:
    if not power.any():
        return x
    half = (numpy.int64(1) << power.astype("int64")) >> 1
    # A negative half must go down, so that negative numbers get one less before the shift.
    lifted = x + _number(half, x) - _number((half > 0).astype("int64"), x) * (x < 0).astype(x.dtype)
    return np.right_shift(lifted, _number(power, x))


def _number(value: numpy.ndarray, like: Any = None) -> Any:
    """A Python number where all elements are the same, else an array."""
    value = numpy.asarray(value)
    if value.size and (value == value.flat[0]).all():
        return int(value.flat[0])
    return np.array(value if like is None else value.astype(like.dtype.name))


def _product(a: Any, b: Any) -> Any:
    """The upper half of a product, rounded to the nearest, halves up."""
    return np.right_shift(a * b + 16384, 15)


def _exp(x: ndarray, whole: int) -> ndarray:
    """e^x for x <= 0, with no bit in front of the point."""
    fraction = 15 - whole
    quarter = 1 << (fraction - 2)
    rest = np.bitwise_and(x, quarter - 1) - quarter
    # A Taylor series around -1/8.
    y = rest * (1 << whole) + 4096
    y2 = _product(y, y)
    y3, y4 = _product(y2, y), _product(y2, y2)
    series = y + divided(_product(divided(y4, 2) + y3, 10923) + y2, 1)
    result = np.minimum(_product(series, 28918) + 28918, _ONE)
    remainder = rest - x
    for power, factor in _EXPONENTIALS.items():
        if whole > power:
            bit = 1 << (fraction + power)
            is_set = np.not_equal(np.bitwise_and(remainder, bit), 0)
            result = np.where(is_set, _product(result, factor), result)
    if whole > 5:
        result = np.where(x < -(1 << (20 - whole)), np.zeros_like(result), result)
    return np.where(np.equal(x, 0), np.full_like(result, _ONE), result)


def _reciprocal(x: ndarray) -> ndarray:
    """2 / (1 + x) for x in (0, 1) with two bits in front of the point, by Newton's method."""
    half = np.right_shift(x + (_ONE + 1), 1)
    y = _product(half, -15420) + 23130
    for _ in range(3):
        y = y + limited(_product(y, 8192 - _product(half, y)) * 4)
    return y


def sigmoid(x: ndarray) -> ndarray:
    """The logistic function of numbers with three bits in front of the point."""
    positive = limited(_reciprocal(_exp(-np.abs(x), 3)) * 2)
    result = np.where(x > 0, positive, _ONE - positive)
    return np.where(np.equal(x, 0), np.full_like(result, 16384), result)


def tanh(x: ndarray, whole: int) -> ndarray:
    """The hyperbolic tangent of numbers with `whole` bits in front of the point."""
    positive = limited((_reciprocal(_exp(-np.abs(x), whole + 1)) - 8192) * 4)
    result = np.where(x > 0, positive, -positive)
    return np.where(np.equal(x, 0), np.zeros_like(result), result)


__all__ = ["divided", "limited", "scaled", "scaled_on_host", "sigmoid", "tanh"]
