"""Factorizations, solutions, inverses, determinants and powers of matrices."""

import operator as _python
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._arguments import array_of, written
from weft.np.linalg._factorizations import LinAlgError, matrices, operator


class EigResult(NamedTuple):
    """What `eig` gives.

    >>> from weft import np
    >>> found = np.linalg.eig(np.array([[2.0, 0.0], [0.0, 1.0]]))
    >>> sorted(float(value.real) for value in found.eigenvalues)
    [1.0, 2.0]
    """

    eigenvalues: ndarray
    eigenvectors: ndarray


class EighResult(NamedTuple):
    """What `eigh` gives.

    >>> from weft import np
    >>> found = np.linalg.eigh(np.array([[2.0, 0.0], [0.0, 1.0]]))
    >>> found.eigenvalues
    array([1., 2.])
    """

    eigenvalues: ndarray
    eigenvectors: ndarray


class QRResult(NamedTuple):
    """What `qr` gives.

    >>> from weft import np
    >>> x = np.array([[3.0, 1.0], [4.0, 2.0]])
    >>> found = np.linalg.qr(x)
    >>> bool(np.allclose(found.Q @ found.R, x, atol=1e-5))
    True
    """

    Q: ndarray
    R: ndarray


class SlogdetResult(NamedTuple):
    """What `slogdet` gives.

    >>> from weft import np
    >>> found = np.linalg.slogdet(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> float(found.sign), float(found.logabsdet)
    (-1.0, 0.0)
    """

    sign: ndarray
    logabsdet: ndarray


class SVDResult(NamedTuple):
    """What `svd` gives.

    >>> from weft import np
    >>> np.linalg.svd(np.array([[3.0, 0.0], [0.0, 2.0]])).S
    array([3., 2.])
    """

    U: ndarray
    S: ndarray
    Vh: ndarray


def adjoint(a: ndarray) -> ndarray:
    """Matrices transposed and conjugated."""
    return _ops.conj(_ops.swapaxes(a, -1, -2))


# ---- factorizations ------------------------------------------------------------------------------


def cholesky(a: ArrayLike, /, *, upper: bool = False) -> ndarray:
    """The lower triangle L of a symmetric positive matrix L Lᴴ; with `upper` its adjoint.

    a: (..., N, N), real or complex; only the lower triangle is read, with `upper` the upper one.
    Raises LinAlgError for matrices that are not positive.

    >>> cholesky([[4.0, 2.0], [2.0, 5.0]])
    array([[2., 0.],
           [1., 2.]])
    """
    found: ndarray = operator("cholesky")(matrices("cholesky", a), upper=upper)
    return found


