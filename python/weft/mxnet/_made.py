"""Where data of files and iterators become arrays, and arrays become NumPy's again."""

import dataclasses
from typing import Any

import numpy

from weft import np
from weft._core.typing import ndarray


def made(values: Any, dtype: Any = None) -> Any:
    """An array of values in the machine's memory, of their own dtype if none is given."""
    return np.array(numpy.asarray(values, dtype, order="C"), device="cpu")


def made_as_mxnet(values: Any, dtype: Any = None) -> Any:
    """An array as `mx.nd.array` makes it: float32 unless `values` is an array of Weft already."""
    if isinstance(values, np.ndarray):
        return values if dtype is None else values.astype(dtype)
    return made(values, dtype or "float32")


def filled(shape: tuple[int, ...], dtype: Any) -> tuple[Any, numpy.ndarray]:
    """An array whose elements are yet to be written, and its memory as NumPy's array."""
    array = np.empty(shape, dtype=dtype, device="cpu")
    return array, array.numpy()


@dataclasses.dataclass(frozen=True)
class Like:
    """What a callback gives: an array of this shape and dtype."""

    shape: tuple[int, ...]
    dtype: Any


def host(values: Any) -> numpy.ndarray:
    """Values as NumPy's array; no copy where their memory can be read."""
    return numpy.asarray(values)


def to_numpy(value: Any) -> Any:
    """Arrays as NumPy's, also inside of lists, tuples and dicts."""
    if isinstance(value, ndarray):
        return value.asnumpy()
    if isinstance(value, list | tuple):
        return type(value)(to_numpy(item) for item in value)
    if isinstance(value, dict):
        return {key: to_numpy(item) for key, item in value.items()}
    return value


def from_numpy(value: Any) -> Any:
    """NumPy's arrays as arrays of `mx.np` of the same dtype, also inside of lists and tuples."""
    if isinstance(value, numpy.ndarray):
        return np.array(value)
    if isinstance(value, list | tuple):
        return type(value)(from_numpy(item) for item in value)
    return value


__all__ = ["Like", "filled", "from_numpy", "host", "made", "made_as_mxnet", "to_numpy"]
