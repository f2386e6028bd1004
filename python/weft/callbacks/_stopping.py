"""Callbacks that end the training: when nothing gets better, and when numbers are none."""

import math
from typing import Any

from weft._base.options import require, require_finite, require_whole
from weft.callbacks._base import Callback, figure, is_better_by

_MODES = ("auto", "min", "max")


class EarlyStopping(Callback):
    """Ends the training when a figure has not become better for some epochs.

    monitor: the figure, such as "val_loss" or "accuracy"
    min_delta: what counts as better differs at least so much
    patience: how many epochs without a better figure are waited for
    mode: "min" where less is better, "max" where more is; "auto" goes by the name
    baseline: the first figure has to be better than this
    restore_best_weights: the network gets the parameters of the best epoch back at the end
    start_from_epoch: epochs before it do not count
    verbose: 1 prints why it ended

    After the training `stopped_epoch` is the epoch in which it ended, or None, `best_epoch` and
    `best` the best one and its figure.

    >>> import weft
    >>> from weft import callbacks, np
    >>> from weft.gluon import nn
    >>> x, y = np.random.normal(size=(64, 4)), np.ones(64, "int64")
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy", "adam")
    >>> stop = callbacks.EarlyStopping("loss", patience=2, min_delta=100)
    >>> history = model.fit(x, y, epochs=50, callbacks=stop, verbose=0)
    >>> history.epoch
    [0, 1, 2]
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        *,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
        verbose: int = 0,
    ) -> None:
        require(mode in _MODES, "EarlyStopping", "mode", f"one of {', '.join(_MODES)}", repr(mode))
        require_finite("EarlyStopping", min_delta=min_delta, baseline=baseline)
        self.monitor, self.min_delta = monitor, abs(min_delta)
        self.patience = require_whole("EarlyStopping", "patience", patience, 0)
        self.baseline, self.restore_best_weights = baseline, restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.verbose = verbose
        self._is_better = is_better_by(mode, monitor)
        self.on_train_begin()

    def on_train_begin(self) -> None:
        self.wait = 0
        self.best: float | None = self.baseline
        self.best_epoch: int | None = None
        self.stopped_epoch: int | None = None
        self._best_values: dict[str, Any] | None = None

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        value = figure(self, self.monitor, logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self._best_values is None:
            self._keep()  # where no epoch is better than the baseline, the first one's
        if self._is_better_than_best(value):
            self.best, self.best_epoch, self.wait = value, epoch, 0
            if self.restore_best_weights:
                self._keep()
            return
        self.wait += 1
        if self.wait >= max(self.patience, 1):
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _is_better_than_best(self, value: float) -> bool:
        if math.isnan(value):
            return False
        if self.best is None:
            return True
        gap = self.min_delta if self._is_better(1.0, 0.0) else -self.min_delta
        return self._is_better(value - gap, self.best)

    def _keep(self) -> None:
        self._best_values = {
            name: p.data().copy() for name, p in self.model.net.collect_params().items()
        }

    def on_train_end(self) -> None:
        if self.restore_best_weights and self._best_values is not None:
            parameters = self.model.net.collect_params()
            for name, value in self._best_values.items():
                parameters[name].set_data(value)
        if self.stopped_epoch is not None and self.verbose:
            best = "none was " + (
                "a number" if self.baseline is None else "better than the baseline"
            )
            if self.best_epoch is not None:
                best = f"the best was {self.best:.6g} in epoch {self.best_epoch + 1}"
            print(
                f"EarlyStopping: {self.monitor} was not better for {self.wait} epochs, so training "
                f"ends after epoch {self.stopped_epoch + 1}; {best}"
            )

    def state_dict(self) -> dict[str, Any]:
        values = dict(self._best_values or {})
        return {
            **{"wait": self.wait, "best": self.best, "best_epoch": self.best_epoch},
            "values": values,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.wait, self.best, self.best_epoch = state["wait"], state["best"], state["best_epoch"]
        self._best_values = dict(state["values"]) or None


class TerminateOnNaN(Callback):
    """Ends the training at the first batch whose loss is NaN or infinite, and says where it began.

    explain: keeps the parameters of before each batch, computes that batch again operator by
        operator, and names the operator and the line of the program that made the first NaN or
        infinity. The network has those parameters again at the end

    It waits for every batch, which costs the time between a loss and the next batch. `message` is
    what it printed.

    >>> import weft
    >>> from weft import callbacks, np
    >>> from weft.gluon import nn
    >>> x, y = np.full((64, 4), np.nan), np.ones(64, "int64")
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy", "adam")
    >>> stop = callbacks.TerminateOnNaN()
    >>> history = model.fit(x, y, epochs=50, callbacks=stop, verbose=0)
    TerminateOnNaN: the loss is nan at batch 1; training ends
    >>> len(history.epoch) < 2
    True
    """

    stops_alike = True

    def __init__(self, explain: bool = False) -> None:
        self.explain = explain
        self.message: str | None = None
        self._before: dict[str, Any] = {}

    def on_train_batch_begin(self, batch: int) -> None:
        if self.explain:
            parameters = self.model.net.collect_params()
            self._before = {n: p.data().copy() for n, p in parameters.items() if p.is_initialized}

    def on_train_batch_end(self, batch: int, logs: Any) -> None:
        loss = logs.batch_loss
        if not math.isfinite(loss):
            self.model.stop_training = True
            self.message = f"TerminateOnNaN: the loss is {loss} at batch {batch + 1}"
            if self.explain:
                for name, parameter in self.model.net.collect_params().items():
                    parameter.set_data(self._before[name])
                self.message += f"; {self.model.anomaly()}"
            print(f"{self.message}; training ends")


__all__ = ["EarlyStopping", "TerminateOnNaN"]
