"""Arithmetic that foreign formats define in another way than NumPy."""

from typing import Any

from weft import np
from weft._core.typing import ndarray


def whole_quotient(a: Any, b: Any, *, signed: bool) -> ndarray:
    """Integers divided toward zero, as C does; `np.floor_divide` goes down.

    a, b: integers, one of them an array; signed: of a signed dtype
    """
    quotient = np.floor_divide(a, b)
    if not signed:
        return quotient
    is_rounded_down = np.logical_and(quotient < 0, np.not_equal(quotient * b, a))
    return quotient + is_rounded_down.astype(quotient.dtype)


__all__ = ["whole_quotient"]
