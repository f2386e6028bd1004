"""Convolutions of volumes, (N, D, H, W, C), in floats, and transposed ones."""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.program import Node, Program
from weft._import.values import Array, Ints
from weft.tflite._rules._scales import activated, require_room
from weft.tflite._rules._table import RULES as rules
from weft.tflite._rules.layers import margins, pads, replace
from weft.tflite._rules.transposed import check_stride

_CHANNELS_SECOND, _CHANNELS_LAST = (0, 4, 1, 2, 3), (0, 2, 3, 4, 1)


def _weights(node: Node, program: Program) -> numpy.ndarray:
    w = program.constants.get(node.inputs[1])
    if w is None or w.ndim != 5 or w.dtype.kind != "f":
        raise Unsupported(f"{node.title}: weights must be constant floats of 5 axes")
    return w.astype("float32")


def _prepare(node: Node, program: Program) -> None:
    """Brings the weights into order. The file has (D, H, W, channels, filters); of a transposed
    convolution the last two are the other way round, in the file and in Weft."""
    replace(node, program, 1, _weights(node, program).transpose(4, 3, 0, 1, 2), "volumes")


@rules("CONV_3D", prepare=_prepare)
def _conv_3d(
    x: Array,
    w: Array,
    b: Array = None,
    *,
    padding: int = 0,
    stride_d: int,
    stride_h: int,
    stride_w: int,
    fused_activation_function: int = 0,
    dilation_d_factor: int = 1,
    dilation_h_factor: int = 1,
    dilation_w_factor: int = 1,
) -> ndarray:
    strides = (stride_d, stride_h, stride_w)
    dilations = (dilation_d_factor, dilation_h_factor, dilation_w_factor)
    front, back = margins(x.shape[1:4], w.shape[2:], strides, dilations, padding)
    if front != back:  # volumes are padded alike on both sides
        x = np.pad(x, ((0, 0), *zip(front, back, strict=True), (0, 0)))
        front = back = [0, 0, 0]
    volumes = x.transpose(_CHANNELS_SECOND)
    groups = x.shape[4] // w.shape[1]
    y = npx.convolution(
        *(volumes, w, b),
        stride=strides,
        dilate=dilations,
        pad=pads(front, back),
        num_group=groups,
    )
    return activated(y.transpose(_CHANNELS_LAST), fused_activation_function)


@rules("CONV_3D_TRANSPOSE", prepare=_prepare)
def _conv_3d_transpose(
    shape: Ints,
    w: Array,
    x: Array,
    b: Array = None,
    *,
    padding: int = 0,
    stride_d: int,
    stride_h: int,
    stride_w: int,
    fused_activation_function: int = 0,
    dilation_d_factor: int = 1,
    dilation_h_factor: int = 1,
    dilation_w_factor: int = 1,
    _: Any,
) -> ndarray:
    require_room(_, shape)
    strides = (stride_d, stride_h, stride_w)
    if (dilation_d_factor, dilation_h_factor, dilation_w_factor) != (1, 1, 1):
        raise Unsupported("dilations of transposed convolutions are not supported")
    kernel, extents = w.shape[2:], shape[1:4]
    check_stride(strides, kernel, extents)
    front, _back = margins(extents, kernel, strides, (1, 1, 1), padding)
    full = npx.deconvolution(
        x.transpose(_CHANNELS_SECOND), w, None, stride=strides, pad=(0, 0, 0)
    ).transpose(_CHANNELS_LAST)
    # Results that no element of the data reaches are zeros, and the bias.
    behind = [max(0, f + n - e) for f, n, e in zip(front, extents, full.shape[1:4], strict=True)]
    if any(behind):
        full = np.pad(full, ((0, 0), *((0, count) for count in behind), (0, 0)))
    inside = tuple(slice(f, f + n) for f, n in zip(front, extents, strict=True))
    cut = full[(slice(None), *inside)]
    return activated(cut if b is None else cut + b, fused_activation_function)
