"""Reading and writing at places, order and search."""

import numpy


def _within(index, extent, mode):
    """Indices that stand for themselves, as int64."""
    index = index.astype("int64")
    return index.clip(0, extent - 1) if mode == "clip" else index


def bounded_integers(x, least, most, caller, what, is_index=False):
    assert ((x >= least) & (x <= most)).all(), f"{caller}: {what}"
    return x


def pick(data, index, axis=-1, mode="raise", keepdims=False):
    places = numpy.expand_dims(_within(index, data.shape[axis], mode), axis)
    return numpy.take_along_axis(data, places, axis).squeeze(() if keepdims else axis)


def _along(index, extent, mode, rank, axis):
    """Places of rank `rank`: the axis is there with any extent, or missing, which is one of 1."""
    places = _within(index, extent, mode)
    return places if index.ndim == rank else numpy.expand_dims(places, axis)


def pick_rows(data, index, axis=-1, mode="raise"):
    places = _along(index, data.shape[axis], mode, data.ndim, axis)
    return numpy.take_along_axis(data, places, axis).reshape(index.shape)


def pick_adjoint(dout, index, data_shape, axis=-1, mode="raise"):
    out = numpy.zeros(data_shape, dout.dtype)
    places = _along(index, data_shape[axis], mode, len(data_shape), axis)
    others = list(numpy.indices(places.shape, sparse=True))
    others[axis] = places
    numpy.add.at(out, tuple(others), dout.reshape(places.shape))
    return out


def pick_update(data, values, index, axis=-1):
    out = data.copy()
    places = _along(index, data.shape[axis], "raise", data.ndim, axis)
    numpy.put_along_axis(out, places, values.reshape(places.shape), axis)
    return out


def take_rows(data, index, axis=0, mode="raise", sparse_grad=False):
    return numpy.take(data, index, axis=axis, mode=mode)


def take_adjoint(dout, index, data_shape, axis=0, mode="raise"):
    out = numpy.zeros(data_shape, dout.dtype)
    places = _within(index, data_shape[axis], mode)
    numpy.add.at(out, (slice(None),) * (axis % out.ndim) + (places,), dout)
    return out


def gather(x, indices, axes, position=0, shown_axes=None):
    rank = numpy.broadcast(*indices).ndim if len(indices) > 1 else indices[0].ndim
    moved = numpy.moveaxis(x, axes, range(len(axes)))
    return numpy.moveaxis(moved[tuple(indices)], range(rank), range(position, position + rank))


def scatter(x, value, indices, axes, position=0, shown_axes=None, accumulate=False):
    out = x.copy()
    rank = numpy.broadcast(*indices).ndim if len(indices) > 1 else indices[0].ndim
    moved = numpy.moveaxis(out, axes, range(len(axes)))
    picked = moved[tuple(indices)]
    target = numpy.moveaxis(picked, range(rank), range(position, position + rank)).shape
    value = numpy.broadcast_to(value, target)
    value = numpy.moveaxis(value, range(position, position + rank), range(rank))
    if accumulate:
        numpy.add.at(moved, tuple(indices), value)
    else:
        moved[tuple(indices)] = value
    return out


def with_values_along_axis(arr, indices, values, axis=-1):
    out = arr.copy()
    numpy.put_along_axis(out, indices, values, axis)
    return out


def index_update(a, ind, val):
    out = a.copy()
    out[tuple(ind)] = val
    return out


def index_add(a, ind, val):
    out = a.copy()
    numpy.add.at(out, tuple(ind), val)
    return out


def argsort(a, axis=-1, descending=False):
    if axis is None:
        a, axis = a.ravel(), 0
    if not descending:
        return numpy.argsort(a, axis, stable=True)
    back = numpy.argsort(numpy.flip(a, axis), axis, stable=True)
    return a.shape[axis] - 1 - numpy.flip(back, axis)


def sort_order(x, axis=-1, descending=False, count=None):
    return numpy.take(argsort(x, axis, descending), range(count or x.shape[axis]), axis)


def sort(a, axis=-1, descending=False):
    order = argsort(a, axis, descending)
    return a.ravel()[order] if axis is None else numpy.take_along_axis(a, order, axis)


def topk(data, k=1, axis=-1, is_ascend=False):
    if axis is None:
        data, axis = data.ravel(), 0
    order = numpy.take(argsort(data, axis, not is_ascend), numpy.arange(k), axis)
    return numpy.take_along_axis(data, order, axis), order


def search_order(a, v, right=False):
    return numpy.searchsorted(a, v, "right" if right else "left")


def nonzero_rows(mask, count):
    rows = numpy.array(numpy.nonzero(mask)) if mask.ndim else numpy.zeros((0, int(mask)), "int64")
    assert rows.shape[1] == count
    return rows
