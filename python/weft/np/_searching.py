"""NumPy's functions whose results' extents are values of their arguments.

In a trace such an extent is a size: known when the plan runs, and an example until then.
"""

import math
from typing import Any, NamedTuple

from weft._base.errors import IndexOutOfRange, InvalidType, InvalidValue
from weft._core import OPERATORS as _OPERATORS
from weft._core import native as _native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._shortcuts import in_front_of

_arange = _OPERATORS["arange"]


def _array(object: ArrayLike) -> ndarray:
    return _native.array(object, None, False)


def _rows(where: str, a: ArrayLike) -> ndarray:
    """Indices of what is not zero, one row for each axis."""
    array = _array(a)
    return _native.nonzero_rows(array if array.dtype.name == "bool" else array != 0, where)


def nonzero(a: ArrayLike) -> tuple[ndarray, ...]:
    """Where `a` is not zero: one index array for each axis, in row-major order.

    Raises ValueError for an array without axes.

    >>> from weft import np
    >>> [index.tolist() for index in np.nonzero(np.array([[3, 0], [0, 4]]))]
    [[0, 1], [0, 1]]
    """
    rows = _rows("nonzero", a)
    if rows.shape[0] == 0:
        raise InvalidValue("nonzero: `a` must have at least one axis; use np.atleast_1d(a)")
    return tuple(rows)


@in_front_of(_ops.where, 3, "out", least=3)
def where(
    condition: ArrayLike,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    /,
    *,
    out: ndarray | None = None,
) -> Any:
    """Elements of `x` where the condition holds, else of `y`; the condition alone as `nonzero` has
    it.

    condition: bools, or numbers, which hold where they are not 0; all broadcast

    Raises ValueError for one of `x` and `y` without the other.

    >>> from weft import np
    >>> np.where(np.array([True, False]), 1, np.array([5, 6]))
    array([1, 6])
    >>> np.where(np.array([0, 3]))
    (array([1]),)
    """
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise InvalidValue("where: `x` and `y` must be given together")
    return _ops.where(condition, x, y, out=out)


def argwhere(a: ArrayLike) -> ndarray:
    """Where `a` is not zero: one row of indices for each such element.

    >>> from weft import np
    >>> np.argwhere(np.array([[3, 0], [0, 4]])).tolist()
    [[0, 0], [1, 1]]
    """
    return _rows("argwhere", a).T.copy()


def flatnonzero(a: ArrayLike) -> ndarray:
    """Where the flat `a` is not zero.

    >>> from weft import np
    >>> np.flatnonzero([[3, 0], [0, 4]]).tolist()
    [0, 3]
    """
    return _rows("flatnonzero", _array(a).reshape(-1))[0]


def extract(condition: ArrayLike, arr: ArrayLike) -> ndarray:
    """The elements of `arr` where `condition` is not zero, both taken as flat.

    >>> from weft import np
    >>> np.extract([True, False, True], [5, 6, 7]).tolist()
    [5, 7]
    """
    return _ops.take(_array(arr).reshape(-1), flatnonzero(condition))


def compress(
    condition: ArrayLike, a: ArrayLike, axis: int | None = None, out: ndarray | None = None
) -> ndarray:
    """Slices of `a` along an axis where the vector `condition` is not zero.

    axis: None takes elements of the flat array

    >>> from weft import np
    >>> np.compress([False, True], [[1, 2], [3, 4]], axis=1).tolist()
    [[2], [4]]
    """
    condition = _array(condition)
    if condition.ndim != 1:
        raise InvalidValue(f"compress: `condition` must have one axis; got {condition.ndim}")
    return _ops.take(_array(a), flatnonzero(condition), axis=axis, out=out)


def compressed(a: ndarray, condition: ArrayLike, axis: int | None = None) -> ndarray:
    """The array's method `compress`."""
    return compress(condition, a, axis)


def sort_in_place(
    a: ndarray,
    axis: int = -1,
    kind: str | bool | None = None,
    order: None = None,
    *,
    stable: bool | None = None,
    descending: bool = False,
) -> None:
    """The array's method `sort`; a bool in the place of `kind` is `descending`."""
    descending = kind if isinstance(kind, bool) else descending
    if axis is None:
        raise InvalidType("sort: `axis` must be an integer in place; got None")
    a[...] = _ops.sort(a, axis, descending)


class UniqueResult(NamedTuple):
    """What the array API's `unique_all` gives."""

    values: ndarray
    indices: ndarray
    inverse_indices: ndarray
    counts: ndarray


