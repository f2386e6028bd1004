"""Functions of NumPy that 2.0 has as operators `_npi_...`, which mean what `weft.np` means."""

from typing import Any

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import dtype_of, flag, ints
from weft.mxnet._operators._integers import bincount, gcd, is_traced, lcm
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted
from weft.np.linalg._factorizations import matrices, operator


@rules("_np_trace", "_npi_trace")
def _trace(data: Array, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> ndarray:
    return np.trace(data, int(offset), int(axis1), int(axis2))


@rules("_npi_diff")
def _diff(a: Array, *, n: int = 1, axis: int = -1) -> ndarray:
    return np.diff(a, int(n), int(axis))


@rules("_npi_cross")
def _cross(a: Array, b: Array, *, axisa: int = -1, axisb: int = -1, axisc: int = -1) -> ndarray:
    return np.cross(a, b, int(axisa), int(axisb), int(axisc))


@rules("_npi_average")
def _average(
    a: Array,
    weights: Array = None,
    *,
    axis: Any = None,
    returned: Any = False,
    weighted: Any = True,
) -> Any:
    axes = None if axis is None else ints(axis, "axis")
    one = axes[0] if axes is not None and len(axes) == 1 else axes
    return np.average(a, one, weights if flag(weighted) else None, flag(returned))


counted(("_npi_average",), lambda given: 1 + flag(given.get("returned", False)))


def _lifted(name: str, function: Any) -> None:
    def rule(*arys: Array) -> Any:
        found = tuple(function(x) for x in arys)
        return found if len(found) > 1 else found[0]

    rules(f"_np_{name}", f"_npi_{name}")(rule)
    counted((f"_np_{name}", f"_npi_{name}"), lambda given: int(given.get("num_args", 1)))


_lifted("atleast_1d", np.atleast_1d)
_lifted("atleast_2d", np.atleast_2d)
_lifted("atleast_3d", np.atleast_3d)


@rules("_npi_rollaxis")
def _rollaxis(data: Array, *, axis: int, start: int = 0) -> ndarray:
    rank = data.ndim
    axis, start = int(axis) % rank, int(start) + (rank if start < 0 else 0)
    return np.moveaxis(data, axis, start - 1 if axis < start else start)


@rules("_np_diagflat", "_npi_diagflat")
def _diagflat(data: Array, *, k: int = 0) -> ndarray:
    return np.diag(data.reshape((-1,)), int(k))


@rules("_npi_tri")
def _tri(*, N: int, M: Any = None, k: int = 0, dtype: Any = "float32") -> ndarray:
    columns = int(N) if M is None else int(M)
    return np.tril(np.ones((int(N), columns), dtype_of(dtype, "float32")), int(k))


@rules("_npi_indices")
def _indices(*, dimensions: Any, dtype: Any = None) -> ndarray:
    return np.indices(ints(dimensions, "dimensions"), dtype_of(dtype, "int64"))


@rules("_npi_logspace")
def _logspace(
    *,
    start: float,
    stop: float,
    num: int = 50,
    endpoint: Any = True,
    base: float = 10.0,
    dtype: Any = None,
) -> ndarray:
    return np.logspace(start, stop, int(num), flag(endpoint), base, dtype_of(dtype, "float32"))


def _window(name: str, function: Any) -> None:
    @rules(f"_npi_{name}")
    def rule(*, M: int, dtype: Any = None) -> ndarray:
        found: ndarray = function(int(M)).astype(dtype_of(dtype, "float32"))
        return found


_window("hanning", np.hanning)
_window("hamming", np.hamming)
_window("blackman", np.blackman)


@rules("_npi_polyval")
def _polyval(p: Array, x: Array) -> ndarray:
    return np.polyval(p, x)


@rules("_npi_bincount")
def _bincount(
    data: Array, weights: Array = None, *, minlength: int = 0, has_weights: Any = False
) -> ndarray:
    return bincount(data, weights, int(minlength))


@rules("_histogram", "_npi_histogram")
def _histogram(
    data: Array, bins: Array = None, *, bin_cnt: Any = None, range: Any = None
) -> tuple[ndarray, ndarray]:
    """Counts of elements between edges, and the edges: given, or so many equal parts of a range."""
    flat, edges = data.reshape((-1,)), bins
    if edges is None:
        low, high = range or (np.min(data), np.max(data))
        parts = np.arange(int(bin_cnt) + 1, dtype=data.dtype) / int(bin_cnt)
        edges = (parts * (high - low) + low).astype(data.dtype)
    count = edges.shape[0] - 1
    place = np.searchsorted(edges, flat, side="right").astype("int32") - 1
    place = np.where(flat == edges[-1], count - 1, place)  # the last edge is in the last bin
    is_in = np.logical_and(place >= 0, place < count)
    # One bin more, for elements in none.
    whole = npx.one_hot(np.where(is_in, place, count), count + 1, dtype="int32")
    return np.sum(whole, axis=0)[:count].astype("int64"), edges


counted(("_histogram", "_npi_histogram"), 2)


@rules("_npi_percentile")
def _percentile(
    a: Array,
    q: Array = None,
    *,
    axis: Any = None,
    interpolation: str = "linear",
    keepdims: Any = False,
    q_scalar: Any = None,
) -> ndarray:
    axes = None if axis is None else ints(axis, "axis")
    one = axes[0] if axes is not None and len(axes) == 1 else axes
    wanted = q if q_scalar is None else q_scalar
    return np.percentile(a, wanted, one, method=interpolation, keepdims=flag(keepdims))


def _of_integers(eager: Any, in_graph: Any, lhs: Any, rhs: Any) -> ndarray:
    found: ndarray = (in_graph if is_traced(lhs, rhs) else eager)(lhs, rhs)
    return found


@rules("_npi_gcd")
def _gcd(lhs: Array, rhs: Array) -> ndarray:
    return _of_integers(np.gcd, gcd, lhs, rhs)


@rules("_npi_lcm")
def _lcm(lhs: Array, rhs: Array) -> ndarray:
    return _of_integers(np.lcm, lcm, lhs, rhs)


@rules("_npi_gcd_scalar")
def _gcd_of(data: Array, *, scalar: Any, is_int: Any = True) -> ndarray:
    return _of_integers(np.gcd, gcd, data, int(scalar))


@rules("_npi_lcm_scalar")
def _lcm_of(data: Array, *, scalar: Any, is_int: Any = True) -> ndarray:
    return _of_integers(np.lcm, lcm, data, int(scalar))


@rules("_npi_unravel_index")
def _unravel_index(data: Array, *, shape: Any) -> ndarray:
    return np.stack(np.unravel_index(data, ints(shape, "shape")))


# ---- linear algebra ------------------------------------------------------------------------------


@rules("_npi_norm")
def _norm(data: Array) -> ndarray:
    """The root of the sum of all squares."""
    return np.sqrt(np.sum(np.square(data)))


@rules("_npi_cholesky")
def _cholesky(A: Array, *, lower: Any = True) -> ndarray:
    found: ndarray = operator("cholesky")(matrices("linalg.cholesky", A), upper=not flag(lower))
    return found


@rules("_npi_solve")
def _solve(A: Array, B: Array) -> ndarray:
    a = matrices("linalg.solve", A)
    if B.ndim == A.ndim - 1:
        found: ndarray = operator("solve")(a, np.expand_dims(B, -1))
        return np.squeeze(found, -1)
    whole: ndarray = operator("solve")(a, B)
    return whole


@rules("_npi_svd")
def _svd(A: Array) -> tuple[ndarray, ndarray, ndarray]:
    """U, the singular values, and the transposed V, without columns that are not needed."""
    u, s, v = operator("svd")(matrices("linalg.svd", A, is_square=False))
    return u, s, v


@rules("_npi_qr")
def _qr(A: Array) -> tuple[ndarray, ndarray]:
    q, r = operator("qr")(matrices("linalg.qr", A, is_square=False))
    return q, r


def _is_upper(word: str) -> bool:
    if word not in ("U", "L"):
        raise Unsupported(f"`UPLO` must be 'U' or 'L'; got {word!r}")
    return word == "U"


@rules("_npi_eigh")
def _eigh(A: Array, *, UPLO: str = "L") -> tuple[ndarray, ndarray]:
    values, vectors = operator("eigh")(matrices("linalg.eigh", A), upper=_is_upper(UPLO))
    return values, vectors


@rules("_npi_eigvalsh")
def _eigvalsh(A: Array, *, UPLO: str = "L") -> ndarray:
    return _eigh(A, UPLO=UPLO)[0]


@rules("_npi_eig")
def _eig(A: Array) -> tuple[ndarray, ndarray]:
    values, vectors = operator("eig")(matrices("linalg.eig", A))
    return values, vectors


@rules("_npi_eigvals")
def _eigvals(A: Array) -> ndarray:
    return _eig(A)[0]


@rules("_npi_pinv_scalar_rcond")
def _pinv(A: Array, *, rcond: float = 1e-15, hermitian: Any = False) -> ndarray:
    """The pseudo-inverse; singular values below a share of the largest one count as 0."""
    u, s, v = operator("svd")(matrices("linalg.pinv", A, is_square=False))
    is_kept = s > np.max(s, axis=-1, keepdims=True) * rcond
    inverse = np.where(is_kept, 1 / np.where(is_kept, s, 1), 0)
    turned = np.swapaxes(v, -1, -2) * np.expand_dims(inverse, -2)
    return np.matmul(turned, np.swapaxes(u, -1, -2))


@rules("_npi_tensorinv")
def _tensorinv(a: Array, *, ind: int = 2) -> ndarray:
    first, rest = a.shape[: int(ind)], a.shape[int(ind) :]
    count = 1
    for extent in rest:
        count *= extent
    found: ndarray = operator("inv")(matrices("linalg.tensorinv", a.reshape((-1, count))))
    return found.reshape((*rest, *first))


@rules("_npi_tensorsolve")
def _tensorsolve(a: Array, b: Array, *, a_axes: Any = ()) -> ndarray:
    axes = ints(a_axes, "a_axes")
    for axis in axes:
        a = np.moveaxis(a, axis, -1)
    rest = a.shape[b.ndim :]
    whole = matrices("linalg.tensorsolve", a.reshape((b.size, -1)))
    found: ndarray = operator("solve")(whole, b.reshape((-1, 1)))
    return found.reshape(rest)


counted(("_npi_svd",), 3)
counted(("_npi_qr", "_npi_eigh", "_npi_eig"), 2)
