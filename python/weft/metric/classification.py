"""Metrics of classes: predictions are classes, scores, or probabilities."""

import math
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft.metric._base import (
    EvalMetric,
    Sums,
    added,
    classes_counted,
    pairs,
    register,
    require_classes,
    same_shape,
)
from weft.metric._forms import (
    Form,
    Read,
    answers,
    classes,
    misfit,
    read,
    require_all,
)


class _Share(EvalMetric):
    """Base of shares of right predictions. A subclass writes `_right`.

    Eager labels are looked at before they are counted, those of a plan when it runs.
    """

    axis: int | None = None
    ignore_index: int | None

    def _right(self, found: Read, in_plan: bool) -> np.ndarray:
        """Which predictions are right: bools, in the shape of the labels or with one more axis."""
        raise NotImplementedError

    def update(self, labels: Any, preds: Any) -> None:
        total, count = self._sums(labels, preds, in_plan=False)
        self.add_sums(int(total), int(count))

    def sums(self, labels: Any, preds: Any) -> Sums:
        return self._sums(labels, preds, in_plan=True)

    def _sums(self, labels: Any, preds: Any, in_plan: bool) -> Sums:
        where = type(self).__name__
        parts = []
        for label, pred in pairs(labels, preds, where):
            found = read(label, pred, self.form, self.axis, where)
            counted = classes_counted(found.label, self.ignored(self.ignore_index))
            if found.has_columns or self.form is None or not self.form.is_signed:
                require_classes(found.label, counted, where, in_plan)
            right = self._right(found, in_plan)
            shown = counted if right.ndim == counted.ndim else np.expand_dims(counted, -1)
            parts.append((np.sum(right & shown), np.sum(counted)))
        return added(parts)


class Accuracy(_Share):
    """Share of right predictions.

    labels: class indices; preds: the same, or scores or probabilities of all classes in one more
        axis, `axis`; or labels 0 and 1, and one number for each, which is a yes above the border
        that the loss of a model has, without a model above a probability of 0.5
    axis: of the classes; None: that of the loss of a model, or the last
    threshold: probability above which one number is a yes; None for 0.5
    ignore_index: labels that do not count, None for those of the loss; other negative ones are
        refused

    >>> from weft import metric, np
    >>> accuracy = metric.Accuracy()
    >>> accuracy.update(np.array([1, 0]), np.array([[0.1, 0.9], [0.2, 0.8]]))
    >>> accuracy.get()
    ('accuracy', 0.5)
    """

    def __init__(
        self,
        axis: int | None = None,
        name: str = "accuracy",
        *,
        threshold: float | None = None,
        ignore_index: int | None = None,
    ) -> None:
        self.axis, self.threshold = axis, threshold
        self.ignore_index = ignore_index
        super().__init__(name)

    def _right(self, found: Read, in_plan: bool) -> np.ndarray:
        truth, chosen = classes(found, self.form, self.threshold, "Accuracy", in_plan)
        return chosen == truth


