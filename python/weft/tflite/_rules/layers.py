"""Layers: convolutions, dense layers, poolings. Images have their channels last.

int8 layers are Weft's quantized operators, whose multipliers and two roundings are TensorFlow
Lite's; what follows from the file alone (multipliers, shifts) is computed when the file is read.
"""

from collections.abc import Iterator
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.program import Node, Program
from weft._import.values import Array, Host
from weft.tflite._read import Tensor
from weft.tflite._rules._kinds import of_integers
from weft.tflite._rules._scales import activated, bounds, ends, factors, is_int8, rounded_away
from weft.tflite._rules._table import RULES as rules
from weft.tflite._rules._wide import is_int16, pooled, short_factors

_SAME, _VALID = 0, 1
_MOST_ZEROS = 1 << 16  # beside an axis

Options = dict[str, Any]


def margins(
    extents: tuple[int, ...], kernel: Any, strides: Any, dilations: Any, padding: int
) -> tuple[list[int], list[int]]:
    """Zeros in front and behind: SAME gives ceil(extent / stride) results, VALID adds none."""
    if padding == _VALID:
        return [0] * len(kernel), [0] * len(kernel)
    if padding != _SAME:
        raise InvalidValue(f"`padding` must be 0 or 1; got {padding}")
    front, back = [], []
    for extent, size, stride, dilation in zip(extents, kernel, strides, dilations, strict=True):
        total = max(0, (-(-extent // stride) - 1) * stride + (size - 1) * dilation + 1 - extent)
        if total > _MOST_ZEROS:
            raise InvalidValue(f"a window of {size} elements, {dilation} apart, is too large")
        front.append(total // 2)
        back.append(total - total // 2)
    return front, back


def pads(front: list[int], back: list[int]) -> tuple[int, ...]:
    return tuple(front if front == back else front + back)


# ---- weights in Weft's order --------------------------------------------------------------------


def replace(node: Node, program: Program, place: int, value: numpy.ndarray, suffix: str) -> None:
    """Gives a node another constant than the file's."""
    old = node.inputs[place]
    shared = sum(old in other.inputs for other in program.nodes) > 1
    name = f"{old}.{suffix}" if shared else old
    program.constants[name] = numpy.ascontiguousarray(value)
    node.inputs[place] = name


def _weights(node: Node, program: Program) -> numpy.ndarray:
    value = program.constants.get(node.inputs[1])
    if value is None:
        raise Unsupported(f"{node.title}: weights that are computed are not supported")
    return value


def add_factors(node: Node, program: Program, channels: int, data: int = 0) -> None:
    """Adds multiplier and shift of each channel behind the bias; data: the place of the data."""
    x, w, output = node.notes.inputs[data], node.notes.inputs[1], node.notes.outputs[0]
    if w.scale.size not in (1, channels):
        raise InvalidValue(f"tensor `{w.name}` has {w.scale.size} scales for {channels} channels")
    if w.zero_point is not None and w.zero_point.any():
        raise Unsupported(f"tensor `{w.name}` has a zero point")
    is_dense = node.operator == "FULLY_CONNECTED"
    products = _products_of(x, w) if is_dense else numpy.float64(x.step) * w.scale.astype("float64")
    scales = numpy.broadcast_to(products / numpy.float64(output.step), (channels,))
    is_wide = x.dtype == "int16"
    multiplier, shift = short_factors(scales) if is_wide else factors(scales)
    if not is_wide and node.operator in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        multiplier, shift = _without_dead_channels(node, program, multiplier, shift, channels)
    while len(node.inputs) < 3:
        node.inputs.append("")
    for name, value in (("multiplier", multiplier), ("shift", shift)):
        program.constants[f"{node.name}.{name}"] = value
        program.fixed.add(f"{node.name}.{name}")
        node.inputs.append(f"{node.name}.{name}")


def _products_of(x: Tensor, w: Tensor) -> numpy.ndarray:
    """The scales of a dense layer's sums. TensorFlow Lite multiplies two single ones in float32."""
    assert w.scale is not None
    if w.scale.size == 1:
        return (numpy.float32(x.step) * w.scale).astype("float64")
    return numpy.float64(x.step) * w.scale.astype("float64")


def _without_dead_channels(
    node: Node, program: Program, multiplier: numpy.ndarray, shift: numpy.ndarray, channels: int
) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Training leaves channels whose weights are all 0: they give a constant, which files have as a
    huge bias times a tiny factor. The same constant from a small bias and a factor of 1/4 lets C
    prove that no sum is large, and so take its fast loops for the layer."""
    w = program.constants[node.inputs[1]]
    rows = w.reshape(channels, -1)
    bias = program.constants.get(node.inputs[2]) if len(node.inputs) > 2 else None
    is_dead = ~rows.any(axis=1)
    if bias is None or not is_dead.any():
        return multiplier, shift
    zero = node.notes.outputs[0].zero
    low, high = bounds(node.notes.outputs[0], node.attributes.get("fused_activation_function", 0))
    results = npx.requantize(
        np.array(bias), np.array(multiplier), np.array(shift), zero, low, high, axis=0
    ).asnumpy()
    constant = results.astype("int32") - zero
    replace(node, program, 2, numpy.where(is_dead, 4 * constant, bias).astype("int32"), "bias")
    return (
        numpy.where(is_dead, 1 << 30, multiplier).astype("int32"),
        numpy.where(is_dead, -1, shift).astype("int32"),
    )


def _dequantize_weights(node: Node, program: Program) -> None:
    """Weights of integers beside float data become floats: TensorFlow Lite would round the data to
    int8 at each call instead, which is less exact."""
    w = node.notes.inputs[1]
    if (w.dtype in ("int8", "int4") and w.is_quantized) or w.dtype == "float16":
        value = _weights(node, program).astype("float32")
        if w.is_quantized:
            shape = [1] * value.ndim
            shape[w.axis if w.scale.size > 1 else 0] = -1
            zeros = 0 if w.zero_point is None else w.zero_point.reshape(shape)
            value = (value - zeros).astype("float32") * w.scale.reshape(shape)
        replace(node, program, 1, value, "floats")


def _is_quantized(node: Node, program: Program) -> bool:
    kinds = node.notes.inputs[0], node.notes.inputs[1], node.notes.outputs[0]
    integers = [tensor.dtype for tensor in kinds]
    if integers[0] == integers[2] == "float32":
        _dequantize_weights(node, program)
        return False
    if integers[0] == integers[2] == "int8" and integers[1] in ("int8", "int4"):
        return True
    if integers == ["int16", "int8", "int16"]:
        if _has_short_sums(node):
            raise Unsupported(f"{node.title}: a bias of int32 beside int16 data is not supported")
        return True
    raise Unsupported(f"{node.title}: dtypes {', '.join(integers)} are not supported")


def _has_short_sums(node: Node) -> bool:
    """Has a layer of int16 a bias of int32, so that its sums have 32 bits?"""
    bias = node.notes.inputs[2] if len(node.notes.inputs) > 2 else None
    return bias is not None and bias.dtype == "int32"


def check_layer(node: Node) -> Iterator[str]:
    """Data and results must be floats or int8."""
    yield from _check_data(node, {"float32"}, {"int8"})


def _check_wide_layer(node: Node) -> Iterator[str]:
    """Data and results must be floats, int8 or int16."""
    yield from _check_data(node, {"float32"}, {"int8"}, {"int16"})
    if node.notes.outputs[0].dtype == "int16" and _has_short_sums(node):
        yield "a bias of int32 beside int16 data is not supported"


def _check_data(node: Node, *allowed: set[str]) -> Iterator[str]:
    place = 2 if node.operator == "TRANSPOSE_CONV" else 0
    tensors = [*node.notes.inputs[place : place + 1], *node.notes.outputs[:1]]
    kinds = [tensor.dtype for tensor in tensors if tensor is not None]
    if set(kinds) not in allowed:
        yield f"data of {' and '.join(dict.fromkeys(kinds))} is not supported"


def _prepare_convolution(node: Node, program: Program) -> None:
    w = _weights(node, program)
    if w.ndim != 4:
        raise InvalidValue(f"{node.title}: weights must have 4 axes; got {w.shape}")
    if _is_quantized(node, program):
        add_factors(node, program, w.shape[0])
    else:
        w = _weights(node, program)
        replace(node, program, 1, w.transpose(0, 3, 1, 2), "convolution")


def _prepare_depthwise(node: Node, program: Program) -> None:
    w = _weights(node, program)
    if w.ndim != 4 or w.shape[0] != 1:
        raise InvalidValue(f"{node.title}: weights must be (1, H, W, C); got {w.shape}")
    if _is_quantized(node, program):
        replace(node, program, 1, w.transpose(3, 1, 2, 0), "depthwise")
        add_factors(node, program, w.shape[3])
    else:
        w = _weights(node, program)
        replace(node, program, 1, w.transpose(3, 0, 1, 2), "depthwise")


def _prepare_dense(node: Node, program: Program) -> None:
    if _is_quantized(node, program):
        add_factors(node, program, _weights(node, program).shape[0])


# ---- convolutions -------------------------------------------------------------------------------


def _convolution(
    x: ndarray, w: ndarray, b: Any, multiplier: Any, shift: Any, options: Options, call: Any
) -> ndarray:
    quantized = is_int8(call) or is_int16(call)
    kernel = tuple(w.shape[1:3] if quantized else w.shape[2:])
    strides, dilations = options["strides"], options["dilations"]
    front, back = margins(x.shape[1:3], kernel, strides, dilations, options["padding"])
    shared = {"stride": strides, "dilate": dilations, "num_group": options["groups"]}
    if not quantized:
        y = npx.convolution(
            x.transpose((0, 3, 1, 2)), w, b, pad=pads(front, back), **shared
        ).transpose((0, 2, 3, 1))
        return activated(y, options["activation"])
    inputs, output = ends(call)
    low, high = bounds(output, options["activation"])
    if is_int16(call):
        return npx.quantized_convolution16(
            *(x, w, b, multiplier, shift), pad=pads(front, back), low=low, high=high, **shared
        )
    return npx.quantized_convolution(
        x,
        w,
        b,
        multiplier,
        shift,
        pad=pads(front, back),
        zero_point=inputs[0].zero,
        output_zero_point=output.zero,
        low=low,
        high=high,
        channels_last=True,
        **shared,
    )


@rules("CONV_2D", prepare=_prepare_convolution, check=_check_wide_layer)
def _conv_2d(
    x: Array,
    w: Array,
    b: Array = None,
    multiplier: Array = None,
    shift: Array = None,
    *,
    padding: int = 0,
    stride_w: int,
    stride_h: int,
    fused_activation_function: int = 0,
    dilation_w_factor: int = 1,
    dilation_h_factor: int = 1,
    quantized_bias_type: int = 0,
    _: Any,
) -> ndarray:
    channels = w.shape[3] if is_int8(_) or is_int16(_) else w.shape[1]
    options = {
        "padding": padding,
        "strides": (stride_h, stride_w),
        "dilations": (dilation_h_factor, dilation_w_factor),
        "groups": x.shape[3] // channels,
        "activation": fused_activation_function,
    }
    return _convolution(x, w, b, multiplier, shift, options, _)


@rules("DEPTHWISE_CONV_2D", prepare=_prepare_depthwise, check=_check_wide_layer)
def _depthwise_conv_2d(
    x: Array,
    w: Array,
    b: Array = None,
    multiplier: Array = None,
    shift: Array = None,
    *,
    padding: int = 0,
    stride_w: int,
    stride_h: int,
    depth_multiplier: int = 0,
    fused_activation_function: int = 0,
    dilation_w_factor: int = 1,
    dilation_h_factor: int = 1,
    _: Any,
) -> ndarray:
    options = {
        "padding": padding,
        "strides": (stride_h, stride_w),
        "dilations": (dilation_h_factor, dilation_w_factor),
        "groups": x.shape[3],
        "activation": fused_activation_function,
    }
    return _convolution(x, w, b, multiplier, shift, options, _)


# ---- dense layers -------------------------------------------------------------------------------


@rules("FULLY_CONNECTED", prepare=_prepare_dense, check=_check_wide_layer)
def _fully_connected(
    x: Array,
    w: Array,
    b: Array = None,
    multiplier: Host = None,
    shift: Host = None,
    *,
    fused_activation_function: int = 0,
    weights_format: int = 0,
    keep_num_dims: bool = False,
    asymmetric_quantize_inputs: bool = False,
    quantized_bias_type: int = 0,
    _: Any,
) -> ndarray:
    if weights_format:
        raise Unsupported(f"`weights_format` {weights_format} is not supported")
    if not keep_num_dims and x.ndim != 2:
        x = x.reshape((-1, w.shape[1]))
    if is_int16(_):
        return _wide_dense(x, w, b, (multiplier, shift), fused_activation_function, _)
    if not is_int8(_):
        y = npx.fully_connected(x, w, b, flatten=False)
        return activated(y, fused_activation_function)
    inputs, output = ends(_)
    low, high = bounds(output, fused_activation_function)
    shared = {"zero_point": inputs[0].zero, "flatten": False}
    if _.node.notes.rounds_twice:
        return npx.quantized_fully_connected(
            *(x, w, b, np.array(multiplier), np.array(shift)),
            output_zero_point=output.zero,
            low=low,
            high=high,
            **shared,
        )
    sums = npx.quantized_fully_connected(x, w, b, **shared)
    return _rounded_once(sums, multiplier, shift, output.zero, (low, high))


def _wide_dense(
    x: ndarray, w: ndarray, b: Any, numbers: tuple[Any, Any], function: int, call: Any
) -> ndarray:
    """A dense layer of int16: a convolution of images of one place. LiteRT scales its sums in
    float64, TensorFlow Lite Micro by integers of 16 bits."""
    inputs, output = ends(call)
    low, high = bounds(output, function)
    image, filters = x.reshape((-1, 1, 1, w.shape[1])), w.reshape((w.shape[0], 1, 1, w.shape[1]))
    if call.node.notes.rounds_twice:
        numbers = tuple(map(np.array, numbers))
        y = npx.quantized_convolution16(image, filters, b, *numbers, low=low, high=high)
    else:
        scales = _products_of(inputs[0], inputs[1])
        sums = npx.quantized_convolution16(image, filters, b).astype("float64")
        y = rounded_away(sums * np.array(scales / numpy.float64(output.step), dtype="float64"))
        y = np.clip(y, low, high).astype("int16")
    return y.reshape((*x.shape[:-1], w.shape[0]))


def _rounded_once(
    sums: ndarray, multiplier: Any, shift: Any, zero: int, ends_: tuple[int, int]
) -> ndarray:
    """Sums times a factor, rounded to the nearest, halves up: what LiteRT's matrix products do."""
    numbers = multiplier.reshape(-1).tolist(), shift.reshape(-1).tolist()
    if len(set(numbers[0])) == len(set(numbers[1])) == 1:
        factor, right = int(numbers[0][0]), 31 - int(numbers[1][0])
        half = 1 << (right - 1)
    else:
        factor = np.array(multiplier.astype("int64"))
        right = np.array(31 - shift.astype("int64"))
        half = np.array(numpy.left_shift(numpy.int64(1), 30 - shift.astype("int64")))
    scaled = np.right_shift(sums.astype("int64") * factor + half, right)
    return np.clip(scaled + zero, *ends_).astype("int8")


# ---- poolings -----------------------------------------------------------------------------------


def _pooled(x: ndarray, kind: str, options: Options, function: int, call: Any) -> ndarray:
    kernel, strides = options["kernel"], options["strides"]
    front, back = margins(x.shape[1:3], kernel, strides, (1, 1), options["padding"])
    if is_int16(call):
        window = {"kernel": kernel, "stride": strides, "front": front, "back": back}
        return pooled(x, kind, window, ends(call)[1], function)
    if not is_int8(call):
        y = npx.pooling(
            x.transpose((0, 3, 1, 2)),
            kernel,
            kind,
            strides,
            pads(front, back),
            count_include_pad=False,
        )
        return activated(y.transpose((0, 2, 3, 1)), function)
    _, output = ends(call)
    y = npx.quantized_pooling(
        x,
        kernel,
        kind,
        strides,
        pads(front, back),
        count_include_pad=False,
        zero_point=output.zero,
        channels_last=True,
    )
    low, high = bounds(output, function)
    return y if (low, high) == (-128, 127) else np.clip(y, low, high)


def _pool(name: str, kind: str) -> None:
    def rule(
        x: Array,
        *,
        padding: int = 0,
        stride_w: int,
        stride_h: int,
        filter_width: int,
        filter_height: int,
        fused_activation_function: int = 0,
        _: Any,
    ) -> ndarray:
        options = {
            "kernel": (filter_height, filter_width),
            "strides": (stride_h, stride_w),
            "padding": padding,
        }
        return _pooled(x, kind, options, fused_activation_function, _)

    rules.add(name, rule, check=of_integers("int8", "int16"))


_pool("AVERAGE_POOL_2D", "avg")
_pool("MAX_POOL_2D", "max")


@rules("L2_POOL_2D")
def _l2_pool(
    x: Array,
    *,
    padding: int = 0,
    stride_w: int,
    stride_h: int,
    filter_width: int,
    filter_height: int,
    fused_activation_function: int = 0,
    _: Any,
) -> ndarray:
    options = {
        "kernel": (filter_height, filter_width),
        "strides": (stride_h, stride_w),
        "padding": padding,
    }
    return activated(np.sqrt(_pooled(x * x, "avg", options, 0, _)), fused_activation_function)
