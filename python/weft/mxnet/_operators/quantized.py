"""Operators of `contrib` on bytes: to and from them, and layers whose products are int32.

An array of integers goes with two arrays of one element, the least and the largest real number.
int8 and int32 stand for a range around zero, whose half the largest integer is; uint8 begins at the
least number. Sums of products are computed in float64, where they are exact.
"""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag, ints
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted
from weft.mxnet._operators.layers import channels_first

_LARGEST = {"int8": 127, "uint8": 255, "int32": 2**31 - 1}

Triple = tuple[ndarray, ndarray, ndarray]


def _range(low: ndarray, high: ndarray) -> ndarray:
    """The largest amount of two ends."""
    return np.maximum(np.abs(low), np.abs(high)).reshape((1,)).astype("float32")


def _step(x: ndarray, low: ndarray, high: ndarray) -> ndarray:
    """What one integer stands for."""
    return _range(low, high).astype("float64") / _LARGEST[x.dtype.name]


def _centred(x: ndarray, half: ndarray, dtype: str = "int8") -> Triple:
    """Real numbers as integers of a range around zero, halves away from it."""
    limit = _LARGEST[dtype]
    scaled = np.minimum(np.abs(x) * (limit / half) + 0.5, limit)
    return (np.sign(x) * np.floor(scaled)).astype(dtype), -half, half


def _shifted(x: ndarray, low: ndarray, high: ndarray) -> Triple:
    """Real numbers as uint8 from the least one on."""
    low, high = (end.reshape((1,)).astype("float32") for end in (low, high))
    found = np.floor((x - low) * (255 / (high - low)) + 0.5)
    return np.clip(found, 0, 255).astype("uint8"), low, high


def _ends(x: ndarray, low: Any, high: Any) -> tuple[ndarray, ndarray]:
    """The range that was found by calibration, or that of the array."""
    if low is not None and high is not None:
        return tuple(np.full((1,), float(end), "float32") for end in (low, high))
    return np.min(x).reshape((1,)), np.max(x).reshape((1,))


def _kind(out_type: str, low: Any, high: Any) -> str:
    if out_type == "auto":
        return "uint8" if low is not None and high is not None and low >= 0 else "int8"
    if out_type not in ("int8", "uint8"):
        raise InvalidValue(f"`out_type` must be 'int8', 'uint8' or 'auto'; got {out_type!r}")
    return out_type


@rules("_contrib_quantize", "_npx_contrib_quantize")
def _quantize(
    data: Array, min_range: Array, max_range: Array, *, out_type: str = "uint8"
) -> Triple:
    if _kind(out_type, None, None) == "uint8":
        return _shifted(data, min_range, max_range)
    return _centred(data, _range(min_range, max_range))


@rules("_contrib_quantize_v2", "_npx_contrib_quantize_v2")
def _quantize_v2(
    data: Array,
    *,
    out_type: str = "int8",
    min_calib_range: Any = None,
    max_calib_range: Any = None,
) -> Triple:
    low, high = _ends(data, min_calib_range, max_calib_range)
    if data.dtype.kind in "iu":  # it is quantized already
        return data, low.astype("float32"), high.astype("float32")
    if _kind(out_type, min_calib_range, max_calib_range) == "uint8":
        return _shifted(data, low, high)
    return _centred(data, _range(low, high))


@rules("_contrib_dequantize", "_npx_dequantize")
def _dequantize(
    data: Array, min_range: Array, max_range: Array, *, out_type: str = "float32"
) -> ndarray:
    if data.dtype.name == "uint8":
        low, high = min_range.reshape((1,)), max_range.reshape((1,))
        return data.astype("float32") * ((high - low) / 255) + low
    return (data.astype("float64") * _step(data, min_range, max_range)).astype("float32")


@rules("_contrib_requantize", "_npx_requantize")
def _requantize(
    data: Array,
    min_range: Array,
    max_range: Array,
    *,
    out_type: str = "int8",
    min_calib_range: Any = None,
    max_calib_range: Any = None,
) -> Triple:
    """int32 as bytes of the range of the numbers that are there, or of the calibrated one."""
    real = _dequantize(data, min_range, max_range)
    if min_calib_range is not None and max_calib_range is not None:
        half = np.full((1,), max(abs(min_calib_range), abs(max_calib_range)), "float32")
    else:
        half = np.max(np.abs(real)).reshape((1,))
    return _centred(real, half, _kind(out_type, min_calib_range, max_calib_range))


# ---- layers --------------------------------------------------------------------------------------


def _summed(
    total: ndarray,
    bias: ndarray | None,
    step: ndarray,
    bias_step: ndarray | None,
    shape: tuple[int, ...],
) -> Triple:
    """Sums of products, and a bias of another step, as int32 with their range."""
    if bias is not None and bias_step is not None:
        share = np.trunc(bias.astype("float64") * (bias_step / step))
        total = total + share.reshape(shape)
    half = (step * _LARGEST["int32"]).astype("float32")
    return total.astype("int32"), -half, half


