"""Operators that choose elements: gather, scatter, slice, sort, search."""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.extents import is_open
from weft._import.values import Array, Host, Ints, array_of, is_array, is_host
from weft.onnx._rules import _host
from weft.onnx._rules._table import RULES as rules

# ---- slices -------------------------------------------------------------------------------------


def _sliced(x: Any, starts: Any, ends: Any, axes: Any, steps: Any) -> Any:
    axes = range(len(starts)) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    key: list[slice] = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        if not -x.ndim <= axis < x.ndim:
            raise InvalidValue(f"`axes` has {axis}, but there are {x.ndim} axes")
        if step == 0:
            raise InvalidValue("`steps` must not be 0")
        key[axis] = _slice(start, end, step, x.shape[axis])
    return x[tuple(key)]


def _slice(start: int, end: int, step: int, extent: int) -> slice:
    """Bounds far outside mean the ends; NumPy has no number for an end before the first element."""
    begins_open, ends_open = is_open(start), is_open(end)
    if is_open(extent) or begins_open or ends_open:
        far = 1 << 31
        first = None if not begins_open and start == 0 and step > 0 else start
        last = end
        if not ends_open and (end >= far or end <= -far):
            last = None
        if step < 0 and not begins_open and start in (-1, far, (1 << 63) - 1):
            first = None
        return slice(first, last, step)
    start = max(start + extent, 0 if step > 0 else -1) if start < 0 else start
    end = max(end + extent, 0 if step > 0 else -1) if end < 0 else end
    if step > 0:
        return slice(min(start, extent), min(end, extent), step)
    start = min(start, extent - 1)
    if start < 0:
        return slice(0, 0)
    return slice(start, None if end < 0 else min(end, extent - 1), step)


def _slice_host(x: Any, starts: Any, ends: Any, axes: Any = None, steps: Any = None) -> Any:
    lists = [None if v is None else v.reshape(-1).tolist() for v in (starts, ends, axes, steps)]
    return _host.simplified(_sliced(x, *lists))


@rules(
    "Slice",
    since=1,
    host=lambda x, *, starts, ends, axes=None: _sliced(x, starts, ends, axes, None),
)
def _slice1(x: Array, *, starts: list[int], ends: list[int], axes: Any = None) -> ndarray:
    return _sliced(x, starts, ends, axes, None)


@rules("Slice", since=10, host=_slice_host)
def _slice10(x: Array, starts: Ints, ends: Ints, axes: Ints = None, steps: Ints = None) -> ndarray:
    return _sliced(x, starts, ends, axes, steps)


# ---- gather -------------------------------------------------------------------------------------


def _gather_host(x: numpy.ndarray, indices: numpy.ndarray, *, axis: int = 0) -> numpy.ndarray:
    try:
        found = numpy.take(x, indices.astype("int64"), axis)
    except IndexError as error:
        raise InvalidValue(str(error)) from None
    if not isinstance(found, numpy.ndarray):
        held = numpy.empty((), x.dtype)
        held[()] = found
        found = held
    return _host.simplified(found)


@rules("Gather", host=_gather_host)
def _gather(x: Any, indices: Any, *, axis: int = 0) -> ndarray:
    x = array_of(x)
    if is_host(indices) and indices.ndim == 0:  # one place that is known: a view, no copy
        return x[(*(slice(None),) * (axis % x.ndim), int(indices))]
    return np.take(x, array_of(indices), axis=axis)


def _counted(indices: ndarray, extent: int) -> ndarray:
    """Indices from the front: negative ones count from behind."""
    if indices.dtype.kind == "u":
        return indices
    return np.where(indices < 0, indices + extent, indices)


@rules("GatherElements")
def _gather_elements(x: Array, indices: Array, *, axis: int = 0) -> ndarray:
    axis = axis + x.ndim if axis < 0 else axis
    cut = tuple(slice(None) if a == axis else slice(0, n) for a, n in enumerate(indices.shape))
    return np.take_along_axis(x[cut], _counted(indices, x.shape[axis]), axis)


@rules("GatherND")
def _gather_nd(x: Array, indices: Array, *, batch_dims: int = 0) -> ndarray:
    depth = indices.shape[-1]
    batch = tuple(indices.shape[:batch_dims])
    parts = [_counted(indices[..., place], x.shape[batch_dims + place]) for place in range(depth)]
    for axis, extent in enumerate(batch):
        shape = [1] * (indices.ndim - 1)
        shape[axis] = extent
        parts.insert(axis, np.broadcast_to(np.arange(extent).reshape(shape), parts[-1].shape))
    return x[tuple(parts)]


# ---- scatter ------------------------------------------------------------------------------------


def _places_along(indices: ndarray, axis: int, extent: int) -> tuple[ndarray, ...]:
    """For each element of `indices`, where it points to in an array, by axis."""
    found = []
    for a, n in enumerate(indices.shape):
        if a == axis:
            found.append(_counted(indices, extent))
        else:
            shape = [1] * indices.ndim
            shape[a] = n
            found.append(np.broadcast_to(np.arange(n).reshape(shape), indices.shape))
    return tuple(found)


def _flat_places(places: tuple[ndarray, ...], shape: tuple[int, ...]) -> ndarray:
    flat = places[0].astype("int64")
    for place, extent in zip(places[1:], shape[1:], strict=True):
        flat = flat * extent + place
    return flat.reshape((-1,))


