"""Operators that move elements, make arrays, or draw random numbers."""

import itertools
import math
from typing import Any

import numpy

from weft._base.errors import Unsupported
from weft.onnx._export._call import Call
from weft.onnx._export._graph import Node, Number, Poly, Scalar, numpy_dtype
from weft.onnx._export._scope import ELEMENTS
from weft.onnx._export._table import rules
from weft.onnx._export.reduce import filled

_FAR = 2**31 - 1  # behind the end of every axis


@rules("copy", "stop_gradient", "bounded_integers")
def _same(call: Call) -> Any:
    """Values never change, and ONNX checks no values."""
    return call.input(0)


@rules("reshape")
def _reshape(call: Call) -> Any:
    known = [call.out_extent(axis) for axis in range(len(call.out[1]))]
    shape = [n if n is not None else m for n, m in zip(known, call["newshape"], strict=True)]
    return call.reshaped(call.input(0), shape)


@rules("transpose")
def _transpose(call: Call) -> Any:
    axes = call["axes"]
    rank = call.rank(0)
    axes = list(range(rank))[::-1] if axes is None else [a % rank for a in axes]
    return call.transposed(call.input(0), axes)


@rules("broadcast_to")
def _broadcast_to(call: Call) -> Any:
    if 0 in [call.out_extent(axis) for axis in range(len(call.out[1]))]:  # ONNX Runtime gives 1
        return filled(call, 0, call.out[0], call.numbers(call["shape"]))
    return call.emit("Expand", call.input(0), call.numbers(call["shape"]))


@rules("concatenate")
def _concatenate(call: Call) -> Any:
    dtype = call.out[0]
    parts = [call.input(place, dtype) for place in range(call.count)]
    if call["axis"] is None:
        parts = [call.reshaped(part, [-1]) for part in parts]
    return call.emit("Concat", *parts, axis=call["axis"] or 0)


