"""Stochastic variance reduced gradients (Johnson and Zhang, 2013), as 1.x has them: a module whose
steps are corrected by the gradient of all data.

>>> from weft import mxnet as mx
>>> mx.contrib.svrg_optimization.SVRGModule.__mro__[1] is mx.mod.Module
True
"""

from weft.mxnet.contrib.svrg_optimization import svrg_module, svrg_optimizer
from weft.mxnet.contrib.svrg_optimization.svrg_module import SVRGModule

__all__ = ["SVRGModule", "svrg_module", "svrg_optimizer"]
__dir__ = __all__.copy