@rules("_contrib_quantized_fully_connected", "_npx_quantized_fully_connected")
def _fully_connected(
    data: Array,
    weight: Array,
    *rest: Array,
    num_hidden: int,
    no_bias: Any = False,
    flatten: Any = True,
) -> Triple:
    """Behind the weight: the bias, if there is one, and the ranges of data, weight and bias."""
    bias, ranges = _parts(rest, no_bias)
    x = data.reshape((data.shape[0], -1)) if flag(flatten) else data
    total = np.matmul(x.astype("float64"), np.swapaxes(weight.astype("float64"), 0, 1))
    step = _step(data, *ranges[:2]) * _step(weight, *ranges[2:4])
    return _summed(total, bias, step, _bias_step(bias, ranges), (-1,))


def _parts(rest: Any, no_bias: Any) -> tuple[Any, Any]:
    expected = 4 if flag(no_bias) else 7
    if len(rest) != expected:
        raise InvalidValue(
            f"`no_bias` {flag(no_bias)} goes with {expected + 2} inputs; got {len(rest) + 2}"
        )
    return (None, rest) if flag(no_bias) else (rest[0], rest[1:])


def _bias_step(bias: Any, ranges: Any) -> Any:
    return None if bias is None else _step(bias, *ranges[4:6])


@rules("_contrib_quantized_conv", "_npx_quantized_conv")
def _convolution(
    data: Array,
    weight: Array,
    *rest: Array,
    kernel: Any,
    num_filter: int,
    stride: Any = (),
    dilate: Any = (),
    pad: Any = (),
    num_group: int = 1,
    no_bias: Any = False,
    layout: str | None = None,
) -> Triple:
    """Behind the weight: the bias, if there is one, and the ranges of data, weight and bias."""
    bias, ranges = _parts(rest, no_bias)
    spatial = data.ndim - 2
    if channels_first(data, layout) is not data:
        raise Unsupported(f"`layout` must have the channels first; got {layout!r}")
    total = npx.convolution(
        data.astype("float64"),
        weight.astype("float64"),
        stride=ints(stride, "stride", spatial, 1),
        pad=ints(pad, "pad", spatial, 0),
        dilate=ints(dilate, "dilate", spatial, 1),
        num_group=int(num_group),
    )
    step = _step(data, *ranges[:2]) * _step(weight, *ranges[2:4])
    return _summed(np.rint(total), bias, step, _bias_step(bias, ranges), (-1, *(1,) * spatial))


@rules("_contrib_quantized_pooling", "_npx_quantized_pooling")
def _pooling(
    data: Array,
    min_data: Array,
    max_data: Array,
    *,
    kernel: Any = (),
    pool_type: str = "max",
    global_pool: Any = False,
    pooling_convention: str = "valid",
    stride: Any = (),
    pad: Any = (),
    p_value: Any = None,
    count_include_pad: Any = None,
    layout: str | None = None,
) -> Triple:
    if pool_type not in ("max", "avg"):
        raise InvalidValue(f"`pool_type` must be 'max' or 'avg'; got {pool_type!r}")
    spatial = data.ndim - 2
    x = data.astype("float32")
    if flag(global_pool):
        found = npx.pooling(x, None, pool_type, global_pool=True)
    else:
        found = npx.pooling(
            x,
            ints(kernel, "kernel", spatial),
            pool_type,
            ints(stride, "stride", spatial, 1),
            ints(pad, "pad", spatial, 0),
            False,
            "full" if pooling_convention == "full" else "valid",
            True if count_include_pad is None else flag(count_include_pad),
        )
    return np.rint(found).astype(data.dtype), min_data, max_data


@rules("_contrib_quantized_act", "_npx_quantized_act")
def _activation(data: Array, min_data: Array, max_data: Array, *, act_type: str) -> Triple:
    if act_type != "relu":
        raise InvalidValue(f"`act_type` must be 'relu'; got {act_type!r}")
    return np.maximum(data, 0).astype(data.dtype), min_data, max_data


@rules("_contrib_quantized_flatten", "_npx_quantized_flatten")
def _flatten(data: Array, min_data: Array, max_data: Array) -> Triple:
    return data.reshape((data.shape[0], -1)), min_data, max_data


@rules("_contrib_quantized_concat")
def _concatenated(*data: Array, num_args: int = 1, dim: int = 1) -> Triple:
    """The arrays, and behind them the ends of the range of each."""
    count = len(data) // 3
    lows, highs = data[count::2], data[count + 1 :: 2]
    low, high = lows[0].reshape((1,)), highs[0].reshape((1,))
    for other, more in zip(lows[1:], highs[1:], strict=True):
        low = np.minimum(low, other.reshape((1,)))
        high = np.maximum(high, more.reshape((1,)))
    is_signed = any(x.dtype.name == "int8" for x in data[:count])
    half, dtype = _range(low, high), "int8" if is_signed else "uint8"
    parts = []
    for x, begin, end in zip(data[:count], lows, highs, strict=True):
        share = _step(x, begin, end) / (half.astype("float64") / _LARGEST[dtype])
        parts.append(np.rint(x.astype("float64") * share).astype(dtype))
    return np.concatenate(parts, axis=int(dim)), low, high


