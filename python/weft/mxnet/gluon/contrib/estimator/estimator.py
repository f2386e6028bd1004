"""The training loop, with this package's trainer, metrics and devices where none are given."""

from typing import Any

from weft._base.errors import InvalidValue
from weft.gluon.contrib.estimator import estimator as _native
from weft.mxnet.base import RefusedError
from weft.mxnet.device import Device, current_device, num_gpus
from weft.mxnet.gluon import metric
from weft.mxnet.gluon._devices import listed
from weft.mxnet.gluon.contrib.estimator.batch_processor import BatchProcessor
from weft.mxnet.gluon.trainer import Trainer


class Estimator(_native.Estimator):
    """Trains a network in one call, and evaluates it: as `weft.gluon.contrib.estimator` says.

    context: another name of `device`, of 1.x: contexts that the machine has, no texts

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
        _check_contexts(listed(context))
        given = context if device is None else device
        super().__init__(*args, device=[current_device()] if given is None else given, **options)


def _check_contexts(contexts: list[Any]) -> None:
    """Raises ValueError for what is no context, and for a GPU that the machine lacks; programs may
    expect an AssertionError there, too."""
    for one in contexts:
        if not isinstance(one, Device):
            raise InvalidValue(f"Estimator: `context` must be contexts, `mx.cpu()`; got {one!r}")
        if one.device_type == "gpu" and one.device_id >= num_gpus():
            raise RefusedError(f"Estimator: `context` must be on this machine; got {one}")


__all__ = ["Estimator"]
__dir__ = __all__.copy
