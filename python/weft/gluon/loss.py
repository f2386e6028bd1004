"""Losses: one value per sample, the mean over all axes but the batch axis.

`backward` on the vector of losses sums them; `Trainer.step(batch_size)` divides by their number.
"""

import math
from typing import Any

from weft import np, npx
from weft._core import OPERATORS
from weft._errors import InvalidValue
from weft.gluon.hybrid_block import HybridBlock

# Composites, because operators one by one would be a pass over all elements each.
_half_squares = OPERATORS["half_square_elements"]
_huber = OPERATORS["huber_elements"]
_logistic = OPERATORS["logistic_elements"]


class Loss(HybridBlock):
    """Base of all losses. A subclass writes `elements`.

    weight: factor of the loss, None for 1
    batch_axis: the axis of samples
    """

    def __init__(self, weight: float | None = None, batch_axis: int = 0) -> None:
        super().__init__()
        self.weight = weight
        self.batch_axis = batch_axis

    def elements(self, pred: Any, label: Any) -> Any:
        """The loss of each element."""
        raise NotImplementedError

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        sample_weight: factors that broadcast to the elements, None for 1
        """
        return self.by_sample(self.elements(pred, label), sample_weight)

    def by_sample(self, loss: Any, sample_weight: Any = None) -> Any:
        """The losses of elements weighted, and their mean for each sample: shape (N,)."""
        if sample_weight is not None:
            loss = loss * sample_weight
        if self.weight is not None:
            loss = loss * self.weight
        rest = self._rest(loss)
        return np.mean(loss, axis=rest) if rest else loss

    def _rest(self, array: Any) -> tuple[int, ...]:
        """All axes but that of samples."""
        return tuple(axis for axis in range(array.ndim) if axis != self.batch_axis % array.ndim)


class L2Loss(Loss):
    """Half of the squared difference."""

    def elements(self, pred: Any, label: Any) -> Any:
        return _half_squares(pred, np.reshape(label, pred.shape))


class L1Loss(Loss):
    """The absolute difference."""

    def elements(self, pred: Any, label: Any) -> Any:
        return np.abs(pred - np.reshape(label, pred.shape))


class HuberLoss(Loss):
    """Half of the squared difference divided by `rho` up to `rho`, then linear."""

    def __init__(self, rho: float = 1.0, weight: float | None = None, batch_axis: int = 0) -> None:
        super().__init__(weight, batch_axis)
        self.rho = rho

    def elements(self, pred: Any, label: Any) -> Any:
        return _huber(pred, np.reshape(label, pred.shape), self.rho)


class SoftmaxCrossEntropyLoss(Loss):
    """Cross entropy of softmax(pred) and the label.

    sparse_label: labels are class indices without `axis`; else probabilities of pred's shape
    from_logits: pred holds log-probabilities already
    """

    def __init__(
        self,
        axis: int = -1,
        *,
        sparse_label: bool = True,
        from_logits: bool = False,
        weight: float | None = None,
        batch_axis: int = 0,
    ) -> None:
        super().__init__(weight, batch_axis)
        self.options = {"axis": axis, "sparse_label": sparse_label, "from_logits": from_logits}

    def elements(self, pred: Any, label: Any) -> Any:
        return npx.softmax_cross_entropy(pred, label, **self.options)


class SigmoidBinaryCrossEntropyLoss(Loss):
    """Cross entropy of sigmoid(pred) and a label between 0 and 1.

    from_sigmoid: pred holds probabilities already
    """

    def __init__(
        self, *, from_sigmoid: bool = False, weight: float | None = None, batch_axis: int = 0
    ) -> None:
        super().__init__(weight, batch_axis)
        self.from_sigmoid = from_sigmoid

    def elements(self, pred: Any, label: Any) -> Any:
        label = np.reshape(label, pred.shape)
        if self.from_sigmoid:
            tiny = 1e-12
            return -(np.log(pred + tiny) * label + np.log(1.0 - pred + tiny) * (1.0 - label))
        return _logistic(pred, label)


class LogisticLoss(Loss):
    """log(1 + exp(-pred label)), for labels of -1 and 1.

    label_format: "signed", or "binary" for labels of 0 and 1
    """

    def __init__(
        self, weight: float | None = None, batch_axis: int = 0, *, label_format: str = "signed"
    ) -> None:
        if label_format not in ("signed", "binary"):
            raise InvalidValue(
                f"LogisticLoss: `label_format` must be signed or binary; got {label_format!r}"
            )
        super().__init__(weight, batch_axis)
        self.label_format = label_format

    def elements(self, pred: Any, label: Any) -> Any:
        label = np.reshape(label, pred.shape)
        return _logistic(pred, (label + 1) * 0.5 if self.label_format == "signed" else label)


class HingeLoss(Loss):
    """max(0, margin - pred label), for labels of -1 and 1."""

    def __init__(
        self, margin: float = 1.0, weight: float | None = None, batch_axis: int = 0
    ) -> None:
        super().__init__(weight, batch_axis)
        self.margin = margin

    def elements(self, pred: Any, label: Any) -> Any:
        return npx.relu(self.margin - pred * np.reshape(label, pred.shape))


class SquaredHingeLoss(HingeLoss):
    """The square of `HingeLoss`."""

    def elements(self, pred: Any, label: Any) -> Any:
        return np.square(super().elements(pred, label))


class KLDivLoss(Loss):
    """label (log(label) - log-probability), whose sum is the Kullback-Leibler divergence.

    from_logits: pred holds log-probabilities; else scores, whose softmax along `axis` is taken
    """

    def __init__(
        self,
        from_logits: bool = True,
        axis: int = -1,
        weight: float | None = None,
        batch_axis: int = 0,
    ) -> None:
        super().__init__(weight, batch_axis)
        self.from_logits = from_logits
        self.axis = axis

    def elements(self, pred: Any, label: Any) -> Any:
        logs = pred if self.from_logits else npx.log_softmax(pred, axis=self.axis)
        return label * (np.log(label + 1e-12) - logs)


class PoissonNLLLoss(Loss):
    """The negative log likelihood of counts under Poisson distributions, but for log(label!).

    from_logits: pred holds logarithms of the means, else the means
    compute_full: adds Stirling's approximation of log(label!) for labels above 1
    """

    def __init__(
        self,
        weight: float | None = None,
        from_logits: bool = True,
        batch_axis: int = 0,
        *,
        compute_full: bool = False,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(weight, batch_axis)
        self.from_logits = from_logits
        self.compute_full = compute_full
        self.epsilon = epsilon

    def elements(self, pred: Any, label: Any) -> Any:
        label = np.reshape(label, pred.shape)
        if self.from_logits:
            loss = np.exp(pred) - label * pred
        else:
            loss = pred - label * np.log(pred + self.epsilon)
        if not self.compute_full:
            return loss
        counts = np.maximum(label, 1.0)
        stirling = counts * np.log(counts) - counts + 0.5 * np.log(2 * math.pi * counts)
        return loss + np.where(label > 1, stirling, 0.0)


class TripletLoss(Loss):
    """max(0, margin + |pred - positive|² - |pred - negative|²) of each sample."""

    def __init__(
        self, margin: float = 1.0, weight: float | None = None, batch_axis: int = 0
    ) -> None:
        super().__init__(weight, batch_axis)
        self.margin = margin

    def forward(self, pred: Any, positive: Any, negative: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,); `positive` and `negative` have pred's elements."""
        nearer = np.square(np.reshape(positive, pred.shape) - pred)
        farther = np.square(np.reshape(negative, pred.shape) - pred)
        gap = np.sum(nearer - farther, axis=self._rest(pred))
        return self.by_sample(npx.relu(gap + self.margin), sample_weight)


