"""Arrays with NumPy's names, signatures and meaning.

Differences from NumPy: Python floats become float32 (a NumPy array keeps its dtype), Python and
NumPy scalars never change an array's dtype, and basic indexing of one element gives an array of
rank 0. Operators are made from the library's registry; `help(np.sum)` has their documentation.

>>> from weft import np
>>> np.arange(6).reshape(2, 3).sum(axis=0)
array([3, 5, 7])
"""

import math
from typing import Any

import numpy as _numpy

from weft._core import native as _native
from weft._dtypes import bfloat16
from weft._typing import ArrayLike, DTypeLike, Shape, ndarray
from weft.np import _ops, _shapes, random
from weft.np._ops import *  # noqa: F403
from weft.np._shapes import *  # noqa: F403

bool_ = _numpy.bool_
int8, int16, int32, int64 = _numpy.int8, _numpy.int16, _numpy.int32, _numpy.int64
uint8, uint16, uint32, uint64 = _numpy.uint8, _numpy.uint16, _numpy.uint32, _numpy.uint64
float16, float32, float64 = _numpy.float16, _numpy.float32, _numpy.float64

pi = math.pi
e = math.e
inf = math.inf
nan = math.nan
newaxis = None

_full = {f.__name__: f for f in _native.operators()}["full"]
_arange = {f.__name__: f for f in _native.operators()}["arange"]


def array(object: ArrayLike, dtype: DTypeLike = None, *, copy: bool = True) -> ndarray:
    """A new array with the elements of `object`: an array, a number, or nested lists of numbers.

    dtype: by default that of `object`; Python floats become float32, Python integers int64
    copy: False returns `object` itself where it already is such an array

    Raises TypeError for elements without a dtype of Weft, OverflowError for integers that `dtype`
    cannot hold.

    >>> array([[1, 2], [3, 4]], dtype="float32")
    array([[1., 2.],
           [3., 4.]])
    """
    return _native.array(object, dtype, copy)


def asarray(object: ArrayLike, dtype: DTypeLike = None) -> ndarray:
    """`object` as an array; an array of that dtype is returned as it is.

    >>> asarray([True, False])
    array([ True, False])
    """
    return _native.array(object, dtype, False)


def full(shape: Shape, fill_value: float, dtype: DTypeLike = None) -> ndarray:
    """An array of `shape` with every element `fill_value`, dtype by its kind unless given.

    Raises OverflowError for an integer that `dtype` cannot hold.

    >>> full((2, 2), 7)
    array([[7, 7],
           [7, 7]])
    """
    dtype = _dtype_of(fill_value) if dtype is None else dtype
    if isinstance(fill_value, int | _numpy.integer) and not 0 <= fill_value <= 127:
        # The operator's number is a float64, which neither holds nor checks every integer.
        return _ops.broadcast_to(array(int(fill_value), dtype), shape).copy()
    return _full(shape, fill_value, dtype)


def zeros(shape: Shape, dtype: DTypeLike = float32) -> ndarray:
    """An array of zeros.

    >>> zeros(3)
    array([0., 0., 0.])
    """
    return _full(shape, 0, dtype)


def ones(shape: Shape, dtype: DTypeLike = float32) -> ndarray:
    """An array of ones.

    >>> ones((1, 2), dtype="int32")
    array([[1, 1]], dtype=int32)
    """
    return _full(shape, 1, dtype)


def empty(shape: Shape, dtype: DTypeLike = float32) -> ndarray:
    """An array to be filled; its elements have no promised value.

    >>> empty((2, 0)).shape
    (2, 0)
    """
    return _full(shape, 0, dtype)


def full_like(a: ArrayLike, fill_value: float, dtype: DTypeLike = None) -> ndarray:
    """An array of `fill_value` with the shape and, unless given, the dtype of `a`.

    >>> full_like(array([1, 2]), 5)
    array([5, 5])
    """
    like = asarray(a)
    return full(like.shape, fill_value, like.dtype if dtype is None else dtype)


def zeros_like(a: ArrayLike, dtype: DTypeLike = None) -> ndarray:
    """An array of zeros with the shape and, unless given, the dtype of `a`.

    >>> zeros_like(array([1.0, 2.0]))
    array([0., 0.])
    """
    return full_like(a, 0, dtype)


def ones_like(a: ArrayLike, dtype: DTypeLike = None) -> ndarray:
    """An array of ones with the shape and, unless given, the dtype of `a`.

    >>> ones_like(array([1.0, 2.0]))
    array([1., 1.])
    """
    return full_like(a, 1, dtype)


def empty_like(a: ArrayLike, dtype: DTypeLike = None) -> ndarray:
    """An array to be filled with the shape and, unless given, the dtype of `a`.

    >>> empty_like(array([1, 2])).dtype.name
    'int64'
    """
    return full_like(a, 0, dtype)


def arange(
    start: float, stop: float | None = None, step: float = 1, dtype: DTypeLike = None
) -> ndarray:
    """Numbers from `start` (0 if `stop` is left out) up to, not including, `stop`.

    dtype: int64 for integers, float32 otherwise, unless given

    >>> arange(1, 6, 2)
    array([1, 3, 5])
    """
    if stop is None:
        start, stop = 0, start
    if dtype is None:
        kinds = {_dtype_of(number) for number in (start, stop, step)}
        dtype = float32 if float32 in kinds else int64
    return _arange(start, stop, step, dtype)


def _dtype_of(number: Any) -> Any:
    """What the data policy makes of a number."""
    if isinstance(number, bool | _numpy.bool_):
        return bool_
    return int64 if isinstance(number, int | _numpy.integer) else float32


def may_share_memory(a: ndarray, b: ndarray) -> bool:
    """May a write to one array be seen through the other?

    >>> x = zeros(4)
    >>> may_share_memory(x, x[1:]), may_share_memory(x, x.copy())
    (True, False)
    """
    return _native.shares_box(a, b)


def shape(a: ArrayLike) -> tuple[int, ...]:
    """The extents of the axes of `a`.

    >>> shape([[1, 2, 3]])
    (1, 3)
    """
    return asarray(a).shape


def ndim(a: ArrayLike) -> int:
    """The number of axes of `a`.

    >>> ndim([[1, 2, 3]])
    2
    """
    return asarray(a).ndim


if "abs" in _ops.__all__:
    absolute = _ops.abs
if "divide" in _ops.__all__:
    true_divide = _ops.divide
if "concatenate" in _ops.__all__:
    concat = _ops.concatenate

__all__ = [
    *_ops.__all__,
    *_shapes.__all__,
    "absolute",
    "arange",
    "array",
    "asarray",
    "bfloat16",
    "bool_",
    "concat",
    "e",
    "empty",
    "empty_like",
    "float16",
    "float32",
    "float64",
    "full",
    "full_like",
    "inf",
    "int8",
    "int16",
    "int32",
    "int64",
    "may_share_memory",
    "nan",
    "ndarray",
    "ndim",
    "newaxis",
    "ones",
    "ones_like",
    "pi",
    "random",
    "shape",
    "true_divide",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "zeros",
    "zeros_like",
]
