"""Normalisation."""

from typing import Any

import numpy

from weft.onnx._export._call import Call
from weft.onnx._export._table import rules


@rules("normalize_rows")
def _normalize_rows(call: Call) -> Any:
    dtype = call.out[0]
    x, eps = call.input(0), call["eps"]
    gamma = call.input(1, dtype) if call.given(1) else None
    beta = call.input(2, dtype) if call.given(2) else None
    if call["centred"]:
        if gamma is None:
            gamma = call.scope.constant(numpy.ones(call.static_shape(0)[-1]), dtype)
        return call.emit("LayerNormalization", x, gamma, beta, axis=-1, epsilon=eps)
    wide = "float32" if dtype in ("float16", "bfloat16") else dtype
    wide_x = call.scope.cast(x, dtype, wide)
    power = call.scope.reduced("ReduceMean", call.emit("Mul", wide_x, wide_x), [-1], True)
    root = call.emit("Sqrt", call.emit("Add", power, call.full(eps, wide)))
    found = call.scope.cast(call.emit("Div", wide_x, root), wide, dtype)
    found = found if gamma is None else call.emit("Mul", found, gamma)
    return found if beta is None else call.emit("Add", found, beta)


def _by_channel(call: Call, place: int, rank: int) -> str:
    return call.unsqueezed(call.input(place, call.out[0]), *range(1, rank - 1))


@rules("normalize_groups")
def _normalize_groups(call: Call) -> Any:
    """InstanceNormalization over groups in the place of channels."""
    dtype, shape = call.out
    groups, channels = call["num_groups"], shape[1]
    one = [call.scope.constant(numpy.full(groups, value), dtype) for value in (1, 0)]
    options = {"epsilon": call["eps"]}
    if groups == channels:
        scales = [
            call.input(place, dtype) if call.given(place) else one[place - 1] for place in (1, 2)
        ]
        return call.emit("InstanceNormalization", call.input(0), *scales, **options)
    parts = call.emit("Reshape", call.input(0), call.scope.ints(0, groups, -1))
    found = call.emit("InstanceNormalization", parts, *one, **options)
    found = call.emit("Reshape", found, call.shape_tensor(0))
    for place, op in ((1, "Mul"), (2, "Add")):
        if call.given(place):
            found = call.emit(op, found, _by_channel(call, place, len(shape)))
    return found


@rules("batch_norm_training")
def _batch_norm(call: Call) -> Any:
    """Normalised by the batch's own statistics, which are results, too."""
    dtype, shape = call.out
    rank = len(shape)
    axes = [axis for axis in range(rank) if axis != 1]
    wide = call.frame.graph.types[call.node.outputs[1]][0]
    x = call.input(0, wide)
    mean = call.scope.reduced("ReduceMean", x, axes, True)
    rest = call.emit("Sub", x, mean)
    variance = call.scope.reduced("ReduceMean", call.emit("Mul", rest, rest), axes, True)
    root = call.emit("Sqrt", call.emit("Add", variance, call.full(call["eps"], wide)))
    found = call.emit("Div", rest, root)
    for place, op in ((1, "Mul"), (2, "Add")):
        if call.given(place):
            scale = call.scope.cast(call.input(place), call.dtype(place), wide)
            found = call.emit(op, found, call.unsqueezed(scale, *range(1, rank - 1)))
    flat = [call.emit("Reshape", part, call.scope.ints(-1)) for part in (mean, variance)]
    return call.scope.cast(found, wide, dtype), *flat
