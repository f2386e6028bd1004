"""NumPy's functions that put elements elsewhere.

Elements keep their gradients. `weft.np` has them under the same names.
"""

from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, Shape, ndarray
from weft.np import _creation, _ops
from weft.np._arguments import array_of, axes_of, axis_of, host


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


def trim_zeros(filt: ArrayLike, trim: str = "fb", axis: Any = None) -> ndarray:
    """The array without the zeros at its ends, which are looked for.

    trim: "f" for those in front, "b" for those at the back, "fb" for both
    axis: axes along which whole slices of zeros are left out; None takes all

    >>> from weft import np
    >>> np.trim_zeros(np.array([0, 1, 0, 2, 0]))
    array([1, 0, 2])
    """
    array, ends = array_of(filt), trim.lower()
    if ends not in ("f", "b", "fb", "bf"):
        raise InvalidValue(f"trim_zeros: `trim` must be 'f', 'b' or 'fb'; got {trim!r}")
    axes = axes_of("trim_zeros", array, axis)
    rows = numpy.argwhere(host(array) != 0)
    key = [slice(None)] * array.ndim
    for place in axes:
        extent = array.shape[place]
        # Where all are zeros, NumPy leaves nothing, whatever `trim` says.
        begin = rows[:, place].min() if len(rows) else extent
        end = rows[:, place].max() + 1 if len(rows) else extent
        key[place] = slice(int(begin) if "f" in ends else 0, int(end) if "b" in ends else extent)
        if not len(rows):
            key[place] = slice(0, 0)
    return array[tuple(key)]


def block(arrays: Any) -> ndarray:
    """An array put together from nested lists of arrays: the innermost lists along the last axis,
    those outside along the axes before it.

    Raises ValueError for lists of different depths.

    >>> from weft import np
    >>> np.block([[np.ones((1, 2)), np.zeros((1, 1))], [3, 4, 5]]).tolist()
    [[1.0, 1.0, 0.0], [3.0, 4.0, 5.0]]
    """
    depth = _depth(arrays)
    flat = _leaves(arrays)
    ndim = max([depth, *(a.ndim for a in flat)])
    return _blocked(arrays, depth, depth, ndim)


def _leaves(arrays: Any) -> list[ndarray]:
    if isinstance(arrays, list):
        return [leaf for each in arrays for leaf in _leaves(each)]
    return [array_of(arrays)]


def _depth(arrays: Any) -> int:
    if isinstance(arrays, tuple):
        raise InvalidType("block: `arrays` must be lists of arrays, not tuples")
    if not isinstance(arrays, list):
        return 0
    depths = {_depth(each) for each in arrays}
    if len(depths) != 1:
        raise InvalidValue("block: `arrays` must be lists of one depth, none of them empty")
    return 1 + depths.pop()


def _blocked(arrays: Any, depth: int, left: int, ndim: int) -> ndarray:
    if left == 0:
        leaf = array_of(arrays)
        return leaf.reshape([1] * (ndim - leaf.ndim) + list(leaf.shape))
    parts = [_blocked(each, depth, left - 1, ndim) for each in arrays]
    return _ops.concatenate(parts, -left)


def unstack(x: ArrayLike, /, *, axis: int = 0) -> tuple[ndarray, ...]:
    """The slices of an array along an axis, as views.

    >>> from weft import np
    >>> [part.tolist() for part in np.unstack(np.array([[1, 2], [3, 4]]))]
    [[1, 2], [3, 4]]
    """
    array = array_of(x)
    if array.ndim == 0:
        raise InvalidValue("unstack: `x` must have at least one axis")
    return tuple(_ops.moveaxis(array, axis_of("unstack", array, axis), 0))


__all__ = [
    "append",
    "block",
    "delete",
    "diagflat",
    "insert",
    "resize",
    "rollaxis",
    "rot90",
    "trim_zeros",
    "unstack",
]
