"""Metrics as `mx.metric` of 1.x has them: since the last `reset_local`, and since `reset`.

They differ from `mx.gluon.metric` of 2.0 in how they take means: errors are means of the means of
batches, and with `average='macro'`, the default, F1 and correlations are means over updates.

>>> from weft import np
>>> from weft import mxnet as mx
>>> error = mx.metric.create("mae")
>>> error.update([np.array([1.0, 2.0])], [np.array([1.5, 2.0])])
>>> error.get()
('mae', 0.25)
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from weft import metric as _weft
from weft import np as _np
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.mxnet.gluon.metric import (
    PCC,
    Accuracy,
    CustomMetric,
    EvalMetric,
    Loss,
    TopKAccuracy,
    Torch,
    check_label_shapes,
    np,
)
from weft.mxnet.gluon.metric import CompositeEvalMetric as _Composite
from weft.mxnet.gluon.metric._base import Names as _Names
from weft.mxnet.gluon.metric._base import paired as _paired
from weft.mxnet.gluon.metric._classification import OfProbabilities as _OfProbabilities
from weft.mxnet.gluon.metric._named import Known as _Known
from weft.mxnet.gluon.metric._native import NamedMetric as _NamedMetric
from weft.mxnet.gluon.metric._native import sides as _sides

_known = _Known()
register, alias, create = _known.register, _known.alias, _known.create


class CompositeEvalMetric(_Composite):
    """Several metrics that are updated together; `get` gives lists of names and values."""

    _create = create


class _OfUpdates(_NamedMetric):
    """The mean of the figure of each update, or with `average='micro'` the figure of all."""

    average = "macro"
    by_array = False  # has each array of an update a figure of its own?

    def _made(self) -> Any:
        return self.native()

    def update(self, labels: Any, preds: Any) -> None:
        if self.average == "micro":
            super().update(labels, preds)
            return
        pairs = _paired(labels, preds)
        for batch in [[pair] for pair in pairs] if self.by_array else [pairs]:
            figure = self._made()
            figure.update(*_sides(batch))
            self._add(float(figure.get()[1]), 1)


@dataclass(eq=False, repr=False)
class F1(_OfUpdates):
    """Harmonic mean of precision and recall of two classes."""

    name: str = "f1"
    average: str = "macro"
    native = _weft.F1

    def _made(self) -> Any:
        return self.native(threshold=0.5)  # of any numbers


@dataclass(eq=False, repr=False)
class MCC(_OfUpdates):
    """Matthews' correlation of two classes."""

    name: str = "mcc"
    average: str = "macro"
    native = _weft.MCC


@dataclass(eq=False, repr=False)
class PearsonCorrelation(_OfUpdates):
    """Pearson's correlation of labels and predictions."""

    name: str = "pearsonr"
    average: str = "macro"
    native, by_array = _weft.PearsonCorrelation, True


@dataclass(eq=False, repr=False)
class MAE(_OfUpdates):
    """Mean absolute error."""

    name: str = "mae"
    native, by_array = _weft.MAE, True


@dataclass(eq=False, repr=False)
class MSE(_OfUpdates):
    """Mean squared error."""

    name: str = "mse"
    native, by_array = _weft.MSE, True


@dataclass(eq=False, repr=False)
class RMSE(_OfUpdates):
    """Root of the mean squared error."""

    name: str = "rmse"
    native, by_array = _weft.RMSE, True


@dataclass(eq=False, repr=False)
class CrossEntropy(_OfProbabilities):
    """Mean of minus the logarithm of the probability of the label's class."""

    eps: float = 1e-12
    name: str = "cross-entropy"
    output_names: _Names = None
    label_names: _Names = None
    native = _weft.CrossEntropy


@dataclass(eq=False, repr=False)
class NegativeLogLikelihood(CrossEntropy):
    """The same under another name."""

    name: str = "nll-loss"


@dataclass(eq=False, repr=False)
class Perplexity(_OfProbabilities):
    """The exponential of the mean cross-entropy.

    ignore_label: a label that does not count, or None
    """

    ignore_label: int | None
    axis: int = -1
    name: str = "perplexity"
    output_names: _Names = None
    label_names: _Names = None
    native = _weft.Perplexity

    def prepared(self, label: Any, pred: Any) -> tuple[Any, Any]:
        """As of all; a label beyond the classes counts as the nearest one, as `pick` has it."""
        label, pred = super().prepared(label, pred)
        held = _np.clip(label, 0, pred.shape[self.axis] - 1)
        if self.ignore_label is not None:
            held = _np.where(label == self.ignore_label, label, held)
        return held, pred


@dataclass(eq=False, repr=False)
class Caffe(Torch):
    """The mean of losses, under another name."""

    name: str = "caffe"


for _class in (
    *(Accuracy, TopKAccuracy, F1, MCC, PCC, PearsonCorrelation, MAE, MSE, RMSE, CrossEntropy),
    *(NegativeLogLikelihood, Perplexity, Loss, Torch, Caffe, CompositeEvalMetric, CustomMetric),
):
    register(_class)

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.metric", _words.LOSSES, ("metric",))

__all__ = [
    "F1",
    "MAE",
    "MCC",
    "MSE",
    "PCC",
    "RMSE",
    "Accuracy",
    "Caffe",
    "CompositeEvalMetric",
    "CrossEntropy",
    "CustomMetric",
    "EvalMetric",
    "Loss",
    "NegativeLogLikelihood",
    "PearsonCorrelation",
    "Perplexity",
    "TopKAccuracy",
    "Torch",
    "alias",
    "check_label_shapes",
    "create",
    "np",
    "register",
]
__dir__ = __all__.copy
