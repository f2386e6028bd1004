"""Operators on images: `mx.sym.image`."""

from weft.mxnet.symbol._functions import finder, names_behind

_PREFIXES = ("_image_",)

__getattr__ = finder("weft.mxnet.symbol.image", _PREFIXES)
__all__ = names_behind(_PREFIXES)
__dir__ = __all__.copy
