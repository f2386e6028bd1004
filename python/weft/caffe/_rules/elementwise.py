"""Layers that compute element by element: activations, powers, sums of several bottoms."""

import math
from typing import Any

from weft import autograd, np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.caffe._rules._table import STOP_GRADIENT, Blob, layer

# ---- activations --------------------------------------------------------------------------------


@layer("ReLU", "relu_param")
def _relu(x: Array, *, negative_slope: float = 0.0) -> ndarray:
    return npx.leaky_relu(x, negative_slope) if negative_slope else npx.relu(x)


@layer("ReLU6")
def _relu6(x: Array) -> ndarray:
    return npx.relu6(x)


def _slopes(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    from weft.caffe._fillers import constant

    shape = () if options.get("channel_shared") else shapes[0][1:2]
    return [Blob("slope", shape, fillers.get("filler") or constant(0.25))]


@layer("PReLU", "prelu_param", blobs=_slopes)
def _prelu(slope: Array, x: Array, *, channel_shared: bool = False) -> ndarray:
    return npx.prelu(x, slope.reshape((1,)) if channel_shared else slope)


@layer("ELU", "elu_param")
def _elu(x: Array, *, alpha: float = 1.0) -> ndarray:
    return npx.elu(x, alpha)


@layer("Sigmoid", "sigmoid_param")
def _sigmoid(x: Array) -> ndarray:
    return npx.sigmoid(x)


@layer("TanH", "tanh_param")
def _tanh(x: Array) -> ndarray:
    return np.tanh(x)


@layer("AbsVal")
def _abs(x: Array) -> ndarray:
    return np.abs(x)


@layer("BNLL")
def _bnll(x: Array) -> ndarray:
    return npx.softplus(x)


@layer("Threshold", "threshold_param")
def _threshold(x: Array, *, threshold: float = 0.0) -> ndarray:
    return (x > threshold).astype(x.dtype)


@layer("Swish", "swish_param")
def _swish(x: Array, *, beta: float = 1.0) -> ndarray:
    return npx.silu(x) if beta == 1 else x * npx.sigmoid(x * beta)


@layer("Clip", "clip_param")
def _clip(x: Array, *, min: float, max: float) -> ndarray:
    if min > max:
        raise InvalidValue(f"`min` must be at most `max`; got {min} and {max}")
    return np.clip(x, min, max)


# ---- powers -------------------------------------------------------------------------------------


def _affine(x: ndarray, scale: float, shift: float) -> ndarray:
    x = x * scale if scale != 1 else x
    return x + shift if shift else x


@layer("Power", "power_param")
def _power(x: Array, *, power: float = 1.0, scale: float = 1.0, shift: float = 0.0) -> ndarray:
    if power == 0:
        return np.ones_like(x)
    inner = _affine(x, scale, shift)
    if power == 1:
        return inner
    return inner * inner if power == 2 else np.power(inner, power)


def _base(base: float) -> float:
    """The natural logarithm of a base, -1 being e."""
    if base != -1 and base <= 0:
        raise InvalidValue(f"`base` must be -1 (for e) or above 0; got {base}")
    return 1.0 if base == -1 else math.log(base)


@layer("Exp", "exp_param")
def _exp(x: Array, *, base: float = -1.0, scale: float = 1.0, shift: float = 0.0) -> ndarray:
    return np.exp(_affine(x, scale, shift) * _base(base))


@layer("Log", "log_param")
def _log(x: Array, *, base: float = -1.0, scale: float = 1.0, shift: float = 0.0) -> ndarray:
    return np.log(_affine(x, scale, shift)) / _base(base)


# ---- several bottoms ----------------------------------------------------------------------------


def _same_shapes(parts: tuple[ndarray, ...]) -> None:
    for part in parts[1:]:
        if part.shape != parts[0].shape:
            raise InvalidValue(
                f"bottoms must have one shape; got {tuple(parts[0].shape)} and {tuple(part.shape)}"
            )


@layer("Eltwise", "eltwise_param")
def _eltwise(
    *xs: Array, operation: str = "SUM", coeff: Any = (), stable_prod_grad: bool = True
) -> ndarray:
    _same_shapes(xs)
    if coeff and (len(coeff) != len(xs) or operation != "SUM"):
        raise InvalidValue(
            f"`coeff` must have a number for each of {len(xs)} bottoms of a SUM; got {coeff}"
        )
    parts = [
        x * factor if factor != 1 else x
        for x, factor in zip(xs, coeff or [1] * len(xs), strict=True)
    ]
    total = parts[0]
    for part in parts[1:]:
        if operation == "SUM":
            total = total + part
        else:
            total = total * part if operation == "PROD" else np.maximum(total, part)
    return total


@layer("Axpy")
def _axpy(scale: Array, x: Array, y: Array) -> ndarray:
    return scale.reshape((*scale.shape[:2], 1, 1)) * x + y


def _spread(weight: ndarray, x: ndarray, axis: int) -> ndarray:
    """A weight as it broadcasts against data, from an axis on."""
    first = axis % x.ndim
    behind = x.ndim - first - weight.ndim
    if behind < 0 or tuple(weight.shape) != tuple(x.shape[first : first + weight.ndim]):
        raise InvalidValue(
            f"shape {tuple(weight.shape)} does not fit axis {axis} of {tuple(x.shape)}"
        )
    return weight.reshape((*weight.shape, *(1,) * behind))


def _factor_shape(options: Any, shape: Any) -> tuple[int, ...]:
    axis, count = options.get("axis", 1), options.get("num_axes", 1)
    if not -len(shape) <= axis < max(len(shape), 1) or (
        count >= 0 and axis % len(shape) + count > len(shape)
    ):
        raise InvalidValue(
            f"`axis` {axis} and `num_axes` {count} go beyond a bottom of shape {tuple(shape)}"
        )
    first = axis % len(shape)
    return tuple(shape[first:] if count == -1 else shape[first : first + count])


def _scale_blobs(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    from weft.caffe._fillers import constant

    blobs: list[Blob | None] = [None]
    if len(shapes) == 1:
        shape = _factor_shape(options, shapes[0])
        blobs = [Blob("weight", shape, fillers.get("filler") or constant(1.0))]
    else:
        shape = shapes[1]
    has_bias = options.get("bias_term", False)
    return [*blobs, Blob("bias", shape, fillers.get("bias_filler")) if has_bias else None]


@layer("Scale", "scale_param", blobs=_scale_blobs)
def _scale(
    weight: Array,
    bias: Array,
    x: Array,
    factors: Array = None,
    *,
    axis: int = 1,
    num_axes: int = 1,
    bias_term: bool = False,
) -> ndarray:
    weight = factors if weight is None else weight
    y = x * _spread(weight, x, axis)
    return y if bias is None else y + _spread(bias, x, axis)


def _bias_blobs(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    if len(shapes) > 1:
        return [None]
    return [Blob("bias", _factor_shape(options, shapes[0]), fillers.get("filler"))]


@layer("Bias", "bias_param", blobs=_bias_blobs)
def _bias(
    bias: Array, x: Array, summands: Array = None, *, axis: int = 1, num_axes: int = 1
) -> ndarray:
    return x + _spread(summands if bias is None else bias, x, axis)


@layer(STOP_GRADIENT)
def _stop_gradient(x: Array) -> ndarray:
    return npx.stop_gradient(x)


# ---- chance -------------------------------------------------------------------------------------


@layer("Dropout", "dropout_param")
def _dropout(x: Array, *, dropout_ratio: float = 0.5, scale_train: bool = True) -> ndarray:
    if not 0 < dropout_ratio < 1:
        raise InvalidValue(f"`dropout_ratio` must be above 0 and below 1; got {dropout_ratio}")
    return npx.dropout(x, dropout_ratio) if autograd.is_training() else x


__all__: list[str] = []
