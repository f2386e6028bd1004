"""Executors: a symbol on arrays, made by `bind` and `simple_bind` of symbols.

>>> from weft import mxnet as mx
>>> run = (mx.sym.Variable("x") * 2).simple_bind(x=(2,))
>>> isinstance(run, mx.executor.Executor)
True
"""

from weft.mxnet.symbol._executor import Executor

__all__ = ["Executor"]
__dir__ = __all__.copy
