"""All operators of symbols."""

from weft.mxnet.symbol._functions import finder, names_behind

_PREFIXES = ("",)

__getattr__ = finder("weft.mxnet.symbol.op", _PREFIXES)
__all__ = names_behind(_PREFIXES)
__dir__ = __all__.copy
