"""The estimator of MXNet 2: Weft's, for the trainers, metrics and devices of this package.

>>> from weft import mxnet as mx
>>> mx.gluon.contrib.estimator.LoggingHandler(log_interval=5).log_interval
5
"""

from weft.gluon.contrib.estimator import _kinds
from weft.mxnet import device
from weft.mxnet.gluon import metric, trainer
from weft.mxnet.gluon.contrib.estimator import batch_processor, estimator, event_handler
from weft.mxnet.gluon.contrib.estimator.batch_processor import BatchProcessor
from weft.mxnet.gluon.contrib.estimator.estimator import Estimator
from weft.mxnet.gluon.contrib.estimator.event_handler import (
    BatchBegin,
    BatchEnd,
    CheckpointHandler,
    EarlyStoppingHandler,
    EpochBegin,
    EpochEnd,
    GradientUpdateHandler,
    LoggingHandler,
    MetricHandler,
    StoppingHandler,
    TrainBegin,
    TrainEnd,
    ValidationHandler,
)

_kinds.also("device", device.Device)
_kinds.also("loss metric", metric.Loss)
_kinds.also("metric", metric.EvalMetric)
_kinds.also("trainer", trainer.Trainer)

__all__ = [
    "BatchBegin",
    "BatchEnd",
    "BatchProcessor",
    "CheckpointHandler",
    "EarlyStoppingHandler",
    "EpochBegin",
    "EpochEnd",
    "Estimator",
    "GradientUpdateHandler",
    "LoggingHandler",
    "MetricHandler",
    "StoppingHandler",
    "TrainBegin",
    "TrainEnd",
    "ValidationHandler",
    "batch_processor",
    "estimator",
    "event_handler",
]
__dir__ = __all__.copy
