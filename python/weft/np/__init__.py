"""Arrays with NumPy's names, signatures and meaning.

Differences from NumPy: Python floats become float32 (a NumPy array keeps its dtype), Python and
NumPy scalars never change an array's dtype, and basic indexing of one element gives an array of
rank 0. Operators are made from the library's registry; `help(np.sum)` has their documentation.

>>> from weft import np
>>> np.arange(6).reshape(2, 3).sum(axis=0)
array([3, 5, 7])
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as _numpy

from weft import _interop, _spelling, _words
from weft._core import OPERATORS as _OPERATORS
from weft._core import native as _native
from weft._dtypes import bfloat16
from weft._errors import InvalidValue as _InvalidValue
from weft._spelling import named_arguments as _named_arguments
from weft._trace import is_tracing as _is_tracing
from weft._typing import ArrayLike, DeviceLike, DTypeLike, Shape, ndarray
from weft.device import Device as _Device
from weft.np import _exact, _ops, _searching, _shapes, random
from weft.np._dtype_functions import can_cast, finfo, iinfo, isdtype, result_type
from weft.np._ops import *  # noqa: F403
from weft.np._searching import *  # noqa: F403
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

_full, _arange = _OPERATORS["full"], _OPERATORS["arange"]


def _on(device: DeviceLike, make: Callable[..., ndarray], *arguments: Any) -> ndarray:
    """What `make` gives, on a device; None: on the current one."""
    if device is None:
        return make(*arguments)
    with _Device(device):
        return make(*arguments)


@_named_arguments
def array(
    object: ArrayLike,
    dtype: DTypeLike = None,
    *,
    copy: bool | None = True,
    device: DeviceLike = None,
) -> ndarray:
    """A new array with the elements of `object`: an array, a number, or nested lists of numbers.

    dtype: by default that of `object`; Python floats become float32, Python integers int64
    copy: None copies only where it is needed; False raises ValueError there
    device: by default that of `object`, or where new arrays go

    Raises TypeError for elements without a dtype of Weft, OverflowError for integers that `dtype`
    cannot hold.

    >>> array([[1, 2], [3, 4]], dtype="float32")
    array([[1., 2.],
           [3., 4.]])
    """
    return _as_array(object, dtype, copy, device)


@_named_arguments
def asarray(
    object: ArrayLike,
    dtype: DTypeLike = None,
    *,
    copy: bool | None = None,
    device: DeviceLike = None,
) -> ndarray:
    """`object` as an array; an array of that dtype is returned as it is.

    copy: True always copies; False never does: an array of another library is shared by
        `from_dlpack`

    Raises ValueError if `copy=False` and a copy is needed.

    >>> asarray([True, False])
    array([ True, False])
    """
    return _as_array(object, dtype, copy, device)


def _as_array(
    object: ArrayLike, dtype: DTypeLike, copy: bool | None, device: DeviceLike
) -> ndarray:
    if copy is not False:
        made = _on(device, _native.array, object, dtype, bool(copy))
        return made if device is None else made.to_device(device)
    if not isinstance(object, ndarray) and hasattr(object, "__dlpack__"):
        object = from_dlpack(object, copy=False)
    found = _native.array(object, dtype, False)
    if found is not object or device not in (None, found.device):
        raise _InvalidValue(
            f"asarray: `object`, a {type(object).__name__}, needs a copy; got copy=False"
        )
    return found


@_named_arguments
def from_dlpack(x: Any, /, *, device: str | None = None, copy: bool | None = None) -> ndarray:
    """An array on the memory of `x`, an array of another library: both see what either writes.

    copy: True takes a copy of the elements instead

    Raises TypeError for what has no `__dlpack__` and for elements without a dtype of Weft,
    NotImplementedError for arrays that are not in host memory.

    >>> import numpy
    >>> outside = numpy.zeros(3, "float32")
    >>> inside = from_dlpack(outside)
    >>> inside += 1
    >>> outside.tolist()
    [1.0, 1.0, 1.0]
    """
    return _interop.from_dlpack(x, device, copy)


def astype(x: ArrayLike, dtype: DTypeLike, /, *, copy: bool = True) -> ndarray:
    """The elements of `x` converted to another dtype.

    >>> astype([1.5, 2.5], "int32")
    array([1, 2], dtype=int32)
    """
    return asarray(x).astype(dtype, copy=copy)


@_named_arguments
def full(
    shape: Shape, fill_value: float, dtype: DTypeLike = None, *, device: DeviceLike = None
) -> ndarray:
    """An array of `shape` with every element `fill_value`, dtype by its kind unless given.

    Raises OverflowError for an integer that `dtype` cannot hold.

    >>> full((2, 2), 7)
    array([[7, 7],
           [7, 7]])
    """
    dtype = _dtype_of(fill_value) if dtype is None else dtype
    if isinstance(fill_value, int | _numpy.integer) and not 0 <= fill_value <= 127:
        # The operator's number is a float64, which neither holds nor checks every integer.
        return _ops.broadcast_to(array(int(fill_value), dtype, device=device), shape).copy()
    return _on(device, _full, shape, fill_value, dtype)


@_named_arguments
def zeros(shape: Shape, dtype: DTypeLike = float32, *, device: DeviceLike = None) -> ndarray:
    """An array of zeros.

    >>> zeros(3)
    array([0., 0., 0.])
    """
    return _on(device, _full, shape, 0, dtype)


@_named_arguments
def ones(shape: Shape, dtype: DTypeLike = float32, *, device: DeviceLike = None) -> ndarray:
    """An array of ones.

    >>> ones((1, 2), dtype="int32")
    array([[1, 1]], dtype=int32)
    """
    return _on(device, _full, shape, 1, dtype)


@_named_arguments
def empty(shape: Shape, dtype: DTypeLike = float32, *, device: DeviceLike = None) -> ndarray:
    """An array to be filled; its elements have no promised value.

    >>> empty((2, 0)).shape
    (2, 0)
    """
    return _on(device, _full, shape, 0, dtype)


@_named_arguments
def full_like(
    a: ArrayLike, fill_value: float, dtype: DTypeLike = None, *, device: DeviceLike = None
) -> ndarray:
    """An array of `fill_value` with the shape and, unless given, the dtype of `a`.

    >>> full_like(array([1, 2]), 5)
    array([5, 5])
    """
    like = asarray(a)
    dtype = like.dtype if dtype is None else dtype
    return full(like.shape, fill_value, dtype, device=device or like.device)


@_named_arguments
def zeros_like(a: ArrayLike, dtype: DTypeLike = None, *, device: DeviceLike = None) -> ndarray:
    """An array of zeros with the shape and, unless given, the dtype of `a`.

    >>> zeros_like(array([1.0, 2.0]))
    array([0., 0.])
    """
    return full_like(a, 0, dtype, device=device)


@_named_arguments
def ones_like(a: ArrayLike, dtype: DTypeLike = None, *, device: DeviceLike = None) -> ndarray:
    """An array of ones with the shape and, unless given, the dtype of `a`.

    >>> ones_like(array([1.0, 2.0]))
    array([1., 1.])
    """
    return full_like(a, 1, dtype, device=device)


@_named_arguments
def empty_like(a: ArrayLike, dtype: DTypeLike = None, *, device: DeviceLike = None) -> ndarray:
    """An array to be filled with the shape and, unless given, the dtype of `a`.

    >>> empty_like(array([1, 2])).dtype.name
    'int64'
    """
    return full_like(a, 0, dtype, device=device)


@_named_arguments
def arange(
    start: float,
    stop: float | None = None,
    step: float = 1,
    dtype: DTypeLike = None,
    *,
    device: DeviceLike = None,
) -> ndarray:
    """Numbers from `start` (0 if `stop` is left out) up to, not including, `stop`.

    dtype: int64 for integers (uint64 if one is 2^63 or more), float32 otherwise, unless given

    Integers of an integer dtype are exact. Raises OverflowError for those that it cannot hold.

    >>> arange(1, 6, 2)
    array([1, 3, 5])
    """
    if stop is None:
        start, stop = 0, start
    if dtype is None:
        kinds = {_dtype_of(number) for number in (start, stop, step)}
        dtype = float32 if float32 in kinds else uint64 if uint64 in kinds else int64
    if _exact.is_needed(dtype, start, stop, step):
        return _on(device, _exact.arange, int(start), int(stop), int(step), dtype)
    return _on(device, _arange, start, stop, step, dtype)


def _dtype_of(number: Any) -> Any:
    """What the data policy makes of a number."""
    if isinstance(number, bool | _numpy.bool_):
        return bool_
    if isinstance(number, int | _numpy.integer):
        return uint64 if int(number) >= 2**63 else int64  # also of extents, which decide nothing
    return float32


@_named_arguments
def linspace(
    start: float,
    stop: float,
    num: int = 50,
    endpoint: bool = True,
    dtype: DTypeLike = None,
    *,
    device: DeviceLike = None,
) -> ndarray:
    """`num` numbers from `start` to `stop`, at equal distances.

    endpoint: is `stop` the last of them?
    dtype: float32 unless given

    >>> linspace(0, 1, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    if num < 0:
        raise _InvalidValue(f"linspace: `num` must be at least 0; got {num}")
    steps = num - 1 if endpoint else num
    wanted = float32 if dtype is None else dtype
    if _exact.is_needed(wanted, start, stop):
        return _on(device, _exact.linspace, int(start), int(stop), num, steps, wanted)
    rounds_down = isdtype(wanted, "integral")  # as NumPy: a cast alone would go towards zero
    made = float64 if rounds_down else wanted
    step = (stop - start) / steps if steps > 0 else 0.0
    numbers = _on(device, _arange, float(start), float(stop), float(step), made, num)
    if endpoint and num > 1:
        numbers[-1] = float(stop)
    return _ops.floor(numbers).astype(dtype) if rounds_down else numbers


@_named_arguments
def eye(
    N: int,  # noqa: N803
    M: int | None = None,  # noqa: N803
    k: int = 0,
    dtype: DTypeLike = float32,
    *,
    device: DeviceLike = None,
) -> ndarray:
    """Ones on the diagonal `k` of an N × M matrix (square without `M`), zeros elsewhere.

    >>> eye(2, 3, 1)
    array([[0., 1., 0.],
           [0., 0., 1.]])
    """
    extents = (N, N if M is None else M)
    if _is_tracing():  # where the diagonal ends is no sum or product of extents, as a graph wants
        columns = arange(extents[1], device=device)
        return (columns == (arange(N, device=device) + k).reshape(-1, 1)).astype(dtype)
    matrix = zeros(extents, dtype, device=device)
    _ops.diagonal(matrix, k)[...] = 1
    return matrix


@_named_arguments
def meshgrid(*xi: ArrayLike, indexing: str = "xy") -> tuple[ndarray, ...]:
    """The coordinates of a grid: one array for each of the vectors `xi`, all of the grid's shape.

    indexing: 'xy' exchanges the first two axes, as pictures have them; 'ij' does not

    >>> [grid.tolist() for grid in meshgrid([1, 2], [3, 4])]
    [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    if indexing not in ("xy", "ij"):
        raise _InvalidValue(f"meshgrid: `indexing` must be 'xy' or 'ij'; got {indexing!r}")
    vectors = [asarray(x).reshape(-1) for x in xi]
    order = list(range(len(vectors)))
    if indexing == "xy" and len(order) > 1:
        order[:2] = 1, 0
    extents = tuple(vectors[axis].size for axis in order)
    grids = []
    for number, vector in enumerate(vectors):
        shape = [vector.size if axis == number else 1 for axis in order]
        grids.append(_ops.broadcast_to(vector.reshape(shape), extents).copy())
    return tuple(grids)


def permute_dims(a: ArrayLike, axes: Sequence[int]) -> ndarray:
    """The view of `a` with its axes in another order.

    >>> permute_dims(zeros((2, 3, 4)), (2, 0, 1)).shape
    (4, 2, 3)
    """
    return asarray(a).transpose(axes)


def matrix_transpose(x: ArrayLike, /) -> ndarray:
    """The view of `x` with its last two axes exchanged.

    >>> matrix_transpose(zeros((5, 2, 3))).shape
    (5, 3, 2)
    """
    return asarray(x).mT


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


def size(a: ArrayLike) -> int:
    """The number of elements of `a`.

    >>> size([[1, 2, 3]])
    3
    """
    return asarray(a).size


# NumPy's second names, most of them the array API's.
absolute = _ops.abs
acos, asin, atan, atan2 = _ops.arccos, _ops.arcsin, _ops.arctan, _ops.arctan2
acosh, asinh, atanh = _ops.arccosh, _ops.arcsinh, _ops.arctanh
bitwise_invert = bitwise_not = _ops.invert
bitwise_left_shift, bitwise_right_shift = _ops.left_shift, _ops.right_shift
concat = _ops.concatenate
mod = _ops.remainder
pow = _ops.power
true_divide = _ops.divide

from weft.np import linalg  # noqa: E402 - it uses this namespace


def _npx() -> dict[str, Any]:
    from weft import npx

    return {"npx": npx}


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.np", _words.FUNCTIONS, _npx)

__all__ = [
    *_ops.__all__,
    *_searching.__all__,
    *_shapes.__all__,
    "absolute",
    "acos",
    "acosh",
    "arange",
    "array",
    "asarray",
    "astype",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bfloat16",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_right_shift",
    "bool_",
    "can_cast",
    "concat",
    "e",
    "empty",
    "empty_like",
    "eye",
    "finfo",
    "float16",
    "float32",
    "float64",
    "from_dlpack",
    "full",
    "full_like",
    "iinfo",
    "inf",
    "int16",
    "int32",
    "int64",
    "isdtype",
    "linspace",
    "matrix_transpose",
    "may_share_memory",
    "meshgrid",
    "int8",
    "linalg",
    "mod",
    "nan",
    "ndarray",
    "ndim",
    "newaxis",
    "ones",
    "ones_like",
    "permute_dims",
    "pi",
    "pow",
    "random",
    "result_type",
    "shape",
    "size",
    "true_divide",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "zeros",
    "zeros_like",
]
