"""`mx.contrib`: operators of `contrib` on arrays and symbols, under the names of old programs.

>>> from weft import mxnet as mx
>>> mx.contrib.nd is mx.nd.contrib
True
"""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft.mxnet.ndarray import contrib as ndarray
from weft.mxnet.symbol import contrib as symbol

nd, sym = ndarray, symbol

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.contrib", {})

__all__ = ["nd", "ndarray", "sym", "symbol"]
__dir__ = __all__.copy
