"""Training in one call: an estimator runs the loop, and event handlers do what comes between.

>>> from weft import gluon, metric, np
>>> from weft.gluon.contrib.estimator import Estimator
>>> net = gluon.nn.Dense(2)
>>> net.initialize()
>>> rows = gluon.data.ArrayDataset(np.random.normal(size=(8, 3)), np.arange(8) % 2)
>>> loss = gluon.loss.SoftmaxCrossEntropyLoss()
>>> trainer = gluon.Trainer(net.collect_params(), "adam")
>>> estimator = Estimator(net, loss, train_metrics=metric.Accuracy(), trainer=trainer)
>>> estimator.logger.setLevel("WARNING")
>>> estimator.fit(gluon.data.DataLoader(rows, batch_size=4), epochs=2)
>>> [m.name for m in estimator.train_metrics]
['training accuracy', 'training SoftmaxCrossEntropyLoss']
"""

from weft.gluon.contrib.estimator import batch_processor, estimator, event_handler
from weft.gluon.contrib.estimator.batch_processor import BatchProcessor
from weft.gluon.contrib.estimator.estimator import Estimator
from weft.gluon.contrib.estimator.event_handler import (
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
