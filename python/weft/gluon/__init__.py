"""Layers, losses, parameters and training, in the shape of Gluon 2.

>>> from weft import autograd, gluon, np
>>> net = gluon.nn.HybridSequential(gluon.nn.Dense(8, activation="relu"), gluon.nn.Dense(1))
>>> net.initialize()
>>> trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
>>> x, y = np.ones((4, 3)), np.ones((4, 1))
>>> with autograd.record():
...     loss = gluon.loss.L2Loss()(net(x), y)
>>> loss.backward()
>>> trainer.step(batch_size=4)
"""

import importlib
from typing import TYPE_CHECKING, Any

from weft import metric
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon import nn, utils
from weft.gluon._segments import checkpoint_sequential
from weft.gluon.block import Block
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Constant, DeferredInitializationError, Parameter, ParameterDict
from weft.gluon.symbol_block import SymbolBlock
from weft.gluon.trainer import Trainer
from weft.gluon.training_step import TrainingStep

_find = _spelling.finder(
    "weft.gluon",
    _words.LAYERS | _words.LOSSES | _words.PACKAGE,
    ("gluon.nn", "gluon.loss", "gluon.rnn", "gluon.data"),
)

if TYPE_CHECKING:
    from weft.gluon import contrib, data, loss, model_zoo, probability, rnn

# Modules that are imported when a program first asks for them: each takes a part of the time.
_LATER = ("contrib", "data", "loss", "model_zoo", "probability", "rnn")

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name

    def __getattr__(name: str) -> Any:
        return importlib.import_module(f"weft.gluon.{name}") if name in _LATER else _find(name)


__all__ = [
    "Block",
    "Constant",
    "DeferredInitializationError",
    "HybridBlock",
    "Parameter",
    "ParameterDict",
    "SymbolBlock",
    "Trainer",
    "TrainingStep",
    "checkpoint_sequential",
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
