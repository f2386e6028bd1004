"""Metrics that follow from the table of labels and predicted classes."""

import math
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._base.options import require, require_whole
from weft.metric._base import EvalMetric, Sums, pairs, register, same_shape
from weft.metric._forms import Read, answers, border, classes, read, require_shares, shares

_AVERAGES = ("binary", "macro", "micro", "weighted", None)


class ConfusionMatrix(EvalMetric):
    """The table of labels (rows) and predicted classes (columns), with the number of samples.

    classes: how many there are; None: as many as the data shows
    labels, preds: as for `Accuracy`; of several numbers of yes or no each is one
    normalize: "true" divides by the sums of rows, "pred" by those of columns, "all" by the number
        of samples; None for counts
    ignore_index: labels that do not count; None for those of the loss of a model
    axis: of the classes; None: that of the loss of a model, or the last
    threshold: probability above which one number is a yes; None for 0.5. Scores of the loss of a
        model are made probabilities

    `get` gives a NumPy array of shape (classes, classes). It is no figure of an epoch: among the
    metrics of a `weft.Model`, read it with `get` after `evaluate`.

    >>> from weft import metric, np
    >>> table = metric.ConfusionMatrix()
    >>> table.update(np.array([0, 1, 1]), np.array([0, 1, 0]))
    >>> table.get()[1].tolist()
    [[1, 0], [1, 1]]
    """

    def __init__(
        self,
        classes: int | None = None,
        normalize: str | None = None,
        name: str = "confusion_matrix",
        *,
        ignore_index: int | None = None,
        axis: int | None = None,
        threshold: float | None = None,
    ) -> None:
        if classes is not None:
            require_whole(type(self).__name__, "classes", classes, 1)
        known = ("true", "pred", "all", None)
        rule = "true, pred, all or None"
        require(normalize in known, type(self).__name__, "normalize", rule, repr(normalize))
        self.classes, self.normalize, self.ignore_index = classes, normalize, ignore_index
        self.axis, self.threshold = axis, threshold
        super().__init__(name)

    def reset(self) -> None:
        size = self.classes or 0
        self.table = numpy.zeros((size, size), "int64")

    def update(self, labels: Any, preds: Any) -> None:
        where = type(self).__name__
        for label, pred in pairs(labels, preds, where):
            self._take(read(label, pred, self.form, self.axis, where), where)

    def _take(self, read_pair: Read, where: str) -> None:
        truth, chosen = classes(read_pair, self.form, self.threshold, where, False)
        counted = self._counted(read_pair)
        if read_pair.axis is None and self.form is not None:
            require_answers(where, read_pair, self.form.is_signed, counted)
        values = truth.asnumpy().ravel(), chosen.asnumpy().ravel()
        self._add(where, *(v.astype("int64")[counted] for v in values))

    def _counted(self, read_pair: Read) -> Any:
        """Which labels count: bools of NumPy, in one axis."""
        labels, ignored = read_pair.label.asnumpy().ravel(), self.ignored(self.ignore_index)
        return numpy.ones(labels.shape, "bool") if ignored is None else labels != ignored

    def _add(self, where: str, truth: Any, found: Any) -> None:
        if truth.size == 0:
            return
        for name, values in (("labels", truth), ("preds", found)):
            size = self.classes
            if values.min() < 0 or (size is not None and values.max() >= size):
                rule = "at least 0" if size is None else f"in [0, {size})"
                raise InvalidValue(
                    f"{where}: `{name}` must be classes {rule}; got {values.min()} to "
                    f"{values.max()}"
                )
        size = max(len(self.table), int(truth.max()) + 1, int(found.max()) + 1)
        if size > len(self.table):
            larger = numpy.zeros((size, size), "int64")
            larger[: len(self.table), : len(self.table)] = self.table
            self.table = larger
        self.table += numpy.bincount(truth * size + found, minlength=size * size).reshape(
            size, size
        )

    def get(self) -> tuple[str, Any]:
        return self.name, self._shown()

    def _shown(self) -> Any:
        table = self.table
        if self.normalize is None:
            return table
        sums = {
            "true": table.sum(axis=1, keepdims=True),
            "pred": table.sum(axis=0, keepdims=True),
            "all": table.sum(),
        }[self.normalize]
        return table / numpy.maximum(sums, 1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}={self.get()[1]})"


