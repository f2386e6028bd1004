"""The training loop, with this package's trainer, metrics and devices where none are given."""

from typing import Any

from weft.gluon.contrib.estimator import estimator as _native
from weft.mxnet.device import current_device
from weft.mxnet.gluon import metric
from weft.mxnet.gluon.contrib.estimator.batch_processor import BatchProcessor
from weft.mxnet.gluon.trainer import Trainer


class Estimator(_native.Estimator):
    """Trains a network in one call, and evaluates it: as `weft.gluon.contrib.estimator` says.

    context: another name of `device`

    >>> from weft import mxnet as mx
    >>> net = mx.gluon.nn.Dense(2)
    >>> trainer = mx.gluon.Trainer(net.collect_params(), "adam")
    >>> loss = mx.gluon.loss.SoftmaxCrossEntropyLoss()
    >>> [m.name for m in Estimator(net, loss, trainer=trainer).train_metrics]
    ['training accuracy', 'training SoftmaxCrossEntropyLoss']
    """

    _metrics = metric
    _processor_type = BatchProcessor
    _trainer_type = Trainer

    def __init__(self, *args: Any, device: Any = None, context: Any = None, **options: Any) -> None:
        given = context if device is None else device
        super().__init__(*args, device=[current_device()] if given is None else given, **options)


__all__ = ["Estimator"]
__dir__ = __all__.copy
