"""Adam and its kin: running means of gradients, over those of their size."""

from typing import Any

from weft import np, npx
from weft._core.typing import ndarray
from weft.optimizer._base import State, like, number_like, require_option, state_of
from weft.optimizer._formula import FormulaOptimizer, decayed
from weft.optimizer._means import MomentOptimizer


class Adam(MomentOptimizer):
    """Adam (Kingma and Ba 2015): steps of the running mean of gradients, each element divided by
    the root of the running mean of its square.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> adam = optimizer.Adam(learning_rate=0.1)
    >>> state = adam.create_state(weight)
    >>> adam.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.9, -1.9])
    """

    is_elementwise = True

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        common["lr"] *= self.correction(count)
        npx.adam_update(
            *(weight, grad, *state),
            **like(weight, common),
            beta1=self.beta1,
            beta2=self.beta2,
            epsilon=self.epsilon,
            out=(weight, *state),
        )


class AdamW(Adam):
    """Adam whose weight decay is no part of the gradient (Loshchilov and Hutter 2019): each step
    takes `lr * wd` of the weight away.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> adamw = optimizer.AdamW(learning_rate=0.1, wd=0.01)
    >>> state = adamw.create_state(weight)
    >>> adamw.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.899, -1.898])
    """

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        common["eta"] = common["lr"]
        common["lr"] = common["lr"] * self.correction(count)
        npx.adamw_update(
            *(weight, grad, *state),
            **like(weight, common),
            beta1=self.beta1,
            beta2=self.beta2,
            epsilon=self.epsilon,
            out=(weight, *state),
        )


class Adamax(MomentOptimizer, FormulaOptimizer):
    """Adam by the largest size (Kingma and Ba 2015): the mean is divided by
    `u = max(beta2 u, |gradient|)` and not by a root.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> adamax = optimizer.Adamax(learning_rate=0.1)
    >>> state = adamax.create_state(weight)
    >>> adamax.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.9, -1.9])
    """

    default_rate = 0.002
    states = ("mean", "largest")
    is_elementwise = True

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        slope = decayed(grad, weight, wd)
        mean = state[0] * self.beta1 + slope * (1 - self.beta1)
        largest = np.maximum(state[1] * self.beta2, np.abs(slope))
        rate = lr / number_like(weight, 1 - self.beta1**count)
        return weight - mean * rate / (largest + self.epsilon), mean, largest


class Nadam(MomentOptimizer, FormulaOptimizer):
    """Adam with Nesterov's momentum (Dozat 2016): `beta1` grows to its value by
    `beta1 (1 - 0.96^(count schedule_decay) / 2)`.

    The product of all of these so far is a state of each parameter.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> nadam = optimizer.Nadam(learning_rate=0.1)
    >>> state = nadam.create_state(weight)
    >>> nadam.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.8944, -1.8944])
    """

    states = ("mean", "var", "schedule")

    def __init__(
        self,
        learning_rate: float | None = None,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        schedule_decay: float = 0.004,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, **common)
        require_option(schedule_decay >= 0, "schedule_decay", "at least 0", schedule_decay)
        self.schedule_decay = schedule_decay

    def create_state(self, weight: ndarray) -> State:
        """Zeros, and the product before the first step, 1."""
        *zeros, _ = super().create_state(weight)
        return (*zeros, state_of(np.ones((), weight.dtype, device=weight.device)))

    def _momentum(self, count: Any) -> Any:
        return self.beta1 * (1 - 0.5 * 0.96 ** (count * self.schedule_decay))

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        slope = decayed(grad, weight, wd)
        mean, var = self.means(slope, state)
        now = number_like(weight, self._momentum(count))
        later = number_like(weight, self._momentum(count + 1))
        product = state[2] * now
        size = np.sqrt(var / number_like(weight, 1 - self.beta2**count)) + self.epsilon
        ahead = slope * ((1 - now) / (1 - product)) + mean * (later / (1 - product * later))
        return weight - ahead * lr / size, mean, var, product


class AdaBelief(MomentOptimizer, FormulaOptimizer):
    """Adam that divides by how far gradients are from what was believed, their mean (Zhuang et al.
    2020): `s = beta2 s + (1 - beta2) (gradient - mean)² + epsilon`.

    correct_bias: makes up for means that begin at 0

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> adabelief = optimizer.AdaBelief(learning_rate=0.1)
    >>> state = adabelief.create_state(weight)
    >>> adabelief.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.8892, -1.8892])
    """

    states = ("mean", "surprise")
    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-6,
        correct_bias: bool = True,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, **common)
        self.correct_bias = correct_bias

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        slope = decayed(grad, weight, wd)
        mean = state[0] * self.beta1 + slope * (1 - self.beta1)
        gap = slope - mean
        surprise = state[1] * self.beta2 + gap * gap * (1 - self.beta2) + self.epsilon
        if self.correct_bias:
            lr = lr * number_like(weight, self.correction(count))
        return weight - mean * lr / (np.sqrt(surprise) + self.epsilon), mean, surprise


class RAdam(MomentOptimizer, FormulaOptimizer):
    """Adam that goes along the mean alone while it has seen too few squares to divide by, and is
    rectified afterwards (Liu et al. 2020): with `r = 2 / (1 - beta2) - 1` and
    `p = r - 2 count beta2^count / (1 - beta2^count)`, it divides where `p > 5`, times
    `sqrt((p - 4) (p - 2) r / ((r - 4) (r - 2) p))`.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> radam = optimizer.RAdam(learning_rate=0.1)
    >>> state = radam.create_state(weight)
    >>> radam.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.95, -1.95])
    """

    is_elementwise = True

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        mean, var = self.means(decayed(grad, weight, wd), state)
        number = count if isinstance(count, ndarray) else np.array(float(count), dtype="float64")
        power = self.beta2**number
        longest = 2 / (1 - self.beta2) - 1
        length = longest - 2 * number * power / (1 - power)
        is_long = length > 5
        safe = np.where(is_long, length, 6.0)  # nothing is divided by 0 where it is not taken
        scale = (safe - 4) * (safe - 2) * longest / ((longest - 4) * (longest - 2) * safe)
        factor = np.sqrt(scale * (1 - power)).astype(weight.dtype)
        rate = lr / (1 - self.beta1**number).astype(weight.dtype)
        divided = mean * factor / (np.sqrt(var) + self.epsilon)
        return weight - rate * np.where(is_long, divided, mean), mean, var


__all__ = ["AdaBelief", "Adam", "AdamW", "Adamax", "Nadam", "RAdam"]
__dir__ = __all__.copy
