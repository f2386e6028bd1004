"""Optimizers: from a parameter, its gradient and a state to the parameter's next value.

The gradient is multiplied by `rescale_grad`, clipped, then `wd` times the parameter is added, where
an optimizer does not say otherwise. The arithmetic is an operator of the library, or a formula on
arrays, which a plan makes one pass of; here is what changes from update to update.

A row-sparse gradient (`weft.sparse`) means the same as the array that it stands for. With
`lazy_update=True` an update leaves rows without a gradient as they are, in the parameter and in the
states: neither weight decay nor momentum moves them, and it costs nothing to have them.

Updates are often smaller than what float16 or bfloat16 can add to a parameter. With
`multi_precision=True` such a parameter has a copy in float32 among its states: gradients come to
float32, the update is that of float32, and the parameter is what its copy rounds to.
"""

from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.optimizer._base import Optimizer
from weft.optimizer._base import registry as _registry
from weft.optimizer.closures import LBFGS, SAM
from weft.optimizer.descent import DCASGD, NAG, SGD, SGLD, Lion, Signum
from weft.optimizer.layerwise import LAMB, LANS, LARS
from weft.optimizer.leaders import FTML, Ftrl
from weft.optimizer.matrices import Adafactor, Muon
from weft.optimizer.moments import AdaBelief, Adam, Adamax, AdamW, Nadam, RAdam
from weft.optimizer.squares import AdaDelta, AdaGrad, GroupAdaGrad, RMSProp
from weft.optimizer.wrapped import Lookahead

for _optimizer in (
    *(SGD, NAG, SGLD, Signum, Lion, DCASGD),
    *(Adam, AdamW, Adamax, Nadam, RAdam, AdaBelief),
    *(AdaGrad, GroupAdaGrad, RMSProp, AdaDelta),
    *(Ftrl, FTML, LARS, LAMB, LANS),
    *(Adafactor, Muon, Lookahead, LBFGS, SAM),
):
    _registry.add(_optimizer)


def create(spec: str | Optimizer, **options: Any) -> Optimizer:
    """The optimizer that a name stands for, such as "sgd" or "adam", with these options.

    >>> from weft import optimizer
    >>> optimizer.create("sgd", learning_rate=0.1).learning_rate
    0.1
    """
    return _registry.create(spec, **options)


def register(cls: type) -> type:
    """Decorator: makes an own optimizer known by its lower-case name.

    >>> from weft import optimizer
    >>> @optimizer.register
    ... class Fixed(optimizer.Optimizer):
    ...     default_rate = 0.1
    >>> type(optimizer.create("fixed")).__name__
    'Fixed'
    """
    return _registry.add(cls)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.optimizer", _words.OPTIMIZERS)

__all__ = [
    "DCASGD",
    "FTML",
    "LAMB",
    "LANS",
    "LARS",
    "LBFGS",
    "NAG",
    "SAM",
    "SGD",
    "SGLD",
    "AdaBelief",
    "AdaDelta",
    "AdaGrad",
    "Adafactor",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "GroupAdaGrad",
    "Lion",
    "Lookahead",
    "Muon",
    "Nadam",
    "Optimizer",
    "RAdam",
    "RMSProp",
    "Signum",
    "create",
    "register",
]
__dir__ = __all__.copy
