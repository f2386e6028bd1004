"""Complex numbers: their parts, their conjugates, and pairs of reals as numbers."""

from typing import Any

from weft import np, npx
from weft._core import native
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.torch._rules._table import aten

_pair: Any = native.operator("pair")


def paired(real: ndarray, imaginary: ndarray) -> ndarray:
    """Complex numbers of their parts. A sum with 1j times the second would make NaN of infinity."""
    return _pair(real, imaginary)


def without_gradient(x: ndarray) -> ndarray:
    """The same numbers, through which no gradient goes."""
    if x.dtype.kind == "c":
        return paired(npx.stop_gradient(np.real(x)), npx.stop_gradient(np.imag(x)))
    return npx.stop_gradient(x) if x.dtype.kind == "f" else x


@aten("complex")
def _complex(real: Array, imag: Array) -> ndarray:
    return paired(real, imag)


@aten("polar")
def _polar(abs: Array, angle: Array) -> ndarray:
    return paired(abs * np.cos(angle), abs * np.sin(angle))


@aten("view_as_complex", "view_as_complex_copy")
def view_as_complex(self: Array) -> ndarray:
    """Numbers of a last axis with two elements."""
    return paired(self[..., 0], self[..., 1])


@aten("view_as_real", "view_as_real_copy")
def view_as_real(self: Array) -> ndarray:
    """The parts of numbers along a new last axis."""
    return np.stack([np.real(self), np.imag(self)], -1)


@aten("real")
def _real(self: Array) -> ndarray:
    return np.real(self)


@aten("imag")
def _imag(self: Array) -> ndarray:
    return np.imag(self)


@aten("angle")
def _angle(self: Array) -> ndarray:
    return np.angle(self)


@aten("conj", "_conj", "_conj_copy", "_conj_physical", "conj_physical")
def _conj(self: Array) -> ndarray:
    return np.conj(self) if self.dtype.kind == "c" else self


__all__ = ["paired", "view_as_complex", "view_as_real", "without_gradient"]
