"""What happens between the batches and epochs of an estimator: updates, metrics, validation, logs,
checkpoints, stops.

A handler derives from the classes of the events that it hears, and writes their methods:

>>> class Counter(EpochEnd):
...     seen = 0
...     def epoch_end(self, estimator, *args, **kwargs):
...         self.seen += 1
...         return self.seen == 3  # ends the training
"""

import math
import time
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from weft._base.errors import InvalidValue
from weft.gluon.contrib.estimator._checkpoints import CheckpointHandler
from weft.gluon.contrib.estimator._events import (
    BatchBegin,
    BatchEnd,
    EpochBegin,
    EpochEnd,
    EventHandler,
    TrainBegin,
    TrainEnd,
)
from weft.gluon.contrib.estimator._kinds import is_a
from weft.gluon.contrib.estimator._monitored import Monitored
from weft.metric import EvalMetric


def _as_metrics(where: str, metrics: Any) -> list[EvalMetric]:
    found = [metrics] if is_a("metric", metrics) else metrics
    if not isinstance(found, list | tuple) or not is_a("metric", *found):
        raise InvalidValue(f"{where}: `metrics` must be metrics or a list of them; got {metrics!r}")
    return list(found)


class StoppingHandler(TrainBegin, BatchEnd, EpochEnd):
    """Ends the training after so many epochs, or batches. `fit` adds one.

    >>> from weft import gluon, np
    >>> from weft.gluon.contrib.estimator import Estimator, StoppingHandler
    >>> net = gluon.nn.Dense(2)
    >>> net.initialize()
    >>> trainer = gluon.Trainer(net.collect_params(), "adam")
    >>> estimator = Estimator(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer=trainer)
    >>> estimator.logger.setLevel("WARNING")
    >>> rows = gluon.data.ArrayDataset(np.random.normal(size=(8, 3)), np.arange(8) % 2)
    >>> stopping = StoppingHandler(max_batch=3)
    >>> estimator.fit(gluon.data.DataLoader(rows, 4), batches=3, event_handlers=[stopping])
    >>> stopping.current_batch
    3
    """

    def __init__(self, max_epoch: int | None = None, max_batch: int | None = None) -> None:
        self.max_epoch = max_epoch
        self.max_batch = max_batch
        self.current_batch = self.current_epoch = 0
        self.stop_training = False

    def train_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        # A handler of checkpoints may have made them less.
        self.max_epoch, self.max_batch = estimator.max_epoch, estimator.max_batch
        self.current_batch = self.current_epoch = 0
        self.stop_training = False

    def batch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> bool:
        self.current_batch += 1
        self.stop_training = self.stop_training or self.current_batch == self.max_batch
        return self.stop_training

    def epoch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> bool:
        self.current_epoch += 1
        self.stop_training = self.stop_training or self.current_epoch == self.max_epoch
        return self.stop_training


class MetricHandler(EpochBegin, BatchEnd):
    """Starts metrics again at each epoch and updates them after each batch. `fit` adds one.

    >>> from weft import metric, np
    >>> from weft.gluon.contrib.estimator import MetricHandler
    >>> accuracy = metric.Accuracy()
    >>> handler = MetricHandler([accuracy])
    >>> handler.epoch_begin(None)
    >>> pred, label = [np.array([[0.1, 0.9], [0.8, 0.2]])], [np.array([1, 1])]
    >>> handler.batch_end(None, pred=pred, label=label, loss=[np.zeros(2)])
    >>> accuracy.get()
    ('accuracy', 0.5)
    """

    def __init__(self, metrics: Any, priority: float = -1000) -> None:
        self.metrics = _as_metrics("MetricHandler", metrics)
        self.priority = priority

    def epoch_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        for metric in self.metrics:
            metric.reset()

    def batch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        label, pred, loss = (_of_all(estimator, kwargs[name]) for name in ("label", "pred", "loss"))
        for metric in self.metrics:
            if is_a("loss metric", metric):
                metric.update(None, loss)
            else:
                metric.update(label, pred)


def _of_all(estimator: Any, arrays: Any) -> Any:
    """The arrays of a batch, of all ranks that have parts of it."""
    ranks = getattr(estimator, "ranks", None)
    if ranks is None:
        return arrays
    return [ranks.rows(array if array.ndim else array.reshape(1)) for array in arrays]


