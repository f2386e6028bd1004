"""Learning rates by the number of the update, as `mx.lr_scheduler` has them.

>>> from weft import mxnet as mx
>>> schedule = mx.lr_scheduler.FactorScheduler(step=2, factor=0.5, base_lr=1.0)
>>> [schedule(number) for number in range(1, 6)]
[1.0, 1.0, 0.5, 0.5, 0.25]
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidValue


class LRScheduler:
    """Base: a subclass writes `__call__(num_update)`.

    base_lr: the rate after the warm-up, replaced by the optimizer's if it has one
    warmup_steps: updates that lead from `warmup_begin_lr` to `base_lr`
    warmup_mode: 'linear', or 'constant' for `warmup_begin_lr` until they are over
    """

    def __init__(
        self,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        if not isinstance(warmup_steps, int) or warmup_steps < 0:
            raise InvalidValue(
                f"lr_scheduler: `warmup_steps` must be an integer of at least 0; got {warmup_steps}"
            )
        if warmup_begin_lr > base_lr:
            raise InvalidValue(
                f"lr_scheduler: `warmup_begin_lr` must be at most `base_lr` {base_lr}; "
                f"got {warmup_begin_lr}"
            )
        if warmup_mode not in ("linear", "constant"):
            raise InvalidValue(
                f"lr_scheduler: `warmup_mode` must be 'linear' or 'constant'; got {warmup_mode!r}"
            )
        self.base_lr = base_lr
        self.warmup_steps = warmup_steps
        self.warmup_begin_lr = warmup_begin_lr
        self.warmup_final_lr = base_lr
        self.warmup_mode = warmup_mode

    def get_warmup_lr(self, num_update: int) -> float:
        """The rate of an update of the warm-up."""
        if self.warmup_mode == "constant":
            return self.warmup_begin_lr
        way = self.warmup_final_lr - self.warmup_begin_lr
        return self.warmup_begin_lr + way * num_update / self.warmup_steps

    def __call__(self, num_update: int) -> float:
        """The rate for an update."""
        raise NotImplementedError(f"{type(self).__name__}: `__call__` is not written")


class FactorScheduler(LRScheduler):
    """Multiplied by `factor` after every `step` updates, down to `stop_factor_lr`."""

    def __init__(
        self,
        step: int,
        factor: float = 1,
        stop_factor_lr: float = 1e-8,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if step < 1:
            raise InvalidValue(f"FactorScheduler: `step` must be at least 1; got {step}")
        if factor > 1.0:
            raise InvalidValue(f"FactorScheduler: `factor` must be at most 1; got {factor}")
        self.step = step
        self.factor = factor
        self.stop_factor_lr = stop_factor_lr
        self.count = 0

    def __call__(self, num_update: int) -> float:
        if num_update < self.warmup_steps:
            return self.get_warmup_lr(num_update)
        # The base rate itself falls: who sets it meanwhile goes on from there.
        while num_update > self.count + self.step:
            self.count += self.step
            self.base_lr = max(self.base_lr * self.factor, self.stop_factor_lr)
        return self.base_lr


class MultiFactorScheduler(LRScheduler):
    """Multiplied by `factor` after each of the numbers of updates in `step`."""

    def __init__(
        self,
        step: Sequence[int],
        factor: float = 1,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        steps = list(step)
        rising = all(a < b for a, b in pairwise(steps))
        if not steps or steps[0] < 1 or not rising:
            raise InvalidValue(
                f"MultiFactorScheduler: `step` must be rising numbers from 1; got {step}"
            )
        if factor > 1.0:
            raise InvalidValue(f"MultiFactorScheduler: `factor` must be at most 1; got {factor}")
        self.step = steps
        self.factor = factor
        self.cur_step_ind = 0
        self.count = 0

    def __call__(self, num_update: int) -> float:
        if num_update < self.warmup_steps:
            return self.get_warmup_lr(num_update)
        while self.cur_step_ind < len(self.step) and num_update > self.step[self.cur_step_ind]:
            self.count = self.step[self.cur_step_ind]
            self.cur_step_ind += 1
            self.base_lr *= self.factor
        return self.base_lr


class _Decay(LRScheduler):
    """From `base_lr` down to `final_lr`, reached at `max_update`. A subclass writes `left`."""

    def __init__(
        self,
        max_update: int,
        base_lr: float,
        final_lr: float,
        warmup_steps: int,
        warmup_begin_lr: float,
        warmup_mode: str,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if not isinstance(max_update, int) or max_update < 1:
            raise InvalidValue(
                f"lr_scheduler: `max_update` must be an integer of at least 1; got {max_update}"
            )
        self.base_lr_orig = base_lr
        self.max_update = max_update
        self.final_lr = final_lr
        self.max_steps = max_update - warmup_steps

    def left(self, share: float) -> float:
        """What is left of the way down, from 1 to 0, when a share of the updates is done."""
        raise NotImplementedError

    def __call__(self, num_update: int) -> float:
        if num_update < self.warmup_steps:
            return self.get_warmup_lr(num_update)
        if num_update <= self.max_update:
            steps = self.max_steps  # none where the warm-up takes all updates
            share = (num_update - self.warmup_steps) / steps if steps else 1.0
            self.base_lr = self.final_lr + (self.base_lr_orig - self.final_lr) * self.left(share)
        return self.base_lr


class PolyScheduler(_Decay):
    """From `base_lr` down to `final_lr` along a power of the updates that are left."""

    def __init__(
        self,
        max_update: int,
        base_lr: float = 0.01,
        pwr: float = 2,
        final_lr: float = 0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        self.power = pwr

    def left(self, share: float) -> float:
        return float((1 - share) ** self.power)


class CosineScheduler(_Decay):
    """From `base_lr` down to `final_lr` along half a cosine."""

    def __init__(
        self,
        max_update: int,
        base_lr: float = 0.01,
        final_lr: float = 0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr, warmup_mode)

    def left(self, share: float) -> float:
        return (1 + math.cos(math.pi * share)) / 2


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.lr_scheduler", _words.SCHEDULERS)

__all__ = [
    "CosineScheduler",
    "FactorScheduler",
    "LRScheduler",
    "MultiFactorScheduler",
    "PolyScheduler",
]
__dir__ = __all__.copy
