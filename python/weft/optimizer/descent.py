"""Steps along the gradient: with momentum, by its signs, with noise, and with old gradients."""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft.optimizer._base import (
    Optimizer,
    State,
    like,
    require_decay,
    require_option,
    state_of,
)
from weft.optimizer._formula import FormulaOptimizer, decayed


class SGD(Optimizer):
    """Gradient descent: `weight -= lr * gradient`, with momentum
    `mom = momentum * mom - lr * gradient; weight += mom`; `nesterov` looks one step ahead.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> sgd = optimizer.SGD(learning_rate=0.1, momentum=0.9)
    >>> state = sgd.create_state(weight)
    >>> sgd.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.95, -1.95])
    """

    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        momentum: float = 0.0,
        *,
        nesterov: bool = False,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        require_option(momentum >= 0, "momentum", "at least 0", momentum)
        if nesterov and not momentum:
            raise InvalidValue(
                "optimizer: `nesterov` has no effect without `momentum`; got a momentum of 0"
            )
        self.momentum = momentum
        self.nesterov = nesterov
        self.states = ("mom",) if momentum else ()

    def changes_rows_only(self, state: State, common: dict[str, float]) -> bool:
        """Without momentum and weight decay, a gradient of zero changes nothing anyway."""
        return self.lazy_update or (not state and common["wd"] == 0)

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        if not state:
            npx.sgd_update(weight, grad, **like(weight, common), out=weight)
            return
        npx.sgd_mom_update(
            *(weight, grad, *state),
            **like(weight, common),
            momentum=self.momentum,
            nesterov=self.nesterov,
            out=(weight, *state),
        )


class NAG(SGD):
    """Nesterov's accelerated gradient: SGD with momentum that looks one step ahead.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> nag = optimizer.NAG(learning_rate=0.1)
    >>> state = nag.create_state(weight)
    >>> nag.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.905, -1.905])
    """

    def __init__(
        self, learning_rate: float | None = None, momentum: float = 0.9, **common: Any
    ) -> None:
        super().__init__(learning_rate, momentum, nesterov=True, **common)


class Lion(FormulaOptimizer):
    """Steps by the sign of a mean of gradients that is half a step ahead (Chen et al. 2023):
    `weight -= lr (sign(beta1 mean + (1 - beta1) gradient) + wd weight)`, then
    `mean = beta2 mean + (1 - beta2) gradient`.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> lion = optimizer.Lion(learning_rate=0.1)
    >>> state = lion.create_state(weight)
    >>> lion.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.9, -1.9])
    """

    default_rate = 1e-4
    states = ("mean",)
    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        beta1: float = 0.9,
        beta2: float = 0.99,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        require_decay("beta1", beta1)
        require_decay("beta2", beta2)
        self.beta1, self.beta2 = beta1, beta2

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        ahead = np.sign(state[0] * self.beta1 + grad * (1 - self.beta1))
        mean = state[0] * self.beta2 + grad * (1 - self.beta2)
        return weight - lr * decayed(ahead, weight, wd), mean


class Signum(FormulaOptimizer):
    """Steps of one size, by the signs of the running mean of gradients (Bernstein et al. 2018):
    `mom = momentum mom + (1 - momentum) gradient; weight = (1 - lr wd_lh) weight - lr sign(mom)`.

    momentum: 0 for the signs of the gradient itself, where `wd` is taken from the weight as `wd_lh`
        is, because in a sign it would be lost
    wd_lh: weight decay that is no part of the gradient

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> signum = optimizer.Signum(learning_rate=0.1)
    >>> state = signum.create_state(weight)
    >>> signum.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.9, -1.9])
    """

    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        momentum: float = 0.9,
        wd_lh: float = 0.0,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        require_decay("momentum", momentum)
        require_option(wd_lh >= 0, "wd_lh", "at least 0", wd_lh)
        self.momentum = momentum
        self.wd_lh = wd_lh
        self.states = ("mom",) if momentum else ()

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        if not state:
            return (weight * (1 - lr * (wd + self.wd_lh)) - np.sign(grad) * lr,)
        share = 1 - self.momentum
        mom = state[0] * self.momentum + decayed(grad, weight, wd) * share
        return weight * (1 - lr * self.wd_lh) - np.sign(mom) * lr, mom


class SGLD(FormulaOptimizer):
    """Langevin dynamics (Welling and Teh 2011): half a step down the gradient and noise of variance
    `lr`, so that weights are drawn from a distribution, not led to an optimum.

    >>> from weft import gluon, optimizer
    >>> from weft.gluon import nn
    >>> sampling = optimizer.SGLD(learning_rate=0.01)
    >>> trainer = gluon.Trainer(nn.Dense(1, in_units=2).collect_params(), sampling)
    >>> trainer.learning_rate
    0.01
    """

    default_rate = 0.1

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        with weight.device:
            noise = np.random.normal(size=weight.shape, dtype=weight.dtype)
        return (weight - decayed(grad, weight, wd) * (lr * 0.5) + noise * np.sqrt(lr),)


class DCASGD(FormulaOptimizer):
    """Descent by gradients that are late (Zheng et al. 2017): the gradient is corrected by
    `lamda gradient² (weight - weight of the last step)`, then a step as that of SGD.

    lamda: how much is corrected

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> dcasgd = optimizer.DCASGD(learning_rate=0.1)
    >>> state = dcasgd.create_state(weight)
    >>> dcasgd.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.95, -1.95])
    """

    default_rate = 0.1
    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        momentum: float = 0.0,
        lamda: float = 0.04,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        require_option(momentum >= 0, "momentum", "at least 0", momentum)
        require_option(lamda >= 0, "lamda", "at least 0", lamda)
        self.momentum = momentum
        self.lamda = lamda
        self.states = ("previous", "mom") if momentum else ("previous",)

    def create_state(self, weight: ndarray) -> State:
        """The weight of the last step, which is the first one's own, and zeros."""
        _, *zeros = super().create_state(weight)
        return (state_of(weight.detach().copy()), *zeros)

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        slope = decayed(grad, weight, wd)
        late = slope * slope * (weight - state[0]) * self.lamda
        move = (slope + late) * -lr
        if len(state) == 1:
            return weight + move, weight
        move = move + state[1] * self.momentum
        return weight + move, weight, move


__all__ = ["DCASGD", "NAG", "SGD", "SGLD", "Lion", "Signum"]
__dir__ = __all__.copy
