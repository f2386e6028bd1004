"""int8 forms of operators, after TensorFlow Lite's reference kernels: which factors they have, in
which digits these are computed, and where results are rounded."""

from collections.abc import Callable
from typing import Any

import numpy

from weft import np
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft.tflite._read import Tensor
from weft.tflite._rules._fixed import scaled, scaled_on_host
from weft.tflite._rules._scales import bounds, centred, factors, product_factor

# So many products of two centred int8 have a sum that float32 holds exactly: 2^24 / 255^2.
_EXACT = 256
_F32, _F64 = numpy.float32, numpy.float64


def saturated(x: ndarray, output: Tensor, function: int = 0) -> ndarray:
    """int32 steps as integers of the output, within the bounds of an activation."""
    low, high = bounds(output, function)
    return np.clip(x + output.zero, low, high).astype(output.dtype)


def requantized(x: ndarray, source: Tensor, output: Tensor) -> ndarray:
    """Integers of one scale as integers of another."""
    factor = _F64(source.step) / _F64(output.step)
    return saturated(scaled(centred(x, source), *factors(factor)), output)


def _on_one_scale(a: ndarray, b: ndarray, tensors: Any, bits: int) -> tuple[Any, Any, Any]:
    """Both operands in steps of twice the larger scale over 2^bits, and this double scale."""
    twice = 2.0 * max(tensors[0].step, tensors[1].step)
    found = [
        scaled(np.left_shift(centred(x, tensor), bits), *factors(_F64(tensor.step) / twice))
        for x, tensor in zip((a, b), tensors, strict=True)
    ]
    return found[0], found[1], twice


def difference(a: ndarray, b: ndarray, inputs: Any, output: Tensor, function: int) -> ndarray:
    """a - b."""
    left, right, twice = _on_one_scale(a, b, inputs, 20)
    factor = _F64(twice) / ((1 << 20) * _F64(output.step))
    return saturated(scaled(left - right, *factors(factor)), output, function)


def squared_difference(a: ndarray, b: ndarray, inputs: Any, output: Tensor) -> ndarray:
    """(a - b)^2."""
    left, right, twice = _on_one_scale(a, b, inputs, 7)
    factor = _F64(twice) * twice / ((1 << 14) * _F64(output.step))
    return saturated(scaled(np.square(left - right), *factors(factor)), output)


def comparable(x: ndarray, tensor: Tensor) -> ndarray:
    """Integers that can be compared with those of another scale."""
    if tensor.step >= 1:
        raise Unsupported(f"tensor `{tensor.name}` has the scale {tensor.step}, which is not < 1")
    return scaled(np.left_shift(centred(x, tensor), 8), *factors(_F64(tensor.step)))


def prelu(x: ndarray, slope: ndarray, inputs: Any, output: Tensor) -> ndarray:
    """x, or slope times x where x is negative."""
    wide = centred(x, inputs[0])
    keeping = _F64(_F32(inputs[0].step) / _F32(output.step))
    sloping = product_factor(*inputs, output)
    negative = scaled(wide * centred(slope, inputs[1]), *factors(sloping))
    return saturated(np.where(wide < 0, negative, scaled(wide, *factors(keeping))), output)


def product(a: ndarray, b: ndarray, inputs: Any, output: Tensor) -> ndarray:
    """The matrix product."""
    factor = _F64(_F32(inputs[0].step) * _F32(inputs[1].step)) / _F64(output.step)
    left, right = (
        centred(x, tensor).astype("float32") for x, tensor in zip((a, b), inputs, strict=True)
    )
    sums: Any = 0
    for first in range(0, a.shape[-1], _EXACT):
        part = slice(first, first + _EXACT)
        sums = sums + np.matmul(left[..., part], right[..., part, :]).astype("int32")
    return saturated(scaled(sums, *factors(factor)), output)


# ---- tables of one operand ----------------------------------------------------------------------


def rectified_table(function: int) -> Callable[[Tensor, Tensor], numpy.ndarray]:
    """Makes the table of an activation: x in steps of the result, within its bounds."""

    def table(x: Tensor, y: Tensor) -> numpy.ndarray:
        values = numpy.arange(-128, 128, dtype="int64") - x.zero
        found = scaled_on_host(values, *factors(_F64(_F32(x.step) / _F32(y.step)))) + y.zero
        return numpy.clip(found, *bounds(y, function)).astype("int8")

    return table


