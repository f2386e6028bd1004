"""Layers: products, convolution, normalisation, embedding, resize, losses."""

from typing import Any

import numpy

from weft import autograd, np, npx
from weft._base.errors import Unsupported
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.torch._rules._dtypes import cast, is_float, operands
from weft.torch._rules._table import aten, wants
from weft.torch._rules.shapes import padded

# ---- products -----------------------------------------------------------------------------------


@aten("linear")
def _linear(input: Array, weight: Array, bias: Array = None) -> ndarray:
    if input.ndim == 1 or weight.ndim == 1:
        product = np.matmul(input, weight.T)
        return product if bias is None else product + bias
    return npx.fully_connected(input, weight, bias, flatten=False)


@aten("addmm")
def _addmm(self: Array, mat1: Array, mat2: Array, beta: Any = 1, alpha: Any = 1) -> ndarray:
    is_layer = alpha == beta == 1 and self.ndim == 1 and is_float(self.dtype)
    if is_layer and not isinstance(self.shape[0], Extent) and self.shape[0] == mat2.shape[1]:
        return npx.fully_connected(mat1, mat2.T, self, flatten=False)
    return _scaled(np.matmul(mat1, mat2), alpha) + _scaled(self, beta)


@aten("baddbmm")
def _baddbmm(self: Array, batch1: Array, batch2: Array, beta: Any = 1, alpha: Any = 1) -> ndarray:
    product = _scaled(np.matmul(batch1, batch2), alpha)
    return product if beta == 0 else product + _scaled(self, beta)


def _scaled(x: ndarray, factor: Any) -> ndarray:
    return x if factor == 1 else x * factor


@aten("mm", "bmm")
def _mm(self: Array, mat2: Array) -> ndarray:
    return np.matmul(self, mat2)


@aten("matmul", "__matmul__")
def _matmul(self: Array, other: Array) -> ndarray:
    return np.matmul(*operands(self, other))


@aten("mv")
def _mv(self: Array, vec: Array) -> ndarray:
    return np.matmul(self, vec)


@aten("dot", "inner")
def _dot(self: Array, tensor: Any = None, other: Any = None) -> ndarray:
    return np.inner(self, other if tensor is None else tensor)


@aten("outer")
def _outer(self: Array, vec2: Array) -> ndarray:
    return np.outer(self, vec2)


@aten("einsum")
def _einsum(equation: str, tensors: list[Array], path: Any = None) -> ndarray:
    return np.einsum(equation, *tensors)


@aten("bilinear")
def _bilinear(input1: Array, input2: Array, weight: Array, bias: Array = None) -> ndarray:
    found = np.einsum("...i,oij,...j->...o", input1, weight, input2)
    return found if bias is None else found + bias


# ---- convolution --------------------------------------------------------------------------------


def listed(value: Any, rank: int) -> tuple[int, ...]:
    """A number or a list as one number an axis."""
    numbers = [value] if isinstance(value, int) else list(value)
    return tuple(numbers * rank if len(numbers) == 1 else numbers)


