"""Quantized operators of ONNX Runtime: `com.microsoft`.

Element-wise ones dequantize, compute in float32 and quantize, as their definition says; products
are exact sums of integers. Weights of 4 and 8 bits in blocks go to the kernel for such weights.
"""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array, Ints, array_of, is_host
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.integers import factor_of, matmul_sums, requantized
from weft.onnx._rules.layers import _average_pool
from weft.onnx._rules.quantization import dequantized, dynamic_quantize, quantized
from weft.onnx._rules.shapes import padded

_DOMAIN = "com.microsoft"


def _real(x: Any, scale: Any, zero: Any) -> ndarray:
    return dequantized(x, scale, zero)


def _whole(x: ndarray, scale: Any, zero: Any, like: Any) -> ndarray:
    """Integers again; without a zero point of the dtype of an input."""
    if zero is None:
        zero = np.zeros((), dtype=array_of(like).dtype)
    return quantized(x, scale, zero)


# ---- element by element -------------------------------------------------------------------------


# Zero points may be absent, though inputs behind them are not: so these have a default, too.


def _two(name: str, function: Any) -> None:
    def rule(
        a: Any,
        a_scale: Any,
        a_zero_point: Any = None,
        b: Any = None,
        b_scale: Any = None,
        b_zero_point: Any = None,
        c_scale: Any = None,
        c_zero_point: Any = None,
    ) -> ndarray:
        left, right = _real(a, a_scale, a_zero_point), _real(b, b_scale, b_zero_point)
        return _whole(function(left, right), c_scale, c_zero_point, a)

    rules.add(name, rule, domain=_DOMAIN, states=(1, 4, 6))


def _one(name: str, function: Any) -> None:
    def rule(
        x: Any,
        x_scale: Any,
        x_zero_point: Any = None,
        y_scale: Any = None,
        y_zero_point: Any = None,
        *,
        alpha: float = 0.01,
    ) -> ndarray:
        found = function(_real(x, x_scale, x_zero_point), alpha)
        return _whole(found, y_scale, y_zero_point, x)

    rules.add(name, rule, domain=_DOMAIN, states=(1, 3))


_two("QLinearAdd", np.add)
_two("QLinearMul", np.multiply)
_one("QLinearSigmoid", lambda x, _: npx.sigmoid(x))
_one("QLinearLeakyRelu", npx.leaky_relu)


@rules("QLinearSoftmax", domain=_DOMAIN, states=(1, 3))
def _qlinear_softmax(
    x: Any,
    x_scale: Any,
    x_zero_point: Any,
    y_scale: Any,
    y_zero_point: Any,
    *,
    axis: int = -1,
    opset: int,
) -> ndarray:
    real = _real(x, x_scale, x_zero_point)
    if opset < 13:
        rows = real.reshape((*real.shape[: axis % real.ndim], -1))
        real = npx.softmax(rows, axis=-1).reshape(real.shape)
    else:
        real = npx.softmax(real, axis=axis)
    return _whole(real, y_scale, y_zero_point, x)


@rules("QLinearWhere", domain=_DOMAIN, states=(2, 5, 7))
def _qlinear_where(
    condition: Array,
    x: Any,
    x_scale: Any,
    x_zero_point: Any,
    y: Any,
    y_scale: Any,
    y_zero_point: Any,
    z_scale: Any,
    z_zero_point: Any,
) -> ndarray:
    left, right = _real(x, x_scale, x_zero_point), _real(y, y_scale, y_zero_point)
    return _whole(np.where(condition, left, right), z_scale, z_zero_point, x)


@rules("QLinearConcat", domain=_DOMAIN)
def _qlinear_concat(y_scale: Any, y_zero_point: Any, *x: Any, axis: int) -> ndarray:
    if len(x) % 3:
        raise InvalidValue(f"takes a scale and a zero point for each array; got {len(x)} inputs")
    parts = []
    for place in range(0, len(x), 3):
        part, scale, zero = x[place : place + 3]
        is_same = all(map(is_host, (scale, zero, y_scale, y_zero_point))) and (
            scale == y_scale and zero == y_zero_point
        )
        if is_same:
            parts.append(array_of(part))
        else:
            parts.append(_whole(_real(part, scale, zero), y_scale, y_zero_point, part))
    return np.concatenate(parts, axis)


# ---- means --------------------------------------------------------------------------------------


@rules("QLinearGlobalAveragePool", domain=_DOMAIN, states=(1, 3))
def _qlinear_global_average_pool(
    x: Any,
    x_scale: Any,
    x_zero_point: Any,
    y_scale: Any,
    y_zero_point: Any,
    *,
    channels_last: int = 0,
) -> ndarray:
    real = _real(x, x_scale, x_zero_point)
    axes = tuple(range(1, real.ndim - 1)) if channels_last else tuple(range(2, real.ndim))
    return _whole(np.mean(real, axis=axes, keepdims=True), y_scale, y_zero_point, x)


@rules("QLinearReduceMean", domain=_DOMAIN, states=(1, 3))
def _qlinear_reduce_mean(
    x: Any,
    x_scale: Any,
    x_zero_point: Any = None,
    y_scale: Any = None,
    y_zero_point: Any = None,
    *,
    axes: list[int],
    keepdims: int = 1,
) -> ndarray:
    real = np.mean(_real(x, x_scale, x_zero_point), axis=tuple(axes), keepdims=bool(keepdims))
    return _whole(real, y_scale, y_zero_point, x)


