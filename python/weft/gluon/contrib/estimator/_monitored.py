"""A metric that a handler watches: is its value better than the best so far?"""

import math
import operator
import warnings
from typing import Any

from weft._base.errors import InvalidValue
from weft.gluon.contrib.estimator._kinds import is_a


class Monitored:
    """A metric, and which of two values is the better one.

    mode: 'min', 'max', or 'auto': more is better of accuracies and F1, else less
    """

    def __init__(self, where: str, metric: Any, mode: str, min_delta: float = 0.0) -> None:
        if not is_a("metric", metric):
            raise InvalidValue(
                f"{where}: `monitor` must be one of the estimator's `train_metrics` or "
                f"`val_metrics`; got {metric!r}"
            )
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{where}: `mode` must be 'auto', 'min' or 'max'; got {mode!r}, which is taken as "
                "'auto'",
                RuntimeWarning,
                stacklevel=4,
            )
            mode = "auto"
        if mode == "auto":
            name = metric.get()[0].lower()
            mode = "max" if "acc" in name or "f1" in name else "min"
            if mode == "max":
                warnings.warn(
                    f"{where}: more is taken as better of {metric.get()[0]}; write `mode='max'`, "
                    "or `mode='min'` if less is better",
                    stacklevel=4,
                )
        self.metric = metric
        self.compare = operator.gt if mode == "max" else operator.lt
        self.worst = -math.inf if mode == "max" else math.inf
        self.step = abs(min_delta) if mode == "max" else -abs(min_delta)

    def is_better(self, value: float, best: float) -> bool:
        """Is a value better than another by at least the smallest step that counts?"""
        return bool(self.compare(value - self.step, best))
