"""The training loop, with events that handlers hear."""

import copy
import logging
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from weft import autograd, metric
from weft._base.errors import InvalidValue
from weft._base.options import require_whole
from weft._base.tracebacks import hides_frames
from weft._core import collectives, native
from weft.device import Device
from weft.gluon._ranks import Ranks, parts_with, ranks_of
from weft.gluon._training_loop import Loop
from weft.gluon.block import Block
from weft.gluon.contrib.estimator._events import EVENTS, EventHandler
from weft.gluon.contrib.estimator._kinds import is_a
from weft.gluon.contrib.estimator.batch_processor import BatchProcessor
from weft.gluon.contrib.estimator.event_handler import (
    CheckpointHandler,
    GradientUpdateHandler,
    LoggingHandler,
    MetricHandler,
    StoppingHandler,
    ValidationHandler,
)
from weft.gluon.loss import Loss
from weft.gluon.trainer import Trainer
from weft.metric import EvalMetric


class Estimator:
    """Trains a network in one call, and evaluates it.

    net: a block; parameters that are not initialized yet are
    loss: one of `gluon.loss`, of prediction and label
    train_metrics, val_metrics: a metric or several. By default the accuracy for
        `SoftmaxCrossEntropyLoss`; the mean of the loss is always added. Their names get "training "
        in front, and those of validation, copies of these unless given, "validation "
    initializer: for parameters that are not initialized
    trainer: by default sgd with learning rate 0.001
    device: where, one or several; by default the current one
    val_net, val_loss: what `evaluate` runs; by default `net` and `loss`
    batch_processor: what is done with one batch

    Raises ValueError for anything else in these places.

    Lines about the training go to `logger`, at first to the standard output.

    With a trainer of several processes (`kvstore="dist_sync"`, which is the default's where
    `weft.distributed.init()` has joined them) each takes its part of every batch of the loaders,
    unless these have `shard`; metrics are those of all, and rank 0 logs and writes checkpoints.

    >>> from weft import gluon, metric, np
    >>> from weft.gluon import nn
    >>> from weft.gluon.contrib.estimator import Estimator
    >>> rows = gluon.data.ArrayDataset(np.random.normal(size=(64, 4)), np.ones(64, "int64"))
    >>> net = nn.Dense(2)
    >>> net.initialize()
    >>> trainer = gluon.Trainer(net.collect_params(), "adam")
    >>> loss = gluon.loss.SoftmaxCrossEntropyLoss()
    >>> estimator = Estimator(net, loss, metric.Accuracy(), trainer=trainer)
    >>> estimator.logger.setLevel("WARNING")
    >>> estimator.fit(gluon.data.DataLoader(rows, 16), epochs=2)
    >>> estimator.train_metrics[0].get()[0]
    'training accuracy'
    """

    # What the defaults are made of.
    _metrics: Any = metric
    _processor_type: type = BatchProcessor
    _trainer_type: type = Trainer

    def __init__(
        self,
        net: Any,
        loss: Any,
        train_metrics: Any = None,
        val_metrics: Any = None,
        initializer: Any = None,
        trainer: Any = None,
        device: Any = None,
        val_net: Any = None,
        val_loss: Any = None,
        batch_processor: Any = None,
    ) -> None:
        for name, given in (("net", net), ("val_net", val_net)):
            if not isinstance(given, Block) and (given is not None or name == "net"):
                raise InvalidValue(f"Estimator: `{name}` must be a gluon.Block; got {given!r}")
        self.net = net
        self.loss = _loss("loss", loss)
        self._train_metrics = _as_metrics("train_metrics", train_metrics)
        self._val_metrics = _as_metrics("val_metrics", val_metrics)
        self._add_default_training_metrics()
        self._add_validation_metrics()
        self.val_loss = self.loss if val_loss is None else _loss("val_loss", val_loss)
        self._tell_forms()
        self.val_net = net if val_net is None else val_net
        self.logger = _logger()
        self.device = _devices(device)
        self._initialize(initializer)
        self.trainer = self._checked_trainer(trainer)
        processor = self._processor_type() if batch_processor is None else batch_processor
        self.batch_processor = _processor(processor)
        self.max_epoch: int | None = None
        self.max_batch: int | None = None
        self.batch_axis = 0
        self.ranks: Ranks | None = None  # in a loop: those that have parts of the same batches

    # ---- what it is made of

    def _add_default_training_metrics(self) -> None:
        found = self._train_metrics
        if not found and is_a("cross entropy", self.loss):
            found.append(self._metrics.Accuracy())
        found.append(self._metrics.Loss(type(self.loss).__name__))
        for each in found:
            if "training" not in each.name:
                each.name = f"training {each.name}"

    def _add_validation_metrics(self) -> None:
        found = self._val_metrics
        if not found:
            found += [copy.deepcopy(each) for each in self._train_metrics]
        for each in found:
            each.reset()
            if "training" in each.name:
                each.name = each.name.replace("training", "validation")
            elif "validation" not in each.name:
                each.name = f"validation {each.name}"

    def _tell_forms(self) -> None:
        """Metrics read predictions as the losses do."""
        for found, loss in ((self._train_metrics, self.loss), (self._val_metrics, self.val_loss)):
            for each in found:
                if isinstance(each, EvalMetric) and isinstance(loss, Loss):
                    each.read_as(loss.form)

    @property
    def train_metrics(self) -> list[EvalMetric]:
        """The metrics of training, the loss being one of them."""
        return self._train_metrics

    @property
    def val_metrics(self) -> list[EvalMetric]:
        """The metrics of validation."""
        return self._val_metrics

    def _initialize(self, initializer: Any) -> None:
        waiting = [p for p in self.net.collect_params().values() if not _is_initialized(p)]
        if waiting:
            for parameter in waiting:
                parameter.initialize(default_init=initializer, device=self.device)
            self.net.apply(Block._structure_changed)
        elif initializer is not None:
            warnings.warn(
                "Estimator: `initializer` is not used: Network already fully initialized; call "
                "`net.initialize(initializer, force_reinit=True)` to begin again",
                stacklevel=3,
            )

    def _checked_trainer(self, trainer: Any) -> Any:
        if trainer is None:
            warnings.warn(
                "Estimator: No trainer specified, so it is sgd with learning rate 0.001",
                stacklevel=3,
            )
            parameters = self.net.collect_params()
            is_ours = collectives.place()[1] > 1 and self._trainer_type is Trainer
            store = {"kvstore": "dist_sync"} if is_ours else {}
            return self._trainer_type(parameters, "sgd", {"learning_rate": 0.001}, **store)
        if not is_a("trainer", trainer):
            raise InvalidValue(f"Estimator: `trainer` must be a gluon.Trainer; got {trainer!r}")
        if collectives.place()[1] > 1 and getattr(trainer, "group", None) is None:
            warnings.warn(
                f"Estimator: this is one of {collectives.place()[1]} processes, but the trainer "
                "was made for one alone; make it with `kvstore='dist_sync'`",
                stacklevel=3,
            )
        return trainer

    # ---- running

    @hides_frames
    def evaluate(self, val_data: Any, batch_axis: int = 0, event_handlers: Any = None) -> None:
        """Runs the network on validation data; the figures are in `val_metrics` then.

        val_data: a `gluon.data.DataLoader` of data and label
        event_handlers: one or several. A `MetricHandler` and a `LoggingHandler` are added where
            there is none
        """
        _require_loader("evaluate", "val_data", val_data)
        handlers = self._prepare_default_validation_handlers(event_handlers)
        _, *of_epochs, _ = self._categorize_handlers(handlers)
        loader = self._shared("evaluate", val_data, fills=True)
        with loader as batches, autograd.predict_mode():
            _Evaluation(self, batches, of_epochs, batch_axis).run_epoch(0)

    @hides_frames
    def fit(
        self,
        train_data: Any,
        val_data: Any = None,
        epochs: int | None = None,
        event_handlers: Any = None,
        batches: int | None = None,
        batch_axis: int = 0,
    ) -> None:
        """Trains for a number of epochs, or of batches.

        train_data, val_data: `gluon.data.DataLoader`s of data and label
        epochs, batches: one of them; with `batches` the loader begins again as often as needed
        event_handlers: one or several. Handlers for the update, metrics, validation, the end and
            logs are added where there is none of that kind
        batch_axis: the axis along which a batch is split over devices

        Raises ValueError unless exactly one of `epochs` and `batches` is given and at least 1, for
        data that is no `DataLoader` or has no batches where these are counted, and for handlers
        with metrics that are not the estimator's.
        """
        _require_loader("fit", "train_data", train_data)
        if val_data is not None:
            _require_loader("fit", "val_data", val_data)
        if (epochs is None) == (batches is None):
            got = "none" if epochs is None else "both"
            raise InvalidValue(
                f"Estimator.fit: exactly one of `epochs` and `batches` must be given; got {got}"
            )
        asked = ("epochs", epochs) if batches is None else ("batches", batches)
        require_whole("Estimator.fit", *asked, 1)
        self.max_epoch, self.max_batch, self.batch_axis = epochs, batches, batch_axis
        handlers = self._prepare_default_handlers(val_data, event_handlers)
        train_begin, *of_epochs, train_end = self._categorize_handlers(handlers)
        with self._shared("fit", train_data) as batches:
            around = nullcontext() if self.ranks is None else self.ranks.own_random_numbers()
            with around:
                _tell(train_begin, "train_begin", self)
                _Training(self, batches, of_epochs, batch_axis).run()
                _tell(train_end, "train_end", self)

    @contextmanager
    def _shared(self, where: str, loader: Any, *, fills: bool = False) -> Iterator[Any]:
        """A block with the batches of this rank, where several train together."""
        before, ranks = self.ranks, ranks_of(self.trainer)
        with parts_with(f"Estimator.{where}", ranks, loader, fills=fills) as (ranks, is_cut):
            self.ranks = ranks
            try:
                yield loader if ranks is None else _Even(ranks, loader, is_cut)
            finally:
                self.ranks = before

    # ---- handlers

    def _prepare_default_handlers(self, val_data: Any, event_handlers: Any) -> list[EventHandler]:
        given = _handlers("fit", event_handlers)
        added: list[EventHandler] = []
        if not _has(given, StoppingHandler):
            added.append(StoppingHandler(self.max_epoch, self.max_batch))
        if not _has(given, GradientUpdateHandler):
            added.append(GradientUpdateHandler())
        if not _has(given, MetricHandler):
            added.append(MetricHandler(self.train_metrics))
        if val_data is not None and not _has(given, ValidationHandler):
            added.append(ValidationHandler(val_data, eval_fn=self.evaluate))
        if not _has(given, LoggingHandler):
            added.append(LoggingHandler(metrics=self.train_metrics))
        self._check_metrics(given, added)
        return sorted(given + added, key=_priority)

    def _prepare_default_validation_handlers(self, event_handlers: Any) -> list[EventHandler]:
        given = _handlers("evaluate", event_handlers)
        added: list[EventHandler] = []
        if not _has(given, MetricHandler):
            added.append(MetricHandler(self.val_metrics))
        if not _has(given, LoggingHandler):
            added.append(LoggingHandler(metrics=self.val_metrics))
        self._check_metrics(given, added)
        return sorted(given + added, key=_priority)

    def _check_metrics(self, given: list[EventHandler], added: list[EventHandler]) -> None:
        """Handlers of the program may use what handlers that are added here update, or else all
        is their own."""
        known = {id(each) for each in (*self.train_metrics, *self.val_metrics)}
        for handler in given if added else ():
            watched = [*getattr(handler, "metrics", ()), getattr(handler, "monitor", None)]
            for each in watched:
                if is_a("metric", each) and id(each) not in known:
                    raise InvalidValue(
                        f"Estimator: {type(handler).__name__} has the metric `{each.name}`, which "
                        "is none of the estimator's; use those of `train_metrics` and `val_metrics`"
                    )

    def _categorize_handlers(self, event_handlers: Sequence[Any]) -> list[list[Any]]:
        """Those that hear of each event, so that nobody else is called. Of several ranks that train
        together, the first one logs."""
        ranks = ranks_of(self.trainer)
        if ranks is not None and collectives.place()[0]:
            event_handlers = [h for h in event_handlers if not isinstance(h, LoggingHandler)]
        return [[h for h in event_handlers if isinstance(h, event)] for event in EVENTS]


