"""Metrics of classes: predictions are classes, scores, or probabilities."""

import math
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft.metric._base import (
    EvalMetric,
    Sums,
    added,
    check_classes,
    classes_counted,
    pairs,
    register,
    require_classes,
    same_shape,
)


def _misfit(where: str, label: np.ndarray, pred: np.ndarray) -> InvalidValue:
    return InvalidValue(
        f"{where}: `preds` of shape {pred.shape} do not fit `labels` of shape {label.shape}"
    )


class _Share(EvalMetric):
    """Base of shares of right predictions. A subclass writes `_right`.

    Eager labels are looked at before they are counted, those of a plan when it runs.
    """

    ignore_index: int | None

    def _right(self, label: np.ndarray, pred: np.ndarray, counted: np.ndarray) -> np.ndarray:
        """Which predictions are right: bools."""
        raise NotImplementedError

    def _fitting(self, label: np.ndarray, pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Both, in shapes that go together."""
        return label, pred

    def update(self, labels: Any, preds: Any) -> None:
        require_classes(labels, self.ignore_index, type(self).__name__)
        total, count = self._sums(labels, preds, is_checked=True)
        self.add_sums(int(total), int(count))

    def sums(self, labels: Any, preds: Any) -> Sums:
        return self._sums(labels, preds, is_checked=False)

    def _sums(self, labels: Any, preds: Any, is_checked: bool) -> Sums:
        where = type(self).__name__
        parts = []
        for label, pred in (self._fitting(*pair) for pair in pairs(labels, preds, where)):
            counted = classes_counted(label, self.ignore_index)
            if not is_checked:
                check_classes(label, counted, where)
            parts.append((np.sum(self._right(label, pred, counted)), np.sum(counted)))
        return added(parts)


class Accuracy(_Share):
    """Share of right predictions.

    labels: class indices; preds: the same, or scores with one more axis, `axis`
    ignore_index: labels that do not count, None for none; other negative ones are refused

    >>> from weft import metric, np
    >>> accuracy = metric.Accuracy()
    >>> accuracy.update(np.array([1, 0]), np.array([[0.1, 0.9], [0.2, 0.8]]))
    >>> accuracy.get()
    ('accuracy', 0.5)
    """

    def __init__(
        self, axis: int = -1, name: str = "accuracy", *, ignore_index: int | None = None
    ) -> None:
        self.axis = axis
        self.ignore_index = ignore_index
        super().__init__(name)

    def _right(self, label: np.ndarray, pred: np.ndarray, counted: np.ndarray) -> np.ndarray:
        chosen = np.argmax(pred, axis=self.axis) if pred.ndim > label.ndim else pred
        if chosen.shape != label.shape:
            raise _misfit("Accuracy", label, pred)
        return (chosen == label) & counted


class TopKAccuracy(_Share):
    """Share of labels that are among the `top_k` classes with the highest scores.

    labels: class indices of any shape; preds: scores with one more axis, the last
    ignore_index: labels that do not count, None for none; other negative ones are refused

    >>> from weft import metric, np
    >>> top = metric.TopKAccuracy(2)
    >>> top.update(np.array([2, 0]), np.array([[0.1, 0.5, 0.4], [0.2, 0.3, 0.5]]))
    >>> top.get()
    ('top_k_accuracy_2', 0.5)
    """

    def __init__(
        self, top_k: int = 1, name: str = "top_k_accuracy", *, ignore_index: int | None = None
    ) -> None:
        if top_k < 1:
            raise InvalidValue(f"TopKAccuracy: `top_k` must be at least 1; got {top_k}")
        self.top_k = top_k
        self.ignore_index = ignore_index
        super().__init__(f"{name}_{top_k}")

    def _right(self, label: np.ndarray, pred: np.ndarray, counted: np.ndarray) -> np.ndarray:
        if pred.ndim != label.ndim + 1 or pred.shape[:-1] != label.shape:
            raise _misfit("TopKAccuracy", label, pred)
        _, best = npx.topk(pred, min(self.top_k, pred.shape[-1]))
        right = best == np.expand_dims(label, -1).astype("int64")
        return right & np.expand_dims(counted, -1)


class BinaryAccuracy(_Share):
    """Share of right predictions, which are true above `threshold`; labels are 0 and 1.

    ignore_index: labels that do not count, None for none; other negative ones are refused

    >>> from weft import metric, np
    >>> accuracy = metric.BinaryAccuracy()
    >>> accuracy.update(np.array([0, 1]), np.array([0.2, 0.4]))
    >>> accuracy.get()
    ('binary_accuracy', 0.5)
    """

    def __init__(
        self,
        threshold: float = 0.5,
        name: str = "binary_accuracy",
        *,
        ignore_index: int | None = None,
    ) -> None:
        self.threshold = threshold
        self.ignore_index = ignore_index
        super().__init__(name)

    def _fitting(self, label: np.ndarray, pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return same_shape(label, pred, "BinaryAccuracy")

    def _right(self, label: np.ndarray, pred: np.ndarray, counted: np.ndarray) -> np.ndarray:
        return ((pred > self.threshold) == (label > 0.5)) & counted


class Fbeta(EvalMetric):
    """The F score: of precision and recall, where recall counts `beta` times as much.

    class_type: "binary" (labels 0 and 1; preds are probabilities of 1, or of both in a last axis),
        "multiclass" (labels are class indices, preds scores with one more axis), "multilabel"
        (labels 0 and 1 of every class in the last axis, preds their probabilities)
    threshold: probability above which a class is predicted, but for "multiclass"
    average: "micro" counts over all classes, "macro" takes the mean of the classes' scores, None
        gives an array of them
    ignore_index: labels that do not count, None for none; other negative ones are refused

    >>> from weft import metric, np
    >>> score = metric.Fbeta(beta=2.0)
    >>> score.update(np.array([1, 1, 0]), np.array([0.9, 0.2, 0.1]))
    >>> name, value = score.get()
    >>> round(value, 4)
    0.5556
    """

    def __init__(
        self,
        class_type: str = "binary",
        beta: float = 1.0,
        threshold: float = 0.5,
        average: str | None = "micro",
        name: str = "fbeta",
        *,
        ignore_index: int | None = None,
    ) -> None:
        if class_type not in ("binary", "multiclass", "multilabel"):
            raise InvalidValue(
                f"{type(self).__name__}: `class_type` must be binary, multiclass or multilabel; "
                f"got {class_type!r}"
            )
        if average not in ("micro", "macro", None):
            raise InvalidValue(
                f"{type(self).__name__}: `average` must be micro, macro or None; got {average!r}"
            )
        self.class_type = class_type
        self.beta = beta
        self.threshold = threshold
        self.average = average
        self.ignore_index = ignore_index
        super().__init__(name)

    def reset(self) -> None:
        self.hits: Any = 0.0  # by class: predicted and right
        self.predicted: Any = 0.0
        self.right: Any = 0.0

    def update(self, labels: Any, preds: Any) -> None:
        for label, pred in pairs(labels, preds, type(self).__name__):
            truth, chosen = self._tables(label, pred)
            if label.size == 0:
                continue
            if self.ignore_index is not None:  # neither right nor predicted: in no count
                ignored = (label.asnumpy() == self.ignore_index).reshape(len(truth), -1)
                truth, chosen = truth & ~ignored, chosen & ~ignored
            if isinstance(self.right, float) or len(self.right) == truth.shape[1]:
                self.hits = self.hits + (truth & chosen).sum(axis=0)
                self.predicted = self.predicted + chosen.sum(axis=0)
                self.right = self.right + truth.sum(axis=0)
            else:
                raise InvalidValue(
                    f"{type(self).__name__}: earlier batches had {len(self.right)} classes; got "
                    f"{truth.shape[1]}"
                )

    def _tables(self, label: np.ndarray, pred: np.ndarray) -> tuple[Any, Any]:
        """Which classes are right and which are predicted: bools of shape (N, classes)."""
        where = type(self).__name__
        if self.class_type == "multiclass":
            if pred.ndim != label.ndim + 1 or pred.shape[:-1] != label.shape:
                raise _misfit(where, label, pred)
            classes = pred.shape[-1]
            chosen = np.argmax(pred, axis=-1).asnumpy().reshape(-1, 1)
            truth = label.asnumpy().reshape(-1, 1)
            self._require((truth >= 0) & (truth < classes), truth, f"in [0, {classes})")
            numbers = np.arange(classes).asnumpy()
            return truth == numbers, chosen == numbers
        if self.class_type == "binary" and pred.ndim == label.ndim + 1 and pred.shape[-1] == 2:
            pred = pred[..., 1]
        label, pred = same_shape(label, pred, where)
        classes = label.shape[-1] if self.class_type == "multilabel" else 1
        truth = label.asnumpy().reshape(-1, classes)
        self._require((truth == 0) | (truth == 1), truth, "0 or 1")
        return truth == 1, (pred > self.threshold).asnumpy().reshape(-1, classes)

    def _require(self, right: Any, labels: Any, rule: str) -> None:
        """Raises ValueError where a label that counts is not as it has to be."""
        if self.ignore_index is not None:
            right = right | (labels == self.ignore_index)
        if not right.all():
            raise InvalidValue(
                f"{type(self).__name__}: `labels` must be {rule}; got {labels.min()} to "
                f"{labels.max()}"
            )

    def get(self) -> tuple[str, Any]:
        if isinstance(self.right, float):
            return self.name, math.nan
        counts = self.hits, self.predicted, self.right
        if self.average == "micro":
            return self.name, float(self._score(*(count.sum() for count in counts)))
        scores = [self._score(*classes) for classes in zip(*counts, strict=True)]
        if self.average == "macro":
            return self.name, float(sum(scores) / len(scores))
        return self.name, np.array(scores, dtype="float64")

    def _score(self, hits: float, predicted: float, right: float) -> float:
        """beta = 1: 2 precision recall / (precision + recall); 0 where nothing is right."""
        square = self.beta**2
        weight = predicted + square * right
        return (1 + square) * hits / weight if weight else 0.0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}={self.get()[1]})"


class F1(Fbeta):
    """The F score with precision and recall of equal weight; arguments as for `Fbeta`.

    >>> from weft import metric, np
    >>> f1 = metric.F1()
    >>> f1.update(np.array([1, 0, 1]), np.array([0.9, 0.8, 0.7]))
    >>> f1.get()
    ('f1', 0.8)
    """

    def __init__(
        self,
        class_type: str = "binary",
        threshold: float = 0.5,
        average: str | None = "micro",
        name: str = "f1",
        *,
        ignore_index: int | None = None,
    ) -> None:
        super().__init__(class_type, 1.0, threshold, average, name, ignore_index=ignore_index)


class PCC(EvalMetric):
    """Correlation of labels and predicted classes, the multiclass form of Matthews' coefficient.

    labels: class indices; preds: the same, or scores with one more axis, the last. 0 where all
    labels or all predictions are of one class. Source: Gorodkin, Comput. Biol. Chem. 28 (2004).
    ignore_index: labels that do not count, None for none; other negative ones are refused

    >>> from weft import metric, np
    >>> score = metric.PCC()
    >>> score.update(np.array([0, 1, 2, 2]), np.array([0, 1, 2, 1]))
    >>> round(score.get()[1], 4)
    0.7
    """

    def __init__(self, name: str = "pcc", *, ignore_index: int | None = None) -> None:
        self.ignore_index = ignore_index
        super().__init__(name)

    def reset(self) -> None:
        self.confusion: dict[tuple[int, int], int] = {}

    def update(self, labels: Any, preds: Any) -> None:
        for label, pred in pairs(labels, preds, type(self).__name__):
            chosen = np.argmax(pred, axis=-1) if pred.ndim > label.ndim else pred
            if chosen.shape != label.shape:
                raise _misfit(type(self).__name__, label, pred)
            require_classes(label, self.ignore_index, type(self).__name__)
            counted = classes_counted(label, self.ignore_index).asnumpy()
            for right, found in zip(
                label.asnumpy()[counted].tolist(), chosen.asnumpy()[counted].tolist(), strict=True
            ):
                key = (int(right), int(found))
                self.confusion[key] = self.confusion.get(key, 0) + 1

    def get(self) -> tuple[str, float]:
        count = sum(self.confusion.values())
        if not count:
            return self.name, math.nan
        classes = {number for key in self.confusion for number in key}
        labels = {k: sum(n for (a, _), n in self.confusion.items() if a == k) for k in classes}
        preds = {k: sum(n for (_, b), n in self.confusion.items() if b == k) for k in classes}
        hits = sum(self.confusion.get((k, k), 0) for k in classes)
        both = hits * count - sum(labels[k] * preds[k] for k in classes)
        of_labels = count**2 - sum(n**2 for n in labels.values())
        of_preds = count**2 - sum(n**2 for n in preds.values())
        scale = math.sqrt(of_labels * of_preds)
        return self.name, both / scale if scale else 0.0


class MCC(PCC):
    """Matthews' correlation coefficient of two classes; arguments as for `PCC`.

    >>> from weft import metric, np
    >>> score = metric.MCC()
    >>> score.update(np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0]))
    >>> round(score.get()[1], 4)
    0.5774
    """

    def __init__(self, name: str = "mcc", *, ignore_index: int | None = None) -> None:
        super().__init__(name, ignore_index=ignore_index)

    def update(self, labels: Any, preds: Any) -> None:
        super().update(labels, preds)
        classes = {number for key in self.confusion for number in key}
        if not classes <= {0, 1}:
            raise InvalidValue(f"MCC: classes must be 0 and 1; got {sorted(classes)}; use PCC")


class CrossEntropy(EvalMetric):
    """Mean of -log of the probability that the label was given.

    labels: class indices; preds: probabilities with one more axis, `axis`
    ignore_label, ignore_index: labels that do not count, None for none; two names of one option
    from_logits: preds are scores, whose softmax is taken

    >>> from weft import metric, np
    >>> entropy = metric.CrossEntropy()
    >>> entropy.update(np.array([0, 1]), np.array([[0.5, 0.5], [0.5, 0.5]]))
    >>> round(entropy.get()[1], 4)
    0.6931
    """

    def __init__(
        self,
        eps: float = 1e-12,
        ignore_label: int | None = None,
        axis: int = -1,
        from_logits: bool = False,
        name: str = "cross-entropy",
        *,
        ignore_index: int | None = None,
    ) -> None:
        if ignore_label is not None and ignore_index is not None:
            raise InvalidValue(
                f"{type(self).__name__}: `ignore_label` and `ignore_index` are one option; got both"
            )
        self.eps = eps
        self.ignore_label = ignore_index if ignore_label is None else ignore_label
        self.axis = axis
        self.from_logits = from_logits
        super().__init__(name)

    def update(self, labels: Any, preds: Any) -> None:
        where = type(self).__name__
        for label, pred in pairs(labels, preds, where):
            index, _ = self._indices(label, pred)
            classes = pred.shape[self.axis]
            if label.size and not bool(np.all((index >= 0) & (index < classes))):
                raise InvalidValue(f"{where}: `labels` must be in [0, {classes})")
            total, count = self._sums_of(label, pred)
            self.add_sums(float(total), int(count))

    def sums(self, labels: Any, preds: Any) -> Sums:
        where = type(self).__name__
        given = pairs(labels, preds, where)
        for label, pred in given:
            index, _ = self._indices(label, pred)
            classes = pred.shape[self.axis]
            is_class = (index >= 0) & (index < classes)
            npx.check(is_class, f"{where}: `labels` must be in [0, {classes})")
        return added(self._sums_of(label, pred) for label, pred in given)

    def _sums_of(self, label: np.ndarray, pred: np.ndarray) -> Sums:
        index, counted = self._indices(label, pred)
        logs = (
            npx.log_softmax(pred, axis=self.axis)
            if self.from_logits
            else np.log(np.maximum(pred, self.eps))
        )
        found = npx.pick(logs, index, axis=self.axis)
        return -np.sum(np.where(counted, found, 0)), np.sum(counted)

    def _indices(self, label: np.ndarray, pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Labels as indices, 0 where they do not count, and which count."""
        rest = list(pred.shape)
        if pred.ndim != label.ndim + 1 or not -pred.ndim <= self.axis < pred.ndim:
            raise _misfit(type(self).__name__, label, pred)
        rest.pop(self.axis)
        if tuple(rest) != label.shape:
            raise _misfit(type(self).__name__, label, pred)
        counted = label == label if self.ignore_label is None else label != self.ignore_label
        return np.where(counted, label, 0).astype("int64"), counted


