"""Normalisation and dropout."""

from typing import Any

from weft import autograd, np, npx
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array, Floats, Ints
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.layers import sum_of
from weft.onnx._rules.shapes import padded


def _normalized(
    x: ndarray,
    scale: ndarray,
    b: ndarray,
    mean: ndarray,
    var: ndarray,
    eps: float,
    momentum: float,
    is_training: bool,
) -> tuple[ndarray, ndarray, ndarray]:
    """A batch norm whose parameters may have another dtype than its data."""
    dtype = x.dtype
    wide = scale.dtype if scale.dtype.itemsize > dtype.itemsize else dtype
    if mean.dtype.itemsize > wide.itemsize:
        wide = mean.dtype
    parts = [v.astype(wide) for v in (x, scale, b, mean, var)]
    y, new_mean, new_var = npx.batch_norm(*parts, eps, momentum, is_training)
    return y.astype(dtype), new_mean, new_var


@rules("BatchNormalization", since=1, states=(3, 4))
def _batch_norm1(
    x: Array,
    scale: Array,
    b: Array,
    mean: Array,
    var: Array,
    *,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    is_test: int = 0,
    spatial: int = 1,
    consumed_inputs: Any = None,
) -> ndarray:
    if not spatial:
        raise Unsupported("`spatial` must be 1")
    return _batch_norm_layer(x, scale, b, mean, var, epsilon, momentum)


def _batch_norm_layer(
    x: ndarray, scale: ndarray, b: ndarray, mean: ndarray, var: ndarray, eps: float, momentum: float
) -> ndarray:
    """Normalises by the running statistics, in training by the batch's, which change the former:
    what the same layer of Gluon does."""
    is_training = autograd.is_training() and x.dtype == scale.dtype == mean.dtype
    y, new_mean, new_var = _normalized(x, scale, b, mean, var, eps, momentum, is_training)
    if is_training:
        mean[...] = new_mean
        var[...] = new_var
    return y


@rules("BatchNormalization", since=14, states=(3, 4))
def _batch_norm(
    x: Array,
    scale: Array,
    b: Array,
    mean: Array,
    var: Array,
    *,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    training_mode: int = 0,
) -> Any:
    if not training_mode:
        return _batch_norm_layer(x, scale, b, mean, var, epsilon, momentum)
    axes = (0, *range(2, x.ndim))
    here = np.mean(x, axis=axes)
    spread = np.var(x, axis=axes)
    y, _, _ = _normalized(x, scale, b, here, spread, epsilon, momentum, False)
    kept = 1 - momentum
    return y, mean * momentum + here * kept, var * momentum + spread * kept


@rules("InstanceNormalization")
def _instance_norm(
    x: Array, scale: Array, b: Array, *, epsilon: float = 1e-5, consumed_inputs: Any = None
) -> ndarray:
    return npx.instance_norm(x, scale, b, epsilon)


@rules("GroupNormalization", since=18)
def _group_norm18(
    x: Array, scale: Array, bias: Array, *, epsilon: float = 1e-5, num_groups: int
) -> ndarray:
    each = x.shape[1] // num_groups
    return npx.group_norm(x, np.repeat(scale, each), np.repeat(bias, each), num_groups, epsilon)


@rules("GroupNormalization", since=21)
def _group_norm(
    x: Array,
    scale: Array,
    bias: Array,
    *,
    epsilon: float = 1e-5,
    num_groups: int,
    stash_type: int = 1,
) -> ndarray:
    return npx.group_norm(x, scale, bias, num_groups, epsilon)


def _as_rows(x: ndarray, axis: int) -> tuple[ndarray, tuple[int, ...]]:
    """All axes from `axis` on as one."""
    axis = axis + x.ndim if axis < 0 else axis
    shape = tuple(x.shape)
    return (x if axis == x.ndim - 1 else x.reshape((*shape[:axis], -1))), shape


@rules("LayerNormalization")
def _layer_norm(
    x: Array,
    scale: Array,
    b: Array = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
    _: Any,
) -> Any:
    rows, shape = _as_rows(x, axis)
    is_simple = scale.size == rows.shape[-1] and (b is None or b.size == rows.shape[-1])
    if is_simple:
        gamma = scale.reshape((-1,))
        beta = None if b is None else b.reshape((-1,))
        y = npx.layer_norm(rows, gamma, beta, -1, epsilon).reshape(shape)
    else:
        y = npx.layer_norm(rows, eps=epsilon).reshape(shape) * scale
        y = y if b is None else y + b
    if not (_.wants(1) or _.wants(2)):
        return y
    mean = np.mean(rows, axis=-1, keepdims=True)
    deviation = np.sqrt(np.var(rows, axis=-1, keepdims=True) + epsilon)
    kept = (*shape[: axis % len(shape)], *(1,) * (len(shape) - axis % len(shape)))
    return y, mean.reshape(kept), (1 / deviation).reshape(kept)


@rules("RMSNormalization")
def _rms_norm(
    x: Array, scale: Array, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> ndarray:
    rows, shape = _as_rows(x, axis)
    if scale.size == rows.shape[-1]:
        return npx.rms_norm(rows, scale.reshape((-1,)), -1, epsilon).reshape(shape)
    return npx.rms_norm(rows, None, -1, epsilon).reshape(shape) * scale


@rules("LpNormalization")
def _lp_normalization(x: Array, *, axis: int = -1, p: int = 2) -> ndarray:
    norm = (
        np.sum(np.abs(x), axis=axis, keepdims=True)
        if p == 1
        else np.sqrt(np.sum(x * x, axis=axis, keepdims=True))
    )
    return np.where(norm == 0, 0, x / np.where(norm == 0, 1, norm))


@rules("LRN")
def _lrn(
    x: Array, *, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0, size: int
) -> ndarray:
    front = (size - 1) // 2
    squares = padded(x * x, (front, size - 1 - front), "constant", 0, (1,))
    total = sum_of([squares[:, tap : tap + x.shape[1]] for tap in range(size)])
    return x / np.power(total * (alpha / size) + bias, beta)


@rules("MeanVarianceNormalization")
def _mvn(x: Array, *, axes: tuple[int, ...] = (0, 2, 3)) -> ndarray:
    axes = tuple(axes)
    centred = x - np.mean(x, axis=axes, keepdims=True)
    deviation = np.sqrt(np.mean(centred * centred, axis=axes, keepdims=True))
    return centred / (deviation + 1e-9)


# ---- dropout ------------------------------------------------------------------------------------


def _dropped(x: ndarray, ratio: float, is_training: bool, call: Any) -> Any:
    y = npx.dropout(x, ratio, training=is_training) if is_training and ratio > 0 else x
    if not call.wants(1):
        return y
    return y, (y != 0 if is_training and ratio > 0 else np.ones(x.shape, "bool"))


@rules("Dropout", since=1)
def _dropout1(
    x: Array, *, ratio: float = 0.5, is_test: int = 0, consumed_inputs: Any = None, _: Any
) -> Any:
    return _dropped(x, ratio, autograd.is_training(), _)


@rules("Dropout", since=12)
def _dropout(
    x: Array, ratio: Floats = None, training_mode: Ints = None, *, seed: int | None = None, _: Any
) -> Any:
    is_training = bool(training_mode[0]) if training_mode else autograd.is_training()
    return _dropped(x, ratio[0] if ratio else 0.5, is_training, _)