class TopKAccuracy(_Share):
    """Share of labels that are among the `top_k` classes with the highest scores.

    labels: class indices of any shape; preds: scores with one more axis, that of the loss of a
        model, or the last
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

    def _right(self, found: Read, in_plan: bool) -> np.ndarray:
        if found.axis is None:
            raise misfit("TopKAccuracy", found.label, found.pred)
        pred = np.moveaxis(found.pred, found.axis, -1)
        _, best = npx.topk(pred, min(self.top_k, pred.shape[-1]))
        return best == np.expand_dims(found.label, -1).astype("int64")


class BinaryAccuracy(_Share):
    """Share of right predictions of yes or no; labels are 0 and 1.

    threshold: probability above which a prediction is a yes; None for 0.5. Scores of the loss of a
        model are made probabilities; without a model a threshold is of the numbers as they are
    ignore_index: labels that do not count, None for those of the loss; other negative ones are
        refused

    >>> from weft import metric, np
    >>> accuracy = metric.BinaryAccuracy()
    >>> accuracy.update(np.array([0, 1]), np.array([0.2, 0.4]))
    >>> accuracy.get()
    ('binary_accuracy', 0.5)
    """

    def __init__(
        self,
        threshold: float | None = None,
        name: str = "binary_accuracy",
        *,
        ignore_index: int | None = None,
    ) -> None:
        self.threshold = threshold
        self.ignore_index = ignore_index
        super().__init__(name)

    def _right(self, found: Read, in_plan: bool) -> np.ndarray:
        truth, chosen = answers(found, self.form, self.threshold, "BinaryAccuracy", in_plan)
        return chosen == truth


class Fbeta(EvalMetric):
    """The F score: of precision and recall, where recall counts `beta` times as much.

    class_type: "binary" (labels 0 and 1; preds are probabilities of 1, or of both in a last axis),
        "multiclass" (labels are class indices or one-hot, preds scores of all classes),
        "multilabel" (labels 0 and 1 of every class in the last axis, preds their probabilities)
    threshold: probability above which a class is predicted, but for "multiclass"; None for 0.5.
        Scores of the loss of a model are made probabilities
    average: "micro" counts over all classes, "macro" takes the mean of the classes' scores, None
        gives an array of them
    ignore_index: labels that do not count, None for those of the loss; other negative ones are
        refused

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
        threshold: float | None = None,
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
        """Which classes are right and which are predicted: bools of shape (N, classes), of what
        does not count neither."""
        where, form = type(self).__name__, self.form
        if self.class_type == "multiclass":
            found = read(label, pred, form if _is("one", form) else Form(), None, where)
            if found.axis is None:
                raise misfit(where, label, pred)
            count = found.pred.shape[found.axis]
            chosen = np.argmax(found.pred, axis=found.axis).asnumpy().reshape(-1, 1)
            truth = found.label.asnumpy().reshape(-1, 1)
            self._require((truth >= 0) & (truth < count), truth, f"in [0, {count})")
            numbers = np.arange(count).asnumpy()
            table = truth == numbers, chosen == numbers
        elif self.class_type == "multilabel":
            form = form if _is("each", form) else None
            label, pred = same_shape(label, pred, where)
            found = Read(label, pred, None)
            table = self._answers(found, form, label.shape[-1])
        else:
            found = read(label, pred, form, None, where)
            table = self._answers(found, form, 1)
        ignored = self.ignored(self.ignore_index)
        if ignored is None:
            return table
        counted = (found.label.asnumpy() != ignored).reshape(len(table[0]), -1)
        return table[0] & counted, table[1] & counted

    def _answers(self, found: Read, form: Form | None, columns: int) -> tuple[Any, Any]:
        truth, chosen = answers(found, form, self.threshold, type(self).__name__, False)
        labels = found.label.asnumpy()
        if form is not None and form.is_signed:
            self._require((labels == -1) | (labels == 1), labels, "-1 or 1")
        else:
            self._require((labels == 0) | (labels == 1), labels, "0 or 1")
        return truth.asnumpy().reshape(-1, columns), chosen.asnumpy().reshape(-1, columns)

    def _require(self, right: Any, labels: Any, rule: str) -> None:
        """Raises ValueError where a label that counts is not as it has to be."""
        ignored = self.ignored(self.ignore_index)
        if ignored is not None:
            right = right | (labels == ignored)
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


def _is(kind: str, form: Form | None) -> bool:
    return form is not None and form.kind == kind


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
        threshold: float | None = None,
        average: str | None = "micro",
        name: str = "f1",
        *,
        ignore_index: int | None = None,
    ) -> None:
        super().__init__(class_type, 1.0, threshold, average, name, ignore_index=ignore_index)


