"""`mx.contrib`: operators of `contrib` on arrays and symbols, under the names of old programs, and
modules that programs of 1.x import from here.

>>> from weft import mxnet as mx
>>> mx.contrib.nd is mx.nd.contrib
True
"""

import importlib
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft.mxnet.ndarray import contrib as ndarray
from weft.mxnet.symbol import contrib as symbol

nd, sym = ndarray, symbol

# Imported when they are first used; 2.0 has some at another place.
_MODULES = {
    "amp": "weft.mxnet.amp",
    "autograd": "weft.mxnet.contrib.autograd",
    "io": "weft.mxnet.contrib.io",
    "svrg_optimization": "weft.mxnet.contrib.svrg_optimization",
    "text": "weft.mxnet.contrib.text",
}

if TYPE_CHECKING:
    from weft.mxnet import amp
    from weft.mxnet.contrib import autograd, io, svrg_optimization, text

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.mxnet.contrib", {})

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return importlib.import_module(_MODULES[name])
        return _find(name)


__all__ = ["amp", "autograd", "io", "nd", "ndarray", "svrg_optimization", "sym", "symbol", "text"]
__dir__ = __all__.copy
