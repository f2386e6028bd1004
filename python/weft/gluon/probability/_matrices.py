"""Factors of symmetric matrices in the last two axes, made of operators: they differentiate, trace,
broadcast, and are in files that run without Python, which LAPACK's are not. A matrix that is not
positive definite gives NaN, as a graph needs it. One step a column, for matrices of some tens of
rows.
"""

from weft import np
from weft._core.typing import ndarray


def cholesky(a: ndarray) -> ndarray:
    """The lower triangular L with L @ L.T = a; NaN from the first pivot on that is not positive."""
    size, columns = a.shape[-1], []
    for j in range(size):
        rest = a[..., j:, j]
        if columns:
            known = np.stack(columns, axis=-1)[..., j:, :]
            rest = rest - (known * known[..., :1, :]).sum(axis=-1)
        column = rest / np.sqrt(rest[..., :1])
        columns.append(np.concatenate([np.zeros_like(a[..., :j, j]), column], axis=-1))
    return np.stack(columns, axis=-1)


def pivots(a: ndarray) -> ndarray:
    """Positive numbers where a symmetric matrix is positive definite; else one at least is not."""
    return np.diagonal(cholesky(a), axis1=-2, axis2=-1)


def solve_lower(lower: ndarray, b: ndarray) -> ndarray:
    """x with lower @ x = b, by forward substitution.

    lower: (..., N, N), zero above the diagonal; b: (..., N, M); the leading axes broadcast
    """
    rows: list[ndarray] = []
    for i in range(lower.shape[-1]):
        rest = b[..., i, :]
        if rows:
            known = np.stack(rows, axis=-2)
            rest = rest - (np.expand_dims(lower[..., i, :i], -1) * known).sum(axis=-2)
        rows.append(rest / lower[..., i, i : i + 1])
    return np.stack(rows, axis=-2)


def transposed(a: ndarray) -> ndarray:
    return np.swapaxes(a, -1, -2)


def inverse_of_product(lower: ndarray) -> ndarray:
    """The inverse of lower @ lower.T."""
    half = solve_lower(lower, np.eye(lower.shape[-1], dtype=lower.dtype))
    return np.matmul(transposed(half), half)


def lower_of_inverse(a: ndarray) -> ndarray:
    """The lower triangular factor of the inverse of a positive definite matrix."""
    # With rows and columns in reverse order a = U @ U.T, U upper, so that a⁻¹ = U⁻ᵀ @ U⁻¹.
    upper = np.flip(cholesky(np.flip(a, (-2, -1))), (-2, -1))
    return solve_lower(transposed(upper), np.eye(a.shape[-1], dtype=a.dtype))


def log_diagonal(lower: ndarray) -> ndarray:
    """The logarithm of the product of the diagonal."""
    return np.log(np.diagonal(lower, axis1=-2, axis2=-1)).sum(axis=-1)
