"""NumPy's functions of polynomials: vectors of coefficients, the highest power first.

What is made of operators is differentiated. `polyfit` reads the places, and has gradients by the
values there.
"""

from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require_whole
from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._arguments import array_of, floating, host_array, is_floating
from weft.np._creation import ones
from weft.np._dtype_functions import result_type
from weft.np._vectors._signals import convolve


def _coefficients(where: str, name: str, given: ArrayLike) -> ndarray:
    array = array_of(given)
    if array.ndim > 1:
        raise InvalidValue(f"{where}: `{name}` must have one axis; got shape {array.shape}")
    return array.reshape(1) if array.ndim == 0 else array


def poly(seq_of_zeros: ArrayLike) -> ndarray:
    """The coefficients of the polynomial whose roots these are, or the eigenvalues of a matrix.

    >>> from weft import np
    >>> np.poly(np.array([1.0, -1.0]))
    array([ 1.,  0., -1.])
    """
    roots = array_of(seq_of_zeros)
    if roots.ndim == 2:
        from weft.np.linalg import eigvals  # not every program needs it

        found = poly(eigvals(roots))
        return found if roots.dtype.kind == "c" else _ops.real(found)
    roots = floating(_coefficients("poly", "seq_of_zeros", roots))
    found = ones(1, roots.dtype)
    none = found * 0
    for root in roots:
        found = _ops.concatenate([found, none]) - root * _ops.concatenate([none, found])
    return found


def polyval(p: ArrayLike, x: ArrayLike) -> ndarray:
    """The polynomial with the coefficients `p`, the highest power first, at each element of `x`.

    >>> from weft import np
    >>> np.polyval(np.array([1.0, 0.0, 2.0]), np.array([3.0]))
    array([11.])
    """
    factors, places = array_of(p), array_of(x)
    if factors.ndim != 1:
        raise InvalidValue(f"polyval: `p` must have one axis; got {factors.ndim}")
    found = places * 0
    for factor in factors:
        found = found * places + factor
    return found


def _aligned(where: str, a1: ArrayLike, a2: ArrayLike) -> tuple[ndarray, ndarray]:
    """Both with as many coefficients, zeros in front of the shorter one."""
    given = [_coefficients(where, f"a{n}", a) for n, a in enumerate((a1, a2), 1)]
    count = max(a.shape[0] for a in given)
    found = []
    for a in given:
        less = count - a.shape[0]
        zeros = native.array(numpy.zeros(less)).astype(a.dtype)
        found.append(_ops.concatenate([zeros, a]) if less else a)
    return found[0], found[1]


def polyadd(a1: ArrayLike, a2: ArrayLike) -> ndarray:
    """The sum of two polynomials.

    >>> from weft import np
    >>> np.polyadd([1, 2], [9, 5, 4])
    array([9, 6, 6])
    """
    first, second = _aligned("polyadd", a1, a2)
    return _ops.add(first, second)


def polysub(a1: ArrayLike, a2: ArrayLike) -> ndarray:
    """The difference of two polynomials.

    >>> from weft import np
    >>> np.polysub([2, 10, -2], [3, 10, -4])
    array([-1,  0,  2])
    """
    first, second = _aligned("polysub", a1, a2)
    return _ops.subtract(first, second)


def polymul(a1: ArrayLike, a2: ArrayLike) -> ndarray:
    """The product of two polynomials.

    >>> from weft import np
    >>> np.polymul([1, 2, 3], [9, 5, 1])
    array([ 9, 23, 38, 17,  3])
    """
    first, second = (_coefficients("polymul", f"a{n}", a) for n, a in enumerate((a1, a2), 1))
    return convolve(first, second)


def polydiv(u: ArrayLike, v: ArrayLike) -> tuple[ndarray, ndarray]:
    """The quotient and the remainder of two polynomials; values are read for the remainder's
    degree.

    >>> from weft import np
    >>> np.polydiv(np.array([3.0, 5.0, 2.0]), np.array([2.0, 1.0]))
    (array([1.5 , 1.75]), array([0.25]))
    """
    first = floating(_coefficients("polydiv", "u", u))
    second = floating(_coefficients("polydiv", "v", v))
    kind = result_type(first.dtype, second.dtype)
    rest, divisor = first.astype(kind), second.astype(kind)
    m, n = rest.shape[0] - 1, divisor.shape[0] - 1
    steps, scale = [], 1.0 / divisor[0]
    for _ in range(max(m - n + 1, 0)):
        factor = scale * rest[:1]
        steps.append(factor)
        head = rest[: n + 1] - factor * divisor
        rest = _ops.concatenate([head[1:], rest[n + 1 :]])
    quotient = _ops.concatenate(steps) if steps else native.array(numpy.zeros(1)).astype(kind)
    values = host_array(rest)
    if not len(values):  # a number divides without a remainder
        return quotient, native.array(numpy.zeros(1)).astype(kind)
    begin = 0
    while begin < len(values) - 1 and numpy.allclose(values[begin], 0, rtol=1e-14):
        begin += 1
    return quotient, rest[begin:]


