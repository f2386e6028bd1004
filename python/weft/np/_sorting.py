"""NumPy's functions that put elements in order, with all their arguments."""

from collections.abc import Sequence
from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._arguments import array_of, axis_of, host_array, written
from weft.np._shortcuts import in_front_of

_KINDS = (None, "quicksort", "heapsort", "mergesort", "stable")


def _check_kind(where: str, kind: Any, order: Any, stable: Any) -> None:
    if kind not in _KINDS:
        raise InvalidValue(f"{where}: `kind` must be one of {_KINDS}; got {kind!r}")
    if order is not None:
        raise InvalidValue(f"{where}: `order` is for arrays with fields; got {order!r}")
    if kind is not None and stable is not None:
        raise InvalidValue(f"{where}: give `kind` or `stable`; got both")


@in_front_of(_ops.sort, 2, "axis", "descending")
def sort(
    a: ArrayLike,
    axis: int | None = -1,
    kind: str | bool | None = None,
    order: Any = None,
    *,
    stable: bool | None = None,
    descending: bool = False,
    out: ndarray | None = None,
) -> ndarray:
    """The elements along an axis in ascending order, NaN last; equal ones keep their order.

    axis: None sorts the flat array; descending: the largest first
    kind, stable: of NumPy's; every order here is a stable one

    >>> from weft import np
    >>> np.sort(np.array([3, 1, 2]))
    array([1, 2, 3])
    """
    if isinstance(kind, bool):  # in the third place of the operator
        kind, descending = None, kind
    _check_kind("sort", kind, order, stable)
    return _ops.sort(a, axis, descending, out=out)


@in_front_of(_ops.argsort, 2, "axis", "descending")
def argsort(
    a: ArrayLike,
    axis: int | None = -1,
    kind: str | bool | None = None,
    order: Any = None,
    *,
    stable: bool | None = None,
    descending: bool = False,
    out: ndarray | None = None,
) -> ndarray:
    """Where the elements along an axis stand in ascending order, as int64; stable.

    Arguments as for `sort`

    >>> from weft import np
    >>> np.argsort(np.array([3, 1, 2]))
    array([1, 2, 0])
    """
    if isinstance(kind, bool):
        kind, descending = None, kind
    _check_kind("argsort", kind, order, stable)
    return _ops.argsort(a, axis, descending, out=out)


def sort_complex(a: ArrayLike) -> ndarray:
    """The elements along the last axis in ascending order, by their real parts, then by the
    imaginary ones; those with a NaN come last. Real elements become complex.

    >>> from weft import np
    >>> np.sort_complex(np.array([2 + 1j, 1, 2])).tolist()
    [(1+0j), (2+0j), (2+1j)]
    """
    found = _ops.sort(array_of(a))
    if found.dtype.kind == "c":
        return found
    narrow = found.dtype.name in ("int8", "uint8", "int16", "uint16")
    return found.astype("complex64" if narrow else "complex128")


def _check_kth(where: str, array: ndarray, kth: Any, axis: int | None) -> None:
    places = host_array(kth)
    if places.dtype.kind not in "iu":
        raise InvalidType(f"{where}: `kth` must be integers; got {places.dtype}")
    if not array.size:
        return  # as in NumPy: no element stands anywhere
    count = array.size if axis is None else array.shape[axis_of(where, array, axis)]
    for place in places.reshape(-1).tolist():
        if not -count <= place < count:
            raise InvalidValue(f"{where}: `kth` must be in [{-count}, {count}); got {place}")


def partition(
    a: ArrayLike,
    kth: int | Sequence[int],
    axis: int | None = -1,
    kind: str = "introselect",
    order: Any = None,
) -> ndarray:
    """The elements along an axis, those at the places `kth` where they are in ascending order, what
    is smaller before them. The others are in ascending order, too, here.

    >>> from weft import np
    >>> np.partition(np.array([3, 1, 2]), 1)
    array([1, 2, 3])
    """
    array = array_of(a)
    _check_partition("partition", kind, order)
    _check_kth("partition", array, kth, axis)
    return _ops.sort(array, axis)


