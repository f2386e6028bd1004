"""`mx.nd`, the arrays of 1.x and their functions: one a operator of MXNet's table.

>>> from weft import mxnet as mx
>>> x = mx.nd.array([[1, 2], [3, 4]])
>>> mx.nd.dot(x, x.T).asnumpy()
array([[ 5., 11.],
       [11., 25.]], dtype=float32)
"""

from typing import TYPE_CHECKING, Any

from weft._base.spelling import public_module as _public_module
from weft.mxnet.ndarray import (  # noqa: F401 - public here; `_methods` adds those of arrays
    _internal,
    _methods,
    contrib,
    image,
    linalg,
    ndarray,
    op,
    random,
    sparse,
)
from weft.mxnet.ndarray._arithmetic import *  # noqa: F403
from weft.mxnet.ndarray._arithmetic import __all__ as _arithmetic_names
from weft.mxnet.ndarray._array import NDArray  # noqa: F401 - public here
from weft.mxnet.ndarray._creation import *  # noqa: F403
from weft.mxnet.ndarray._creation import __all__ as _creation_names
from weft.mxnet.ndarray._files import load, load_frombuffer, save  # noqa: F401 - public here
from weft.mxnet.ndarray._functions import finder as _finder
from weft.mxnet.ndarray._functions import names_behind as _names_behind
from weft.mxnet.ndarray._products import dot  # noqa: F401 - public here
from weft.mxnet.ndarray._sparse import (  # noqa: F401 - public here
    BaseSparseNDArray,
    CSRNDArray,
    RowSparseNDArray,
    cast_storage,
)
from weft.npx import waitall  # noqa: F401 - public here

_SPARSE = ("BaseSparseNDArray", "CSRNDArray", "RowSparseNDArray", "cast_storage")

# `F` of a `hybrid_forward` is this module or `mx.sym`: both have 2.0's functions, too.
_NUMPY = {
    **dict.fromkeys(("np", "numpy"), "mxnet.numpy"),
    **dict.fromkeys(("npx", "numpy_extension"), "mxnet.numpy_extension"),
}
# What modules have that are built on this one.
_BEYOND = {"CachedOp": "mxnet.symbol", "Custom": "mxnet.operator"}
_find = _finder("ndarray", ("",), globals())

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name

    def __getattr__(name: str) -> Any:
        if name in _BEYOND:
            return getattr(_public_module(_BEYOND[name]), name)
        return _public_module(_NUMPY[name]) if name in _NUMPY else _find(name)


__all__: Any = sorted(
    {
        *_arithmetic_names,
        *_creation_names,
        *_names_behind(("",)),
        *_SPARSE,
        "CachedOp",
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
