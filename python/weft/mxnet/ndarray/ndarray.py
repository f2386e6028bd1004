"""The array of 1.x and what makes it, where MXNet has them: `mxnet.ndarray.ndarray`."""

from typing import Any

from weft.mxnet.ndarray import _arithmetic, _creation
from weft.mxnet.ndarray._arithmetic import *  # noqa: F403
from weft.mxnet.ndarray._array import NDArray
from weft.mxnet.ndarray._creation import *  # noqa: F403
from weft.npx import waitall

py_slice = slice
# How an array is stored, and the number that stands for it in attributes of variables.
_STORAGE_TYPE_STR_TO_ID = {"undefined": -1, "default": 0, "row_sparse": 1, "csr": 2}

__all__: Any = [*_arithmetic.__all__, *_creation.__all__, "NDArray", "waitall"]
__dir__ = __all__.copy
