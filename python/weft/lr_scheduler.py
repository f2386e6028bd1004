"""Learning rates that change with the number of updates.

A scheduler is called with that number and gives the rate. Each begins with `warmup_steps` updates
that lead linearly from `warmup_begin_lr` to the base rate.

In a hybridized training step the number is a float64 array without axes, and so is the rate.
"""

import math
from collections.abc import Callable, Sequence
from enum import Enum
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


class LRScheduler:
    """Base: the rate stays `base_lr` after the warm-up. A subclass overrides `rate`.

    base_lr: None: the learning rate of the optimizer that has the scheduler, 0.01 before

    Its plain attributes are saved with the states of a trainer.
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
    """Multiplied by `factor` after every `step` updates, down to `stop_factor_lr`."""

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
    """Multiplied by `factor` after each of the numbers of updates in `step`."""

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
    """From `base_lr` down to `final_lr` along half a cosine, reached at `max_update`."""

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
        angle = math.pi * share
        return (1 + (np.cos(angle) if isinstance(angle, ndarray) else math.cos(angle))) / 2


class PolyScheduler(_Decay):
    """From `base_lr` down to `final_lr` along a power of the updates that are left."""

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


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.lr_scheduler", _words.SCHEDULERS)

__all__ = [
    "CosineScheduler",
    "FactorScheduler",
    "LRScheduler",
    "MultiFactorScheduler",
    "PolyScheduler",
]
__dir__ = __all__.copy
