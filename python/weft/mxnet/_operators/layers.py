"""Layers with weights and windows: dense, convolutions, pooling, activations, dropout.

Weights have the shapes of MXNet's files, which are Weft's. Images with their channels last are
turned for the operator and back.
"""

import math
from collections.abc import Callable
from typing import Any

from weft import autograd, np, npx
from weft._base.errors import InvalidType, InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag, ints, parse
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted
from weft.mxnet._operators.vision import adaptive_means


@rules("FullyConnected", "_npx_fully_connected")
def _fully_connected(
    data: Array,
    weight: Array,
    bias: Array = None,
    *,
    num_hidden: int | None = None,
    no_bias: Any = False,
    flatten: Any = True,
) -> ndarray:
    # One number for each sample is a row of one element.
    x = data.reshape((-1, 1)) if data.ndim == 1 and flag(flatten) else data
    bias = _bias(bias, no_bias)
    added = None if bias is None else bias.reshape((-1,))
    return npx.fully_connected(x, weight, added, flag(flatten))


def _bias(bias: ndarray | None, no_bias: Any) -> ndarray | None:
    """The bias, or None for a layer without. Raises TypeError where one is forgotten."""
    if flag(no_bias):
        return None
    if bias is None:
        raise InvalidType("`bias` is missing; give it, or say `no_bias=True`")
    return bias


# ---- images and windows --------------------------------------------------------------------------


def channels_first(x: ndarray, layout: str | None) -> ndarray:
    """The array with its channels on axis 1."""
    return np.moveaxis(x, -1, 1) if is_channels_last(layout) else x


def as_before(x: ndarray, layout: str | None) -> ndarray:
    """The way back from `channels_first`."""
    return np.moveaxis(x, 1, -1) if is_channels_last(layout) else x


def is_channels_last(layout: str | None) -> bool:
    """Does a layout, such as NHWC, end with the channels?"""
    if layout in (None, "NCW", "NCHW", "NCDHW"):
        return False
    if layout in ("NWC", "NHWC", "NDHWC"):
        return True
    raise InvalidValue(f"`layout` must be NCHW, NHWC or their kin of 1 or 3 axes; got {layout!r}")


@rules("Convolution", "Convolution_v1", "_npx_convolution")
def _convolution(
    data: Array,
    weight: Array,
    bias: Array = None,
    *,
    kernel: Any = (),
    stride: Any = (),
    dilate: Any = (),
    pad: Any = (),
    num_filter: int | None = None,
    num_group: int = 1,
    no_bias: Any = False,
    layout: str | None = None,
) -> ndarray:
    spatial = data.ndim - 2
    y = npx.convolution(
        channels_first(data, layout),
        channels_first(weight, layout),
        _bias(bias, no_bias),
        stride=ints(stride, "stride", spatial, 1),
        pad=ints(pad, "pad", spatial, 0),
        dilate=ints(dilate, "dilate", spatial, 1),
        num_group=int(num_group),
    )
    return as_before(y, layout)


