"""int8 layers: as their exact integer arithmetic, or between DequantizeLinear and QuantizeLinear.

Weft's layers add int8 products as int32 and requantize the sums by TensorFlow Lite's two
roundings. Written exactly, that is ConvInteger or MatMulInteger and arithmetic of int64, with the
same bits in any runtime. Written as QDQ a layer is one of floats between two conversions, which
runtimes make one int8 kernel of; ties may then be rounded the other way, so a result may differ by
one step. A layer knows only the ratio of its scales. So in QDQ data have a scale of 1, and weights
that ratio.
"""

import math
from typing import Any

import numpy

from weft._base.errors import Unsupported
from weft.onnx._export._call import Call
from weft.onnx._export._scope import ELEMENTS
from weft.onnx._export._table import rules
from weft.onnx._export.layers import margins, numbers

_HALF_WAY, _FAR = 1 << 30, 1 << 62


# ---- weights ------------------------------------------------------------------------------------


@rules("pack_quantized", "pack_quantized_depthwise", "pack_quantized_filters")
def _packed(call: Call) -> Any:
    """The order in memory is a matter of kernels: the rules read the plain weight."""
    if call.node.outputs[0] in call.frame.graph.outputs:
        raise Unsupported(f"{call.op}: a packed weight has a meaning for Weft's kernels alone")
    return call.input(0)


@rules("pack_weight_only")
def _packed_with_scales(call: Call) -> Any:
    if not {*call.node.outputs}.isdisjoint(call.frame.graph.outputs):
        raise Unsupported(f"{call.op}: a packed weight has a meaning for Weft's kernels alone")
    return call.input(0), call.input(1)


def _plain(call: Call, place: int, op: str) -> tuple[str, tuple[int, ...]]:
    """The weight before it was packed, and its shape."""
    node = call.frame.producers.get(call.node.operands[place])
    if node is None or node.op != op:
        raise Unsupported(
            f"{call.op}: the weight is packed already; export the network that packs it"
        )
    value = node.operands[0]
    return call.frame.tensors[value], call.frame.graph.types[value][1]


# ---- from sums to int8 --------------------------------------------------------------------------


def _channel(call: Call, name: str, rank: int, axis: int, count: int) -> str:
    """A vector of channels beside the axis that has them."""
    if not count:
        return name
    return call.unsqueezed(name, *[a for a in range(rank) if a != axis % rank])


def _rescaled(call: Call, sums: str, multiplier: str, shift: str) -> str:
    """sums 2^shift multiplier 2^-31 in int64, with the roundings of `kernels/int8/quantized.h`.

    Division of ONNX goes toward zero. So the first number is made positive, and of the second the
    size is divided.
    """
    emit, full = call.emit, call.full
    zero = full(0, "int64")
    left = emit("Pow", full(2, "int64"), emit("Max", shift, zero))
    right = emit("Pow", full(2, "int64"), emit("Neg", emit("Min", shift, zero)))
    product = emit("Mul", emit("Mul", sums, left), multiplier)
    high = emit("Div", emit("Add", product, full(_HALF_WAY + _FAR, "int64")), full(2**31, "int64"))
    high = emit("Sub", high, full(_FAR >> 31, "int64"))
    half = emit("Div", right, full(2, "int64"))
    size = emit("Div", emit("Add", emit("Abs", high), half), right)
    return emit("Mul", size, emit("Sign", high))


def _placed(call: Call, scaled: str) -> str:
    """With the zero point, between the bounds, as int8."""
    low, high, zero = (call[n] for n in ("low", "high", "output_zero_point"))
    found = call.emit("Add", scaled, call.full(zero, "int64"))
    found = call.emit("Clip", found, call.full(low, "int64"), call.full(high, "int64"))
    return call.emit("Cast", found, to=ELEMENTS["int8"])


def _requantized(call: Call, sums: str, first: int, rank: int, axis: int) -> str:
    """int32 sums as int8, by multiplier and shift, the operands from `first` on."""
    parts = []
    for place in (first, first + 1):
        name = call.scope.cast(call.input(place), "int32", "int64")
        parts.append(_channel(call, name, rank, axis, call.rank(place)))
    wide = call.scope.cast(sums, "int32", "int64")
    return _placed(call, _rescaled(call, wide, *parts))


@rules("requantize")
def _requantize(call: Call) -> Any:
    return _requantized(call, call.input(0), 1, call.rank(0), call["axis"])


