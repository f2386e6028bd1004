"""Losses on symbols: what each is in operators of MXNet. The mean of a sample's elements is over
all axes but that of samples, as for arrays.

Each function gets the loss, whose options it reads, `ops`, which is `mx.sym`, and the symbols of
the call.
"""

import math
from collections.abc import Callable
from typing import Any

from weft.mxnet._modes import asks_for_numpy_shapes

Composition = Callable[..., Any]


def _weighted(loss: Any, ops: Any, elements: Any, sample_weight: Any) -> Any:
    """Elements times the weights of the loss and of the samples."""
    if sample_weight is not None:
        elements = ops.broadcast_mul(elements, sample_weight)
    return elements if loss.weight is None else elements * loss.weight


def by_sample(loss: Any, ops: Any, elements: Any, sample_weight: Any = None) -> Any:
    """The weighted mean of each sample."""
    weighted = _weighted(loss, ops, elements, sample_weight)
    return ops.mean(weighted, axis=loss.batch_axis, exclude=True)


def _of_pairs(elements_of: Callable[..., Any]) -> Composition:
    """A loss of predictions and labels of their shape, by its elements."""

    def compose(loss: Any, ops: Any, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        label = ops.reshape_like(label, pred)
        return by_sample(loss, ops, elements_of(loss, ops, pred, label), sample_weight)

    return compose


def _logistic(ops: Any, pred: Any, label: Any) -> Any:
    """log(1 + exp(pred)) - pred label, without large exponents."""
    rest = ops.Activation(-ops.abs(pred), act_type="softrelu")
    return ops.relu(pred) - pred * label + rest


def _huber(loss: Any, ops: Any, pred: Any, label: Any) -> Any:
    gap = ops.abs(label - pred)
    near = ops.square(gap) * (0.5 / loss.rho)
    return ops.where(gap > loss.rho, gap - 0.5 * loss.rho, near)


def _signed(loss: Any, ops: Any, pred: Any, label: Any) -> Any:
    is_signed = loss.label_format == "signed"
    return _logistic(ops, pred, (label + 1.0) * 0.5 if is_signed else label)


def _counts(loss: Any, ops: Any, pred: Any, label: Any) -> Any:
    if loss.from_logits:
        elements = ops.exp(pred) - label * pred
    else:
        elements = pred - label * ops.log(pred + loss.epsilon)
    if not loss.compute_full:
        return elements
    # Stirling's approximation is for labels above 1; below, its logarithm would be that of 0.
    many = ops._internal._maximum_scalar(label, scalar=1.0)
    stirling = many * ops.log(many) - many + 0.5 * ops.log(many * (2 * math.pi))
    return elements + stirling * (label > 1)


def binary(
    loss: Any, ops: Any, pred: Any, label: Any, sample_weight: Any = None, pos_weight: Any = None
) -> Any:
    """`SigmoidBinaryCrossEntropyLoss`."""
    label = ops.reshape_like(label, pred)
    if loss.from_sigmoid:
        tiny = 1e-12
        hit = ops.log(pred + tiny) * label
        if pos_weight is not None:
            hit = ops.broadcast_mul(hit, pos_weight)
        elements = -(hit + ops.log(1.0 - pred + tiny) * (1.0 - label))
    elif pos_weight is None:
        elements = _logistic(ops, pred, label)
    else:
        rest = ops.Activation(-ops.abs(pred), act_type="softrelu") + ops.relu(-pred)
        scale = ops.broadcast_mul(pos_weight - 1.0, label) + 1.0
        elements = pred - pred * label + scale * rest
    return by_sample(loss, ops, elements, sample_weight)


def classes(loss: Any, ops: Any, pred: Any, label: Any, sample_weight: Any = None) -> Any:
    """`SoftmaxCrossEntropyLoss`."""
    axis = loss.options["axis"]
    logs = pred if loss.options["from_logits"] else ops.log_softmax(pred, axis=axis)
    if loss.options["sparse_label"]:
        elements = -ops.pick(logs, label, axis=axis, keepdims=True)
    else:
        elements = -ops.sum(logs * ops.reshape_like(label, logs), axis=axis, keepdims=True)
    return by_sample(loss, ops, elements, sample_weight)


def divergence(loss: Any, ops: Any, pred: Any, label: Any, sample_weight: Any = None) -> Any:
    """`KLDivLoss`."""
    logs = pred if loss.from_logits else ops.log_softmax(pred, axis=loss.axis)
    return by_sample(loss, ops, label * (ops.log(label + 1e-12) - logs), sample_weight)


def alignment(
    loss: Any,
    ops: Any,
    pred: Any,
    label: Any,
    pred_lengths: Any = None,
    label_lengths: Any = None,
    sample_weight: Any = None,
) -> Any:
    """`CTCLoss`."""
    if loss.layout == "NTC":
        pred = ops.swapaxes(pred, dim1=0, dim2=1)
    if loss.label_layout == "TN":
        label = ops.swapaxes(label, dim1=0, dim2=1)
    lengths = {"data_lengths": pred_lengths, "label_lengths": label_lengths}
    given = {word: value for word, value in lengths.items() if value is not None}
    uses = {f"use_{word}": True for word in given}
    found = ops.CTCLoss(pred, label, blank_label="last", **given, **uses)
    return _weighted(loss, ops, found, sample_weight)


def triplet(
    loss: Any, ops: Any, pred: Any, positive: Any, negative: Any, sample_weight: Any = None
) -> Any:
    """`TripletLoss`."""
    nearer, farther = (ops.square(ops.reshape_like(x, pred) - pred) for x in (positive, negative))
    gap = ops.sum(nearer - farther, axis=loss.batch_axis, exclude=True)
    return _weighted(loss, ops, ops.relu(gap + loss.margin), sample_weight)


def cosine(
    loss: Any, ops: Any, input1: Any, input2: Any, label: Any, sample_weight: Any = None
) -> Any:
    """`CosineEmbeddingLoss`."""
    input1 = ops.reshape_like(input1, input2)

    def rows(x: Any) -> Any:
        return ops.sum(x, axis=-1)

    lengths = ops.sqrt(rows(ops.square(input1)) * rows(ops.square(input2)))
    angle = rows(input1 * input2) / ops._internal._maximum_scalar(lengths, scalar=1e-12)
    label = ops.reshape_like(label, angle)
    elements = ops.where(label == 1, 1.0 - angle, ops.relu(angle - loss.margin))
    if asks_for_numpy_shapes():
        return by_sample(loss, ops, ops.expand_dims(elements, axis=-1), sample_weight)
    return _weighted(loss, ops, ops.reshape(elements, shape=(-1, 1)), sample_weight)


squared = _of_pairs(lambda loss, ops, pred, label: ops.square(label - pred) * 0.5)
absolute = _of_pairs(lambda loss, ops, pred, label: ops.abs(label - pred))
huber = _of_pairs(_huber)
hinge = _of_pairs(lambda loss, ops, pred, label: ops.relu(loss.margin - pred * label))
squared_hinge = _of_pairs(
    lambda loss, ops, pred, label: ops.square(ops.relu(loss.margin - pred * label))
)
logistic = _of_pairs(_signed)
_mean_counts = _of_pairs(_counts)


def counts(loss: Any, ops: Any, *arrays: Any) -> Any:
    """`PoissonNLLLoss`: in 1.x the mean of the whole batch."""
    found = _mean_counts(loss, ops, *arrays)
    return found if asks_for_numpy_shapes() else ops.mean(found)


__all__ = [
    "absolute",
    "alignment",
    "binary",
    "by_sample",
    "classes",
    "cosine",
    "counts",
    "divergence",
    "hinge",
    "huber",
    "logistic",
    "squared",
    "squared_hinge",
    "triplet",
]