def require_answers(where: str, found: Read, is_signed: bool, counted: Any) -> None:
    """Raises ValueError for labels that are no yes or no."""
    labels = found.label.asnumpy().ravel()[counted]
    no = -1 if is_signed else 0
    if not ((labels == no) | (labels == 1)).all():
        raise InvalidValue(
            f"{where}: `labels` must be {no} or 1; got {labels.min()} to {labels.max()}"
        )


class _ByClass(ConfusionMatrix):
    """Base of figures of each class, and of their means; of labels that are a yes or no of several
    classes, each class is counted for itself.

    average: "binary" is the figure of class 1, "macro" the mean over classes, "weighted" that
        weighted by the number of labels, "micro" counts all classes together, None gives an array
    """

    def __init__(
        self,
        average: str | None,
        name: str,
        *,
        classes: int | None = None,
        ignore_index: int | None = None,
        axis: int | None = None,
        threshold: float | None = None,
        class_type: str | None = None,
    ) -> None:
        known = (None, "multilabel")
        rule = "multilabel or None"
        require(class_type in known, type(self).__name__, "class_type", rule, repr(class_type))
        self.class_type = class_type
        require(
            average in _AVERAGES,
            type(self).__name__,
            "average",
            "binary, macro, micro, weighted or None",
            repr(average),
        )
        self.average = average
        options = {"ignore_index": ignore_index, "axis": axis, "threshold": threshold}
        super().__init__(classes, None, name, **options)

    def reset(self) -> None:
        super().reset()
        self._by_label: Any = None  # hits, predicted, right: (3, labels of yes or no)

    def _take(self, read_pair: Read, where: str) -> None:
        shape = read_pair.pred.shape
        is_each = read_pair.axis is None and self.form is not None and len(shape) == 2
        if not (self.class_type == "multilabel" or (is_each and shape[1] > 1)):
            super()._take(read_pair, where)
            return
        found = answers(read_pair, self.form, self.threshold, where, False)
        counted = self._counted(read_pair)
        is_signed = self.form is not None and self.form.is_signed
        require_answers(where, read_pair, is_signed, counted)
        kept = counted.reshape(-1, shape[-1])
        truth, chosen = (each.asnumpy().reshape(-1, shape[-1]) & kept for each in found)
        sums = numpy.stack([(truth & chosen).sum(0), chosen.sum(0), truth.sum(0)])
        if self._by_label is not None and self._by_label.shape != sums.shape:
            raise InvalidValue(
                f"{where}: earlier batches had {self._by_label.shape[1]} classes; got {shape[-1]}"
            )
        self._by_label = sums if self._by_label is None else self._by_label + sums

    def _counts(self, hits: Any, predicted: Any, right: Any) -> tuple[Any, Any]:
        """By class: what is right, and what it is a share of."""
        raise NotImplementedError

    def get(self) -> tuple[str, Any]:
        if self._by_label is not None:
            return self.name, self._of_labels()
        if not self.table.sum():
            return self.name, math.nan
        table = self.table
        hits, of = self._counts(numpy.diag(table), table.sum(axis=0), table.sum(axis=1))
        shares = numpy.divide(hits, of, out=numpy.zeros(len(hits)), where=of > 0)
        if self.average is None:
            return self.name, shares
        if self.average == "binary":
            return self.name, self._of_class_1(shares)
        if self.average == "micro":
            return self.name, float(hits.sum() / of.sum())
        labels = self.table.sum(axis=1)
        shown = (labels + self.table.sum(axis=0)) > 0  # classes that are neither are left out
        weights = labels if self.average == "weighted" else shown
        return self.name, float((shares * weights).sum() / weights.sum())

    def _of_labels(self) -> Any:
        """The figure of labels of yes or no: of each, or over all of them."""
        hits, of = self._counts(*self._by_label)
        shares = numpy.divide(hits, of, out=numpy.zeros(len(hits)), where=of > 0)
        if self.average is None:
            return shares
        if self.average in ("binary", "micro"):
            return float(hits.sum() / of.sum()) if of.sum() else 0.0
        weights = self._by_label[2] if self.average == "weighted" else numpy.ones(len(shares))
        return float((shares * weights).sum() / weights.sum()) if weights.sum() else 0.0

    def _of_class_1(self, shares: Any) -> float:
        if len(shares) > 2:
            raise InvalidValue(
                f'{type(self).__name__}: `average` "binary" needs classes 0 and 1; got '
                f"{len(shares)} classes; give macro, micro, weighted or None"
            )
        return float(shares[1]) if len(shares) == 2 else 0.0


