"""Linear algebra as `mx.np.linalg` has it: factorizations, solutions, norms, with gradients.

>>> from weft import mxnet as mx
>>> a = mx.np.array([[2.0, 0.0], [0.0, 4.0]])
>>> mx.np.linalg.inv(a).tolist()
[[0.5, 0.0], [0.0, 0.25]]
"""

from collections.abc import Sequence
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft.mxnet._made import Like
from weft.np.linalg import (
    EighResult,
    QRResult,
    SVDResult,
    det,
    inv,
    matrix_power,
    multi_dot,
    slogdet,
    svdvals,
    tensorinv,
    tensorsolve,
)
from weft.np.linalg._factorizations import matrices, operator

_Axis = Any


# ---- factorizations ------------------------------------------------------------------------------


def cholesky(a: ArrayLike, upper: bool = False) -> ndarray:
    """The triangular factor L of a symmetric positive matrix L Lᵀ; with `upper` its transpose.

    Raises ValueError for matrices that are not positive.
    """
    found: ndarray = operator("cholesky")(matrices("cholesky", a), upper=upper)
    return found


def svd(a: ArrayLike) -> SVDResult:
    """U, S and Vh of U diag(S) Vh: singular vectors, and values in descending order."""
    return SVDResult(*operator("svd")(matrices("svd", a, is_square=False)))


def qr(a: ArrayLike, mode: str = "reduced") -> QRResult:
    """Q and R of Q R: orthogonal columns, and an upper triangle.

    Raises NotImplementedError for another mode.
    """
    if mode not in (None, "reduced"):
        raise NotImplementedError(f"qr: `mode` must be 'reduced'; got {mode!r}")
    return QRResult(*operator("qr")(matrices("qr", a, is_square=False)))


def eigh(a: ArrayLike, upper: bool = False) -> EighResult:
    """Eigenvalues in ascending order, and eigenvectors, of symmetric matrices.

    upper: reads the upper triangle instead of the lower one
    """
    return EighResult(*operator("eigh")(matrices("eigh", a), upper=_is_upper(upper)))


def _is_upper(upper: Any) -> bool:
    return upper == "U" if isinstance(upper, str) else bool(upper)


def eigvalsh(a: ArrayLike, upper: bool = False) -> ndarray:
    """The eigenvalues of symmetric matrices in ascending order."""
    return eigh(a, upper).eigenvalues


def eig(a: ArrayLike) -> tuple[ndarray, ndarray]:
    """The real parts of eigenvalues and eigenvectors of square matrices."""
    values, vectors = operator("eig")(matrices("eig", a))
    return np.real(values), np.real(vectors)


def eigvals(a: ArrayLike) -> ndarray:
    """The real parts of the eigenvalues of square matrices."""
    return eig(a)[0]


# ---- inverses and solutions ----------------------------------------------------------------------


def pinv(a: ArrayLike, rtol: Any = None, hermitian: bool = False) -> ndarray:
    """The inverse of Moore and Penrose.

    rtol: singular values below this share of the largest count as 0; 1e-15 by default
    """
    if hermitian:
        raise NotImplementedError("pinv: `hermitian` must be False")
    return np.linalg.pinv(a, rtol=1e-15 if rtol is None else rtol)


def solve(a: ArrayLike, b: ArrayLike) -> ndarray:
    """x of a x = b, for square matrices `a` and vectors or matrices `b`."""
    left, right = matrices("solve", a), np.asarray(b)
    is_vector = right.ndim == left.ndim - 1
    if is_vector:
        right = right.reshape((*right.shape, 1))
    batch = np.broadcast_to(right, (*left.shape[:-2], *right.shape[-2:]))
    found: ndarray = operator("solve")(left, right if batch.shape == right.shape else batch)
    return found[..., 0] if is_vector else found


