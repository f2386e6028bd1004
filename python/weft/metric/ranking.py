"""Metrics of the order of scores: areas under curves, and how far probabilities can be trusted.

They keep all scores until `reset`, because the order of all of them counts.
"""

import math
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._base.options import require, require_whole
from weft.metric._base import EvalMetric, pairs, register
from weft.metric._forms import Read, read, shares


class _Scores(EvalMetric):
    """Base: all labels and scores, one after another.

    labels: 0 and 1, with scores or probabilities of the same shape, or of both classes in a last
        axis; class indices, with those of all classes in a last axis; or 0 and 1 of each class, of
        shape (N, classes)
    """

    average: str | None = "macro"

    def reset(self) -> None:
        self._labels: list[Any] = []
        self._scores: list[Any] = []

    def update(self, labels: Any, preds: Any) -> None:
        where = type(self).__name__
        for label, pred in pairs(labels, preds, where):
            truth, scores = self._table(where, read(label, pred, self.form, None, where))
            if self._scores and scores.shape[1:] != self._scores[0].shape[1:]:
                raise InvalidValue(
                    f"{where}: `preds` must have the classes of earlier batches; got another number"
                )
            self._labels.append(truth)
            self._scores.append(scores)

    def _table(self, where: str, found: Read) -> tuple[Any, Any]:
        """Labels and scores in rows; labels of several yes or no have columns, too."""
        if found.axis is None:
            truth, scores = found.label.asnumpy(), found.pred.asnumpy()
            if self.form is not None and self.form.is_signed:
                truth = (truth + 1) // 2
            self._require(where, truth, 2)
            by_label = scores.ndim == 2 and scores.shape[1] > 1 and self.average != "micro"
            return (truth, scores) if by_label else (truth.ravel(), scores.ravel())
        truth = found.label.asnumpy().ravel().astype("int64")
        pred = np.moveaxis(found.pred, found.axis, -1)
        self._require(where, truth, pred.shape[-1])
        if self._has_scores():
            # Of two, the difference of scores has the order of the probabilities, without rounding.
            if pred.shape[-1] == 2:
                return truth, (pred[..., 1] - pred[..., 0]).asnumpy().ravel()
            pred = shares(pred.astype("float64"), self.form, -1)
        return truth, pred.asnumpy().reshape(-1, pred.shape[-1])

    def _has_scores(self) -> bool:
        return self.form is not None and self.form.numbers != "probabilities"

    def _require(self, where: str, truth: Any, classes: int) -> None:
        if truth.size and not ((truth >= 0) & (truth < classes) & (truth == truth.round())).all():
            raise InvalidValue(
                f"{where}: `labels` must be classes in [0, {classes}); got {truth.min()} to "
                f"{truth.max()}"
            )

    def _of_binary(self, truth: Any, scores: Any) -> float:
        """The figure of labels 0 and 1; NaN where one of them is missing."""
        raise NotImplementedError

    def get(self) -> tuple[str, Any]:
        if not self._labels:
            return self.name, math.nan
        truth, scores = numpy.concatenate(self._labels), numpy.concatenate(self._scores)
        if scores.ndim == 2 and scores.shape[1] == 2 and truth.ndim == 1:
            is_share = scores.min() >= 0 and scores.max() <= 1
            scores = scores[:, 1] if is_share else scores[:, 1] - scores[:, 0]
        if numpy.isnan(scores).any():  # which have no order
            return self.name, math.nan
        if scores.ndim == 1:
            return self.name, self._of_binary(truth == 1, scores)
        table = truth == 1 if truth.ndim == 2 else truth[:, None] == numpy.arange(scores.shape[1])
        if self.average == "micro":
            return self.name, self._of_binary(table.ravel(), scores.ravel())
        pairs_of = zip(table.T, scores.T, strict=True)
        found = [self._of_binary(of_class, column) for of_class, column in pairs_of]
        if self.average is None:
            return self.name, numpy.array(found)
        known = [(v, table[:, k].sum()) for k, v in enumerate(found) if not math.isnan(v)]
        if not known:
            return self.name, math.nan
        values, counts = numpy.array(known).T
        weights = counts if self.average == "weighted" else numpy.ones(len(known))
        return self.name, float((values * weights).sum() / weights.sum())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}={self.get()[1]})"


def _require_average(where: str, average: str | None) -> None:
    known = ("macro", "weighted", "micro", None)
    require(average in known, where, "average", "macro, weighted, micro or None", repr(average))


