"""Callbacks that set the learning rate, and one that looks for a good first one."""

import math
from collections.abc import Callable
from os import PathLike
from typing import Any

from weft._base.errors import InvalidState, InvalidType, NotFound
from weft._base.options import require, require_whole
from weft._base.packages import installing
from weft._base.writing import replacing
from weft.callbacks._base import Callback, figure, is_better_by
from weft.lr_scheduler import LRScheduler


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch, to `schedule(epoch, rate)`; `schedule(epoch)` will
    do. For rates by the number of the update give the optimizer an `lr_scheduler`.

    verbose: 1 prints each rate

    >>> import weft
    >>> from weft import callbacks, np
    >>> from weft.gluon import nn
    >>> x, y = np.random.normal(size=(64, 4)), np.ones(64, "int64")
    >>> options = {"learning_rate": 0.1}
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy", optimizer_params=options)
    >>> halving = callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    >>> history = model.fit(x, y, epochs=3, callbacks=halving, verbose=0)
    >>> model.learning_rate
    0.0125
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        if isinstance(schedule, LRScheduler):
            raise InvalidType(
                "LearningRateScheduler: `schedule` must be a function of the number of the epoch; "
                f"got {type(schedule).__name__}, which is by updates: give it to the optimizer, "
                '`optimizer_params={"lr_scheduler": schedule}`'
            )
        self._schedule, self._verbose = schedule, verbose
        code = getattr(schedule, "__code__", None)
        self._takes_rate = code is None or code.co_argcount - _bound(schedule) > 1

    def on_train_begin(self) -> None:
        _require_own_rate(self)

    def on_epoch_begin(self, epoch: int) -> None:
        rate = self.model.learning_rate
        new = float(self._schedule(epoch, rate) if self._takes_rate else self._schedule(epoch))
        self.model.learning_rate = new
        if self._verbose:
            print(f"LearningRateScheduler: epoch {epoch + 1} has learning rate {new:.6g}")

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        logs["learning_rate"] = self.model.learning_rate


def _require_own_rate(callback: Callback) -> None:
    """Refuses, before the training, a rate that has another master."""
    scheduler = callback.model.trainer.optimizer.lr_scheduler
    if scheduler is not None:
        raise InvalidState(
            f"{type(callback).__name__}: it sets the learning rate, and so does the optimizer's "
            f"`lr_scheduler`, {type(scheduler).__name__}; leave one of them out"
        )


def _bound(function: Any) -> int:
    return 0 if getattr(function, "__self__", None) is None else 1


