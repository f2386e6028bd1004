"""Factorizations of matrices as operators: NumPy's LAPACK computes, gradients are written here.

Each works on batches: the last two axes are the matrix. An operator is registered when it is first
used. It is recorded and traced like all others, but a file that has it needs Python.

Gradients are those of Giles, "An extended collection of matrix derivative results" (2008), and for
complex matrices of Wan and Zhang, "Automatic differentiation for complex valued SVD" (2019), in the
convention that the gradient of z = a + ib is dL/da + i dL/db.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy

from weft import library
from weft._base.errors import InvalidType, InvalidValue
from weft._core import OPERATORS as _OPERATORS
from weft._core.typing import ArrayLike, ndarray
from weft.library import ArrayType
from weft.np import _ops
from weft.np._arguments import array_of
from weft.np._creation import eye

_Kernel = Callable[..., Any]
_matmul: Any = _OPERATORS["matmul"]
_PARTS = {"complex64": "float32", "complex128": "float64"}


class LinAlgError(InvalidValue, numpy.linalg.LinAlgError):
    """A matrix has no such factorization: it is singular or not positive, or LAPACK did not
    converge."""


LinAlgError.__module__ = "weft.np.linalg"


def _turned(x: Any) -> Any:
    """The adjoint: transposed and conjugated."""
    turned = _ops.swapaxes(x, -1, -2)
    return _ops.conj(turned) if x.dtype.name in _PARTS else turned


def _product(*factors: Any) -> Any:
    found = factors[0]
    for factor in factors[1:]:
        found = _matmul(found, factor)
    return found


def _same(a: ArrayType, **_: Any) -> ArrayType:
    return a


def _part(dtype: Any) -> Any:
    """The dtype of the parts of a complex dtype, another dtype itself."""
    return numpy.dtype(_PARTS.get(dtype.name, dtype.name))


def _complex(dtype: Any) -> Any:
    return numpy.result_type(dtype, numpy.complex64)


def _eye_like(x: Any) -> Any:
    return eye(x.shape[-1], dtype=_part(x.dtype))  # by operators: a rule has no other arrays


def _in_double(name: str, kernel: _Kernel) -> _Kernel:
    """A kernel that works in 64 bits and gives the width of its first operand."""

    def run(*arrays: numpy.ndarray, **attributes: Any) -> Any:
        wide = [a.astype("complex128" if a.dtype.kind == "c" else "float64") for a in arrays]
        try:
            found = kernel(*wide, **attributes)
        except numpy.linalg.LinAlgError as error:
            raise LinAlgError(f"{name}: {error} `a`; got shape {wide[0].shape}") from None
        is_narrow = arrays[0].dtype.name in ("float32", "complex64")
        return (
            tuple(map(_narrow, found))
            if is_narrow and isinstance(found, tuple)
            else (_narrow(found) if is_narrow else found)
        )

    return run


def _narrow(array: Any) -> Any:
    return numpy.asarray(array, "complex64" if numpy.iscomplexobj(array) else "float32")


def _batch(a: ArrayType, *axes: int, real: bool = False) -> ArrayType:
    return ArrayType((*a.shape[:-2], *axes), _part(a.dtype) if real else a.dtype)


def _column(x: Any) -> Any:
    """Numbers of matrices, to be multiplied with these."""
    return x.reshape((*x.shape, 1, 1))


# ---- inverse, solution, determinant --------------------------------------------------------------


def _inverse_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    turned = _turned(outputs[0])
    return (-_product(turned, cotangents[0], turned),)


def _solve_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    right = operator("solve")(_turned(inputs[0]), cotangents[0])
    return -_product(right, _turned(outputs[0])), right


def _slogdet_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    share, (sign, _) = cotangents[1], outputs
    if sign.dtype.name in _PARTS:  # the sign turns with the matrix
        share = share - 1j * _ops.imag(_ops.conj(cotangents[0]) * sign)
    return (_turned(operator("inv")(inputs[0])) * _column(share),)


def _det_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    share = cotangents[0] * _ops.conj(outputs[0])
    return (_turned(operator("inv")(inputs[0])) * _column(share),)


# ---- factorizations ------------------------------------------------------------------------------


def _cholesky(a: numpy.ndarray, *, upper: bool) -> numpy.ndarray:
    factor = numpy.linalg.cholesky(numpy.swapaxes(a, -1, -2).conj() if upper else a)
    return numpy.swapaxes(factor, -1, -2).conj() if upper else factor


def _cholesky_gradient(inputs: Any, outputs: Any, cotangents: Any, *, upper: bool) -> Any:
    lower, change = outputs[0], cotangents[0]
    if upper:
        lower, change = _turned(lower), _turned(change)
    inner = _ops.tril(_product(_turned(lower), change))
    inner = inner - 0.5 * inner * _eye_like(inner)
    inverse = operator("inv")(lower)
    found = _product(_turned(inverse), inner, inverse)
    return (0.5 * (found + _turned(found)),)


def _differences(values: Any) -> Any:
    """1 / (values[j] - values[i]), 0 on the diagonal."""
    row = values.reshape((*values.shape[:-1], 1, values.shape[-1]))
    gaps = row - _ops.swapaxes(row, -1, -2)
    one = _eye_like(gaps)
    return (1 - one) / (gaps + one)


def _diagonal(values: Any) -> Any:
    return values.reshape((*values.shape, 1)) * _eye_like(values)


def _svd(a: numpy.ndarray) -> Any:
    return tuple(numpy.linalg.svd(a, full_matrices=False))


def _svd_infer(a: ArrayType) -> Any:
    rows, columns = a.shape[-2:]
    least = min(rows, columns)
    return _batch(a, rows, least), _batch(a, least, real=True), _batch(a, least, columns)


def _whole_svd_infer(a: ArrayType) -> Any:
    rows, columns = a.shape[-2:]
    least = min(rows, columns)
    return _batch(a, rows, rows), _batch(a, least, real=True), _batch(a, columns, columns)


def _svd_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    u, s, vh = outputs
    gu, gs, gvh = cotangents
    v, gv = _turned(vh), _turned(gvh)
    row = s.reshape((*s.shape[:-1], 1, s.shape[-1]))
    squares = _differences(s * s)
    left, right = _product(_turned(u), gu), _product(_turned(v), gv)
    inner = squares * (left - _turned(left)) * row
    inner = inner + _ops.swapaxes(row, -1, -2) * squares * (right - _turned(right))
    if u.dtype.name in _PARTS:  # columns of U and V may turn together
        gs = gs + 1j * (_ops.imag(_ops.diagonal(left, 0, -2, -1)) / s)
    whole = _product(u, inner + _diagonal(gs), vh)
    beside = (gu - _product(u, left)) / row
    below = (gv - _product(v, right)) / row
    return (whole + _product(beside, vh) + _product(u, _turned(below)),)


def _eigh(a: numpy.ndarray, *, upper: bool) -> Any:
    return tuple(numpy.linalg.eigh(a, "U" if upper else "L"))


def _eigh_infer(a: ArrayType, *, upper: bool) -> Any:
    return _batch(a, a.shape[-1], real=True), a


def _eigh_gradient(inputs: Any, outputs: Any, cotangents: Any, *, upper: bool) -> Any:
    w, v = outputs
    gw, gv = cotangents
    inner = _diagonal(gw) + _differences(w) * _product(_turned(v), gv)
    found = _product(v, inner, _turned(v))
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
    first = _qr_square_gradient(q, r[..., :rows], gq + _product(y, _turned(gv)), gr[..., :rows])
    return (_ops.concatenate([first, _product(q, gv)], -1),)


def _qr_square_gradient(q: Any, r: Any, gq: Any, gr: Any) -> Any:
    inner = _product(r, _turned(gr)) - _product(_turned(gq), q)
    below = _ops.tril(inner, -1)
    middle = _diagonal(_ops.real(_ops.diagonal(inner, 0, -2, -1)))
    both = below + _turned(below) + middle
    return _product(gq + _product(q, both), _turned(operator("inv")(r)))


def _eig(a: numpy.ndarray) -> Any:
    values, vectors = numpy.linalg.eig(a)
    return values.astype("complex128"), vectors.astype("complex128")


def _eig_infer(a: ArrayType) -> Any:
    wide = ArrayType(a.shape, _complex(a.dtype))
    return _batch(wide, a.shape[-1]), wide


def _eig_gradient(inputs: Any, outputs: Any, cotangents: Any) -> Any:
    w, v = outputs
    gw, gv = cotangents
    turned = _turned(v)
    change = _product(turned, gv)
    # Vectors have length 1: what would change their lengths does not count.
    lengths = _diagonal(_ops.real(_ops.diagonal(change, 0, -2, -1)))
    inner = _ops.conj(_differences(w)) * (change - _product(turned, v, lengths))
    found = operator("solve")(turned, _product(inner + _diagonal(gw), turned))
    return (found if inputs[0].dtype.name in _PARTS else _ops.real(found),)


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
        "infer": lambda a: (_batch(a), _batch(a, real=True)),
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
    "svd_whole": {
        "infer": _whole_svd_infer,
        "kernel": lambda a: tuple(numpy.linalg.svd(a)),
        "no_gradient": "columns beyond the singular values are free; `full_matrices=False` has one",
        "outputs": 3,
    },
    "eigh": {
        "infer": _eigh_infer,
        "kernel": _eigh,
        "gradient": _eigh_gradient,
        "outputs": 2,
        "attributes": {"upper": False},
    },
    "qr": {"infer": _qr_infer, "kernel": _qr, "gradient": _qr_gradient, "outputs": 2},
    "qr_whole": {
        "infer": lambda a: (_batch(a, a.shape[-2], a.shape[-2]), a),
        "kernel": lambda a: tuple(numpy.linalg.qr(a, "complete")),
        "no_gradient": "columns beyond the matrix's own are free; `mode='reduced'` has one",
        "outputs": 2,
    },
    "eig": {"infer": _eig_infer, "kernel": _eig, "gradient": _eig_gradient, "outputs": 2},
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
    kernel = _in_double(name.removesuffix("_whole"), given.pop("kernel"))
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
    array = array_of(a)
    if array.ndim < 2 or (is_square and array.shape[-1] != array.shape[-2]):
        kind = "square matrices, (..., N, N)" if is_square else "matrices, (..., M, N)"
        raise LinAlgError(f"{where}: `a` must be {kind}; got shape {array.shape}")
    if array.dtype.name in ("float16", "bfloat16"):
        raise InvalidType(f"{where}: `a` must be float32 or float64; got {array.dtype}")
    return array


__all__ = ["LinAlgError", "matrices", "operator"]
