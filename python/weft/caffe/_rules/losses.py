"""Losses and what measures a batch: each gives one number, the sum over a batch by its normaliser.

Labels are floats in Caffe's files, one for each place of the predictions; they become integers
here. `ignore_label` leaves places out.
"""

import math
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.caffe._rules._table import axis_of, layer

_LEAST = 1e-20  # the least probability of which a logarithm is taken

# ---- what losses share --------------------------------------------------------------------------


def _mode(normalization: str | None, normalize: bool | None, default: str) -> str:
    """The normaliser: the field, or the older one, or the layer's default."""
    if normalization is not None:
        return normalization
    if normalize is not None:
        return "VALID" if normalize else "BATCH_SIZE"
    return default


def _normalised(total: ndarray, mode: str, shape: Any, outer: int, valid: ndarray | None) -> Any:
    """The total by the number of places, of samples, or of places that count; at least 1.

    shape: of the places; outer: how many samples are in them
    """
    if mode == "VALID" and valid is not None:
        return total / np.maximum(np.sum(valid), 1.0)
    count = {"FULL": math.prod(shape), "VALID": math.prod(shape), "BATCH_SIZE": outer, "NONE": 1}
    return total / max(count[mode], 1)


def _labels_of(labels: ndarray, scores: ndarray, axis: int) -> ndarray:
    """Labels as integers, in the shape of the scores without the axis of classes."""
    shape = (*scores.shape[:axis], *scores.shape[axis + 1 :])
    if math.prod(labels.shape) != math.prod(shape):
        raise InvalidValue(
            f"labels must be one for each of {math.prod(shape)} predictions; got shape "
            f"{tuple(labels.shape)} beside scores of {tuple(scores.shape)}"
        )
    return labels.reshape(shape).astype("int32")


def _kept(labels: ndarray, ignored: int | None, like: ndarray) -> tuple[ndarray, ndarray | None]:
    """Labels that can be looked up, and 1 where a place counts, else 0; None: all count."""
    if ignored is None:
        return labels, None
    valid = labels != ignored
    return np.where(valid, labels, np.zeros_like(labels)), valid.astype(like.dtype)


# ---- classes ------------------------------------------------------------------------------------


@layer("SoftmaxWithLoss", "loss_param", "softmax_param")
def _softmax_with_loss(
    x: Array,
    labels: Array,
    *,
    axis: int = 1,
    ignore_label: int | None = None,
    normalization: str | None = None,
    normalize: bool | None = None,
    _: Any,
) -> Any:
    along = axis_of(axis, x.ndim)
    numbers, valid = _kept(_labels_of(labels, x, along), ignore_label, x)
    losses = -npx.pick(npx.log_softmax(x, axis=along), numbers, along, mode="strict")
    total = np.sum(losses if valid is None else losses * valid)
    mode = _mode(normalization, normalize, "VALID")
    outer = math.prod(x.shape[:along])
    loss = _normalised(total, mode, numbers.shape, outer, valid)
    return (loss, npx.softmax(x, axis=along)) if _.wants(1) else loss


@layer("MultinomialLogisticLoss", "loss_param")
def _multinomial_logistic_loss(
    probabilities: Array,
    labels: Array,
    *,
    ignore_label: int | None = None,
    normalization: str | None = None,
    normalize: bool | None = None,
) -> ndarray:
    flat = probabilities.reshape((probabilities.shape[0], -1))
    chosen = npx.pick(flat, _labels_of(labels, flat, 1), 1, mode="strict")
    return -np.sum(np.log(np.maximum(chosen, _LEAST))) / flat.shape[0]


@layer("InfogainLoss", "infogain_loss_param", "loss_param")
def _infogain_loss(
    x: Array,
    labels: Array,
    gains: Array,
    *,
    axis: int = 1,
    ignore_label: int | None = None,
    normalization: str | None = None,
    normalize: bool | None = None,
    _: Any,
) -> Any:
    along = axis_of(axis, x.ndim)
    classes = x.shape[along]
    if math.prod(gains.shape) != classes * classes:
        raise InvalidValue(
            f"the matrix of gains must have {classes} x {classes} numbers; got shape "
            f"{tuple(gains.shape)}"
        )
    numbers, valid = _kept(_labels_of(labels, x, along), ignore_label, x)
    shares = npx.softmax(x, axis=along)
    rows = np.take(gains.reshape((classes, classes)), numbers, axis=0)
    logs = np.log(np.maximum(np.moveaxis(shares, along, -1), _LEAST))
    losses = -np.sum(rows * logs, axis=-1)
    total = np.sum(losses if valid is None else losses * valid)
    outer = math.prod(x.shape[:along])
    mode = _mode(normalization, normalize, "VALID")
    loss = _normalised(total, mode, numbers.shape, outer, valid)
    return (loss, shares) if _.wants(1) else loss