# ---- products and convolutions ------------------------------------------------------------------


def _unsigned(call: Call, x: str) -> str:
    """int8 as uint8 of 128 more, which runtimes have kernels for."""
    wide = call.emit("Add", call.scope.cast(x, "int8", "int32"), call.full(128, "int32"))
    return call.scope.cast(wide, "int32", "uint8")


class _Layer:
    """A layer with weights: the numbers that make one form of it or the other.

    weight: (units, ...) as ONNX has it; axis: of the channels in what it gives
    """

    def __init__(self, call: Call, weight: str, axis: int, options: dict[str, Any] | None) -> None:
        self.call, self.weight, self.axis, self.options = call, weight, axis, options
        self.rank = 2 if options is None else 2 + len(options["kernel_shape"])

    def known(self, place: int) -> numpy.ndarray | None:
        """A parameter's elements; None of what is computed."""
        if not self.call.given(place):
            return None
        return self.call.frame.graph.arrays.get(self.call.node.operands[place])

    def run(self, x: str, residual: str | None) -> str:
        """What the layer gives; data and residual have their channels where ONNX has them."""
        call = self.call
        multiplier, shift = self.known(3), self.known(4)
        if call.scope.model.exact or multiplier is None or shift is None:
            return self._exact(x, residual)
        factor = multiplier.astype("float64") * 2.0 ** (shift.astype("float64") - 31)
        return self._by_floats(x, residual, factor)

    def _exact(self, x: str, residual: str | None) -> str:
        call = self.call
        zero = call["zero_point"]
        if self.options is None:
            turned = call.transposed(self.weight, [1, 0])
            sums = call.emit("MatMulInteger", x, turned, call.full(zero, "int8"))
        else:
            unsigned = _unsigned(call, x)
            start = call.full(zero + 128, "uint8")
            sums = call.emit("ConvInteger", unsigned, self.weight, start, **self.options)
        if call.given(2):
            sums = call.emit("Add", sums, self.by_channel(call.input(2), 1))
        if residual is not None:
            more = call.scope.cast(residual, "int8", "int32")
            sums = call.emit("Add", sums, call.emit("Mul", more, self.by_channel(call.input(6), 1)))
        return _requantized(call, sums, 3, self.rank, self.axis) if call.given(3) else sums

    def by_channel(self, name: str, count: int) -> str:
        """A vector beside the channels."""
        return _channel(self.call, name, self.rank, self.axis, count)

    def _by_floats(self, x: str, residual: str | None, factor: numpy.ndarray) -> str:
        call = self.call
        one = call.full(1, "float32")
        scale = call.scope.constant(factor, "float32")
        axis = {} if factor.ndim == 0 else {"axis": 0}
        data = call.emit("DequantizeLinear", x, one, call.full(call["zero_point"], "int8"))
        weight = call.emit("DequantizeLinear", self.weight, scale, **axis)
        bias = (
            call.emit("DequantizeLinear", call.input(2), scale, **axis) if call.given(2) else None
        )
        if self.options is None:
            found = call.emit("Gemm", data, weight, bias, transB=1)
        else:
            found = call.emit("Conv", data, weight, bias, **self.options)
        if residual is not None:
            share = call.emit("Mul", call.scope.cast(call.input(6), "int32", "float32"), scale)
            more = call.emit("DequantizeLinear", residual, one, call.full(0, "int8"))
            found = call.emit("Add", found, call.emit("Mul", more, self.by_channel(share, 1)))
        return _quantized(call, found)


def _quantized(call: Call, x: str) -> str:
    """Floats of scale 1 as int8 between the bounds."""
    low, high, zero = (call[n] for n in ("low", "high", "output_zero_point"))
    found = call.emit("QuantizeLinear", x, call.full(1, "float32"), call.full(zero, "int8"))
    if (low, high) == (-128, 127):
        return found
    return call.emit("Clip", found, call.full(low, "int8"), call.full(high, "int8"))


@rules("quantized_product")
def _product(call: Call) -> Any:
    weight, _ = _plain(call, 1, "pack_quantized")
    return _Layer(call, weight, -1, None).run(call.input(0), None)


def _window(call: Call, kernel: list[int], groups: int) -> dict[str, Any]:
    rank = len(kernel)
    return {
        "kernel_shape": kernel,
        "strides": numbers(call["stride"], rank, 1),
        "pads": margins(call["pad"], rank),
        "dilations": numbers(call["dilate"], rank, 1),
        "group": groups,
    }


