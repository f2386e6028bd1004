"""Blocks that give losses of their own beside their output, such as the divergence of what they
sample from a prior.

>>> from weft import np
>>> from weft.gluon import probability
>>> class Sampled(StochasticBlock):
...     @StochasticBlock.collectLoss
...     def forward(self, loc, scale):
...         drawn = probability.Normal(loc, scale)
...         self.add_loss(probability.kl_divergence(drawn, probability.Normal(0.0, 1.0)))
...         return drawn.sample()
>>> block = Sampled()
>>> block(np.zeros(3), np.ones(3)).shape
(3,)
>>> block.losses
[array([0., 0., 0.])]
"""

import functools
from collections.abc import Callable
from typing import Any

from weft._base.errors import InvalidValue
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn import HybridSequential


class CollectsLosses:
    """What `StochasticBlock` adds to a hybrid block; mixed in."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._begin_losses()

    def _begin_losses(self) -> None:
        # Not set as attributes: these would be part of the structure, which traces depend on.
        vars(self)["_losses"] = []
        vars(self)["_added"] = None

    @property
    def losses(self) -> list[Any]:
        """The losses that the last call added, in the order of `add_loss`."""
        return list(vars(self)["_losses"])

    def add_loss(self, loss: Any) -> None:
        """Adds an array to the losses of this call. Only `forward` may, decorated with
        `StochasticBlock.collectLoss`."""
        added = vars(self)["_added"]
        if added is None:
            raise InvalidValue(
                f"{type(self).__name__}: `add_loss` needs a `forward` that is decorated with "
                "`@StochasticBlock.collectLoss`, and may be called only in there"
            )
        added.append(loss)

    @staticmethod
    def collectLoss(func: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802
        """Decorator of `forward`: what it hands to `add_loss` is in `losses` after the call."""

        @functools.wraps(func)
        def collecting(self: Any, *args: Any, **kwargs: Any) -> Any:
            before, vars(self)["_added"] = vars(self)["_added"], []
            try:
                out = func(self, *args, **kwargs)
                return out, vars(self)["_added"]
            finally:
                vars(self)["_added"] = before

        collecting._collects_losses = True  # type: ignore[attr-defined]
        return collecting

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        out = super().__call__(*args, **kwargs)  # type: ignore[misc]
        if not getattr(type(self).forward, "_collects_losses", False):  # type: ignore[attr-defined]
            raise InvalidValue(
                f"{type(self).__name__}: `forward` must be decorated with "
                "`@StochasticBlock.collectLoss`"
            )
        out, vars(self)["_losses"] = out
        return out


class StochasticBlock(CollectsLosses, HybridBlock):
    """A hybrid block whose `forward` may add losses with `add_loss`, in `losses` after the call.

    `forward` is decorated with `StochasticBlock.collectLoss`; a call raises ValueError otherwise.

    >>> from weft import np
    >>> from weft.gluon import probability
    >>> class Penalized(probability.StochasticBlock):
    ...     @probability.StochasticBlock.collectLoss
    ...     def forward(self, x):
    ...         self.add_loss((x * x).mean())
    ...         return x
    >>> block = Penalized()
    >>> out = block(np.array([1.0, 3.0]))
    >>> block.losses
    [array(5.)]
    """


class StochasticSequential(CollectsLosses, HybridSequential):
    """Blocks one after another. `losses` has one list for each of them that has losses.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> from weft.gluon import probability
    >>> net = probability.StochasticSequential()
    >>> net.add(nn.Dense(2), nn.Dense(3))
    >>> net.initialize()
    >>> net(np.ones((1, 4))).shape
    (1, 3)
    """

    @CollectsLosses.collectLoss
    def forward(self, x: Any, *args: Any) -> Any:
        for block in self:
            x = block(x, *args)
            args = ()
            if isinstance(x, tuple | list):
                x, args = x[0], tuple(x[1:])
            if isinstance(block, CollectsLosses):
                self.add_loss(block.losses)
        return (x, *args) if args else x


__all__ = ["StochasticBlock", "StochasticSequential"]
__dir__ = __all__.copy
