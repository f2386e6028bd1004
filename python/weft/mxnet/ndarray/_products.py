"""`nd.dot`: products of arrays and of csr matrices, of which the stored elements alone are read."""

from typing import Any

from weft import np, npx
from weft._core.typing import ndarray
from weft.mxnet.ndarray._array import NDArray, plain, shaped
from weft.mxnet.ndarray._functions import function_of, written
from weft.mxnet.ndarray._sparse import BaseSparseNDArray, CSRNDArray, cast_storage


def dot(
    lhs: Any,
    rhs: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: str | None = None,
    out: Any = None,
    name: Any = None,
) -> Any:
    """Sums of products over the last axis of `lhs` and the first of `rhs`; both may be sparse.

    A transposed csr matrix times an array is row_sparse, unless `forward_stype` says another.
    """
    if (
        type(lhs) is NDArray
        and type(rhs) is NDArray
        and rhs.ndim <= 2
        and not (transpose_a or transpose_b or forward_stype)
        and out is None
    ):
        product = np.dot(lhs, rhs)
        return product if product.ndim else shaped(product)
    is_read_by_elements = isinstance(lhs, CSRNDArray) and lhs._whole is None
    if is_read_by_elements and not isinstance(rhs, BaseSparseNDArray):
        other = plain(rhs)
        found = shaped(_csr_times(lhs, other.T if transpose_b else other, bool(transpose_a)))
        stype = forward_stype or ("row_sparse" if transpose_a and other.ndim > 1 else "default")
    else:
        full = function_of("dot", "dot")
        found = full(_dense(lhs), _dense(rhs), bool(transpose_a), bool(transpose_b))
        stype = forward_stype or "default"
        if isinstance(lhs, CSRNDArray) and transpose_a and found.ndim > 1:
            stype = forward_stype or "row_sparse"
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


__all__ = ["dot"]