@aten("conv1d", "conv2d", "conv3d")
def _conv(
    input: Array,
    weight: Array,
    bias: Array = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> ndarray:
    rank = weight.ndim - 2
    if input.ndim == rank + 1:
        return _conv(input[None], weight, bias, stride, padding, dilation, groups)[0]
    stride, dilation = listed(stride, rank), listed(dilation, rank)
    if isinstance(padding, str):
        reach = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True)]
        front = [r // 2 if padding == "same" else 0 for r in reach]
        back = [r - r // 2 if padding == "same" else 0 for r in reach]
        padding = front if front == back else front + back
    else:
        padding = listed(padding, rank)
    return npx.convolution(
        input, weight, bias, stride=stride, pad=tuple(padding), dilate=dilation, num_group=groups
    )


def _transposed(
    x: ndarray,
    weight: ndarray,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> ndarray:
    rank = weight.ndim - 2
    if x.ndim == rank + 1:
        rest = (stride, padding, output_padding, groups, dilation)
        return _transposed(x[None], weight, bias, *rest)[0]
    return npx.deconvolution(
        x,
        weight,
        bias,
        stride=listed(stride, rank),
        pad=listed(padding, rank),
        dilate=listed(dilation, rank),
        num_group=groups,
        adj=listed(output_padding, rank),
    )


@aten("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def _conv_transpose(
    input: Array,
    weight: Array,
    bias: Array = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> ndarray:
    rest = (stride, padding, output_padding, groups, dilation)
    return _transposed(input, weight, bias, *rest)


@aten("convolution", "_convolution")
def _convolution(
    input: Array,
    weight: Array,
    bias: Array,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    output_padding: Any,
    groups: int,
) -> ndarray:
    if transposed:
        rest = (stride, padding, output_padding, groups, dilation)
        return _transposed(input, weight, bias, *rest)
    return _conv(input, weight, bias, stride, padding, dilation, groups)


# ---- normalisation ------------------------------------------------------------------------------


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
    if not use_input_stats or running_mean is not None:
        raise Unsupported("running statistics of an instance norm are not supported")
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


# ---- embedding ----------------------------------------------------------------------------------


@aten("embedding")
def _embedding(
    weight: Array,
    indices: Array,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> ndarray:
    rows = npx.embedding(indices, weight)
    if padding_idx < 0 or not autograd.is_training():
        return rows
    is_padding = np.expand_dims(indices == padding_idx, -1)  # its row gets no gradient
    return np.where(is_padding, npx.stop_gradient(rows), rows)


@aten("embedding_bag", "_embedding_bag", "_embedding_bag_forward_only")
def _embedding_bag(
    weight: Array,
    indices: Array,
    offsets: Array,
    scale_grad_by_freq: bool = False,
    mode: int = 0,
    sparse: bool = False,
    per_sample_weights: Array = None,
    include_last_offset: bool = False,
    padding_idx: Any = -1,
) -> tuple[Any, ...]:
    """Rows are added to their bags; mode 0 sums, 1 takes the mean."""
    if mode not in (0, 1) or (padding_idx is not None and padding_idx >= 0):
        raise Unsupported("maxima of bags, and padding in bags, are not supported")
    rows = npx.embedding(indices, weight)
    if per_sample_weights is not None:
        rows = rows * np.expand_dims(per_sample_weights, -1)
    starts = offsets[:-1] if include_last_offset else offsets
    bag = np.searchsorted(starts, np.arange(indices.shape[0]), side="right") - 1
    zeros = np.zeros((starts.shape[0], weight.shape[1]), dtype=rows.dtype)
    total = npx.index_add(zeros, bag.reshape((1, -1)), rows)
    if mode == 1:
        counts = np.zeros((starts.shape[0],), dtype=rows.dtype)
        ones = np.ones((indices.shape[0],), dtype=rows.dtype)
        counts = npx.index_add(counts, bag.reshape((1, -1)), ones)
        total = total / np.expand_dims(np.maximum(counts, 1), -1)
    return total, bag, None, None


# ---- losses -------------------------------------------------------------------------------------


def _reduced(losses: ndarray, reduction: int) -> ndarray:
    """PyTorch numbers reductions: 0 none, 1 mean, 2 sum."""
    return losses if reduction == 0 else np.mean(losses) if reduction == 1 else np.sum(losses)


@aten("mse_loss")
def _mse_loss(self: Array, target: Array, reduction: int = 1) -> ndarray:
    return _reduced(np.square(self - target), reduction)


@aten("l1_loss")
def _l1_loss(self: Array, target: Array, reduction: int = 1) -> ndarray:
    return _reduced(np.abs(self - target), reduction)


@aten("smooth_l1_loss", "huber_loss")
def _smooth_l1_loss(
    self: Array, target: Array, reduction: int = 1, beta: float = 1.0, delta: Any = None
) -> ndarray:
    size = np.abs(self - target)
    bound = beta if delta is None else delta
    losses = np.where(size < bound, size * size * 0.5, (size - 0.5 * bound) * bound)
    return _reduced(losses / bound if delta is None else losses, reduction)


@aten("binary_cross_entropy")
def _binary_cross_entropy(
    self: Array, target: Array, weight: Array = None, reduction: int = 1
) -> ndarray:
    low = -100.0  # PyTorch bounds the logarithms
    losses = -(
        target * np.maximum(np.log(self), low) + (1 - target) * np.maximum(np.log1p(-self), low)
    )
    return _reduced(losses if weight is None else losses * weight, reduction)


@aten("binary_cross_entropy_with_logits")
def _binary_cross_entropy_with_logits(
    self: Array,
    target: Array,
    weight: Array = None,
    pos_weight: Array = None,
    reduction: int = 1,
) -> ndarray:
    factor = 1 if pos_weight is None else (pos_weight - 1) * target + 1
    losses = (1 - target) * self + npx.softplus(-self) * factor
    return _reduced(losses if weight is None else losses * weight, reduction)


def _picked(
    log_prob: ndarray, target: ndarray, weight: Any, reduction: int, ignore_index: int
) -> tuple[ndarray, ndarray]:
    """The loss of classes, and the sum of weights; classes lie along axis 1, or 0 of a vector."""
    axis = 1 if log_prob.ndim > 1 else 0
    is_used = target != ignore_index
    places = np.where(is_used, target, 0)
    losses = -np.take_along_axis(log_prob, np.expand_dims(places, axis), axis).squeeze(axis)
    factors = is_used.astype(losses.dtype)
    if weight is not None:
        factors = factors * np.take(weight, places, axis=0)
    total = np.sum(factors)
    losses = losses * factors
    if reduction == 1:
        return np.sum(losses) / total, total
    return _reduced(losses, reduction), total


@aten("nll_loss", "nll_loss_nd", "nll_loss2d")
def _nll_loss(
    self: Array,
    target: Array,
    weight: Array = None,
    reduction: int = 1,
    ignore_index: int = -100,
) -> ndarray:
    return _picked(self, target, weight, reduction, ignore_index)[0]


@aten("nll_loss_forward", "nll_loss2d_forward")
def _nll_loss_forward(
    self: Array, target: Array, weight: Array, reduction: int, ignore_index: int
) -> tuple[ndarray, ndarray]:
    return _picked(self, target, weight, reduction, ignore_index)


@aten("cross_entropy_loss")
def _cross_entropy_loss(
    self: Array,
    target: Array,
    weight: Array = None,
    reduction: int = 1,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> ndarray:
    axis = 1 if self.ndim > 1 else 0
    log_prob = npx.log_softmax(self, axis=axis)
    if is_float(target.dtype):
        losses = -np.sum(log_prob * target, axis=axis)
        return np.mean(losses) if reduction == 1 else _reduced(losses, reduction)
    loss, total = _picked(log_prob, target, weight, reduction, ignore_index)
    if not label_smoothing:
        return loss
    if weight is not None:
        raise Unsupported("`label_smoothing` with weights is not supported")
    smooth = -np.mean(log_prob, axis=axis) * (target != ignore_index).astype(log_prob.dtype)
    smooth = np.sum(smooth) / total if reduction == 1 else _reduced(smooth, reduction)
    return loss * (1 - label_smoothing) + smooth * label_smoothing


# ---- distances ----------------------------------------------------------------------------------


@aten("cosine_similarity")
def _cosine_similarity(x1: Array, x2: Array, dim: int = 1, eps: float = 1e-8) -> ndarray:
    first = np.sum(x1 * x1, axis=dim)
    second = np.sum(x2 * x2, axis=dim)
    size = np.sqrt(np.maximum(first, eps * eps)) * np.sqrt(np.maximum(second, eps * eps))
    return np.sum(x1 * x2, axis=dim) / size


@aten("cdist", "_cdist_forward")
def _cdist(x1: Array, x2: Array, p: float = 2.0, compute_mode: Any = None) -> ndarray:
    apart = np.expand_dims(x1, -2) - np.expand_dims(x2, -3)
    return _length(apart, p)


@aten("pdist", "_pdist_forward")
def _pdist(self: Array, p: float = 2.0) -> ndarray:
    first, second = numpy.triu_indices(self.shape[0], 1)
    apart = np.take(self, np.array(first), axis=0) - np.take(self, np.array(second), axis=0)
    return _length(apart, p)


def _length(x: ndarray, p: float) -> ndarray:
    if p == 2:
        return npx.norm(x, axis=-1)
    size = np.abs(x)
    if p == 1:
        return np.sum(size, axis=-1)
    if p == float("inf"):
        return np.max(size, axis=-1)
    if p == 0:
        return np.sum(cast(size != 0, x.dtype), axis=-1)
    return np.power(np.sum(np.power(size, p), axis=-1), 1.0 / p)


__all__ = ["listed"]
