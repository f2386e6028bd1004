"""Linear algebra on symbols: `mx.sym.linalg`."""

from weft.mxnet.symbol._functions import finder, names_behind

_PREFIXES = ("_linalg_",)

__getattr__ = finder("weft.mxnet.symbol.linalg", _PREFIXES)
__all__ = names_behind(_PREFIXES)
__dir__ = __all__.copy
