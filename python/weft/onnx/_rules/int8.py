"""Weft's int8 operators as nodes of a program: what `onnx/_int8` puts in the place of float
operators between DequantizeLinear and QuantizeLinear. No file has them.

Images have their channels last here, (N, W, C) or (N, H, W, C), and weights with them. Zero points
and bounds of a result are numbers of the node; multipliers and shifts are arrays of the network.
"""

import math
from typing import Any

import numpy

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.values import Array, Host, is_tracing
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.layers import _window

DOMAIN = "weft.int8"  # of operators that no file has


def _pad(front: list[int], back: list[int]) -> tuple[int, ...]:
    return tuple(front if front == back else front + back)


def _are_same(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Are the shapes the same? An extent that a run decides is none that is fixed: it is 1 where
    the other array is repeated, if at all."""
    return len(one) == len(other) and all(int(a) == int(b) for a, b in zip(one, other, strict=True))


@rules("Signed", domain=DOMAIN)
def _signed(x: Array) -> ndarray:
    """uint8 less 128 as int8: the same bits but for the highest."""
    return np.bitwise_xor(x, 128).astype("int8")


@rules("Unsigned", domain=DOMAIN)
def _unsigned(x: Array) -> ndarray:
    """int8 plus 128 as uint8."""
    return np.bitwise_xor(x.astype("uint8"), 128)


# ---- products -----------------------------------------------------------------------------------


@rules("Convolution", domain=DOMAIN)
def _convolution(
    x: Array,
    w: Array,
    b: Array,
    multiplier: Array = None,
    shift: Array = None,
    residual: Array = None,
    factor: Array = None,
    *,
    zero: int,
    output_zero: int = 0,
    low: int = -128,
    high: int = 127,
    auto_pad: str = "NOTSET",
    dilations: Any = None,
    group: int = 1,
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    """int8, or int32 without a multiplier. A residual is added to the sums, times its factor."""
    kernel = tuple(w.shape[1:-1])
    strides, dilations, front, back = _window(
        x.shape[1:-1], kernel, strides, pads, dilations, auto_pad
    )
    window = {"stride": strides, "dilate": dilations, "num_group": group}
    window |= {"pad": _pad(front, back), "zero_point": zero, "channels_last": True}
    if multiplier is None:
        return npx.quantized_convolution(x, w, b, **window)
    result = {"output_zero_point": output_zero, "low": low, "high": high}
    if residual is not None and not _is_alike(residual, x, w, b, window):
        total = npx.quantized_convolution(x, w, b, **window) + residual.astype("int32") * factor
        return npx.requantize(total, multiplier, shift, output_zero, low, high, axis=-1)
    return npx.quantized_convolution(
        x, w, b, multiplier, shift, residual, factor, **window, **result
    )


def _is_alike(residual: ndarray, x: ndarray, w: ndarray, b: ndarray, window: Any) -> bool:
    """Has a residual the shape of the convolution's result? A trace drops the sums again."""
    if is_tracing():
        return _are_same(residual.shape, npx.quantized_convolution(x, w, b, **window).shape)
    wanted = [x.shape[0]]
    front, back = window["pad"][: w.ndim - 2], window["pad"][2 - w.ndim :]
    for axis, size in enumerate(w.shape[1:-1]):
        reach = (size - 1) * window["dilate"][axis]
        room = x.shape[1 + axis] + front[axis] + back[axis] - reach
        wanted.append((room - 1) // window["stride"][axis] + 1)
    return residual.shape == (*wanted, w.shape[0])


@rules("Dense", domain=DOMAIN)
def _dense(
    x: Array,
    w: Array,
    b: Array,
    multiplier: Array = None,
    shift: Array = None,
    *,
    zero: int,
    output_zero: int = 0,
    low: int = -128,
    high: int = 127,
) -> ndarray:
    """int8, or int32 without a multiplier."""
    options = {} if multiplier is None else {"low": low, "high": high}
    if multiplier is not None:
        options["output_zero_point"] = output_zero
    return npx.quantized_fully_connected(
        x, w, b, multiplier, shift, zero_point=zero, flatten=False, **options
    )


# ---- element by element -------------------------------------------------------------------------


@rules("Sum", domain=DOMAIN)
def _sum(
    a: Array,
    b: Array,
    *,
    steps: list[float],
    zeros: list[int],
    low: int = -128,
    high: int = 127,
) -> ndarray:
    """The sum of two arrays; steps, zeros: of the operands and of the result.

    What is repeated is so by a sum with zeros, which may have extents that a run decides.
    """
    if not _are_same(a.shape, b.shape):
        a, b = a + np.zeros_like(b), b + np.zeros_like(a)
    return npx.quantized_add(
        a,
        b,
        *steps,
        x1_zero_point=zeros[0],
        x2_zero_point=zeros[1],
        output_zero_point=zeros[2],
        low=low,
        high=high,
    )


@rules("Lookup", domain=DOMAIN)
def _lookup(x: Array, table: Array) -> ndarray:
    return npx.quantized_lookup(x, table)


@rules("AtLeast", domain=DOMAIN)
def _at_least(x: Array, *, low: int) -> ndarray:
    return np.maximum(x, low)


# ---- windows and means --------------------------------------------------------------------------


@rules("Pool", domain=DOMAIN)
def _pool(
    x: Array,
    *,
    kind: str,
    zero: int = 0,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    kernel_shape: list[int],
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    """Maxima or averages, in the scale of the data."""
    kernel = tuple(kernel_shape)
    strides, _, front, back = _window(x.shape[1:-1], kernel, strides, pads, None, auto_pad)
    return npx.quantized_pooling(
        x,
        kernel,
        kind,
        strides,
        _pad(front, back),
        pooling_convention="full" if ceil_mode else "valid",
        count_include_pad=bool(count_include_pad),
        zero_point=zero,
        channels_last=True,
    )


@rules("Mean", domain=DOMAIN)
def _mean(
    x: Array,
    *,
    axes: list[int],
    keepdims: int = 1,
    factor: float,
    zero: int,
    output_zero: int,
    is_fixed: int,
) -> ndarray:
    """Means in another scale; factor: the step of the data over that of the result.

    is_fixed: is it known before a run how many elements a mean has? Then there are only integers.
    """
    options = {"axis": tuple(axes), "keepdims": bool(keepdims)}
    wide = x.astype("int32") - zero if zero else x.astype("int32")
    if not is_fixed:
        mean = np.mean(wide.astype("float32"), **options)
        return np.clip(np.rint(mean * factor) + output_zero, -128, 127).astype("int8")
    total = np.sum(wide, **options).astype("int32")
    count = math.prod(x.shape[axis] for axis in axes)
    multiplier, shift = npx.quantized_multiplier(numpy.float64(factor) / count)
    return npx.requantize(total, multiplier, shift, output_zero)


@rules("Border", domain=DOMAIN)
def _border(x: Array, pads: Host, *, value: int) -> ndarray:
    """Margins of one value; pads: in front of all axes, then behind them."""
    front, back = pads.reshape((2, -1)).tolist()
    return np.pad(x, tuple(zip(front, back, strict=True)), constant_values=value)


__all__ = ["DOMAIN"]
