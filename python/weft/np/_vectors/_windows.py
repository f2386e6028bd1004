"""NumPy's window functions: numbers by which a piece of a signal is multiplied."""

import math
from collections.abc import Sequence

import numpy

from weft._base.errors import InvalidType
from weft._core import native
from weft._core.typing import DTypeLike, ndarray
from weft.np import _creation


def _check(where: str, M: int) -> None:  # noqa: N803
    if isinstance(M, bool) or not isinstance(M, int | numpy.integer):
        raise InvalidType(f"{where}: `M` must be an integer; got {M!r}")


def _window(where: str, M: int, dtype: DTypeLike, parts: Sequence[float]) -> ndarray:  # noqa: N803
    _check(where, M)
    if M < 1:
        return _creation.zeros(0, dtype)
    if M == 1:
        return _creation.ones(1, dtype)
    angle = 2 * math.pi * numpy.arange(M) / (M - 1)
    found = sum(part * numpy.cos(n * angle) for n, part in enumerate(parts))
    return native.array(numpy.asarray(found)).astype(dtype)


def hanning(M: int, dtype: DTypeLike = "float32") -> ndarray:  # noqa: N803
    """The window of von Hann: a raised cosine of `M` numbers from 0 to 1 and back.

    >>> from weft import np
    >>> np.hanning(3).round(5)
    array([0., 1., 0.])
    """
    return _window("hanning", M, dtype, (0.5, -0.5))


def hamming(M: int, dtype: DTypeLike = "float32") -> ndarray:  # noqa: N803
    """The window of Hamming, `M` numbers.

    >>> from weft import np
    >>> np.hamming(3).round(5)
    array([0.08, 1.  , 0.08])
    """
    return _window("hamming", M, dtype, (0.54, -0.46))


def blackman(M: int, dtype: DTypeLike = "float32") -> ndarray:  # noqa: N803
    """The window of Blackman, `M` numbers.

    >>> from weft import np
    >>> np.blackman(5).round(2).tolist()[1:4]
    [0.3400000035762787, 1.0, 0.3400000035762787]
    """
    return _window("blackman", M, dtype, (0.42, -0.5, 0.08))


def bartlett(M: int, dtype: DTypeLike = "float32") -> ndarray:  # noqa: N803
    """The window of Bartlett: a triangle of `M` numbers from 0 to 1 and back.

    >>> from weft import np
    >>> np.bartlett(5)
    array([0. , 0.5, 1. , 0.5, 0. ])
    """
    _check("bartlett", M)
    return native.array(numpy.bartlett(M)).astype(dtype)


def kaiser(M: int, beta: float, dtype: DTypeLike = "float32") -> ndarray:  # noqa: N803
    """The window of Kaiser, `M` numbers.

    beta: its form: 0 a rectangle; the greater, the narrower

    >>> from weft import np
    >>> np.kaiser(3, 0.0)
    array([1., 1., 1.])
    """
    _check("kaiser", M)
    return native.array(numpy.asarray(numpy.kaiser(M, beta))).astype(dtype)


__all__ = ["bartlett", "blackman", "hamming", "hanning", "kaiser"]
