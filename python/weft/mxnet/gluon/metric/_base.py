"""What all metrics have in common: names, sums since `reset` and since `reset_local`, and pairs of
labels and predictions."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray

Names = Sequence[str] | None


class WrongChoiceError(InvalidValue, AssertionError):
    """An option that MXNet asserts to be another."""

    __module__ = "weft.mxnet"


class EvalMetric:
    """Base: the mean of what `update` adds to `sum_metric` and `num_inst`.

    name: or several in a list; output_names, label_names: which outputs and labels `update_dict`
    takes, None for all; options: what `get_config` has beside these
    has_global_stats: as in 1.x, `update` adds to `global_sum_metric` and `global_num_inst`, too,
        which `reset_local` leaves and `get_global` divides
    """

    sum_metric: Any
    num_inst: int
    global_sum_metric: Any
    global_num_inst: int

    def __init__(
        self,
        name: Any,
        output_names: Names = None,
        label_names: Names = None,
        has_global_stats: bool = False,
        **options: Any,
    ) -> None:
        self.name = str(name)
        self.output_names = output_names
        self.label_names = label_names
        self._has_global_stats = has_global_stats
        self._kwargs = options
        self.reset()

    def __str__(self) -> str:
        return f"EvalMetric: {dict(self.get_name_value())}"

    __repr__ = __str__

    def get_config(self) -> dict[str, Any]:
        """What `create` makes an equal metric of, as JSON."""
        return self._kwargs | {
            "metric": type(self).__name__,
            "name": self.name,
            "output_names": self.output_names,
            "label_names": self.label_names,
        }

    def update_dict(self, label: Mapping[str, Any], pred: Mapping[str, Any]) -> None:
        """Adds a batch of arrays by name."""
        names, outputs = self.label_names, self.output_names
        preds = list(pred.values()) if outputs is None else [pred[name] for name in outputs]
        labels = list(label.values()) if names is None else [label[name] for name in names]
        self.update(labels, preds)

    def update(self, labels: Any, preds: Any) -> None:
        """Adds a batch."""
        raise NotImplementedError(f"{type(self).__name__}: `update` is not written")

    def _add(self, total: Any, count: int) -> None:
        """Adds to the sums of both kinds."""
        self.sum_metric += total
        self.num_inst += count
        self.global_sum_metric += total
        self.global_num_inst += count

    def reset(self) -> None:
        """Starts again."""
        self._begin_sums()
        self.global_num_inst = 0
        self.global_sum_metric = 0.0

    def reset_local(self) -> None:
        """1.x: starts again, but for what `get_global` gives."""
        if self._has_global_stats:
            self._begin_sums()
        else:
            self.reset()

    def _begin_sums(self) -> None:
        self.num_inst = 0
        self.sum_metric = 0.0

    def get(self) -> tuple[Any, Any]:
        """Name and value; the value is nan before the first update."""
        return self.name, self.sum_metric / self.num_inst if self.num_inst else math.nan

    def get_global(self) -> tuple[Any, Any]:
        """1.x: name and value since the last `reset`."""
        if not self._has_global_stats:
            return self.get()
        count = self.global_num_inst
        return self.name, self.global_sum_metric / count if count else math.nan

    def get_name_value(self) -> list[tuple[str, Any]]:
        """Pairs of name and value."""
        return _listed(*self.get())

    def get_global_name_value(self) -> list[tuple[str, Any]]:
        """Pairs of name and value since the last `reset`."""
        return _listed(*self.get_global())


def _listed(name: Any, value: Any) -> list[tuple[str, Any]]:
    names = name if isinstance(name, list) else [name]
    values = value if isinstance(value, list) else [value]
    return list(zip(names, values, strict=True))


def paired(labels: Any, preds: Any) -> list[tuple[Any, Any]]:
    """Labels and predictions side by side. Raises ValueError if their numbers differ."""
    labels, preds = check_label_shapes(labels, preds, wrap=True)
    return list(zip(map(as_plain, labels), map(as_plain, preds), strict=True))


def as_plain(value: Any) -> Any:
    """As `mx.np.ndarray`: what a metric computes is NumPy's, whichever kind it gets."""
    if not isinstance(value, ndarray):
        return np.array(numpy.asarray(value))
    return value if type(value) is np.ndarray else value.as_np_ndarray()


def check_label_shapes(
    labels: Any, preds: Any, wrap: bool = False, shape: bool = False
) -> tuple[Any, Any]:
    """Raises ValueError where labels and predictions differ in number, or in shape.

    wrap: give single arrays as lists of one
    """
    counts = (labels.shape, preds.shape) if shape else (len(labels), len(preds))
    if counts[0] != counts[1]:
        raise InvalidValue(
            f"metric: shape of labels {counts[0]} does not match shape of predictions {counts[1]}"
        )
    if wrap:
        labels = [labels] if isinstance(labels, ndarray) else labels
        preds = [preds] if isinstance(preds, ndarray) else preds
    return labels, preds


__all__ = ["EvalMetric", "Names", "WrongChoiceError", "as_plain", "check_label_shapes", "paired"]
