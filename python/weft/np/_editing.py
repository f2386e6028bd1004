"""NumPy's functions that put elements elsewhere, and those that make index arrays and grids.

Elements keep their gradients. `weft.np` has them under the same names.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, DeviceLike, DTypeLike, Shape, ndarray
from weft.np import _creation, _ops
from weft.np._arguments import array_of, axis_of


def append(arr: ArrayLike, values: ArrayLike, axis: int | None = None) -> ndarray:
    """`values` behind the elements of `arr` along an axis; both are taken as flat without one.

    >>> from weft import np
    >>> np.append(np.array([1, 2]), [[3], [4]])
    array([1, 2, 3, 4])
    """
    return _ops.concatenate([array_of(arr), array_of(values)], axis)


def _place(where: str, arr: ArrayLike, axis: int | None) -> tuple[ndarray, int]:
    array = array_of(arr)
    if axis is None:
        return array.reshape(-1), 0
    return array, axis_of(where, array, axis)


def _positions(obj: Any) -> Any:
    """An argument of positions as NumPy has them."""
    if isinstance(obj, native.ndarray):
        found = obj.asnumpy()
        return found if found.dtype.kind in "iub" else found.astype("int64")
    return obj


def delete(arr: ArrayLike, obj: Any, axis: int | None = None) -> ndarray:
    """`arr` without the slices at positions `obj` along an axis, or without elements of the flat
    array.

    obj: an integer, a slice, or positions as a list or an array

    Raises IndexError for positions outside the axis.

    >>> from weft import np
    >>> np.delete(np.array([5, 6, 7, 8]), [0, -1])
    array([6, 7])
    """
    array, place = _place("delete", arr, axis)
    kept = numpy.delete(numpy.arange(array.shape[place]), _positions(obj))
    return _ops.take(array, native.array(kept), place)


def insert(arr: ArrayLike, obj: Any, values: ArrayLike, axis: int | None = None) -> ndarray:
    """`arr` with `values` before its slices at positions `obj` along an axis, or before elements of
    the flat array.

    obj: an integer, a slice, or positions as a list or an array; values: as in NumPy, one for each
        position or one for all, converted to the dtype of `arr`

    >>> from weft import np
    >>> np.insert(np.array([1, 2, 3]), 1, [8, 9])
    array([1, 8, 9, 2, 3])
    """
    array, place = _place("insert", arr, axis)
    given = array_of(values).astype(array.dtype)
    # NumPy does the same with the elements' numbers: those below zero are of `values`.
    numbers = numpy.arange(array.size).reshape(array.shape)
    new = -1 - numpy.arange(given.size).reshape(given.shape)
    where = numpy.insert(numbers, _positions(obj), new, place)
    both = _ops.concatenate([array.reshape(-1), given.reshape(-1)])
    source = numpy.where(where < 0, array.size - 1 - where, where)
    return _ops.take(both, native.array(source))


def resize(a: ArrayLike, new_shape: Shape) -> ndarray:
    """An array of `new_shape` with the elements of `a`, again from the start where there are not
    enough.

    >>> from weft import np
    >>> np.resize(np.array([1, 2]), (2, 3))
    array([[1, 2, 1],
           [2, 1, 2]])
    """
    flat = array_of(a).reshape(-1)
    shape = (new_shape,) if isinstance(new_shape, int) else tuple(new_shape)
    if any(extent < 0 for extent in shape):
        raise InvalidValue(f"resize: extents of `new_shape` must be at least 0; got {shape}")
    count = int(numpy.prod(shape, dtype=int))
    if not flat.size:
        return _creation.zeros(shape, flat.dtype)
    return _ops.tile(flat, -(-count // flat.size))[:count].reshape(shape)


def rollaxis(a: ArrayLike, axis: int, start: int = 0) -> ndarray:
    """The array with an axis moved before the one at `start`.

    >>> from weft import np
    >>> np.rollaxis(np.zeros((2, 3, 4)), 2).shape
    (4, 2, 3)
    """
    array, place = _place("rollaxis", a, axis)
    goal = start + array.ndim if start < 0 else start
    if not 0 <= goal <= array.ndim:
        raise InvalidValue(
            f"rollaxis: `start` must be in [{-array.ndim}, {array.ndim}]; got {start}"
        )
    return _ops.moveaxis(array, place, goal - (goal > place))


def rot90(m: ArrayLike, k: int = 1, axes: Sequence[int] = (0, 1)) -> ndarray:
    """The array turned `k` times by 90 degrees in the plane of two axes, from the first to the
    second.

    >>> from weft import np
    >>> np.rot90(np.array([[1, 2], [3, 4]])).tolist()
    [[2, 4], [1, 3]]
    """
    array = array_of(m)
    places = {axis_of("rot90", array, axis) for axis in axes}
    if len(places) != 2 or len(axes) != 2:
        raise InvalidValue(f"rot90: `axes` must be two axes of `m`; got {tuple(axes)}")
    first, second = axes
    turns = k % 4
    if turns == 2:
        return _ops.flip(_ops.flip(array, first), second)
    if turns == 1:
        return _ops.swapaxes(_ops.flip(array, second), first, second)
    return _ops.flip(_ops.swapaxes(array, first, second), second) if turns else array


def diagflat(v: ArrayLike, k: int = 0) -> ndarray:
    """A matrix of zeros with the flat `v` on its diagonal `k`.

    >>> from weft import np
    >>> np.diagflat(np.array([[1, 2]])).tolist()
    [[1, 0], [0, 2]]
    """
    return _ops.diag(array_of(v).reshape(-1), k)


def fill_diagonal(a: ndarray, val: ArrayLike, wrap: bool = False) -> None:
    """Writes `val`, a number or a vector, into the main diagonal of `a`.

    wrap: begins the diagonal again below it, in a matrix that is tall

    Raises ValueError for arrays with one axis, or several of different extents.

    >>> from weft import np
    >>> x = np.zeros((2, 2))
    >>> np.fill_diagonal(x, 5)
    >>> x.tolist()
    [[5.0, 0.0], [0.0, 5.0]]
    """
    if not isinstance(a, native.ndarray) or a.ndim < 2:
        raise InvalidValue("fill_diagonal: `a` must be an array with at least two axes")
    if a.ndim > 2 and len(set(a.shape)) > 1:
        raise InvalidValue(f"fill_diagonal: all axes of `a` must be as long; got {a.shape}")
    marked = numpy.zeros(a.shape, bool)
    numpy.fill_diagonal(marked, True, wrap)
    places = numpy.nonzero(marked)
    values = numpy.resize(array_of(val).asnumpy().reshape(-1), len(places[0]))
    a[tuple(native.array(place) for place in places)] = native.array(values).astype(a.dtype)


def _whole(indices: Sequence[numpy.ndarray]) -> tuple[ndarray, ...]:
    return tuple(native.array(index) for index in indices)


def tril_indices(n: int, k: int = 0, m: int | None = None) -> tuple[ndarray, ndarray]:
    """Indices of the elements on and below a diagonal of an n × m matrix.

    >>> from weft import np
    >>> [index.tolist() for index in np.tril_indices(2)]
    [[0, 1, 1], [0, 0, 1]]
    """
    rows, columns = _whole(numpy.tril_indices(n, k, m))
    return rows, columns


def triu_indices(n: int, k: int = 0, m: int | None = None) -> tuple[ndarray, ndarray]:
    """Indices of the elements on and above a diagonal of an n × m matrix.

    >>> from weft import np
    >>> [index.tolist() for index in np.triu_indices(2)]
    [[0, 0, 1], [0, 1, 1]]
    """
    rows, columns = _whole(numpy.triu_indices(n, k, m))
    return rows, columns


def triu_indices_from(arr: ArrayLike, k: int = 0) -> tuple[ndarray, ndarray]:
    """`triu_indices` for the shape of a matrix.

    >>> from weft import np
    >>> [index.tolist() for index in np.triu_indices_from(np.zeros((2, 2)), 1)]
    [[0], [1]]
    """
    array = array_of(arr)
    if array.ndim != 2:
        raise InvalidValue(f"triu_indices_from: `arr` must have two axes; got {array.ndim}")
    return triu_indices(array.shape[0], k, array.shape[1])


def diag_indices_from(arr: ArrayLike) -> tuple[ndarray, ...]:
    """Indices of the main diagonal of an array whose axes are all as long.

    >>> from weft import np
    >>> [index.tolist() for index in np.diag_indices_from(np.zeros((2, 2)))]
    [[0, 1], [0, 1]]
    """
    array = array_of(arr)
    if array.ndim < 2 or len(set(array.shape)) > 1:
        raise InvalidValue(
            f"diag_indices_from: `arr` must have at least two axes, all as long; got {array.shape}"
        )
    return (_creation.arange(array.shape[0]),) * array.ndim


def unravel_index(indices: ArrayLike, shape: Shape) -> tuple[ndarray, ...]:
    """Indices for each axis from places in the flat array.

    Raises ValueError for places outside the array.

    >>> from weft import np
    >>> [index.tolist() for index in np.unravel_index(np.array([3, 5]), (2, 3))]
    [[1, 1], [0, 2]]
    """
    places = array_of(indices)
    if places.dtype.kind not in "iu":
        raise InvalidType(f"unravel_index: `indices` must be integers; got {places.dtype}")
    extents = (shape,) if isinstance(shape, int) else tuple(shape)
    count = math.prod(extents)
    if not native.is_traced(places) and places.size:
        values = places.asnumpy()
        if values.min() < 0 or values.max() >= count:
            raise InvalidValue(
                f"unravel_index: `indices` must be from 0 to {count - 1} for shape {extents}; "
                f"got {int(values.min())} to {int(values.max())}"
            )
    rest, found = places, []
    for extent in reversed(extents):
        found.append(_ops.remainder(rest, extent))
        rest = _ops.floor_divide(rest, extent)
    return tuple(reversed(found))


def indices(
    dimensions: Sequence[int], dtype: DTypeLike = "int64", *, device: DeviceLike = None
) -> ndarray:
    """The indices of a grid: for each axis an array of the grid's shape.

    >>> from weft import np
    >>> np.indices((2, 2)).tolist()
    [[[0, 0], [1, 1]], [[0, 1], [0, 1]]]
    """
    return _creation.array(numpy.indices(tuple(dimensions)), dtype, device=device)


def identity(n: int, dtype: DTypeLike = "float32", *, device: DeviceLike = None) -> ndarray:
    """A square matrix with ones on its diagonal.

    >>> from weft import np
    >>> np.identity(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return _creation.eye(n, dtype=dtype, device=device)


def logspace(
    start: float,
    stop: float,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10.0,
    dtype: DTypeLike = None,
    *,
    device: DeviceLike = None,
) -> ndarray:
    """`num` powers of `base`, whose exponents go from `start` to `stop` at equal distances.

    >>> from weft import np
    >>> np.logspace(0, 2, 3).round(3)
    array([  1.,  10., 100.])
    """
    found = numpy.logspace(start, stop, num, endpoint, base)
    return _creation.array(found, "float32" if dtype is None else dtype, device=device)


__all__ = [
    "append",
    "delete",
    "diag_indices_from",
    "diagflat",
    "fill_diagonal",
    "identity",
    "indices",
    "insert",
    "logspace",
    "resize",
    "rollaxis",
    "rot90",
    "tril_indices",
    "triu_indices",
    "triu_indices_from",
    "unravel_index",
]
