"""Losses: one value per sample, the mean over all axes but the batch axis.

`backward` on the vector of losses sums them; `Trainer.step(batch_size)` divides by their number.

Class labels are at least 0: others are refused, but for an `ignore_index`, whose elements have a
loss of 0 and no gradient, and do not count in the mean. A sample of no elements has a loss of 0.

Losses of halves that add up, have exponents or an epsilon are computed in float32 and rounded once:
in float16 epsilons are 0, and squares soon infinite.
"""

import math
from typing import TYPE_CHECKING, Any

from weft import np, npx
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidValue
from weft._base.options import require, require_finite
from weft._core import OPERATORS
from weft._core.halves import HALVES, widened
from weft.gluon.hybrid_block import HybridBlock

# Composites, because operators one by one would be a pass over all elements each.
_half_squares = OPERATORS["half_square_elements"]
_huber = OPERATORS["huber_elements"]
_logistic = OPERATORS["logistic_elements"]


def _broadcasts_to(shape: tuple[Any, ...], target: tuple[Any, ...]) -> bool:
    """Does an array of this shape broadcast to the other without enlarging it?"""
    if len(shape) > len(target):
        return False
    behind = target[len(target) - len(shape) :]
    return all(own == wanted or own == 1 for own, wanted in zip(shape, behind, strict=True))


class Loss(HybridBlock):
    """Base of all losses. A subclass writes `elements`.

    weight: factor of the loss, None for 1
    batch_axis: the axis of samples
    """

    rounds_once = False  # computes halves in float32

    def __init__(self, weight: float | None = None, batch_axis: int = 0) -> None:
        super().__init__()
        require_finite(type(self).__name__, weight=weight)
        self.weight = weight
        self.batch_axis = batch_axis

    def elements(self, pred: Any, label: Any) -> Any:
        """The loss of each element."""
        raise NotImplementedError

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        sample_weight: factors that broadcast to the elements, or of shape (N, 1) where there is one
            for each sample; None for 1
        """
        (pred, label), dtype = self._operands(pred, label)
        return self.by_sample(self.elements(pred, label), sample_weight, dtype=dtype)

    def _operands(self, *arrays: Any) -> tuple[tuple[Any, ...], Any]:
        """What is computed with, and the dtype to round to; None: no rounding."""
        dtype = np.result_type(*(a.dtype for a in arrays)) if self.rounds_once else None
        if dtype is None or dtype.name not in HALVES:
            return arrays, None
        return tuple(widened(a) for a in arrays), dtype

    def by_sample(
        self, loss: Any, sample_weight: Any = None, *, counted: Any = None, dtype: Any = None
    ) -> Any:
        """The losses of elements weighted, and their mean for each sample: shape (N,).

        counted: bools of the elements that are in the mean, the others being 0; None for all
        dtype: of the result, None for that of the losses

        Raises ValueError where `sample_weight` would enlarge the losses.
        """
        if sample_weight is not None:
            loss = loss * self._fitted(sample_weight, loss)
        if self.weight is not None:
            loss = loss * self.weight
        rest = self._rest(loss)
        if rest and counted is not None:
            number = np.sum(counted, axis=rest, dtype="float32")
            loss = np.sum(loss, axis=rest) / np.maximum(number, 1.0).astype(loss.dtype)
        elif rest:
            is_empty = any(isinstance(n, int) and n == 0 for n in (loss.shape[a] for a in rest))
            loss = np.sum(loss, axis=rest) if is_empty else np.mean(loss, axis=rest)
        return loss if dtype is None else loss.astype(dtype)

    def _fitted(self, sample_weight: Any, loss: Any) -> Any:
        """Factors in a shape that broadcasts to that of the losses."""
        shape = given = tuple(getattr(sample_weight, "shape", ()))
        while len(shape) > loss.ndim and shape[-1] == 1:  # (N, 1) for losses of shape (N,)
            shape = shape[:-1]
        if not _broadcasts_to(shape, loss.shape):
            raise InvalidValue(
                f"{type(self).__name__}: `sample_weight` must broadcast to the losses, of shape "
                f"{loss.shape}, without enlarging them; got shape {given}"
            )
        return sample_weight if shape == given else np.reshape(sample_weight, shape)

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
        require(rho > 0, "HuberLoss", "rho", "above 0", rho)
        self.rho = rho

    def elements(self, pred: Any, label: Any) -> Any:
        return _huber(pred, np.reshape(label, pred.shape), self.rho)


class SoftmaxCrossEntropyLoss(Loss):
    """Cross entropy of softmax(pred) and the label.

    sparse_label: labels are class indices without `axis`; else probabilities of pred's shape
    from_logits: pred holds log-probabilities already
    ignore_index: class index of what does not count, such as -1 for padding; None for none

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.SoftmaxCrossEntropyLoss(ignore_index=-1)
    >>> loss_of(np.zeros((2, 4)), np.array([3, -1]))
    array([1.3862944, 0.       ])
    """

    def __init__(
        self,
        axis: int = -1,
        *,
        sparse_label: bool = True,
        from_logits: bool = False,
        weight: float | None = None,
        batch_axis: int = 0,
        ignore_index: int | None = None,
    ) -> None:
        super().__init__(weight, batch_axis)
        if ignore_index is not None and not sparse_label:
            raise InvalidValue(
                "SoftmaxCrossEntropyLoss: `ignore_index` needs labels that are class indices; got "
                "`sparse_label=False`"
            )
        self.options = {"axis": axis, "sparse_label": sparse_label, "from_logits": from_logits}
        self.ignore_index = ignore_index

    def elements(self, pred: Any, label: Any) -> Any:
        options = dict(self.options)
        if self.ignore_index is not None:
            options["ignore_index"] = self.ignore_index
        return npx.softmax_cross_entropy(pred, label, **options)

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        pred: scores; label: class indices without `axis`, or probabilities; see `Loss.forward`
        """
        counted = None if self.ignore_index is None else label != self.ignore_index
        return self.by_sample(self.elements(pred, label), sample_weight, counted=counted)