def svd(
    a: ArrayLike, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """U, S and Vh of U diag(S) Vh: singular vectors, and values in descending order.

    a: (..., M, N); full_matrices: U and Vh are square, which has a gradient for square matrices
    alone; compute_uv: False gives S alone; hermitian: taken, and not needed

    >>> svd([[3.0, 0.0], [0.0, 4.0]]).S
    array([4., 3.])
    """
    array = matrices("svd", a, is_square=False)
    if not compute_uv:
        return svdvals(array)
    is_whole = full_matrices and array.shape[-1] != array.shape[-2]
    return SVDResult(*operator("svd_whole" if is_whole else "svd")(array))


def svdvals(x: ArrayLike, /) -> ndarray:
    """The singular values in descending order.

    >>> svdvals([[3.0, 0.0], [0.0, 4.0]])
    array([4., 3.])
    """
    found: ndarray = operator("svd")(matrices("svdvals", x, is_square=False))[1]
    return found


def qr(a: ArrayLike, mode: str = "reduced") -> Any:
    """Q and R of Q R: orthogonal columns, and an upper triangle.

    mode: "reduced"; "complete", a square Q, which has a gradient for square matrices alone; or "r",
    R alone. Raises ValueError for another mode.

    >>> qr([[0.0, 1.0], [2.0, 0.0]]).R.shape
    (2, 2)
    """
    array = matrices("qr", a, is_square=False)
    if mode not in ("reduced", "complete", "r"):
        raise InvalidValue(f"qr: `mode` must be 'reduced', 'complete' or 'r'; got {mode!r}")
    is_whole = mode == "complete" and array.shape[-1] != array.shape[-2]
    found = QRResult(*operator("qr_whole" if is_whole else "qr")(array))
    return found.R if mode == "r" else found


def eigh(a: ArrayLike, UPLO: str = "L") -> EighResult:  # noqa: N803 - NumPy's word
    """Eigenvalues in ascending order, and eigenvectors, of symmetric or Hermitian matrices.

    UPLO: "L" reads the lower triangle, "U" the upper one

    >>> eigh([[2.0, 0.0], [0.0, 1.0]]).eigenvalues
    array([1., 2.])
    """
    if UPLO not in ("L", "U", "l", "u"):
        raise InvalidValue(f"eigh: `UPLO` must be 'L' or 'U'; got {UPLO!r}")
    return EighResult(*operator("eigh")(matrices("eigh", a), upper=UPLO in "Uu"))


def eigvalsh(a: ArrayLike, UPLO: str = "L") -> ndarray:  # noqa: N803 - NumPy's word
    """The eigenvalues of symmetric or Hermitian matrices in ascending order.

    >>> eigvalsh([[2.0, 0.0], [0.0, 1.0]])
    array([1., 2.])
    """
    return eigh(a, UPLO).eigenvalues


def eig(a: ArrayLike) -> EigResult:
    """Eigenvalues and eigenvectors of square matrices; complex, also where all parts are real.

    >>> eig([[0.0, 1.0], [-1.0, 0.0]]).eigenvalues.imag.tolist()
    [1.0, -1.0]
    """
    return EigResult(*operator("eig")(matrices("eig", a)))


def eigvals(a: ArrayLike) -> ndarray:
    """The eigenvalues of square matrices; complex, also where all are real.

    >>> eigvals([[2.0]]).tolist()
    [(2+0j)]
    """
    return eig(a).eigenvalues


# ---- inverses and solutions ----------------------------------------------------------------------


def inv(a: ArrayLike) -> ndarray:
    """The inverse of square matrices. Raises LinAlgError where there is none.

    >>> inv([[2.0, 0.0], [0.0, 4.0]])
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    found: ndarray = operator("inv")(matrices("inv", a))
    return found


def pinv(a: ArrayLike, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> ndarray:
    """The inverse of Moore and Penrose.

    rtol, rcond: singular values below this share of the largest count as 0; max(M, N) epsilons
    unless given; hermitian: taken, and not needed

    >>> pinv([[2.0], [0.0]])
    array([[0.5, 0. ]])
    """
    array = matrices("pinv", a, is_square=False)
    if 0 in array.shape[-2:]:
        turned = array if array.dtype.kind not in "iub" else array.astype("float32")
        return adjoint(turned).copy()
    u, s, vh = svd(array, full_matrices=False)
    given = rtol if rcond is None else rcond
    if given is None:
        given = max(u.shape[-2], vh.shape[-1]) * float(numpy.finfo(s.dtype).eps)
    share = array_of(given).astype(s.dtype)
    limit = share.reshape((*share.shape, 1)) * _ops.max(s, -1, True)
    is_large = s > limit
    parts = _ops.where(is_large, 1 / _ops.where(is_large, s, 1.0), 0.0)
    scaled = adjoint(vh) * parts.reshape((*parts.shape[:-1], 1, parts.shape[-1]))
    return _ops.matmul(scaled, adjoint(u))


def solve(a: ArrayLike, b: ArrayLike) -> ndarray:
    """x of a x = b, for square matrices `a`.

    b: one vector (N,), or matrices (..., N, K), as in NumPy 2. Raises LinAlgError for singular
    matrices.

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0])
    array([1. , 0.5])
    """
    left, right = matrices("solve", a), array_of(b)
    is_vector = right.ndim == 1
    if is_vector:
        right = right.reshape((*right.shape, 1))
    if right.ndim < 2 or right.shape[-2] != left.shape[-1]:
        raise InvalidValue(
            f"solve: `b` of shape {array_of(b).shape} must have {left.shape[-1]} rows, as `a` of "
            f"shape {left.shape} has columns"
        )
    found: ndarray = operator("solve")(left, right)
    return found[..., 0] if is_vector else found


def lstsq(a: ArrayLike, b: ArrayLike, rcond: float | None = None) -> tuple[Any, ...]:
    """The least squares of a x = b: x, the squared rests, the rank and the singular values of `a`.

    a: (M, N); b: (M,) or (M, K); rcond: singular values below this share of the largest count as
    0, max(M, N) epsilons unless given. Reads the rank, so it is not in a hybridized function; x
    has a gradient.

    >>> lstsq([[2.0], [0.0]], [4.0, 3.0])[0]
    array([2.])
    """
    left, right = matrices("lstsq", a, is_square=False), array_of(b)
    rows, columns = left.shape[-2:]
    if left.ndim != 2 or right.ndim not in (1, 2) or right.shape[0] != rows:
        raise LinAlgError(
            f"lstsq: `b` must be (M,) or (M, K) for `a` (M, N); got {right.shape} and {left.shape}"
        )
    u, s, vh = svd(left, full_matrices=False)
    share = max(rows, columns) * float(numpy.finfo(s.dtype).eps) if rcond is None else rcond
    is_large = s > (_ops.max(s) * share if s.size else 0.0)
    rank = int(_ops.sum(is_large.astype("int64")))
    inverses = _ops.where(is_large, 1 / _ops.where(is_large, s, 1.0), 0.0)
    x = _ops.matmul(adjoint(vh) * inverses, _ops.matmul(adjoint(u), right))
    rests = abs(right - _ops.matmul(left, x)) ** 2
    if rank < columns or rows <= columns:  # as in NumPy: nothing is told then
        rests = rests[:0].reshape(-1)
    else:
        rests = _ops.sum(rests, 0, keepdims=right.ndim == 1)
    return x, rests, rank, s


def tensorinv(a: ArrayLike, ind: int = 2) -> ndarray:
    """The inverse with respect to `tensordot` over the first `ind` axes.

    >>> tensorinv([[2.0]], ind=1)
    array([[0.5]])
    """
    array = array_of(a)
    if ind <= 0:
        raise InvalidValue(f"tensorinv: `ind` must be above 0; got {ind}")
    rest = array.shape[ind:] + array.shape[:ind]
    rows = int(numpy.prod(array.shape[:ind], dtype=int))
    return inv(array.reshape((rows, -1))).reshape(rest)


def tensorsolve(a: ArrayLike, b: ArrayLike, axes: Sequence[int] | None = None) -> ndarray:
    """x of tensordot(a, x, x.ndim) = b; `axes` of `a` are moved behind the others first.

    >>> tensorsolve([[2.0]], [4.0])
    array([2.])
    """
    array, right = array_of(a), array_of(b)
    if axes is not None:
        moved = {n % array.ndim for n in axes}
        rest = [axis for axis in range(array.ndim) if axis not in moved]
        array = _ops.transpose(array, [*rest, *(n % array.ndim for n in axes)])
    shape = array.shape[-(array.ndim - right.ndim) :]
    flat = array.reshape((-1, int(numpy.prod(shape, dtype=int))))
    return solve(flat, right.reshape(-1)).reshape(shape)


# ---- powers and products -------------------------------------------------------------------------


def matrix_power(a: ArrayLike, n: int) -> ndarray:
    """The product of `n` of the matrices; of their inverses for `n` below 0.

    Raises TypeError for an `n` that is no integer.

    >>> matrix_power([[2.0]], 3)
    array([[8.]])
    """
    try:
        count = _python.index(n)
    except TypeError:
        raise InvalidType(f"matrix_power: `n` must be an integer; got {n!r}") from None
    array = matrices("matrix_power", a)
    if count < 0:
        array, count = inv(array), -count
    found = None
    for digit in f"{count:b}" if count else "":
        found = None if found is None else _ops.matmul(found, found)
        if digit == "1":
            found = array if found is None else _ops.matmul(found, array)
    if found is None:
        one = native.array(numpy.eye(array.shape[-1], dtype=array.dtype))
        return _ops.copy(_ops.broadcast_to(one, array.shape))
    return found


# Approximations of exp by quotients of polynomials of degree 13 (Higham, "The scaling and squaring
# method for the matrix exponential revisited", 2005), which hold for norms up to this one.
_PADE = (
    *(64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0),
    *(129060195264000.0, 10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0),
    *(40840800.0, 960960.0, 16380.0, 182.0, 1.0),
)
_LARGEST = 5.371920351148152
# Squares that a hybridized function has room for, as JAX's has.
_MOST_SQUARES = 16


def expm(a: ArrayLike) -> ndarray:
    """The exponential of square matrices, I + A + A²/2 + …. Each is scaled by what it needs itself.

    A hybridized function cannot look at values: there matrices whose columns' sums of sizes are
    above 352,000 give NaN.

    >>> expm([[0.0, 1.0], [0.0, 0.0]])
    array([[1., 1.],
           [0., 1.]])
    """
    array = matrices("expm", a)
    if array.dtype.kind in "iub":
        array = array.astype("float32")
    if not array.size:
        return _ops.copy(array)
    squares, most = _squares(array)
    x = array * _ops.exp2(-squares).astype(array.real.dtype)
    one = native.array(numpy.eye(x.shape[-1], dtype=x.dtype))
    x2 = _ops.matmul(x, x)
    x4 = _ops.matmul(x2, x2)
    x6 = _ops.matmul(x2, x4)
    b = _PADE
    high_odd = _ops.matmul(x6, x6 * b[13] + x4 * b[11] + x2 * b[9])
    odd = _ops.matmul(x, high_odd + x6 * b[7] + x4 * b[5] + x2 * b[3] + one * b[1])
    high_even = _ops.matmul(x6, x6 * b[12] + x4 * b[10] + x2 * b[8])
    even = high_even + x6 * b[6] + x4 * b[4] + x2 * b[2] + one * b[0]
    found = solve(even - odd, even + odd)
    for done in range(most):
        goes_on = squares > done
        # Where it does not, zeros are squared: what has been squared too often may be infinite.
        part = _ops.where(goes_on, found, 0)
        found = _ops.where(goes_on, _ops.matmul(part, part), found)
    return found


def _squares(array: ndarray) -> tuple[ndarray, int]:
    """How often the exponential of each matrix is squared after its scaling, and the most of these.
    That is a constant for gradients."""
    sums = _ops.max(_ops.sum(_ops.abs(array.detach()), -2, True), -1, True)
    squares = _ops.maximum(_ops.ceil(_ops.log2(_ops.maximum(sums, 1e-30) / _LARGEST)), 0)
    if native.modes() & native.TRACING:
        beyond = squares > _MOST_SQUARES
        return _ops.where(beyond, float("nan"), squares), _MOST_SQUARES
    squares = _ops.where(_ops.isfinite(squares), squares, 0)
    return squares, int(squares.max().item())


def multi_dot(arrays: Sequence[ArrayLike], *, out: ndarray | None = None) -> ndarray:
    """The product of several matrices; those with the most sums come first, which mostly costs
    least. The first and the last may be vectors.

    >>> multi_dot([[[1.0, 2.0]], [[3.0], [4.0]], [[2.0]]])
    array([[22.]])
    """
    whole = [array_of(one) for one in arrays]
    if len(whole) < 2:
        raise InvalidValue(f"multi_dot: `arrays` must be two or more; got {len(whole)}")
    while len(whole) > 1:
        widths = [whole[i].shape[-1] for i in range(len(whole) - 1)]
        place = widths.index(max(widths))
        whole[place : place + 2] = [_ops.dot(whole[place], whole[place + 1])]
    return written(whole[0], out)


# ---- numbers of matrices -------------------------------------------------------------------------


def det(a: ArrayLike) -> ndarray:
    """The determinant of square matrices.

    >>> det([[2.0, 0.0], [0.0, 4.0]])
    array(8.)
    """
    found: ndarray = operator("det")(matrices("det", a))
    return found


def slogdet(a: ArrayLike) -> SlogdetResult:
    """The sign of the determinant, and the logarithm of its absolute value.

    >>> slogdet([[-1.0]]).sign
    array(-1.)
    """
    return SlogdetResult(*operator("slogdet")(matrices("slogdet", a)))


def matrix_rank(
    A: ArrayLike,  # noqa: N803 - NumPy's word
    tol: Any = None,
    hermitian: bool = False,
    *,
    rtol: Any = None,
) -> ndarray:
    """How many singular values are above a limit: `tol`, or `rtol` times the largest, max(M, N)
    epsilons unless given. No gradient.

    >>> matrix_rank([[1.0, 1.0], [1.0, 1.0]])
    array(1)
    """
    array = array_of(A)
    if array.ndim < 2:
        return _ops.any(array != 0).astype("int64")
    values = svdvals(array)
    if tol is None:
        share = max(array.shape[-2:]) * float(numpy.finfo(values.dtype).eps)
        given = array_of(share if rtol is None else rtol).astype(values.dtype)
        largest = _ops.max(values, -1) if values.shape[-1] else _ops.sum(values, -1)
        limit = given * largest
    else:
        limit = array_of(tol).astype(values.dtype)
    return _ops.sum(values > limit.reshape((*limit.shape, 1)), -1)


__all__ = [
    *("EigResult", "EighResult", "QRResult", "SVDResult", "SlogdetResult"),
    *("cholesky", "det", "eig", "eigh", "eigvals", "eigvalsh", "expm", "inv", "lstsq"),
    *("matrix_power", "matrix_rank", "multi_dot", "pinv", "qr", "slogdet", "solve", "svd"),
    *("svdvals", "tensorinv", "tensorsolve"),
]