class _Even:
    """The batches of a loader, of which each rank has as many; for each epoch anew."""

    def __init__(self, ranks: Ranks, loader: Any, is_cut: bool) -> None:
        self._ranks, self._loader, self._is_cut = ranks, loader, is_cut

    def __iter__(self) -> Iterator[Any]:
        return iter(self._ranks.even(self._loader, self._is_cut))


class _Training(Loop[Any]):
    """The loop of a call of `fit`: handlers hear of its events, and end it."""

    def __init__(self, estimator: Any, data: Any, handlers: list[list[Any]], axis: int) -> None:
        self._estimator, self._data, self._axis = estimator, data, axis
        self._epoch_begin, self._batch_begin, self._batch_end, self._epoch_end = handlers
        self._has_batches = False
        self._ranks = estimator.ranks
        # Handlers of the program may end the training on one rank alone.
        self._asks_all = any(type(h) not in _STOPS_ALIKE for h in self._batch_end)

    def begin_epoch(self, epoch: int) -> None:
        self._has_batches = False
        _tell(self._epoch_begin, "epoch_begin", self._estimator)

    def batches(self) -> Any:
        return self._data

    def run_batch(self, batch: Any) -> bool:
        self._has_batches = True
        _tell(self._batch_begin, "batch_begin", self._estimator, batch=batch)
        _, label, pred, loss = self._processed(batch)
        found = {"batch": batch, "pred": pred, "label": label, "loss": loss}
        stops = _tell(self._batch_end, "batch_end", self._estimator, **found)
        return self._anywhere(stops) if self._asks_all else stops

    def end_epoch(self, epoch: int) -> bool:
        if not self._has_batches and self._estimator.max_batch is not None:
            raise InvalidValue("Estimator.fit: `train_data` must have batches; got none")
        if self._ranks is not None:
            self._ranks.average_statistics(self._estimator.net)
        return self._anywhere(_tell(self._epoch_end, "epoch_end", self._estimator))

    def _anywhere(self, stops: bool) -> bool:
        """Does some rank want to stop?"""
        return stops if self._ranks is None else self._ranks.any(stops)

    def _processed(self, batch: Any) -> tuple[Any, ...]:
        """Data, label, prediction and loss of a batch."""
        processor = self._estimator.batch_processor
        found: tuple[Any, ...] = processor.fit_batch(self._estimator, batch, self._axis)
        return found


