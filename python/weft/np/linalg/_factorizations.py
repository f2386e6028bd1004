"""Factorizations of matrices: operators of the core, and who brings LAPACK's kernels for them.

Small real matrices have kernels in the core. All others wait for a kernel, which one of these
brings at the first use: the library of operators `libweft_linalg.so`, where it finds a LAPACK (the
extra `linalg`, or the system's), or else NumPy's functions, in 64 bits and for this process
alone.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy

from weft import library
from weft._base import lapack
from weft._base.errors import Error, InvalidType
from weft._core import OPERATORS as _OPERATORS
from weft._core.errors import LinAlgError
from weft._core.typing import ArrayLike, ndarray
from weft.np._arguments import array_of

_Kernel = Callable[..., Any]


# ---- NumPy's functions ---------------------------------------------------------------------------


def _in_double(name: str, kernel: _Kernel) -> _Kernel:
    """A kernel that works in 64 bits and gives the width of its first operand."""

    def run(*arrays: numpy.ndarray, **attributes: Any) -> Any:
        wide = [a.astype("complex128" if a.dtype.kind == "c" else "float64") for a in arrays]
        try:
            with numpy.errstate(all="ignore"):
                found = kernel(*wide, **attributes)
        except numpy.linalg.LinAlgError as error:
            shape = wide[0].shape
            raise LinAlgError(
                f"{name}: `a` must have such a factorization; got shape {shape}: {error}"
            ) from None
        if arrays[0].dtype.name not in ("float32", "complex64"):
            return found
        return tuple(map(_narrow, found)) if isinstance(found, tuple) else _narrow(found)

    return run


def _narrow(array: Any) -> Any:
    return numpy.asarray(array, "complex64" if numpy.iscomplexobj(array) else "float32")


def _finite(a: numpy.ndarray) -> numpy.ndarray:
    """Iterations of LAPACK may go on for ever where a number is infinite."""
    if not numpy.isfinite(a).all():
        raise numpy.linalg.LinAlgError("NaN or infinity")
    return a


def _adjoint(a: numpy.ndarray) -> numpy.ndarray:
    return numpy.swapaxes(a, -1, -2).conj()


def _cholesky(a: numpy.ndarray, *, upper: bool) -> numpy.ndarray:
    factor = numpy.linalg.cholesky(_adjoint(a) if upper else a)
    return _adjoint(factor) if upper else factor


def _triangular(a: numpy.ndarray, b: numpy.ndarray, *, upper: bool, turned: bool) -> Any:
    triangle = numpy.triu(a) if upper else numpy.tril(a)
    return numpy.linalg.solve(_adjoint(triangle) if turned else triangle, b)


def _eigh(a: numpy.ndarray, *, upper: bool) -> Any:
    _finite(numpy.triu(a) if upper else numpy.tril(a))
    return tuple(numpy.linalg.eigh(a, "U" if upper else "L"))


def _eig(a: numpy.ndarray) -> Any:
    return tuple(part.astype("complex128") for part in numpy.linalg.eig(a))


# By the name of the operator behind `lapack_`: the kernel, and its attributes.
_KERNELS: dict[str, tuple[_Kernel, tuple[str, ...]]] = {
    "inv": (numpy.linalg.inv, ()),
    "solve": (numpy.linalg.solve, ()),
    "det": (numpy.linalg.det, ()),
    "slogdet": (lambda a: tuple(numpy.linalg.slogdet(a)), ()),
    "cholesky": (_cholesky, ("upper",)),
    "triangular": (_triangular, ("upper", "turned")),
    "eigh": (_eigh, ("upper",)),
    "eig": (_eig, ()),
    "svd": (lambda a: tuple(numpy.linalg.svd(_finite(a), full_matrices=False)), ()),
    "svd_whole": (lambda a: tuple(numpy.linalg.svd(_finite(a))), ()),
    "qr": (lambda a: tuple(numpy.linalg.qr(a)), ()),
    "qr_whole": (lambda a: tuple(numpy.linalg.qr(a, "complete")), ()),
}
_OUTPUTS = {"slogdet": 2, "eigh": 2, "eig": 2, "svd": 3, "svd_whole": 3, "qr": 2, "qr_whole": 2}


def _bring_numpys() -> None:
    for name, (kernel, attributes) in _KERNELS.items():
        library.register_op(
            f"lapack_{name}",
            inputs=["a", "b"] if name in ("solve", "triangular") else ["a"],
            attributes=dict.fromkeys(attributes, False),
            outputs=_OUTPUTS.get(name, 1),
            kernel=_in_double(name.removesuffix("_whole"), kernel),
        )


# ---- who brings the kernels ----------------------------------------------------------------------

_brought: list[str] = []
_bringing = threading.Lock()


def provider() -> str:
    """Who brings LAPACK's kernels, which happens at the first call: the path of the library of
    operators, or "numpy" where it finds no LAPACK."""
    if not _brought:
        with _bringing:
            if not _brought:
                _brought.append(_bring())
    return _brought[0]


def _bring() -> str:
    path = lapack.prepared()
    try:
        library.load(path)
    except (Error, OSError):  # there is no LAPACK, or no such library in this build
        _bring_numpys()
        return "numpy"
    return path


def operator(name: str) -> Callable[..., Any]:
    """The operator of a factorization, whose kernels are there from now on."""
    provider()
    found: Callable[..., Any] = _OPERATORS[name]
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


__all__ = ["LinAlgError", "matrices", "operator", "provider"]
