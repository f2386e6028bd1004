"""Reading and writing at index arrays: where indices differ between examples, the number of the
example is one more index."""

from typing import Any

from weft._batching.table import Call, Value, broadcast, moved, op, positive, reshaped, rules


def _numbers(size: int, rank: int) -> Any:
    """0 to size - 1 along the first of 1 + rank axes."""
    numbers = op("arange", start=0, stop=size, dtype="int64")
    return reshaped(numbers, (size, *[1] * rank))


def _index_rank(call: Call, first: int) -> int:
    """How many axes the index arrays have together, in one example."""
    return max([call.rank(place) for place in range(first, call.count)], default=0)


def _indices(call: Call, first: int, rank: int) -> list[Any]:
    return [call.aligned(place, rank) for place in range(first, call.count)]


def _axes(call: Call, added: int) -> dict[str, Any]:
    """The attributes of an indexing for one more axis in front, which is indexed where `added`.
    What errors show are the axes of one example."""
    axes = tuple([axis + 1 for axis in call["axes"]])
    shown = call["shown_axes"] or call["axes"]
    if added:
        return {"axes": (0, *axes), "position": 0, "shown_axes": (0, *shown)}
    return {"axes": axes, "position": call["position"] + 1, "shown_axes": shown}


@rules("gather")
def gather(call: Call) -> list[Value]:
    rank = _index_rank(call, 1)
    if not call.any_batched(*range(1, call.count)):
        found = call.run([call.plain(0), *_indices(call, 1, rank)], **_axes(call, 0))
        return call.results(found)
    position = call["position"]
    indices = _indices(call, 1, rank)
    if not call.is_batched(0):
        (found,) = call.run([call.plain(0), *indices])  # the batch is an axis of the indices
        return call.results([moved(found, position, 0)])
    numbers = _numbers(call.size, rank)
    (found,) = call.run([call.plain(0), numbers, *indices], **_axes(call, 1))
    return call.results([_to_position(found, rank, position)])


def _to_position(found: Any, rank: int, position: int) -> Any:
    """Moves the `rank` axes behind the batch behind `position` of the others."""
    axes = list(range(1, found.ndim))
    chosen, others = axes[:rank], axes[rank:]
    order = [0, *others[:position], *chosen, *others[position:]]
    return op("transpose", found, axes=tuple(order))


def _from_position(value: Any, rank: int, position: int) -> Any:
    """The inverse: the chosen axes come right behind the batch."""
    axes = list(range(1, value.ndim))
    chosen = axes[position : position + rank]
    return op("transpose", value, axes=(0, *chosen, *axes[:position], *axes[position + rank :]))


@rules("scatter")
def scatter(call: Call) -> list[Value]:
    rank = _index_rank(call, 2)
    kept = [e for axis, e in enumerate(call.shape(0)) if axis not in call["axes"]]
    x = call.full(0)
    if not call.any_batched(*range(2, call.count)):
        value = call.aligned(1, len(kept) + rank)
        return call.results(call.run([x, value, *_indices(call, 2, rank)], **_axes(call, 0)))
    position = call["position"]
    indices = _indices(call, 2, rank)
    common = _joined([index.shape for index in indices])[-rank:] if rank else ()
    picked = (call.size, *kept[:position], *common, *kept[position:])
    value = call.aligned(1, len(kept) + rank)
    if call.is_batched(1) or call.rank(1):
        value = _from_position(broadcast(value, picked), rank, position)
    numbers = _numbers(call.size, rank)
    return call.results(call.run([x, value, numbers, *indices], **_axes(call, 1)))


def _joined(shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    rank = max(map(len, shapes))
    full = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple([max(column) if 0 not in column else 0 for column in zip(*full, strict=True)])


@rules("take_rows")
def take_rows(call: Call) -> list[Value]:
    axis = positive(call["axis"], call.rank(0))
    data, index = call.plain(0), call.plain(1)
    if not call.is_batched(1):
        return call.results(call.run([data, index], axis=axis + 1, sparse_grad=False))
    if not call.is_batched(0):
        (found,) = call.run([data, index], axis=axis)
        return call.results([moved(found, axis, 0)])
    # The examples' rows behind one another, with indices that count through all of them.
    extent = call.shape(0)[axis]
    rows = moved(data, axis + 1, 1)
    table = reshaped(rows, (call.size * extent, *rows.shape[2:]))
    (found,) = call.run(
        [table, _flat_index(call, index, extent)], axis=0, mode="raise", sparse_grad=False
    )
    return call.results([_to_position(found, call.rank(1), axis)])


def _flat_index(call: Call, index: Any, extent: int) -> Any:
    """Indices into rows of all examples behind one another, checked as the mode says."""
    if call["mode"] == "clip":
        index = op("minimum", op("maximum", index, 0), max(extent - 1, 0))
    else:
        least = 0 if call["mode"] == "strict" else -extent
        bounds = {"least": least, "most": extent - 1, "caller": "take", "what": "`indices`"}
        index = op("bounded_integers", index, **bounds)
        index = op("where", op("less", index, 0), op("add", index, extent), index)
    return op("add", index, op("multiply", _numbers(call.size, index.ndim - 1), extent))


@rules("take_adjoint")
def take_adjoint(call: Call) -> list[Value]:
    shape = call["data_shape"]
    axis = positive(call["axis"], len(shape))
    if not call.is_batched(1):
        changes = {"axis": axis + 1, "data_shape": (call.size, *shape)}
        return call.results(call.run([call.plain(0), call.plain(1)], **changes))
    index = call.plain(1)
    rest = (*shape[:axis], *shape[axis + 1 :])
    dout = _from_position(call.full(0), call.rank(1), axis)
    flat = _flat_index(call, index, shape[axis])
    whole = (call.size * shape[axis], *rest)
    (found,) = call.run([dout, flat], axis=0, mode="raise", data_shape=whole)
    rows = reshaped(found, (call.size, shape[axis], *rest))
    return call.results([moved(rows, 1, axis + 1)])


# ---- samples of images: merged with the images


@rules("sample_pixels", "sample_pixels_adjoint", "sample_pixels_slopes", "pooling_image")
@rules("pooling_indices", "pooling_gather", "pooling_scatter", "pooling_average_gradient")
@rules("unfold_depth", "fold_depth")
def images(call: Call) -> list[Value]:
    """Operands are images, of which there are more."""
    changes = {}
    if "data_shape" in call.attributes:
        count, *rest = call["data_shape"]
        changes["data_shape"] = (call.size * count, *rest)
    arrays = [in_one(array) for array in call.fulls()]
    return call.results(call.run(arrays, **changes))


def in_one(array: Any) -> Any:
    """The batch and the axis behind it as one."""
    if array is None:
        return None
    return reshaped(array, (array.shape[0] * array.shape[1], *array.shape[2:]))


__all__ = ["in_one"]
