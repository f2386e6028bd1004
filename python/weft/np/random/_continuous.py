"""Distributions that are a function of uniform, exponential and normal numbers, and two that
operators of the core draw for each element of their parameters.

A parameter is a number or an array; arrays broadcast, and gradients reach them: each number is a
function of its parameters and of draws that do not depend on these. The numbers of `wald` and
`vonmises` depend on a choice, too; their gradients are those of the number whose rank stays.
"""

import math

from weft._base.errors import InvalidValue
from weft._core import OPERATORS
from weft._core.composing import draws
from weft._core.typing import ArrayLike, DTypeLike, Shape, ndarray
from weft.np import _ops
from weft.np.random._basic import normals, units, waits
from weft.np.random._parameters import Draw, drawn, known, require


@draws
def gumbel(
    loc: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = None,
) -> ndarray:
    """Numbers of the Gumbel distribution, that of largest values.

    >>> gumbel(size=(2, 3)).shape
    (2, 3)
    """
    require("gumbel", "at least 0", scale=scale)
    how = drawn("gumbel", size, dtype, loc, scale)
    return how.result(_ops.subtract(loc, _ops.multiply(scale, _ops.log(waits(how)))))


@draws
def logistic(
    loc: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = None,
) -> ndarray:
    """Numbers of the logistic distribution.

    >>> logistic(size=(2, 3)).shape
    (2, 3)
    """
    require("logistic", "at least 0", scale=scale)
    how = drawn("logistic", size, dtype, loc, scale)
    part = _ops.log(_ops.expm1(waits(how)))
    return how.result(_ops.subtract(loc, _ops.multiply(scale, part)))


@draws
def laplace(
    loc: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = None,
) -> ndarray:
    """Numbers of the Laplace distribution, exponential on both sides of `loc`.

    >>> laplace(size=(2, 3)).shape
    (2, 3)
    """
    require("laplace", "at least 0", scale=scale)
    how = drawn("laplace", size, dtype, loc, scale)
    part = waits(how) - waits(how)
    return how.result(_ops.add(loc, _ops.multiply(scale, part)))


@draws
def lognormal(
    mean: ArrayLike = 0.0,
    sigma: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = None,
) -> ndarray:
    """Numbers whose logarithms are normal.

    >>> bool((lognormal(size=10) > 0).all())
    True
    """
    require("lognormal", "at least 0", sigma=sigma)
    how = drawn("lognormal", size, dtype, mean, sigma)
    return how.result(_ops.exp(_ops.add(mean, _ops.multiply(sigma, normals(how)))))


@draws
def rayleigh(scale: ArrayLike = 1.0, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Lengths of vectors of two normal numbers.

    >>> bool((rayleigh(size=10) > 0).all())
    True
    """
    require("rayleigh", "at least 0", scale=scale)
    how = drawn("rayleigh", size, dtype, scale)
    return how.result(_ops.multiply(scale, _ops.sqrt(2 * waits(how))))


@draws
def weibull(a: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Numbers of the Weibull distribution of shape `a`, which is above 0.

    >>> bool((weibull(2.0, size=10) > 0).all())
    True
    """
    require("weibull", "above 0", a=a)
    how = drawn("weibull", size, dtype, a)
    return how.result(_ops.power(waits(how), _ops.divide(1.0, a)))


@draws
def pareto(a: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Numbers of the Pareto distribution of shape `a`, which is above 0, from 0 on.

    >>> bool((pareto(2.0, size=10) >= 0).all())
    True
    """
    require("pareto", "above 0", a=a)
    how = drawn("pareto", size, dtype, a)
    return how.result(_ops.expm1(_ops.divide(waits(how), a)))


@draws
def power(a: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Numbers from 0 to 1 with the density a x^(a - 1).

    >>> bool((power(2.0, size=10) <= 1).all())
    True
    """
    require("power", "above 0", a=a)
    how = drawn("power", size, dtype, a)
    return how.result(_ops.exp(_ops.divide(-waits(how), a)))


@draws
def standard_cauchy(size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Numbers of the Cauchy distribution: quotients of two normal numbers.

    >>> standard_cauchy((2, 3)).shape
    (2, 3)
    """
    how = drawn("standard_cauchy", size, dtype)
    return how.result(normals(how) / normals(how))


@draws
def triangular(
    left: ArrayLike,
    mode: ArrayLike,
    right: ArrayLike,
    size: Shape | None = None,
    dtype: DTypeLike = None,
) -> ndarray:
    """Numbers from `left` to `right` whose density rises in a line up to `mode` and then falls.

    Raises ValueError unless left <= mode <= right and left < right; elements of Weft's arrays are
    not looked at.

    >>> bool((triangular(0.0, 1.0, 4.0, size=10) <= 4).all())
    True
    """
    low, middle, high = known(left), known(mode), known(right)
    if low is not None and middle is not None and high is not None:
        if not ((low <= middle) & (middle <= high)).all():
            raise InvalidValue(
                "triangular: `mode` must be in [left, right]; "
                f"got {left}, {mode} and {right} as `left`, `mode` and `right`"
            )
        if not (low < high).all():
            raise InvalidValue(f"triangular: `right` must be above `left`; got {right} and {left}")
    how = drawn("triangular", size, dtype, left, mode, right)
    first, peak, last = how.of(left), how.of(mode), how.of(right)
    share, width = units(how), last - first
    rising, falling = share * width * (peak - first), (1 - share) * width * (last - peak)
    # The side that is not taken must have a finite slope, too.
    found = _ops.where(
        share * width < peak - first,
        first + _ops.sqrt(_ops.maximum(rising, 1e-30)),
        last - _ops.sqrt(_ops.maximum(falling, 1e-30)),
    )
    return how.result(found)


@draws
def wald(
    mean: ArrayLike, scale: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None
) -> ndarray:
    """Numbers of Wald's distribution, the inverse Gaussian: when a random walk with drift meets a
    bound. Gradients are of first order.

    >>> bool((wald(2.0, 3.0, size=10) > 0).all())
    True
    """
    require("wald", "above 0", mean=mean, scale=scale)
    how = drawn("wald", size, dtype, mean, scale)
    return how.result(OPERATORS["wald"](how.of(mean), how.of(scale)))


@draws
def vonmises(
    mu: ArrayLike, kappa: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None
) -> ndarray:
    """Angles around `mu`, from -pi to pi: the normal distribution of a circle.

    kappa: how close to `mu` they are, at least 0; its gradients are of first order

    >>> bool((abs(vonmises(0.0, 4.0, size=10)) <= 3.1415927).all())
    True
    """
    require("vonmises", "at least 0", kappa=kappa)
    how = drawn("vonmises", size, dtype, mu, kappa)
    found = how.of(mu) + OPERATORS["vonmises"](how.of(kappa))
    return how.result(_within_a_turn(how, found))


def _within_a_turn(how: Draw, angles: ndarray) -> ndarray:
    wrapped = angles - 2 * math.pi * _ops.rint(angles / (2 * math.pi))
    return _ops.clip(wrapped, -math.pi, math.pi)


__all__ = [
    "gumbel",
    "laplace",
    "logistic",
    "lognormal",
    "pareto",
    "power",
    "rayleigh",
    "standard_cauchy",
    "triangular",
    "vonmises",
    "wald",
    "weibull",
]
