"""Operators of matrices: `mx.nd.linalg.gemm2` is the operator `_linalg_gemm2`."""

from typing import TYPE_CHECKING, Any

from weft.mxnet.ndarray._functions import finder, names_behind

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = finder("ndarray.linalg", ("_linalg_",), globals())

__all__: Any = names_behind(("_linalg_",))
__dir__ = __all__.copy
