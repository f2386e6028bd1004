"""NumPy's helpers for indices: grids, triangles and diagonals of indices, and objects that write
slices."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, DeviceLike, DTypeLike, Shape, ndarray
from weft.np import _creation, _ops, _ranges
from weft.np._arguments import array_of, host
from weft.np._dtype_functions import result_type
from weft.np._searching import flatnonzero


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


def unravel_index(indices: ArrayLike, shape: Shape, order: str = "C") -> tuple[ndarray, ...]:
    """Indices for each axis from places in the flat array.

    order: "C", or "F", whose first axis runs fastest

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
    if order not in ("C", "F"):
        raise InvalidValue(f"unravel_index: `order` must be 'C' or 'F'; got {order!r}")
    rest, found = places, []
    for extent in reversed(extents) if order == "C" else extents:
        found.append(_ops.remainder(rest, extent))
        rest = _ops.floor_divide(rest, extent)
    return tuple(reversed(found) if order == "C" else found)


def indices(
    dimensions: Sequence[int],
    dtype: DTypeLike = "int64",
    sparse: bool = False,
    *,
    device: DeviceLike = None,
) -> Any:
    """The indices of a grid: for each axis an array of the grid's shape, in one array; with
    `sparse` a tuple of arrays that broadcast to it.

    >>> from weft import np
    >>> np.indices((2, 2)).tolist()
    [[[0, 0], [1, 1]], [[0, 1], [0, 1]]]
    """
    if sparse:
        rows = numpy.indices(tuple(dimensions), sparse=True)
        return tuple(_creation.array(row, dtype, device=device) for row in rows)
    return _creation.array(numpy.indices(tuple(dimensions)), dtype, device=device)


def tril_indices_from(arr: ArrayLike, k: int = 0) -> tuple[ndarray, ndarray]:
    """`tril_indices` for the shape of a matrix.

    >>> from weft import np
    >>> [index.tolist() for index in np.tril_indices_from(np.zeros((2, 2)), -1)]
    [[1], [0]]
    """
    array = array_of(arr)
    if array.ndim != 2:
        raise InvalidValue(f"tril_indices_from: `arr` must have two axes; got {array.ndim}")
    return tril_indices(array.shape[0], k, array.shape[1])


def diag_indices(n: int, ndim: int = 2) -> tuple[ndarray, ...]:
    """Indices of the main diagonal of an array with `ndim` axes of `n` elements.

    >>> from weft import np
    >>> [index.tolist() for index in np.diag_indices(2)]
    [[0, 1], [0, 1]]
    """
    return (_creation.arange(n),) * ndim


def mask_indices(n: int, mask_func: Any, k: Any = 0) -> tuple[ndarray, ...]:
    """Indices where a function such as `np.triu` leaves elements of an n × n matrix.

    >>> from weft import np
    >>> [index.tolist() for index in np.mask_indices(2, np.triu)]
    [[0, 0, 1], [0, 1, 1]]
    """
    kept = host(mask_func(_creation.ones((n, n), "int64"), k))
    return _whole(numpy.nonzero(kept != 0))


def ravel_multi_index(
    multi_index: Sequence[ArrayLike], dims: Sequence[int], mode: Any = "raise", order: str = "C"
) -> ndarray:
    """Places in the flat array from indices for each axis.

    mode: "raise", "wrap" or "clip", or one for each axis; order: "C", or "F", whose first axis runs
        fastest

    Raises ValueError for indices outside the array.

    >>> from weft import np
    >>> np.ravel_multi_index((np.array([1, 0]), np.array([2, 1])), (2, 3))
    array([5, 1])
    """
    modes = (mode,) * len(dims) if isinstance(mode, str) else tuple(mode)
    if len(modes) != len(dims) or not {*modes} <= {"raise", "wrap", "clip"}:
        raise InvalidValue(
            f"ravel_multi_index: `mode` must be 'raise', 'wrap' or 'clip'; got {mode!r}"
        )
    if order not in ("C", "F"):
        raise InvalidValue(f"ravel_multi_index: `order` must be 'C' or 'F'; got {order!r}")
    rows = [array_of(row) for row in multi_index]
    if len(rows) != len(dims):
        raise InvalidValue(
            f"ravel_multi_index: `multi_index` must have {len(dims)} arrays; got {len(rows)}"
        )
    parts = []
    for row, extent, kind in zip(rows, dims, modes, strict=True):
        if row.dtype.kind not in "iu":
            raise InvalidType(
                f"ravel_multi_index: `multi_index` must be integers; got {row.dtype.name}"
            )
        row = row.astype("int64")
        if kind == "clip":
            row = _ops.clip(row, 0, extent - 1)
        elif kind == "wrap":
            row = _ops.remainder(row, extent)
        elif not native.is_traced(row):
            values = row.asnumpy()
            if values.size and (values.min() < 0 or values.max() >= extent):
                raise InvalidValue(
                    f"ravel_multi_index: `multi_index` must be from 0 to {extent - 1} for extent "
                    f"{extent}; got {int(values.min())} to {int(values.max())}"
                )
        parts.append(row)
    pairs = list(zip(parts, dims, strict=True))
    found: Any = 0
    for row, extent in pairs if order == "C" else reversed(pairs):
        found = found * extent + row
    return found