class _Evaluation(_Training):
    """The loop of a call of `evaluate`, of one epoch, which no handler ends."""

    def run_batch(self, batch: Any) -> bool:
        super().run_batch(batch)
        return False

    def end_epoch(self, epoch: int) -> bool:
        return _tell(self._epoch_end, "epoch_end", self._estimator)

    def _processed(self, batch: Any) -> tuple[Any, ...]:
        processor = self._estimator.batch_processor
        found: tuple[Any, ...] = processor.evaluate_batch(self._estimator, batch, self._axis)
        return found


_STOPS_ALIKE = (
    *(StoppingHandler, GradientUpdateHandler, MetricHandler, ValidationHandler, LoggingHandler),
    CheckpointHandler,
)


def _tell(handlers: list[Any], event: str, estimator: Estimator, **found: Any) -> bool:
    """Calls all handlers of an event. True: one of them wants to stop."""
    answers = [getattr(handler, event)(estimator, **found) for handler in handlers]
    return any(answers)


def _priority(handler: Any) -> float:
    return getattr(handler, "priority", 0)


def _has(handlers: Sequence[Any], kind: type) -> bool:
    return any(isinstance(handler, kind) for handler in handlers)


def _handlers(where: str, given: Any) -> list[EventHandler]:
    found = [] if given is None else list(given) if isinstance(given, list | tuple) else [given]
    for handler in found:
        if not isinstance(handler, EventHandler):
            raise InvalidValue(
                f"Estimator.{where}: `event_handlers` must be event handlers; got {handler!r}"
            )
    return found


