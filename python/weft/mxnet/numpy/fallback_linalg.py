"""Functions of linear algebra that MXNet left to NumPy: here they are Weft's.

>>> from weft.mxnet import np
>>> np.fallback_linalg.matrix_power(np.array([[1.0, 1.0], [0.0, 1.0]]), 3).tolist()
[[1.0, 3.0], [0.0, 1.0]]
"""

from weft.mxnet.numpy.linalg import cond, matrix_power, multi_dot

__all__ = ["cond", "matrix_power", "multi_dot"]
__dir__ = __all__.copy