def absolute_table(x: Tensor, y: Tensor) -> numpy.ndarray:
    """|x| in steps of the result."""
    values = numpy.abs(numpy.arange(-128, 128, dtype="int64") - x.zero)
    if x.step != y.step:
        values = scaled_on_host(values, *factors(_F64(_F32(x.step) / _F32(y.step))))
    return numpy.clip(values + y.zero, -128, 127).astype("int8")


def leaky_table(alpha: float) -> Callable[[Tensor, Tensor], numpy.ndarray]:
    """Makes the table of a leaky ReLU."""

    def table(x: Tensor, y: Tensor) -> numpy.ndarray:
        values = numpy.arange(-128, 128, dtype="int64") - x.zero
        keeping = factors(_F64(_F32(x.step) / _F32(y.step)))
        sloping = factors(_F64(_F32(x.step) * _F32(abs(alpha)) / _F32(y.step)))
        negative = scaled_on_host(values, *sloping) * (-1 if alpha < 0 else 1)
        found = numpy.where(values < 0, negative, scaled_on_host(values, *keeping))
        return numpy.clip(found + y.zero, -128, 127).astype("int8")

    return table


def _half_factors(factor: Any) -> tuple[int, int]:
    """A factor as a multiplier of 16 bits and a shift."""
    multiplier, shift = factors(_F64(factor))
    return min((int(multiplier) + (1 << 15)) >> 16, 32767), int(shift)


def _limited(x: numpy.ndarray) -> numpy.ndarray:
    return numpy.clip(x, -32768, 32767)


def _high_half(x: numpy.ndarray, factor: int) -> numpy.ndarray:
    return _limited((x * factor + (1 << 14)) >> 15)


def _shifted(x: numpy.ndarray, power: int) -> numpy.ndarray:
    """Divided by 2^power, halves away from zero."""
    half = (1 << power) >> 1
    return numpy.sign(x) * ((numpy.abs(x) + half) >> power)


def hard_swish_table(x: Tensor, y: Tensor) -> numpy.ndarray:
    """x relu6(x + 3) / 6 with 16 bits inside."""
    fine = (numpy.arange(-128, 128, dtype="int64") - x.zero) << 7
    scale = _F32(1 / 128) * _F32(x.step)
    to_output, output_shift = _half_factors(scale / _F32(y.step))
    to_gate, gate_shift = _half_factors(scale / _F32(3.0 / 32768.0))
    if output_shift > 0:
        raise Unsupported(f"tensor `{y.name}` has a scale that is too small for HARD_SWISH")
    gate = _limited(fine << max(gate_shift - 1, 0))
    gate = _high_half(gate, to_gate)
    gate = _limited(gate << 1) if gate_shift > 0 else _shifted(gate, -gate_shift)
    gate = (gate + (1 << 15)) >> 1
    both = gate * _high_half(fine, to_output)
    found = _shifted(numpy.sign(both) * (numpy.abs(both) >> 15), -output_shift)
    return numpy.clip(found + y.zero, -128, 127).astype("int8")


# ---- resizing -----------------------------------------------------------------------------------


def _places(
    extent: int, count: int, corners: bool, centres: bool
) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """For each result along an axis the elements before and behind it, and the share of the
    latter in 1024ths."""
    step = ((extent << 10) + count // 2) // count
    if corners and count > 1:
        step = (((extent - 1) << 10) + (count - 1) // 2) // (count - 1)
    places = numpy.arange(count, dtype="int64") * step
    if centres:
        places += step // 2 - (1 << 9)
    whole = numpy.trunc(places / 1024).astype("int64")
    behind = numpy.trunc((places + 1023) / 1024).astype("int64")
    first = numpy.maximum(whole, 0)
    return first, numpy.minimum(behind, extent - 1), places - (first << 10)


def bilinear(x: ndarray, size: tuple[int, ...], corners: bool, centres: bool) -> ndarray:
    """int8 images resized with shares of 10 bits; halves go away from zero."""
    wide = x.astype("int32")
    for axis, count in zip((1, 2), size, strict=True):
        first, second, share = _places(x.shape[axis], count, corners, centres)
        shape = [1] * x.ndim
        shape[axis] = count
        weight = np.array(share.astype("int32").reshape(shape))
        before, behind = (np.take(wide, np.array(p), axis=axis) for p in (first, second))
        wide = before * (1024 - weight) + behind * weight
    up = np.right_shift(np.abs(wide) + (1 << 19), 20)
    return (np.sign(wide) * up).astype("int8")


__all__ = [
    "absolute_table",
    "bilinear",
    "comparable",
    "difference",
    "hard_swish_table",
    "leaky_table",
    "prelu",
    "product",
    "rectified_table",
    "requantized",
    "saturated",
    "squared_difference",
]