class Precision(_ByClass):
    """Share of predictions of a class that are right; of `average`, see `Recall`.

    >>> from weft import metric, np
    >>> precision = metric.Precision()
    >>> precision.update(np.array([1, 0, 1]), np.array([1, 1, 0]))
    >>> precision.get()
    ('precision', 0.5)
    """

    def __init__(
        self,
        average: str | None = "binary",
        name: str = "precision",
        *,
        classes: int | None = None,
        ignore_index: int | None = None,
        axis: int | None = None,
        threshold: float | None = None,
        class_type: str | None = None,
    ) -> None:
        super().__init__(
            average,
            name,
            classes=classes,
            ignore_index=ignore_index,
            axis=axis,
            threshold=threshold,
            class_type=class_type,
        )

    def _counts(self, hits: Any, predicted: Any, right: Any) -> tuple[Any, Any]:
        return hits, predicted


class Recall(_ByClass):
    """Share of labels of a class that are predicted.

    average: "binary" is the figure of class 1, "macro" the mean over classes, "weighted" that
        weighted by the number of labels, "micro" counts all classes together, None gives an array
        by class
    class_type: "multilabel" for labels 0 and 1 of every class in the last axis, whose averages are
        over the classes' ones; None: so it is where the loss of a model takes such labels of shape
        (N, classes). "binary" counts all of them together there
    Others as for `ConfusionMatrix`.

    >>> from weft import metric, np
    >>> recall = metric.Recall(average=None)
    >>> recall.update(np.array([0, 1, 1, 2]), np.array([0, 1, 0, 2]))
    >>> recall.get()[1].tolist()
    [1.0, 0.5, 1.0]
    """

    def __init__(
        self,
        average: str | None = "binary",
        name: str = "recall",
        *,
        classes: int | None = None,
        ignore_index: int | None = None,
        axis: int | None = None,
        threshold: float | None = None,
        class_type: str | None = None,
    ) -> None:
        super().__init__(
            average,
            name,
            classes=classes,
            ignore_index=ignore_index,
            axis=axis,
            threshold=threshold,
            class_type=class_type,
        )

    def _counts(self, hits: Any, predicted: Any, right: Any) -> tuple[Any, Any]:
        return hits, right


class IoU(_ByClass):
    """Intersection over union of the places of a class, as for segmentation: the mean over classes.

    Arguments as for `Recall`; labels of shape (N, H, W), preds with the classes in `axis`, which is
    1 for networks of images, and of which the loss of a model tells.

    >>> from weft import metric, np
    >>> overlap = metric.IoU()
    >>> overlap.update(np.array([[0, 0, 1, 1]]), np.array([[0, 1, 1, 1]]))
    >>> round(overlap.get()[1], 4)
    0.5833
    """

    def __init__(
        self,
        average: str | None = "macro",
        name: str = "iou",
        *,
        classes: int | None = None,
        ignore_index: int | None = None,
        axis: int | None = None,
        threshold: float | None = None,
        class_type: str | None = None,
    ) -> None:
        super().__init__(
            average,
            name,
            classes=classes,
            ignore_index=ignore_index,
            axis=axis,
            threshold=threshold,
            class_type=class_type,
        )

    def _counts(self, hits: Any, predicted: Any, right: Any) -> tuple[Any, Any]:
        return hits, predicted + right - hits


