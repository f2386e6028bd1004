"""Products of integers, exact in int32: MatMulInteger, ConvInteger, QLinearMatMul, QLinearConv.

Weft's kernels take int8 with a zero point that the graph knows, so uint8 is moved by 128, and what
is left of zero points is subtracted as sums of rows, columns and windows. The sums become integers
of few bits by a product in float32, rounded to even, as ONNX says: the integer multipliers of
`npx.requantize` round otherwise.
"""

from typing import Any

import numpy

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.values import array_of, is_host
from weft.onnx._rules._host import require_kernel
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.layers import _window
from weft.onnx._rules.quantization import RANGES
from weft.onnx._rules.shapes import padded

# Zero points: a number where the graph knows it, else an array of int32.
Zero = int | ndarray


def signed(x: Any, zero: Any) -> tuple[ndarray, Zero]:
    """int8 numbers and the zero point that belongs to them, for int8 or uint8."""
    is_moved = x.dtype.name == "uint8"
    moved = 128 if is_moved else 0
    numbers = array_of(x)
    if is_moved:
        numbers = np.bitwise_xor(numbers, 128).astype("int8")
    if zero is None:
        return numbers, -moved
    if is_host(zero):
        whole = zero.astype("int32") - moved
        if whole.size and (whole == whole.flat[0]).all():
            return numbers, int(whole.flat[0])
        return numbers, array_of(whole)
    return numbers, zero.astype("int32") - moved


def _known(zero: Zero) -> int:
    """What a kernel can subtract by itself."""
    return zero if isinstance(zero, int) else 0


def _is_zero(zero: Zero) -> bool:
    return isinstance(zero, int) and zero == 0


# ---- products of matrices -----------------------------------------------------------------------


def matmul_sums(a: Any, a_zero: Any, b: Any, b_zero: Any) -> ndarray:
    """(a - a_zero) (b - b_zero) in int32; zero points may be those of rows and of columns."""
    left, za = signed(a, a_zero)
    right, zb = signed(b, b_zero)
    if left.ndim < 2 or right.ndim != 2:
        wide = [v.astype("int32") for v in (left, right)]
        row = za.reshape((-1, 1)) if not isinstance(za, int) and za.ndim == 1 else za
        return np.matmul(wide[0] - row, wide[1] - zb)
    rows = za
    sums = npx.quantized_fully_connected(left, right.T, zero_point=_known(za), flatten=False)
    if not isinstance(za, int):
        rows = za.reshape((-1, 1)) if za.ndim == 1 and za.size > 1 else za
        sums = sums - rows * np.sum(right, axis=0).astype("int32")
    if _is_zero(zb):
        return sums
    rest = left.astype("int32") - rows
    return sums - np.sum(rest, axis=-1, keepdims=True).astype("int32") * zb


@rules("MatMulInteger")
def _matmul_integer(a: Any, b: Any, a_zero_point: Any = None, b_zero_point: Any = None) -> ndarray:
    return matmul_sums(a, a_zero_point, b, b_zero_point)


# ---- convolutions -------------------------------------------------------------------------------


