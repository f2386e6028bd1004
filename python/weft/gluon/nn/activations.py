"""Activation functions as layers."""

from collections.abc import Callable
from functools import partial
from typing import Any

from weft import init, np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require
from weft._base.spelling import unknown
from weft._base.words import ACTIVATION_NAMES
from weft.gluon._orders import check_slopes
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Initializable, Parameter

_BY_NAME = {
    "relu": npx.relu,
    "sigmoid": npx.sigmoid,
    "log_sigmoid": npx.log_sigmoid,
    "tanh": np.tanh,
    "softrelu": npx.softplus,
    "softsign": npx.softsign,
    "mish": npx.mish,
    "silu": npx.silu,
    "gelu": npx.gelu,
    "gelu_tanh": partial(npx.gelu, approximation="tanh"),
    "quick_gelu": partial(npx.silu, beta=1.702),
}


def activation_named(name: str) -> Callable[[Any], Any]:
    """The function of that name; raises LookupError that lists the known ones.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.activation_named("relu")(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if isinstance(name, int):
        raise InvalidType(
            f'Activation: `activation` must be a name, such as "relu"; got {name}; the number of '
            "inputs is `in_units`, as in `nn.Dense(units, in_units=4)`, or left out"
        )
    if not isinstance(name, str):
        raise InvalidType(
            f'Activation: `activation` must be a name, such as "relu"; got {_told(name)}; a layer '
            "or a function goes behind this one, in `nn.HybridSequential`"
        )
    if name not in _BY_NAME:
        raise unknown("Activation", name, _BY_NAME, ACTIVATION_NAMES)
    return _BY_NAME[name]


def _told(value: Any) -> str:
    return getattr(value, "__name__", type(value).__name__)


# Of what a rectifier is given, half goes on: weights before it are larger by so much.
_RECTIFIERS = ("relu", "gelu", "gelu_tanh", "quick_gelu", "silu", "mish")


def fallback_init_for(
    activation: str | None, scale: float = 1.0, factor_type: str = "in"
) -> init.Initializer:
    """First values of the weights of a layer with this activation, where nobody says anything."""
    gain = 2.0 if activation in _RECTIFIERS else 1.0
    return init.VarianceScaling(gain * scale, factor_type)


class Activation(HybridBlock):
    """An activation function by name: "relu", "sigmoid", "log_sigmoid", "tanh", "softrelu",
    "softsign", "mish", "silu", "gelu", or its approximations "gelu_tanh" and "quick_gelu".

    >>> from weft import gluon, np
    >>> gluon.nn.Activation("relu")(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def __init__(self, activation: str) -> None:
        super().__init__()
        self.activation = activation
        self.function = activation_named(activation)

    def forward(self, x: Any) -> Any:
        return self.function(x)

    def describe(self) -> str:
        return self.activation


class LeakyReLU(HybridBlock):
    """x above zero, `alpha` x below.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.LeakyReLU(0.5)(np.array([-2.0, 4.0]))
    array([-1.,  4.])
    """

    def __init__(self, alpha: float) -> None:
        super().__init__()
        require(alpha >= 0, "LeakyReLU", "alpha", "at least 0", alpha)
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        return npx.leaky_relu(x, slope=self.alpha)

    def describe(self) -> str:
        return str(self.alpha)


class PReLU(HybridBlock):
    """x above zero, `alpha` x below, where `alpha` is learned: one slope, or one a channel.

    in_channels: 1 or the extent of axis 1

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.PReLU()
    >>> layer.initialize()
    >>> layer(np.array([-2.0, 4.0]))
    array([-0.5,  4. ])
    """

    def __init__(self, alpha_initializer: Initializable = None, in_channels: int = 1) -> None:
        super().__init__()
        check_slopes(alpha_initializer)
        self.alpha = Parameter(
            "alpha", shape=(in_channels,), init=alpha_initializer or init.Constant(0.25)
        )

    def forward(self, x: Any) -> Any:
        return npx.prelu(x, self.alpha.data())


class ELU(HybridBlock):
    """x above zero, `alpha` (exp(x) - 1) below.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.ELU()(np.array([-20.0, 0.0, 4.0]))
    array([-1.,  0.,  4.])
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        return npx.elu(x, alpha=self.alpha)

    def describe(self) -> str:
        return str(self.alpha)


class SELU(HybridBlock):
    """Scaled exponential linear unit, which keeps mean 0 and variance 1.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.SELU()(np.array([0.0, 1.0])).round(4)
    array([0.    , 1.0507])
    """

    def forward(self, x: Any) -> Any:
        return npx.selu(x)


class GELU(HybridBlock):
    """x times the normal distribution's cumulative function.

    approximation: "erf" is exact, "tanh" is the approximation by tanh

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.GELU()(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.1587,  0.    ,  0.8413])
    """

    def __init__(self, approximation: str = "erf") -> None:
        super().__init__()
        if approximation not in ("erf", "tanh"):
            raise InvalidValue(f"GELU: `approximation` must be erf or tanh; got {approximation}")
        self.approximation = approximation

    def forward(self, x: Any) -> Any:
        return npx.gelu(x, approximation=self.approximation)

    def describe(self) -> str:
        return self.approximation


class Swish(HybridBlock):
    """x times the logistic function of `beta` x.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.Swish(beta=2.0)(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.1192,  0.    ,  0.8808])
    """

    def __init__(self, beta: float = 1.0) -> None:
        super().__init__()
        self.beta = beta

    def forward(self, x: Any) -> Any:
        return npx.silu(x, beta=self.beta)

    def describe(self) -> str:
        return str(self.beta)


class SiLU(HybridBlock):
    """x times its logistic function.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.SiLU()(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.2689,  0.    ,  0.7311])
    """

    def forward(self, x: Any) -> Any:
        return npx.silu(x)


__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "LeakyReLU",
    "PReLU",
    "SiLU",
    "Swish",
    "activation_named",
]
__dir__ = __all__.copy
