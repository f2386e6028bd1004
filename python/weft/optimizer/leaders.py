"""Follow the leader: the weight is what would have been best for all gradients so far.

Both formulas divide by the rate. At a rate of 0, as at the end of many schedules or of a parameter
with `lr_mult` 0, weights and states stay as they are.
"""

from typing import Any

from weft import np
from weft.optimizer._base import number_like, require_option
from weft.optimizer._formula import FormulaOptimizer, decayed
from weft.optimizer._means import MomentOptimizer


class Ftrl(FormulaOptimizer):
    """Follow the regularized leader (McMahan et al. 2013), which makes weights exactly 0:

        z += gradient - (sqrt(n + gradient²) - sqrt(n)) weight / lr
        n += gradient²
        weight = (sign(z) lamda1 - z) / ((beta + sqrt(n)) / lr + wd) where |z| > lamda1, else 0

    lamda1: strength of the sum of |weight|; `wd` is that of the squares

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> ftrl = optimizer.Ftrl(learning_rate=0.1)
    >>> state = ftrl.create_state(weight)
    >>> ftrl.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.2993, -0.6327])
    """

    default_rate = 0.1
    states = ("z", "n")
    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        lamda1: float = 0.01,
        beta: float = 1.0,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        require_option(lamda1 >= 0, "lamda1", "at least 0", lamda1)
        require_option(beta >= 0, "beta", "at least 0", beta)
        self.lamda1 = lamda1
        self.beta = beta

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        n = state[1] + grad * grad
        z = state[0] + grad - (np.sqrt(n) - np.sqrt(state[1])) * weight / lr
        is_far = np.abs(z) > self.lamda1
        scale = (np.sqrt(n) + self.beta) / lr + wd
        best = (np.sign(z) * self.lamda1 - z) / np.where(is_far, scale, 1.0)
        return _unless_still(lr, (weight, *state), (np.where(is_far, best, 0.0), z, n))


class FTML(MomentOptimizer, FormulaOptimizer):
    """Follow the moving leader (Zheng and Kwok 2017):

    v = beta2 v + (1 - beta2) gradient²
    d = (1 - beta1^count) / lr (sqrt(v / (1 - beta2^count)) + epsilon)
    z = beta1 z + (1 - beta1) gradient - (d - beta1 last d) weight
    weight = -z / d

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> ftml = optimizer.FTML(learning_rate=0.1)
    >>> state = ftml.create_state(weight)
    >>> ftml.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.9, -1.9])
    """

    default_rate = 0.0025
    states = ("d", "v", "z")
    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        beta1: float = 0.6,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        **common: Any,
    ) -> None:
        require_option(epsilon > 0, "epsilon", "above 0: weights are divided by it", epsilon)
        super().__init__(learning_rate, beta1, beta2, epsilon, **common)

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        slope = decayed(grad, weight, wd)
        v = state[1] * self.beta2 + slope * slope * (1 - self.beta2)
        root = np.sqrt(v / number_like(weight, 1 - self.beta2**count)) + self.epsilon
        d = root * (number_like(weight, 1 - self.beta1**count) / lr)
        pull = d - state[0] * self.beta1
        z = state[2] * self.beta1 + slope * (1 - self.beta1) - pull * weight
        return _unless_still(lr, (weight, *state), (-z / d, d, v, z))


def _unless_still(lr: Any, before: tuple[Any, ...], after: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(np.where(lr > 0, new, old) for old, new in zip(before, after, strict=True))


__all__ = ["FTML", "Ftrl"]
__dir__ = __all__.copy