class CosineEmbeddingLoss(Loss):
    """1 - cosine for rows that belong together, max(0, cosine - margin) for others."""

    def __init__(
        self, weight: float | None = None, batch_axis: int = 0, margin: float = 0.0
    ) -> None:
        super().__init__(weight, batch_axis)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, label: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        input1, input2: rows of shape (N, ..., C); label: 1 where they belong together, else -1
        """
        input2 = np.reshape(input2, input1.shape)
        lengths = np.sqrt(np.sum(input1 * input1, axis=-1) * np.sum(input2 * input2, axis=-1))
        cosine = np.sum(input1 * input2, axis=-1) / np.maximum(lengths, 1e-12)
        label = np.reshape(label, cosine.shape)
        loss = np.where(label == 1, 1.0 - cosine, npx.relu(cosine - self.margin))
        return self.by_sample(loss, sample_weight)


class CTCLoss(Loss):
    """Minus the logarithm of the probability of a label over all ways to align it with the steps
    (Graves et al. 2006). The last class is the blank.

    layout: "NTC" or "TNC", the axes of the scores; label_layout: "NT" or "TN"
    """

    def __init__(
        self, layout: str = "NTC", label_layout: str = "NT", weight: float | None = None
    ) -> None:
        if layout not in ("NTC", "TNC") or label_layout not in ("NT", "TN"):
            raise InvalidValue(
                "CTCLoss: `layout` must be NTC or TNC and `label_layout` NT or TN; got "
                f"{layout!r} and {label_layout!r}"
            )
        super().__init__(weight)
        self.layout = layout
        self.label_layout = label_layout

    def forward(
        self,
        pred: Any,
        label: Any,
        pred_lengths: Any = None,
        label_lengths: Any = None,
        sample_weight: Any = None,
    ) -> Any:
        """Losses of shape (N,).

        pred: scores, whose softmax is taken; label: classes, padded with -1
        pred_lengths, label_lengths: steps and labels of each sample, (N,), all of them if None
        """
        if self.layout == "NTC":
            pred = np.swapaxes(pred, 0, 1)
        if self.label_layout == "TN":
            label = np.swapaxes(label, 0, 1)
        loss = npx.ctc_loss(pred, label, pred_lengths, label_lengths, blank_label="last")
        return self.by_sample(loss, sample_weight)


class DistillationLoss(Loss):
    """How far scores are from those of a larger network, the teacher, and from the labels (Hinton
    et al. 2015): alpha T² KL(softmax(teacher / T) ‖ softmax(pred / T)) + (1 - alpha) cross entropy.

    temperature: T, which makes distributions flat so that small scores count; alpha: share of the
    teacher, 0 to 1; axis: of the classes

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.DistillationLoss(alpha=1.0)
    >>> scores = np.array([[1.0, 2.0]])
    >>> bool(abs(loss_of(scores, scores)).max() < 1e-6)
    True
    """

    def __init__(
        self,
        temperature: float = 4.0,
        alpha: float = 0.9,
        *,
        axis: int = -1,
        weight: float | None = None,
        batch_axis: int = 0,
    ) -> None:
        super().__init__(weight, batch_axis)
        if not temperature > 0:
            raise InvalidValue(
                f"DistillationLoss: `temperature` must be positive; got {temperature}"
            )
        if not 0 <= alpha <= 1:
            raise InvalidValue(f"DistillationLoss: `alpha` must be in [0, 1]; got {alpha}")
        self.temperature, self.alpha, self.axis = temperature, alpha, axis

    def forward(self, pred: Any, teacher: Any, label: Any = None, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        pred, teacher: scores of one shape, before any softmax; the teacher gets no gradient
        label: class indices without `axis`; needed unless alpha is 1
        """
        scaled = npx.log_softmax(pred / self.temperature, axis=self.axis)
        wanted = npx.log_softmax(npx.stop_gradient(teacher) / self.temperature, axis=self.axis)
        gap = np.sum(np.exp(wanted) * (wanted - scaled), axis=self.axis)
        loss = gap * (self.alpha * self.temperature**2)
        if self.alpha < 1:
            if label is None:
                raise InvalidValue("DistillationLoss: `label` must be given where `alpha` is not 1")
            hard = npx.softmax_cross_entropy(pred, label, axis=self.axis)
            loss = loss + np.reshape(hard, loss.shape) * (1 - self.alpha)
        return self.by_sample(loss, sample_weight)


SoftmaxCELoss = SoftmaxCrossEntropyLoss
SigmoidBCELoss = SigmoidBinaryCrossEntropyLoss

__all__ = [
    "CTCLoss",
    "CosineEmbeddingLoss",
    "DistillationLoss",
    "HingeLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "L2Loss",
    "LogisticLoss",
    "Loss",
    "PoissonNLLLoss",
    "SigmoidBCELoss",
    "SigmoidBinaryCrossEntropyLoss",
    "SoftmaxCELoss",
    "SoftmaxCrossEntropyLoss",
    "SquaredHingeLoss",
    "TripletLoss",
]
