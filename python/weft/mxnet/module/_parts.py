"""What modules take from other parts of the package: metrics, and arrays that are put together."""

from collections.abc import Sequence
from typing import Any

from weft import np
from weft.metric import EvalMetric
from weft.mxnet import metric
from weft.mxnet.symbol._arrays import wrapped


def metric_of(spec: Any) -> Any:
    """A metric, or the one that a name or a function stands for."""
    return spec if isinstance(spec, EvalMetric) else metric.create(spec)


def joined(arrays: Sequence[Any], axis: int) -> Any:
    """Arrays as one along an axis; the only one of a list stays as it is."""
    if len(arrays) == 1 or axis == -1:
        return arrays[0]
    return wrapped(np.concatenate(list(arrays), axis=axis))


__all__ = ["joined", "metric_of"]