def polyder(p: ArrayLike, m: int = 1) -> ndarray:
    """The derivative of order `m` of a polynomial.

    >>> from weft import np
    >>> np.polyder([1, 1, 1, 1])
    array([3, 2, 1])
    """
    require_whole("polyder", "m", m, 0)
    found = _coefficients("polyder", "p", p)
    for _ in range(min(m, found.shape[0])):  # then nothing is left
        count = found.shape[0] - 1
        powers = native.array(numpy.arange(count, 0, -1))
        found = found[:-1] * powers.astype(found.dtype if is_floating(found) else "int64")
    return found


def polyint(p: ArrayLike, m: int = 1, k: ArrayLike | None = None) -> ndarray:
    """The integral of order `m` of a polynomial.

    k: the constants, one for each order or one for all; 0 by default

    >>> from weft import np
    >>> np.polyint(np.array([6.0, 2.0]))
    array([3., 2., 0.])
    """
    require_whole("polyint", "m", m, 0)
    found = _coefficients("polyint", "p", p)
    constants = array_of(0.0 if k is None else k).reshape(-1)
    if constants.shape[0] not in (1, m) and m:
        raise InvalidValue(f"polyint: `k` must have 1 or {m} constants; got {constants.shape[0]}")
    ones(found.shape[0] + m)  # refuses what has no room, before all the steps
    for order in range(m):
        found = floating(found)
        powers = native.array(numpy.arange(found.shape[0], 0, -1)).astype(found.dtype)
        place = order if constants.shape[0] > 1 else 0
        last = constants[place : place + 1].astype(found.dtype)
        found = _ops.concatenate([found / powers, last])
    return found


def vander(x: ArrayLike, N: int | None = None, increasing: bool = False) -> ndarray:  # noqa: N803
    """Powers of the elements of a vector, a row for each.

    N: how many, as many as elements by default; increasing: begins with the power 0

    >>> from weft import np
    >>> np.vander(np.array([1, 2, 3])).tolist()
    [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
    """
    array = array_of(x)
    if array.ndim != 1:
        raise InvalidValue(f"vander: `x` must have one axis; got shape {array.shape}")
    count = array.shape[0] if N is None else require_whole("vander", "N", N, 0)
    array = array.astype("int64") if array.dtype.kind == "b" else array
    if count == 0:
        return native.array(numpy.zeros((array.shape[0], 0))).astype(array.dtype)
    rows = array.shape[0]
    first = ones((rows, 1), array.dtype)
    factors = _ops.broadcast_to(array.reshape(rows, 1), (rows, count - 1))
    powers = _ops.cumprod(_ops.concatenate([first, factors], 1), 1, array.dtype)
    return powers if increasing else _ops.flip(powers, 1)


def polyfit(
    x: ArrayLike,
    y: ArrayLike,
    deg: int,
    rcond: float | None = None,
    full: bool = False,
    w: ArrayLike | None = None,
    cov: bool | str = False,
) -> Any:
    """The polynomial of a degree that comes nearest to points, by the sum of squares.

    x: where the points are, which is read; y: their values, a vector, or a column for each of
        several polynomials, with gradients
    rcond: the least singular value that counts, by the largest; w: weights of the distances
    full: also the squares' sum, the rank, the singular values and `rcond`
    cov: also the covariances of the coefficients, "unscaled" for weights that are known

    >>> from weft import np
    >>> np.polyfit([0.0, 1.0, 2.0], np.array([1.0, 3.0, 5.0]), 1).round(4)
    array([2., 1.])
    """
    require_whole("polyfit", "deg", deg, 0)
    values = floating(y)
    places = host_array(floating(x)).astype("float64")
    if places.ndim != 1 or not places.size:
        raise InvalidType(f"polyfit: `x` must be a vector with elements; got {places.shape}")
    if values.ndim not in (1, 2) or values.shape[0] != places.size:
        raise InvalidType(
            f"polyfit: `y` must have {places.size} rows and at most two axes; got {values.shape}"
        )
    shares = None if w is None else host_array(floating(w)).astype("float64")
    if shares is not None and shares.shape != places.shape:
        raise InvalidType(f"polyfit: `w` must have shape {places.shape}; got {shares.shape}")
    least = len(places) * numpy.finfo(values.dtype).eps if rcond is None else rcond
    table = numpy.vander(places, deg + 1) * (1 if shares is None else shares[:, None])
    scale = numpy.sqrt((table * table).sum(axis=0))
    solver = numpy.linalg.pinv(table / scale, rcond=least) / scale[:, None]
    solver = solver if shares is None else solver * shares
    found = _ops.matmul(native.array(solver), values.astype("float64")).astype(values.dtype)
    if full or cov:
        more = numpy.polyfit(places, host_array(values), deg, least, full, shares, cov)[1:]
        given = [
            native.array(numpy.asarray(m)) if isinstance(m, numpy.ndarray) else m for m in more
        ]
        return (found, *given)
    return found


__all__ = [
    "poly",
    "polyadd",
    "polyder",
    "polydiv",
    "polyfit",
    "polyint",
    "polymul",
    "polysub",
    "polyval",
    "vander",
]
