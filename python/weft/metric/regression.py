"""Metrics of numbers: how far predictions are from labels of the same shape."""

import math
from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft.metric._base import EvalMetric, Sums, added, count_of, pairs, register, same_shape


class _ElementMean(EvalMetric):
    def elements(self, gap: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def sums(self, labels: Any, preds: Any) -> Sums:
        where = type(self).__name__
        given = [same_shape(*pair, where) for pair in pairs(labels, preds, where)]
        return added((np.sum(self.elements(y - p)), count_of(y)) for y, p in given)


class MAE(_ElementMean):
    """Mean absolute difference of labels and predictions.

    >>> from weft import metric, np
    >>> error = metric.MAE()
    >>> error.update(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    >>> error.get()
    ('mae', 1.0)
    """

    def __init__(self, name: str = "mae") -> None:
        super().__init__(name)

    def elements(self, gap: np.ndarray) -> np.ndarray:
        return np.abs(gap)


class MSE(_ElementMean):
    """Mean squared difference of labels and predictions.

    >>> from weft import metric, np
    >>> error = metric.MSE()
    >>> error.update(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    >>> error.get()
    ('mse', 2.0)
    """

    def __init__(self, name: str = "mse") -> None:
        super().__init__(name)

    def elements(self, gap: np.ndarray) -> np.ndarray:
        return np.square(gap)


class RMSE(MSE):
    """Root of the mean squared difference, over all batches.

    >>> from weft import metric, np
    >>> error = metric.RMSE()
    >>> error.update(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    >>> error.get()
    ('rmse', 2.0)
    """

    def __init__(self, name: str = "rmse") -> None:
        super().__init__(name)

    def get(self) -> tuple[str, float]:
        name, value = super().get()
        return name, math.sqrt(value)


class MAPE(EvalMetric):
    """Mean of |label - prediction| / |label|; `eps` is the least divisor.

    >>> from weft import metric, np
    >>> error = metric.MAPE()
    >>> error.update(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    >>> error.get()
    ('mape', 0.25)
    """

    def __init__(self, eps: float = 1e-7, name: str = "mape") -> None:
        self.eps = eps
        super().__init__(name)

    def sums(self, labels: Any, preds: Any) -> Sums:
        given = [same_shape(*pair, "MAPE") for pair in pairs(labels, preds, "MAPE")]
        return added(
            (np.sum(np.abs(y - p) / np.maximum(np.abs(y), self.eps)), count_of(y)) for y, p in given
        )


class R2(EvalMetric):
    """Share of the labels' variance that the predictions explain: 1 minus the sum of squared
    differences over that of the labels from their mean. nan where the labels do not vary.

    >>> from weft import metric, np
    >>> share = metric.R2()
    >>> share.update(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 2.0]))
    >>> share.get()
    ('r2', 0.5)
    """

    def __init__(self, name: str = "r2") -> None:
        super().__init__(name)

    def reset(self) -> None:
        self._gaps = 0.0
        self._labels = PearsonCorrelation()  # has the labels' moments

    def update(self, labels: Any, preds: Any) -> None:
        for given in pairs(labels, preds, "R2"):
            label, pred = same_shape(*given, "R2")
            self._gaps += float(np.sum(np.square(label.astype("float64") - pred)))
            self._labels.update(label, label)

    def get(self) -> tuple[str, float]:
        spread = self._labels.moments[0]
        return self.name, 1 - self._gaps / spread if spread else math.nan


class _RowMean(EvalMetric):
    """The mean over rows, which are the last axis."""

    def row(self, label: np.ndarray, pred: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def sums(self, labels: Any, preds: Any) -> Sums:
        where = type(self).__name__
        given = [same_shape(*pair, where) for pair in pairs(labels, preds, where)]
        if any(label.ndim == 0 for label, _ in given):
            raise InvalidValue(f"{where}: `labels` must have at least one axis; got none")
        rows = [self.row(label, pred) for label, pred in given]
        return added((np.sum(found), count_of(found)) for found in rows)


class MeanPairwiseDistance(_RowMean):
    """Mean distance of rows, in the p-norm.

    >>> from weft import metric, np
    >>> distance = metric.MeanPairwiseDistance()
    >>> distance.update(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]]))
    >>> distance.get()
    ('mpd', 5.0)
    """

    def __init__(self, p: float = 2, name: str = "mpd") -> None:
        if p <= 0:
            raise InvalidValue(f"MeanPairwiseDistance: `p` must be above 0; got {p}")
        self.p = p
        super().__init__(name)

    def row(self, label: np.ndarray, pred: np.ndarray) -> np.ndarray:
        return np.linalg.norm(label - pred, ord=self.p, axis=-1)


class MeanCosineSimilarity(_RowMean):
    """Mean cosine of the angle between rows; `eps` is the least product of lengths.

    >>> from weft import metric, np
    >>> cosine = metric.MeanCosineSimilarity()
    >>> cosine.update(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[2.0, 0.0], [1.0, 0.0]]))
    >>> cosine.get()
    ('cos_sim', 0.5)
    """

    def __init__(self, eps: float = 1e-8, name: str = "cos_sim") -> None:
        self.eps = eps
        super().__init__(name)

    def row(self, label: np.ndarray, pred: np.ndarray) -> np.ndarray:
        lengths = np.linalg.norm(label, axis=-1) * np.linalg.norm(pred, axis=-1)
        return np.sum(label * pred, axis=-1) / np.maximum(lengths, self.eps)


class PearsonCorrelation(EvalMetric):
    """Correlation of all labels and predictions so far.

    Moments are merged batch by batch (Chan, Golub, LeVeque 1979), so that large means cost no
    digits. nan where one side does not vary.

    >>> from weft import metric, np
    >>> correlation = metric.PearsonCorrelation()
    >>> correlation.update(np.array([1.0, 2.0, 3.0]), np.array([3.0, 5.0, 7.0]))
    >>> round(correlation.get()[1], 4)
    1.0
    """

    def __init__(self, name: str = "pearsonr") -> None:
        super().__init__(name)

    def reset(self) -> None:
        self.count = 0
        self.means = (0.0, 0.0)
        self.moments = (0.0, 0.0, 0.0)  # of labels, of predictions, of both

    def update(self, labels: Any, preds: Any) -> None:
        for given in pairs(labels, preds, "PearsonCorrelation"):
            label, pred = same_shape(*given, "PearsonCorrelation")
            x, y = (
                label.asnumpy().astype("float64").ravel(),
                pred.asnumpy().astype("float64").ravel(),
            )
            if x.size:
                self._merge(x, y)

    def _merge(self, x: Any, y: Any) -> None:
        means = float(x.mean()), float(y.mean())
        x, y = x - means[0], y - means[1]
        moments = float(x @ x), float(y @ y), float(x @ y)
        gaps = means[0] - self.means[0], means[1] - self.means[1]
        whole = self.count + x.size
        share = self.count * x.size / whole
        between = (gaps[0] * gaps[0], gaps[1] * gaps[1], gaps[0] * gaps[1])
        self.moments = tuple(
            a + b + c * share for a, b, c in zip(self.moments, moments, between, strict=True)
        )
        self.means = tuple(
            mean + gap * x.size / whole for mean, gap in zip(self.means, gaps, strict=True)
        )
        self.count = whole

    def get(self) -> tuple[str, float]:
        of_labels, of_preds, of_both = self.moments
        scale = math.sqrt(of_labels * of_preds)
        return self.name, of_both / scale if scale else math.nan


register(MAE)
register(MSE)
register(RMSE)
register(MAPE)
register(R2, "r2_score")
register(MeanPairwiseDistance, "mpd")
register(MeanCosineSimilarity, "cos_sim")
register(PearsonCorrelation, "pearsonr")


__all__ = [
    "MAE",
    "MAPE",
    "MSE",
    "R2",
    "RMSE",
    "MeanCosineSimilarity",
    "MeanPairwiseDistance",
    "PearsonCorrelation",
]
__dir__ = __all__.copy