def argpartition(
    a: ArrayLike,
    kth: int | Sequence[int],
    axis: int | None = -1,
    kind: str = "introselect",
    order: Any = None,
) -> ndarray:
    """Where the elements of `partition` stand in the array.

    >>> from weft import np
    >>> np.argpartition(np.array([3, 1, 2]), 1)
    array([1, 2, 0])
    """
    array = array_of(a)
    _check_partition("argpartition", kind, order)
    _check_kth("argpartition", array, kth, axis)
    return _ops.argsort(array, axis)


def _check_partition(where: str, kind: Any, order: Any) -> None:
    if kind != "introselect":
        raise InvalidValue(f"{where}: `kind` must be 'introselect'; got {kind!r}")
    if order is not None:
        raise InvalidValue(f"{where}: `order` is for arrays with fields; got {order!r}")


def lexsort(keys: Any, axis: int = -1) -> ndarray:
    """Where elements stand in the order of several keys, of which the last counts first.

    keys: arrays of one shape, or an array of one axis more

    >>> from weft import np
    >>> np.lexsort(([1, 5, 1], [2, 2, 1]))
    array([2, 0, 1])
    """
    rows = [array_of(key) for key in keys]
    if not rows:
        raise InvalidType("lexsort: `keys` must have at least one array; got none")
    if len({row.shape for row in rows}) > 1:
        shapes = [row.shape for row in rows]
        raise InvalidValue(f"lexsort: `keys` must have one shape; got {shapes}")
    if rows[0].ndim == 0:
        return _ops.argsort(rows[0].reshape(1)).reshape(())
    order = _ops.argsort(rows[0], axis)
    for row in rows[1:]:  # stable: what was sorted first decides among equal ones
        again = _ops.argsort(_ops.take_along_axis(row, order, axis), axis)
        order = _ops.take_along_axis(order, again, axis)
    return order


@in_front_of(_ops.searchsorted, 3, "side")
def searchsorted(
    a: ArrayLike,
    v: ArrayLike,
    side: str = "left",
    sorter: ArrayLike | None = None,
    *,
    out: ndarray | None = None,
) -> ndarray:
    """Where in an ascending vector values would have to be inserted to keep it ascending.

    side: left of elements equal to the value, or right of them
    sorter: the order in which `a` is ascending, as `argsort` gives it

    >>> from weft import np
    >>> np.searchsorted(np.array([3, 1, 2]), 2, sorter=[1, 2, 0])
    array(1)
    """
    if sorter is None:
        return _ops.searchsorted(a, v, side, out=out)
    order = array_of(sorter)
    if order.dtype.kind not in "iu":
        raise InvalidType(f"searchsorted: `sorter` must be integers; got {order.dtype.name}")
    return _ops.searchsorted(_ops.take(array_of(a), order), v, side, out=out)


def digitize(x: ArrayLike, bins: ArrayLike, right: bool = False) -> ndarray:
    """In which bin each element is: the number of edges that are not above it.

    bins: the edges, one axis, ascending or descending, which is looked at
    right: does an edge belong to the bin on its left?

    >>> from weft import np
    >>> np.digitize(np.array([0.5, 1.0, 9.0]), [0.0, 1.0, 2.0])
    array([1, 2, 3])
    """
    edges = array_of(bins)
    if edges.ndim != 1:
        raise InvalidValue(f"digitize: `bins` must have one axis; got shape {edges.shape}")
    values = host_array(edges)
    steps = values[1:] >= values[:-1]
    if steps.all():
        return _ops.searchsorted(edges, x, "left" if right else "right")
    if not (values[1:] <= values[:-1]).all():
        raise InvalidValue("digitize: `bins` must be ascending or descending")
    found = _ops.searchsorted(_ops.flip(edges, 0), x, "left" if right else "right")
    return edges.shape[0] - found


def partition_in_place(
    a: ndarray, kth: int | Sequence[int], axis: int = -1, kind: str = "introselect"
) -> None:
    """The array's method `partition`."""
    written(partition(a, kth, axis, kind), a)


__all__ = [
    "argpartition",
    "argsort",
    "digitize",
    "lexsort",
    "partition",
    "searchsorted",
    "sort",
    "sort_complex",
]