@rules("_contrib_quantized_elemwise_add", "_npx_quantized_elemwise_add")
def _added(
    lhs: Array,
    rhs: Array,
    lhs_min: Array,
    lhs_max: Array,
    rhs_min: Array,
    rhs_max: Array,
    *,
    min_calib_range: Any = None,
    max_calib_range: Any = None,
) -> Triple:
    real = lhs.astype("float64") * _step(lhs, lhs_min, lhs_max)
    real = real + rhs.astype("float64") * _step(rhs, rhs_min, rhs_max)
    if min_calib_range is not None and max_calib_range is not None:
        half = np.full((1,), max(abs(min_calib_range), abs(max_calib_range)), "float32")
        return _centred(real.astype("float32"), half)
    half = _range(lhs_min, lhs_max) + _range(rhs_min, rhs_max)
    step = half.astype("float64") / _LARGEST["int32"]
    return np.rint(real / step).astype("int32"), -half, half


@rules("_contrib_quantized_elemwise_mul", "_npx_quantized_elemwise_mul")
def _multiplied(
    lhs: Array,
    rhs: Array,
    lhs_min: Array,
    lhs_max: Array,
    rhs_min: Array,
    rhs_max: Array,
    *,
    min_calib_range: Any = None,
    max_calib_range: Any = None,
    enable_float_output: Any = False,
) -> Triple:
    step = _step(lhs, lhs_min, lhs_max) * _step(rhs, rhs_min, rhs_max)
    product = lhs.astype("float64") * rhs.astype("float64")
    half = (step * _LARGEST["int32"]).astype("float32")
    if flag(enable_float_output):
        return (product * step).astype("float32"), -half, half
    if min_calib_range is not None and max_calib_range is not None:
        half = np.full((1,), max(abs(min_calib_range), abs(max_calib_range)), "float32")
        return _centred((product * step).astype("float32"), half)
    return product.astype("int32"), -half, half


@rules("_contrib_quantized_embedding", "_npx_quantized_embedding")
def _embedding(
    data: Array,
    weight: Array,
    min_weight: Array,
    max_weight: Array,
    *,
    input_dim: int,
    output_dim: int,
    dtype: Any = "float32",
    sparse_grad: Any = False,
) -> Triple:
    rows = np.clip(data.astype("int32"), 0, int(input_dim) - 1)
    return np.take(weight, rows, axis=0), min_weight, max_weight


@rules("_contrib_calibrate_entropy", "_npx_contrib_calibrate_entropy")
def _calibrated(
    hist: Array, hist_edges: Array, *, num_quantized_bins: int = 255
) -> tuple[ndarray, ndarray]:
    """The bound around zero that keeps most of what a histogram tells, as bytes, and how much is
    lost: the divergence of the coarse histogram from the fine one."""
    counts = hist.asnumpy().astype("float64")
    edges = hist_edges.asnumpy()
    middle, bins = len(counts) // 2, int(num_quantized_bins)
    best, least = float(edges[-1]), float("inf")
    for half in range(bins // 2, middle + 1):
        begin, end = middle - half, middle + half + 1
        own = counts[begin:end].copy()
        fine = own.copy()
        fine[0] += counts[:begin].sum()
        fine[-1] += counts[end:].sum()
        lost = _divergence(fine, _coarse(own, fine > 0, bins))
        if lost < least:
            least, best = lost, float(edges[min(end, len(edges) - 1)])
    return tuple(np.full((1,), x, "float32") for x in (best, least))


def _coarse(counts: numpy.ndarray, is_there: numpy.ndarray, bins: int) -> numpy.ndarray:
    """A histogram in fewer bins, spread over the places that had something."""
    width = len(counts) // bins
    found = numpy.zeros_like(counts)
    for place in range(bins):
        begin = place * width
        end = len(counts) if place == bins - 1 else begin + width
        places = is_there[begin:end]
        if places.any():
            found[begin:end][places] = counts[begin:end].sum() / places.sum()
    return found


def _divergence(one: numpy.ndarray, other: numpy.ndarray) -> float:
    """Kullback and Leibler's, of histograms whose empty places get a little."""
    little = 1e-4
    smooth = []
    for part in (one, other):
        empty = part == 0
        if empty.all():
            return float("inf")
        taken = little * empty.sum() / (~empty).sum()
        filled = numpy.where(empty, little, part - taken)
        smooth.append(filled / filled.sum())
    p, q = smooth
    if (p <= 0).any() or (q <= 0).any():
        return float("inf")
    return float((p * numpy.log(p / q)).sum())


_THREE = ("fully_connected", "conv", "pooling", "act", "flatten", "concat", "elemwise_add")
_THREE += ("elemwise_mul", "embedding")
counted(tuple(f"_contrib_quantized_{word}" for word in _THREE), 3)
counted(tuple(f"_npx_quantized_{word}" for word in _THREE), 3)
counted(("_contrib_quantize", "_contrib_quantize_v2", "_contrib_requantize"), 3)
counted(("_npx_contrib_quantize", "_npx_contrib_quantize_v2", "_npx_requantize"), 3)
counted(("_contrib_calibrate_entropy", "_npx_contrib_calibrate_entropy"), 2)
