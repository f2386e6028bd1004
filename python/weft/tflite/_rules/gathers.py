"""Operators that take elements from where indices say, and put them there."""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array, Host, Ints
from weft.tflite._rules._scales import require_room
from weft.tflite._rules._table import MOVES as moves
from weft.tflite._rules._table import RULES as rules


@moves("GATHER")
def _gather(x: Array, indices: Array, *, axis: int = 0, batch_dims: int = 0) -> ndarray:
    if batch_dims:
        raise Unsupported(f"`batch_dims` must be 0; got {batch_dims}")
    return np.take(x, indices, axis=axis)


@moves("GATHER_ND")
def _gather_nd(x: Array, indices: Array) -> ndarray:
    return x[tuple(indices[..., place] for place in range(indices.shape[-1]))]


@moves("EMBEDDING_LOOKUP")
def _embedding_lookup(indices: Array, table: Array) -> ndarray:
    return np.take(table, indices, axis=0)


@rules("ONE_HOT")
def _one_hot(
    indices: Array, depth: Ints, on: Array, off: Array, *, axis: int = 0, _: Any
) -> ndarray:
    require_room(_, (*indices.shape, depth[0]))
    rank = indices.ndim + 1
    axis = axis + rank if axis < 0 else axis
    shape = [1] * rank
    shape[axis] = depth[0]
    places = np.arange(depth[0], dtype=indices.dtype).reshape(shape)
    return np.where(np.expand_dims(indices, axis) == places, on, off)


@moves("SCATTER_ND")
def _scatter_nd(indices: Array, updates: Array, shape: Ints, *, _: Any) -> ndarray:
    require_room(_, shape)
    return npx.scatter_nd(updates, np.moveaxis(indices, -1, 0), shape)


@moves("DYNAMIC_UPDATE_SLICE")
def _dynamic_update_slice(x: Array, update: Array, begin: Array) -> ndarray:
    """x with the update at a place that may be known only when the network runs."""
    is_inside: Any = None
    for axis, (extent, count) in enumerate(zip(x.shape, update.shape, strict=True)):
        if extent == count:
            continue
        shape = [1] * x.ndim
        shape[axis] = extent
        places = np.arange(extent, dtype="int32")
        first = np.clip(begin[axis].astype("int32"), 0, extent - count)
        inner = np.clip(places - first, 0, count - 1)
        update = np.take(update, inner, axis=axis)
        hit = np.equal(inner, places - first).reshape(shape)
        is_inside = hit if is_inside is None else np.logical_and(is_inside, hit)
    return update if is_inside is None else np.where(is_inside, update, x)


@moves("REVERSE_SEQUENCE")
def _reverse_sequence(x: Array, lengths: Array, *, seq_dim: int = 0, batch_dim: int = 0) -> ndarray:
    """The first elements along one axis in reverse order, as many as another axis says."""
    extent, shape = x.shape[seq_dim], [1] * x.ndim
    shape[seq_dim] = extent
    places = np.arange(extent, dtype="int32").reshape(shape)
    shape = [1] * x.ndim
    shape[batch_dim] = x.shape[batch_dim]
    counts = lengths.astype("int32").reshape(shape)
    turned = np.where(places < counts, counts - 1 - places, places)
    return np.take_along_axis(x, np.broadcast_to(turned, x.shape), axis=seq_dim)


@moves("WHERE")
def _where(condition: Host) -> numpy.ndarray:
    return numpy.argwhere(condition).astype("int64")


@moves("BROADCAST_ARGS")
def _broadcast_args(a: Host, b: Host) -> numpy.ndarray:
    return numpy.array(numpy.broadcast_shapes(a.tolist(), b.tolist()), a.dtype)
