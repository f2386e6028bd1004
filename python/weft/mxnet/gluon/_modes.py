"""Which arrays Gluon gives: `mx.np.ndarray`, or after `mx.npx.reset_np()` `mx.nd.NDArray`."""

from typing import Any

import numpy

from weft._core.typing import ndarray
from weft.mxnet import _modes


def is_np_array() -> bool:
    """Are arrays of 2.0 asked for?"""
    return _modes.read("array")


def shown(found: Any) -> Any:
    """An array in the type of the present mode; anything else as it is."""
    if not isinstance(found, ndarray) or is_np_array():
        return found
    return as_nd(found)


def as_nd(array: Any) -> Any:
    """An array as `mx.nd.NDArray`, of the same memory and gradient."""
    from weft.mxnet.ndarray._array import NDArray, is_nd

    return array if is_nd(array) else NDArray(array)


def dtype_name(dtype: Any) -> str:
    """What a dtype is called, of NumPy's, of Weft's, or as text."""
    if isinstance(dtype, str):
        return dtype
    name = getattr(dtype, "name", None)
    return name if isinstance(name, str) else str(numpy.dtype(dtype).name)


__all__ = ["as_nd", "dtype_name", "is_np_array", "shown"]
