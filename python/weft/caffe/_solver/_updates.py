"""Caffe's solvers as optimizers: the formulas of the updates.

Steps are those of `weft.optimizer`. The states are those of Caffe's files: SGD has one without
momentum, too, with the sign of the gradient. Weight decay may be L1, and Adam counts by the
solver's iteration, which a snapshot has.
"""

import math
from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft.optimizer._formula import FormulaOptimizer

_KINDS = ("L2", "L1")


class CaffeUpdate(FormulaOptimizer):
    """Base of the updates.

    solver: the `SolverParameter`
    """

    is_elementwise = True
    states: tuple[str, ...] = ("history",)

    def __init__(self, solver: Any) -> None:
        self.momentum = solver.momentum
        self.delta = solver.delta
        self.regularization = solver.regularization_type or "L2"
        if self.regularization not in _KINDS:
            raise InvalidValue(
                f"`regularization_type` must be L2 or L1; got {self.regularization!r}"
            )
        super().__init__(solver.base_lr, wd=solver.weight_decay)

    def rate_factor(self, iteration: int) -> float:
        """What the update multiplies the rate of an iteration by."""
        return 1.0

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        if wd:
            grad = grad + (weight if self.regularization == "L2" else np.sign(weight)) * wd
        step, *states = self.change(grad, state, lr)
        return (weight - step, *states)

    def change(self, grad: Any, state: Any, lr: Any) -> tuple[Any, ...]:
        """What is taken from the weight, and the next states."""
        raise NotImplementedError


class SGD(CaffeUpdate):
    """Gradient descent with momentum."""

    def change(self, grad: Any, state: Any, lr: Any) -> tuple[Any, ...]:
        history = state[0] * self.momentum + grad * lr
        return history, history


class Nesterov(CaffeUpdate):
    """Gradient descent with momentum that looks one step ahead."""

    def change(self, grad: Any, state: Any, lr: Any) -> tuple[Any, ...]:
        history = state[0] * self.momentum + grad * lr
        return history * (1 + self.momentum) - state[0] * self.momentum, history


class AdaGrad(CaffeUpdate):
    """Steps over the root of the sum of all squares."""

    def change(self, grad: Any, state: Any, lr: Any) -> tuple[Any, ...]:
        history = state[0] + grad * grad
        return grad * lr / (np.sqrt(history) + self.delta), history


class RMSProp(CaffeUpdate):
    """Steps over the root of the running mean of squares."""

    def __init__(self, solver: Any) -> None:
        super().__init__(solver)
        self.decay = solver.rms_decay

    def change(self, grad: Any, state: Any, lr: Any) -> tuple[Any, ...]:
        history = state[0] * self.decay + grad * grad * (1 - self.decay)
        return grad * lr / (np.sqrt(history) + self.delta), history


class AdaDelta(CaffeUpdate):
    """Steps of the size of earlier steps."""

    states = ("history", "steps")

    def change(self, grad: Any, state: Any, lr: Any) -> tuple[Any, ...]:
        kept, share = self.momentum, 1 - self.momentum
        history = state[0] * kept + grad * grad * share
        step = grad * np.sqrt((state[1] + self.delta) / (history + self.delta))
        return step * lr, history, state[1] * kept + step * step * share


class Adam(CaffeUpdate):
    """Steps of the running mean, over the root of the running mean of squares."""

    states = ("mean", "history")

    def __init__(self, solver: Any) -> None:
        super().__init__(solver)
        self.second = solver.momentum2

    def rate_factor(self, iteration: int) -> float:
        """Corrects the means, which begin at zero."""
        number = iteration + 1
        return math.sqrt(1 - self.second**number) / (1 - self.momentum**number)

    def change(self, grad: Any, state: Any, lr: Any) -> tuple[Any, ...]:
        mean = state[0] * self.momentum + grad * (1 - self.momentum)
        history = state[1] * self.second + grad * grad * (1 - self.second)
        return mean * lr / (np.sqrt(history) + self.delta), mean, history


UPDATES: dict[str, type[CaffeUpdate]] = {
    kind.__name__: kind for kind in (SGD, Nesterov, AdaGrad, RMSProp, AdaDelta, Adam)
}


def update_of(solver: Any, name: str) -> CaffeUpdate:
    """The update that a solver names."""
    if solver.type not in UPDATES:
        raise InvalidValue(
            f"{name}: `type` must be one of {', '.join(UPDATES)}; got {solver.type!r}"
        )
    if not 0 <= solver.momentum < 1 and solver.type != "AdaGrad":
        raise InvalidValue(f"{name}: `momentum` must be in [0, 1); got {solver.momentum}")
    if solver.momentum and solver.type in ("AdaGrad", "RMSProp"):
        raise InvalidValue(f"{name}: {solver.type} has no `momentum`; got {solver.momentum}")
    for field, kind in (("rms_decay", "RMSProp"), ("momentum2", "Adam")):
        if solver.type == kind and not 0 <= getattr(solver, field) < 1:
            raise InvalidValue(f"{name}: `{field}` must be in [0, 1); got {getattr(solver, field)}")
    if not solver.weight_decay >= 0:
        raise InvalidValue(f"{name}: `weight_decay` must be at least 0; got {solver.weight_decay}")
    try:
        return UPDATES[solver.type](solver)
    except InvalidValue as error:
        raise InvalidValue(f"{name}: {error}") from None


__all__ = ["UPDATES", "CaffeUpdate", "update_of"]