class SigmoidBinaryCrossEntropyLoss(Loss):
    """Cross entropy of sigmoid(pred) and a label between 0 and 1.

    from_sigmoid: pred holds probabilities already
    """

    def __init__(
        self, *, from_sigmoid: bool = False, weight: float | None = None, batch_axis: int = 0
    ) -> None:
        super().__init__(weight, batch_axis)
        self.from_sigmoid = from_sigmoid
        self.rounds_once = from_sigmoid

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
        require_finite(type(self).__name__, margin=margin)
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

    rounds_once = True

    def __init__(
        self,
        from_logits: bool = True,
        axis: int = -1,
        weight: float | None = None,
        batch_axis: int = 0,
    ) -> None:
        super().__init__(weight, batch_axis)
        if from_logits and axis != -1:
            raise InvalidValue(
                "KLDivLoss: `axis` has no effect with `from_logits`, which has no softmax; got "
                f"{axis}"
            )
        self.from_logits = from_logits
        self.axis = axis

    def elements(self, pred: Any, label: Any) -> Any:
        if not _broadcasts_to(label.shape, pred.shape):
            raise InvalidValue(
                f"KLDivLoss: `label` must broadcast to `pred`, of shape {pred.shape}, without "
                f"enlarging it; got shape {label.shape}"
            )
        logs = pred if self.from_logits else npx.log_softmax(pred, axis=self.axis)
        return label * (np.log(label + 1e-12) - logs)


class PoissonNLLLoss(Loss):
    """The negative log likelihood of counts under Poisson distributions, but for log(label!).

    from_logits: pred holds logarithms of the means, else the means
    compute_full: adds Stirling's approximation of log(label!) for labels above 1
    epsilon: summand of the means under the logarithm
    """

    rounds_once = True

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
        if from_logits and epsilon != 1e-8:
            raise InvalidValue(
                "PoissonNLLLoss: `epsilon` has no effect with `from_logits`, which has no "
                f"logarithm; got {epsilon}"
            )
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

    rounds_once = True

    def __init__(
        self, margin: float = 1.0, weight: float | None = None, batch_axis: int = 0
    ) -> None:
        super().__init__(weight, batch_axis)
        require_finite(type(self).__name__, margin=margin)
        self.margin = margin

    def forward(self, pred: Any, positive: Any, negative: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,); `positive` and `negative` have pred's elements."""
        (pred, positive, negative), dtype = self._operands(pred, positive, negative)
        nearer = np.square(np.reshape(positive, pred.shape) - pred)
        farther = np.square(np.reshape(negative, pred.shape) - pred)
        gap = np.sum(nearer - farther, axis=self._rest(pred))
        return self.by_sample(npx.relu(gap + self.margin), sample_weight, dtype=dtype)


