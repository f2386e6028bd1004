"""Metrics by name, several of them as one, and functions as metrics.

Either version of MXNet has names of its own: `mx.gluon.metric` those of `known` here, `mx.metric`
another `Known`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from weft._base.errors import NotFound
from weft._base.registry import Registry
from weft._base.spelling import unknown
from weft.mxnet.gluon.metric._base import EvalMetric, Names, check_label_shapes

_ALIASES = {
    "acc": "accuracy",
    "top_k_accuracy": "topkaccuracy",
    "top_k_acc": "topkaccuracy",
    "ce": "crossentropy",
    "nll_loss": "negativeloglikelihood",
    "pearsonr": "pearsoncorrelation",
    "composite": "compositeevalmetric",
}


class UnknownMetricError(NotFound, AssertionError):
    """The name of no metric."""

    __module__ = "weft.mxnet"


class Known:
    """The metrics that `create` makes by name."""

    def __init__(self) -> None:
        self._classes = Registry("metric")

    def register(self, klass: type, name: str | None = None) -> type:
        """Decorator: makes an own metric known by its lower-case name, or by another."""
        return self._classes.add(klass, *([name] if name else []))

    def alias(self, *aliases: str) -> Callable[[type], type]:
        """Decorator: makes an own metric known by other names."""
        return lambda klass: self._classes.add(klass, *aliases)

    def create(self, metric: Any, *args: Any, **options: Any) -> Any:
        """The metric of a name, of what `get_config` gave as JSON, or of a function of NumPy
        arrays; of a list, all of them. Raises AssertionError for an unknown name."""
        if isinstance(metric, EvalMetric):
            return metric
        if isinstance(metric, list | tuple):
            return self._classes["compositeevalmetric"](
                [self.create(one, *args, **options) for one in metric]
            )
        if callable(metric) and not isinstance(metric, type):
            return self._classes["custommetric"](metric, *args, **options)
        is_text = isinstance(metric, str) and metric.startswith("{")
        if is_text or isinstance(metric, dict):
            config = json.loads(metric) if is_text else dict(metric)
            return self.create(config.pop("metric"), **config)
        word = _ALIASES.get(str(metric).lower(), str(metric).lower())
        if word not in self._classes:
            told = unknown("metric", str(metric), sorted(self._classes))
            raise UnknownMetricError(*told.args)
        return self._classes[word](*args, **options)


known = Known()  # the metrics of 2.0


@known.register
class CompositeEvalMetric(EvalMetric):
    """Several metrics that are updated together; `get` gives lists of names and values."""

    _create: Callable[..., Any] = known.create

    def __init__(
        self,
        metrics: Iterable[Any] | None = None,
        name: str = "composite",
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        self.metrics = [self._create(metric) for metric in metrics or ()]
        super().__init__(name, output_names, label_names)

    def add(self, metric: Any) -> None:
        """Adds a metric, or the one that a name stands for."""
        self.metrics.append(self._create(metric))

    def get_metric(self, index: int) -> Any:
        """The metric of a number; a ValueError, which is not raised, for another."""
        if index < len(self.metrics):
            return self.metrics[index]
        return ValueError(f"there are {len(self.metrics)} metrics, and no number {index}")

    def update_dict(self, label: Mapping[str, Any], pred: Mapping[str, Any]) -> None:
        if self.label_names is not None:
            label = {name: label[name] for name in label if name in self.label_names}
        if self.output_names is not None:
            pred = {name: pred[name] for name in pred if name in self.output_names}
        for metric in self.metrics:
            metric.update_dict(label, pred)

    def update(self, labels: Any, preds: Any) -> None:
        for metric in self.metrics:
            metric.update(labels, preds)

    def reset(self) -> None:
        for metric in self.metrics:
            metric.reset()

    def reset_local(self) -> None:
        for metric in self.metrics:
            metric.reset_local()

    def get(self) -> tuple[list[str], list[Any]]:
        return _apart(pair for metric in self.metrics for pair in metric.get_name_value())

    def get_global(self) -> tuple[list[str], list[Any]]:
        return _apart(pair for metric in self.metrics for pair in metric.get_global_name_value())

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"metrics": [m.get_config() for m in self.metrics]}


def _apart(pairs: Iterable[tuple[str, Any]]) -> tuple[list[str], list[Any]]:
    """Names and values."""
    found = list(pairs)
    return [name for name, _ in found], [value for _, value in found]


@known.register
class CustomMetric(EvalMetric):
    """The mean over batches of a function of NumPy arrays.

    feval: (label, pred) to a number, or to (sum, count)
    allow_extra_outputs: outputs without labels are left out, and no error
    """

    def __init__(
        self,
        feval: Callable[[Any, Any], Any],
        name: str | None = None,
        allow_extra_outputs: bool = False,
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        if name is None:
            name = getattr(feval, "__name__", "feval")
            name = f"custom({name})" if "<" in name else name
        self._feval = feval
        self._allow_extra_outputs = allow_extra_outputs
        super().__init__(name, output_names, label_names, has_global_stats=True)

    def update(self, labels: Any, preds: Any) -> None:
        if not self._allow_extra_outputs:
            labels, preds = check_label_shapes(labels, preds, True)
        for pred, label in zip(preds, labels, strict=False):
            found = self._feval(label.asnumpy(), pred.asnumpy())
            self._add(*(found if isinstance(found, tuple) else (found, 1)))

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError("CustomMetric: a function cannot be written as JSON")


def np(
    numpy_feval: Callable[[Any, Any], Any],
    name: str | None = None,
    allow_extra_outputs: bool = False,
) -> CustomMetric:
    """The metric of a function of NumPy arrays."""
    return CustomMetric(numpy_feval, name, allow_extra_outputs)


__all__ = ["CompositeEvalMetric", "CustomMetric", "Known", "known", "np"]
