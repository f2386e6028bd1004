"""Metrics that follow from the table of labels and predicted classes."""

import math
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._base.options import require, require_whole
from weft.metric._base import EvalMetric, Sums, pairs, register, same_shape

_AVERAGES = ("binary", "macro", "micro", "weighted", None)


class ConfusionMatrix(EvalMetric):
    """The table of labels (rows) and predicted classes (columns), with the number of samples.

    classes: how many there are; None: as many as the data shows
    labels: class indices; preds: the same, or scores with one more axis, `axis`
    normalize: "true" divides by the sums of rows, "pred" by those of columns, "all" by the number
        of samples; None for counts
    ignore_index: labels that do not count

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
        axis: int = -1,
    ) -> None:
        if classes is not None:
            require_whole(type(self).__name__, "classes", classes, 1)
        known = ("true", "pred", "all", None)
        rule = "true, pred, all or None"
        require(normalize in known, type(self).__name__, "normalize", rule, repr(normalize))
        self.classes, self.normalize, self.ignore_index = classes, normalize, ignore_index
        self.axis = axis
        super().__init__(name)

    def reset(self) -> None:
        size = self.classes or 0
        self.table = numpy.zeros((size, size), "int64")

    def update(self, labels: Any, preds: Any) -> None:
        where = type(self).__name__
        for label, pred in pairs(labels, preds, where):
            chosen = np.argmax(pred, axis=self.axis) if pred.ndim > label.ndim else pred
            if chosen.shape != label.shape:
                raise InvalidValue(
                    f"{where}: `preds` of shape {pred.shape} do not fit `labels` of shape "
                    f"{label.shape}"
                )
            truth = label.asnumpy().ravel().astype("int64")
            found = chosen.asnumpy().ravel().astype("int64")
            if self.ignore_index is not None:
                counted = truth != self.ignore_index
                truth, found = truth[counted], found[counted]
            self._add(where, truth, found)

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


class _ByClass(ConfusionMatrix):
    """Base of figures of each class, and of their means.

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
        axis: int = -1,
    ) -> None:
        require(
            average in _AVERAGES,
            type(self).__name__,
            "average",
            "binary, macro, micro, weighted or None",
            repr(average),
        )
        self.average = average
        super().__init__(classes, None, name, ignore_index=ignore_index, axis=axis)

    def _counts(self) -> tuple[Any, Any]:
        """By class: what is right, and what it is a share of."""
        raise NotImplementedError

    def get(self) -> tuple[str, Any]:
        if not self.table.sum():
            return self.name, math.nan
        hits, of = self._counts()
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
        axis: int = -1,
    ) -> None:
        super().__init__(average, name, classes=classes, ignore_index=ignore_index, axis=axis)

    def _counts(self) -> tuple[Any, Any]:
        return numpy.diag(self.table), self.table.sum(axis=0)


class Recall(_ByClass):
    """Share of labels of a class that are predicted.

    average: "binary" is the figure of class 1, "macro" the mean over classes, "weighted" that
        weighted by the number of labels, "micro" counts all classes together, None gives an array
        by class
    classes: how many there are; None: as many as the data shows
    labels: class indices; preds: the same, or scores with one more axis, `axis`
    ignore_index: labels that do not count

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
        axis: int = -1,
    ) -> None:
        super().__init__(average, name, classes=classes, ignore_index=ignore_index, axis=axis)

    def _counts(self) -> tuple[Any, Any]:
        return numpy.diag(self.table), self.table.sum(axis=1)


class IoU(_ByClass):
    """Intersection over union of the places of a class, as for segmentation: the mean over classes.

    Arguments as for `Recall`; labels of shape (N, H, W), preds with the classes in `axis`, which is
    1 for networks of images.

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
        axis: int = -1,
    ) -> None:
        super().__init__(average, name, classes=classes, ignore_index=ignore_index, axis=axis)

    def _counts(self) -> tuple[Any, Any]:
        hits = numpy.diag(self.table)
        return hits, self.table.sum(axis=0) + self.table.sum(axis=1) - hits


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
        axis: int = -1,
    ) -> None:
        known = (None, "linear", "quadratic")
        require(
            weights in known, "CohenKappa", "weights", "linear, quadratic or None", repr(weights)
        )
        self.weights = weights
        super().__init__(classes, None, name, ignore_index=ignore_index, axis=axis)

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

    labels: 0 and 1; preds: probabilities of the same shape, (N, ...)
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

    def sums(self, labels: Any, preds: Any) -> Sums:
        total, count = np.array(0.0), 0
        for given in pairs(labels, preds, "Dice"):
            label, pred = (a.reshape(a.shape[0], -1) for a in same_shape(*given, "Dice"))
            chosen = pred if self.threshold is None else (pred > self.threshold).astype("float32")
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
