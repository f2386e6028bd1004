"""Losses."""

from typing import Any

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.torch._rules._dtypes import is_float
from weft.torch._rules._table import aten


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
        target = target * (1 - label_smoothing) + label_smoothing / self.shape[axis]
        losses = -np.sum(_weighed(log_prob, weight, axis) * target, axis=axis)
        return _reduced(losses, reduction)
    loss, total = _picked(log_prob, target, weight, reduction, ignore_index)
    if not label_smoothing:
        return loss
    is_used = (target != ignore_index).astype(log_prob.dtype)
    smooth = -np.sum(_weighed(log_prob, weight, axis), axis=axis) / self.shape[axis] * is_used
    smooth = np.sum(smooth) / total if reduction == 1 else _reduced(smooth, reduction)
    return loss * (1 - label_smoothing) + smooth * label_smoothing


def _weighed(x: ndarray, weight: Any, axis: int) -> ndarray:
    """The classes along an axis, each with its weight."""
    if weight is None:
        return x
    return x * weight.reshape((-1,) + (1,) * (x.ndim - axis - 1))