class CohenKappa(ConfusionMatrix):
    """How far labels and predictions agree beyond chance (Cohen 1960): 1 for always, 0 for chance.

    weights: None counts every difference alike, "linear" and "quadratic" by how far classes are
        apart

    >>> from weft import metric, np
    >>> kappa = metric.CohenKappa()
    >>> kappa.update(np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0]))
    >>> kappa.get()
    ('cohen_kappa', 0.5)
    """

    def __init__(
        self,
        weights: str | None = None,
        name: str = "cohen_kappa",
        *,
        classes: int | None = None,
        ignore_index: int | None = None,
        axis: int | None = None,
        threshold: float | None = None,
    ) -> None:
        known = (None, "linear", "quadratic")
        require(
            weights in known, "CohenKappa", "weights", "linear, quadratic or None", repr(weights)
        )
        self.weights = weights
        options = {"ignore_index": ignore_index, "axis": axis, "threshold": threshold}
        super().__init__(classes, None, name, **options)

    def get(self) -> tuple[str, float]:
        count = self.table.sum()
        if not count:
            return self.name, math.nan
        places = numpy.arange(len(self.table))
        gaps = numpy.abs(places[:, None] - places)
        costs = {None: (gaps > 0) * 1, "linear": gaps, "quadratic": gaps**2}[self.weights]
        by_chance = numpy.outer(self.table.sum(axis=1), self.table.sum(axis=0)) / count
        expected = (costs * by_chance).sum()
        return self.name, float(1 - (costs * self.table).sum() / expected) if expected else math.nan


class Dice(EvalMetric):
    """Twice the overlap of two masks over the sum of their sizes: the mean over samples.

    labels: 0 and 1; preds: probabilities of the same shape, (N, ...), which scores of the loss of a
        model are made
    threshold: probability above which a place is predicted; None counts probabilities as they are

    >>> from weft import metric, np
    >>> dice = metric.Dice()
    >>> dice.update(np.array([[1, 1, 0, 0]]), np.array([[0.9, 0.2, 0.1, 0.8]]))
    >>> dice.get()
    ('dice', 0.5)
    """

    def __init__(self, threshold: float | None = 0.5, name: str = "dice") -> None:
        self.threshold = threshold
        super().__init__(name)

    def update(self, labels: Any, preds: Any) -> None:
        total, count = self._sums(labels, preds, in_plan=False)
        self.add_sums(float(total), int(count))

    def sums(self, labels: Any, preds: Any) -> Sums:
        return self._sums(labels, preds, in_plan=True)

    def _sums(self, labels: Any, preds: Any, in_plan: bool) -> Sums:
        total, count = np.array(0.0), 0
        for given in pairs(labels, preds, "Dice"):
            label, pred = (a.reshape(a.shape[0], -1) for a in same_shape(*given, "Dice"))
            require_shares(pred, self.form, None, "Dice", in_plan)
            chosen = shares(pred, self.form, None)
            if self.threshold is not None:
                chosen = (pred > border(self.form, self.threshold)).astype("float32")
            truth = label.astype(chosen.dtype)
            sizes = np.sum(chosen, axis=1) + np.sum(truth, axis=1)
            overlap = 2 * np.sum(chosen * truth, axis=1)
            total = total + np.sum(
                np.where(sizes > 0, overlap / np.where(sizes > 0, sizes, 1), 1.0)
            )
            count += label.shape[0]
        return total, np.array(count, dtype="int64")


register(ConfusionMatrix, "confusion_matrix")
register(Precision)
register(Recall)
register(IoU, "mean_iou", "miou")
register(CohenKappa, "cohen_kappa", "kappa")
register(Dice)

__all__ = ["CohenKappa", "ConfusionMatrix", "Dice", "IoU", "Precision", "Recall"]
__dir__ = __all__.copy