class CosineEmbeddingLoss(Loss):
    """1 - cosine for rows that belong together, max(0, cosine - margin) for others.

    A row of zeros has no direction: its cosine with any other is 0, and it gets no gradient.
    """

    rounds_once = True

    def __init__(
        self, weight: float | None = None, batch_axis: int = 0, margin: float = 0.0
    ) -> None:
        super().__init__(weight, batch_axis)
        require_finite(type(self).__name__, margin=margin)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, label: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        input1, input2: rows of shape (N, ..., C); label: 1 where they belong together, else -1
        """
        (input1, input2), dtype = self._operands(input1, input2)
        input2 = np.reshape(input2, input1.shape)
        squares = np.sum(input1 * input1, axis=-1) * np.sum(input2 * input2, axis=-1)
        # The root has an infinite slope at 0, which would make gradients NaN.
        has_direction = squares > 0
        lengths = np.sqrt(np.where(has_direction, squares, 1.0))
        products = np.where(has_direction, np.sum(input1 * input2, axis=-1), 0.0)
        cosine = products / np.maximum(lengths, 1e-12)
        label = np.reshape(label, cosine.shape)
        loss = np.where(label == 1, 1.0 - cosine, npx.relu(cosine - self.margin))
        return self.by_sample(loss, sample_weight, dtype=dtype)


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
        pred_lengths, label_lengths: steps (1 to T) and labels (0 to L) of each sample, (N,), all of
            them if None

        Raises ValueError for lengths out of range and labels that are no class.
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
    teacher, 0 to 1; axis: of the classes; ignore_index: label of what does not count, None for none

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.DistillationLoss(alpha=1.0)
    >>> scores = np.array([[1.0, 2.0]])
    >>> bool(abs(loss_of(scores, scores)).max() < 1e-6)
    True
    """

    rounds_once = True

    def __init__(
        self,
        temperature: float = 4.0,
        alpha: float = 0.9,
        *,
        axis: int = -1,
        weight: float | None = None,
        batch_axis: int = 0,
        ignore_index: int | None = None,
    ) -> None:
        super().__init__(weight, batch_axis)
        if not temperature > 0:
            raise InvalidValue(
                f"DistillationLoss: `temperature` must be positive; got {temperature}"
            )
        if not 0 <= alpha <= 1:
            raise InvalidValue(f"DistillationLoss: `alpha` must be in [0, 1]; got {alpha}")
        self.temperature, self.alpha, self.axis = temperature, alpha, axis
        self.ignore_index = ignore_index

    def forward(self, pred: Any, teacher: Any, label: Any = None, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        pred, teacher: scores of one shape, before any softmax; the teacher gets no gradient
        label: class indices without `axis`; needed unless alpha is 1
        """
        needs_label = self.alpha < 1 or self.ignore_index is not None
        if needs_label and label is None:
            raise InvalidValue(
                "DistillationLoss: `label` must be given where `alpha` is not 1 or there is an "
                "`ignore_index`"
            )
        if teacher.shape != pred.shape:
            raise InvalidValue(
                f"DistillationLoss: `teacher` must have the shape of `pred`, {pred.shape}; got "
                f"{teacher.shape}"
            )
        (pred, teacher), dtype = self._operands(pred, teacher)
        scaled = npx.log_softmax(pred / self.temperature, axis=self.axis)
        wanted = npx.log_softmax(npx.stop_gradient(teacher) / self.temperature, axis=self.axis)
        gap = np.sum(np.exp(wanted) * (wanted - scaled), axis=self.axis)
        loss = gap * (self.alpha * self.temperature**2)
        if self.alpha < 1:
            hard = npx.softmax_cross_entropy(
                pred, label, axis=self.axis, ignore_index=self.ignore_index
            )
            loss = loss + np.reshape(hard, loss.shape) * (1 - self.alpha)
        counted = None
        if self.ignore_index is not None:
            counted = np.reshape(label != self.ignore_index, loss.shape)
            loss = np.where(counted, loss, 0.0)
        return self.by_sample(loss, sample_weight, counted=counted, dtype=dtype)


SoftmaxCELoss = SoftmaxCrossEntropyLoss
SigmoidBCELoss = SigmoidBinaryCrossEntropyLoss

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.gluon.loss", _words.LOSSES)

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
__dir__ = __all__.copy
