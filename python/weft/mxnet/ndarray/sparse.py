"""Sparse arrays of 1.x: `CSRNDArray`, a matrix by its elements that are not zero, and
`RowSparseNDArray`, an array by its rows that are not zero; and what makes them.

Operators compute with the whole array, and give the kind of sparse array that MXNet gives. Products
of a csr matrix read its elements alone, so that a wide matrix of LibSVM costs what it stores.

>>> from weft import mxnet as mx
>>> x = mx.nd.sparse.csr_matrix(([1.0, 2.0], [0, 2], [0, 1, 2]), shape=(2, 3))
>>> mx.nd.sparse.dot(x, mx.nd.ones((3, 2))).asnumpy()
array([[1., 1.],
       [2., 2.]], dtype=float32)
"""

from typing import TYPE_CHECKING, Any

from weft._base.errors import InvalidType
from weft.mxnet.ndarray import _arithmetic
from weft.mxnet.ndarray._functions import finder, names_behind
from weft.mxnet.ndarray._products import dot  # noqa: F401 - public here
from weft.mxnet.ndarray._sparse import (  # noqa: F401 - public here
    BaseSparseNDArray,
    CSRNDArray,
    RowSparseNDArray,
    array,
    cast_storage,
    csr_matrix,
    empty,
    row_sparse_array,
    zeros,
)


def retain(
    data: Any = None, indices: Any = None, out: Any = None, name: Any = None, **kwargs: Any
) -> Any:
    """The rows of a row_sparse array whose numbers are among `indices`, the others as zero."""
    for key in kwargs:
        raise InvalidType(f"retain: `{key}` is no argument; it accepts data, indices, out")
    if not isinstance(data, RowSparseNDArray):
        raise InvalidType(f"retain: `data` must be a RowSparseNDArray; got {type(data).__name__}")
    found = data.retain(indices)
    return found if out is None else found.copyto(out)


def _both(name: str) -> Any:
    dense = getattr(_arithmetic, name)

    def function(lhs: Any, rhs: Any) -> Any:
        return dense(lhs, rhs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`nd.{name}`, sparse where the result has zeros wherever the operands have."
    return function


add, subtract, multiply, divide = map(_both, ("add", "subtract", "multiply", "divide"))

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = finder("ndarray.sparse", ("",), globals())

_OWN = ("add", "array", "cast_storage", "csr_matrix", "divide", "dot", "empty", "multiply")
__all__: Any = sorted(
    {
        *_OWN,
        *names_behind(("",)),
        *("retain", "row_sparse_array", "subtract", "zeros"),
        *("BaseSparseNDArray", "CSRNDArray", "RowSparseNDArray"),
    }
)
__dir__ = __all__.copy