@rules("quantized_convolution_packed")
def _convolution(call: Call) -> Any:
    weight, shape = _plain(call, 1, "pack_quantized_filters")
    options = _window(call, list(shape[2:]), call["num_group"])
    return _Layer(call, weight, 1, options).run(call.input(0), None)


def _channels_last(call: Call, weight: str, kernel: list[int], groups: int) -> Any:
    """The same for images with channels last, which ONNX has not: they are turned around it."""
    rank = call.rank(0)
    second, last = [0, rank - 1, *range(1, rank - 1)], [0, *range(2, rank), 1]
    residual = call.transposed(call.input(5), second) if call.given(5) else None
    layer = _Layer(call, weight, 1, _window(call, kernel, groups))
    return call.transposed(layer.run(call.transposed(call.input(0), second), residual), last)


@rules("quantized_convolution_rows")
def _convolution_rows(call: Call) -> Any:
    weight, (units, _) = _plain(call, 1, "pack_quantized")
    rank = call.rank(0) - 2
    kernel = numbers(call["kernel"], rank, 1)
    weight = call.emit("Reshape", weight, call.scope.ints(units, *kernel, call.shape(0)[-1]))
    weight = call.transposed(weight, [0, rank + 1, *range(1, rank + 1)])
    return _channels_last(call, weight, kernel, 1)


@rules("quantized_convolution_groups")
def _convolution_groups(call: Call) -> Any:
    weight, shape = _plain(call, 1, "pack_quantized_filters")
    return _channels_last(call, weight, list(shape[2:]), call["num_group"])


@rules("quantized_depthwise")
def _depthwise(call: Call) -> Any:
    weight, shape = _plain(call, 1, "pack_quantized_depthwise")
    return _channels_last(call, call.unsqueezed(weight, 1), list(shape[1:]), shape[0])


# ---- layers without weights ---------------------------------------------------------------------


def _factor(value: float) -> tuple[int, int]:
    """multiplier, shift of a factor, as `fixed_factor` of `kernels/int8/quantized.cpp`."""
    mantissa, shift = math.frexp(value)
    fixed = math.floor(mantissa * 2**31 + 0.5)
    if fixed == 2**31:
        fixed, shift = fixed // 2, shift + 1
    return (0, 0) if shift < -31 else (fixed, shift)


@rules("quantized_add")
def _add(call: Call) -> Any:
    """Both are brought to 2^-20 of twice the larger scale, and their sum to the result's."""
    scales = [call["x1_scale"], call["x2_scale"]]
    zeros = [call["x1_zero_point"], call["x2_zero_point"]]
    if not call.scope.model.exact:
        parts = [
            call.emit(
                "DequantizeLinear",
                call.input(place),
                call.full(scales[place] / call["output_scale"], "float32"),
                call.full(zeros[place], "int8"),
            )
            for place in (0, 1)
        ]
        return _quantized(call, call.emit("Add", *parts))
    twice = 2 * max(scales)

    def rescaled(x: str, factor: float) -> str:
        multiplier, shift = _factor(factor)
        return _rescaled(call, x, call.full(multiplier, "int64"), call.full(shift, "int64"))

    parts = []
    for place in (0, 1):
        x = call.scope.cast(call.input(place), "int8", "int64")
        x = call.emit("Sub", x, call.full(zeros[place], "int64"))
        x = call.emit("Mul", x, call.full(1 << 20, "int64"))
        parts.append(rescaled(x, scales[place] / twice))
    total = call.emit("Add", *parts)
    return _placed(call, rescaled(total, twice / ((1 << 20) * call["output_scale"])))


@rules("quantized_lookup")
def _lookup(call: Call) -> Any:
    place = call.scope.cast(call.input(0), "int8", "int64")
    place = call.emit("Add", place, call.full(128, "int64"))
    return call.emit("Gather", call.input(1), place, axis=0)


@rules("quantized_softmax")
def _softmax(call: Call) -> Any:
    """In floats: a result may differ by one step from TensorFlow Lite's rule of integers."""
    x = call.emit(
        "DequantizeLinear", call.input(0), call.full(call["scale"], "float32"), call.full(0, "int8")
    )
    shares = call.emit("Softmax", x, axis=-1)
    return call.emit(
        "QuantizeLinear", shares, call.full(1 / 256, "float32"), call.full(-128, "int8")
    )