def ix_(*args: ArrayLike) -> tuple[ndarray, ...]:
    """Vectors of indices with axes of their own each, so that they meet in a grid.

    A vector of bools is where it is true.

    >>> from weft import np
    >>> np.arange(6).reshape(2, 3)[np.ix_([0, 1], [0, 2])].tolist()
    [[0, 2], [3, 5]]
    """
    found = []
    for place, given in enumerate(args):
        row = array_of(given)
        if row.ndim != 1:
            raise InvalidValue(f"ix_: each argument must have one axis; got shape {row.shape}")
        if not row.size and row.dtype.kind == "f":
            row = row.astype("int64")
        row = flatnonzero(row) if row.dtype.kind == "b" else row
        found.append(row.reshape([-1 if n == place else 1 for n in range(len(args))]))
    return tuple(found)


class _Grid:
    """`mgrid` and `ogrid`: coordinates of the places that slices name, dense or with axes of extent
    1; a step such as `5j` is a number of places, both ends among them."""

    def __init__(self, sparse: bool) -> None:
        self._sparse = sparse

    def __getitem__(self, key: Any) -> Any:
        found = (numpy.ogrid if self._sparse else numpy.mgrid)[key]
        if isinstance(found, tuple):
            return tuple(_plain(each) for each in found)
        return _plain(found)


def _plain(found: numpy.ndarray) -> ndarray:
    """NumPy's numbers in the dtype that Weft gives to such."""
    return native.array(found).astype("float32" if found.dtype.kind == "f" else found.dtype)


mgrid, ogrid = _Grid(False), _Grid(True)


class _Joined:
    """`r_` and `c_`: arrays, numbers and slices joined to one array, as NumPy's objects of the same
    names do; a text in front says along which axis, and with how many axes."""

    def __init__(self, axis: int, ndmin: int, place: int) -> None:
        self._default = (axis, ndmin, place)

    def __getitem__(self, key: Any) -> ndarray:
        items = list(key) if isinstance(key, tuple) else [key]
        axis, ndmin, place = self._default
        if items and isinstance(items[0], str):
            axis, ndmin, place = _directive(items.pop(0), self._default)
        parts = [_part(item, ndmin, place) for item in items]
        if not parts:
            raise InvalidValue("r_: there must be something to join; got nothing")
        strong = [p.dtype for item, p in zip(items, parts, strict=True) if not _is_weak(item)]
        weak = [item for item in items if _is_weak(item)]
        kind = result_type(*strong, *weak) if strong else result_type(*(p.dtype for p in parts))
        return _ops.concatenate([p.astype(kind) for p in parts], axis)


def _is_weak(item: Any) -> bool:
    return isinstance(item, bool | int | float)


def _directive(text: str, default: tuple[int, int, int]) -> tuple[int, int, int]:
    try:
        numbers = [int(each) for each in text.split(",")]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3:
        raise InvalidValue(
            f"r_: a text must be up to three integers with commas, such as '0,2'; got {text!r}"
        )
    axis, ndmin, place = (*numbers, *default[len(numbers) :])
    return axis, ndmin, place


def _part(item: Any, ndmin: int, place: int) -> ndarray:
    if isinstance(item, slice):
        start, stop, step = (
            0 if item.start is None else item.start,
            item.stop,
            1 if item.step is None else item.step,
        )
        if isinstance(step, complex):
            array = _ranges.linspace(start, stop, int(abs(step)))
        else:
            array = _creation.arange(start, stop, step)
    else:
        array = array_of(item)
    array = array.reshape(1) if array.ndim == 0 else array
    more = ndmin - array.ndim
    if more <= 0:
        return array
    # As NumPy: `place` is where the array's own axes begin among all of them.
    first = place + more + 1 if place < 0 else place
    first = min(max(first, 0), more)
    return array.reshape([1] * first + list(array.shape) + [1] * (more - first))


class _Slices:
    """`s_` and `index_exp`: an index as it is written, to be used later."""

    def __init__(self, always_tuple: bool) -> None:
        self._always_tuple = always_tuple

    def __getitem__(self, key: Any) -> Any:
        return (key,) if self._always_tuple and not isinstance(key, tuple) else key


r_, c_ = _Joined(0, 1, -1), _Joined(-1, 2, 0)
s_, index_exp = _Slices(False), _Slices(True)


class ndindex:  # noqa: N801 - NumPy's name
    """All indices of a shape, the last one fastest.

    >>> list(ndindex(2, 2))
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """

    def __init__(self, *shape: Shape) -> None:
        self._rows = iter(numpy.ndindex(*shape))  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return self

    def __next__(self) -> tuple[int, ...]:
        return next(self._rows)


class ndenumerate:  # noqa: N801 - NumPy's name
    """All indices of an array, each with the element there as a number of NumPy.

    >>> [(index, int(value)) for index, value in ndenumerate([[5, 6]])]
    [((0, 0), 5), ((0, 1), 6)]
    """

    def __init__(self, arr: ArrayLike) -> None:
        self._rows = iter(numpy.ndenumerate(host(array_of(arr))))

    def __iter__(self) -> Iterator[tuple[tuple[int, ...], Any]]:
        return self

    def __next__(self) -> tuple[tuple[int, ...], Any]:
        return next(self._rows)


__all__ = [
    "c_",
    "diag_indices",
    "diag_indices_from",
    "index_exp",
    "indices",
    "ix_",
    "mask_indices",
    "mgrid",
    "ndenumerate",
    "ndindex",
    "ogrid",
    "r_",
    "ravel_multi_index",
    "s_",
    "tril_indices",
    "tril_indices_from",
    "triu_indices",
    "triu_indices_from",
    "unravel_index",
]
