"""What `mx.gluon.contrib` of 1.x has and programs still use: `nn`, `rnn`, `cnn`, `data` and
`estimator`."""

import importlib
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft.mxnet.gluon.contrib import cnn, data, nn, rnn

if TYPE_CHECKING:
    from weft.mxnet.gluon.contrib import estimator
else:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.mxnet.gluon.contrib", {}, ("gluon.nn", "gluon.rnn"))

    def __getattr__(name: str) -> Any:
        if name in ("data", "estimator"):
            return importlib.import_module(f"weft.mxnet.gluon.contrib.{name}")
        return _find(name)


__all__ = ["cnn", "data", "estimator", "nn", "rnn"]
__dir__ = __all__.copy
