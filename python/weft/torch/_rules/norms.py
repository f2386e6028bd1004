"""Normalisation: by batch, channel, group, layer and neighbours."""

from typing import Any

import numpy

from weft import autograd, np, npx
from weft._core import composing
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.torch._rules._table import aten, wants
from weft.torch._rules.shapes import padded


def _unbiased(new: ndarray, old: ndarray, kept: float, x: ndarray) -> ndarray:
    """PyTorch divides the batch's variance by one less where it goes into the running one."""
    count = 1
    for axis, extent in enumerate(x.shape):
        count = count if axis == 1 else count * extent
    if isinstance(count, Extent) or count <= 1:
        return new
    return old * kept + (new - old * kept) * (count / (count - 1))


def _batch_normed(
    x: ndarray,
    weight: Any,
    bias: Any,
    mean: Any,
    var: Any,
    momentum: float,
    eps: float,
    by_batch: bool,
) -> tuple[ndarray, Any, Any]:
    """The result and the next running statistics."""
    channels = (x.shape[1],)
    weight = np.ones(channels, dtype=x.dtype) if weight is None else weight
    bias = np.zeros(channels, dtype=x.dtype) if bias is None else bias
    old_mean = np.zeros(channels, dtype=x.dtype) if mean is None else mean
    old_var = np.ones(channels, dtype=x.dtype) if var is None else var
    kept = 1 - momentum
    y, new_mean, new_var = npx.batch_norm(x, weight, bias, old_mean, old_var, eps, kept, by_batch)
    if not by_batch or mean is None:
        return y, mean, var
    if composing.current() is not None:
        # A symbol keeps only writes that its results depend on; so it has the running variance of
        # Gluon, whose share of the batch is not corrected.
        return y, new_mean, new_var
    return y, new_mean, _unbiased(new_var, old_var, kept, x)


@aten("batch_norm")
def _batch_norm(
    input: Array,
    weight: Array,
    bias: Array,
    running_mean: Array,
    running_var: Array,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = False,
) -> ndarray:
    """By the running statistics, inside `autograd.record()` by the batch's, which change them.

    A layer without running statistics always takes the batch's."""
    by_batch = running_mean is None or autograd.is_training()
    y, mean, var = _batch_normed(
        input, weight, bias, running_mean, running_var, momentum, eps, by_batch
    )
    if by_batch and running_mean is not None:
        running_mean[...] = mean
        running_var[...] = var
    return y


@aten("_native_batch_norm_legit_functional")
def _batch_norm_functional(
    input: Array,
    weight: Array,
    bias: Array,
    running_mean: Array,
    running_var: Array,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Any, ...]:
    """The block writes the new statistics, which are results, to the buffers."""
    by_batch = running_mean is None or autograd.is_training()
    y, mean, var = _batch_normed(
        input, weight, bias, running_mean, running_var, momentum, eps, by_batch
    )
    return y, None, None, mean, var


@aten("_native_batch_norm_legit_no_training")
def _batch_norm_no_training(
    input: Array,
    weight: Array,
    bias: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float,
    eps: float,
    *,
    _: Any,
) -> tuple[Any, ...]:
    y = _batch_norm(input, weight, bias, running_mean, running_var, False, momentum, eps)
    empty = np.zeros((0,), dtype=input.dtype) if wants(_, 1) or wants(_, 2) else None
    return y, empty, empty


@aten("_native_batch_norm_legit", "native_batch_norm")
def _native_batch_norm(
    input: Array,
    weight: Array,
    bias: Array,
    running_mean: Array = None,
    running_var: Array = None,
    training: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
    *,
    _: Any,
) -> tuple[Any, ...]:
    y = _batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)
    if not (wants(_, 1) or wants(_, 2)):
        return y, None, None
    axes = (0, *range(2, input.ndim))
    mean, var = np.mean(input, axis=axes), np.var(input, axis=axes)
    return y, *_statistics(mean, var, eps)


def _statistics(mean: ndarray, var: ndarray, eps: float) -> tuple[ndarray, ndarray]:
    """Mean and reciprocal deviation, which have no gradient in PyTorch."""
    return npx.stop_gradient(mean), npx.stop_gradient(npx.rsqrt(var + eps))


