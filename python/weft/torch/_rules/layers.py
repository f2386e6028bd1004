"""Layers: products, convolution, embedding, distances."""

from typing import Any

import numpy

from weft import autograd, np, npx
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.torch._rules._dtypes import cast, is_float, operands
from weft.torch._rules._table import aten

# ---- products -----------------------------------------------------------------------------------


@aten("linear")
def _linear(input: Array, weight: Array, bias: Array = None) -> ndarray:
    if input.ndim == 1 or weight.ndim == 1 or "c" in (input.dtype.kind, weight.dtype.kind):
        product = np.matmul(input, weight.T)
        return product if bias is None else product + bias
    return npx.fully_connected(input, weight, bias, flatten=False)


@aten("addmm")
def _addmm(self: Array, mat1: Array, mat2: Array, beta: Any = 1, alpha: Any = 1) -> ndarray:
    is_layer = alpha == beta == 1 and self.ndim == 1 and is_float(mat1.dtype)
    if is_layer and not isinstance(self.shape[0], Extent) and self.shape[0] == mat2.shape[1]:
        return npx.fully_connected(mat1, mat2.T, self, flatten=False)
    return _by_blas(self, np.matmul(mat1, mat2), beta, alpha)


@aten("addmv")
def _addmv(self: Array, mat: Array, vec: Array, beta: Any = 1, alpha: Any = 1) -> ndarray:
    return _by_blas(self, np.matmul(mat, vec), beta, alpha)


@aten("addr")
def _addr(self: Array, vec1: Array, vec2: Array, beta: Any = 1, alpha: Any = 1) -> ndarray:
    return _added(self, np.outer(vec1, vec2), beta, alpha)


@aten("baddbmm")
def _baddbmm(self: Array, batch1: Array, batch2: Array, beta: Any = 1, alpha: Any = 1) -> ndarray:
    return _added(self, np.matmul(batch1, batch2), beta, alpha)


@aten("addbmm")
def _addbmm(self: Array, batch1: Array, batch2: Array, beta: Any = 1, alpha: Any = 1) -> ndarray:
    return _by_blas(self, np.sum(np.matmul(batch1, batch2), axis=0), beta, alpha)


def _added(x: ndarray, product: ndarray, beta: Any, alpha: Any) -> ndarray:
    """A product and an array with their factors; of a factor 0 PyTorch does not read the array,
    whose NaN would stay NaN."""
    product = product if alpha == 1 else product * alpha
    return product if beta == 0 else product + (x if beta == 1 else x * beta)


def _by_blas(x: ndarray, product: ndarray, beta: Any, alpha: Any) -> ndarray:
    """The same, where a factor 0 of the product leaves the product unread, too."""
    if alpha == 0:
        product = np.zeros(product.shape, dtype=product.dtype)
    return _added(x, product, beta, alpha)


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
    """Rows are joined to those of their bags; mode 0 sums, 1 takes the mean, 2 the maximum."""
    rows = npx.embedding(indices, weight)
    if per_sample_weights is not None:
        rows = rows * np.expand_dims(per_sample_weights, -1)
    starts = offsets[:-1] if include_last_offset else offsets
    bag = np.searchsorted(starts, np.arange(indices.shape[0]), side="right") - 1
    padding = -1 if padding_idx is None else padding_idx
    counted = None
    if padding >= 0:
        counted = indices != padding
        rows = np.where(np.expand_dims(counted, -1), rows, 0)
    if mode == 2:
        return _maxima_of_bags(rows, bag, starts.shape[0], counted), bag, None, None
    zeros = np.zeros((starts.shape[0], weight.shape[1]), dtype=rows.dtype)
    total = npx.index_add(zeros, bag.reshape((1, -1)), rows)
    if mode == 1:
        counts = np.zeros((starts.shape[0],), dtype=rows.dtype)
        ones = np.ones((indices.shape[0],), dtype=rows.dtype)
        ones = ones if counted is None else counted.astype(rows.dtype)
        counts = npx.index_add(counts, bag.reshape((1, -1)), ones)
        total = total / np.expand_dims(np.maximum(counts, 1), -1)
    return total, bag, None, None


def _maxima_of_bags(rows: ndarray, bag: ndarray, bags: Any, counted: Any) -> ndarray:
    """For each bag the largest elements of its rows, of equal ones the first; zeros without any."""
    is_in = np.expand_dims(np.arange(bags), 1) == bag
    if counted is not None:
        is_in = np.logical_and(is_in, counted)
    inside = np.expand_dims(is_in, -1)
    places = np.argmax(np.where(inside, npx.stop_gradient(rows), -np.inf), axis=1)
    is_filled = np.expand_dims(np.any(is_in, axis=1), -1)
    return np.where(is_filled, np.take_along_axis(rows, places, 0), 0)


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
