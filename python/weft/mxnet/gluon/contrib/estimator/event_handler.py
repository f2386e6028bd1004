"""The handlers of an estimator: Weft's, but that graphs are saved as MXNet reads them."""

import os
from typing import Any

from weft.gluon.contrib.estimator import event_handler as _native
from weft.gluon.contrib.estimator.event_handler import (
    BatchBegin,
    BatchEnd,
    EarlyStoppingHandler,
    EpochBegin,
    EpochEnd,
    EventHandler,
    GradientUpdateHandler,
    LoggingHandler,
    MetricHandler,
    StoppingHandler,
    TrainBegin,
    TrainEnd,
    ValidationHandler,
)
from weft.mxnet.gluon.block import HybridBlock


class CheckpointHandler(_native.CheckpointHandler):
    """Saves parameters and the trainer's states now and then: `weft.gluon.contrib.estimator` says
    how. The graph of a hybridized network goes into `<model_prefix>-symbol.json`."""

    def _write_graph(self, net: Any) -> None:
        if isinstance(net, HybridBlock):
            _, parameters = net.export(self._path(self.model_prefix))
            if parameters is not None:  # checkpoints have them
                os.remove(parameters)
        else:
            super()._write_graph(net)


__all__ = [
    "BatchBegin",
    "BatchEnd",
    "CheckpointHandler",
    "EarlyStoppingHandler",
    "EpochBegin",
    "EpochEnd",
    "EventHandler",
    "GradientUpdateHandler",
    "LoggingHandler",
    "MetricHandler",
    "StoppingHandler",
    "TrainBegin",
    "TrainEnd",
    "ValidationHandler",
]
__dir__ = __all__.copy