class ValidationHandler(TrainBegin, BatchEnd, EpochEnd):
    """Evaluates now and then; `fit` adds one where it gets validation data.

    eval_fn: such as `estimator.evaluate`; it is called with `val_data`, `batch_axis` and
        `event_handlers`
    epoch_period, batch_period: after how many epochs, after how many batches; None: not so

    >>> from weft.gluon.contrib.estimator import ValidationHandler
    >>> def evaluate(**given):
    ...     print("evaluates", given["val_data"])
    >>> handler = ValidationHandler("these rows", evaluate, epoch_period=2)
    >>> class Estimator:  # stands for one
    ...     batch_axis = 0
    >>> handler.train_begin(Estimator)
    >>> handler.epoch_end(Estimator)
    >>> handler.epoch_end(Estimator)
    evaluates these rows
    """

    def __init__(
        self,
        val_data: Any,
        eval_fn: Callable[..., Any],
        epoch_period: int | None = 1,
        batch_period: int | None = None,
        priority: float = -1000,
        event_handlers: Any = None,
    ) -> None:
        self.val_data = val_data
        self.eval_fn = eval_fn
        self.epoch_period = epoch_period
        self.batch_period = batch_period
        self.current_batch = self.current_epoch = 0
        self.priority = priority
        self.event_handlers = event_handlers

    def train_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        self.current_batch = self.current_epoch = 0

    def batch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        self.current_batch += 1
        if self.batch_period and self.current_batch % self.batch_period == 0:
            self._evaluate(estimator)

    def epoch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        self.current_epoch += 1
        if self.epoch_period and self.current_epoch % self.epoch_period == 0:
            self._evaluate(estimator)

    def _evaluate(self, estimator: Any) -> None:
        self.eval_fn(
            val_data=self.val_data,
            batch_axis=estimator.batch_axis,
            event_handlers=self.event_handlers,
        )


class LoggingHandler(TrainBegin, TrainEnd, EpochBegin, EpochEnd, BatchBegin, BatchEnd):
    """Writes to `estimator.logger` how training goes; `fit` and `evaluate` add one.

    log_interval: 'epoch', or after how many batches a line is written
    metrics: whose values are written

    >>> from weft.gluon.contrib.estimator import LoggingHandler
    >>> LoggingHandler(log_interval=10).log_interval
    10
    """

    def __init__(
        self,
        log_interval: int | str = "epoch",
        metrics: Any = None,
        priority: float = math.inf,
    ) -> None:
        is_count = isinstance(log_interval, int) and log_interval > 0
        if not is_count and log_interval != "epoch":
            raise InvalidValue(
                "LoggingHandler: `log_interval` must be 'epoch' or a number of batches; "
                f"got {log_interval!r}"
            )
        self.metrics = _as_metrics("LoggingHandler", [] if metrics is None else metrics)
        self.log_interval = log_interval
        self.priority = priority
        self.batch_index = self.current_epoch = self.processed_samples = 0
        self.log_interval_time = 0.0
        self._train_start = self._epoch_start = self._batch_start = time.time()

    def _values(self) -> str:
        return ", ".join(f"{name}: {value:.4f}" for name, value in self._figures())

    def _figures(self) -> Iterable[tuple[str, float]]:
        return (pair for metric in self.metrics for pair in metric.get_name_value())

    def _is_of_training(self) -> bool:
        return not any("validation" in metric.name for metric in self.metrics)

    def train_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        self._train_start = time.time()
        self.current_epoch = self.batch_index = self.processed_samples = 0
        trainer = estimator.trainer
        estimator.logger.info(
            "Training begins with optimizer %s, learning rate %.4f",
            *(type(trainer.optimizer).__name__, trainer.learning_rate),
        )
        if estimator.max_epoch:
            estimator.logger.info("Train for %d epochs", estimator.max_epoch)
        else:
            estimator.logger.info("Train for %d batches", estimator.max_batch)

    def train_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        text = (
            f"Training ended after {time.time() - self._train_start:.0f}s and "
            f"{self.current_epoch} epochs"
        )
        values = self._values()
        estimator.logger.info(f"{text}. {values}" if values else text)

    def epoch_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        self._epoch_start = time.time()
        self.batch_index = self.processed_samples = 0
        self.log_interval_time = 0.0
        if not self._is_of_training():
            estimator.logger.info("Validation begins")
        elif self.metrics:
            rate = estimator.trainer.learning_rate
            estimator.logger.info(
                "[Epoch %d] Begin, current learning rate: %.4f", self.current_epoch, rate
            )

    def epoch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        seconds = time.time() - self._epoch_start
        parts = [f"[Epoch {self.current_epoch}] Finished in {seconds:.3f}s", self._values()]
        estimator.logger.info(", ".join(filter(None, parts)))
        self.current_epoch += 1
        self.batch_index = 0

    def batch_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        self._batch_start = time.time()

    def batch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        if isinstance(self.log_interval, int):
            self.log_interval_time += time.time() - self._batch_start
            data = kwargs["batch"][0]
            self.processed_samples += data.shape[getattr(estimator, "batch_axis", 0)]
            if self.batch_index % self.log_interval == 0:
                text = (
                    f"[Epoch {self.current_epoch}][Batch {self.batch_index}]"
                    f"[Samples {self.processed_samples}] "
                    f"time/interval: {self.log_interval_time:.3f}s {self._values()}"
                )
                estimator.logger.info(text.rstrip())
                self.log_interval_time = 0.0
        self.batch_index += 1


