"""Figures gathered over batches: `update(labels, preds)`, then `get()`.

>>> from weft import metric, np
>>> accuracy = metric.Accuracy()
>>> accuracy.update(np.array([1, 0]), np.array([[0.1, 0.9], [0.2, 0.8]]))
>>> accuracy.get()
('accuracy', 0.5)
"""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.metric._base import EvalMetric, Loss, register
from weft.metric._custom import CustomMetric
from weft.metric._forms import Form
from weft.metric._several import CompositeEvalMetric, create
from weft.metric.classification import (
    F1,
    MCC,
    PCC,
    Accuracy,
    BinaryAccuracy,
    CrossEntropy,
    Fbeta,
    NegativeLogLikelihood,
    Perplexity,
    TopKAccuracy,
)
from weft.metric.detection import MeanAveragePrecision
from weft.metric.ranking import ROCAUC, AveragePrecision, CalibrationError
from weft.metric.regression import (
    MAE,
    MAPE,
    MSE,
    R2,
    RMSE,
    MeanCosineSimilarity,
    MeanPairwiseDistance,
    PearsonCorrelation,
)
from weft.metric.tables import CohenKappa, ConfusionMatrix, Dice, IoU, Precision, Recall
from weft.metric.text import BLEU

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.metric", _words.METRICS)

__all__ = [
    "BLEU",
    "F1",
    "MAE",
    "MAPE",
    "MCC",
    "MSE",
    "PCC",
    "R2",
    "RMSE",
    "ROCAUC",
    "Accuracy",
    "AveragePrecision",
    "BinaryAccuracy",
    "CalibrationError",
    "CohenKappa",
    "CompositeEvalMetric",
    "ConfusionMatrix",
    "CrossEntropy",
    "CustomMetric",
    "Dice",
    "EvalMetric",
    "Fbeta",
    "Form",
    "IoU",
    "Loss",
    "MeanAveragePrecision",
    "MeanCosineSimilarity",
    "MeanPairwiseDistance",
    "NegativeLogLikelihood",
    "PearsonCorrelation",
    "Perplexity",
    "Precision",
    "Recall",
    "TopKAccuracy",
    "create",
    "register",
]
__dir__ = __all__.copy
