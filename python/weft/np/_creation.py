"""Functions that make arrays: of elements that are given, of equal ones, of numbers in a row.

`weft.np` has them under the same names.
"""

from collections.abc import Callable
from typing import Any

import numpy
from numpy import bool_, float32, int64, uint64

from weft._base.errors import InvalidValue
from weft._base.protocols import SharesMemory
from weft._base.spelling import named_arguments
from weft._core import OPERATORS, interop, native
from weft._core.typing import ArrayLike, DeviceLike, DTypeLike, Shape, ndarray
from weft._trace.state import is_tracing
from weft.device import Device
from weft.np import _exact, _ops

_full, _arange = OPERATORS["full"], OPERATORS["arange"]


def on(device: DeviceLike, make: Callable[..., ndarray], *arguments: Any) -> ndarray:
    """What `make` gives, on a device; None: on the current one."""
    if device is None:
        return make(*arguments)
    with Device(device):
        return make(*arguments)


@named_arguments
def array(
    object: ArrayLike,
    dtype: DTypeLike = None,
    *,
    copy: bool | None = True,
    order: str | None = "K",
    subok: bool = False,
    ndmin: int = 0,
    device: DeviceLike = None,
) -> ndarray:
    """A new array with the elements of `object`: an array, a number, or nested lists of numbers.

    dtype: by default that of `object`; Python floats become float32, Python integers int64
    copy: None copies only where it is needed; False raises ValueError there
    ndmin: least number of axes, new ones in front; order, subok: NumPy's, mean nothing here
    device: by default that of `object`, or where new arrays go

    Raises TypeError for elements without a dtype of Weft, OverflowError for integers that `dtype`
    cannot hold.

    >>> array([[1, 2], [3, 4]], dtype="float32")
    array([[1., 2.],
           [3., 4.]])
    """
    made = _as_array(object, dtype, copy, device)
    more = ndmin - made.ndim
    return made.reshape((1,) * more + made.shape) if more > 0 else made


@named_arguments
def asarray(
    a: ArrayLike,
    dtype: DTypeLike = None,
    order: str | None = None,
    *,
    copy: bool | None = None,
    device: DeviceLike = None,
) -> ndarray:
    """`a` as an array; an array of that dtype is returned as it is.

    order: NumPy's, means nothing here
    copy: True always copies; False never does: an array of another library is shared by
        `from_dlpack`

    Raises ValueError if `copy=False` and a copy is needed.

    >>> asarray([True, False])
    array([ True, False])
    """
    return _as_array(a, dtype, copy, device)


def _as_array(
    object: ArrayLike, dtype: DTypeLike, copy: bool | None, device: DeviceLike
) -> ndarray:
    if copy is not False:
        made = on(device, native.array, object, dtype, bool(copy))
        return made if device is None else made.to_device(device)
    if not isinstance(object, ndarray) and isinstance(object, SharesMemory):
        object = from_dlpack(object, copy=False)
    found = native.array(object, dtype, False)
    if found is not object or device not in (None, found.device):
        raise InvalidValue(
            f"asarray: `object`, a {type(object).__name__}, needs a copy; got copy=False"
        )
    return found


@named_arguments
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
    return interop.from_dlpack(x, device, copy)


def astype(
    x: ArrayLike, dtype: DTypeLike, /, *, copy: bool = True, device: DeviceLike = None
) -> ndarray:
    """The elements of `x` converted to another dtype.

    >>> astype([1.5, 2.5], "int32")
    array([1, 2], dtype=int32)
    """
    return asarray(x, device=device).astype(dtype, copy=copy)


@named_arguments
def full(
    shape: Shape,
    fill_value: ArrayLike,
    dtype: DTypeLike = None,
    order: str = "C",
    *,
    device: DeviceLike = None,
) -> ndarray:
    """An array of `shape` with every element `fill_value`, dtype by its kind unless given.

    fill_value: a number, or an array that broadcasts; order: NumPy's, means nothing here

    Raises OverflowError for an integer that `dtype` cannot hold.

    >>> full((2, 2), 7)
    array([[7, 7],
           [7, 7]])
    """
    if numpy.ndim(fill_value):
        return _ops.broadcast_to(asarray(fill_value, dtype, device=device), shape).copy()
    if isinstance(fill_value, complex | numpy.complexfloating):
        number = asarray(fill_value, dtype, device=device)
        return _ops.broadcast_to(number, shape).copy()
    dtype = _dtype_of(fill_value) if dtype is None else dtype
    if isinstance(fill_value, int | numpy.integer) and not 0 <= fill_value <= 127:
        # The operator's number is a float64, which neither holds nor checks every integer.
        return _ops.broadcast_to(array(int(fill_value), dtype, device=device), shape).copy()
    return on(device, _full, shape, fill_value, dtype)


@named_arguments
def zeros(
    shape: Shape, dtype: DTypeLike = float32, order: str = "C", *, device: DeviceLike = None
) -> ndarray:
    """An array of zeros.

    >>> zeros(3)
    array([0., 0., 0.])
    """
    return on(device, _full, shape, 0, float32 if dtype is None else dtype)


@named_arguments
def ones(
    shape: Shape, dtype: DTypeLike = float32, order: str = "C", *, device: DeviceLike = None
) -> ndarray:
    """An array of ones.

    >>> ones((1, 2), dtype="int32")
    array([[1, 1]], dtype=int32)
    """
    return on(device, _full, shape, 1, float32 if dtype is None else dtype)


@named_arguments
def empty(
    shape: Shape, dtype: DTypeLike = float32, order: str = "C", *, device: DeviceLike = None
) -> ndarray:
    """An array to be filled; its elements have no promised value.

    >>> empty((2, 0)).shape
    (2, 0)
    """
    return on(device, _full, shape, 0, float32 if dtype is None else dtype)