def unique(
    ar: ArrayLike,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """The different elements of `ar` in ascending order, whatever `sorted` says.

    return_index: also where each stands first in the flat array, or along `axis`
    return_inverse: also which of them each element of `ar` is
    return_counts: also how often each occurs
    axis: None takes the elements of the flat array; else the slices along an axis are compared,
        as rows of a table that is ordered by its first column, then by the second, and so on
    equal_nan: is every NaN the same element? Without `axis` only, as in NumPy

    >>> from weft import np
    >>> values, counts = np.unique([3, 1, 3], return_counts=True)
    >>> values.tolist(), counts.tolist()
    ([1, 3], [1, 2])
    >>> np.unique([[1, 0], [0, 5], [1, 0]], axis=0).tolist()
    [[0, 5], [1, 0]]
    """
    wanted = (True, return_index, return_inverse, return_counts)
    if axis is None:
        found = _unique("unique", ar, equal_nan, wanted)
    else:
        found = _unique_slices(_array(ar), axis, wanted)
    return found[0] if len(found) == 1 else tuple(found)


def unique_all(x: ArrayLike) -> UniqueResult:
    """The different elements of `x`, where each stands first, which each element is, how often.

    >>> from weft import np
    >>> np.unique_all([3, 1, 3]).counts.tolist()
    [1, 2]
    """
    return UniqueResult(*_unique("unique_all", x, equal_nan=False, wanted=(True,) * 4))


class UniqueCounts(NamedTuple):
    """What the array API's `unique_counts` gives."""

    values: ndarray
    counts: ndarray


class UniqueInverse(NamedTuple):
    """What the array API's `unique_inverse` gives."""

    values: ndarray
    inverse_indices: ndarray


def unique_counts(x: ArrayLike) -> UniqueCounts:
    """The different elements of `x`, and how often each occurs.

    >>> from weft import np
    >>> np.unique_counts([3, 1, 3]).counts.tolist()
    [1, 2]
    """
    return UniqueCounts(*_unique("unique_counts", x, False, (True, False, False, True)))


def unique_inverse(x: ArrayLike) -> UniqueInverse:
    """The different elements of `x`, and which of them each element is.

    >>> from weft import np
    >>> np.unique_inverse([3, 1, 3]).inverse_indices.tolist()
    [1, 0, 1]
    """
    return UniqueInverse(*_unique("unique_inverse", x, False, (True, False, True, False)))


def unique_values(x: ArrayLike) -> ndarray:
    """The different elements of `x` in ascending order.

    >>> from weft import np
    >>> np.unique_values([3, 1, 3]).tolist()
    [1, 3]
    """
    return _unique("unique_values", x, equal_nan=False, wanted=(True, False, False, False))[0]


# Which fields of a UniqueResult are made: each takes time.
_Wanted = tuple[bool, ...]


def _unique(where: str, ar: ArrayLike, equal_nan: bool, wanted: _Wanted) -> list[ndarray]:
    array = _array(ar)
    flat = array.reshape(-1)
    order = _ops.argsort(flat)
    ordered = flat[order]
    differs = ordered[1:] != ordered[:-1]
    if equal_nan and "int" not in flat.dtype.name:
        differs = _ops.logical_and(differs, ordered[:-1] == ordered[:-1])
    return _runs(where, ordered, order, differs, array.shape, wanted)


def _unique_slices(array: ndarray, axis: int, wanted: _Wanted) -> list[ndarray]:
    rank = array.ndim
    if not -rank <= axis < rank:
        raise IndexOutOfRange(
            f"unique: `axis` must be in [-{rank}, {rank}) for an array of rank {rank}; got {axis}"
        )
    slices = _ops.moveaxis(array, axis, 0)
    table = slices.reshape(slices.shape[0], math.prod(slices.shape[1:]))
    order = _arange(0, table.shape[0], 1, "int64")
    columns = range(table.shape[1]) if len(table) > 1 else range(0)
    for column in reversed(columns):  # stable: earlier columns decide
        order = order[_ops.argsort(table[order, column])]
    ordered = table[order]
    differs = _ops.any(ordered[1:] != ordered[:-1], axis=1)
    values, *others = _runs("unique", slices[order], order, differs, order.shape, wanted)
    return [_ops.moveaxis(values, 0, axis), *others]


def _runs(
    where: str,
    ordered: ndarray,
    order: ndarray,
    differs: ndarray,
    shape: tuple[int, ...],
    wanted: _Wanted,
) -> list[ndarray]:
    """What is different along the first axis: `differs` compares each row with the one before.

    shape: of the inverse
    """
    starts = _ops.concatenate([_ops.equal(order[:1], order[:1]), differs])
    (first,) = _native.nonzero_rows(starts, where)

    def inverse() -> ndarray:
        places = order.copy()
        places[order] = _ops.cumsum(starts.astype("int64")) - 1
        return places.reshape(shape)

    def counts() -> ndarray:
        rows = order.shape[0]
        ends = _ops.concatenate([first[1:], _arange(rows, rows + 1, 1, "int64")])
        return ends[: first.shape[0]] - first

    fields = (lambda: ordered[first], lambda: order[first], inverse, counts)
    return [field() for field, want in zip(fields, wanted, strict=True) if want]


__all__ = [
    "argwhere",
    "compress",
    "extract",
    "flatnonzero",
    "nonzero",
    "unique",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
    "where",
]
