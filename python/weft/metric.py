"""Figures gathered over batches: `update(labels, preds)`, then `get()`.

>>> from weft import metric, np
>>> accuracy = metric.Accuracy()
>>> accuracy.update(np.array([1, 0]), np.array([[0.1, 0.9], [0.2, 0.8]]))
>>> accuracy.get()
('accuracy', 0.5)
"""

import math
from typing import Any

from weft import np
from weft._errors import InvalidValue
from weft._registry import Registry

_registry = Registry("metric")


def _pairs(labels: Any, preds: Any, where: str) -> list[tuple[np.ndarray, np.ndarray]]:
    labels = list(labels) if isinstance(labels, list | tuple) else [labels]
    preds = list(preds) if isinstance(preds, list | tuple) else [preds]
    if len(labels) != len(preds):
        raise InvalidValue(
            f"{where}: `labels` and `preds` must have the same number of arrays; "
            f"got {len(labels)} and {len(preds)}"
        )
    return [
        (np.asarray(label), np.asarray(pred)) for label, pred in zip(labels, preds, strict=True)
    ]


class EvalMetric:
    """Base: the mean of what `update` adds."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.reset()

    def reset(self) -> None:
        """Starts again."""
        self.total = 0.0
        self.count = 0

    def update(self, labels: Any, preds: Any) -> None:
        """Adds a batch; lists of arrays are added one by one."""
        raise NotImplementedError

    def get(self) -> tuple[str, float]:
        """Name and value; the value is nan before the first update."""
        return self.name, self.total / self.count if self.count else math.nan

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}={self.get()[1]:.6g})"


class Accuracy(EvalMetric):
    """Share of right predictions.

    labels: class indices; preds: the same, or scores with one more axis, `axis`
    """

    def __init__(self, axis: int = -1, name: str = "accuracy") -> None:
        self.axis = axis
        super().__init__(name)

    def update(self, labels: Any, preds: Any) -> None:
        for label, pred in _pairs(labels, preds, "Accuracy"):
            chosen = np.argmax(pred, axis=self.axis) if pred.ndim > label.ndim else pred
            if chosen.shape != label.shape:
                raise InvalidValue(
                    f"Accuracy: `preds` of shape {pred.shape} do not fit `labels` of shape "
                    f"{label.shape}"
                )
            self.total += int(np.sum(chosen == label))
            self.count += label.size


class Loss(EvalMetric):
    """Mean of all elements of the predictions, which are losses; labels are not looked at."""

    def __init__(self, name: str = "loss") -> None:
        super().__init__(name)

    def update(self, labels: Any, preds: Any) -> None:
        for pred in preds if isinstance(preds, list | tuple) else [preds]:
            values = np.asarray(pred)
            self.total += float(np.sum(values))
            self.count += values.size


class MSE(EvalMetric):
    """Mean squared difference of labels and predictions."""

    def __init__(self, name: str = "mse") -> None:
        super().__init__(name)

    def update(self, labels: Any, preds: Any) -> None:
        for label, pred in _pairs(labels, preds, "MSE"):
            self.total += float(np.sum(np.square(label - pred)))
            self.count += label.size


_registry.add(Accuracy, "acc")
_registry.add(Loss)
_registry.add(MSE)


def create(spec: str | EvalMetric, **options: Any) -> EvalMetric:
    """The metric that a name stands for, such as "acc" or "loss"."""
    return _registry.create(spec, **options)


__all__ = ["MSE", "Accuracy", "EvalMetric", "Loss", "create"]
