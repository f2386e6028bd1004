"""What tests of networks need: numbers that are close, and layers that are right in every way of
running them.

>>> from weft import np, testing
>>> testing.assert_close(np.array([1.0, 2.0]), [1.0, 2.0 + 1e-7], check_dtype=False)
"""

from weft.autograd import check_gradient
from weft.testing._close import assert_close
from weft.testing._layers import check_layer

__all__ = ["assert_close", "check_gradient", "check_layer"]
__dir__ = __all__.copy
