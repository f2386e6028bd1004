"""Optimizers of `mx.optimizer.contrib`."""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft.mxnet.optimizer._classes import GroupAdaGrad

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.optimizer.contrib", {}, ("optimizer",))

__all__ = ["GroupAdaGrad"]
__dir__ = __all__.copy