@aten("instance_norm")
def _instance_norm(
    input: Array,
    weight: Array = None,
    bias: Array = None,
    running_mean: Array = None,
    running_var: Array = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
    cudnn_enabled: bool = False,
) -> ndarray:
    """By each sample's own statistics, or, outside of training, by the running ones if there are
    any; inside `autograd.record()` those follow the mean of the samples'."""
    if running_mean is None:
        return npx.instance_norm(input, weight, bias, eps)
    if not autograd.is_training():
        rest = (running_mean, running_var, momentum, eps, False)
        return _batch_normed(input, weight, bias, *rest)[0]
    axes = tuple(range(2, input.ndim))
    found = npx.stop_gradient(input)
    mean = np.mean(np.mean(found, axis=axes), axis=0)
    var = np.mean(np.var(found, axis=axes, ddof=1), axis=0)
    running_mean[...] = running_mean * (1 - momentum) + mean * momentum
    running_var[...] = running_var * (1 - momentum) + var * momentum
    return npx.instance_norm(input, weight, bias, eps)


@aten("group_norm")
def _group_norm(
    input: Array,
    num_groups: int,
    weight: Array = None,
    bias: Array = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = False,
) -> ndarray:
    return npx.group_norm(input, weight, bias, num_groups, eps)


@aten("native_group_norm")
def _native_group_norm(
    input: Array,
    weight: Array,
    bias: Array,
    N: Any,
    C: Any,
    HxW: Any,
    group: int,
    eps: float,
    *,
    _: Any,
) -> tuple[Any, ...]:
    y = npx.group_norm(input, weight, bias, group, eps)
    if not (wants(_, 1) or wants(_, 2)):
        return y, None, None
    rows = input.reshape((N, group, -1))
    return y, np.mean(rows, axis=-1), npx.rsqrt(np.var(rows, axis=-1) + eps)


def _rows_of(x: ndarray, normalized_shape: Any) -> ndarray:
    """The axes that are normalised as one."""
    n = len(normalized_shape)
    return x if n == 1 else x.reshape((*x.shape[: x.ndim - n], -1))


@aten("layer_norm")
def _layer_norm(
    input: Array,
    normalized_shape: Any,
    weight: Array = None,
    bias: Array = None,
    eps: float = 1e-5,
    cudnn_enable: bool = False,
) -> ndarray:
    gamma = None if weight is None else weight.reshape((-1,))
    beta = None if bias is None else bias.reshape((-1,))
    rows = _rows_of(input, normalized_shape)
    found = npx.layer_norm(rows, gamma, beta, -1, eps)
    return found if len(normalized_shape) == 1 else found.reshape(input.shape)


@aten("native_layer_norm")
def _native_layer_norm(
    input: Array,
    normalized_shape: Any,
    weight: Array,
    bias: Array,
    eps: float,
    *,
    _: Any,
) -> tuple[Any, ...]:
    y = _layer_norm(input, normalized_shape, weight, bias, eps)
    if not (wants(_, 1) or wants(_, 2)):
        return y, None, None
    axes = tuple(range(input.ndim - len(normalized_shape), input.ndim))
    mean = np.mean(input, axis=axes, keepdims=True)
    return y, *_statistics(mean, np.var(input, axis=axes, keepdims=True), eps)


@aten("rms_norm", "_fused_rms_norm")
def _rms_norm(
    input: Array, normalized_shape: Any, weight: Array = None, eps: float | None = None
) -> ndarray:
    eps = float(numpy.finfo("float32").eps) if eps is None else eps
    gamma = None if weight is None else weight.reshape((-1,))
    found = npx.rms_norm(_rows_of(input, normalized_shape), gamma, -1, eps)
    return found if len(normalized_shape) == 1 else found.reshape(input.shape)


@aten("local_response_norm")
def _local_response_norm(
    input: Array, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> ndarray:
    pad = [0, 0] * (input.ndim - 2) + [size // 2, (size - 1) // 2]
    squares = padded(input * input, pad, "constant")
    total = squares[:, : input.shape[1]]
    for tap in range(1, size):
        total = total + squares[:, tap : tap + input.shape[1]]
    return input / np.power(total * (alpha / size) + k, beta)
