"""Operators that move elements, and reductions: attributes that count axes count one more."""

import math

from weft._batching.table import Call, Value, broadcast, op, positive, reshaped, rules


@rules("reshape")
def reshape(call: Call) -> list[Value]:
    return [Value(reshaped(call.plain(0), (call.size, *call.out[0].shape)), True)]


@rules("broadcast_to")
def broadcast_to(call: Call) -> list[Value]:
    shape = call.out[0].shape
    return [Value(broadcast(call.aligned(0, len(shape)), (call.size, *shape)), True)]


@rules("transpose")
def transpose(call: Call) -> list[Value]:
    rank = call.rank(0)
    axes = call["axes"]
    order = reversed(range(rank)) if axes is None else [positive(axis, rank) for axis in axes]
    return call.results(call.run([call.plain(0)], axes=(0, *[axis + 1 for axis in order])))


@rules("slice")
def part(call: Call) -> list[Value]:
    return call.results(
        call.run(
            [call.plain(0)],
            begin=(0, *call["begin"]),
            size=(call.size, *call["size"]),
            step=(1, *call["step"]),
        )
    )


@rules("strided_view")
def strided_view(call: Call) -> list[Value]:
    """The part of each example's elements; examples lie one behind the other."""
    return call.results(call.run([call.plain(0)], **_geometry(call)))


@rules("update")
def update(call: Call) -> list[Value]:
    """The part of each example replaced."""
    value = call.aligned(1, len(call["shape"]))
    return call.results(call.run([call.full(0), value], **_geometry(call)))


def _geometry(call: Call) -> dict[str, tuple[int, ...]]:
    elements = math.prod(call.shape(0))
    return {"shape": (call.size, *call["shape"]), "strides": (elements, *call["strides"])}


@rules("diagonal")
def diagonal(call: Call) -> list[Value]:
    rank = call.rank(0)
    axes = {name: positive(call[name], rank) + 1 for name in ("axis1", "axis2")}
    return call.results(call.run([call.plain(0)], **axes))


@rules("concatenate")
def concatenate(call: Call) -> list[Value]:
    arrays = call.fulls()
    if call["axis"] is None:
        flat = [reshaped(a, (call.size, math.prod(a.shape[1:]))) for a in arrays]
        return call.results(call.run(flat, axis=1))
    return call.results(call.run(arrays, axis=positive(call["axis"], call.rank(0)) + 1))


# ---- along one axis


@rules("split", "recurrence", "softmax_rows", "log_softmax_rows", "softmax_gradient")
@rules("log_softmax_gradient", "sort_order", "pick_rows", "pick_update", "cross_entropy_rows")
@rules("cross_entropy_rows_gradient", "resample", "cummax", "cummin")
def along_axis(call: Call) -> list[Value]:
    """All operands have the axis that the first one given has."""
    first = next(place for place in range(call.count) if call.given(place))
    if call["axis"] is None:
        shapes = [(call.size, math.prod(call.shape(place))) for place in range(call.count)]
        flat = [reshaped(a, s) for a, s in zip(call.fulls(), shapes, strict=True)]
        return call.results(call.run(flat, axis=1))
    axis = positive(call["axis"], call.rank(first)) + 1
    return call.results(call.run(call.fulls(), axis=axis))


@rules("resample_adjoint")
def resample_adjoint(call: Call) -> list[Value]:
    return call.results(call.run(call.fulls(), axis=positive(call["axis"], call.rank(0)) + 1))


@rules("pick_adjoint")
def pick_adjoint(call: Call) -> list[Value]:
    shape = call["data_shape"]
    axis = positive(call["axis"], len(shape)) + 1
    return call.results(call.run(call.fulls(), axis=axis, data_shape=(call.size, *shape)))


@rules("fourier", "real_fourier", "real_fourier_inverse", "frames", "overlap_add")
def last_axis(call: Call) -> list[Value]:
    """Axes in front of the last one, or of the last two, are free."""
    return call.results(call.run(call.fulls()))


@rules("window_sum")
def window_sum(call: Call) -> list[Value]:
    """Each example's window, in the place of all its frames."""
    window, shape = call.full(1), call.shape(0)[-2:]
    frames = broadcast(reshaped(window, (call.size, 1, shape[1])), (call.size, *shape))
    options = {name: call[name] for name in ("hop", "start", "length")}
    return [Value(op("overlap_add", frames, **options), True)]


@rules("search_order")
def search_order(call: Call) -> list[Value]:
    """Values are searched for in one vector, or in one for each example: there they are counted."""
    if not call.is_batched(0):
        return call.results(call.run([call.plain(0), call.plain(1)]))
    vectors, values = call.plain(0), call.full(1)
    rank = call.rank(1)
    table = reshaped(vectors, (call.size, *[1] * rank, call.shape(0)[0]))
    compared = op(
        "less_equal" if call["right"] else "less",
        table,
        reshaped(values, (*values.shape, 1)),
    )
    return call.results([op("sum", compared, axis=(rank + 1,))])


# ---- reductions


@rules("sum", "prod", "max", "min")
def reduction(call: Call) -> list[Value]:
    rank, axis = call.rank(0), call["axis"]
    axes = range(rank) if axis is None else [positive(a, rank) for a in axis]
    x = call.plain(0)
    if not axes:  # an axis that is not there: the operator still has a dtype to give
        x = reshaped(x, (call.size, 1, *x.shape[1:]))
        return call.results(call.run([x], axis=(1,), keepdims=False))
    return call.results(call.run([x], axis=tuple([a + 1 for a in axes])))


@rules("argmax", "argmin")
def place_of_extreme(call: Call) -> list[Value]:
    x, axis = call.plain(0), call["axis"]
    if axis is None or not call.rank(0):
        flat = reshaped(x, (call.size, math.prod(call.shape(0))))
        return call.results(call.run([flat], axis=1, keepdims=False))
    if not isinstance(axis, int):
        (axis,) = axis
    return call.results(call.run([x], axis=positive(axis, call.rank(0)) + 1))


__all__: list[str] = []
