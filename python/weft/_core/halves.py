"""float16 and bfloat16: their digits are too few for sums and epsilons, and numbers that a float32
holds are 0 or infinite in float16. So what adds up, divides or scales is computed in float32."""

from typing import Any

HALVES = ("float16", "bfloat16")


def is_half(array: Any) -> bool:
    """Is the array's dtype one of the two?"""
    return array.dtype.name in HALVES


def widened(array: Any) -> Any:
    """A half as float32; any other array as it is."""
    return array.astype("float32") if is_half(array) else array


def scale(array: Any, factor: Any) -> None:
    """Multiplies in place. A half is rounded once, so that the factor need not be a half itself.

    factor: a number, or an array without axes
    """
    wide = widened(array)
    fitting = factor if type(factor) in (int, float) else factor.astype(wide.dtype)
    if wide is array:
        array *= fitting
    else:
        array[...] = (wide * fitting).astype(array.dtype)


__all__ = ["HALVES", "is_half", "scale", "widened"]
