"""Optimizers whose step is a formula on whole arrays.

A subclass writes `formula`, which gives the next values and changes nothing. Halves are computed in
float32 and rounded once: their squares and epsilons are beyond what float16 has. In a plan the
formula is one pass over the parameter, as the operators of other optimizers are.
"""

from collections.abc import Callable
from typing import Any

from weft import np
from weft._base.options import require
from weft._core.halves import widened
from weft._core.typing import ndarray
from weft.optimizer._base import Optimizer, State, number_like


class FormulaOptimizer(Optimizer):
    """Base of optimizers that are written as a formula."""

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        """The next values of the parameter and of its states.

        count: the number of this update of the parameter
        grad: rescaled and clipped, without weight decay
        lr: the rate, in the dtype of `weight`
        """
        raise NotImplementedError

    def formula_for(self, common: dict[str, Any]) -> Callable[..., tuple[Any, ...]]:
        """The formula for a parameter with these options."""
        return self.formula

    def rescaled(self, grad: Any, factor: float) -> Any:
        """The gradient in its size, before it is clipped."""
        return grad * factor

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        same = f"of the shape of `weight`, {weight.shape}"
        require(grad.shape == weight.shape, "update", "grad", same, grad.shape)
        names = ", ".join(self.states) or "none"
        is_whole = len(state) == len(self.states)
        require(is_whole, "update", "state", f"{len(self.states)} arrays ({names})", len(state))
        now = [widened(array) for array in (weight, *state)]
        slope = self.rescaled(widened(grad), common["rescale_grad"])
        bound = common["clip_gradient"]
        if bound > 0:
            slope = np.clip(slope, -bound, bound)
        lr = number_like(now[0], common["lr"])
        formula = self.formula_for(common)
        after = formula(count, now[0], slope, now[1:], lr, common["wd"])
        for name, array, value in zip(self.states, state, after[1:], strict=True):
            rule = "of the shape that `create_state` gives it"
            require(array.shape == value.shape, "update", name, rule, array.shape)
        # The weight last: it may itself be the next value of a state.
        for array, value in reversed(list(zip((weight, *state), after, strict=True))):
            array[...] = value.astype(array.dtype)


def decayed(grad: Any, weight: Any, wd: float) -> Any:
    """The gradient with weight decay."""
    return grad + weight * wd if wd else grad


__all__ = ["FormulaOptimizer", "decayed"]
