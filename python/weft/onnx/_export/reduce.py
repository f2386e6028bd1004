"""Reductions, scans, sorting, softmax."""

from typing import Any

import numpy

from weft.onnx._export._call import Call
from weft.onnx._export._graph import Scalar, numpy_dtype
from weft.onnx._export._scope import Scope, tensor_of
from weft.onnx._export._table import rules
from weft.onnx._export.elementwise import common, widened

_REDUCED = {"sum": "ReduceSum", "prod": "ReduceProd", "max": "ReduceMax", "min": "ReduceMin"}


def _axes(call: Call) -> list[int]:
    axis = call["axis"]
    rank = call.rank(0)
    listed = range(rank) if axis is None else [axis] if isinstance(axis, int) else axis
    return [a % rank for a in listed]


@rules(*_REDUCED)
def _reduce(call: Call) -> Any:
    dtype, axes = call.out[0], _axes(call)
    wide = widened(dtype)
    x = call.input(0, wide)
    if not axes:
        return call.scope.cast(x, wide, dtype)
    if wide in ("float32", "float64"):  # runtimes have prod of nothing only for these and int32
        found = call.scope.reduced(_REDUCED[call.op], x, axes, call["keepdims"])
    else:
        found = _reduced_integers(call, x, wide, axes)
    return call.scope.cast(found, wide, dtype)


def _reduced_integers(call: Call, x: str, dtype: str, axes: list[int]) -> str:
    """Unsigned 64 bits have no sum in runtimes; int64 wraps as they do."""
    is_wrapped = dtype == "uint64" and call.op in ("sum", "prod")
    inner = "int64" if is_wrapped else dtype
    x = call.scope.cast(x, dtype, inner)
    found = call.scope.reduced(_REDUCED[call.op], x, axes, call["keepdims"])
    return call.scope.cast(found, inner, dtype)


@rules("argmax", "argmin")
def _arg(call: Call) -> Any:
    axes, rank = _axes(call), call.rank(0)
    x = call.input(0, widened(call.dtype(0)))
    op = "ArgMax" if call.op == "argmax" else "ArgMin"
    if len(axes) == 1:
        return call.emit(op, x, axis=axes[0], keepdims=int(call["keepdims"]))
    others = [a for a in range(rank) if a not in axes]
    x = call.transposed(x, others + axes)
    shape = [call.extent_tensor(0, a) for a in others]
    x = call.emit("Reshape", x, call.joined([*shape, call.scope.ints(-1)]))
    found = call.emit(op, x, axis=len(others), keepdims=0)
    return call.unsqueezed(found, *sorted(axes)) if call["keepdims"] else found


# ---- scans --------------------------------------------------------------------------------------


@rules("recurrence")
def _recurrence(call: Call) -> Any:
    """h = factor h + term along an axis. Without factors it is a sum, else a Scan."""
    dtype, shape = call.out
    axis = call["axis"] % len(shape)
    if not call.given(0) and call["start"] == 0 and dtype in ("float32", "float64", "int64"):
        x, at = call.input(1, dtype), call.full(axis, "int64")
        return call.emit("CumSum", x, at, reverse=int(call["reverse"]))
    if 0 in shape:  # runtimes refuse a Scan of nothing
        return call.input(0 if call.given(0) else 1, dtype)
    body = Scope(call.scope.model, call.scope)
    state = call.scope.model.name("state")
    inputs, total = [], state
    for place, op in ((0, "Mul"), (1, "Add")):
        if call.given(place):
            inputs.append((call.scope.model.name("row"), call.input(place, dtype)))
            total = body.emit(op, total, inputs[-1][0])
    start = call.full(call["start"], dtype)
    return _scanned(call, body, (state, start), inputs, total, dtype, int(call["reverse"]))


@rules("cummax", "cummin")
def _running_extreme(call: Call) -> Any:
    """A Scan that keeps the larger, or the smaller, of the total and the row."""
    dtype, shape = call.out
    if 0 in shape:  # runtimes refuse a Scan of nothing
        return call.input(0, dtype)
    wide = "int32" if dtype == "bool" else widened(dtype)
    body = Scope(call.scope.model, call.scope)
    state, row = call.scope.model.name("state"), call.scope.model.name("row")
    total = body.emit("Max" if call.op == "cummax" else "Min", state, row)
    start = call.full(_first(wide, call.op == "cummax"), wide)
    inputs = [(row, call.input(0, wide))]
    return call.scope.cast(_scanned(call, body, (state, start), inputs, total, wide), wide, dtype)


def _first(dtype: str, is_max: bool) -> float | int:
    """What every element is at least, or at most."""
    if dtype.startswith("float"):
        return -numpy.inf if is_max else numpy.inf
    limits = numpy.iinfo(dtype)
    return int(limits.min if is_max else limits.max)


