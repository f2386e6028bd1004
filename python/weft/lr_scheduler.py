"""Learning rates that change with the number of updates.

A scheduler is called with that number and gives the rate. Each begins with `warmup_steps` updates
that lead linearly from `warmup_begin_lr` to the base rate.

In a hybridized training step the number is a float64 array without axes, and so is the rate.
"""

import math
from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from weft import np
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidValue
from weft._base.options import require, require_finite, require_whole
from weft._core.attributes import plain_attributes, set_attributes
from weft._core.typing import ndarray

Number = Any  # a number of Python, or a float64 array without axes


def _choose(condition: Any, yes: Callable[[], Number], no: Callable[[], Number]) -> Number:
    if not isinstance(condition, ndarray):
        return yes() if condition else no()
    values = (yes(), no())
    return np.where(
        condition,
        *(v if isinstance(v, ndarray) else np.full((), v, dtype="float64") for v in values),
    )


class _Origin(Enum):
    """Where a base rate is from. No plain value, so states of trainers do not have it."""

    DEFAULT = 0
    CALLER = 1


class LRScheduler(_spelling.ChecksOptions):
    """Base: the rate stays `base_lr` after the warm-up. A subclass overrides `rate`.

    base_lr: None: the learning rate of the optimizer that has the scheduler, 0.01 before

    Its plain attributes are saved with the states of a trainer.

    >>> from weft import lr_scheduler
    >>> rate = lr_scheduler.LRScheduler(base_lr=0.1, warmup_steps=4)
    >>> [round(rate(update), 4) for update in (1, 2, 4, 100)]
    [0.025, 0.05, 0.1, 0.1]
    """

    def __init__(
        self, base_lr: float | None = None, warmup_steps: int = 0, warmup_begin_lr: float = 0.0
    ) -> None:
        self._origin = _Origin.DEFAULT if base_lr is None else _Origin.CALLER
        base_lr = 0.01 if base_lr is None else base_lr
        require(base_lr >= 0, "lr_scheduler", "base_lr", "at least 0", base_lr)
        if not warmup_begin_lr <= base_lr:
            raise InvalidValue(
                f"lr_scheduler: `warmup_begin_lr` must be at most `base_lr` {base_lr}; "
                f"got {warmup_begin_lr}"
            )
        require_whole("lr_scheduler", "warmup_steps", warmup_steps, 0)
        if warmup_begin_lr and not warmup_steps:
            raise InvalidValue(
                "lr_scheduler: `warmup_begin_lr` has no effect without `warmup_steps`; got "
                f"{warmup_begin_lr}"
            )
        self.base_lr = base_lr
        self.warmup_steps = warmup_steps
        self.warmup_begin_lr = warmup_begin_lr

    @property
    def has_base_lr(self) -> bool:
        """Was `base_lr` given?"""
        return self.__dict__.get("_origin") is _Origin.CALLER

    def __call__(self, num_update: Number) -> Number:
        """The rate for update `num_update`, counted from 1."""
        if self.warmup_steps == 0:
            return self.rate(num_update)
        way = self.base_lr - self.warmup_begin_lr
        return _choose(
            num_update < self.warmup_steps,
            lambda: self.warmup_begin_lr + way * (num_update / self.warmup_steps),
            lambda: self.rate(num_update),
        )

    def rate(self, num_update: Number) -> Number:
        """The rate after the warm-up."""
        return self.base_lr

    def state_dict(self) -> dict[str, Any]:
        """What a file of states has of it: attributes that are numbers, texts, or lists of these.
        A subclass adds what else changes while it is used."""
        return plain_attributes(self)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Sets what `state_dict` gave."""
        set_attributes(self, state)


class FactorScheduler(LRScheduler):
    """Multiplied by `factor` after every `step` updates, down to `stop_factor_lr`.

    >>> from weft import lr_scheduler
    >>> rate = lr_scheduler.FactorScheduler(step=10, factor=0.5, base_lr=0.1)
    >>> [rate(update) for update in (1, 10, 11, 21)]
    [0.1, 0.1, 0.05, 0.025]
    """

    def __init__(
        self,
        step: int,
        factor: float = 0.5,
        stop_factor_lr: float = 1e-8,
        base_lr: float | None = None,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        require_whole("FactorScheduler", "step", step, 1)
        require_finite("lr_scheduler", factor=factor)
        require_finite("lr_scheduler", stop_factor_lr=stop_factor_lr)
        self.step = step
        self.factor = factor
        self.stop_factor_lr = stop_factor_lr

    def rate(self, num_update: Number) -> Number:
        times = _choose(
            num_update > 1, lambda: (num_update - 1) // self.step, lambda: num_update * 0
        )
        rate = self.base_lr * self.factor**times
        return _choose(rate > self.stop_factor_lr, lambda: rate, lambda: self.stop_factor_lr)


class MultiFactorScheduler(LRScheduler):
    """Multiplied by `factor` after each of the numbers of updates in `step`.

    >>> from weft import lr_scheduler
    >>> rate = lr_scheduler.MultiFactorScheduler([10, 30], factor=0.5, base_lr=0.1)
    >>> [rate(update) for update in (1, 11, 31)]
    [0.1, 0.05, 0.025]
    """

    def __init__(
        self,
        step: Sequence[int],
        factor: float = 0.5,
        base_lr: float | None = None,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        for number in step:
            require_whole("lr_scheduler", "step", number, 0)
        require_finite("lr_scheduler", factor=factor)
        self.step = tuple(step)
        self.factor = factor

    def rate(self, num_update: Number) -> Number:
        times = sum(_choose(num_update > step, lambda: 1, lambda: 0) for step in self.step)
        return self.base_lr * self.factor**times


class _Decay(LRScheduler):
    """From `base_lr` down to `final_lr`, reached at `max_update`. A subclass writes `left`."""

    def __init__(
        self,
        max_update: int,
        base_lr: float | None,
        final_lr: float,
        warmup_steps: int,
        warmup_begin_lr: float,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        require_whole("lr_scheduler", "max_update", max_update, 0)
        require_finite("lr_scheduler", final_lr=final_lr)
        if max_update <= warmup_steps:
            raise InvalidValue(
                f"{type(self).__name__}: `max_update` must exceed `warmup_steps` {warmup_steps}; "
                f"got {max_update}"
            )
        self.max_update = max_update
        self.final_lr = final_lr

    def left(self, share: Number) -> Number:
        """What is left of the way down, from 1 to 0, when a share of the updates is done."""
        raise NotImplementedError

    def rate(self, num_update: Number) -> Number:
        way = self.max_update - self.warmup_steps
        return _choose(
            num_update >= self.max_update,
            lambda: self.final_lr,
            lambda: (
                self.final_lr
                + (self.base_lr - self.final_lr) * self.left((num_update - self.warmup_steps) / way)
            ),
        )


class CosineScheduler(_Decay):
    """From `base_lr` down to `final_lr` along half a cosine, reached at `max_update`.

    >>> from weft import lr_scheduler
    >>> rate = lr_scheduler.CosineScheduler(max_update=100, base_lr=0.1, warmup_steps=10)
    >>> [round(rate(update), 4) for update in (1, 10, 55, 100)]
    [0.01, 0.1, 0.05, 0.0]
    """

    def __init__(
        self,
        max_update: int,
        base_lr: float | None = None,
        final_lr: float = 0.0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr)

    def left(self, share: Number) -> Number:
        return _half_cosine(share)


class PolyScheduler(_Decay):
    """From `base_lr` down to `final_lr` along a power of the updates that are left.

    >>> from weft import lr_scheduler
    >>> rate = lr_scheduler.PolyScheduler(max_update=100, base_lr=0.1, pwr=1)
    >>> [round(rate(update), 4) for update in (0, 50, 100)]
    [0.1, 0.05, 0.0]
    """

    def __init__(
        self,
        max_update: int,
        base_lr: float | None = None,
        pwr: float = 2,
        final_lr: float = 0.0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr)
        require_finite("lr_scheduler", pwr=pwr)
        self.pwr = pwr

    def left(self, share: Number) -> Number:
        return (1 - share) ** self.pwr


class OneCycleScheduler(_Decay):
    """Up from `base_lr / div_factor` to `base_lr` and down to `base_lr / final_div_factor`, reached
    at `max_update` (Smith and Topin 2018).

    pct_start: share of the updates that the way up takes
    anneal: "cos" for half a cosine each way, "linear" for lines

    >>> from weft import lr_scheduler
    >>> rate = lr_scheduler.OneCycleScheduler(max_update=100, base_lr=0.1)
    >>> [round(rate(update), 4) for update in (1, 30, 65, 100)]
    [0.0043, 0.1, 0.05, 0.0]
    """

    def __init__(
        self,
        max_update: int,
        base_lr: float | None = None,
        pct_start: float = 0.3,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        anneal: str = "cos",
    ) -> None:
        super().__init__(max_update, base_lr, 0.0, 0, 0.0)
        where = "OneCycleScheduler"
        require(0 < pct_start < 1, where, "pct_start", "between 0 and 1", pct_start)
        require(div_factor >= 1, where, "div_factor", "at least 1", div_factor)
        require(final_div_factor >= 1, where, "final_div_factor", "at least 1", final_div_factor)
        require(anneal in ("cos", "linear"), where, "anneal", "cos or linear", repr(anneal))
        self.pct_start, self.anneal = pct_start, anneal
        self.div_factor, self.final_div_factor = div_factor, final_div_factor

    def rate(self, num_update: Number) -> Number:
        top = self.base_lr
        turn = self.pct_start * self.max_update
        first, last = top / self.div_factor, top / self.final_div_factor
        return _choose(
            num_update >= self.max_update,
            lambda: last,
            lambda: _choose(
                num_update < turn,
                lambda: first + (top - first) * (1 - self.left(num_update / turn)),
                lambda: (
                    last + (top - last) * self.left((num_update - turn) / (self.max_update - turn))
                ),
            ),
        )

    def left(self, share: Number) -> Number:
        return 1 - share if self.anneal == "linear" else _half_cosine(share)


class WarmRestartScheduler(LRScheduler):
    """Down along half a cosine from `base_lr` to `final_lr` in `period` updates, then again from
    the top, each time `factor` times as long (Loshchilov and Hutter 2017).

    >>> from weft import lr_scheduler
    >>> rate = lr_scheduler.WarmRestartScheduler(period=10, base_lr=0.1)
    >>> [round(rate(update), 4) for update in (0, 5, 10, 15)]
    [0.1, 0.05, 0.1, 0.05]
    """

    def __init__(
        self,
        period: int,
        factor: int = 1,
        final_lr: float = 0.0,
        base_lr: float | None = None,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        self.period = require_whole("WarmRestartScheduler", "period", period, 1)
        self.factor = require_whole("WarmRestartScheduler", "factor", factor, 1)
        require_finite("lr_scheduler", final_lr=final_lr)
        self.final_lr = final_lr

    def rate(self, num_update: Number) -> Number:
        done = num_update - self.warmup_steps
        if self.factor == 1:
            share = done % self.period / self.period
        else:
            # Period n begins at period (factor^n - 1) / (factor - 1).
            grown = done * ((self.factor - 1) / self.period) + 1
            turn = _floor(_log(grown) / math.log(self.factor) + 1e-9)
            length = self.period * self.factor**turn
            share = (done - (length - self.period) / (self.factor - 1)) / length
        return self.final_lr + (self.base_lr - self.final_lr) * _half_cosine(share)


class InverseSqrtScheduler(LRScheduler):
    """`base_lr` at the end of the warm-up, then as one over the root of the number of updates, as
    for transformers (Vaswani et al. 2017).

    >>> from weft import lr_scheduler
    >>> rate = lr_scheduler.InverseSqrtScheduler(warmup_steps=100, base_lr=0.1)
    >>> [round(rate(update), 4) for update in (50, 100, 400)]
    [0.05, 0.1, 0.05]
    """

    def __init__(
        self, warmup_steps: int, base_lr: float | None = None, warmup_begin_lr: float = 0.0
    ) -> None:
        require_whole("InverseSqrtScheduler", "warmup_steps", warmup_steps, 1)
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)

    def rate(self, num_update: Number) -> Number:
        return self.base_lr * (self.warmup_steps / num_update) ** 0.5


class ExponentialScheduler(LRScheduler):
    """Multiplied by `gamma` at each update.

    >>> from weft import lr_scheduler
    >>> rate = lr_scheduler.ExponentialScheduler(gamma=0.5, base_lr=0.1)
    >>> [rate(update) for update in (0, 1, 2)]
    [0.1, 0.05, 0.025]
    """

    def __init__(
        self,
        gamma: float,
        base_lr: float | None = None,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        require(0 < gamma <= 1, "ExponentialScheduler", "gamma", "above 0, at most 1", gamma)
        self.gamma = gamma

    def rate(self, num_update: Number) -> Number:
        return self.base_lr * self.gamma ** (num_update - self.warmup_steps)


class LambdaScheduler(LRScheduler):
    """`base_lr` times what a function of the number of the update gives.

    The function is no part of a saved state: a program that goes on gives it again.

    >>> from weft import lr_scheduler
    >>> rate = lr_scheduler.LambdaScheduler(lambda update: 0.5**update, base_lr=0.1)
    >>> [rate(update) for update in (0, 1, 2)]
    [0.1, 0.05, 0.025]
    """

    def __init__(
        self,
        factor: Callable[[Number], Number],
        base_lr: float | None = None,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        self._factor = factor

    def rate(self, num_update: Number) -> Number:
        return self.base_lr * self._factor(num_update)


class PlateauScheduler(LRScheduler):
    """Lowered where a figure does not become better: `step(value)` tells it one, such as the loss
    of an epoch. In `weft.Model.fit` there is `callbacks.ReduceLROnPlateau`.

    factor: what the rate is multiplied by
    patience: how many values that are not better are waited for; the next one lowers the rate
    mode: "min" where less is better, "max" where more is
    threshold: what counts as better differs by more than this share of the best
    cooldown: how many values after a change count for nothing
    min_lr: least rate

    >>> from weft import lr_scheduler
    >>> scheduler = lr_scheduler.PlateauScheduler(patience=1, base_lr=1.0)
    >>> for loss in (3.0, 2.0, 2.0, 2.0):
    ...     scheduler.step(loss)
    >>> scheduler(1)
    0.1
    """

    def __init__(
        self,
        factor: float = 0.1,
        patience: int = 10,
        mode: str = "min",
        threshold: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        base_lr: float | None = None,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        where = "PlateauScheduler"
        require(0 < factor < 1, where, "factor", "between 0 and 1", factor)
        require(mode in ("min", "max"), where, "mode", '"min" or "max"', repr(mode))
        require(threshold >= 0, where, "threshold", "at least 0", threshold)
        require(min_lr >= 0, where, "min_lr", "at least 0", min_lr)
        self.factor, self.mode, self.threshold, self.min_lr = factor, mode, threshold, min_lr
        self.patience = require_whole(where, "patience", patience, 0)
        self.cooldown = require_whole(where, "cooldown", cooldown, 0)
        self.scale = 1.0
        # Plans compare plain attributes and are made anew where one changes; these do always.
        self._seen: dict[str, Any] = {"best": None, "waited": 0, "cooling": 0}

    def step(self, value: float) -> None:
        """Tells the figure of now."""
        seen, best = self._seen, self._seen["best"]
        is_less = self.mode == "min"
        edge = None if best is None else best * (1 + self.threshold * (-1 if is_less else 1))
        if edge is None or (value < edge if is_less else value > edge):
            seen["best"], seen["waited"] = float(value), 0
        else:
            seen["waited"] += 1
        if seen["cooling"]:
            seen["cooling"] -= 1
            seen["waited"] = 0
        if seen["waited"] > self.patience:
            seen["waited"], seen["cooling"] = 0, self.cooldown
            self.scale *= self.factor

    def rate(self, num_update: Number) -> Number:
        return max(self.base_lr * self.scale, self.min_lr)

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "seen": dict(self._seen)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        rest = dict(state)
        self._seen = rest.pop("seen")
        super().load_state_dict(rest)


class SequentialScheduler(LRScheduler):
    """One scheduler after another: each counts its updates from 1, and has its own rate.

    milestones: after how many updates the next one begins, one fewer than there are schedulers

    >>> from weft import lr_scheduler
    >>> first = lr_scheduler.LRScheduler(base_lr=0.1)
    >>> then = lr_scheduler.ExponentialScheduler(0.5, base_lr=0.1)
    >>> rate = lr_scheduler.SequentialScheduler([first, then], [10])
    >>> [rate(update) for update in (10, 11, 12)]
    [0.1, 0.05, 0.025]
    """

    def __init__(self, schedulers: Sequence[LRScheduler], milestones: Sequence[int]) -> None:
        super().__init__(schedulers[0].base_lr if schedulers else None)
        if not schedulers or len(milestones) != len(schedulers) - 1:
            raise InvalidValue(
                "SequentialScheduler: `milestones` must be one fewer than `schedulers`; got "
                f"{len(milestones)} and {len(schedulers)}"
            )
        if any(b <= a for a, b in pairwise([0, *milestones])):
            raise InvalidValue(
                f"SequentialScheduler: `milestones` must grow from 1 on; got {list(milestones)}"
            )
        self._schedulers, self.milestones = tuple(schedulers), tuple(milestones)

    def rate(self, num_update: Number) -> Number:
        first, *others = self._schedulers
        found = first(num_update)
        for scheduler, begin in zip(others, self.milestones, strict=True):
            found = _choose(
                num_update > begin,
                partial(_later, scheduler, num_update, begin),
                partial(_same, found),
            )
        return found

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "parts": [s.state_dict() for s in self._schedulers]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        rest = dict(state)
        for scheduler, part in zip(self._schedulers, rest.pop("parts"), strict=True):
            scheduler.load_state_dict(part)
        super().load_state_dict(rest)


def _later(scheduler: LRScheduler, num_update: Number, begin: int) -> Number:
    return scheduler(num_update - begin)


def _same(value: Number) -> Number:
    return value


def _half_cosine(share: Number) -> Number:
    angle = math.pi * share
    return (1 + (np.cos(angle) if isinstance(angle, ndarray) else math.cos(angle))) / 2


def _log(value: Number) -> Number:
    return np.log(value) if isinstance(value, ndarray) else math.log(value)


def _floor(value: Number) -> Number:
    return np.floor(value) if isinstance(value, ndarray) else math.floor(value)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.lr_scheduler", _words.SCHEDULERS)

__all__ = [
    "CosineScheduler",
    "ExponentialScheduler",
    "FactorScheduler",
    "InverseSqrtScheduler",
    "LRScheduler",
    "LambdaScheduler",
    "MultiFactorScheduler",
    "OneCycleScheduler",
    "PlateauScheduler",
    "PolyScheduler",
    "SequentialScheduler",
    "WarmRestartScheduler",
]
__dir__ = __all__.copy
