"""Optimizers, as `mx.optimizer` has them: by name, by parameter's number, with `Updater`.

The arithmetic is that of `weft.optimizer`. Defaults and formulas are those of 1.x, until the
program turns NumPy's shapes on (`npx.set_np()`) or gives an option that only 2.0 has: then they are
those of 2.0.

>>> from weft import mxnet as mx
>>> mx.optimizer.create("sgd", momentum=0.9).learning_rate
0.01
>>> with mx.np_shape():
...     mx.optimizer.create("sgd", momentum=0.9).learning_rate
0.1
"""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.mxnet.optimizer import contrib
from weft.mxnet.optimizer._base import Optimizer, create, register
from weft.mxnet.optimizer._classes import (
    DCASGD,
    FTML,
    LAMB,
    LANS,
    LARS,
    NAG,
    SGD,
    SGLD,
    AdaBelief,
    AdaDelta,
    AdaGrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Nadam,
    RMSProp,
    Signum,
    Test,
)
from weft.mxnet.optimizer.updater import Updater, get_updater

ccSGD = SGD  # noqa: N816 - MXNet's name

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder(
        "weft.mxnet.optimizer",
        _words.OPTIMIZERS,
        ("optimizer",),
        (
            *("adabelief", "adadelta", "adagrad", "adam", "adamW", "adamax", "dcasgd", "ftml"),
            *("ftrl", "lamb", "lans", "lars", "nadam", "nag", "optimizer", "rmsprop", "sgd"),
            *("sgld", "signum"),
        ),
    )

__all__ = [
    "DCASGD",
    "FTML",
    "LAMB",
    "LANS",
    "LARS",
    "NAG",
    "SGD",
    "SGLD",
    "AdaBelief",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Nadam",
    "Optimizer",
    "RMSProp",
    "Signum",
    "Test",
    "Updater",
    "ccSGD",
    "contrib",
    "create",
    "get_updater",
    "register",
]
__dir__ = __all__.copy
