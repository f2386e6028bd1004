"""Probability as MXNet 2 has it: Weft's, but for what differs in meaning.

`NegativeBinomial` has MXNet's density, in which `prob` is the probability of a failure, though its
mean, variance and samples take it as that of an event. Stochastic blocks are blocks of this
package.

>>> from weft import mxnet as mx
>>> mx.gluon.probability.NegativeBinomial(n=3, prob=0.5).mean
array(3.)
"""

from weft.gluon import probability as _native
from weft.gluon.probability import *  # noqa: F403 - the names of its `__all__`
from weft.gluon.probability import transformation as _transformation
from weft.mxnet.gluon.block import HybridBlock
from weft.mxnet.gluon.probability import distributions  # noqa: F401 - of `__all__`
from weft.mxnet.gluon.probability.block import (  # noqa: F401
    StochasticBlock,
    StochasticSequential,
)
from weft.mxnet.gluon.probability.distributions import (  # noqa: F401
    NegativeBinomial,
    cached_property,
)


class TransformBlock(_transformation.TransformBlock, HybridBlock):
    """A transformation with parameters that are learnt."""


# It has the names of the four classes above, too.
__all__ = sorted([*_native.__all__, "cached_property", "distributions"])
__dir__ = __all__.copy
