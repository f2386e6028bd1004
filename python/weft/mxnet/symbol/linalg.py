"""Linear algebra on symbols: `mx.sym.linalg`."""

import sys

from weft.mxnet.symbol._functions import fill

fill(sys.modules[__name__], ("_linalg_",))

__all__: list[str] = []
