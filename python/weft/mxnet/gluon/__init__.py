"""Gluon as MXNet has it: blocks of 1.x and of 2.0 in one, on Weft's own.

>>> from weft import np
>>> from weft import mxnet as mx
>>> net = mx.gluon.nn.HybridSequential()
>>> net.add(mx.gluon.nn.Dense(8, activation="relu"), mx.gluon.nn.Dense(1))
>>> net.initialize(mx.init.Xavier(), ctx=mx.cpu())
>>> net(np.ones((4, 3))).shape
(4, 1)

A class here is a subclass of the native one of the same name, so its objects go wherever those go.
Blocks of Weft that enter a tree become blocks of this package: the same objects.
"""

import importlib
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.mxnet.gluon import data, loss, nn, rnn, utils
from weft.mxnet.gluon.block import Block, HybridBlock
from weft.mxnet.gluon.parameter import (  # noqa: F401 - the last is public in MXNet
    Constant,
    DeferredInitializationError,
    Parameter,
    tensor_types,
)
from weft.mxnet.gluon.parameter_dict import ParameterDict
from weft.mxnet.gluon.symbol_block import SymbolBlock
from weft.mxnet.gluon.trainer import Trainer

if TYPE_CHECKING:
    from weft.mxnet.gluon import contrib, metric, model_zoo, probability

_find = _spelling.finder(
    "weft.mxnet.gluon", _words.LAYERS | _words.LOSSES | _words.PACKAGE, ("gluon", "gluon.nn")
)
# What most programs never ask for.
_LATER = {
    "contrib": "weft.mxnet.gluon.contrib",
    "metric": "weft.mxnet.gluon.metric",
    "model_zoo": "weft.mxnet.gluon.model_zoo",
    "probability": "weft.mxnet.gluon.probability",
}

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name

    def __getattr__(name: str) -> Any:
        return importlib.import_module(_LATER[name]) if name in _LATER else _find(name)


__all__ = [
    "Block",
    "Constant",
    "DeferredInitializationError",
    "HybridBlock",
    "Parameter",
    "ParameterDict",
    "SymbolBlock",
    "Trainer",
    "contrib",
    "data",
    "loss",
    "metric",
    "model_zoo",
    "nn",
    "probability",
    "rnn",
    "utils",
]
__dir__ = __all__.copy