class ROCAUC(_Scores):
    """Area under the curve of hits over false alarms: the chance that a sample of a class has a
    higher score than another one; ties count half.

    labels: 0 and 1, with scores of the same shape; class indices, with scores of all classes in a
        last axis: each class against the others; or 0 and 1 of each class, of shape (N, classes)
    average: over classes: "macro", "weighted" by labels, "micro" for all together, None gives an
        array

    >>> from weft import metric, np
    >>> auc = metric.ROCAUC()
    >>> auc.update(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    >>> auc.get()
    ('roc_auc', 0.75)
    """

    def __init__(self, average: str | None = "macro", name: str = "roc_auc") -> None:
        _require_average("ROCAUC", average)
        self.average = average
        super().__init__(name)

    def _of_binary(self, truth: Any, scores: Any) -> float:
        """By ranks (Mann and Whitney 1947); equal scores share the mean of their ranks."""
        positives = int(truth.sum())
        negatives = len(truth) - positives
        if not positives or not negatives:
            return math.nan
        _, places, counts = numpy.unique(scores, return_inverse=True, return_counts=True)
        ends = numpy.cumsum(counts)
        ranks = (ends - (counts - 1) / 2)[places]
        above = ranks[truth].sum() - positives * (positives + 1) / 2
        return float(above / (positives * negatives))


class AveragePrecision(_Scores):
    """Mean precision over the recalls that thresholds give: the area under the curve of precision
    over recall, without interpolation.

    Arguments as for `ROCAUC`.

    >>> from weft import metric, np
    >>> area = metric.AveragePrecision()
    >>> area.update(np.array([0, 1, 1]), np.array([0.3, 0.2, 0.9]))
    >>> round(area.get()[1], 4)
    0.8333
    """

    def __init__(self, average: str | None = "macro", name: str = "average_precision") -> None:
        _require_average("AveragePrecision", average)
        self.average = average
        super().__init__(name)

    def _of_binary(self, truth: Any, scores: Any) -> float:
        positives = truth.sum()
        if not positives:
            return math.nan
        order = numpy.argsort(-scores, kind="stable")
        hits = numpy.cumsum(truth[order])
        last = numpy.append(numpy.diff(scores[order]) != 0, True)  # of scores that are equal
        hits, places = hits[last], (numpy.arange(len(scores)) + 1)[last]
        gains = numpy.diff(hits, prepend=0) / positives
        return float((gains * hits / places).sum())


class CalibrationError(EvalMetric):
    """How far the probability of the predicted class is from the share of right predictions: the
    mean over bins of probability, weighted by their samples (Guo et al. 2017).

    labels: class indices; preds: probabilities with one more axis, the last; or labels 0 and 1 and
        probabilities of 1. Scores of the loss of a model are made probabilities
    bins: how many of equal width
    norm: "l1" for the mean, "max" for the largest gap

    >>> from weft import metric, np
    >>> error = metric.CalibrationError()
    >>> error.update(np.array([1, 0]), np.array([0.75, 0.75]))
    >>> error.get()
    ('calibration_error', 0.25)
    """

    def __init__(self, bins: int = 15, norm: str = "l1", name: str = "calibration_error") -> None:
        require_whole("CalibrationError", "bins", bins, 1)
        require(norm in ("l1", "max"), "CalibrationError", "norm", "l1 or max", repr(norm))
        self.bins, self.norm = bins, norm
        super().__init__(name)

    def reset(self) -> None:
        self._counts = numpy.zeros(self.bins, "int64")
        self._right = numpy.zeros(self.bins)
        self._trust = numpy.zeros(self.bins)

    def update(self, labels: Any, preds: Any) -> None:
        for label, pred in pairs(labels, preds, "CalibrationError"):
            found = read(label, pred, self.form, None, "CalibrationError")
            truth = found.label.asnumpy().ravel()
            if found.axis is None:
                trust, right = shares(found.pred, self.form, None).asnumpy().ravel(), truth == 1
            else:
                rows = np.moveaxis(shares(found.pred, self.form, found.axis), found.axis, -1)
                table = rows.asnumpy().reshape(-1, rows.shape[-1])
                trust, right = table.max(axis=1), table.argmax(axis=1) == truth
            if bool(((trust < 0) | (trust > 1)).any()):
                raise InvalidValue(
                    "CalibrationError: `preds` must be probabilities; got "
                    f"{trust.min():.6g} to {trust.max():.6g}; take the softmax or sigmoid first"
                )
            above = numpy.nan_to_num(numpy.ceil(trust * self.bins)).astype("int64")  # NaN stays one
            places = numpy.clip(above - 1, 0, self.bins - 1)
            self._counts += numpy.bincount(places, minlength=self.bins)
            self._right += numpy.bincount(places, right, self.bins)
            self._trust += numpy.bincount(places, trust, self.bins)

    def get(self) -> tuple[str, float]:
        count = self._counts.sum()
        if not count:
            return self.name, math.nan
        gaps = numpy.abs(self._right - self._trust)
        if self.norm == "max":
            return self.name, float((gaps / numpy.maximum(self._counts, 1)).max())
        return self.name, float(gaps.sum() / count)

    def __repr__(self) -> str:
        return f"CalibrationError({self.name}={self.get()[1]:.6g})"


register(ROCAUC, "roc_auc", "auc")
register(AveragePrecision, "average_precision", "pr_auc", "prauc")
register(CalibrationError, "calibration_error", "ece")

__all__ = ["ROCAUC", "AveragePrecision", "CalibrationError"]
__dir__ = __all__.copy
