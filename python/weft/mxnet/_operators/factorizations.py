"""Linear algebra of matrices: triangular products and solutions, Cholesky, LQ and eigenvalues,
inverses and determinants. The last two axes are the matrix, all others are batches.

LAPACK computes, as for `np.linalg`.
"""

from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted
from weft.np.linalg._factorizations import matrices, operator


def _turned(x: ndarray) -> ndarray:
    return np.swapaxes(x, -1, -2)


# ---- triangles -----------------------------------------------------------------------------------


def _triangle(a: ndarray, is_lower: Any, is_turned: Any) -> ndarray:
    """The triangle that an operator reads, transposed where it is asked for."""
    found = np.tril(a) if flag(is_lower) else np.triu(a)
    return _turned(found) if flag(is_turned) else found


@rules("_linalg_trmm", "linalg_trmm")
def _trmm(
    A: Array,
    B: Array,
    *,
    transpose: Any = False,
    rightside: Any = False,
    lower: Any = True,
    alpha: float = 1.0,
) -> ndarray:
    """The product of a triangular matrix and another one, times `alpha`."""
    factor = _triangle(A, lower, transpose)
    pair = (B, factor) if flag(rightside) else (factor, B)
    return np.matmul(*pair) * alpha


@rules("_linalg_trsm", "linalg_trsm")
def _trsm(
    A: Array,
    B: Array,
    *,
    transpose: Any = False,
    rightside: Any = False,
    lower: Any = True,
    alpha: float = 1.0,
) -> ndarray:
    """X of A X = alpha B for a triangular A; of X A = alpha B with `rightside`."""
    factor = _triangle(matrices("linalg.trsm", A), lower, transpose)
    solve = operator("solve")
    if flag(rightside):
        return _turned(solve(_turned(factor), _turned(B) * alpha))
    found: ndarray = solve(factor, B * alpha)
    return found


@rules("_linalg_potrf", "linalg_potrf")
def _potrf(A: Array, *, lower: Any = True) -> ndarray:
    """The triangular factor L of a symmetric positive matrix L Lᵀ."""
    found: ndarray = operator("cholesky")(matrices("linalg.potrf", A), upper=not flag(lower))
    return found


@rules("_linalg_potri", "linalg_potri")
def _potri(A: Array, *, lower: Any = True) -> ndarray:
    """The inverse of a symmetric positive matrix from its triangular factor."""
    inverse = operator("inv")(_triangle(matrices("linalg.potri", A), lower, not flag(lower)))
    return np.matmul(_turned(inverse), inverse)


def _places(extent: int, offset: int, is_lower: bool) -> numpy.ndarray:
    """Where the elements of a triangle are among all elements of a matrix: a lower one row by row,
    an upper one column by column."""
    is_below = is_lower if offset == 0 else offset < 0
    rows, columns = numpy.tril_indices(extent, -abs(offset))
    if not is_below:
        rows, columns = columns, rows
    return (rows * extent + columns).astype("int32")


@rules("_linalg_extracttrian", "linalg_extracttrian")
def _extract_triangle(A: Array, *, offset: int = 0, lower: Any = True) -> ndarray:
    """The elements of a triangle as one row: below the diagonal of a negative offset, above that of
    a positive one; `lower` decides for 0."""
    extent = A.shape[-1]
    places = _places(extent, int(offset), flag(lower))
    return np.take(A.reshape((*A.shape[:-2], extent * extent)), np.array(places), axis=-1)


@rules("_linalg_maketrian", "linalg_maketrian")
def _make_triangle(A: Array, *, offset: int = 0, lower: Any = True) -> ndarray:
    """A matrix with a triangle that is given as one row, and zeros elsewhere."""
    count = A.shape[-1]
    side = (int((8 * count + 1) ** 0.5) - 1) // 2
    if side * (side + 1) // 2 != count:
        raise InvalidValue(
            f"`A` must have as many elements as a triangle, 1, 3, 6, 10, ...; got {count}"
        )
    extent = side + abs(int(offset))
    from_ = numpy.full(extent * extent, count, "int32")
    from_[_places(extent, int(offset), flag(lower))] = numpy.arange(count)
    padded = np.concatenate([A, np.zeros((*A.shape[:-1], 1), A.dtype)], axis=-1)
    found = np.take(padded, np.array(from_), axis=-1)
    return found.reshape((*A.shape[:-1], extent, extent))


# ---- factorizations ------------------------------------------------------------------------------


@rules("_linalg_gelqf", "linalg_gelqf")
def _gelqf(A: Array) -> tuple[ndarray, ndarray]:
    """Q with orthonormal rows and a lower triangle L, whose product L Q is the matrix."""
    a = matrices("linalg.gelqf", A, is_square=False)
    if a.shape[-2] > a.shape[-1]:
        raise InvalidValue(f"`A` must not have more rows than columns; got shape {a.shape}")
    q, r = operator("qr")(_turned(a))
    return _turned(q), _turned(r)


@rules("_linalg_syevd", "linalg_syevd")
def _syevd(A: Array) -> tuple[ndarray, ndarray]:
    """U and L of a symmetric matrix Uᵀ diag(L) U: eigenvectors as rows, eigenvalues ascending."""
    values, vectors = operator("eigh")(matrices("linalg.syevd", A), upper=False)
    rows = _turned(vectors)
    # Of each vector and its opposite the one whose largest element is positive.
    place = np.argmax(np.abs(rows), axis=-1)
    largest = np.take_along_axis(rows, np.expand_dims(place, -1), axis=-1)
    return rows * np.where(largest < 0, -1.0, 1.0).astype(rows.dtype), values


# ---- inverse, determinant ------------------------------------------------------------------------


@rules("_linalg_inverse", "linalg_inverse", "_npi_inv")
def _inverse(A: Array) -> ndarray:
    found: ndarray = operator("inv")(matrices("linalg.inverse", A))
    return found


@rules("_linalg_det", "linalg_det", "_npi_det")
def _det(A: Array) -> ndarray:
    found: ndarray = operator("det")(matrices("linalg.det", A))
    return found


@rules("_linalg_slogdet", "linalg_slogdet", "_npi_slogdet")
def _slogdet(A: Array) -> tuple[ndarray, ndarray]:
    """The sign of the determinant, and the logarithm of its amount."""
    sign, logarithm = operator("slogdet")(matrices("linalg.slogdet", A))
    return sign, logarithm


counted(
    tuple(
        f"{prefix}_{name}"
        for name in ("gelqf", "syevd", "slogdet")
        for prefix in ("_linalg", "linalg")
    ),
    2,
)
counted(("_npi_slogdet",), 2)