class NegativeLogLikelihood(CrossEntropy):
    """`CrossEntropy` by its other name; arguments as there.

    >>> from weft import metric, np
    >>> entropy = metric.NegativeLogLikelihood()
    >>> entropy.update(np.array([0, 1]), np.array([[0.5, 0.5], [0.5, 0.5]]))
    >>> round(entropy.get()[1], 4)
    0.6931
    """

    def __init__(
        self,
        eps: float = 1e-12,
        ignore_label: int | None = None,
        axis: int = -1,
        from_logits: bool = False,
        name: str = "nll-loss",
        *,
        ignore_index: int | None = None,
    ) -> None:
        super().__init__(eps, ignore_label, axis, from_logits, name, ignore_index=ignore_index)


class Perplexity(CrossEntropy):
    """exp of the mean cross entropy; arguments as for `CrossEntropy`.

    >>> from weft import metric, np
    >>> perplexity = metric.Perplexity()
    >>> perplexity.update(np.array([0, 1]), np.array([[0.5, 0.5], [0.5, 0.5]]))
    >>> round(perplexity.get()[1], 4)
    2.0
    """

    def __init__(
        self,
        eps: float = 1e-12,
        ignore_label: int | None = None,
        axis: int = -1,
        from_logits: bool = False,
        name: str = "perplexity",
        *,
        ignore_index: int | None = None,
    ) -> None:
        super().__init__(eps, ignore_label, axis, from_logits, name, ignore_index=ignore_index)

    def get(self) -> tuple[str, float]:
        name, value = super().get()
        try:
            return name, math.exp(value)
        except OverflowError:
            return name, math.inf


register(Accuracy, "acc")
register(TopKAccuracy, "top_k_accuracy", "top_k_acc")
register(BinaryAccuracy)
register(Fbeta)
register(F1)
register(MCC)
register(PCC)
register(CrossEntropy, "ce")
register(NegativeLogLikelihood, "nll_loss")
register(Perplexity)


__all__ = [
    "F1",
    "MCC",
    "PCC",
    "Accuracy",
    "BinaryAccuracy",
    "CrossEntropy",
    "Fbeta",
    "NegativeLogLikelihood",
    "Perplexity",
    "TopKAccuracy",
]
__dir__ = __all__.copy
