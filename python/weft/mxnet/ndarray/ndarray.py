"""The array of 1.x and what makes it, where MXNet has them: `mxnet.ndarray.ndarray`."""

from typing import Any

from weft.mxnet.ndarray import _arithmetic, _creation
from weft.mxnet.ndarray._arithmetic import *  # noqa: F403
from weft.mxnet.ndarray._array import NDArray
from weft.mxnet.ndarray._creation import *  # noqa: F403
from weft.npx import waitall

py_slice = slice

__all__: Any = [*_arithmetic.__all__, *_creation.__all__, "NDArray", "waitall"]
__dir__ = __all__.copy
