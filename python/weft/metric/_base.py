"""What all metrics have in common, and their names."""

import math
from collections.abc import Iterable
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._base.registry import Registry
from weft._base.spelling import ChecksOptions, knows_words
from weft._base.words import METRIC, METRIC_NAMES
from weft._core.halves import widened
from weft.metric._forms import Form, require_all

registry = Registry("metric", METRIC_NAMES)


def arrays(given: Any) -> list[np.ndarray]:
    """One array, or each of a list; halves as float32, because their sums soon pass the largest
    half, and epsilons are 0."""
    parts = given if isinstance(given, list | tuple) else [given]
    return [widened(np.asarray(part)) for part in parts]


def pairs(labels: Any, preds: Any, where: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Labels and predictions side by side. Raises ValueError if their numbers differ."""
    found_labels, found_preds = arrays(labels), arrays(preds)
    if len(found_labels) != len(found_preds):
        raise InvalidValue(
            f"{where}: `labels` and `preds` must have the same number of arrays; "
            f"got {len(found_labels)} and {len(found_preds)}"
        )
    return list(zip(found_labels, found_preds, strict=True))


def same_shape(label: np.ndarray, pred: np.ndarray, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Both, where they have the same elements: (N,) goes with (N, 1). Raises ValueError."""
    if label.shape == pred.shape:
        return label, pred
    if [n for n in label.shape if n != 1] == [n for n in pred.shape if n != 1]:
        return label.reshape(pred.shape), pred
    raise InvalidValue(
        f"{where}: `preds` of shape {pred.shape} do not fit `labels` of shape {label.shape}"
    )


def classes_counted(label: np.ndarray, ignore_index: float | None) -> np.ndarray:
    """Which labels count: bools."""
    if ignore_index is None:
        return np.ones_like(label, dtype="bool")
    return label != ignore_index


def require_classes(label: np.ndarray, counted: np.ndarray, where: str, in_plan: bool) -> None:
    """Raises where a label that counts is negative."""
    if label.dtype.name[0] not in "ub":
        rule = "`labels` must be at least 0; give what stands for no class as `ignore_index`"
        require_all((label >= 0) | ~counted, where, rule, label, in_plan)


Sums = tuple[np.ndarray, np.ndarray]


def added(parts: Iterable[Sums]) -> Sums:
    """The sums and counts of several pairs of arrays together."""
    first, *others = parts
    total, count = first
    for part in others:
        total, count = total + part[0], count + part[1]
    return total, count


def count_of(array: np.ndarray) -> np.ndarray:
    """The number of elements, as an array."""
    return np.array(array.size, dtype="int64")


@knows_words(METRIC)
class EvalMetric(ChecksOptions):
    """Base: the mean of what `update` adds to `total` and `count`.

    A subclass writes `update`, or `sums`, which a training step can have in its plan. `form` says
    what predictions are, a `metric.Form`; None where nobody has said it.

    >>> from weft import metric, np
    >>> class Bias(metric.EvalMetric):
    ...     def update(self, labels, preds):
    ...         self.total += float((preds - labels).sum())
    ...         self.count += labels.size
    >>> bias = Bias("bias")
    >>> bias.update(np.array([1.0, 2.0]), np.array([1.5, 3.5]))
    >>> bias.get()
    ('bias', 1.0)
    """

    form: Form | None = None

    def __init__(self, name: str) -> None:
        self.name = name
        self.reset()

    def read_as(self, form: Form | None) -> None:
        """Takes what a loss says of predictions, as a model does with the form of its loss.

        >>> from weft import gluon, metric, np
        >>> recall = metric.Recall()
        >>> recall.read_as(gluon.loss.SigmoidBCELoss().form)
        >>> recall.update(np.array([1, 1]), np.array([[0.2], [-0.3]]))  # scores: a yes above 0
        >>> recall.get()
        ('recall', 0.5)
        """
        self.form = form

    def ignored(self, own: float | None) -> float | None:
        """The label of what does not count: the metric's own, or that of the loss."""
        return self.form.ignore_index if own is None and self.form is not None else own

    def reset(self) -> None:
        """Starts again."""
        self.total = 0.0
        self.count = 0

    def update(self, labels: Any, preds: Any) -> None:
        """Adds a batch; lists of arrays are added one by one."""
        found = self.sums(labels, preds)
        if found is None:
            raise NotImplementedError(f"{type(self).__name__} has neither `update` nor `sums`")
        self.add_sums(float(found[0]), int(found[1]))

    def sums(self, labels: Any, preds: Any) -> Sums | None:
        """What a batch adds to `total` and `count`, as arrays of rank 0: nothing here reads a
        value, so a plan computes it. None for a metric that is no such mean.

        >>> from weft import metric, np
        >>> metric.MAE().sums(np.array([1.0, 2.0]), np.array([1.5, 4.0]))
        (array(2.5), array(2))
        """
        return None

    def add_sums(self, total: float, count: int) -> None:
        """Adds what `sums` gave for a batch, or for several together."""
        self.total += total
        self.count += count

    def get(self) -> tuple[Any, Any]:
        """Name and value; the value is nan before the first update."""
        return self.name, self.total / self.count if self.count else math.nan

    def get_name_value(self) -> list[tuple[str, float]]:
        """Pairs of name and value, one for each figure, as `fit` has them: of figures by class
        "recall_0", "recall_1" and so on. A table, such as of `ConfusionMatrix`, is no figure: `get`
        gives it.

        >>> from weft import metric, np
        >>> recall = metric.Recall(average=None)
        >>> recall.update(np.array([0, 1, 1]), np.array([0, 1, 0]))
        >>> recall.get_name_value()
        [('recall_0', 1.0), ('recall_1', 0.5)]
        """
        name, value = self.get()
        if isinstance(name, list):
            return list(zip(name, value, strict=True))
        if not isinstance(value, numpy.ndarray | np.ndarray):
            return [(name, value)]
        return [(f"{name}_{k}", v) for k, v in enumerate(value.tolist())] if value.ndim == 1 else []

    def __repr__(self) -> str:
        figures = ", ".join(f"{name}={value:.6g}" for name, value in self.get_name_value())
        return f"{type(self).__name__}({figures})"


def register(cls: type, *names: str) -> type:
    """Makes a metric known to `create` by its name in lower case, and by others.

    >>> from weft import metric, np
    >>> @metric.register
    ... class Bias(metric.EvalMetric):
    ...     def __init__(self, name="bias"):
    ...         super().__init__(name)
    ...     def update(self, labels, preds):
    ...         self.total += float((preds - labels).sum())
    ...         self.count += labels.size
    >>> found = metric.create("bias")
    >>> found.update(np.array([1.0, 2.0]), np.array([1.5, 3.5]))
    >>> found.get()
    ('bias', 1.0)
    """
    return registry.add(cls, *names)


class Loss(EvalMetric):
    """Mean of all elements of the predictions, which are losses; labels are not looked at.

    >>> from weft import metric, np
    >>> mean = metric.Loss()
    >>> mean.update(None, np.array([1.0, 2.0]))
    >>> mean.get()
    ('loss', 1.5)
    """

    def __init__(self, name: str = "loss") -> None:
        super().__init__(name)

    def sums(self, labels: Any, preds: Any) -> Sums:
        return added((np.sum(values), count_of(values)) for values in arrays(preds))


register(Loss)
