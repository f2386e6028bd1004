"""Operators whose MXNet kernels took sparse arrays: `mx.sym.sparse`; here those of `mx.sym`."""

import sys

from weft.mxnet.symbol._functions import fill

fill(sys.modules[__name__], ("_sparse_", ""))

__all__: list[str] = []
