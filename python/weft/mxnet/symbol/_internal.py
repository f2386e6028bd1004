"""Operators of symbols that have an underscore before their names."""

from weft.mxnet.symbol._functions import finder, names_behind

_PREFIXES = ("", "_")

__getattr__ = finder("weft.mxnet.symbol._internal", _PREFIXES)
__all__ = names_behind(_PREFIXES)
__dir__ = __all__.copy