def conv_sums(
    x: Any,
    x_zero: Any,
    w: Any,
    w_zero: Any,
    bias: Any = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Any = None,
    group: int = 1,
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    """The convolution of x - x_zero and w - w_zero in int32; margins count as x_zero."""
    images, zx = signed(x, x_zero)
    weight, zw = signed(w, w_zero)
    kernel = tuple(weight.shape[2:])
    strides, dilations, front, back = _window(
        images.shape[2:], kernel, strides, pads, dilations, auto_pad
    )
    options = {"stride": strides, "dilate": dilations, "num_group": group}
    pad = tuple(front if front == back else front + back)
    if len(kernel) > 2:
        return _wide_conv(images, zx, weight, zw, bias, front + back, options)

    def conv(data: ndarray, taps: ndarray, zero: int = 0, added: Any = None) -> ndarray:
        return npx.quantized_convolution(data, taps, added, pad=pad, zero_point=zero, **options)

    sums = conv(images, weight, _known(zx), None if bias is None else array_of(bias))
    ones = np.ones((1, *images.shape[1:]), dtype="int8")
    if not isinstance(zx, int):
        sums = sums - conv(ones, weight) * zx
    if _is_zero(zw):
        return sums
    # What a window holds, for each group of channels, which each of its filters has too much.
    taps = np.ones((group, *weight.shape[1:]), dtype="int8")
    held = conv(images, taps, _known(zx))
    if not isinstance(zx, int):
        held = held - conv(ones, taps) * zx
    each = zw if isinstance(zw, int) else zw.reshape((-1,) + (1,) * len(kernel))
    return sums - np.repeat(held, weight.shape[0] // group, axis=1) * each


def _wide_conv(
    x: ndarray, zx: Zero, w: ndarray, zw: Zero, bias: Any, pads: list[int], options: Any
) -> ndarray:
    """Over three axes in float64, which holds these integers exactly."""
    each = zw if isinstance(zw, int) else zw.reshape((-1,) + (1,) * (w.ndim - 1))
    data = (x.astype("int32") - zx).astype("float64")
    weight = (w.astype("int32") - each).astype("float64")
    added = None if bias is None else array_of(bias).astype("float64")
    data = padded(data, pads, "constant", 0, range(2, x.ndim))
    return npx.convolution(data, weight, added, **options).astype("int32")


@rules("ConvInteger")
def _conv_integer(
    x: Any,
    w: Any,
    x_zero_point: Any = None,
    w_zero_point: Any = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Any = None,
    group: int = 1,
    kernel_shape: Any = None,
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    require_kernel(w, kernel_shape)
    return conv_sums(
        x,
        x_zero_point,
        w,
        w_zero_point,
        auto_pad=auto_pad,
        dilations=dilations,
        group=group,
        pads=pads,
        strides=strides,
    )


# ---- sums as integers of few bits ---------------------------------------------------------------


def factor_of(x_scale: Any, w_scale: Any, y_scale: Any = None) -> Any:
    """The factor of sums: a host value where all scales are."""
    scales = [x_scale, w_scale] if y_scale is None else [x_scale, w_scale, y_scale]
    if not all(map(is_host, scales)):
        scales = [array_of(scale) for scale in scales]
    found = scales[0] * scales[1]
    found = found if y_scale is None else found / scales[2]
    return numpy.asarray(found) if all(map(is_host, scales)) else found


def requantized(sums: ndarray, factor: Any, zero: Any, dtype: Any) -> ndarray:
    """sums times a factor, rounded to even, plus a zero point, saturated."""
    low, high = RANGES[numpy.dtype(dtype).name]
    whole = np.rint(sums.astype("float32") * array_of(factor).astype("float32"))
    if zero is not None:
        offset = array_of(zero).astype("float32")
        whole = whole + (offset.reshape(()) if offset.size == 1 else offset)
    return np.clip(whole, low, high).astype(dtype)


def _along_channels(factor: Any, rank: int) -> Any:
    """One factor for each filter; a scalar as it is."""
    return factor.reshape((-1,) + (1,) * rank) if factor.size > 1 else factor.reshape(())


@rules("QLinearMatMul", states=(1, 4, 6))
def _qlinear_matmul(
    a: Any,
    a_scale: Any,
    a_zero_point: Any,
    b: Any,
    b_scale: Any,
    b_zero_point: Any,
    y_scale: Any,
    y_zero_point: Any,
) -> ndarray:
    rows = a_scale.reshape((-1, 1)) if a_scale.ndim == 1 and a_scale.size > 1 else a_scale
    factor = factor_of(rows, b_scale, y_scale)
    sums = matmul_sums(a, a_zero_point, b, b_zero_point)
    if factor.size == 1:
        factor = factor.reshape(())
    return requantized(sums, factor, y_zero_point, y_zero_point.dtype)


@rules("QLinearConv", states=(1, 4, 6))
def _qlinear_conv(
    x: Any,
    x_scale: Any,
    x_zero_point: Any,
    w: Any,
    w_scale: Any,
    w_zero_point: Any,
    y_scale: Any,
    y_zero_point: Any,
    b: Any = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Any = None,
    group: int = 1,
    kernel_shape: Any = None,
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    require_kernel(w, kernel_shape)
    sums = conv_sums(
        x,
        x_zero_point,
        w,
        w_zero_point,
        b,
        auto_pad=auto_pad,
        dilations=dilations,
        group=group,
        pads=pads,
        strides=strides,
    )
    factor = _along_channels(factor_of(x_scale, w_scale, y_scale), sums.ndim - 2)
    return requantized(sums, factor, y_zero_point, y_zero_point.dtype)


__all__ = ["conv_sums", "factor_of", "matmul_sums", "requantized", "signed"]
