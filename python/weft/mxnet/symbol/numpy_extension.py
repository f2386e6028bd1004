"""2.0's operators beyond NumPy on symbols: `mx.sym.npx`."""

from weft.mxnet.symbol._functions import finder, names_behind
from weft.mxnet.symbol.numpy import _Symbol

_PREFIXES = ("_npx_",)

__getattr__ = finder("weft.mxnet.symbol.numpy_extension", _PREFIXES, _Symbol)
__all__ = names_behind(_PREFIXES)
__dir__ = __all__.copy
