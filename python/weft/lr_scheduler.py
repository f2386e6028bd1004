"""Learning rates that change with the number of updates.

A scheduler is called with that number and gives the rate. Each begins with `warmup_steps` updates
that lead linearly from `warmup_begin_lr` to the base rate.
"""

import math
from collections.abc import Sequence

from weft._errors import InvalidValue


class LRScheduler:
    """Base: the rate stays `base_lr` after the warm-up. A subclass overrides `rate`."""

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


class CosineScheduler(LRScheduler):
    """From `base_lr` down to `final_lr` along half a cosine, reached at `max_update`."""

    def __init__(
        self,
        max_update: int,
        base_lr: float = 0.01,
        final_lr: float = 0.0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0.0,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        if max_update <= warmup_steps:
            raise InvalidValue(
                f"CosineScheduler: `max_update` must exceed `warmup_steps` {warmup_steps}; "
                f"got {max_update}"
            )
        self.max_update = max_update
        self.final_lr = final_lr

    def rate(self, num_update: int) -> float:
        if num_update >= self.max_update:
            return self.final_lr
        share = (num_update - self.warmup_steps) / (self.max_update - self.warmup_steps)
        return self.final_lr + (self.base_lr - self.final_lr) * (1 + math.cos(math.pi * share)) / 2


class PolyScheduler(LRScheduler):
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
        super().__init__(base_lr, warmup_steps, warmup_begin_lr)
        if max_update <= warmup_steps:
            raise InvalidValue(
                f"PolyScheduler: `max_update` must exceed `warmup_steps` {warmup_steps}; "
                f"got {max_update}"
            )
        self.max_update = max_update
        self.final_lr = final_lr
        self.pwr = pwr

    def rate(self, num_update: int) -> float:
        if num_update >= self.max_update:
            return self.final_lr
        left = (self.max_update - num_update) / (self.max_update - self.warmup_steps)
        return self.final_lr + (self.base_lr - self.final_lr) * left**self.pwr


__all__ = [
    "CosineScheduler",
    "FactorScheduler",
    "LRScheduler",
    "MultiFactorScheduler",
    "PolyScheduler",
]
