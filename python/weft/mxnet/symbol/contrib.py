"""Operators of `mx.sym.contrib`."""

from weft.mxnet.symbol._control import cond, foreach, while_loop
from weft.mxnet.symbol._functions import finder, names_behind

_PREFIXES = ("_contrib_",)

__getattr__ = finder("weft.mxnet.symbol.contrib", _PREFIXES)
__all__ = ["cond", "foreach", "while_loop"]
__all__ += names_behind(_PREFIXES)
__dir__ = __all__.copy