@named_arguments
def full_like(
    a: ArrayLike,
    fill_value: ArrayLike,
    dtype: DTypeLike = None,
    order: str = "K",
    subok: bool = True,
    shape: Shape | None = None,
    *,
    device: DeviceLike = None,
) -> ndarray:
    """An array of `fill_value` with the shape and the dtype of `a`, unless others are given.

    order, subok: NumPy's, mean nothing here

    >>> full_like(array([1, 2]), 5)
    array([5, 5])
    """
    like = asarray(a)
    dtype = like.dtype if dtype is None else dtype
    extents = like.shape if shape is None else shape
    return full(extents, fill_value, dtype, device=device or like.device)


@named_arguments
def zeros_like(
    a: ArrayLike,
    dtype: DTypeLike = None,
    order: str = "K",
    subok: bool = True,
    shape: Shape | None = None,
    *,
    device: DeviceLike = None,
) -> ndarray:
    """An array of zeros with the shape and, unless given, the dtype of `a`.

    >>> zeros_like(array([1.0, 2.0]))
    array([0., 0.])
    """
    return full_like(a, 0, dtype, shape=shape, device=device)


@named_arguments
def ones_like(
    a: ArrayLike,
    dtype: DTypeLike = None,
    order: str = "K",
    subok: bool = True,
    shape: Shape | None = None,
    *,
    device: DeviceLike = None,
) -> ndarray:
    """An array of ones with the shape and, unless given, the dtype of `a`.

    >>> ones_like(array([1.0, 2.0]))
    array([1., 1.])
    """
    return full_like(a, 1, dtype, shape=shape, device=device)


@named_arguments
def empty_like(
    prototype: ArrayLike,
    dtype: DTypeLike = None,
    order: str = "K",
    subok: bool = True,
    shape: Shape | None = None,
    *,
    device: DeviceLike = None,
) -> ndarray:
    """An array to be filled with the shape and, unless given, the dtype of `prototype`.

    >>> empty_like(array([1, 2])).dtype.name
    'int64'
    """
    return full_like(prototype, 0, dtype, shape=shape, device=device)


@named_arguments
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
    start, stop, step = (_number("arange", each) for each in (start, stop, step))
    if dtype is None:
        kinds = {_dtype_of(number) for number in (start, stop, step)}
        dtype = float32 if float32 in kinds else uint64 if uint64 in kinds else int64
    if _exact.is_needed(dtype, start, stop, step):
        return on(device, _exact.arange, int(start), int(stop), int(step), dtype)
    return on(device, _arange, start, stop, step, dtype)


def _number(where: str, value: Any) -> Any:
    """A number, also of an array that holds one."""
    if not isinstance(value, ndarray | numpy.ndarray):
        return value
    if value.ndim:
        raise InvalidValue(f"{where}: limits must be numbers; got an array of shape {value.shape}")
    return value.item()


def _dtype_of(number: Any) -> Any:
    """What the data policy makes of a number."""
    if isinstance(number, bool | bool_):
        return bool_
    if isinstance(number, int | numpy.integer):
        return uint64 if int(number) >= 2**63 else int64  # also of extents, which decide nothing
    return float32


@named_arguments
def eye(
    N: int,  # noqa: N803
    M: int | None = None,  # noqa: N803
    k: int = 0,
    dtype: DTypeLike = float32,
    order: str = "C",
    *,
    device: DeviceLike = None,
) -> ndarray:
    """Ones on the diagonal `k` of an N × M matrix (square without `M`), zeros elsewhere.

    >>> eye(2, 3, 1)
    array([[0., 1., 0.],
           [0., 0., 1.]])
    """
    extents = (N, N if M is None else M)
    if is_tracing():  # where the diagonal ends is no sum or product of extents, as a graph wants
        columns = arange(extents[1], device=device)
        places = (arange(N, device=device) + k).reshape(-1, 1)
        return (columns == places).astype(float32 if dtype is None else dtype)
    matrix = zeros(extents, dtype, device=device)
    k = max(-extents[0], min(k, extents[1]))  # farther diagonals have no elements either
    _ops.diagonal(matrix, k)[...] = 1
    return matrix


@named_arguments
def meshgrid(
    *xi: ArrayLike, copy: bool = True, sparse: bool = False, indexing: str = "xy"
) -> tuple[ndarray, ...]:
    """The coordinates of a grid: one array for each of the vectors `xi`, all of the grid's shape.

    sparse: axes of extent 1 in place of copies; copy: changes nothing here
    indexing: 'xy' exchanges the first two axes, as pictures have them; 'ij' does not

    >>> [grid.tolist() for grid in meshgrid([1, 2], [3, 4])]
    [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    if indexing not in ("xy", "ij"):
        raise InvalidValue(f"meshgrid: `indexing` must be 'xy' or 'ij'; got {indexing!r}")
    vectors = [asarray(x).reshape(-1) for x in xi]
    order = list(range(len(vectors)))
    if indexing == "xy" and len(order) > 1:
        order[:2] = 1, 0
    extents = tuple(vectors[axis].size for axis in order)
    grids = []
    for number, vector in enumerate(vectors):
        shape = [vector.size if axis == number else 1 for axis in order]
        part = vector.reshape(shape)
        grids.append(part.copy() if sparse else _ops.broadcast_to(part, extents).copy())
    return tuple(grids)


__all__ = [
    "arange",
    "array",
    "asarray",
    "astype",
    "empty",
    "empty_like",
    "eye",
    "from_dlpack",
    "full",
    "full_like",
    "meshgrid",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]
