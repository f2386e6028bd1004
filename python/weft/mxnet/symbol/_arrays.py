"""Arrays as executors and modules make and give them."""

from collections.abc import Sequence
from typing import Any

import numpy

from weft import np
from weft._core.typing import ndarray
from weft.mxnet.device import native_of
from weft.mxnet.ndarray._array import NDArray, is_nd


def zeros(shape: Sequence[int], dtype: Any, ctx: Any) -> Any:
    """An array of zeros, as 1.x's arrays. ctx: where; None for the current device."""
    return wrapped(np.zeros(tuple(shape), dtype, device=native_of(ctx)))


def array_of(value: Any) -> Any:
    """An array of any values; an array stays the same object."""
    if isinstance(value, ndarray):
        return value
    host = numpy.asarray(value)
    is_default = not isinstance(value, numpy.ndarray) or host.dtype == numpy.float64
    return wrapped(np.array(host.astype("float32") if is_default else host))


def wrapped(array: ndarray) -> Any:
    """An array as one of 1.x, with the same memory and gradient."""
    return array if is_nd(array) else NDArray(array)


__all__ = ["array_of", "wrapped", "zeros"]