@layer("HingeLoss", "hinge_loss_param", "loss_param")
def _hinge_loss(
    x: Array,
    labels: Array,
    *,
    norm: str = "L1",
    ignore_label: int | None = None,
    normalization: str | None = None,
    normalize: bool | None = None,
) -> ndarray:
    flat = x.reshape((x.shape[0], -1))
    marks = npx.one_hot(_labels_of(labels, flat, 1), flat.shape[1]).astype(x.dtype)
    margins = np.maximum(1 + flat * (1 - 2 * marks), 0)
    return np.sum(margins if norm == "L1" else margins * margins) / flat.shape[0]


@layer("SigmoidCrossEntropyLoss", "loss_param")
def _sigmoid_cross_entropy_loss(
    x: Array,
    targets: Array,
    *,
    ignore_label: int | None = None,
    normalization: str | None = None,
    normalize: bool | None = None,
    _: Any,
) -> Any:
    targets = targets.reshape(x.shape)
    losses = npx.softplus(x) - x * targets
    valid = None
    if ignore_label is not None:
        valid = (targets.astype("int32") != ignore_label).astype(x.dtype)
        losses = losses * valid
    mode = _mode(normalization, normalize, "BATCH_SIZE")
    loss = _normalised(np.sum(losses), mode, x.shape, x.shape[0], valid)
    return (loss, npx.sigmoid(x)) if _.wants(1) else loss


# ---- distances ----------------------------------------------------------------------------------


@layer("EuclideanLoss", "loss_param")
def _euclidean_loss(
    a: Array,
    b: Array,
    *,
    ignore_label: int | None = None,
    normalization: str | None = None,
    normalize: bool | None = None,
) -> ndarray:
    if math.prod(a.shape[1:]) != math.prod(b.shape[1:]):
        raise InvalidValue(
            f"bottoms must have the same extents; got {tuple(a.shape)} and {tuple(b.shape)}"
        )
    gap = a - b.reshape(a.shape)
    return np.sum(gap * gap) / (2 * a.shape[0])


@layer("ContrastiveLoss", "contrastive_loss_param", "loss_param")
def _contrastive_loss(
    a: Array,
    b: Array,
    similar: Array,
    *,
    margin: float = 1.0,
    legacy_version: bool = False,
    ignore_label: int | None = None,
    normalization: str | None = None,
    normalize: bool | None = None,
) -> ndarray:
    gap = a.reshape((a.shape[0], -1)) - b.reshape((a.shape[0], -1))
    squares = np.sum(gap * gap, axis=1)
    if legacy_version:
        apart = np.maximum(margin - squares, 0)
    else:
        # The root has no slope at 0; pairs without a gap stay where they are.
        safe = np.where(squares > 0, squares, np.ones_like(squares))
        distance = np.where(squares > 0, np.sqrt(safe), np.zeros_like(squares))
        short = np.maximum(margin - distance, 0)
        apart = short * short
    is_similar = similar.reshape((-1,)) != 0
    return np.sum(np.where(is_similar, squares, apart)) / (2 * a.shape[0])


# ---- figures ------------------------------------------------------------------------------------


@layer("Accuracy", "accuracy_param")
def _accuracy(
    x: Array,
    labels: Array,
    *,
    top_k: int = 1,
    axis: int = 1,
    ignore_label: int | None = None,
    _: Any,
) -> Any:
    along = axis_of(axis, x.ndim)
    x = npx.stop_gradient(x)
    if top_k > x.shape[along]:
        raise InvalidValue(f"`top_k` must be at most {x.shape[along]} classes; got {top_k}")
    numbers, valid = _kept(_labels_of(labels, x, along), ignore_label, x)
    own = npx.pick(x, numbers, along, keepdims=True, mode="strict")
    # Scores as high as the label's own come before it.
    better = np.sum((x >= own).astype("int32"), axis=along) - 1
    hits = (better < top_k).astype(x.dtype)
    counts = np.ones_like(hits) if valid is None else valid
    share = np.sum(hits * counts) / np.maximum(np.sum(counts), 1.0)
    if not _.wants(1):
        return share
    marks = npx.one_hot(numbers.reshape((-1,)), x.shape[along]).astype(x.dtype)
    marks = marks * counts.reshape((-1, 1))
    found = np.sum(marks * hits.reshape((-1, 1)), axis=0)
    return share, found / np.maximum(np.sum(marks, axis=0), 1.0)


__all__: list[str] = []
