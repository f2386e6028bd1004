"""Products of matrices and tensors."""

from typing import Any

from weft import np
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag, ints
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import is_np_shape


@rules("dot")
def _dot(
    lhs: Array,
    rhs: Array,
    *,
    transpose_a: Any = False,
    transpose_b: Any = False,
    forward_stype: Any = None,
    _: Any,
) -> ndarray:
    """Sums over the last axis of the first array and the first of the second; the other ends where
    they are transposed."""
    here = 0 if flag(transpose_a) else lhs.ndim - 1
    there = rhs.ndim - 1 if flag(transpose_b) else 0
    found = np.tensordot(lhs, rhs, ((here,), (there,)))
    return found.reshape((1,)) if found.ndim == 0 and not is_np_shape(_) else found


def _turned(x: ndarray, is_turned: Any) -> ndarray:
    return np.swapaxes(x, -1, -2) if flag(is_turned) else x


@rules("batch_dot", "_npx_batch_dot")
def _batch_dot(
    lhs: Array,
    rhs: Array,
    *,
    transpose_a: Any = False,
    transpose_b: Any = False,
    forward_stype: Any = None,
) -> ndarray:
    return np.matmul(_turned(lhs, transpose_a), _turned(rhs, transpose_b))


@rules("_npi_matmul", "_np_matmul")
def _matmul(a: Array, b: Array) -> ndarray:
    return np.matmul(a, b)


@rules("_np_dot", "_npi_dot")
def _np_dot(a: Array, b: Array) -> ndarray:
    return np.dot(a, b)


@rules("_npi_tensordot")
def _tensordot(a: Array, b: Array, *, a_axes_summed: Any, b_axes_summed: Any) -> ndarray:
    axes = ints(a_axes_summed, "a_axes_summed"), ints(b_axes_summed, "b_axes_summed")
    return np.tensordot(a, b, axes)


@rules("_npi_tensordot_int_axes")
def _tensordot_of(a: Array, b: Array, *, axes: int) -> ndarray:
    return np.tensordot(a, b, int(axes))


@rules("_npi_einsum")
def _einsum(*data: Array, subscripts: str, optimize: Any = 0) -> ndarray:
    return np.einsum(subscripts, *data)


@rules("_npi_kron")
def _kron(a: Array, b: Array) -> ndarray:
    rank = max(a.ndim, b.ndim)
    a, b = (x.reshape((*(1,) * (rank - x.ndim), *x.shape)) for x in (a, b))
    shape = tuple(m * n for m, n in zip(a.shape, b.shape, strict=True))
    wide = a.reshape([n for extent in a.shape for n in (extent, 1)])
    near = b.reshape([n for extent in b.shape for n in (1, extent)])
    return (wide * near).reshape(shape)


@rules("_linalg_gemm", "linalg_gemm")
def _gemm(
    A: Array,
    B: Array,
    C: Array,
    *,
    transpose_a: Any = False,
    transpose_b: Any = False,
    alpha: float = 1.0,
    beta: float = 1.0,
    axis: int = -2,
) -> ndarray:
    if axis != -2:
        A, B, C = (np.moveaxis(x, axis, -2) for x in (A, B, C))
    found = np.matmul(_turned(A, transpose_a), _turned(B, transpose_b)) * alpha
    found = found + C * beta if beta else found  # with 0, MXNet does not read C
    return found if axis == -2 else np.moveaxis(found, -2, axis)


@rules("_linalg_gemm2", "linalg_gemm2")
def _gemm2(
    A: Array,
    B: Array,
    *,
    transpose_a: Any = False,
    transpose_b: Any = False,
    alpha: float = 1.0,
    axis: int = -2,
) -> ndarray:
    if axis != -2:
        A, B = (np.moveaxis(x, axis, -2) for x in (A, B))
    found = np.matmul(_turned(A, transpose_a), _turned(B, transpose_b)) * alpha
    return found if axis == -2 else np.moveaxis(found, -2, axis)


@rules("_linalg_syrk", "linalg_syrk")
def _syrk(A: Array, *, transpose: Any = False, alpha: float = 1.0) -> ndarray:
    left, right = _turned(A, transpose), _turned(A, not flag(transpose))
    return np.matmul(left, right) * alpha


@rules("_linalg_extractdiag", "linalg_extractdiag")
def _extract_diagonal(A: Array, *, offset: int = 0) -> ndarray:
    return np.diagonal(A, int(offset), -2, -1)


@rules("_linalg_sumlogdiag", "linalg_sumlogdiag")
def _sum_log_diagonal(A: Array) -> ndarray:
    return np.sum(np.log(np.diagonal(A, 0, -2, -1)), axis=-1)


@rules("_linalg_makediag", "linalg_makediag")
def _make_diagonal(A: Array, *, offset: int = 0) -> ndarray:
    extent = A.shape[-1] + abs(int(offset))
    rows = np.arange(extent, dtype="int32").reshape((-1, 1))
    columns = np.arange(extent, dtype="int32").reshape((1, -1))
    margin = (-min(int(offset), 0), 0) if offset < 0 else (0, int(offset))
    # An element stands in the row of its number, below the first rows that the offset skips.
    padded = np.pad(A, [*[(0, 0)] * (A.ndim - 1), margin])
    return np.where(columns - rows == int(offset), np.expand_dims(padded, -1), 0)


@rules("khatri_rao")
def _khatri_rao(*args: Array) -> ndarray:
    """The Kronecker product of columns."""
    found = args[0]
    for x in args[1:]:
        found = (np.expand_dims(found, 1) * np.expand_dims(x, 0)).reshape((-1, found.shape[1]))
    return found