@rules("Deconvolution", "_npx_deconvolution")
def _deconvolution(
    data: Array,
    weight: Array,
    bias: Array = None,
    *,
    kernel: Any,
    stride: Any = (),
    dilate: Any = (),
    pad: Any = (),
    adj: Any = (),
    target_shape: Any = (),
    num_filter: int | None = None,
    num_group: int = 1,
    no_bias: Any = True,
    layout: str | None = None,
) -> ndarray:
    if is_channels_last(layout):
        raise Unsupported(f"`layout` must have the channels first; got {layout!r}")
    spatial = data.ndim - 2
    steps = ints(stride, "stride", spatial, 1)
    reach = ints(dilate, "dilate", spatial, 1)
    margin, extra = ints(pad, "pad", spatial, 0), ints(adj, "adj", spatial, 0)
    if wanted := ints(target_shape, "target_shape"):
        window = ints(kernel, "kernel", spatial)
        whole = [
            s * (n - 1) + d * (k - 1) + 1 - t
            for s, n, d, k, t in zip(steps, data.shape[2:], reach, window, wanted, strict=True)
        ]
        if min(whole) < 0:
            raise InvalidValue(f"`target_shape` {wanted} is larger than what the windows cover")
        margin, extra = tuple((w + 1) // 2 for w in whole), tuple(w % 2 for w in whole)
    return npx.deconvolution(
        data,
        weight,
        _bias(bias, no_bias),
        stride=steps,
        pad=margin,
        dilate=reach,
        num_group=int(num_group),
        adj=extra,
    )


@rules("Pooling", "Pooling_v1", "_npx_pooling")
def _pooling(
    data: Array,
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
    output_size: Any = None,
) -> ndarray:
    x = channels_first(data, layout)
    spatial = x.ndim - 2
    if ints(output_size, "output_size"):
        return as_before(_adaptive(x, pool_type, output_size), layout)
    is_counted = True if count_include_pad is None else flag(count_include_pad)
    power = 2 if p_value is None else int(p_value)
    if flag(global_pool):
        y = npx.pooling(x, None, pool_type, global_pool=True, p_value=power)
        return as_before(y, layout)
    window = ints(kernel, "kernel", spatial)
    steps = ints(stride, "stride", spatial, 1)
    if pooling_convention == "same":
        if any(ints(pad, "pad")):
            raise InvalidValue(f"`pad` must be 0 with `pooling_convention` 'same'; got {pad!r}")
        margin = _same(x.shape[2:], window, steps)
    else:
        margin = ints(pad, "pad", spatial, 0)
    y = npx.pooling(
        x,
        window,
        pool_type,
        steps,
        margin,
        False,
        "full" if pooling_convention == "full" else "valid",
        is_counted,
        power,
    )
    return as_before(y, layout)


def _adaptive(x: ndarray, pool_type: str, output_size: Any) -> ndarray:
    """Means over windows that follow from the extents of the result."""
    if pool_type != "avg" or x.ndim != 4:
        raise Unsupported(
            "`output_size` goes with `pool_type` 'avg' of images (N, C, H, W); got "
            f"{pool_type!r} of an array with {x.ndim} axes"
        )
    return adaptive_means(x, output_size)


def _same(extents: Any, window: Any, steps: Any) -> tuple[int, ...]:
    """Elements before all axes and behind them, so that each step has a window."""
    whole = [
        max((math.ceil(n / s) - 1) * s + k - n, 0)
        for n, k, s in zip(extents, window, steps, strict=True)
    ]
    return (*(w // 2 for w in whole), *(w - w // 2 for w in whole))


# ---- activations ---------------------------------------------------------------------------------

_ACTIVATIONS: dict[str, Callable[[Any], ndarray]] = {
    "relu": npx.relu,
    "sigmoid": npx.sigmoid,
    "log_sigmoid": npx.log_sigmoid,
    "tanh": np.tanh,
    "softrelu": npx.softplus,
    "softsign": npx.softsign,
    "mish": npx.mish,
    "silu": npx.silu,
    "gelu": npx.gelu,
}


@rules("Activation", "_npx_activation")
def _activation(data: Array, *, act_type: str) -> ndarray:
    if act_type not in _ACTIVATIONS:
        raise InvalidValue(f"`act_type` must be one of {', '.join(_ACTIVATIONS)}; got {act_type!r}")
    return _ACTIVATIONS[act_type](data)


@rules("LeakyReLU", "_npx_leaky_relu")
def _leaky_relu(
    data: Array,
    gamma: Array = None,
    *,
    act_type: str = "leaky",
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.334,
) -> ndarray:
    if act_type == "prelu":
        if gamma is None:
            raise InvalidType("`gamma` is missing; `act_type` 'prelu' has slopes")
        if 1 < gamma.ndim < data.ndim:  # of the first axes
            gamma = gamma.reshape((*gamma.shape, *(1,) * (data.ndim - gamma.ndim)))
        return npx.prelu(data, gamma)
    if act_type == "rrelu":
        if not autograd.is_training():
            return npx.leaky_relu(data, (lower_bound + upper_bound) / 2)
        slopes = np.random.uniform(lower_bound, upper_bound, tuple(data.shape))
        return np.where(data > 0, data, data * slopes.astype(data.dtype))
    functions: dict[str, Callable[[Any], ndarray]] = {
        "leaky": lambda x: npx.leaky_relu(x, slope),
        "elu": lambda x: npx.elu(x, slope),
        "selu": npx.selu,
        "gelu": npx.gelu,
        "gelu_erf": npx.gelu,
        "gelu_tanh": lambda x: npx.gelu(x, "tanh"),
    }
    if act_type not in functions:
        known = ", ".join(["prelu", "rrelu", *functions])
        raise InvalidValue(f"`act_type` must be one of {known}; got {act_type!r}")
    return functions[act_type](data)


@rules("Dropout", "_npx_dropout")
def _dropout(data: Array, *, p: float = 0.5, mode: str = "training", axes: Any = ()) -> ndarray:
    if mode not in ("training", "always"):
        raise InvalidValue(f"`mode` must be 'training' or 'always'; got {mode!r}")
    is_on = p > 0 and (mode == "always" or autograd.is_training())
    if p == 1 and is_on:
        return np.zeros_like(data) * data  # nothing stays, and the gradient is 0
    return npx.dropout(data, float(p), ints(parse(axes), "axes")) if is_on else data


counted(("Dropout", "_npx_dropout"), 2)