def _scattered(
    x: ndarray, places: tuple[ndarray, ...], updates: ndarray, reduction: str
) -> ndarray:
    """`x` with updates written, added, multiplied, or the larger or smaller kept."""
    inner = x.shape[len(places) :]
    flat = _flat_places(places, x.shape[: len(places)])
    rows = x.reshape((-1, *inner))
    values = updates.reshape((-1, *inner))
    if reduction == "none":
        return npx.index_update(rows, flat.reshape((1, -1)), values).reshape(x.shape)
    if reduction == "add":
        return npx.index_add(rows, flat.reshape((1, -1)), values).reshape(x.shape)
    combine = {"mul": np.multiply, "max": np.maximum, "min": np.minimum}
    if reduction not in combine:
        raise Unsupported(f"`reduction` must be none, add, mul, max or min; got {reduction!r}")
    # One update after the other, as several may meet the same element.
    for number in range(values.shape[0]):
        place = flat[number : number + 1]
        found = combine[reduction](np.take(rows, place, axis=0), values[number : number + 1])
        rows = npx.index_update(rows, place.reshape((1, -1)), found)
    return rows.reshape(x.shape)


@rules("Scatter", "ScatterElements")
def _scatter_elements(
    x: Array, indices: Array, updates: Array, *, axis: int = 0, reduction: str = "none"
) -> ndarray:
    axis = axis + x.ndim if axis < 0 else axis
    places = _places_along(indices, axis, x.shape[axis])
    return _scattered(x, places, updates, reduction)


@rules("ScatterND")
def _scatter_nd(x: Array, indices: Array, updates: Array, *, reduction: str = "none") -> ndarray:
    depth = indices.shape[-1]
    places = tuple(_counted(indices[..., p], x.shape[p]) for p in range(depth))
    return _scattered(x, places, updates, reduction)


# ---- sort and search ----------------------------------------------------------------------------


def _first(name: str, function: Any) -> None:
    def rule(x: Array, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> ndarray:
        if not select_last_index:
            return function(x, axis=axis, keepdims=bool(keepdims)).astype("int64")
        found = function(np.flip(x, axis), axis=axis, keepdims=bool(keepdims)).astype("int64")
        return x.shape[axis] - 1 - found

    rules.add(name, rule)


_first("ArgMax", np.argmax)
_first("ArgMin", np.argmin)


def _largest(x: ndarray, k: int, axis: int, is_largest: int) -> tuple[ndarray, ndarray]:
    values, places = npx.topk(x, k=k, axis=axis, is_ascend=not is_largest)
    return values, places.astype("int64")


@rules("TopK", since=1)
def _top_k1(x: Array, *, k: int, axis: int = -1) -> Any:
    return _largest(x, k, axis, 1)


@rules("TopK", since=10)
def _top_k(x: Array, k: Ints, *, axis: int = -1, largest: int = 1, sorted: int = 1) -> Any:
    return _largest(x, k[0], axis, largest)


@rules("NonZero", host=lambda x: numpy.array(numpy.nonzero(x), "int64"))
def _non_zero(x: Array) -> ndarray:
    if x.ndim == 0:
        x = x.reshape((1,))
        return np.stack(np.nonzero(x))[:0].astype("int64")
    return np.stack(np.nonzero(x)).astype("int64")


@rules("Compress")
def _compress(x: Array, condition: Array, *, axis: int | None = None) -> ndarray:
    return np.compress(condition, x, axis=axis)


@rules("OneHot")
def _one_hot(indices: Array, depth: Host, values: Array, *, axis: int = -1) -> ndarray:
    count = int(depth.reshape(-1)[0])
    places = indices.astype("int64")
    rank = indices.ndim + 1
    axis = axis + rank if axis < 0 else axis
    places = np.expand_dims(np.where(places < 0, places + count, places), axis)
    shape = [1] * rank
    shape[axis] = count
    return np.where(places == np.arange(count).reshape(shape), values[1], values[0])


@rules("Unique")
def _unique(x: Any, *, axis: int | None = None, sorted: int = 1) -> Any:
    value = _host.host_of(x)
    found = numpy.unique(value, True, True, True, axis=axis)
    unique, first, inverse, counts = found
    inverse = inverse.reshape(-1)
    if not sorted:
        order = numpy.argsort(first, kind="stable")
        ranks = numpy.empty_like(order)
        ranks[order] = numpy.arange(order.size)
        unique = numpy.take(unique, order, axis if axis is not None else 0)
        first, counts, inverse = first[order], counts[order], ranks[inverse]
    found = (unique, first.astype("int64"), inverse.astype("int64"), counts.astype("int64"))
    return tuple(array_of(v) if is_array(x) else v for v in found)


@rules("ReverseSequence")
def _reverse_sequence(
    x: Array, lengths: Array, *, batch_axis: int = 1, time_axis: int = 0
) -> ndarray:
    steps = x.shape[time_axis]
    shape = [1] * x.ndim
    shape[time_axis] = steps
    time = np.arange(steps).reshape(shape)
    rows = [1] * x.ndim
    rows[batch_axis] = x.shape[batch_axis]
    count = lengths.reshape(rows)
    places = np.where(time < count, count - 1 - time, time)
    return np.take_along_axis(x, np.broadcast_to(places, x.shape), time_axis)


@rules("TensorScatter")
def _tensor_scatter(
    past: Array, update: Array, indices: Host = None, *, axis: int = -2, mode: str = "linear"
) -> ndarray:
    axis = axis + past.ndim if axis < 0 else axis
    batch, length, count = past.shape[0], past.shape[axis], update.shape[axis]
    starts = numpy.zeros(batch, "int64") if indices is None else indices
    rows = []
    for row, start in enumerate(starts.tolist()):
        places = (
            (numpy.arange(count) + start) % length
            if mode == "circular"
            else (numpy.arange(count) + start)
        )
        kept, new = np.moveaxis(past[row], axis - 1, 0), np.moveaxis(update[row], axis - 1, 0)
        kept = npx.index_update(kept, np.array(places.reshape(1, -1)), new)
        rows.append(np.moveaxis(kept, 0, axis - 1))
    return np.stack(rows)
