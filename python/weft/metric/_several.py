"""Metrics by name, of a function, and several together."""

from collections.abc import Iterable
from typing import Any

from weft.metric._base import EvalMetric, register, registry
from weft.metric._custom import CustomMetric
from weft.metric._forms import Form


def create(spec: Any, **options: Any) -> EvalMetric:
    """The metric that a name stands for, such as "acc" or "loss"; of a list, all of them; of a
    function of NumPy arrays (pred, label), its mean over the batches, see `CustomMetric`.

    >>> from weft import metric
    >>> metric.create(["acc", "rmse"]).get()
    (['accuracy', 'rmse'], [nan, nan])
    """
    if isinstance(spec, list | tuple):
        return CompositeEvalMetric([create(one) for one in spec], **options)
    if isinstance(spec, type) and issubclass(spec, EvalMetric):
        return spec(**options)
    if callable(spec) and not isinstance(spec, EvalMetric):
        return CustomMetric(spec, **options)
    return registry.create(spec, **options)


class CompositeEvalMetric(EvalMetric):
    """Several metrics that are updated together; `get` gives lists of names and values.

    >>> from weft import metric, np
    >>> both = metric.CompositeEvalMetric(["mae", "mse"])
    >>> both.update(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    >>> both.get()
    (['mae', 'mse'], [1.0, 2.0])
    """

    def __init__(self, metrics: Iterable[Any] = (), name: str = "composite") -> None:
        self.metrics = [create(metric) for metric in metrics]
        super().__init__(name)

    def add(self, metric: Any) -> None:
        """Adds a metric, or the one that a name stands for."""
        self.metrics.append(create(metric))

    def reset(self) -> None:
        for metric in self.metrics:
            metric.reset()

    def read_as(self, form: Form | None) -> None:
        for metric in self.metrics:
            metric.read_as(form)

    def update(self, labels: Any, preds: Any) -> None:
        for metric in self.metrics:
            metric.update(labels, preds)

    def get(self) -> tuple[list[str], list[Any]]:
        names, values = [], []
        for metric in self.metrics:
            name, value = metric.get()
            names += name if isinstance(name, list) else [name]
            values += value if isinstance(name, list) else [value]
        return names, values

    def get_name_value(self) -> list[tuple[str, float]]:
        return [pair for metric in self.metrics for pair in metric.get_name_value()]


register(CompositeEvalMetric, "composite")

__all__ = ["CompositeEvalMetric", "create"]
