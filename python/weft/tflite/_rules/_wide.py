"""int16 forms of operators, after TensorFlow Lite's reference kernels for models whose activations
have 16 bits and whose weights have 8: sums of 64 bits, factors of 16 bits, tables with lines
between their numbers. There are no zero points."""

from collections.abc import Callable
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.arithmetic import whole_quotient
from weft.tflite._read import Tensor
from weft.tflite._rules._fixed import scaled
from weft.tflite._rules._integers import saturated
from weft.tflite._rules._scales import bounds, factors, product_factor

_F64 = numpy.float64
# So many int16 have a sum that float32 holds exactly: 2^24 / 2^15.
_MOST_POOLED = 512


def is_int16(call: Any) -> bool:
    """Is the node's first result a quantized int16 tensor?"""
    tensor = call.node.notes.outputs[0]
    return tensor.dtype == "int16" and tensor.is_quantized


def short_factors(scales: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Real factors as multipliers of 16 bits and numbers of bits to drop, for sums of 64 bits."""
    multiplier, shift = factors(scales)
    short = numpy.minimum((multiplier.astype("int64") + (1 << 15)) >> 16, 32767)
    drop = 15 - shift.astype("int64")
    # Factors that give 0 whatever the sum is may ask for more bits than there are.
    return (
        numpy.where(drop > 62, 0, short).astype("int32"),
        numpy.clip(drop, 1, 62).astype("int32"),
    )


# ---- sums and products --------------------------------------------------------------------------


def combined(
    a: ndarray, b: ndarray, inputs: Any, output: Tensor, function: int, sign: int
) -> ndarray:
    """a + sign * b, both in steps of twice the larger scale over 2^15."""
    twice = 2.0 * max(inputs[0].step, inputs[1].step)
    left, right = (
        scaled(np.left_shift(x.astype("int32"), 15), *factors(_F64(tensor.step) / twice))
        for x, tensor in zip((a, b), inputs, strict=True)
    )
    total = left + right if sign > 0 else left - right
    factor = _F64(twice) / ((1 << 15) * _F64(output.step))
    return saturated(scaled(total, *factors(factor)), output, function)


def multiplied(a: ndarray, b: ndarray, inputs: Any, output: Tensor, function: int) -> ndarray:
    """a * b."""
    product = a.astype("int32") * b.astype("int32")
    factor = product_factor(*inputs, output)
    return saturated(scaled(product, *factors(factor)), output, function)


def rectified(x: ndarray, source: Tensor, output: Tensor, function: int) -> ndarray:
    """x within the bounds of an activation."""
    factor = _F64(numpy.float32(source.step) / numpy.float32(output.step))
    return saturated(scaled(x.astype("int32"), *factors(factor)), output, function)


def leaky(x: ndarray, source: Tensor, output: Tensor, alpha: float) -> ndarray:
    """x, or alpha times x where x is negative."""
    step, result = numpy.float32(source.step), numpy.float32(output.step)
    wide = x.astype("int32")
    keeping = scaled(wide, *factors(_F64(step / result)))
    sloping = scaled(wide, *factors(_F64(step * numpy.float32(abs(alpha)) / result)))
    sloping = -sloping if alpha < 0 else sloping
    return saturated(np.where(wide < 0, sloping, keeping), output)


# ---- poolings -----------------------------------------------------------------------------------


def pooled(x: ndarray, kind: str, window: dict[str, Any], output: Tensor, function: int) -> ndarray:
    """Maxima, or averages rounded to the nearest, halves away from zero. `window`: kernel, stride,
    and `front` and `back`, what is padded. float32 holds all numbers on the way."""
    taps = int(numpy.prod(window["kernel"]))
    if kind == "avg" and taps > _MOST_POOLED:
        raise Unsupported(f"averages of more than {_MOST_POOLED} int16 are not supported")
    images = x.astype("float32").transpose((0, 3, 1, 2))
    low, high = bounds(output, function)
    margins = [(0, 0), (0, 0), *zip(window["front"], window["back"], strict=True)]
    is_padded = any(map(any, margins))

    def pool(images: Any, outside: float, pool_type: str) -> ndarray:
        if is_padded:
            images = np.pad(images, margins, constant_values=outside)
        y = npx.pooling(images, window["kernel"], pool_type, window["stride"])
        return y.astype("int32")

    if kind == "max":
        y = pool(images, -32768.0, "max")
    else:
        total = pool(images, 0.0, "sum")
        count = pool(np.ones((1, 1, *images.shape[2:])), 0.0, "sum") if is_padded else taps
        half = count // 2
        y = whole_quotient(np.where(total > 0, total + half, total - half), count, signed=True)
    return np.clip(y, low, high).astype("int16").transpose((0, 2, 3, 1))


# ---- functions of one operand -------------------------------------------------------------------

# The logistic function at multiples of 1 / 24, in 2^-16. TensorFlow Lite's table has one more than
# the nearest number at these places.
_HIGHER = [
    *(4, 8, 12, 14, 15, 16, 17, 19, 20, 21, 22, 25, 27, 28, 29, 30, 31, 33, 34, 35, 37, 39, 40, 41),
    *(43, 44, 45, 46, 49, 50, 54, 62, 63, 64, 66, 82, 86, 93, 100, 103, 112, 116, 135, 255),
]
_LOGISTIC = numpy.rint(65536 / (1 + numpy.exp(-numpy.arange(256) / 24.0))).astype("int32")
_LOGISTIC[_HIGHER] += 1


def _in_table_steps(x: ndarray, tensor: Tensor, shifts: tuple[int, ...]) -> ndarray:
    """x in steps of 1 / (3 * 4096); exactly where its scale is 2^(shift - 12), for these shifts."""
    wide, power = x.astype("int32"), numpy.log2(tensor.step) + 12
    if power in shifts:
        return wide * (3 << int(power))
    multiplier, drop = tensor.step * 4096.0 * 3.0, 0
    while multiplier <= 32767.0 / 2.0 and drop <= 30:
        multiplier, drop = multiplier * 2.0, drop + 1
    half = 1 << (drop - 1) if drop > 0 else 0
    return np.right_shift(wide * int(multiplier) + half, drop)


def _on_line(steps: ndarray, bits: int, most: int) -> ndarray:
    """The table at |steps| / 2^bits, with lines between its numbers, in 2^-bits of them."""
    size = np.abs(steps)
    place = np.minimum(np.right_shift(size, bits), 254)
    low, high = (np.take(np.array(_LOGISTIC[i : i + 255]), place) for i in (0, 1))
    line = np.left_shift(low, bits) + np.bitwise_and(size, (1 << bits) - 1) * (high - low)
    return np.where(np.right_shift(size, bits) >= 255, np.full_like(line, most), line)


def logistic(x: ndarray, tensor: Tensor) -> ndarray:
    """The logistic function in 2^-15."""
    steps = _in_table_steps(x, tensor, (0,))
    line = _on_line(steps, 9, 0x7FFF << 10)
    result = np.where(steps >= 0, line + (1 << 9), (1 << 25) - line + ((1 << 9) - 1))
    return np.right_shift(result, 10).astype("int16")


def tanh(x: ndarray, tensor: Tensor) -> ndarray:
    """The hyperbolic tangent in 2^-15."""
    steps = _in_table_steps(x, tensor, (0, 1))
    line = _on_line(steps, 8, 0xFFFF << 8)
    up, down = line - ((1 << 23) - (1 << 7)), (1 << 23) + (1 << 7) - 1 - line
    return np.right_shift(np.where(steps >= 0, up, down), 8).astype("int16")


def _table(function: Callable[[Any], Any], first: float, last: float) -> numpy.ndarray:
    """513 results in 2^-15 between two ends. Each is moved by half of what the line to the next one
    errs in the middle."""

    def nearest(y: Any) -> Any:
        return numpy.copysign(numpy.floor(numpy.abs(y) + 0.5), y)

    def results(x: Any) -> Any:
        return nearest(function(x) * 32768.0)

    step = (last - first) / 512
    places = first + numpy.arange(512) * step
    at, behind = results(places), function(first + numpy.arange(1, 513) * step) * 32768.0
    error = nearest((behind + at) / 2) - results(places + step / 2)
    found = numpy.append(at - nearest(error / 2), results(numpy.float64(last)))
    return numpy.clip(found, -32768, 32767).astype("int32")


_EXPONENTIALS = _table(numpy.exp, -10.0, 0.0)
_RECIPROCALS = _table(lambda x: 1.0 / (1.0 + x), 0.0, 1.0)


def _looked_up(x: ndarray, table: numpy.ndarray) -> ndarray:
    """What a table of 513 numbers has at a number of 16 bits, with lines between."""
    place = np.right_shift(x, 7) + 256
    low, high = (np.take(np.array(table[i : i + 512]), place) for i in (0, 1))
    return low + np.right_shift((high - low) * np.bitwise_and(x, 127) + 64, 7)


def softmax(x: ndarray, tensor: Tensor, beta: float) -> ndarray:
    """Softmax along the last axis in 2^-15."""
    wide = x.astype("int32")
    far = wide - np.max(wide, axis=-1, keepdims=True)
    factor = _F64(tensor.step) * beta / (10.0 / 65535.0)
    places = scaled(far, *factors(_F64(factor))) + 32767
    powers = _looked_up(np.clip(places, -32768, 32767), _EXPONENTIALS)
    total = np.sum(powers, axis=-1, keepdims=True).astype("int32")
    ends = np.array(numpy.left_shift(1, numpy.arange(31)).astype("int32"))
    bits = np.sum((np.expand_dims(total, -1) >= ends).astype("int32"), axis=-1).astype("int64")
    # The sum with its highest bit at 2^16, less 2^16, from -2^15 on: x of the table of 1 / (1 + x).
    high = np.left_shift(total.astype("int64"), 31 - bits) + (1 << 13)
    place = np.right_shift(high, 14).astype("int32") - ((1 << 15) + (1 << 16))
    reciprocal = _looked_up(np.clip(place, -32768, 32767), _RECIPROCALS).astype("int64")
    drop = bits - 1
    half = np.left_shift(np.ones_like(drop), drop - 1)
    result = np.right_shift(powers.astype("int64") * reciprocal + half, drop)
    return np.clip(result, 0, 32767).astype("int16")


__all__ = [
    "combined",
    "is_int16",
    "leaky",
    "logistic",
    "multiplied",
    "pooled",
    "rectified",
    "short_factors",
    "softmax",
    "tanh",
]
