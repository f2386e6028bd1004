"""Products of matrices, softmax, and losses."""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.onnx._rules._table import RULES as rules


@rules("MatMul", host=lambda a, b: numpy.matmul(a, b))
def _matmul(a: Array, b: Array) -> ndarray:
    return np.matmul(a, b)


def _gemm_of(
    a: ndarray, b: ndarray, c: Any, alpha: float, beta: float, ta: int, tb: int
) -> ndarray:
    a = a.T if ta else a
    is_layer = alpha == 1.0 and a.dtype.kind == "f" and c is not None and beta == 1.0
    if is_layer and c.ndim == 1 and c.shape[0] == b.shape[0 if tb else 1]:
        return npx.fully_connected(a, b if tb else b.T, c, flatten=False)
    product = np.matmul(a, b.T if tb else b)
    if alpha != 1.0:
        product = _scaled(product, alpha)
    if c is None or beta == 0:  # the standard's runtimes do not read what counts nothing
        return product
    return product + (c if beta == 1.0 else _scaled(c, beta))


def _scaled(x: ndarray, factor: float) -> ndarray:
    if x.dtype.kind == "f":
        return x * factor
    return (x.astype("float64") * factor).astype(x.dtype)


@rules("Gemm", since=1)
def _gemm1(
    a: Array,
    b: Array,
    c: Array = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
    broadcast: int = 0,
) -> ndarray:
    return _gemm_of(a, b, c, alpha, beta, transA, transB)


@rules("Gemm", since=7)
def _gemm(
    a: Array,
    b: Array,
    c: Array = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> ndarray:
    return _gemm_of(a, b, c, alpha, beta, transA, transB)


@rules("Einsum")
def _einsum(*x: Array, equation: str) -> ndarray:
    return np.einsum(equation, *x)


@rules("Det")
def _det(x: Array) -> ndarray:
    """By elimination without exchanges of rows where the matrix is small: cofactors."""
    n = x.shape[-1]
    if n > 4:
        raise Unsupported(f"determinants of more than 4 rows; got {n}")
    return _cofactors(x)


def _cofactors(x: ndarray) -> ndarray:
    n = x.shape[-1]
    if n == 1:
        return x[..., 0, 0]
    total = None
    for column in range(n):
        rest = np.concatenate((x[..., 1:, :column], x[..., 1:, column + 1 :]), -1)
        term = x[..., 0, column] * _cofactors(rest)
        total = term if total is None else (total + term if column % 2 == 0 else total - term)
    return total


@rules("ScaledDotProductAttention", domain="weft")
def _attention(
    q: Array, k: Array, v: Array, mask: Array = None, *, scale: float, causal: int = 0
) -> ndarray:
    return npx.scaled_dot_product_attention(q, k, v, mask, scale=scale, causal=bool(causal))


# ---- softmax ------------------------------------------------------------------------------------


def _over_rest(function: Any, x: ndarray, axis: int) -> ndarray:
    """Before version 13 all axes from `axis` on were one."""
    axis = axis + x.ndim if axis < 0 else axis
    if axis == x.ndim - 1:
        return function(x, axis=-1)
    rows = x.reshape((*x.shape[:axis], -1))
    return function(rows, axis=-1).reshape(x.shape)


def _hardmax_of(x: ndarray, axis: int) -> ndarray:
    axis = axis + x.ndim if axis < 0 else axis
    shape = [1] * x.ndim
    shape[axis] = x.shape[axis]
    places = np.arange(x.shape[axis]).reshape(shape)
    return (np.argmax(x, axis=axis, keepdims=True) == places).astype(x.dtype)


def _register(name: str, function: Any) -> None:
    def early(x: Array, *, axis: int = 1) -> ndarray:
        return _over_rest(function, x, axis)

    def rule(x: Array, *, axis: int = -1) -> ndarray:
        return function(x, axis=axis)

    rules.add(name, early, since=1)
    rules.add(name, rule, since=13)


_register("Softmax", npx.softmax)
_register("LogSoftmax", npx.log_softmax)
_register("Hardmax", lambda x, axis: _hardmax_of(x, axis))


# ---- losses -------------------------------------------------------------------------------------


def _loss(
    log_prob: ndarray, target: ndarray, weight: Any, reduction: str, ignore_index: int | None
) -> ndarray:
    """The negative logarithms at the targets, weighted; classes lie along axis 1."""
    labels = target.astype("int64")
    is_used = None if ignore_index is None else labels != ignore_index
    places = labels if is_used is None else np.where(is_used, labels, 0)
    picked = np.take_along_axis(log_prob, np.expand_dims(places, 1), 1)
    losses = -np.squeeze(picked, 1)
    factors = None if weight is None else np.take(weight, places, axis=0)
    if is_used is not None:
        used = is_used.astype(losses.dtype)
        factors = used if factors is None else factors * used
    if factors is not None:
        losses = losses * factors
    if reduction == "none":
        return losses
    if reduction == "sum":
        return np.sum(losses)
    if reduction != "mean":
        raise InvalidValue(f"`reduction` must be none, sum or mean; got {reduction!r}")
    return np.mean(losses) if factors is None else np.sum(losses) / np.sum(factors)


@rules("NegativeLogLikelihoodLoss")
def _nll_loss(
    log_prob: Array,
    target: Array,
    weight: Array = None,
    *,
    reduction: str = "mean",
    ignore_index: int | None = None,
) -> ndarray:
    return _loss(log_prob, target, weight, reduction, ignore_index)


@rules("SoftmaxCrossEntropyLoss")
def _cross_entropy(
    scores: Array,
    labels: Array,
    weights: Array = None,
    *,
    reduction: str = "mean",
    ignore_index: int | None = None,
    _: Any,
) -> Any:
    log_prob = npx.log_softmax(scores, axis=1)
    loss = _loss(log_prob, labels, weights, reduction, ignore_index)
    return (loss, log_prob) if _.wants(1) else loss