class PCC(EvalMetric):
    """Correlation of labels and predicted classes, the multiclass form of Matthews' coefficient.

    labels, preds: as for `Accuracy`. 0 where all labels or all predictions are of one class.
    Source: Gorodkin, Comput. Biol. Chem. 28 (2004).
    threshold: probability above which one number is a yes; None for 0.5
    ignore_index: labels that do not count, None for those of the loss; other negative ones are
        refused

    >>> from weft import metric, np
    >>> score = metric.PCC()
    >>> score.update(np.array([0, 1, 2, 2]), np.array([0, 1, 2, 1]))
    >>> round(score.get()[1], 4)
    0.7
    """

    def __init__(
        self,
        name: str = "pcc",
        *,
        threshold: float | None = None,
        ignore_index: int | None = None,
    ) -> None:
        self.threshold, self.ignore_index = threshold, ignore_index
        super().__init__(name)

    def reset(self) -> None:
        self.confusion: dict[tuple[int, int], int] = {}

    def update(self, labels: Any, preds: Any) -> None:
        where = type(self).__name__
        for label, pred in pairs(labels, preds, where):
            found = read(label, pred, self.form, None, where)
            counted = classes_counted(found.label, self.ignored(self.ignore_index))
            truth, chosen = classes(found, self.form, self.threshold, where, False)
            require_classes(truth, counted, where, False)
            shown = counted.asnumpy()
            for right, given in zip(
                truth.asnumpy()[shown].tolist(), chosen.asnumpy()[shown].tolist(), strict=True
            ):
                key = (int(right), int(given))
                self.confusion[key] = self.confusion.get(key, 0) + 1

    def get(self) -> tuple[str, float]:
        count = sum(self.confusion.values())
        if not count:
            return self.name, math.nan
        found = {number for key in self.confusion for number in key}
        labels = {k: sum(n for (a, _), n in self.confusion.items() if a == k) for k in found}
        preds = {k: sum(n for (_, b), n in self.confusion.items() if b == k) for k in found}
        hits = sum(self.confusion.get((k, k), 0) for k in found)
        both = hits * count - sum(labels[k] * preds[k] for k in found)
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

    def __init__(
        self,
        name: str = "mcc",
        *,
        threshold: float | None = None,
        ignore_index: int | None = None,
    ) -> None:
        super().__init__(name, threshold=threshold, ignore_index=ignore_index)

    def update(self, labels: Any, preds: Any) -> None:
        super().update(labels, preds)
        found = {number for key in self.confusion for number in key}
        if not found <= {0, 1}:
            raise InvalidValue(f"MCC: classes must be 0 and 1; got {sorted(found)}; use PCC")


class CrossEntropy(EvalMetric):
    """Mean of -log of the probability that the label was given.

    labels: class indices, or one-hot; preds: probabilities of all classes in `axis`. Or labels 0
        and 1, and the probability of 1 for each
    ignore_label, ignore_index: labels that do not count, None for those of the loss; two names of
        one option
    axis: of the classes; None: that of the loss of a model, or the last
    from_logits: preds are scores, whose softmax is taken, of one number its sigmoid; None: as the
        loss of a model has them, else probabilities

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
        axis: int | None = None,
        from_logits: bool | None = None,
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
        total, count = self._sums(labels, preds, in_plan=False)
        self.add_sums(float(total), int(count))

    def sums(self, labels: Any, preds: Any) -> Sums:
        return self._sums(labels, preds, in_plan=True)

    def _sums(self, labels: Any, preds: Any, in_plan: bool) -> Sums:
        where = type(self).__name__
        ignored = self.ignored(self.ignore_label)
        parts = []
        for label, pred in pairs(labels, preds, where):
            found = read(label, pred, self.form, self.axis, where)
            count = 2 if found.axis is None else found.pred.shape[found.axis]
            truth = found.label
            if found.axis is None and self.form is not None and self.form.is_signed:
                truth = (truth + 1) * 0.5
            counted = classes_counted(found.label, ignored)
            index = np.where(counted, truth, 0).astype("int64")
            rule = f"`labels` must be in [0, {count})"
            require_all((index >= 0) & (index < count), where, rule, index, in_plan)
            logs, axis = self._logs(found)
            costs = npx.pick(logs, index, axis=axis)
            parts.append((-np.sum(np.where(counted, costs, 0)), np.sum(counted)))
        return added(parts)

    def _logs(self, found: Read) -> tuple[np.ndarray, int]:
        """The logarithms of the probabilities of all classes, and the axis of these."""
        pred, axis, form = found.pred, found.axis, self.form
        has_scores = self.from_logits
        if has_scores is None:
            has_scores = form is not None and form.numbers != "probabilities"
        if axis is None:  # a yes or no for each: the score of no is 0
            no = np.zeros_like(pred) if has_scores else 1 - pred
            pred, axis = np.stack([no, pred], axis=-1), pred.ndim
        if has_scores:
            return npx.log_softmax(pred, axis=axis), axis
        return np.log(np.maximum(pred, self.eps)), axis


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
        axis: int | None = None,
        from_logits: bool | None = None,
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
        axis: int | None = None,
        from_logits: bool | None = None,
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