class EarlyStoppingHandler(TrainBegin, EpochEnd, TrainEnd):
    """Ends the training when a metric is not better any more.

    min_delta: the smallest change that counts as better
    patience: after how many epochs without a better value
    mode: 'min', 'max' or 'auto': is less or more better? More of accuracies and F1, for 'auto'
    baseline: the value to begin with; the first epoch has to be better

    >>> from weft import gluon, metric, np
    >>> from weft.gluon.contrib.estimator import EarlyStoppingHandler, Estimator
    >>> net = gluon.nn.Dense(2)
    >>> net.initialize()
    >>> trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.0})  # no better
    >>> loss = gluon.loss.SoftmaxCrossEntropyLoss()
    >>> estimator = Estimator(net, loss, train_metrics=metric.Accuracy(), trainer=trainer)
    >>> estimator.logger.setLevel("ERROR")
    >>> rows = gluon.data.ArrayDataset(np.random.normal(size=(8, 3)), np.arange(8) % 2)
    >>> early = EarlyStoppingHandler(estimator.train_metrics[0], patience=2, mode="max")
    >>> estimator.fit(gluon.data.DataLoader(rows, 4), epochs=50, event_handlers=[early])
    >>> early.current_epoch < 50
    True
    """

    def __init__(
        self,
        monitor: EvalMetric,
        min_delta: float = 0,
        patience: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
    ) -> None:
        self.monitor = monitor
        self._monitored = Monitored("EarlyStoppingHandler", monitor, mode, min_delta)
        self.min_delta = min_delta
        self.patience = patience
        self.baseline = baseline
        self._begin()

    def _begin(self) -> None:
        self.wait = self.stopped_epoch = self.current_epoch = 0
        self.stop_training = False
        self.best = self._monitored.worst if self.baseline is None else self.baseline

    def train_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        self._begin()

    def epoch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> bool:
        name, value = self.monitor.get()
        if value != value:
            warnings.warn(
                f"EarlyStoppingHandler: {name} has no value yet, so it cannot end the training; a "
                "handler must update it before",
                RuntimeWarning,
                stacklevel=2,
            )
        elif self._monitored.is_better(value, self.best):
            self.best, self.wait = value, 0
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.stopped_epoch = self.current_epoch
                self.stop_training = True
        self.current_epoch += 1
        return self.stop_training

    def train_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        if self.stop_training:
            estimator.logger.info(
                "[Epoch %d] EarlyStoppingHandler: %s is not better any more",
                *(self.stopped_epoch, self.monitor.get()[0]),
            )


class GradientUpdateHandler(BatchEnd):
    """Updates the parameters after each batch. `fit` adds one; a subclass may do it less often.

    >>> from weft.gluon.contrib.estimator import GradientUpdateHandler
    >>> class EverySecond(GradientUpdateHandler):  # adds up the gradients of two batches
    ...     seen = 0
    ...     def batch_end(self, estimator, *args, **kwargs):
    ...         self.seen += 1
    ...         if self.seen % 2 == 0:
    ...             super().batch_end(estimator, *args, **kwargs)
    >>> EverySecond().priority
    -2000
    """

    def __init__(self, priority: float = -2000) -> None:
        self.priority = priority

    def batch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        loss = kwargs["loss"]
        parts = loss if isinstance(loss, list | tuple) else [loss]
        estimator.trainer.step(sum(part.shape[0] if part.ndim else 1 for part in parts))


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
