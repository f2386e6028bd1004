"""Operators that make one element of many: sums, means, extremes, products of matrices."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.arithmetic import whole_quotient
from weft._import.program import Node
from weft._import.values import Array, Ints
from weft.tflite._rules._fixed import scaled
from weft.tflite._rules._integers import product, saturated
from weft.tflite._rules._kinds import of_integers, of_one_kind
from weft.tflite._rules._scales import (
    bounds,
    centred,
    ends,
    factors,
    is_int8,
    rounded_away,
)
from weft.tflite._rules._table import RULES as rules
from weft.tflite._rules._wide import is_int16


def _reduction(name: str, function: Any, *dtypes: str) -> None:
    def rule(x: Array, axes: Ints, *, keep_dims: bool = False) -> ndarray:
        return function(x, axis=axes, keepdims=bool(keep_dims)).astype(x.dtype)

    rules.add(name, rule, check=_reduced(*dtypes, scales=True))


def _reduced(*dtypes: str, scales: bool = False) -> Any:
    """A check of the data, which is the first input; the second are axes."""
    check = of_one_kind(*dtypes, scales=scales)

    def checked(node: Node) -> Iterator[str]:
        notes = replace(node.notes, inputs=node.notes.inputs[:1])
        yield from check(replace(node, notes=notes))

    return checked


_reduction("REDUCE_MAX", np.max, "int8", "int16")
_reduction("REDUCE_MIN", np.min, "int8", "int16")
_reduction("REDUCE_PROD", np.prod)
_reduction("REDUCE_ANY", np.any)
_reduction("REDUCE_ALL", np.all)


@rules("MEAN", check=_reduced("int8", "int16"))
def _mean(x: Array, axes: Ints, *, keep_dims: bool = False, _: Any) -> ndarray:
    keep = bool(keep_dims)
    count = int(numpy.prod([x.shape[axis] for axis in axes]))
    if not (is_int8(_) or is_int16(_)):
        if x.dtype.kind == "f":
            return np.mean(x, axis=axes, keepdims=keep)
        total = np.sum(x.astype("int64"), axis=axes, keepdims=keep)
        return whole_quotient(total, count, signed=True).astype(x.dtype)
    inputs, output = ends(_)
    total = np.sum(centred(x, inputs[0]), axis=axes, keepdims=keep).astype("int32")
    scale = numpy.float64(inputs[0].step) / numpy.float64(output.step)
    multiplier, shift = _over_count(scale, count)
    if is_int16(_):
        return saturated(scaled(total, multiplier, shift), output)
    low, high = bounds(output, 0)
    return npx.requantize(total, np.array(multiplier), np.array(shift), output.zero, low, high)


@rules("SUM", check=_reduced("int8", "int16"))
def _sum(x: Array, axes: Ints, *, keep_dims: bool = False, _: Any) -> ndarray:
    keep = bool(keep_dims)
    if not (is_int8(_) or is_int16(_)):
        return np.sum(x, axis=axes, keepdims=keep).astype(x.dtype)
    inputs, output = ends(_)
    if _.node.notes.rounds_twice:
        total = np.sum(centred(x, inputs[0]), axis=axes, keepdims=keep).astype("int32")
        scale = numpy.float64(inputs[0].step) / numpy.float64(output.step)
        return saturated(scaled(total, *factors(scale)), output)
    # LiteRT's sum is in floats; its mean is not.
    count = int(numpy.prod([x.shape[axis] for axis in axes]))
    factor = numpy.float32(inputs[0].step) / numpy.float32(output.step)
    offset = numpy.float32(-inputs[0].zero) * factor * numpy.float32(count)
    total = np.sum(x.astype("int32"), axis=axes, keepdims=keep).astype("float32")
    return saturated(rounded_away(total * float(factor) + float(offset)), output)


def _over_count(scale: Any, count: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The factor of a mean: the multiplier is divided by the count in integers, with as many bits
    as there is room for, as TensorFlow Lite's `QuantizedMeanOrSum` does."""
    multiplier, shift = factors(scale)
    room = min(count.bit_length() - 1, 32, 31 + int(shift))
    divided = (int(multiplier) << room) // count
    return numpy.array(divided, "int32"), numpy.array(int(shift) - room, "int32")


@rules("CUMSUM")
def _cumsum(x: Array, axis: Ints, *, exclusive: bool = False, reverse: bool = False) -> ndarray:
    place = axis[0] + x.ndim if axis[0] < 0 else axis[0]
    x = np.flip(x, place) if reverse else x
    total = np.cumsum(x, axis=place).astype(x.dtype)
    total = total - x if exclusive else total
    return np.flip(total, place) if reverse else total


@rules("BATCH_MATMUL", check=of_one_kind("int8"))
def _batch_matmul(
    a: Array,
    b: Array,
    *,
    adj_x: bool = False,
    adj_y: bool = False,
    asymmetric_quantize_inputs: bool = False,
    _: Any,
) -> ndarray:
    a, b = a.mT if adj_x else a, b.mT if adj_y else b
    return product(a, b, *ends(_)) if is_int8(_) else np.matmul(a, b)


# ---- where the largest are ----------------------------------------------------------------------


@rules("TOPK_V2")
def _topk(x: Array, k: Ints) -> Any:
    values, places = npx.topk(x, k=k[0], axis=-1)
    return values, places.astype("int32")


def _first(name: str, function: Any) -> None:
    def rule(x: Array, axis: Ints, *, output_type: int = 0, _: Any) -> ndarray:
        return function(x, axis=axis[0]).astype(ends(_)[1].dtype)

    rules.add(name, rule, check=of_integers("int8"))


_first("ARG_MAX", np.argmax)
_first("ARG_MIN", np.argmin)
