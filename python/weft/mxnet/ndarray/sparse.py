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

from weft import np, npx
from weft._base.errors import InvalidType
from weft._core.typing import ndarray
from weft.mxnet.ndarray import _arithmetic
from weft.mxnet.ndarray._array import plain, shaped
from weft.mxnet.ndarray._functions import finder, function_of, names_behind, written
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


def dot(
    lhs: Any,
    rhs: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: str | None = None,
    out: Any = None,
    name: Any = None,
) -> Any:
    """The product of two arrays, of which the first, or the second, may be a csr matrix.

    A transposed csr matrix times an array is row_sparse, unless `forward_stype` says another.
    """
    if isinstance(lhs, CSRNDArray) and not isinstance(rhs, BaseSparseNDArray):
        other = plain(rhs)
        found = shaped(_csr_times(lhs, other.T if transpose_b else other, bool(transpose_a)))
        stype = forward_stype or ("row_sparse" if transpose_a and other.ndim > 1 else "default")
    else:
        full = function_of("dot", "dot")
        found = full(_dense(lhs), _dense(rhs), bool(transpose_a), bool(transpose_b))
        stype = forward_stype or "default"
        if isinstance(rhs, CSRNDArray) and not isinstance(lhs, BaseSparseNDArray):
            stype = forward_stype or "csr"
    found = found if stype == "default" else cast_storage(found, stype)
    if out is None:
        return found
    return found.copyto(out) if isinstance(found, BaseSparseNDArray) else written(found, out)


def _dense(value: Any) -> Any:
    return value.todense() if isinstance(value, BaseSparseNDArray) else value


def _csr_times(matrix: CSRNDArray, other: ndarray, is_transposed: bool) -> ndarray:
    """Each stored element times the row of `other` that it meets, added up by rows."""
    rows, columns = matrix.row_numbers(), matrix.columns()
    if is_transposed:
        rows, columns = columns, rows
    wanted = matrix.shape[1] if is_transposed else matrix.shape[0]
    values = plain(matrix.data)
    is_vector = other.ndim == 1
    table = other.reshape((-1, 1)) if is_vector else other
    met = npx.embedding(columns, table, True) * values.reshape((-1, 1))
    zeros_ = np.zeros((wanted, table.shape[1]), met.dtype)
    found = npx.index_add(zeros_, rows.reshape((1, -1)), met)
    return found.reshape((-1,)) if is_vector else found


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
