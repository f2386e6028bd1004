"""`mx.nd`, the arrays of 1.x and their functions: one a operator of MXNet's table.

>>> from weft import mxnet as mx
>>> x = mx.nd.array([[1, 2], [3, 4]])
>>> mx.nd.dot(x, x.T).asnumpy()
array([[ 5., 11.],
       [11., 25.]], dtype=float32)
"""

import importlib
from typing import TYPE_CHECKING, Any

from weft.mxnet.ndarray import _methods  # noqa: F401 - arrays get the methods that are operators
from weft.mxnet.ndarray._arithmetic import *  # noqa: F403
from weft.mxnet.ndarray._arithmetic import __all__ as _arithmetic_names
from weft.mxnet.ndarray._array import NDArray  # noqa: F401 - public here
from weft.mxnet.ndarray._creation import *  # noqa: F403
from weft.mxnet.ndarray._creation import __all__ as _creation_names
from weft.mxnet.ndarray._files import load, load_frombuffer, save  # noqa: F401 - public here
from weft.mxnet.ndarray._functions import finder as _finder
from weft.mxnet.ndarray._functions import names_behind as _names_behind
from weft.mxnet.ndarray._products import dot  # noqa: F401 - public here
from weft.npx import waitall  # noqa: F401 - public here

_MODULES = ("_internal", "contrib", "image", "linalg", "op", "random", "sparse")
_SPARSE = ("BaseSparseNDArray", "CSRNDArray", "RowSparseNDArray", "cast_storage")

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    _find = _finder("ndarray", ("",), globals())

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return importlib.import_module(f"weft.mxnet.ndarray.{name}")
        if name in _SPARSE:
            return getattr(importlib.import_module("weft.mxnet.ndarray.sparse"), name)
        return _find(name)


__all__: Any = sorted(
    {
        *_arithmetic_names,
        *_creation_names,
        *_names_behind(("",)),
        *_SPARSE,
        "NDArray",
        "contrib",
        "image",
        "linalg",
        "load",
        "load_frombuffer",
        "op",
        "random",
        "save",
        "sparse",
        "waitall",
    }
)
__dir__ = __all__.copy
