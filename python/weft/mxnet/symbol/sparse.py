"""Operators whose MXNet kernels took sparse arrays: `mx.sym.sparse`; here those of `mx.sym`."""

from weft.mxnet.symbol._functions import finder, names_behind

_PREFIXES = ("_sparse_", "")

__getattr__ = finder("weft.mxnet.symbol.sparse", _PREFIXES)
__all__ = names_behind(_PREFIXES)
__dir__ = __all__.copy
