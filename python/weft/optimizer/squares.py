"""Each element of the gradient divided by the root of the sum, or of the running mean, of its
squares."""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft.optimizer._base import Optimizer, State, like, require_decay, require_option, state_of
from weft.optimizer._formula import FormulaOptimizer, decayed


class RMSProp(Optimizer):
    """RMSProp (Tieleman and Hinton 2012): each element of the gradient divided by the root of the
    running mean of its square.

    rho: decay of the means
    centered: divides by the root of the variance and adds `momentum` (Graves 2013)
    momentum: 0.9 where `centered`; else there is none, as in Gluon, and another than 0 is refused

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> rmsprop = optimizer.RMSProp(learning_rate=0.1)
    >>> state = rmsprop.create_state(weight)
    >>> rmsprop.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.6838, -1.6838])
    """

    default_rate = 0.001
    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        rho: float = 0.9,
        momentum: float | None = None,
        epsilon: float = 1e-8,
        *,
        centered: bool = False,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        if momentum is None:
            momentum = 0.9 if centered else 0.0
        if momentum and not centered:
            raise InvalidValue(
                f"optimizer: `momentum` of RMSProp needs `centered=True`; got {momentum}"
            )
        require_decay("rho", rho)
        require_option(momentum >= 0, "momentum", "at least 0", momentum)
        require_option(epsilon >= 0, "epsilon", "at least 0", epsilon)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.states = ("square", "mean", "step") if centered else ("square",)

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        arrays = (weight, grad, *state)
        options = {
            **like(weight, common),
            "rho": self.rho,
            "epsilon": self.epsilon,
            "out": (weight, *state),
        }
        if len(state) == 1:
            npx.rmsprop_update(*arrays, **options)
        else:
            npx.rmsprop_centered_update(*arrays, **options, momentum=self.momentum)


class AdaGrad(Optimizer):
    """AdaGrad (Duchi et al. 2011): each element of the gradient divided by the root of the sum of
    its squares so far.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> adagrad = optimizer.AdaGrad(learning_rate=0.1)
    >>> state = adagrad.create_state(weight)
    >>> adagrad.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.9, -1.9])
    """

    states = ("history",)
    is_elementwise = True

    def __init__(
        self, learning_rate: float | None = None, epsilon: float = 1e-6, **common: Any
    ) -> None:
        super().__init__(learning_rate, **common)
        require_option(epsilon >= 0, "epsilon", "at least 0", epsilon)
        self.epsilon = epsilon

    def changes_rows_only(self, state: State, common: dict[str, float]) -> bool:
        """Without weight decay, a gradient of zero changes nothing anyway."""
        return self.lazy_update or common["wd"] == 0

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        npx.adagrad_update(
            *(weight, grad, *state),
            **like(weight, common),
            epsilon=self.epsilon,
            out=(weight, *state),
        )


class GroupAdaGrad(FormulaOptimizer):
    """AdaGrad with one rate for each row, by the mean of the squares in the row:
    `history += mean(gradient²); weight -= lr gradient / (sqrt(history) + epsilon)`.

    Rows without a gradient stay as they are anyway. There is no weight decay: another `wd` than 0
    is refused.

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([[1.0, -2.0], [3.0, 4.0]]), np.array([[0.5, 0.5], [0.0, 1.0]])
    >>> groupadagrad = optimizer.GroupAdaGrad(learning_rate=0.1)
    >>> state = groupadagrad.create_state(weight)
    >>> groupadagrad.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([[ 0.9   , -2.1   ],
           [ 3.    ,  3.8586]])
    """

    states = ("history",)
    is_elementwise = True

    def __init__(
        self, learning_rate: float | None = None, epsilon: float = 1e-6, **common: Any
    ) -> None:
        super().__init__(learning_rate, **common)
        require_option(epsilon >= 0, "epsilon", "at least 0", epsilon)
        require_option(self.wd == 0, "wd", "0 for GroupAdaGrad, which has no weight decay", self.wd)
        self.epsilon = epsilon

    def create_state(self, weight: ndarray) -> State:
        """Zeros, one for each row."""
        shape = (*weight.shape[:1], *(1 for _ in weight.shape[1:]))
        return (state_of(np.zeros(shape, weight.dtype, device=weight.device)),)

    def changes_rows_only(self, state: State, common: dict[str, float]) -> bool:
        """A gradient of zero changes nothing."""
        return True

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        squares = grad * grad
        if weight.ndim > 1:
            squares = np.mean(squares, axis=tuple(range(1, weight.ndim)), keepdims=True)
        history = state[0] + squares
        # Of gradients that were all 0 nothing is divided, also where epsilon is 0.
        size = np.where(history > 0, np.sqrt(history) + self.epsilon, 1.0)
        return weight - grad * lr / size, history


class AdaDelta(FormulaOptimizer):
    """AdaGrad over a while (Zeiler 2012): the gradient times the root of the running mean of the
    squares of steps, over that of its own. The rate is mostly left at 1.

    rho: decay of the means; epsilon: summand of both

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.5])
    >>> adadelta = optimizer.AdaDelta(learning_rate=1.0)
    >>> state = adadelta.create_state(weight)
    >>> adadelta.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([ 0.9968, -1.9968])
    """

    default_rate = 1.0
    states = ("square", "delta")
    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        rho: float = 0.9,
        epsilon: float = 1e-6,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        require_decay("rho", rho)
        require_option(epsilon > 0, "epsilon", "above 0, or nothing would move", epsilon)
        self.rho = rho
        self.epsilon = epsilon

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        slope = decayed(grad, weight, wd)
        square = state[0] * self.rho + slope * slope * (1 - self.rho)
        delta = slope * np.sqrt(state[1] + self.epsilon) / np.sqrt(square + self.epsilon)
        return weight - delta * lr, square, state[1] * self.rho + delta * delta * (1 - self.rho)


__all__ = ["AdaDelta", "AdaGrad", "GroupAdaGrad", "RMSProp"]
__dir__ = __all__.copy
