"""Operators that choose elements or write to some: slices, gather, scatter, sort, search."""

from typing import Any

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.extents import is_open
from weft._import.values import Array, is_array
from weft.torch._rules._dtypes import cast
from weft.torch._rules._table import aten

_FAR = 1 << 31

# ---- slices -------------------------------------------------------------------------------------


def _slice_of(x: ndarray, dim: int, start: Any, end: Any, step: int) -> tuple[slice, ...]:
    """The key of a slice. Bounds far outside mean the ends."""
    dim = dim % x.ndim
    if not isinstance(start, Extent) and start is not None and (start == 0 or start <= -_FAR):
        start = None
    if not isinstance(end, Extent) and end is not None and end >= _FAR:
        end = None
    return (*(slice(None),) * dim, slice(start, end, step))


@aten("slice", "slice_copy")
def _slice(self: Array, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> ndarray:
    key = _slice_of(self, dim, start, end, step)
    return self if key[-1] == slice(None, None, 1) else self[key]


@aten("narrow", "narrow_copy")
def _narrow(self: Array, dim: int, start: Any, length: Any) -> ndarray:
    return self[(*(slice(None),) * (dim % self.ndim), slice(start, start + length))]


@aten("select", "select_copy")
def _select(self: Array, dim: int, index: Any) -> ndarray:
    return self[(*(slice(None),) * (dim % self.ndim), index)]


@aten("select_scatter")
def _select_scatter(self: Array, src: Array, dim: int, index: Any) -> ndarray:
    extent = self.shape[dim]
    shape = [1] * self.ndim
    shape[dim] = extent
    place = index + extent if not isinstance(index, Extent) and index < 0 else index
    is_there = (np.arange(extent) == place).reshape(tuple(shape))
    return np.where(is_there, np.expand_dims(cast(src, self.dtype), dim), self)


@aten("slice_scatter")
def _slice_scatter(
    self: Array, src: Array, dim: int = 0, start: Any = None, end: Any = None, step: int = 1
) -> ndarray:
    dim, src = dim % self.ndim, cast(src, self.dtype)
    key = _slice_of(self, dim, start, end, step)[-1]
    if key == slice(None, None, 1):
        return np.broadcast_to(src, self.shape)
    bounds = [bound for bound in (key.start, key.stop) if bound is not None]
    if is_open(self.shape[dim], *bounds) or step != 1:
        places = np.arange(self.shape[dim])[key]
        return _along(self, dim, lambda rows, new: npx.index_update(rows, places[None], new), src)
    start, end, _ = key.indices(self.shape[dim])
    lead = (slice(None),) * dim
    parts = [self[(*lead, slice(0, start))], src, self[(*lead, slice(max(start, end), None))]]
    return np.concatenate([part for part in parts if part.shape[dim]], dim)


def _along(x: ndarray, dim: int, write: Any, src: ndarray) -> ndarray:
    """Writes with an axis in front."""
    found = write(np.moveaxis(x, dim, 0), np.moveaxis(src, dim, 0))
    return np.moveaxis(found, 0, dim)


# ---- places by arrays ---------------------------------------------------------------------------


def _counted(index: ndarray, extent: Any) -> ndarray:
    """Indices from the front: negative ones count from behind."""
    return index if index.dtype.kind in "ub" else np.where(index < 0, index + extent, index)


@aten("index", "_unsafe_index")
def _index(self: Array, indices: list[Any]) -> ndarray:
    return self[tuple(slice(None) if index is None else index for index in indices)]


@aten("index_put", "_unsafe_index_put")
def _index_put(self: Array, indices: list[Any], values: Any, accumulate: bool = False) -> ndarray:
    values = cast(values, self.dtype) if is_array(values) else np.array(values, dtype=self.dtype)
    given = [(axis, index) for axis, index in enumerate(indices) if index is not None]
    if len(given) == 1 and given[0][1].dtype.kind == "b":
        return _put_by_mask(self, given[0][0], given[0][1], values, accumulate)
    if any(index.dtype.kind == "b" for _, index in given):
        raise Unsupported("a mask beside other indices is not supported")
    axes = [axis for axis, _ in given]
    places = [_counted(index.astype("int64"), self.shape[axis]) for axis, index in given]
    places = list(np.broadcast_arrays(*places)) if len(places) > 1 else places
    others = [axis for axis in range(self.ndim) if axis not in axes]
    order = (*axes, *others)
    write = npx.index_add if accumulate else npx.index_update
    rank = places[0].ndim
    before = [axis for axis in others if axis < axes[0]]
    is_block = axes == list(range(axes[0], axes[0] + len(axes)))
    wanted = (*places[0].shape, *(self.shape[axis] for axis in others))
    if before and is_block and values.ndim:  # the indexed axes of the values lie behind `before`
        n = len(before)
        inner = (*(self.shape[a] for a in before), *places[0].shape)
        inner = (*inner, *(self.shape[a] for a in others[n:]))
        values = np.broadcast_to(values, inner)
        values = np.moveaxis(values, tuple(range(n)), tuple(range(rank, rank + n)))
    else:
        values = np.broadcast_to(values, wanted)
    stacked = np.stack(places) if len(places) > 1 else np.expand_dims(places[0], 0)
    if order == tuple(range(self.ndim)):
        return write(self, stacked, values)
    back = tuple(order.index(axis) for axis in range(self.ndim))
    return write(self.transpose(order), stacked, values).transpose(back)


def _put_by_mask(
    x: ndarray, axis: int, mask: ndarray, values: ndarray, accumulate: bool
) -> ndarray:
    """Writes where a mask holds: one value for all, or one after the other."""
    shape = (1,) * axis + tuple(mask.shape) + (1,) * (x.ndim - axis - mask.ndim)
    wide = mask.reshape(shape)
    if values.ndim == 0 or all(n == 1 for n in values.shape):
        new = values.reshape(()) + x if accumulate else values.reshape(())
        return np.where(wide, new, x)
    if axis:
        raise Unsupported("values for a mask behind other axes are not supported")
    rows = np.cumsum(mask.reshape((-1,)).astype("int64")) - 1
    source = np.broadcast_to(values, (values.shape[0], *x.shape[mask.ndim :]))
    new = np.take(source, np.maximum(rows, 0), axis=0, mode="clip").reshape(x.shape)
    return np.where(wide, new + x if accumulate else new, x)


@aten("masked_scatter")
def _masked_scatter(self: Array, mask: Array, source: Array) -> ndarray:
    mask = np.broadcast_to(mask, self.shape)
    places = np.cumsum(mask.reshape((-1,)).astype("int64")) - 1
    flat = cast(source, self.dtype).reshape((-1,))
    new = np.take(flat, np.maximum(places, 0), axis=0, mode="clip").reshape(self.shape)
    return np.where(mask, new, self)


@aten("masked_select")
def _masked_select(self: Array, mask: Array) -> ndarray:
    x, mask = np.broadcast_arrays(self, mask)
    return x[mask]


@aten("take")
def _take(self: Array, index: Array) -> ndarray:
    return np.take(self.reshape((-1,)), index)


@aten("index_select")
def _index_select(self: Array, dim: int, index: Array) -> ndarray:
    if self.ndim == 0:
        return self
    return np.take(self, index, axis=dim)


@aten("index_add")
def _index_add(self: Array, dim: int, index: Array, source: Array, alpha: Any = 1) -> ndarray:
    source = source if alpha == 1 else source * alpha
    add = lambda rows, new: npx.index_add(rows, index.reshape((1, -1)), new)  # noqa: E731
    return _along(self, dim, add, source)


@aten("index_copy")
def _index_copy(self: Array, dim: int, index: Array, source: Array) -> ndarray:
    write = lambda rows, new: npx.index_update(rows, index.reshape((1, -1)), new)  # noqa: E731
    return _along(self, dim, write, source)


@aten("index_fill")
def _index_fill(self: Array, dim: int, index: Array, value: Any) -> ndarray:
    value = value if is_array(value) else np.array(value, dtype=self.dtype)
    fill = lambda rows, new: npx.index_update(rows, index.reshape((1, -1)), value)  # noqa: E731
    return _along(self, dim, fill, self)


@aten("gather")
def _gather(self: Array, dim: int, index: Array) -> ndarray:
    if self.ndim == 0:
        return self
    dim = dim % self.ndim
    cut = tuple(slice(None) if a == dim else slice(0, n) for a, n in enumerate(index.shape))
    return np.take_along_axis(self[cut], index, dim)


@aten("take_along_dim")
def _take_along_dim(self: Array, indices: Array, dim: int | None = None) -> ndarray:
    return np.take_along_axis(self, indices, dim)


# ---- scatter ------------------------------------------------------------------------------------


def _flat_places(index: ndarray, dim: int, shape: tuple[int, ...]) -> ndarray:
    """For each element of an index along an axis the place in the flat array."""
    flat: Any = None
    for axis, extent in enumerate(shape):
        if axis == dim:
            place = _counted(index.astype("int64"), extent)
        else:
            lie = [1] * index.ndim
            lie[axis] = index.shape[axis]
            place = np.arange(index.shape[axis]).reshape(tuple(lie))
        flat = place if flat is None else flat * extent + place
    return np.broadcast_to(flat, index.shape).reshape((1, -1))


def _scattered(x: ndarray, dim: int, index: ndarray, src: Any, write: Any) -> ndarray:
    if x.ndim == 0:
        return _scattered(x[None], 0, index.reshape((-1,)), src.reshape((-1,)), write)[0]
    places = _flat_places(index, dim % x.ndim, tuple(x.shape))
    if is_array(src) and src.ndim:
        src = cast(src, x.dtype)[tuple(slice(0, n) for n in index.shape)].reshape((-1,))
    elif not is_array(src):
        src = np.array(src, dtype=x.dtype)
    return write(x.reshape((-1,)), places, src).reshape(x.shape)


@aten("scatter")
def _scatter(
    self: Array, dim: int, index: Array, src: Any = None, value: Any = None, reduce: Any = None
) -> ndarray:
    given = value if src is None else src
    if reduce is not None:
        kind = {"add": "sum", "multiply": "prod"}[reduce]
        if not is_array(given):
            given = np.full(index.shape, given, dtype=self.dtype)
        return _scatter_reduce(self, dim, index, given, kind)
    return _scattered(self, dim, index, given, npx.index_update)


@aten("scatter_add")
def _scatter_add(self: Array, dim: int, index: Array, src: Array) -> ndarray:
    return _scattered(self, dim, index, src, npx.index_add)


@aten("scatter_reduce")
def _scatter_reduce(
    self: Array, dim: int, index: Array, src: Array, reduce: str, include_self: bool = True
) -> ndarray:
    """Sums and means add; products, maxima and minima compare each place with each element."""
    ones = np.ones(src.shape, dtype=self.dtype)
    count = _scatter_add(np.zeros(self.shape, dtype=self.dtype), dim, index, ones)
    is_met = count > 0
    if reduce in ("sum", "mean"):
        start = self if include_self else np.where(is_met, 0, self)
        total = _scatter_add(start, dim, index, src)
        if reduce == "sum":
            return total
        number = np.maximum(count + 1 if include_self else count, 1)
        if self.dtype.kind == "f":
            return total / number
        return np.floor_divide(total, number)
    combine = {"prod": np.multiply, "amax": np.maximum, "amin": np.minimum}
    if reduce not in combine:
        raise Unsupported(f"`reduce` {reduce!r} is not supported")
    dim = dim % self.ndim
    size = tuple(slice(0, n) for n in index.shape)
    rows, lines = np.moveaxis(src[size], dim, 0), np.moveaxis(index, dim, 0)
    # What lies outside of the index along the other axes stays.
    kept = tuple(slice(None) if a == dim else slice(0, n) for a, n in enumerate(index.shape))
    found = np.moveaxis(self[kept], dim, 0)
    places = np.arange(self.shape[dim]).reshape((-1,) + (1,) * (self.ndim - 1))
    met: Any = None
    for row in range(index.shape[dim]):
        here = places == _counted(lines[row], self.shape[dim])
        new = combine[reduce](found, rows[row])
        if not include_self:
            first = here if met is None else np.logical_and(here, np.logical_not(met))
            new = np.where(first, rows[row], new)
            met = here if met is None else np.logical_or(met, here)
        found = np.where(here, new, found)
    found = np.moveaxis(found, 0, dim)
    if tuple(found.shape) == tuple(self.shape):
        return found
    for axis, extent in enumerate(found.shape):
        if axis != dim and extent != self.shape[axis]:
            raise Unsupported("`index` must cover `self` along the other axes")
    return found


# ---- sort and search ----------------------------------------------------------------------------


@aten("sort")
def _sort(
    self: Array, dim: int = -1, descending: bool = False, stable: Any = None
) -> tuple[ndarray, ndarray]:
    places = np.argsort(self, axis=dim, descending=descending)
    return np.take_along_axis(self, places, dim), places


@aten("argsort")
def _argsort(self: Array, dim: int = -1, descending: bool = False, stable: Any = None) -> ndarray:
    return np.argsort(self, axis=dim, descending=descending)


@aten("topk")
def _topk(
    self: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> tuple[ndarray, ndarray]:
    values, places = npx.topk(self, k=k, axis=dim, is_ascend=not largest)
    return values, places.astype("int64")


@aten("nonzero")
def _nonzero(self: Array) -> ndarray:
    return np.stack(np.nonzero(self), -1)


@aten("searchsorted")
def _searchsorted(
    sorted_sequence: Array,
    self: Array,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
) -> ndarray:
    is_right = right if side is None else side == "right"
    found = np.searchsorted(sorted_sequence, self, side="right" if is_right else "left")
    return found.astype("int32" if out_int32 else "int64")


@aten("bucketize")
def _bucketize(
    self: Array, boundaries: Array, out_int32: bool = False, right: bool = False
) -> ndarray:
    return _searchsorted(boundaries, self, out_int32, right)


@aten("one_hot")
def _one_hot(self: Array, num_classes: int = -1) -> ndarray:
    if num_classes < 0:
        raise Unsupported("`num_classes` must be given: else it depends on the inputs' values")
    return npx.one_hot(self, num_classes, dtype="int64")


@aten("_local_scalar_dense", "item")
def _item(self: Array) -> Any:
    """The number of an array, which only eager code can know."""
    from weft._import.values import host_of

    return host_of(self).item()