def lstsq(a: ArrayLike, b: ArrayLike, rcond: Any = "warn") -> tuple[ndarray, ...]:
    """The solution of least squares of a x = b, the squared rests, the rank and the singular values
    of `a`. No gradient."""
    left, right = matrices("lstsq", a, is_square=False), np.asarray(b)
    limit = -1 if rcond == "warn" else rcond
    kinds = (left.dtype, left.dtype, numpy.dtype("int64"), left.dtype)

    def solved(first: ndarray, second: ndarray) -> tuple[ndarray, ...]:
        found = numpy.linalg.lstsq(first.asnumpy(), second.asnumpy(), limit)
        return tuple(
            np.array(numpy.asarray(one, kind)) for one, kind in zip(found, kinds, strict=True)
        )

    if not native.is_traced(left) and not native.is_traced(right):
        return solved(left, right)
    rows, columns = left.shape
    rests = right.shape[1:] or (1,)
    shapes = (
        (columns, *right.shape[1:]),
        rests if rows > columns else (0,),
        (),
        (min(rows, columns),),
    )
    likes = [Like(shape, kind) for shape, kind in zip(shapes, kinds, strict=True)]
    return tuple(npx.callback(solved, left, right, result=likes))


# ---- numbers of matrices -------------------------------------------------------------------------


def matrix_rank(M: ArrayLike, rtol: Any = None, hermitian: bool = False) -> ndarray:  # noqa: N803
    """How many singular values are above a limit. No gradient.

    rtol: the limit itself, as MXNet has it; by default max(M, N) epsilons times the largest value
    """
    return np.linalg.matrix_rank(M, tol=rtol)


def cond(x: ArrayLike, p: Any = None) -> ndarray:
    """The condition number of matrices by a norm: the singular values by default."""
    return np.linalg.cond(x, _number_of(p))


def _number_of(ord: Any) -> Any:
    """An order that may be written as "inf" or "-inf"."""
    return {"inf": numpy.inf, "-inf": -numpy.inf}.get(ord, ord) if isinstance(ord, str) else ord


def matrix_norm(
    x: ArrayLike, ord: Any = "fro", axis: Sequence[int] = (-2, -1), keepdims: bool = False
) -> ndarray:
    """The norm of matrices: "fro", "nuc", 1, 2, inf and their negatives.

    Raises ValueError for another order.
    """
    return np.linalg.matrix_norm(x, ord=_number_of(ord), axis=axis, keepdims=keepdims)


def vector_norm(
    x: ArrayLike, ord: Any = None, axis: _Axis = None, keepdims: bool = False
) -> ndarray:
    """The norm of vectors: the root of the sum of squares, or of another order."""
    ord = 2 if ord is None else _number_of(ord)
    return np.linalg.vector_norm(x, ord=ord, axis=axis, keepdims=keepdims)


def norm(x: ArrayLike, ord: Any = None, axis: _Axis = None, keepdims: bool = False) -> ndarray:
    """The norm of vectors, or of matrices where `axis` names two axes or the array has two.

    Raises ValueError for orders that there are not.
    """
    return np.linalg.norm(x, _number_of(ord), axis, keepdims)


# ---- products and views, of which `mx.np` has most, too ------------------------------------------


def cross(a: ArrayLike, b: ArrayLike, axis: int = -1) -> ndarray:
    """The vector product along an axis."""
    return np.cross(a, b, axis=axis)


def diagonal(a: ArrayLike, offset: int = 0) -> ndarray:
    """The diagonals of matrices, the last two axes."""
    return np.diagonal(a, offset, -2, -1)


def trace(a: ArrayLike, offset: int = 0) -> ndarray:
    """The sums of the diagonals of matrices, the last two axes."""
    return np.trace(a, offset, -2, -1)


def outer(a: ArrayLike, b: ArrayLike) -> ndarray:
    """All products of the elements of two vectors."""
    return np.outer(a, b)


def tensordot(a: ArrayLike, b: ArrayLike, axes: Any = 2) -> ndarray:
    """Products summed over axes."""
    return np.tensordot(a, b, axes)


def vecdot(a: ArrayLike, b: ArrayLike, axis: int | None = None) -> ndarray:
    """Products of vectors along an axis, the last one by default."""
    return np.sum(np.multiply(a, b), -1 if axis is None else axis)


def matrix_transpose(a: ArrayLike) -> ndarray:
    """Matrices with their two axes exchanged."""
    if np.ndim(a) < 2:
        raise InvalidValue(f"matrix_transpose: `a` must have two axes or more; got {np.ndim(a)}")
    return np.swapaxes(a, -1, -2)


__all__ = [
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "lstsq",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "tensordot",
    "tensorinv",
    "tensorsolve",
    "trace",
    "vecdot",
    "vector_norm",
]
__dir__ = __all__.copy
