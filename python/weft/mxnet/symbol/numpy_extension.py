"""2.0's operators beyond NumPy on symbols: `mx.sym.npx`."""

import sys

from weft.mxnet.symbol._functions import fill
from weft.mxnet.symbol.numpy import _Symbol

fill(sys.modules[__name__], ("_npx_",), _Symbol)

__all__: list[str] = []
