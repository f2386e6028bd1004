"""Blocks that give losses of their own beside their output."""

from weft.gluon.probability import stochastic_block as _native
from weft.mxnet.gluon.block import HybridBlock
from weft.mxnet.gluon.nn import HybridSequential


class StochasticBlock(_native.CollectsLosses, HybridBlock):
    """A hybrid block whose `forward` may add losses with `add_loss`, in `losses` after the call."""


class StochasticSequential(_native.CollectsLosses, HybridSequential):
    """Blocks one after another. `losses` has one list for each of them that has losses."""

    forward = _native.StochasticSequential.forward


__all__ = ["StochasticBlock", "StochasticSequential"]
__dir__ = __all__.copy
