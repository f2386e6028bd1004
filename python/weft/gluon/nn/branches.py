"""Layers of today's branches: depth that is left out by chance, and channels that are weighed."""

from collections.abc import Callable
from typing import Any

from weft import autograd, npx
from weft._base.errors import InvalidValue
from weft._base.options import require_whole
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn.activations import activation_named
from weft.gluon.nn.convolution import Conv2D


class StochasticDepth(HybridBlock):
    """Sets samples of a batch to 0 with probability `rate` and scales the others by 1 / (1 - rate),
    in train mode only (Huang et al., "Deep Networks with Stochastic Depth", 2016).

    It stands at the end of a branch beside a shortcut: such a sample takes the shortcut alone.

    >>> from weft import autograd, np
    >>> from weft.gluon import nn
    >>> layer = nn.StochasticDepth(0.5)
    >>> layer(np.ones((2, 2)))  # in predict mode as it is
    array([[1., 1.],
           [1., 1.]])
    >>> with autograd.train_mode():
    ...     out = layer(np.ones((8, 2)))
    >>> sorted({float(row[0]) for row in out} | {0.0, 2.0})
    [0.0, 2.0]
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise InvalidValue(f"StochasticDepth: `rate` must be in [0, 1); got {rate}")
        self.rate = rate

    def forward(self, x: Any) -> Any:
        if not autograd.is_training() or self.rate == 0:
            return x
        return npx.dropout(x, p=self.rate, axes=tuple(range(1, x.ndim)))

    def describe(self) -> str:
        return f"p={self.rate}"


class SqueezeExcitation(HybridBlock):
    """Scales each channel by a number between 0 and 1 that two layers find from the means of all
    channels (Hu, Shen, Sun, "Squeeze-and-Excitation Networks", 2018).

    channels: of the data (N, C, H, W); squeezed: channels between the layers
    activation: between the layers, a block or a name; gate: of the second, "sigmoid" or
        "hard_sigmoid"

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.SqueezeExcitation(8, 2, activation=nn.Activation("relu"))
    >>> layer.initialize()
    >>> layer(np.ones((2, 8, 4, 4))).shape
    (2, 8, 4, 4)
    """

    def __init__(
        self,
        channels: int,
        squeezed: int,
        activation: HybridBlock | Callable[[Any], Any] | str,
        gate: str = "sigmoid",
    ) -> None:
        super().__init__()
        self.fc1 = Conv2D(squeezed, 1, in_channels=channels)
        self.fc2 = Conv2D(channels, 1, in_channels=squeezed)
        is_name = isinstance(activation, str)
        self.activation = activation_named(activation) if is_name else activation
        self.gate = gate

    def forward(self, x: Any) -> Any:
        means = npx.pooling(x, pool_type="avg", global_pool=True)
        scale = self.fc2(self.activation(self.fc1(means)))
        if self.gate == "hard_sigmoid":
            return x * npx.hard_sigmoid(scale, alpha=1 / 6, beta=0.5)
        return x * npx.sigmoid(scale)


class SqueezeExcite(SqueezeExcitation):
    """`SqueezeExcitation` by the ratio of channels and the name of an activation.

    channels: of the data (N, C, H, W); reduction: C over the channels between the two layers

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.SqueezeExcite(8, reduction=4)
    >>> layer.initialize()
    >>> layer(np.ones((2, 8, 5, 5))).shape
    (2, 8, 5, 5)
    """

    def __init__(
        self, channels: int, reduction: int = 16, activation: str = "relu", gate: str = "sigmoid"
    ) -> None:
        require_whole("SqueezeExcite", "reduction", reduction, 1)
        super().__init__(
            channels, max(channels // reduction, 1), activation_named(activation), gate
        )


__all__ = ["SqueezeExcitation", "SqueezeExcite", "StochasticDepth"]
__dir__ = __all__.copy
