"""Parts of complex numbers, and questions about them."""

from typing import Any

import numpy

from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._arguments import array_of


def real(val: ArrayLike) -> ndarray:
    """The real parts of the elements, a view as `x.real` is; of a real array the array itself.

    >>> real([1 + 2j, 3]).tolist()
    [1.0, 3.0]
    """
    return _part(val, "real")


def imag(val: ArrayLike) -> ndarray:
    """The imaginary parts of the elements; zeros of a real array.

    >>> imag([1 + 2j, 3]).tolist()
    [2.0, 0.0]
    """
    return _part(val, "imag")


def _part(val: ArrayLike, name: str) -> ndarray:
    operator = getattr(_ops, name)
    if isinstance(val, native.ndarray) and not native.is_traced(val):
        found: ndarray = getattr(val, name)
        return found
    return operator(val)  # type: ignore[no-any-return]


def angle(z: ArrayLike, deg: bool = False) -> ndarray:
    """The angles of the elements in the complex plane, from -pi to pi, or in degrees.

    >>> angle([1j, -1.0], deg=True).tolist()
    [90.0, 180.0]
    """
    found = _ops.angle(z)
    return found * (180 / numpy.pi) if deg else found


def iscomplex(x: ArrayLike) -> ndarray:
    """Truth of elements that have an imaginary part other than 0.

    >>> iscomplex([1 + 1j, 1 + 0j]).tolist()
    [True, False]
    """
    return _ops.imag(x) != 0


def isreal(x: ArrayLike) -> ndarray:
    """Truth of elements whose imaginary part is 0.

    >>> isreal([1 + 1j, 1 + 0j]).tolist()
    [False, True]
    """
    return _ops.imag(x) == 0


def iscomplexobj(x: Any) -> bool:
    """Is this an array or number of a complex dtype, whatever its elements are?

    >>> iscomplexobj(1j), iscomplexobj([1.0])
    (True, False)
    """
    array = x if isinstance(x, native.ndarray) else array_of(x)
    return array.dtype.name.startswith("complex")


def isrealobj(x: Any) -> bool:
    """Is this an array or number of no complex dtype?

    >>> isrealobj([1.0])
    True
    """
    return not iscomplexobj(x)


def real_if_close(a: ArrayLike, tol: float = 100) -> ndarray:
    """The real parts if all imaginary parts are near 0, else the array itself. Reads the elements.

    tol: how near, in machine epsilons; up to 1 it is the distance itself

    >>> real_if_close([1 + 1e-8j]).dtype.name
    'float32'
    """
    array = array_of(a)
    if not iscomplexobj(array):
        return array
    distance = tol * numpy.finfo(array.dtype).eps if tol > 1 else tol
    return _ops.real(array) if bool((abs(_ops.imag(array)) < distance).all()) else array


__all__ = [
    *("angle", "imag", "iscomplex", "iscomplexobj", "isreal", "isrealobj", "real"),
    "real_if_close",
]
