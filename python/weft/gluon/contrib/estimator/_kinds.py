"""Which classes are trainers, metrics, losses, loaders and devices to an estimator: Weft's own, and
those that a package above adds where its classes do not derive from these.
"""

from typing import Any

from weft.device import Device
from weft.gluon.data import DataLoader
from weft.gluon.loss import Loss, SoftmaxCrossEntropyLoss
from weft.gluon.trainer import Trainer
from weft.metric import EvalMetric
from weft.metric import Loss as LossMetric

_KINDS: dict[str, list[type]] = {
    "cross entropy": [SoftmaxCrossEntropyLoss],
    "device": [Device, str],
    "loader": [DataLoader],
    "loss": [Loss],
    "loss metric": [LossMetric],
    "metric": [EvalMetric],
    "trainer": [Trainer],
}


def is_a(kind: str, *values: Any) -> bool:
    """Are all values of the kind?"""
    return all(isinstance(value, tuple(_KINDS[kind])) for value in values)


def also(kind: str, cls: type) -> None:
    """Objects of one more class are of the kind."""
    if cls not in _KINDS[kind]:
        _KINDS[kind].append(cls)