class ReduceLROnPlateau(Callback):
    """Lowers the learning rate when a figure has not become better for some epochs.

    monitor, mode: as for `EarlyStopping`
    factor: what the rate is multiplied by
    patience: how many epochs without a better figure are waited for
    min_delta: what counts as better differs more than so much
    cooldown: how many epochs after a change count no epochs
    min_lr: least rate
    verbose: 1 prints each change

    >>> import weft
    >>> from weft import callbacks, np
    >>> from weft.gluon import nn
    >>> x, y = np.random.normal(size=(64, 4)), np.ones(64, "int64")
    >>> options = {"learning_rate": 0.1}
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy", optimizer_params=options)
    >>> lower = callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2, min_delta=100)
    >>> history = model.fit(x, y, epochs=4, callbacks=lower, verbose=0)
    >>> model.learning_rate
    0.05
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        *,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        verbose: int = 0,
    ) -> None:
        require(0 < factor < 1, "ReduceLROnPlateau", "factor", "between 0 and 1", factor)
        require_whole("ReduceLROnPlateau", "patience", patience, 0)
        self.monitor, self.factor, self.patience = monitor, factor, patience
        self.min_delta, self.cooldown, self.min_lr = min_delta, cooldown, min_lr
        self._verbose = verbose
        self._is_better = is_better_by(mode, monitor)
        self._begin()

    def on_train_begin(self) -> None:
        _require_own_rate(self)
        self._begin()

    def _begin(self) -> None:
        self.wait, self.cooling = 0, 0
        self.best: float | None = None

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        value = figure(self, self.monitor, logs)
        logs["learning_rate"] = self.model.learning_rate
        if value is None:
            return
        gap = self.min_delta if self._is_better(1.0, 0.0) else -self.min_delta
        if self.cooling:
            self.cooling -= 1
            self.wait = 0
        is_number = value == value  # nothing would be better than NaN
        if is_number and (self.best is None or self._is_better(value - gap, self.best)):
            self.best, self.wait = value, 0
            return
        if self.cooling:
            return
        self.wait += 1
        if self.wait >= max(self.patience, 1):
            self._lower(epoch)

    def _lower(self, epoch: int) -> None:
        old = self.model.learning_rate
        new = max(old * self.factor, self.min_lr)
        self.cooling, self.wait = self.cooldown, 0
        if new < old:
            self.model.learning_rate = new
            if self._verbose:
                print(
                    f"ReduceLROnPlateau: {self.monitor} was not better for {self.patience} epochs, "
                    f"so the learning rate is {new:.6g} after epoch {epoch + 1}"
                )

    def state_dict(self) -> dict[str, Any]:
        return {"wait": self.wait, "cooling": self.cooling, "best": self.best}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.wait, self.cooling, self.best = state["wait"], state["cooling"], state["best"]


class LRFinder(Callback):
    """Raises the learning rate from batch to batch, so that one sees where the loss falls fastest
    and where it bursts (Smith, "Cyclical Learning Rates", 2017). Parameters, running statistics and
    the optimizer are afterwards as they were before.

    min_lr, max_lr: first and last rate; steps: batches between them
    smoothing: weight of earlier losses in the mean that is looked at
    burst: the training ends where that mean is so many times its least value

    After `fit` there are `rates`, `losses` (smoothed), and `suggestion`, the rate at which the loss
    fell fastest.

    >>> import weft
    >>> from weft import callbacks, np
    >>> from weft.gluon import nn
    >>> finder = callbacks.LRFinder(steps=20)
    >>> x = np.random.normal(size=(320, 3))
    >>> model = weft.Model(nn.Dense(1), "mse", "sgd")
    >>> history = model.fit(x, x.sum(axis=1, keepdims=True), 16, 10, callbacks=finder, verbose=0)
    >>> 1e-6 <= finder.suggestion <= 1
    True
    """

    stops_alike = True

    def __init__(
        self,
        min_lr: float = 1e-6,
        max_lr: float = 1.0,
        steps: int = 100,
        *,
        smoothing: float = 0.9,
        burst: float = 4.0,
    ) -> None:
        require(0 < min_lr < max_lr, "LRFinder", "min_lr", "above 0 and below `max_lr`", min_lr)
        self._bounds, self._count = (min_lr, max_lr), require_whole("LRFinder", "steps", steps, 2)
        self._smoothing, self._burst = smoothing, burst
        self.rates: list[float] = []
        self.losses: list[float] = []
        self._before: tuple[Any, ...] | None = None

    def on_train_begin(self) -> None:
        _require_own_rate(self)
        self.rates, self.losses = [], []
        self._mean = 0.0
        self._before = None

    def on_train_batch_begin(self, batch: int) -> None:
        if self._before is None:
            self._before = _state_of(self.model)
        low, high = self._bounds
        self.rates.append(low * (high / low) ** (len(self.rates) / (self._count - 1)))
        self.model.learning_rate = self.rates[-1]

    def on_train_batch_end(self, batch: int, logs: Any) -> None:
        weight = self._smoothing
        self._mean = weight * self._mean + (1 - weight) * logs.batch_loss
        smooth = self._mean / (1 - weight ** len(self.rates))
        self.losses.append(smooth)
        has_burst = not math.isfinite(smooth) or smooth > self._burst * min(self.losses)
        if has_burst or len(self.rates) == self._count:
            self.model.stop_training = True

    def on_close(self) -> None:
        if self._before is not None:
            _restore(self.model, *self._before)

    @property
    def suggestion(self) -> float:
        """The rate at which the loss fell fastest, on a scale of logarithms. Raises RuntimeError
        before `fit`."""
        known = [loss for loss in self.losses if math.isfinite(loss)]
        if len(known) < 3:
            raise InvalidState(
                f"LRFinder: a suggestion needs three batches; got {len(known)}; give the finder to "
                "`fit` as a callback, with more epochs"
            )
        # The first means are of few batches, so their slopes say little.
        first = min(len(known) // 10 + 1, len(known) - 2)
        slopes = [known[i + 1] - known[i - 1] for i in range(first, len(known) - 1)]
        return self.rates[first + slopes.index(min(slopes))]

    def plot(self, path: str | PathLike[str] | None = None) -> Any:
        """Draws loss by rate with Matplotlib, and marks the suggestion. Returns the figure.

        path: a picture to write; None for none
        """
        try:
            from matplotlib.figure import Figure
        except ImportError:
            raise NotFound(f"LRFinder.plot: it needs matplotlib: {installing('viz')}") from None
        figure = Figure(figsize=(5.5, 3.5), layout="constrained")
        panel = figure.add_subplot()
        panel.plot(self.rates[: len(self.losses)], self.losses)
        if sum(map(math.isfinite, self.losses)) >= 3:
            panel.axvline(self.suggestion, color="tab:orange", label=f"{self.suggestion:.2g}")
            panel.legend()
        panel.set_xscale("log")
        panel.set_xlabel("learning rate")
        panel.set_ylabel("loss")
        panel.grid(alpha=0.3)
        if path is not None:
            with replacing(path, "plot") as inside:
                figure.savefig(inside, dpi=150)
        return figure


def _state_of(model: Any) -> tuple[Any, ...]:
    """Copies of the parameters and of the trainer's states."""
    values = {name: p.data().copy() for name, p in model.net.collect_params().items()}
    arrays, description = model.trainer.describe_states()
    return values, {name: array.copy() for name, array in arrays.items()}, description


def _restore(model: Any, values: Any, arrays: Any, description: Any) -> None:
    parameters = model.net.collect_params()
    for name, value in values.items():
        parameters[name].set_data(value)
    model.trainer.prepare_states(arrays, description, "LRFinder", values)()


__all__ = ["LRFinder", "LearningRateScheduler", "ReduceLROnPlateau"]
