"""A metric that is a function of NumPy arrays."""

import math
from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._base.roles import takes_label_first
from weft.metric._base import EvalMetric, pairs


class CustomMetric(EvalMetric):
    """The mean over batches of a function of NumPy arrays.

    feval: (pred, label), as a loss, to a number, or to (sum, count); not called for a batch of no
        elements. Where its arguments have names that say which is which, such as (y_true, y_pred),
        these count

    Where labels (N,) and predictions (N, 1) would be broadcast to (N, N) it raises ValueError.

    >>> from weft import metric, np
    >>> most = metric.CustomMetric(lambda pred, label: (pred - label).max(), "most")
    >>> most.update(np.array([1.0, 2.0]), np.array([1.5, 4.0]))
    >>> most.get()
    ('most', 2.0)
    """

    def __init__(self, feval: Callable[[Any, Any], Any], name: str | None = None) -> None:
        if not callable(feval):
            raise InvalidType(
                f"CustomMetric: `feval` must be a function; got {type(feval).__name__}"
            )
        self.feval = feval
        self._is_label_first = takes_label_first("CustomMetric", feval)
        super().__init__(name or getattr(feval, "__name__", "custom"))

    def update(self, labels: Any, preds: Any) -> None:
        for label, pred in pairs(labels, preds, self.name):
            if pred.size == 0:
                continue
            given = [pred.asnumpy(), label.asnumpy()]
            if given[0].shape != given[1].shape:
                given = [_watched(array, self.name) for array in given]
            found = self.feval(*(reversed(given) if self._is_label_first else given))
            total, count = found if isinstance(found, tuple) else (found, 1)
            self.total += float(total)
            self.count += int(count)


class _Watched(numpy.ndarray[Any, Any]):
    """An array that is not broadcast with another one to more than both."""

    name = ""

    def __array_finalize__(self, made_from: Any) -> None:
        self.name = getattr(made_from, "name", "")

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any
    ) -> Any:
        watched = [array for array in inputs if isinstance(array, _Watched)]
        if method == "__call__" and len(watched) == 2:
            shapes = [array.shape for array in watched]
            size = math.prod(numpy.broadcast_shapes(*shapes))
            if size > max(array.size for array in watched):
                raise InvalidValue(
                    f"{self.name}: predictions and labels must not be broadcast to more than both; "
                    f"got shapes {shapes[0]} and {shapes[1]}; give labels the shape of "
                    "predictions, such as `y.reshape(-1, 1)`"
                )
        if out is not None:
            options["out"] = tuple(_plain(array) for array in out)
        found = getattr(ufunc, method)(*(_plain(array) for array in inputs), **options)
        if isinstance(found, numpy.ndarray):
            return _watched(found, self.name)
        return found


def _plain(array: Any) -> Any:
    return array.view(numpy.ndarray) if isinstance(array, _Watched) else array


def _watched(array: Any, name: str) -> _Watched:
    found: _Watched = array.view(_Watched)
    found.name = name
    return found


__all__ = ["CustomMetric"]
