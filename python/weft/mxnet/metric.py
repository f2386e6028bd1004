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

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from weft import metric as _weft
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.registry import Registry
from weft.mxnet.gluon import metric as _new
from weft.mxnet.gluon.metric import (
    PCC,
    Accuracy,
    CustomMetric,
    EvalMetric,
    Loss,
    Names,
    TopKAccuracy,
    Torch,
    check_label_shapes,
)

_registry = Registry("metric")


def register(klass: type, name: str | None = None) -> type:
    """Decorator: makes an own metric known by its lower-case name, or by another."""
    return _registry.add(klass, *([name] if name else []))


def alias(*aliases: str) -> Callable[[type], type]:
    """Decorator: makes an own metric known by other names."""
    return lambda klass: _registry.add(klass, *aliases)


def create(metric: Any, *args: Any, **options: Any) -> Any:
    """The metric of a name, of what `get_config` gave as JSON, or of a function of NumPy arrays; of
    a list, all of them. Raises AssertionError for an unknown name."""
    return _new.created(_registry, CompositeEvalMetric, CustomMetric, metric, args, options)


class CompositeEvalMetric(_new.CompositeEvalMetric):
    """Several metrics that are updated together; `get` gives lists of names and values."""

    def __init__(
        self,
        metrics: Iterable[Any] | None = None,
        name: str = "composite",
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        super().__init__(metrics, name, output_names, label_names)

    _create = staticmethod(create)


class _OfUpdates(EvalMetric):
    """The mean of the figure of each update, or with `average='micro'` the figure of all."""

    def __init__(
        self,
        name: str,
        output_names: Names,
        label_names: Names,
        average: str = "macro",
        **options: Any,
    ) -> None:
        self.average = average
        super().__init__(name, output_names, label_names, True, **options)

    def figure(self) -> Any:
        """Weft's metric, fresh."""
        raise NotImplementedError

    def count(self, label: Any) -> int:
        """What a batch counts as in a figure of all."""
        return int(label.shape[0])

    def reset(self) -> None:
        self.reset_local()
        self._all = self.figure()
        self._sums: list[float] = []

    def reset_local(self) -> None:
        super().reset()
        self._some = self.figure()

    def update(self, labels: Any, preds: Any) -> None:
        pairs = _new.paired(labels, preds)
        found = [label for label, _ in pairs], [pred for _, pred in pairs]
        for metric in (self._some, self._all):
            metric.update(*found)
        if self.average == "micro":
            self.num_inst += sum(self.count(label) for label in found[0])
            return
        for batch in self.batches(pairs):
            metric = self.figure()
            metric.update(*batch)
            value = float(metric.get()[1])
            self.sum_metric += value
            self.num_inst += 1
            self._sums.append(value)

    def batches(self, pairs: Any) -> list[Any]:
        """What one figure is taken of: all arrays of an update."""
        return [([label for label, _ in pairs], [pred for _, pred in pairs])]

    def get(self) -> tuple[Any, Any]:
        if not self.num_inst:
            return self.name, math.nan
        micro = self.average == "micro"
        return self.name, self._some.get()[1] if micro else self.sum_metric / self.num_inst

    def get_global(self) -> tuple[Any, Any]:
        if self.average == "micro":
            return self.name, self._all.get()[1]
        return self.name, sum(self._sums) / len(self._sums) if self._sums else math.nan


class F1(_OfUpdates):
    """Harmonic mean of precision and recall of two classes."""

    def __init__(
        self,
        name: str = "f1",
        output_names: Names = None,
        label_names: Names = None,
        average: str = "macro",
    ) -> None:
        super().__init__(name, output_names, label_names, average)

    def figure(self) -> Any:
        return _weft.F1()


class MCC(_OfUpdates):
    """Matthews' correlation of two classes."""

    def __init__(
        self,
        name: str = "mcc",
        output_names: Names = None,
        label_names: Names = None,
        average: str = "macro",
    ) -> None:
        super().__init__(name, output_names, label_names, average)

    def figure(self) -> Any:
        return _weft.MCC()


class PearsonCorrelation(_OfUpdates):
    """Pearson's correlation of labels and predictions."""

    def __init__(
        self,
        name: str = "pearsonr",
        output_names: Names = None,
        label_names: Names = None,
        average: str = "macro",
    ) -> None:
        super().__init__(name, output_names, label_names, average)

    def figure(self) -> Any:
        return _weft.PearsonCorrelation()

    def batches(self, pairs: Any) -> list[Any]:
        return [([label], [pred]) for label, pred in pairs]


class _OfBatches(_OfUpdates):
    """The mean of the errors of batches."""

    native: Any
    usual = ""

    def __init__(
        self, name: str | None = None, output_names: Names = None, label_names: Names = None
    ) -> None:
        super().__init__(name or self.usual, output_names, label_names)

    def figure(self) -> Any:
        return self.native()

    def batches(self, pairs: Any) -> list[Any]:
        return [([label], [pred]) for label, pred in pairs]


class MAE(_OfBatches):
    """Mean absolute error."""

    native, usual = _weft.MAE, "mae"


class MSE(_OfBatches):
    """Mean squared error."""

    native, usual = _weft.MSE, "mse"


class RMSE(_OfBatches):
    """Root of the mean squared error."""

    native, usual = _weft.RMSE, "rmse"


class CrossEntropy(_new.CrossEntropy):
    """Mean of minus the logarithm of the probability of the label's class."""

    def __init__(
        self,
        eps: float = 1e-12,
        name: str = "cross-entropy",
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        super().__init__(eps, None, -1, False, name, output_names, label_names)
        self._kwargs = {"eps": eps}


class NegativeLogLikelihood(CrossEntropy):
    """The same under another name."""

    def __init__(
        self,
        eps: float = 1e-12,
        name: str = "nll-loss",
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        super().__init__(eps, name, output_names, label_names)


class Perplexity(_new.Perplexity):
    """The exponential of the mean cross-entropy.

    ignore_label: a label that does not count, or None
    """

    def __init__(
        self,
        ignore_label: int | None,
        axis: int = -1,
        name: str = "perplexity",
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        super().__init__(1e-12, ignore_label, axis, False, name, output_names, label_names)
        self._kwargs = {"ignore_label": ignore_label, "axis": axis}


class Caffe(Torch):
    """The mean of losses, under another name."""

    def __init__(
        self, name: str = "caffe", output_names: Names = None, label_names: Names = None
    ) -> None:
        super().__init__(name, output_names, label_names)


def np(
    numpy_feval: Callable[[Any, Any], Any],
    name: str | None = None,
    allow_extra_outputs: bool = False,
) -> CustomMetric:
    """The metric of a function of NumPy arrays."""
    return CustomMetric(numpy_feval, name, allow_extra_outputs)


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
