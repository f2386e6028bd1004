"""What optimizers share that keep running means of the gradient and of its square."""

import math
from typing import Any

from weft import np
from weft._core.typing import ndarray
from weft.optimizer._base import Optimizer, require_decay, require_option


class MomentOptimizer(Optimizer):
    """Base of optimizers with two running means.

    beta1, beta2: their decays; epsilon: summand of divisors
    """

    default_rate = 0.001
    states: tuple[str, ...] = ("mean", "var")

    def __init__(
        self,
        learning_rate: float | None = None,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        require_decay("beta1", beta1)
        require_decay("beta2", beta2)
        require_option(epsilon >= 0, "epsilon", "at least 0", epsilon)
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon

    def means(self, slope: Any, state: Any) -> tuple[Any, Any]:
        """The running means of the gradient and of its square."""
        mean = state[0] * self.beta1 + slope * (1 - self.beta1)
        return mean, state[1] * self.beta2 + slope * slope * (1 - self.beta2)

    def correction(self, count: Any) -> Any:
        """The factor of the rate that makes up for means that begin at 0."""
        variance = 1 - self.beta2**count
        root = np.sqrt(variance) if isinstance(variance, ndarray) else math.sqrt(variance)
        return root / (1 - self.beta1**count)


__all__ = ["MomentOptimizer"]
