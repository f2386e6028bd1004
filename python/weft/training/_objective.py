"""What a model is trained on and judged by: losses and metrics of one output or of several.

Everything here runs inside a plan: it reads no value.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from weft import metric, np
from weft._base.errors import InvalidType, InvalidValue
from weft._base.roles import takes_label_first
from weft._base.spelling import unknown
from weft.gluon import loss as losses
from weft.gluon.block import Block
from weft.gluon.loss import Loss
from weft.gluon.loss.classes import require_whole_labels


class Head:
    """One output of the network: its loss, and the metrics that look at it."""

    def __init__(self, name: str, loss: Any, factor: float, metrics: list[Any]) -> None:
        self.name, self.loss, self.factor, self.metrics = name, loss, factor, metrics
        is_function = callable(loss) and not isinstance(loss, Block)
        self._is_label_first = is_function and takes_label_first("fit: `loss`", loss)

    def total(self, pred: Any, label: Any, weights: Any) -> Any:
        """The sum of the losses of all samples, each times its weight."""
        if isinstance(self.loss, Loss) and weights is not None and weights.ndim > 1:
            return np.sum(self.loss(pred, label, weights))
        pair = (label, pred) if self._is_label_first else (pred, label)
        found = self.loss(pred) if label is None else self.loss(*pair)
        self._check_size(found, pred, label)
        if found.ndim == 0:
            return self._of_mean(found, pred, weights)
        by_sample = np.mean(found.reshape(found.shape[0], -1), axis=1) if found.ndim > 1 else found
        if weights is not None:
            by_sample = by_sample * weights.reshape(-1).astype(by_sample.dtype)
        return np.sum(by_sample)

    def _check_size(self, found: Any, pred: Any, label: Any) -> None:
        """Predictions (N, 1) less labels (N,) are (N, N): no losses, and nothing would tell."""
        if label is None or found.size <= max(pred.size, label.size):
            return
        raise InvalidValue(
            f"fit: `loss` must give one value for each sample; {_named(self.loss)} gave "
            f"{found.shape} for predictions {pred.shape} and labels {label.shape}, which broadcast "
            "against each other; give labels the shape of predictions, such as `label.reshape("
            "pred.shape)`"
        )

    def _of_mean(self, value: Any, pred: Any, weights: Any) -> Any:
        if weights is not None:
            raise InvalidValue(
                f"fit: `loss` must give one value for each sample where there are weights; "
                f"{_named(self.loss)} gave one for the batch"
            )
        return value * pred.shape[0]


def _named(function: Any) -> str:
    return getattr(function, "__name__", type(function).__name__)


class Objective:
    """The heads of a network, made when its outputs are first seen."""

    def __init__(self, loss: Any, metrics: Any, loss_weights: Any) -> None:
        self.loss = _each(loss, losses.create)
        self.metrics = metrics
        self.loss_weights = loss_weights
        self.heads: list[Head] = []

    def prepare(self, outputs: Any) -> None:
        """Makes the heads for what the network gave: an array, several, or a dict of them."""
        if self.heads:
            return
        names = _names_of(outputs)
        several = len(names) > 1
        chosen = _spread("loss", self.loss, names)
        factors = _spread("loss_weights", self.loss_weights, names, 1.0)
        metrics = _spread_metrics(self.metrics, names)
        self.heads = [
            Head(
                name if several else "",
                loss,
                1.0 if factor is None else float(factor),
                [_metric_of(m, loss) for m in listed(of_head)],
            )
            for name, loss, factor, of_head in zip(names, chosen, factors, metrics, strict=True)
        ]

    def check_labels(self, outputs: Any, labels: Any) -> None:
        """Raises ValueError where labels that have to be classes are none; with values, so that it
        runs before there is a plan."""
        for head, pred, label, _ in self._by_head(outputs, labels, None):
            form = head.loss.form if isinstance(head.loss, Loss) else None
            if form is None or form.kind != "one" or label is None or label.ndim >= pred.ndim:
                continue
            require_whole_labels(type(head.loss).__name__, label)

    @property
    def has_loss(self) -> bool:
        """Is there anything to train on?"""
        return any(head.loss is not None for head in self.heads)

    def all_metrics(self) -> list[metric.EvalMetric]:
        """All metrics, head by head."""
        return [found for head in self.heads for found in head.metrics]

    def loss_names(self) -> list[str]:
        """What the logs call the loss, and the losses of several heads."""
        if not self.has_loss:
            return []
        several = [
            f"{head.name}_loss" for head in self.heads if head.name and head.loss is not None
        ]
        return ["loss", *several]

    # ---- in a plan

    def totals(self, outputs: Any, labels: Any, weights: Any) -> list[Any]:
        """The sums of the losses of the samples: of all heads together, then of each of several."""
        rows = self._by_head(outputs, labels, weights)
        parts = [head.total(*row) for head, *row in rows if head.loss is not None]
        if not parts:
            raise InvalidValue("fit: `loss` must be given for at least one output; got none")
        scales = [head.factor for head, *_ in rows if head.loss is not None]
        whole = None
        for part, scale in zip(parts, scales, strict=True):
            scaled = part if scale == 1.0 else part * scale
            whole = scaled if whole is None else whole + scaled
        return [whole, *parts] if len(self.heads) > 1 else [whole]

    def sums(self, outputs: Any, labels: Any, weights: Any) -> list[Any]:
        """For each metric that a plan can have: what the batch adds to its total and its count."""
        found = []
        for head, pred, label, _ in self._by_head(outputs, labels, weights):
            for each in head.metrics:
                if is_planned(each):
                    found += each.sums(label, pred)
        return found

    def update_others(self, outputs: Any, labels: Any) -> None:
        """Updates the metrics that no plan has."""
        for head, pred, label, _ in self._by_head(outputs, labels, None):
            for each in head.metrics:
                if not is_planned(each):
                    each.update(label, pred)

    def _by_head(self, outputs: Any, labels: Any, weights: Any) -> list[tuple[Head, Any, Any, Any]]:
        preds = parts_of(outputs)
        names = [head.name for head in self.heads]
        count = len(self.heads)
        each_label = _matched("y", labels, names, count)
        each_weight = _matched("sample_weight", weights, names, count, shared=True)
        return list(zip(self.heads, preds, each_label, each_weight, strict=True))


def is_planned(found: metric.EvalMetric) -> bool:
    """Can a plan have it: does it write `sums`?"""
    return type(found).sums is not metric.EvalMetric.sums


def listed(given: Any) -> list[Any]:
    """A list of what may be None, one or several."""
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]


def parts_of(outputs: Any) -> list[Any]:
    """The outputs of a network, in order."""
    if isinstance(outputs, dict):
        return list(outputs.values())
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


def _names_of(outputs: Any) -> list[str]:
    if isinstance(outputs, dict):
        return [str(key) for key in outputs]
    return [f"output_{number}" for number in range(len(parts_of(outputs)))]


def _each(given: Any, function: Callable[[Any], Any]) -> Any:
    if isinstance(given, Mapping):
        return {key: function(part) for key, part in given.items()}
    return (
        [function(part) for part in given] if isinstance(given, list | tuple) else function(given)
    )


def _spread(option: str, given: Any, names: list[str], default: Any = None) -> list[Any]:
    """The option of each output: by name, by position, or one for all."""
    if isinstance(given, Mapping):
        for key in given:
            if key not in names:
                raise unknown(f"fit: `{option}`", str(key), names)
        return [given.get(name, default) for name in names]
    if isinstance(given, list | tuple):
        if len(given) != len(names):
            raise InvalidValue(
                f"fit: `{option}` must have one for each of the network's {len(names)} outputs; "
                f"got {len(given)}"
            )
        return list(given)
    return [default if given is None else given] * len(names)


def _spread_metrics(given: Any, names: list[str]) -> list[Any]:
    """Metrics by name of an output; a list of lists by position; a plain list for every output."""
    if isinstance(given, Mapping):
        return _spread("metrics", given, names)
    if isinstance(given, list | tuple) and any(isinstance(m, list | tuple) for m in given):
        return _spread("metrics", given, names)
    if len(names) == 1:
        return [listed(given)]
    return [[copy.deepcopy(m) for m in listed(given)] for _ in names]


def _matched(
    option: str, given: Any, names: list[str], count: int, shared: bool = False
) -> list[Any]:
    """The labels, or the weights, of each output; `shared`: one array is for all."""
    if given is None:
        return [None] * count
    if isinstance(given, dict):
        if count == 1 and len(given) == 1:
            return list(given.values())
        for key in given:
            if key not in names:
                raise unknown(f"fit: `{option}`", str(key), names)
        return [given.get(name) for name in names]
    parts = list(given) if isinstance(given, list | tuple) else [given]
    if shared and len(parts) == 1:
        return parts * count
    if len(parts) != count:
        raise InvalidValue(
            f"fit: `{option}` must have an array for each of the network's {count} outputs; got "
            f"{len(parts)}"
        )
    return parts


def _metric_of(spec: Any, loss: Any) -> metric.EvalMetric:
    """A metric, or the one that a name stands for, which reads predictions as the loss does."""
    found = metric.create(spec)
    if not isinstance(found, metric.EvalMetric):
        raise InvalidType(f"Model: `metrics` must be names or metrics; got {type(found).__name__}")
    found.read_as(loss.form if isinstance(loss, Loss) else None)
    return found


__all__ = ["Head", "Objective", "is_planned", "listed", "parts_of"]