def _loss(name: str, given: Any) -> Any:
    if not is_a("loss", given):
        raise InvalidValue(f"Estimator: `{name}` must be a loss of gluon.loss; got {given!r}")
    return given


def _as_metrics(name: str, given: Any) -> list[EvalMetric]:
    found = [] if given is None else given if isinstance(given, list | tuple) else [given]
    if not is_a("metric", *found):
        raise InvalidValue(f"Estimator: `{name}` must be metrics of weft.metric; got {given!r}")
    return list(found)


def _devices(given: Any) -> list[Any]:
    if given is None:
        return [Device(native.current_device())]
    found = list(given) if isinstance(given, list | tuple) else [given]
    if not found or not is_a("device", *found):
        raise InvalidValue(f"Estimator: `device` must be a device or several; got {given!r}")
    return [Device(each) if isinstance(each, str) else each for each in found]


def _processor(given: Any) -> Any:
    if not all(callable(getattr(given, n, None)) for n in ("fit_batch", "evaluate_batch")):
        raise InvalidValue(
            "Estimator: `batch_processor` must have `fit_batch` and `evaluate_batch`; got "
            f"{given!r}"
        )
    return given


def _is_initialized(parameter: Any) -> bool:
    return parameter.is_deferred or parameter.is_initialized


def _require_loader(where: str, name: str, given: Any) -> None:
    if not is_a("loader", given):
        raise InvalidValue(
            f"Estimator.{where}: `{name}` must be a gluon.data.DataLoader; got "
            f"{type(given).__name__}"
        )


def _logger() -> logging.Logger:
    """A logger of its own for each estimator, which writes to the standard output."""
    logger = logging.Logger(name="Estimator", level=logging.INFO)
    logger.addHandler(logging.StreamHandler(sys.stdout))
    return logger


__all__ = ["Estimator"]
__dir__ = __all__.copy