@rules("QLinearAveragePool", domain=_DOMAIN, states=(1, 3))
def _qlinear_average_pool(
    x: Any,
    x_scale: Any,
    x_zero_point: Any = None,
    y_scale: Any = None,
    y_zero_point: Any = None,
    *,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    channels_last: int = 0,
    count_include_pad: int = 0,
    kernel_shape: list[int],
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    real = _real(x, x_scale, x_zero_point)
    found = _average_pool(
        np.moveaxis(real, -1, 1) if channels_last else real,
        auto_pad=auto_pad,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
        kernel_shape=kernel_shape,
        pads=pads,
        strides=strides,
    )
    found = np.moveaxis(found, 1, -1) if channels_last else found
    return _whole(found, y_scale, y_zero_point, x)


# ---- products -----------------------------------------------------------------------------------


def _product(
    a: Any, b: Any, a_scale: Any, b_scale: Any, a_zero: Any, b_zero: Any, bias: Any
) -> ndarray:
    """The real product of two arrays of integers."""
    factor = array_of(factor_of(a_scale, b_scale))
    factor = factor.reshape(()) if factor.size == 1 else factor
    found = matmul_sums(a, a_zero, b, b_zero).astype("float32") * factor
    return found if bias is None else found + bias


@rules("MatMulIntegerToFloat", domain=_DOMAIN, states=(2, 3))
def _matmul_integer_to_float(
    a: Any,
    b: Any,
    a_scale: Any,
    b_scale: Any,
    a_zero_point: Any = None,
    b_zero_point: Any = None,
    bias: Array = None,
) -> ndarray:
    return _product(a, b, a_scale, b_scale, a_zero_point, b_zero_point, bias)


@rules("DynamicQuantizeMatMul", domain=_DOMAIN, states=(2,))
def _dynamic_quantize_matmul(
    a: Array, b: Any, b_scale: Any, b_zero_point: Any = None, bias: Array = None
) -> ndarray:
    whole, scale, zero = dynamic_quantize(a)
    return _product(whole, b, scale, b_scale, zero, b_zero_point, bias)


@rules("QGemm", domain=_DOMAIN, states=(1, 4, 7))
def _qgemm(
    a: Any,
    a_scale: Any,
    a_zero_point: Any,
    b: Any,
    b_scale: Any,
    b_zero_point: Any,
    c: Array = None,
    y_scale: Any = None,
    y_zero_point: Any = None,
    *,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> ndarray:
    sums = matmul_sums(a.T if transA else a, a_zero_point, b.T if transB else b, b_zero_point)
    if c is not None:  # in int32, of the scale of the sums
        sums = sums + c
    factor = array_of(factor_of(a_scale, b_scale, y_scale)) * alpha
    factor = factor.reshape(()) if factor.size == 1 else factor
    if y_scale is None:
        return sums.astype("float32") * factor
    return requantized(sums, factor, y_zero_point, y_zero_point.dtype)


# ---- weights of few bits ------------------------------------------------------------------------


def _unpacked(packed: ndarray, bits: int, count: int) -> ndarray:
    """Numbers of few bits, the lowest first in each byte, along the last axis."""
    shifts = np.array(list(range(0, 8, bits)), dtype="uint8")
    parts = np.right_shift(np.expand_dims(packed, -1), shifts)
    parts = np.bitwise_and(parts, (1 << bits) - 1)
    return parts.reshape((*packed.shape[:-1], -1))[..., :count]


@rules("MatMulNBits", domain=_DOMAIN, states=(2, 3))
def _matmul_n_bits(
    a: Array,
    b: Array,
    scales: Array,
    zero_points: Array = None,
    g_idx: Ints = None,
    bias: Array = None,
    *,
    K: int,
    N: int,
    accuracy_level: int = 0,
    bits: int = 4,
    block_size: int,
    weight_prepacked: int = 0,
) -> ndarray:
    if bits not in (2, 4, 8):
        raise Unsupported(f"`bits` must be 2, 4 or 8; got {bits}")
    if weight_prepacked:
        raise Unsupported("`weight_prepacked` must be 0")
    blocks = -(-K // block_size)
    if g_idx is not None and tuple(g_idx) != tuple(k // block_size for k in range(K)):
        raise Unsupported("`g_idx` must number blocks in their order")
    each = scales.reshape((N, blocks))
    data = padded(a, (0, blocks * block_size - K), "constant", 0, (a.ndim - 1,))
    middle = 1 << (bits - 1)
    if bits == 2:
        weight = _unpacked(b.reshape((N, -1)), 2, blocks * block_size).astype("int8") - 2
    else:
        # A number less its middle is the number with its highest bit turned.
        weight = np.bitwise_xor(b.reshape((N, -1)), 0x88 if bits == 4 else 0x80).astype("int8")
    found = npx.weight_only_fully_connected(
        data, weight.astype("int8"), each, bits=4 if bits == 4 else 8, flatten=False
    )
    if zero_points is not None:
        if zero_points.dtype == "uint8":
            zeros = _unpacked(zero_points.reshape((N, -1)), bits, blocks).astype(each.dtype)
        else:
            zeros = zero_points.reshape((N, blocks)).astype(each.dtype)
        held = np.sum(data.reshape((*data.shape[:-1], blocks, block_size)), axis=-1)
        found = found + np.matmul(held, ((middle - zeros) * each).T.astype(held.dtype))
    found = found.astype(a.dtype)
    return found if bias is None else found + bias
