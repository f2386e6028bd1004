"""Optimizers around another one."""

from typing import Any

from weft import np
from weft._base.errors import InvalidType
from weft._base.options import require, require_whole
from weft._core.typing import ndarray
from weft.optimizer._base import Optimizer, State, registry, require_option, state_of


class Lookahead(Optimizer):
    """Every `k` updates of the inner optimizer a slow copy of the parameter goes `alpha` of the way
    to it, and the parameter becomes that copy (Zhang et al. 2019).

    inner: an optimizer, or a name, with `inner_options`

    >>> from weft import optimizer
    >>> rule = optimizer.create("lookahead", inner="adam", k=5, learning_rate=0.01)
    >>> rule.states
    ('mean', 'var', 'slow')
    """

    def __init__(
        self,
        learning_rate: float | None = None,
        inner: str | Optimizer = "adam",
        k: int = 5,
        alpha: float = 0.5,
        inner_options: dict[str, Any] | None = None,
        **common: Any,
    ) -> None:
        found = registry.create(inner, **(inner_options or {}))
        if not isinstance(found, Optimizer):
            raise InvalidType(
                f"Lookahead: `inner` must be an optimizer or its name; got {type(found).__name__}"
            )
        self.default_rate = found.default_rate
        super().__init__(learning_rate, **common)
        require_option(0 < alpha <= 1, "alpha", "above 0 and at most 1", alpha)
        self.inner, self.alpha = found, alpha
        self.k = require_whole("optimizer", "k", k, 1)
        self.states = (*found.states, "slow")

    def create_state(self, weight: ndarray) -> State:
        """The states of the inner optimizer, and a copy of the parameter."""
        return (*self.inner.create_state(weight), state_of(weight.detach().copy()))

    def of_parameter(self, key: Any) -> dict[str, Any]:
        return self.inner.of_parameter(key)

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        names = ", ".join(self.states)
        is_whole = len(state) == len(self.states)
        require(is_whole, "update", "state", f"{len(self.states)} arrays ({names})", len(state))
        *inner, slow = state
        self.inner.step(count, weight, grad, tuple(inner), dict(common))
        is_time = count % self.k == 0
        if not isinstance(is_time, ndarray):
            if is_time:
                slow += (weight - slow) * self.alpha
                weight[...] = slow
            return
        slow[...] = np.where(is_time, slow + (weight - slow) * self.alpha, slow)
        weight[...] = np.where(is_time, slow, weight)


__all__ = ["Lookahead"]
__dir__ = __all__.copy