def _scanned(
    call: Call,
    body: Scope,
    state: tuple[str, str],
    inputs: list[tuple[str, str]],
    total: str,
    dtype: str,
    reverse: int = 0,
) -> str:
    """A Scan along the operator's axis, whose rows are the totals.

    state: its name in the body, and the scalar that it begins with; inputs: names in the body and
        the arrays whose rows they are
    """
    axis = call["axis"] % len(call.out[1])
    shape = call.out[1]
    result = body.emit("Identity", total)
    rest = [a for a in range(len(shape)) if a != axis]
    place = 0 if call.given(0) else 1
    start = call.emit("Expand", state[1], call.shape_tensor(place, rest) if rest else call.empty())
    rows = [shape[a] if call.out_extent(a) is not None else None for a in rest]
    ports = [(name, dtype, rows) for name in [state[0], *(name for name, _ in inputs)]]
    body_graph = body.graph("scan", ports, [(total, dtype, rows), (result, dtype, rows)])
    _, found = call.emit(
        "Scan",
        start,
        *[x for _, x in inputs],
        outputs=2,
        body=body_graph,
        num_scan_inputs=len(inputs),
        scan_input_axes=[axis] * len(inputs),
        scan_input_directions=[reverse] * len(inputs),
        scan_output_axes=[axis],
        scan_output_directions=[reverse],
    )
    return found


# ---- order --------------------------------------------------------------------------------------

# Dtypes that runtimes sort.
_SORTED = ("float32", "float64", "int64", "int32")


@rules("sort_order")
def _sort_order(call: Call) -> Any:
    dtype = call.dtype(0)
    wide = dtype if dtype in _SORTED else "int64"
    axis = call["axis"] % call.rank(0)
    count = call["count"]
    k = call.extent_tensor(0, axis) if count is None else call.number(count)
    largest = int(call["descending"])
    x = call.input(0, wide)
    return call.emit("TopK", x, k, outputs=2, axis=axis, largest=largest, sorted=1)[1]


@rules("search_order")
def _search_order(call: Call) -> Any:
    """The number of elements that come before: all are compared."""
    dtype = widened(common(call, [0, 1]))
    a, v = call.input(0, dtype), call.unsqueezed(call.input(1, dtype), -1)
    before = call.emit("LessOrEqual" if call["right"] else "Less", a, v)
    return call.scope.reduced("ReduceSum", call.scope.cast(before, "bool", "int64"), [-1])


@rules("nonzero_rows")
def _nonzero_rows(call: Call) -> Any:
    return call.emit("NonZero", call.input(0))


# ---- softmax ------------------------------------------------------------------------------------


def softmax(call: Call, x: str, axis: int, dtype: str) -> str:
    """Softmax where an element may be -inf. Of nothing but these Weft gives 0, ONNX NaN."""
    shares = call.emit("Softmax", x, axis=axis)
    most = call.scope.reduced("ReduceMax", x, [axis], True)
    is_never = call.emit("Equal", most, call.full(-numpy.inf, dtype))
    return call.emit("Where", is_never, call.full(0, dtype), shares)


_MASKS = ("where", "add", "subtract", "cast", "copy", "reshape", "transpose", "broadcast_to")


def _may_be_never(call: Call, value: Any, steps: int = 8) -> bool:
    """Are there -inf among what a value is made of, as masks have them?"""
    if isinstance(value, Scalar):
        return value.value == -numpy.inf
    array = call.frame.graph.arrays.get(value)
    if array is not None:
        return "float" in array.dtype.name and bool((array == -numpy.inf).any())
    node = call.frame.producers.get(value)
    if node is None or steps == 0:
        return False
    if node.op == "full":
        return node.attributes["fill_value"] == -numpy.inf
    operands = node.operands[1:] if node.op == "where" else node.operands
    return node.op in _MASKS and any(_may_be_never(call, v, steps - 1) for v in operands)


@rules("softmax_rows", "log_softmax_rows")
def _softmax(call: Call) -> Any:
    dtype, axis = call.out[0], call["axis"]
    x = call.input(0, dtype)
    if call.op == "log_softmax_rows":
        return call.emit("LogSoftmax", x, axis=axis)
    if _may_be_never(call, call.node.operands[0]):
        return softmax(call, x, axis, dtype)
    return call.emit("Softmax", x, axis=axis)


@rules("cross_entropy_rows")
def _cross_entropy(call: Call) -> Any:
    axis = call["axis"] % call.rank(0)
    scores = call.emit("LogSoftmax", call.input(0, call.out[0]), axis=axis)
    label = call.unsqueezed(call.input(1, "int64"), axis)
    found = call.emit("GatherElements", scores, label, axis=axis)
    return call.emit("Neg", call.emit("Squeeze", found, call.scope.ints(axis)))


def filled(call: Call, value: Any, dtype: str, shape: str) -> str:
    """A tensor with every element the same."""
    element = numpy.asarray([value]).astype(numpy_dtype(dtype))
    return call.emit("ConstantOfShape", shape, value=tensor_of("value", element))
