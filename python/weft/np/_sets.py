"""NumPy's functions of sets: vectors of different elements in ascending order.

The extents of most results are values of the arguments; in a trace such an extent is a size.
"""

from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _creation, _ops
from weft.np._arguments import array_of
from weft.np._dtype_functions import result_type
from weft.np._searching import compress, unique


def _joined(*arrays: ArrayLike) -> list[ndarray]:
    """Arrays as vectors of one dtype."""
    given = [array_of(a) for a in arrays]
    kind = result_type(*(a.dtype for a in given))
    return [a.reshape(-1).astype(kind) for a in given]


def union1d(ar1: ArrayLike, ar2: ArrayLike) -> ndarray:
    """The elements of either array, each once, in ascending order.

    >>> from weft import np
    >>> np.union1d([3, 1], [1, 2]).tolist()
    [1, 2, 3]
    """
    return unique(_ops.concatenate(_joined(ar1, ar2)))


def intersect1d(
    ar1: ArrayLike, ar2: ArrayLike, assume_unique: bool = False, return_indices: bool = False
) -> Any:
    """The elements that both arrays have, in ascending order.

    assume_unique: is no element twice in an array? return_indices: also where each stands first in
    `ar1` and in `ar2`, as flat arrays

    >>> from weft import np
    >>> np.intersect1d([3, 1, 3], [5, 3]).tolist()
    [3]
    """
    first, second = _joined(ar1, ar2)
    places: list[ndarray] = []
    if not assume_unique:
        (first, one), (second, other) = (unique(a, return_index=True) for a in (first, second))
        places = [one, other]
    both = _ops.concatenate([first, second])
    order = _ops.argsort(both)
    ordered = both[order]
    (pairs,) = native.nonzero_rows(ordered[1:] == ordered[:-1], "intersect1d")
    values = ordered[pairs]
    if not return_indices:
        return values
    found = [order[pairs], order[pairs + 1] - first.shape[0]]
    if places:
        found = [place[index] for place, index in zip(places, found, strict=True)]
    return values, *found


def setxor1d(ar1: ArrayLike, ar2: ArrayLike, assume_unique: bool = False) -> ndarray:
    """The elements that one of the arrays has, and not the other, in ascending order.

    >>> from weft import np
    >>> np.setxor1d([3, 1], [1, 2]).tolist()
    [2, 3]
    """
    parts = _joined(ar1, ar2)
    if not assume_unique:
        parts = [unique(a) for a in parts]
    ordered = _ops.sort(_ops.concatenate(parts))
    count, edge = ordered.shape[0], native.array(numpy.ones(1, bool))
    differs = ordered[1:] != ordered[:-1]
    alone = [_ops.concatenate(part)[:count] for part in ([edge, differs], [differs, edge])]
    return compress(_ops.logical_and(*alone), ordered)


def isin(
    element: ArrayLike,
    test_elements: ArrayLike,
    assume_unique: bool = False,
    invert: bool = False,
    *,
    kind: str | None = None,
) -> ndarray:
    """Which elements are among others: bools of the shape of `element`.

    invert: which are not; assume_unique: changes nothing here
    kind: "sort", "table" or None; all give the same

    >>> from weft import np
    >>> np.isin(np.array([[1, 2], [3, 4]]), [2, 3]).tolist()
    [[False, True], [True, False]]
    """
    if kind not in (None, "sort", "table"):
        raise InvalidValue(f"isin: `kind` must be 'sort', 'table' or None; got {kind!r}")
    array = array_of(element)
    flat, others = _joined(array, test_elements)
    if kind == "table" and flat.dtype.kind not in "iub":
        raise InvalidValue(f"isin: `kind` 'table' is for integers; got {flat.dtype.name}")
    if not others.shape[0]:
        return _creation.full(array.shape, bool(invert))
    ordered = _ops.sort(others)
    if ordered.dtype.kind == "b":  # which have no places among each other
        ordered, flat = ordered.astype("uint8"), flat.astype("uint8")
    place = _ops.minimum(_ops.searchsorted(ordered, flat), ordered.shape[0] - 1)
    nearest = _ops.take(ordered, place)
    found = _ops.not_equal(nearest, flat) if invert else _ops.equal(nearest, flat)
    return found.reshape(array.shape)


def setdiff1d(ar1: ArrayLike, ar2: ArrayLike, assume_unique: bool = False) -> ndarray:
    """The elements of the first array that the second lacks, in ascending order; with
    `assume_unique` in the order of the first.

    >>> from weft import np
    >>> np.setdiff1d([3, 1, 2], [1]).tolist()
    [2, 3]
    """
    first = array_of(ar1).reshape(-1)
    first = first if assume_unique else unique(first)
    return compress(isin(first, ar2, invert=True), first)


__all__ = ["intersect1d", "isin", "setdiff1d", "setxor1d", "union1d"]
