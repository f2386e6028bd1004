"""Metrics of numbers: distances, correlation, and losses."""

from dataclasses import dataclass
from typing import Any

from weft import metric
from weft._core.typing import ndarray
from weft.mxnet.gluon.metric._base import as_plain
from weft.mxnet.gluon.metric._named import known
from weft.mxnet.gluon.metric._native import NamedMetric


@known.register
@dataclass(eq=False, repr=False)
class MAE(NamedMetric):
    """Mean absolute error."""

    name: str = "mae"
    native = metric.MAE


@known.register
@dataclass(eq=False, repr=False)
class MSE(NamedMetric):
    """Mean squared error."""

    name: str = "mse"
    native = metric.MSE


@known.register
@dataclass(eq=False, repr=False)
class RMSE(NamedMetric):
    """Root of the mean squared error."""

    name: str = "rmse"
    native = metric.RMSE


@known.register
@dataclass(eq=False, repr=False)
class PearsonCorrelation(NamedMetric):
    """Pearson's correlation of labels and predictions."""

    name: str = "pearsonr"
    native = metric.PearsonCorrelation


@known.register
@dataclass(eq=False, repr=False)
class MeanPairwiseDistance(NamedMetric):
    """Mean distance of labels and predictions by the norm of power `p`."""

    name: str = "mpd"
    p: float = 2
    native = metric.MeanPairwiseDistance


@known.register
@dataclass(eq=False, repr=False)
class MeanCosineSimilarity(NamedMetric):
    """Mean cosine of the angle between labels and predictions."""

    name: str = "cos_sim"
    eps: float = 1e-8
    native = metric.MeanCosineSimilarity


@known.register
@dataclass(eq=False, repr=False)
class Loss(NamedMetric):
    """Mean of all elements of the predictions, which are losses."""

    name: str = "loss"
    native = metric.Loss

    def update(self, _: Any, preds: Any) -> None:
        for pred in [preds] if isinstance(preds, ndarray) else preds:
            self._take(None, as_plain(pred), int(pred.size))


@known.register
@dataclass(eq=False, repr=False)
class Torch(Loss):
    """The same under another name."""

    name: str = "torch"


__all__ = [
    "MAE",
    "MSE",
    "RMSE",
    "Loss",
    "MeanCosineSimilarity",
    "MeanPairwiseDistance",
    "PearsonCorrelation",
    "Torch",
]
