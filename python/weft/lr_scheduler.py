"""Learning rates that change with the number of updates.

A scheduler is called with that number and gives the rate. Each begins with `warmup_steps` updates
that lead linearly from `warmup_begin_lr` to the base rate.
"""

import math
from collections.abc import Sequence
from typing import Any

from weft._attributes import plain_attributes, set_attributes
from weft._errors import InvalidValue


class LRScheduler:
    """Base: the rate stays `base_lr` after the warm-up. A subclass overrides `rate`.

    Its plain attributes are saved with the states of a trainer.
    """

    def __init__(
        self, base_lr: float = 0.01, warmup_steps: int = 0, warmup_begin_lr: float = 0.0
    ) -> None:
        if warmup_begin_lr > base_lr:
            raise InvalidValue(
                f"lr_scheduler: `warmup_begin_lr` must be at most `base_lr` {base_lr}; "
                f"got {warmup_begin_lr}"
            )
        self.base_lr = base_lr
        self.warmup_steps = warmup_steps
        self.warmup_begin_lr = warmup_begin_lr

    def __call__(self, num_update: int) -> float:
        """The rate for update `num_update`, counted from 1."""
        if num_update < self.warmup_steps:
            share = num_update / self.warmup_steps
            return self.warmup_begin_lr + (self.base_lr - self.warmup_begin_lr) * share
        return self.rate(num_update)

    def rate(self, num_update: int) -> float:
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
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        if step < 1:
            raise InvalidValue(f"FactorScheduler: `step` must be at least 1; got {step}")
        self.step = step
        self.factor = factor
        self.stop_factor_lr = stop_factor_lr

    def rate(self, num_update: int) -> float:
        return max(
            self.base_lr * self.factor ** (max(num_update - 1, 0) // self.step),
            self.stop_factor_lr,
        )


class MultiFactorScheduler(LRScheduler):
    """Multiplied by `factor` after each of the numbers of updates in `step`."""

    def __init__(
        self,
        step: Sequence[int],
        factor: float = 0.5,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        self.step = tuple(step)
        self.factor = factor

    def rate(self, num_update: int) -> float:
        return self.base_lr * self.factor ** sum(num_update > step for step in self.step)


class _Decay(LRScheduler):
    """From `base_lr` down to `final_lr`, reached at `max_update`. A subclass writes `left`."""

    def __init__(
        self,
        max_update: int,
        base_lr: float,
        final_lr: float,
        warmup_steps: int,
        warmup_begin_lr: float,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        if max_update <= warmup_steps:
            raise InvalidValue(
                f"{type(self).__name__}: `max_update` must exceed `warmup_steps` {warmup_steps}; "
                f"got {max_update}"
            )
        self.max_update = max_update
        self.final_lr = final_lr

    def left(self, share: float) -> float:
        """What is left of the way down, from 1 to 0, when a share of the updates is done."""
        raise NotImplementedError

    def rate(self, num_update: int) -> float:
        if num_update >= self.max_update:
            return self.final_lr
        share = (num_update - self.warmup_steps) / (self.max_update - self.warmup_steps)
        return self.final_lr + (self.base_lr - self.final_lr) * self.left(share)


class CosineScheduler(_Decay):
    """From `base_lr` down to `final_lr` along half a cosine, reached at `max_update`."""

    def __init__(
        self,
        max_update: int,
        base_lr: float = 0.01,
        final_lr: float = 0.0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr)

    def left(self, share: float) -> float:
        return (1 + math.cos(math.pi * share)) / 2


class PolyScheduler(_Decay):
    """From `base_lr` down to `final_lr` along a power of the updates that are left."""

    def __init__(
        self,
        max_update: int,
        base_lr: float = 0.01,
        pwr: float = 2,
        final_lr: float = 0.0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr)
        self.pwr = pwr

    def left(self, share: float) -> float:
        return (1 - share) ** self.pwr


__all__ = [
    "CosineScheduler",
    "FactorScheduler",
    "LRScheduler",
    "MultiFactorScheduler",
    "PolyScheduler",
]
