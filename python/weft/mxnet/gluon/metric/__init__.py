"""Metrics as `mx.gluon.metric` of 2.0 has them: `update(labels, preds)`, then `get()`.

`mx.metric` has those of 1.x, of which some take means in another way.

>>> from weft import np
>>> from weft import mxnet as mx
>>> accuracy = mx.gluon.metric.create("acc")
>>> accuracy.update([np.array([1, 0])], [np.array([[0.1, 0.9], [0.2, 0.8]])])
>>> accuracy.get()
('accuracy', 0.5)
"""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.mxnet.gluon.metric._base import EvalMetric, check_label_shapes
from weft.mxnet.gluon.metric._classification import (
    F1,
    MCC,
    PCC,
    Accuracy,
    BinaryAccuracy,
    CrossEntropy,
    Fbeta,
    Perplexity,
    TopKAccuracy,
    one_hot,
    predict_with_threshold,
)
from weft.mxnet.gluon.metric._named import CompositeEvalMetric, CustomMetric, np
from weft.mxnet.gluon.metric._named import known as _known
from weft.mxnet.gluon.metric._regression import (
    MAE,
    MSE,
    RMSE,
    Loss,
    MeanCosineSimilarity,
    MeanPairwiseDistance,
    PearsonCorrelation,
    Torch,
)

register, alias, create = _known.register, _known.alias, _known.create

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.metric", _words.LOSSES, ("metric",))

__all__ = [
    "F1",
    "MAE",
    "MCC",
    "MSE",
    "PCC",
    "RMSE",
    "Accuracy",
    "BinaryAccuracy",
    "CompositeEvalMetric",
    "CrossEntropy",
    "CustomMetric",
    "EvalMetric",
    "Fbeta",
    "Loss",
    "MeanCosineSimilarity",
    "MeanPairwiseDistance",
    "PearsonCorrelation",
    "Perplexity",
    "TopKAccuracy",
    "Torch",
    "check_label_shapes",
    "create",
    "np",
    "one_hot",
    "predict_with_threshold",
    "register",
]
__dir__ = __all__.copy
