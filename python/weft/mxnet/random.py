"""Random numbers as `mx.random` has them: the seed, and the functions of `mx.nd.random`.

>>> from weft import mxnet as mx
>>> mx.random.seed(7)
"""

from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft.mxnet.numpy.random import seed as _seed

# What `mx.nd.random` has as well.
_DRAWS = (
    *("binomial", "categorical", "exponential", "exponential_like", "gamma", "gamma_like"),
    *("generalized_negative_binomial", "generalized_negative_binomial_like", "multinomial"),
    *("negative_binomial", "negative_binomial_like", "normal", "normal_like", "poisson"),
    *("poisson_like", "randint", "randn", "shuffle", "uniform", "uniform_like"),
)


def seed(seed_state: int, device: Any = "all", ctx: Any = None) -> None:
    """Starts the numbers of all devices again from a seed, an integer."""
    _seed(seed_state, device)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.mxnet.random", {}, ("np.random",))

    def __getattr__(name: str) -> Any:
        if name in _DRAWS:
            from weft.mxnet.ndarray import random as draws

            return getattr(draws, name)
        return _find(name)


__all__ = ["seed"]
__dir__ = __all__.copy
