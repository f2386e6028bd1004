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
    u, s, vh = svd(a)
    share = np.asarray(1e-15 if rtol is None else rtol, dtype=s.dtype)
    limit = share.reshape((*share.shape, 1)) * np.max(s, -1, keepdims=True)
    parts = np.where(s > limit, 1 / np.where(s > limit, s, 1), 0)
    scaled = np.swapaxes(vh, -1, -2) * parts.reshape((*parts.shape[:-1], 1, parts.shape[-1]))
    return np.matmul(scaled, np.swapaxes(u, -1, -2))


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
    """How many singular values are above a limit, `rtol` times the largest. No gradient."""
    array = np.asarray(M)
    if array.ndim < 2:
        return np.any(array != 0).astype("int64")
    share = max(array.shape[-2:]) * numpy.finfo(array.dtype).eps if rtol is None else rtol

    def count(matrix: ndarray, part: ndarray) -> ndarray:
        values = numpy.linalg.svd(matrix.asnumpy().astype("float64"), compute_uv=False)
        limit = values.max(-1, keepdims=True, initial=0) * part.asnumpy()[..., None]
        return np.array((values > limit).sum(-1).astype("int64"))

    parts = np.asarray(share, dtype=array.dtype)
    shape = numpy.broadcast_shapes(array.shape[:-2], parts.shape)
    found: ndarray = npx.callback(count, array, parts, result=Like(shape, numpy.dtype("int64")))
    return found


def cond(x: ArrayLike, p: Any = None) -> ndarray:
    """The condition number of matrices by a norm: the singular values by default."""
    if p in (None, 2, -2):
        values = svdvals(x)
        pair = values[..., 0], values[..., -1]
        return pair[1] / pair[0] if p == -2 else pair[0] / pair[1]
    return matrix_norm(x, p) * matrix_norm(inv(x), p)


def _of_singular_values(values: ndarray, ord: Any) -> ndarray:
    if ord == "nuc":
        return np.sum(values, -1)
    return np.max(values, -1) if ord == 2 else np.min(values, -1)


def _number_of(ord: Any) -> Any:
    """An order that may be written as "inf" or "-inf"."""
    return {"inf": numpy.inf, "-inf": -numpy.inf}.get(ord, ord) if isinstance(ord, str) else ord


def matrix_norm(
    x: ArrayLike, ord: Any = "fro", axis: Sequence[int] = (-2, -1), keepdims: bool = False
) -> ndarray:
    """The norm of matrices: "fro", "nuc", 1, 2, inf and their negatives.

    Raises ValueError for another order.
    """
    array, ord = np.asarray(x), _number_of(ord)
    if not isinstance(axis, list | tuple) or len(axis) != 2:
        raise InvalidValue(f"matrix_norm: `axis` must be two axes; got {axis}")
    rows, columns = (n % array.ndim for n in axis)
    if ord in (2, -2, "nuc"):
        found = _of_singular_values(svdvals(np.moveaxis(array, (rows, columns), (-2, -1))), ord)
        return np.expand_dims(found, tuple(sorted((rows, columns)))) if keepdims else found
    if ord in (None, "fro"):
        return np.sqrt(np.sum(array * array, (rows, columns), keepdims))
    if ord not in (1, -1, numpy.inf, -numpy.inf):
        raise InvalidValue(
            f"matrix_norm: `ord` must be 'fro', 'nuc', 1, 2, inf or their negatives; got {ord!r}"
        )
    summed, chosen = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = np.sum(np.abs(array), summed, True)
    found = np.max(sums, chosen, True) if ord > 0 else np.min(sums, chosen, True)
    return found if keepdims else np.squeeze(found, (rows, columns))


def vector_norm(
    x: ArrayLike, ord: Any = None, axis: _Axis = None, keepdims: bool = False
) -> ndarray:
    """The norm of vectors: the root of the sum of squares, or of another order."""
    array = np.asarray(x)
    if array.dtype.kind in "iub":
        array = array.astype("float32")
    ord = _number_of(ord)
    if isinstance(ord, str):
        raise InvalidValue(f"vector_norm: `ord` must be a number; got {ord!r}")
    if axis is None or isinstance(axis, list | tuple):
        # The axes become the first one: with `keepdims` that is what is kept.
        places = list(range(array.ndim)) if axis is None else [n % array.ndim for n in axis]
        rest = [n for n in range(array.ndim) if n not in places]
        array = np.transpose(array, [*places, *rest])
        array, axis = array.reshape((-1, *(array.shape[len(places) :]))), 0
    if ord == numpy.inf:
        return np.max(np.abs(array), axis, keepdims)
    if ord == -numpy.inf:
        return np.min(np.abs(array), axis, keepdims)
    if ord == 0:
        return np.sum((array != 0).astype(array.dtype), axis, keepdims)
    if ord in (None, 2):
        return np.linalg.norm(array, None, axis, keepdims)
    return np.power(np.sum(np.power(np.abs(array), ord), axis, keepdims), 1 / ord)


def norm(x: ArrayLike, ord: Any = None, axis: _Axis = None, keepdims: bool = False) -> ndarray:
    """The norm of vectors, or of matrices where `axis` names two axes or the array has two.

    Raises ValueError for orders that there are not.
    """
    array, ord = np.asarray(x), _number_of(ord)
    if ord is None and (axis is None or isinstance(axis, int) or len(axis) > 2):
        return np.linalg.norm(array, None, axis, keepdims)
    axes = tuple(range(array.ndim)) if axis is None else axis
    axes = (axes,) if isinstance(axes, int) else tuple(axes)
    if len(axes) == 1:
        return vector_norm(array, ord, axes[0], keepdims)
    if len(axes) != 2:
        raise InvalidValue(f"norm: `axis` must be one or two axes; got {axes}")
    return matrix_norm(array, ord, axes, keepdims)


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
