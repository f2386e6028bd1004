"""Arrays that data sources, parameters and states give to a program: in the type that it works with
(`_modes.py`)."""

from typing import Any

import numpy

from weft import np
from weft._base.containers import sequence_of
from weft._core.typing import ndarray
from weft.mxnet._modes import read
from weft.mxnet.ndarray._array import NDArray, is_nd


def as_nd(array: Any) -> Any:
    """An array as `mx.nd.NDArray`, of the same memory and gradient."""
    return array if is_nd(array) else NDArray(array)


def shown(found: Any) -> Any:
    """An array in the type that the program works with: of `mx.np`, or of `mx.nd`."""
    return as_nd(found) if isinstance(found, ndarray) and not read("array") else found


def all_shown(value: Any) -> Any:
    """The same for arrays in lists, tuples and dicts, such as those of a batch."""
    if isinstance(value, list | tuple):
        return sequence_of(type(value), map(all_shown, value))
    if isinstance(value, dict):
        return {key: all_shown(part) for key, part in value.items()}
    return shown(value)


def made(values: Any, dtype: Any = None) -> Any:
    """An array of values in the machine's memory, of their own dtype if none is given, in the type
    that the program works with."""
    return shown(np.array(numpy.asarray(values, dtype, order="C"), device="cpu"))


def made_as_mxnet(values: Any, dtype: Any = None) -> Any:
    """An array as `mx.nd.array` makes it: float32 unless `values` is an array of Weft already."""
    if isinstance(values, np.ndarray):
        return values if dtype is None else values.astype(dtype)
    return made(values, dtype or "float32")


__all__ = ["all_shown", "as_nd", "made", "made_as_mxnet", "shown"]
