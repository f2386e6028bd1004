"""Steps in proportion to the length of each parameter, for large batches.

A parameter counts as a whole, so row-sparse gradients have no lazy update.
"""

import functools
from collections.abc import Callable
from typing import Any

from weft import np
from weft.optimizer._base import number_like, require_option
from weft.optimizer._formula import FormulaOptimizer, decayed
from weft.optimizer._means import MomentOptimizer


def _length(array: Any) -> Any:
    return np.sqrt(np.sum(np.square(array)))


def _share(length: Any, of: Any) -> Any:
    """One length over another, 1 where one of the two is 0."""
    is_known = np.logical_and(length > 0, of > 0)
    return np.where(is_known, length / np.where(is_known, of, 1.0), 1.0)


class LARS(FormulaOptimizer):
    """SGD with momentum whose rate is, for each parameter,
    `lr eta |weight| / (|gradient| + wd |weight| + epsilon)` (You et al. 2017).

    eta: the part of a parameter's length that a step of rate 1 may have
    epsilon: summand of the divisor

    Parameters whose names end in "bias", "gamma" or "beta" have the rate itself.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> lars = optimizer.LARS(learning_rate=0.1)
    >>> state = lars.create_state(weight)
    >>> lars.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.9998, -1.9998])
    """

    default_rate = 0.1

    def __init__(
        self,
        learning_rate: float | None = None,
        momentum: float = 0.0,
        eta: float = 0.001,
        epsilon: float = 1e-8,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        require_option(momentum >= 0, "momentum", "at least 0", momentum)
        require_option(eta > 0, "eta", "above 0", eta)
        require_option(epsilon >= 0, "epsilon", "at least 0", epsilon)
        self.momentum = momentum
        self.eta = eta
        self.epsilon = epsilon
        self.states = ("mom",) if momentum else ()

    def of_parameter(self, key: Any) -> dict[str, Any]:
        return {"is_scaled": not str(key).endswith(("bias", "gamma", "beta"))}

    def formula_for(self, common: dict[str, Any]) -> Callable[..., tuple[Any, ...]]:
        return functools.partial(self.formula, is_scaled=common["is_scaled"])

    def formula(
        self,
        count: Any,
        weight: Any,
        grad: Any,
        state: Any,
        lr: Any,
        wd: float,
        is_scaled: bool = True,
    ) -> tuple[Any, ...]:
        if is_scaled:
            length, slope = _length(weight), _length(grad)
            is_known = np.logical_and(length > 0, slope > 0)
            divisor = np.where(is_known, slope + length * wd + self.epsilon, 1.0)
            lr = lr * np.where(is_known, length * self.eta / divisor, 1.0)
        move = decayed(grad, weight, wd) * -lr
        if not state:
            return (weight + move,)
        move = move + state[0] * self.momentum
        return weight + move, move


class _Trusting(MomentOptimizer, FormulaOptimizer):
    """Options of LAMB and LANS."""

    def __init__(
        self,
        learning_rate: float | None = None,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-6,
        lower_bound: float | None = None,
        upper_bound: float | None = None,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, **common)
        self.lower_bound = lower_bound
        self.upper_bound = upper_bound

    def _trust(self, weight: Any) -> Any:
        """The parameter's length between the bounds."""
        length = _length(weight)
        if self.lower_bound is not None:
            length = np.maximum(length, self.lower_bound)
        return length if self.upper_bound is None else np.minimum(length, self.upper_bound)


class LAMB(_Trusting):
    """Adam whose step has, for each parameter, the length `lr |weight|` (You et al. 2020). Weight
    decay is a part of the step, not of the gradient.

    lower_bound, upper_bound: of the parameter's length as it counts, None for none
    bias_correction: makes up for means that begin at 0

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> lamb = optimizer.LAMB(learning_rate=0.1)
    >>> state = lamb.create_state(weight)
    >>> lamb.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.8419, -1.8419])
    """

    def __init__(
        self,
        learning_rate: float | None = None,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-6,
        lower_bound: float | None = None,
        upper_bound: float | None = None,
        bias_correction: bool = True,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, lower_bound, upper_bound, **common)
        self.bias_correction = bias_correction

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        mean, var = self.means(grad, state)
        corrected = (mean, var)
        if self.bias_correction:
            corrected = (
                mean / number_like(weight, 1 - self.beta1**count),
                var / number_like(weight, 1 - self.beta2**count),
            )
        move = decayed(corrected[0] / (np.sqrt(corrected[1]) + self.epsilon), weight, wd)
        return weight - move * (lr * _share(self._trust(weight), _length(move))), mean, var


class LANS(_Trusting):
    """LAMB with Nesterov's momentum and gradients of length 1 (Zheng et al. 2020): a step is made
    of the mean and of the gradient, each with the length of the parameter.

    lower_bound, upper_bound: of the parameter's length as it counts, None for none

    The gradient is clipped when it has length 1.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> lans = optimizer.LANS(learning_rate=0.1)
    >>> state = lans.create_state(weight)
    >>> lans.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.8419, -1.8419])
    """

    def rescaled(self, grad: Any, factor: float) -> Any:
        length = _length(grad)
        return grad / np.where(length > 0, length, 1.0)

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        mean, var = self.means(grad, state)
        size = np.sqrt(var / number_like(weight, 1 - self.beta2**count)) + self.epsilon
        corrected = mean / number_like(weight, 1 - self.beta1**count)
        trust = self._trust(weight)
        by_mean = decayed(corrected / size, weight, wd)
        by_slope = decayed(grad / size, weight, wd)
        move = by_mean * (_share(trust, _length(by_mean)) * self.beta1)
        move = move + by_slope * (_share(trust, _length(by_slope)) * (1 - self.beta1))
        return weight - move * lr, mean, var


__all__ = ["LAMB", "LANS", "LARS"]
__dir__ = __all__.copy
