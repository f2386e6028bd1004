"""Operators of `mx.sym.contrib`."""

import sys

from weft.mxnet.symbol._functions import fill

fill(sys.modules[__name__], ("_contrib_",))

__all__: list[str] = []
