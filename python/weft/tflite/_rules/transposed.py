"""Transposed convolutions. In int8 every phase of the stride is a filter of one convolution."""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.program import Node, Program
from weft._import.values import Array, Ints
from weft.compression._graph.phases import Phases
from weft.tflite._rules._scales import activated, bounds, ends, require_room
from weft.tflite._rules._table import RULES as rules
from weft.tflite._rules.layers import add_factors, check_layer, margins, replace


def _prepare(node: Node, program: Program) -> None:
    """Brings the weights, (filters, H, W, channels) in the file, into order."""
    tensors = node.notes.inputs
    w = program.constants.get(node.inputs[1])
    if w is None or w.ndim != 4:
        raise Unsupported(f"{node.title}: weights must be a constant of 4 axes")
    kinds = [tensor.dtype for tensor in (tensors[1], tensors[2], node.notes.outputs[0])]
    if kinds == ["float32"] * 3:
        replace(node, program, 1, w.transpose(3, 0, 1, 2), "transposed")
    elif kinds == ["int8"] * 3:
        _prepare_integers(node, program, w)
    else:
        raise Unsupported(f"{node.title}: dtypes {', '.join(kinds)} are not supported")


def check_stride(strides: Any, kernel: Any, extents: Any) -> None:
    """Results that lie further apart than the file's result and window reach are none."""
    for stride, size, extent in zip(strides, kernel, extents, strict=True):
        if not 0 < stride <= size + extent:
            raise InvalidValue(f"a stride of {stride} does not fit a result of extent {extent}")


def _prepare_integers(node: Node, program: Program, w: numpy.ndarray) -> None:
    wanted, x = program.constants.get(node.inputs[0]), node.notes.inputs[2]
    if wanted is None or wanted.size != 4 or len(x.shape) != 4 or {1, 2} & {*x.open_axes}:
        raise Unsupported(f"{node.title}: the extents of int8 images must be known")
    options = node.attributes
    strides = [options.get(name, 0) for name in ("stride_h", "stride_w")]
    kernel, extents = w.shape[1:3], wanted.reshape(-1)[1:3].tolist()
    if min(*strides, *kernel, *x.shape, *extents) < 1:
        raise InvalidValue(f"{node.title}: strides and extents must be positive")
    check_stride(strides, kernel, extents)
    front, _back = margins(extents, kernel, strides, (1, 1), options.get("padding", 0))
    more = [
        e - s * (n - 1) - k + 2 * f
        for e, s, n, k, f in zip(extents, strides, x.shape[1:3], kernel, front, strict=True)
    ]
    attributes = {"stride": strides, "pad": front, "adj": more}
    phases = Phases(attributes, w.transpose(0, 3, 1, 2), 1)
    while len(node.inputs) < 4:
        node.inputs.append("")
    add_factors(node, program, w.shape[0], 2)
    for place in (3, 4, 5):
        if node.inputs[place]:
            values = phases.of_filters(program.constants[node.inputs[place]])
            replace(node, program, place, values, "phases")
    replace(node, program, 1, phases.filters().transpose(0, 2, 3, 1), "phases")
    options["phases"] = phases


@rules("TRANSPOSE_CONV", prepare=_prepare, check=check_layer)
def _transpose_conv(
    shape: Ints,
    w: Array,
    x: Array,
    b: Array = None,
    multiplier: Array = None,
    shift: Array = None,
    *,
    padding: int = 0,
    stride_w: int,
    stride_h: int,
    fused_activation_function: int = 0,
    quantized_bias_type: int = 0,
    phases: Phases | None = None,
    _: Any,
) -> ndarray:
    require_room(_, shape)
    if phases is None:
        y = _of_floats(x, w, b, (stride_h, stride_w), padding, shape)
        return activated(y, fused_activation_function)
    inputs, output = ends(_)
    low, high = bounds(output, fused_activation_function)
    y = npx.quantized_convolution(
        *(x, w, b, multiplier, shift),
        pad=phases.pad,
        zero_point=inputs[2].zero,
        output_zero_point=output.zero,
        low=low,
        high=high,
        channels_last=True,
    )
    return phases.joined(y)


def _of_floats(
    x: ndarray, w: ndarray, b: Any, strides: tuple[int, int], padding: int, shape: Any
) -> ndarray:
    check_stride(strides, w.shape[2:], shape[1:3])
    front, _back = margins(shape[1:3], w.shape[2:], strides, (1, 1), padding)
    image = x.transpose((0, 3, 1, 2))
    full = npx.deconvolution(image, w, None, stride=strides, pad=(0, 0)).transpose((0, 2, 3, 1))
    # Results that no element of the data reaches are zeros, and the bias.
    behind = [max(0, f + n - e) for f, n, e in zip(front, shape[1:3], full.shape[1:3], strict=True)]
    if any(behind):
        full = np.pad(full, ((0, 0), (0, behind[0]), (0, behind[1]), (0, 0)))
    cut = full[:, front[0] : front[0] + shape[1], front[1] : front[1] + shape[2], :]
    return cut if b is None else cut + b
