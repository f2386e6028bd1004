"""Steps that look at a parameter as a matrix: fewer states, or a step that is orthogonal.

Parameters with more than two axes are matrices of their first axis and all others.
"""

import math
from typing import Any

from weft import np
from weft._core.typing import ndarray
from weft.optimizer._base import State, number_like, require_decay, require_option, state_of
from weft.optimizer._formula import FormulaOptimizer


class Adafactor(FormulaOptimizer):
    """Adaptive steps whose mean squares are kept by rows and by columns alone (Shazeer and Stern
    2018): the states of a matrix are a row and a column.

    The rate of update t is at most `1 / sqrt(t)`, times the root of the parameter's mean square;
    weight decay takes `rate * wd` of the parameter away.

    decay_rate: the mean at update t keeps `1 - t^decay_rate` of what it was
    clip_threshold: most that the root of the mean square of a step may be
    epsilon: least root of the mean square of a parameter

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([[1.0, -2.0], [3.0, 4.0]]), np.array([[0.5, 0.5], [0.0, 1.0]])
    >>> adafactor = optimizer.Adafactor(learning_rate=0.1)
    >>> state = adafactor.create_state(weight)
    >>> adafactor.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([[ 0.567 , -2.1936],
           [ 3.    ,  3.7261]])
    """

    default_rate = 0.01
    states = ("rows", "columns")

    def __init__(
        self,
        learning_rate: float | None = None,
        decay_rate: float = -0.8,
        clip_threshold: float = 1.0,
        epsilon: float = 1e-3,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        require_option(decay_rate <= 0, "decay_rate", "at most 0", decay_rate)
        require_option(clip_threshold >= 1, "clip_threshold", "at least 1", clip_threshold)
        require_option(epsilon >= 0, "epsilon", "at least 0", epsilon)
        self.decay_rate, self.clip_threshold, self.epsilon = decay_rate, clip_threshold, epsilon

    def create_state(self, weight: ndarray) -> State:
        """Mean squares by row and by column of the last two axes; of a vector, those of its
        elements, and an array without axes that means nothing."""
        shapes: list[tuple[int, ...]] = [tuple(weight.shape), ()]
        if weight.ndim > 1:
            *ahead, rows, columns = weight.shape
            shapes = [(*ahead, rows, 1), (*ahead, 1, columns)]
        return tuple(
            state_of(np.zeros(shape, dtype=weight.dtype, device=weight.device)) for shape in shapes
        )

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        number = count if isinstance(count, ndarray) else np.array(float(count), dtype="float64")
        share = (number**self.decay_rate).astype(weight.dtype)
        rate = np.minimum(lr, (1 / np.sqrt(number)).astype(weight.dtype))
        step = np.maximum(np.sqrt(np.mean(np.square(weight))), self.epsilon) * rate
        rows, columns = state
        squares = np.square(grad)
        tiny = float(np.finfo(weight.dtype).eps)
        if weight.ndim > 1:
            rows = rows + (np.mean(squares, axis=-1, keepdims=True) - rows) * share
            columns = columns + (np.mean(squares, axis=-2, keepdims=True) - columns) * share
            var = rows * columns / np.maximum(np.mean(rows, axis=-2, keepdims=True), tiny)
        else:
            rows = var = rows + (squares - rows) * share
        move = grad / np.sqrt(np.maximum(var, tiny * tiny))
        size = np.sqrt(np.mean(np.square(move))) / self.clip_threshold
        kept = weight - weight * (lr * wd) if wd else weight
        return kept - move * (step / np.maximum(size, 1.0)), rows, columns


class Muon(FormulaOptimizer):
    """Momentum whose step is made orthogonal by five steps of Newton and Schulz (Jordan et al.
    2024): all directions of a matrix move alike. Vectors and scalars take steps of AdamW.

    momentum: share of the running mean; nesterov looks one step ahead
    scale: "original" multiplies the rate by `sqrt(max(1, rows / columns))`, "match_rms_adamw" by
        `0.2 sqrt(max(rows, columns))`, so that rates of AdamW fit
    beta1, beta2, epsilon: of AdamW; adam_ratio: its rate over that of matrices

    >>> from weft import np, optimizer
    >>> weight, gradient = np.array([[1.0, -2.0], [3.0, 4.0]]), np.array([[0.5, 0.5], [0.0, 1.0]])
    >>> muon = optimizer.Muon(learning_rate=0.1)
    >>> state = muon.create_state(weight)
    >>> muon.update("weight", weight, gradient, state)
    >>> weight.round(4)
    array([[ 0.9032, -2.0172],
           [ 3.0398,  3.9258]])
    """

    default_rate = 0.001
    states = ("mean", "var")

    def __init__(
        self,
        learning_rate: float | None = None,
        momentum: float = 0.95,
        *,
        nesterov: bool = True,
        scale: str = "original",
        beta1: float = 0.9,
        beta2: float = 0.95,
        epsilon: float = 1e-8,
        adam_ratio: float = 1.0,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        for name, value in (("momentum", momentum), ("beta1", beta1), ("beta2", beta2)):
            require_decay(name, value)
        known = ("original", "match_rms_adamw")
        require_option(scale in known, "scale", "original or match_rms_adamw", repr(scale))
        require_option(adam_ratio >= 0, "adam_ratio", "at least 0", adam_ratio)
        self.momentum, self.nesterov, self.scale = momentum, nesterov, scale
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.adam_ratio = adam_ratio

    def create_state(self, weight: ndarray) -> State:
        """Running means of the gradient and, for vectors, of its square."""
        shapes = (weight.shape, () if weight.ndim > 1 else weight.shape)
        return tuple(
            state_of(np.zeros(shape, dtype=weight.dtype, device=weight.device)) for shape in shapes
        )

    def formula(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        if weight.ndim < 2:
            return self._adam(count, weight, grad, state, lr * self.adam_ratio, wd)
        mean = state[0] + (grad - state[0]) * (1 - self.momentum)
        ahead = grad + (mean - grad) * self.momentum if self.nesterov else mean
        rows, columns = weight.shape[0], math.prod(weight.shape[1:])
        move = _orthogonal(ahead.reshape(rows, columns)).reshape(weight.shape)
        size = math.sqrt(max(1, rows / columns))
        if self.scale == "match_rms_adamw":
            size = 0.2 * math.sqrt(max(rows, columns))
        kept = weight - weight * (lr * wd) if wd else weight
        return kept - move * (lr * size), mean, state[1]

    def _adam(
        self, count: Any, weight: Any, grad: Any, state: Any, lr: Any, wd: float
    ) -> tuple[Any, ...]:
        mean = state[0] * self.beta1 + grad * (1 - self.beta1)
        var = state[1] * self.beta2 + grad * grad * (1 - self.beta2)
        root = np.sqrt(var / number_like(weight, 1 - self.beta2**count)) + self.epsilon
        kept = weight - weight * (lr * wd) if wd else weight
        return kept - mean * (lr / number_like(weight, 1 - self.beta1**count)) / root, mean, var


def _orthogonal(matrix: Any, steps: int = 5) -> Any:
    """The matrix with singular values near 1, by a polynomial of it: its odd powers 1, 3 and 5."""
    first, third, fifth = 3.4445, -4.7750, 2.0315
    is_tall = matrix.shape[0] > matrix.shape[1]
    found = matrix.T if is_tall else matrix
    found = found / np.maximum(np.sqrt(np.sum(np.square(found))), 1e-7)
    for _ in range(steps):
        square = found @ found.T
        found = found * first + (square * third + (square @ square) * fifth) @ found
    return found.T if is_tall else found


__all__ = ["Adafactor", "Muon"]
__dir__ = __all__.copy