@rules("quantized_pooling")
def _pooling(call: Call) -> Any:
    """A maximum of int8, or an average in floats, whose halves go away from zero."""
    rank = call.rank(0)
    is_last = call["channels_last"]
    second, last = [0, rank - 1, *range(1, rank - 1)], [0, *range(2, rank), 1]
    x = call.transposed(call.input(0), second) if is_last else call.input(0)
    shape = call.shape(0)[1:-1] if is_last else call.shape(0)[2:]
    found = _maxima(call, x, shape) if call["pool_type"] == "max" else _averages(call, x, shape)
    return call.transposed(found, last) if is_last else found


def _pool_options(call: Call, shape: tuple[int, ...]) -> dict[str, Any]:
    rank = len(shape)
    if call["global_pool"]:
        return {}
    full = call["pooling_convention"] == "full"
    return {
        "kernel_shape": numbers(call["kernel"], rank, 1),
        "strides": numbers(call["stride"], rank, 1),
        "pads": margins(call["pad"], rank),
        "ceil_mode": int(full),
    }


def _maxima(call: Call, x: str, shape: tuple[int, ...]) -> str:
    if call["global_pool"]:
        return call.scope.reduced("ReduceMax", x, list(range(2, 2 + len(shape))), True)
    return call.emit("MaxPool", x, **_pool_options(call, shape))


def _averages(call: Call, x: str, shape: tuple[int, ...]) -> str:
    """Averages of the elements that count. Margins stand for the zero point where they count.

    Sums are exact in float32, and an average is off by far less than what separates it from a
    half that it is not.
    """
    zero = call.full(call["zero_point"], "float32")
    x = call.emit("Sub", call.scope.cast(x, "int8", "float32"), zero)
    if call["global_pool"]:
        found = call.emit("GlobalAveragePool", x)
    else:
        options = _pool_options(call, shape)
        pads, inside = options["pads"], int(call["count_include_pad"])
        if inside and any(pads):  # as elements: see `_average_with_margins`
            half = len(pads) // 2
            x = call.emit("Pad", x, call.scope.ints(0, 0, *pads[:half], 0, 0, *pads[half:]))
            options["pads"] = [0] * len(pads)
        found = call.emit("AveragePool", x, **options)
    found = call.emit("Add", found, zero)
    half = call.emit("Floor", call.emit("Add", call.emit("Abs", found), call.full(0.5, "float32")))
    return call.scope.cast(call.emit("Mul", half, call.emit("Sign", found)), "float32", "int8")


rules.refuse(
    "gates and cells have 16 bits, for which ONNX has no layer; export the network before it is "
    "quantized",
    *("quantized_gru", "quantized_lstm"),
)


# ---- weights of few bits ------------------------------------------------------------------------


@rules("weight_only_product")
def _weight_only(call: Call) -> Any:
    """float32 data times a weight that is made float32: a scale for each group of features."""
    weight, (units, width) = _plain(call, 1, "pack_weight_only")
    producer = call.frame.producers[call.node.operands[1]]
    scale = producer.operands[1]
    groups = call.frame.graph.types[scale][1][1]
    features = width
    if call["bits"] == 4:
        weight, features = _nibbles(call, weight, units, width), 2 * width
    wide = call.scope.cast(weight, "int8" if call["bits"] == 8 else "int32", "float32")
    parts = call.emit("Reshape", wide, call.scope.ints(units, groups, features // groups))
    factors = call.unsqueezed(call.frame.tensors[scale], -1)
    whole = call.emit("Mul", parts, factors)
    whole = call.emit("Reshape", whole, call.scope.ints(units, features))
    bias = call.input(3) if call.given(3) else None
    return call.emit("Gemm", call.input(0), whole, bias, transB=1)


def _nibbles(call: Call, weight: str, units: int, width: int) -> str:
    """Two numbers of 4 bits from each byte, the lower half first, as int32."""
    byte = call.scope.cast(weight, "int8", "int32")
    sixteen, eight = call.full(16, "int32"), call.full(8, "int32")
    low = call.emit("Mod", byte, sixteen)
    high = call.emit("Div", call.emit("Sub", byte, low), sixteen)
    signed = call.emit("Sub", call.emit("Mod", call.emit("Add", low, eight), sixteen), eight)
    both = call.emit("Concat", call.unsqueezed(signed, -1), call.unsqueezed(high, -1), axis=-1)
    return call.emit("Reshape", both, call.scope.ints(units, 2 * width))
