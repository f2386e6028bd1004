"""Ranges of integers that a float64, in which the core's ramps count, does not hold exactly.

They are an exact ramp 0, 1, 2, … times a step plus a start, in the integers' own arithmetic modulo
2^64, so every element that the dtype can hold comes out right.
"""

from typing import Any

import numpy

from weft._base.errors import InvalidValue, Overflow
from weft._core import OPERATORS as _OPERATORS
from weft._core.typing import DTypeLike, Shape, ndarray
from weft.np._dtype_functions import isdtype

_arange = _OPERATORS["arange"]
_EXACT = 2**53  # a float64 holds every integer up to here
_WRAPS = 2**64


def is_needed(dtype: DTypeLike, *numbers: Any) -> bool:
    """Are all of these integers, one of them beyond what a float64 holds, wanted as integers?"""
    if not all(isinstance(number, int | numpy.integer) for number in numbers):
        return False
    return any(abs(int(number)) > _EXACT for number in numbers) and isdtype(dtype, "integral")


def arange(start: int, stop: int, step: int, dtype: DTypeLike) -> ndarray:
    """`start`, `start + step`, …, up to, not including, `stop`."""
    if step == 0:
        raise InvalidValue("arange: `step` must not be 0")
    count = max(0, -((start - stop) // step))
    if count > 0:
        _check("arange", dtype, start, start + (count - 1) * step)
    return _ramp(start, step, count, dtype)


def linspace(start: int, stop: int, num: int, steps: int, dtype: DTypeLike) -> ndarray:
    """`num` integers from `start`, each rounded down, that would reach `stop` after `steps`."""
    _check("linspace", dtype, *((start, stop) if num > 0 else ()))
    step, rest = divmod(stop - start, max(steps, 1))
    # (i * (stop - start)) // steps without a product beyond 64 bits.
    places = _arange(0, num, 1, "int64", num)
    return _ramp(start, step, num, dtype) + (places * rest // max(steps, 1)).astype(dtype)


def integers(low: int, span: int, shape: Shape, dtype: DTypeLike) -> ndarray:
    """`low` plus random numbers below `span`, where the largest needs all of 64 bits."""
    draw = _OPERATORS["randint"]
    if span < _WRAPS:  # counted from the least int64
        bits = draw(-(2**63), span - 2**63, shape).astype("uint64") + (low - 2**63) % _WRAPS
    else:
        halves = [draw(0, 2**32, shape).astype("uint64") for _ in range(2)]
        bits = halves[0] * 2**32 + halves[1]
    return bits.astype(dtype)


def _ramp(start: int, step: int, count: int, dtype: DTypeLike) -> ndarray:
    bits = _arange(0, count, 1, "uint64", count) * (step % _WRAPS) + start % _WRAPS
    return bits.astype(dtype)


def _check(where: str, dtype: DTypeLike, *numbers: int) -> None:
    limits = numpy.iinfo(numpy.dtype(dtype))
    for number in numbers:
        if not limits.min <= number <= limits.max:
            raise Overflow(f"{where}: {number} is out of range for {numpy.dtype(dtype).name}")