@rules("split")
def _split(call: Call) -> Any:
    axis = call["axis"] % call.rank(0)
    cuts, count = call["indices_or_sections"], len(call.node.outputs)
    if count == 1:
        return call.input(0)
    extent = call.extent(0, axis)
    if isinstance(cuts, int | Poly) or (len(cuts) == 1 and cuts[0] == count):
        if extent is None:
            count_given = count if call.scope.opset >= 18 else None
            return call.emit(
                "Split", call.input(0), outputs=count, axis=axis, num_outputs=count_given
            )
        sizes = call.scope.ints(*[extent // count] * count)
    else:
        # Indices may lie behind the end, or before the one before them.
        shapes = [call.frame.graph.types[value][1][axis] for value in call.node.outputs]
        sizes = call.scope.ints(*shapes)
        outs = [call.frame.extents.of(value, axis) for value in call.node.outputs]
        if any(len(set(found)) > 1 for found in outs) or sum(shapes) != extent:
            return _pieces(call, axis, cuts)
    return call.emit("Split", call.input(0), sizes, outputs=count, axis=axis)


def _pieces(call: Call, axis: int, cuts: list[Number]) -> tuple[str, ...]:
    """Parts by indices of an axis whose extent only a run knows."""
    bounds = [call.number(n) for n in [0, *cuts, _FAR]]
    at = call.scope.ints(axis)
    return tuple(
        [
            call.emit("Slice", call.input(0), first, last, at)
            for first, last in itertools.pairwise(bounds)
        ]
    )


@rules("slice")
def _slice(call: Call) -> Any:
    x = call.frame.single_rows.get(call.node.operands[0])
    starts, ends, axes, steps = [], [], [], []
    parts = zip(call["begin"], call["size"], call["step"], strict=True)
    for axis, (begin, size, step) in enumerate(parts):
        is_whole = begin == 0 and step == 1 and call.keeps_extent(axis, axis)
        if is_whole or (axis == 0 and x is not None):
            continue
        known = call.out_extent(axis)  # less than the size where the axis ends before
        first = max(begin, 0) if isinstance(begin, int) else begin
        starts.append(first)
        ends.append(_end(begin, size, step) if known is None else _end(first, known, step))
        axes.append(axis)
        steps.append(step)
    x = call.input(0) if x is None else x
    if not axes:
        return x
    return call.emit(
        "Slice",
        x,
        call.numbers(starts),
        call.numbers(ends),
        call.scope.ints(*axes),
        call.scope.ints(*steps) if set(steps) != {1} else None,
    )


def _end(begin: Number, size: Number, step: int) -> Number:
    """The bound of a slice; negative ones would count back, so the far one stands for them."""
    if isinstance(size, int):
        if isinstance(begin, int):
            end = begin + size * step
            return end if end >= 0 else -_FAR
        return begin.plus(size * step)
    if step < 0:  # from the end to the beginning: sizes are whole axes
        return -_FAR
    return size.scaled(step).plus(begin)


@rules("diagonal")
def _diagonal(call: Call) -> Any:
    rank, offset = call.rank(0), call["offset"]
    first, second = call["axis1"] % rank, call["axis2"] % rank
    others = [a for a in range(rank) if a not in (first, second)]
    rows, columns = call.extent(0, first), call.extent(0, second)
    if rows is None or columns is None:
        raise Unsupported("diagonal: the matrices must have the same extents in all runs")
    length = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    start = offset if offset >= 0 else -offset * columns
    x = call.transposed(call.input(0), [*others, first, second])
    shape = [call.extent_tensor(0, a) for a in others]
    x = call.emit("Reshape", x, call.joined([*shape, call.scope.ints(rows * columns)]))
    places = start + (columns + 1) * numpy.arange(length)
    return call.emit("Gather", x, call.scope.constant(places, "int64"), axis=len(others))


# ---- parts of row-major elements ----------------------------------------------------------------


def _strides(shape: tuple[int, ...] | list[int]) -> list[int]:
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]


@rules("strided_view")
def _strided_view(call: Call) -> Any:
    """Elements at places that are constants, or one element again and again."""
    x = call.input(0)
    if not any(call.static("strides")) and call["offset"] == 0:
        if call.shape(0) != ():
            x = call.emit("Slice", call.reshaped(x, [-1]), call.scope.ints(0), call.scope.ints(1))
        return call.emit("Expand", x, call.numbers(call["shape"]))
    offset, shape = call.static("offset"), call.static("shape")
    places = _places(offset, shape, call.static("strides"))
    flat = call.reshaped(x, [-1])
    return call.emit("Gather", flat, call.scope.constant(places, "int64"), axis=0)


def _places(offset: int, shape: list[int], strides: list[int]) -> numpy.ndarray:
    found = numpy.asarray(offset, "int64")
    for axis, (extent, stride) in enumerate(zip(shape, strides, strict=True)):
        line = numpy.arange(extent) * stride
        found = found + line.reshape((-1,) + (1,) * (len(shape) - 1 - axis))
    return numpy.broadcast_to(found, shape)


@rules("update")
def _update(call: Call) -> Any:
    """A box of an array of one number is a Pad; other parts are places of the flat array."""
    box = _box(call)
    fill = _fill(call)
    dtype = call.out[0]
    if box is not None and fill is not None and call.keeps_value_shape():
        before, behind = box
        wide = "int32" if dtype in ("int8", "int16", "uint8", "uint16", "bool") else dtype
        x = call.input(1, wide)
        if any(before + behind):
            value = call.full(fill, wide)
            x = call.emit("Pad", x, call.scope.ints(*before, *behind), value, mode="constant")
        return call.scope.cast(x, wide, dtype)
    shape = call.static("shape")
    places = _places(call.static("offset"), shape, call.static("strides"))
    whole = call.static_shape(0)
    value = call.input(1, dtype)
    if call.shape(1) != tuple(shape):
        value = call.emit("Expand", value, call.scope.ints(*shape))
    flat = call.reshaped(call.input(0, dtype), [-1])
    indices = call.scope.constant(places.reshape(-1), "int64")
    found = call.emit("ScatterElements", flat, indices, call.reshaped(value, [-1]), axis=0)
    return call.reshaped(found, list(whole))


def _box(call: Call) -> tuple[list[int], list[int]] | None:
    """What stands before and behind the part along each axis, if it is a box and these numbers are
    the same in all runs."""
    extents = call.frame.extents
    value = call.node.operands[0]
    found: list[tuple[list[int], list[int]]] = []
    parts = zip(
        extents.shapes,
        call.examples("offset"),
        call.examples("shape"),
        call.examples("strides"),
        strict=True,
    )
    for shapes, offset, part, strides in parts:
        whole = shapes[value]
        own = _strides(whole)
        if len(part) != len(whole) or any(
            s != o for s, o, n in zip(strides, own, part, strict=True) if n > 1
        ):
            return None
        before = [offset // o % n if n else 0 for o, n in zip(own, whole, strict=True)]
        behind = [n - b - p for n, b, p in zip(whole, before, part, strict=True)]
        if min([0, *behind]) < 0:
            return None
        found.append((before, behind))
    return found[0] if all(item == found[0] for item in found) else None


def _fill(call: Call) -> Any:
    """The number that all elements of the written array are; None if they may differ."""
    value = call.node.operands[0]
    for _ in range(8):
        node = call.frame.producers.get(value)
        if node is None:
            return None
        if node.op == "full":
            return node.attributes["fill_value"]
        if _is_zero(node):
            return 0
        if node.op == "add" and isinstance(node.operands[1], Scalar):
            inner = call.frame.producers.get(node.operands[0])
            is_zero = inner is not None and _is_zero(inner)
            return node.operands[1].value if is_zero else None
        if node.op not in ("strided_view", "broadcast_to", "copy", "cast", "reshape"):
            return None
        value = node.operands[0]
    return None


def _is_zero(node: Node) -> bool:
    """Is it something times 0?"""
    return node.op == "multiply" and node.operands[1] == Scalar(0)


# ---- new arrays ---------------------------------------------------------------------------------


@rules("full")
def _full(call: Call) -> Any:
    dtype = call.out[0]
    if not call["shape"]:
        value = numpy.asarray(call["fill_value"]).astype(numpy_dtype(dtype))
        return call.scope.constant(value)
    return filled(call, call["fill_value"], dtype, call.numbers(call["shape"]))


@rules("arange")
def _arange(call: Call) -> Any:
    dtype, _ = call.out
    start, step = call["start"], call["step"]
    start = 0 if start is None else start
    extent = call.out_extent(0)
    if extent is not None and not isinstance(start, Poly):
        steps = numpy.arange(extent, dtype="float64") * step + start
        return call.scope.constant(steps.astype(numpy_dtype(dtype)))
    count = call["count"]
    if count is None:
        stop, first = call["stop"], start
        if step != 1 or not isinstance(stop, Poly) or first != 0:
            raise Unsupported("arange: only numbers from 0 on may have a count that runs decide on")
        count = stop
    whole = call.emit(
        "Range",
        call.full(0, "int64"),
        call.emit("Squeeze", call.number(count)),
        call.full(1, "int64"),
    )
    if step != 1 or start != 0:
        lanes = "float64" if "float" in dtype else "int64"
        whole = call.scope.cast(whole, "int64", lanes)
        whole = call.emit("Mul", whole, call.full(step, lanes))
        first = (
            call.scope.cast(call.number(start), "int64", lanes)
            if isinstance(start, Poly)
            else call.full(start, lanes)
        )
        return call.scope.cast(call.emit("Add", whole, first), lanes, dtype)
    return call.scope.cast(whole, "int64", dtype)


# ---- random numbers: of the distribution, but of ONNX's generator -------------------------------


def _drawn(call: Call, op: str, shape: list[Number], dtype: str, **attributes: float) -> str:
    wide = dtype if dtype in ("float32", "float64") else "float32"
    if any(isinstance(n, Poly) for n in shape):
        like = filled(call, 0, wide, call.numbers(shape))
        found = call.emit(f"{op}Like", like, **attributes)
    else:
        found = call.emit(op, shape=shape or [1], dtype=ELEMENTS[wide], **attributes)
        found = found if shape else call.emit("Squeeze", found)
    return call.scope.cast(found, wide, dtype)


@rules("uniform")
def _uniform(call: Call) -> Any:
    bounds = {"low": float(call["low"]), "high": float(call["high"])}
    return _drawn(call, "RandomUniform", call["shape"], call.out[0], **bounds)


@rules("normal")
def _normal(call: Call) -> Any:
    what = {"mean": float(call["loc"]), "scale": float(call["scale"])}
    return _drawn(call, "RandomNormal", call["shape"], call.out[0], **what)


@rules("exponential")
def _exponential(call: Call) -> Any:
    dtype = call.out[0]
    share = _drawn(call, "RandomUniform", call["shape"], dtype, low=0.0, high=1.0)
    rest = call.emit("Sub", call.full(1, dtype), share)
    return call.emit("Mul", call.emit("Log", rest), call.full(-call["scale"], dtype))


@rules("randint")
def _randint(call: Call) -> Any:
    low, high = call["low"], call["high"]
    found = _drawn(
        call, "RandomUniform", call["shape"], "float64", low=float(low), high=float(high)
    )
    return call.scope.cast(call.emit("Floor", found), "float64", "int64")


@rules("permutation")
def _permutation(call: Call) -> Any:
    """The order of random numbers."""
    keys = _drawn(call, "RandomUniform", [call["n"]], "float32", low=0.0, high=1.0)
    return call.emit("TopK", keys, call.number(call["n"]), outputs=2, axis=0)[1]
