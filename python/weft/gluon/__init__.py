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

from typing import TYPE_CHECKING, Any

from weft._base import later as _later
from weft._base import spelling as _spelling
from weft._base import words as _words

if TYPE_CHECKING:
    from weft import metric
    from weft.gluon import contrib, data, loss, model_zoo, nn, probability, rnn, utils
    from weft.gluon._functional import functional_call
    from weft.gluon._segments import checkpoint_sequential
    from weft.gluon.block import Block
    from weft.gluon.hybrid_block import HybridBlock
    from weft.gluon.parameter import Constant, DeferredInitializationError, Parameter, ParameterDict
    from weft.gluon.symbol_block import SymbolBlock
    from weft.gluon.trainer import Trainer
    from weft.gluon.training_step import TrainingStep

# Which module has which name; modules are names of their own.
_PLACES = {
    "Block": "block",
    "Constant": "parameter",
    "DeferredInitializationError": "parameter",
    "HybridBlock": "hybrid_block",
    "Parameter": "parameter",
    "ParameterDict": "parameter",
    "SymbolBlock": "symbol_block",
    "Trainer": "trainer",
    "TrainingStep": "training_step",
    "checkpoint_sequential": "_segments",
    "contrib": "contrib",
    "data": "data",
    "functional_call": "_functional",
    "loss": "loss",
    "model_zoo": "model_zoo",
    "nn": "nn",
    "probability": "probability",
    "rnn": "rnn",
    "utils": "utils",
}

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    _find = _spelling.finder(
        "weft.gluon",
        _words.LAYERS | _words.LOSSES | _words.PACKAGE,
        ("gluon.nn", "gluon.loss", "gluon.rnn", "gluon.data"),
    )

    def _metric(name: str) -> Any:
        if name == "metric":
            from weft import metric

            return metric
        return _find(name)

    __getattr__ = _later.names_of("weft.gluon", _PLACES, _metric)

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
    "functional_call",
    "loss",
    "metric",
    "model_zoo",
    "nn",
    "probability",
    "rnn",
    "utils",
]
__dir__ = __all__.copy
