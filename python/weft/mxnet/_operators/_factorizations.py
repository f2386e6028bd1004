"""Factorizations of matrices as operators: NumPy's LAPACK computes, gradients are written here.

Each works on batches: the last two axes are the matrix. An operator is registered when it is first
used. It is recorded and traced like all others, but a file that has it needs Python.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy

from weft import library, np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ArrayLike, ndarray
from weft.library import ArrayType

_Kernel = Callable[..., Any]


def _turned(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _same(a: ArrayType, **_: Any) -> ArrayType:
    return a


def _eye_like(x: Any) -> Any:
    return np.eye(x.shape[-1], dtype=x.dtype)


def _in_double(kernel: _Kernel) -> _Kernel:
    """A kernel that works in float64 and gives the dtype of its first operand."""

    def run(*arrays: numpy.ndarray, **attributes: Any) -> Any:
        try:
            found = kernel(*(a.astype("float64") for a in arrays), **attributes)
        except numpy.linalg.LinAlgError as error:
            raise InvalidValue(f"linalg: {error}") from None
        dtype = arrays[0].dtype
        if isinstance(found, tuple):
            return tuple(numpy.array(part, dtype, order="C") for part in found)
        return numpy.array(found, dtype, order="C")

    return run


def _batch(a: ArrayType, *axes: int) -> ArrayType:
    return ArrayType((*a.shape[:-2], *axes), a.dtype)


# ---- inverse, solution, determinant --------------------------------------------------------------


def _inverse_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    turned = _turned(outputs[0])
    return (-np.matmul(np.matmul(turned, cotangents[0]), turned),)


def _solve_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    right = operator("solve")(_turned(inputs[0]), cotangents[0])
    return -np.matmul(right, _turned(outputs[0])), right


def _slogdet_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    turned = _turned(operator("inv")(inputs[0]))
    return (turned * cotangents[1].reshape((*cotangents[1].shape, 1, 1)),)


def _det_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    share = cotangents[0] * outputs[0]
    return (_turned(operator("inv")(inputs[0])) * share.reshape((*share.shape, 1, 1)),)


# ---- factorizations ------------------------------------------------------------------------------


def _cholesky(a: numpy.ndarray, *, upper: bool) -> numpy.ndarray:
    factor = numpy.linalg.cholesky(numpy.swapaxes(a, -1, -2) if upper else a)
    return numpy.swapaxes(factor, -1, -2) if upper else factor


def _cholesky_gradient(inputs: Any, outputs: Any, cotangents: Any, *, upper: bool) -> Any:
    lower, change = outputs[0], cotangents[0]
    if upper:
        lower, change = _turned(lower), _turned(change)
    inner = np.tril(np.matmul(_turned(lower), change))
    inner = inner - 0.5 * inner * _eye_like(inner)
    inverse = operator("inv")(lower)
    found = np.matmul(np.matmul(_turned(inverse), inner), inverse)
    return (0.5 * (found + _turned(found)),)


def _differences(values: Any) -> Any:
    """1 / (values[j] - values[i]), 0 on the diagonal."""
    row = values.reshape((*values.shape[:-1], 1, values.shape[-1]))
    gaps = row - _turned(row)
    one = _eye_like(gaps)
    return (1 - one) / (gaps + one)


def _diagonal(values: Any) -> Any:
    return values.reshape((*values.shape, 1)) * np.eye(values.shape[-1], dtype=values.dtype)


def _svd(a: numpy.ndarray) -> Any:
    return tuple(numpy.linalg.svd(a, full_matrices=False))


def _svd_infer(a: ArrayType) -> Any:
    rows, columns = a.shape[-2:]
    least = min(rows, columns)
    return _batch(a, rows, least), _batch(a, least), _batch(a, least, columns)


def _svd_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    u, s, vh = outputs
    gu, gs, gvh = cotangents
    v, gv = _turned(vh), _turned(gvh)
    row = s.reshape((*s.shape[:-1], 1, s.shape[-1]))
    squares = _differences(s * s)
    left = np.matmul(_turned(u), gu)
    right = np.matmul(_turned(v), gv)
    inner = squares * (left - _turned(left)) * row + _turned(row) * squares * (
        right - _turned(right)
    )
    whole = np.matmul(np.matmul(u, inner + _diagonal(gs)), vh)
    beside = (gu - np.matmul(u, left)) / row
    below = (gv - np.matmul(v, right)) / row
    return (whole + np.matmul(beside, vh) + np.matmul(u, _turned(below)),)


def _eigh(a: numpy.ndarray, *, upper: bool) -> Any:
    return tuple(numpy.linalg.eigh(a, "U" if upper else "L"))


def _eigh_infer(a: ArrayType, *, upper: bool) -> Any:
    return _batch(a, a.shape[-1]), a


def _eigh_gradient(inputs: Any, outputs: Any, cotangents: Any, *, upper: bool) -> Any:
    w, v = outputs
    gw, gv = cotangents
    inner = _diagonal(gw) + _differences(w) * np.matmul(_turned(v), gv)
    found = np.matmul(np.matmul(v, inner), _turned(v))
    return (0.5 * (found + _turned(found)),)


def _qr(a: numpy.ndarray) -> Any:
    return tuple(numpy.linalg.qr(a))


def _qr_infer(a: ArrayType) -> Any:
    rows, columns = a.shape[-2:]
    least = min(rows, columns)
    return _batch(a, rows, least), _batch(a, least, columns)


def _qr_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    (a,), (q, r), (gq, gr) = inputs, outputs, cotangents
    rows, columns = a.shape[-2:]
    if rows >= columns:
        return (_qr_square_gradient(q, r, gq, gr),)
    # A wide matrix is [X, Y] with Y = Q V, so that the gradient of V reaches Q, too.
    y, gv = a[..., rows:], gr[..., rows:]
    first = _qr_square_gradient(q, r[..., :rows], gq + np.matmul(y, _turned(gv)), gr[..., :rows])
    return (np.concatenate([first, np.matmul(q, gv)], -1),)


def _qr_square_gradient(q: Any, r: Any, gq: Any, gr: Any) -> Any:
    inner = np.matmul(r, _turned(gr)) - np.matmul(_turned(gq), q)
    both = np.tril(inner) + _turned(np.tril(inner, -1))
    return np.matmul(gq + np.matmul(q, both), _turned(operator("inv")(r)))


def _eig(a: numpy.ndarray) -> Any:
    values, vectors = numpy.linalg.eig(a)
    return values.real, vectors.real


def _eig_infer(a: ArrayType) -> Any:
    return _batch(a, a.shape[-1]), a


# By name: what `register_op` gets beside the name and the inputs.
_DEFINITIONS: dict[str, dict[str, Any]] = {
    "inv": {"infer": _same, "kernel": numpy.linalg.inv, "gradient": _inverse_gradient},
    "solve": {
        "infer": lambda a, b: b,
        "kernel": numpy.linalg.solve,
        "gradient": _solve_gradient,
    },
    "det": {
        "infer": lambda a: _batch(a),
        "kernel": numpy.linalg.det,
        "gradient": _det_gradient,
    },
    "slogdet": {
        "infer": lambda a: (_batch(a), _batch(a)),
        "kernel": lambda a: tuple(numpy.linalg.slogdet(a)),
        "gradient": _slogdet_gradient,
        "outputs": 2,
    },
    "cholesky": {
        "infer": _same,
        "kernel": _cholesky,
        "gradient": _cholesky_gradient,
        "attributes": {"upper": False},
    },
    "svd": {"infer": _svd_infer, "kernel": _svd, "gradient": _svd_gradient, "outputs": 3},
    "eigh": {
        "infer": _eigh_infer,
        "kernel": _eigh,
        "gradient": _eigh_gradient,
        "outputs": 2,
        "attributes": {"upper": False},
    },
    "qr": {"infer": _qr_infer, "kernel": _qr, "gradient": _qr_gradient, "outputs": 2},
    "eig": {
        "infer": _eig_infer,
        "kernel": _eig,
        "no_gradient": "eigenvalues of matrices that are not symmetric",
        "outputs": 2,
    },
}


_registered: dict[str, Callable[..., Any]] = {}
_registering = threading.Lock()


def operator(name: str) -> Callable[..., Any]:
    """The operator of a factorization; registered at the first call, of whatever thread."""
    found = _registered.get(name)
    if found is None:
        with _registering:
            if name not in _registered:
                _registered[name] = _register(name)
            found = _registered[name]
    return found


def _register(name: str) -> Callable[..., Any]:
    given = dict(_DEFINITIONS[name])
    kernel = _in_double(given.pop("kernel"))
    inputs = {"a": "matrices, the last two axes"}
    if name == "solve":
        inputs["b"] = "right sides, as matrices"
    found: Callable[..., Any] = library.register_op(
        f"matrix_{name}",
        inputs=inputs,
        kernel=kernel,
        promotion="float",
        doc=f"NumPy's `linalg.{name}` of matrices.",
        **given,
    )
    return found


def matrices(where: str, a: ArrayLike, is_square: bool = True) -> ndarray:
    """An argument that must be matrices. Raises ValueError for other shapes, TypeError for dtypes
    that LAPACK lacks."""
    array = np.asarray(a)
    if array.ndim < 2 or (is_square and array.shape[-1] != array.shape[-2]):
        kind = "square matrices, (..., N, N)" if is_square else "matrices, (..., M, N)"
        raise InvalidValue(f"{where}: `a` must be {kind}; got shape {array.shape}")
    if array.dtype.name in ("float16", "bfloat16"):
        raise InvalidType(f"{where}: `a` must be float32 or float64; got {array.dtype}")
    return array


__all__ = ["matrices", "operator"]
