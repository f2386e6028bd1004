"""The gamma distribution and what is made of it.

Gamma numbers are drawn by rejection. Their gradients are those of the number whose rank among all
numbers stays (implicit reparametrisation; Figurnov, Mohamed and Mnih, 2018), so the rejection does
not bias them; they are of first order. Quotients of gamma numbers are made of their logarithms,
which are finite also for tiny shapes.
"""

from weft._core import OPERATORS
from weft._core.composing import draws
from weft._core.typing import ArrayLike, DTypeLike, Shape, ndarray
from weft.np import _ops
from weft.np.random._basic import dtype_for, normals, placed, size_for
from weft.np.random._parameters import Draw, drawn, extents_of, is_number, require


def _numbers(how: Draw, shape: ArrayLike) -> ndarray:
    return OPERATORS["standard_gamma"](how.of(shape))


def _logarithms(how: Draw, shape: ArrayLike) -> ndarray:
    return OPERATORS["log_standard_gamma"](how.of(shape))


@draws
def gamma(
    shape: ArrayLike,
    scale: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = None,
) -> ndarray:
    """Numbers of the gamma distribution, by Marsaglia and Tsang (2000).

    shape: the shape parameter, at least 0; its gradients are of first order
    size: the shape that both broadcast to unless given

    >>> bool((gamma(0.5, size=10) >= 0).all())
    True
    """
    require("gamma", "at least 0", shape=shape, scale=scale)
    how = drawn("gamma", size, dtype, shape, scale)
    return how.result(_ops.multiply(_numbers(how, shape), scale))


@draws
def standard_gamma(
    shape: ArrayLike,
    size: Shape | None = None,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Numbers of the gamma distribution of scale 1.

    dtype: float32 unless given or `shape` is an array of float64
    out: an array that the numbers are written to

    >>> standard_gamma(2.0, (2, 3)).shape
    (2, 3)
    """
    require("standard_gamma", "at least 0", shape=shape)
    how = drawn("standard_gamma", size_for(size, out), dtype_for(dtype, out), shape)
    return placed(how.result(_numbers(how, shape)), out, dtype)


@draws
def chisquare(df: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Sums of squares of `df` normal numbers.

    >>> bool((chisquare(2.0, size=10) > 0).all())
    True
    """
    require("chisquare", "above 0", df=df)
    how = drawn("chisquare", size, dtype, df)
    return how.result(2 * _numbers(how, _ops.divide(how.of(df), 2)))


@draws
def noncentral_chisquare(
    df: ArrayLike, nonc: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None
) -> ndarray:
    """Sums of squares of `df` normal numbers, of whose means the squares have the sum `nonc`.

    Where `df` is 1 or less, no gradient reaches `nonc`: a count is drawn with it.

    >>> bool((noncentral_chisquare(2.0, 3.0, size=10) > 0).all())
    True
    """
    require("noncentral_chisquare", "above 0", df=df)
    require("noncentral_chisquare", "at least 0", nonc=nonc)
    how = drawn("noncentral_chisquare", size, dtype, df, nonc)
    return how.result(_off_center(how, df, nonc))


def _off_center(how: Draw, df: ArrayLike, nonc: ArrayLike) -> ndarray:
    """Above one degree of freedom, one normal number has all of the mean. Below, the number of
    degrees grows by twice a Poisson count of mean nonc / 2."""
    freedom, off = how.of(df), how.of(nonc)
    square = (normals(how) + _ops.sqrt(off)) ** 2
    if is_number(df) and df > 1:
        return square + 2 * _numbers(how, (freedom - 1) / 2)
    count = OPERATORS["stop_gradient"](OPERATORS["poisson"](off / 2))
    is_large = freedom > 1
    rest = _ops.where(is_large, freedom - 1, freedom + 2 * count)
    return 2 * _numbers(how, rest / 2) + _ops.where(is_large, square, 0.0)


@draws
def f(
    dfnum: ArrayLike, dfden: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None
) -> ndarray:
    """Quotients of two means of squares, of `dfnum` and `dfden` normal numbers.

    >>> bool((f(2.0, 3.0, size=10) > 0).all())
    True
    """
    require("f", "above 0", dfnum=dfnum, dfden=dfden)
    how = drawn("f", size, dtype, dfnum, dfden)
    above, below = how.of(dfnum), how.of(dfden)
    quotient = _ops.exp(_logarithms(how, above / 2) - _logarithms(how, below / 2))
    return how.result(quotient * (below / above))


@draws
def noncentral_f(
    dfnum: ArrayLike,
    dfden: ArrayLike,
    nonc: ArrayLike,
    size: Shape | None = None,
    dtype: DTypeLike = None,
) -> ndarray:
    """Quotients as of `f`, where the squares above are those of `noncentral_chisquare`.

    >>> bool((noncentral_f(2.0, 3.0, 1.0, size=10) > 0).all())
    True
    """
    require("noncentral_f", "above 0", dfnum=dfnum, dfden=dfden)
    require("noncentral_f", "at least 0", nonc=nonc)
    how = drawn("noncentral_f", size, dtype, dfnum, dfden, nonc)
    above, below = how.of(dfnum), how.of(dfden)
    squares = _off_center(how, dfnum, nonc)
    found = squares / above * (below / (2 * _numbers(how, below / 2)))
    return how.result(found)


@draws
def standard_t(df: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Numbers of Student's t distribution with `df` degrees of freedom.

    >>> standard_t(3.0, size=(2, 3)).shape
    (2, 3)
    """
    require("standard_t", "above 0", df=df)
    how = drawn("standard_t", size, dtype, df)
    half = how.of(df) / 2
    stretch = _ops.exp(0.5 * (_ops.log(half) - _logarithms(how, half)))
    return how.result(normals(how) * stretch)


@draws
def beta(a: ArrayLike, b: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Numbers of the beta distribution, from 0 to 1: the share of one gamma number of two.

    >>> bool((beta(2.0, 3.0, size=10) < 1).all())
    True
    """
    require("beta", "above 0", a=a, b=b)
    how = drawn("beta", size, dtype, a, b)
    return how.result(OPERATORS["sigmoid"](_logarithms(how, a) - _logarithms(how, b)))


@draws
def dirichlet(alpha: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Shares of a whole, along the last axis of `alpha`: gamma numbers divided by their sum.

    alpha: (..., K), at least 0; size: the shape in front of it, (...) unless given

    >>> dirichlet([1.0, 2.0, 3.0], size=2).shape
    (2, 3)
    """
    require("dirichlet", "at least 0", alpha=alpha)
    how = drawn("dirichlet", None, dtype, alpha)
    how = how._replace(shape=(*extents_of(size), *how.shape))
    return how.result(OPERATORS["softmax"](_logarithms(how, alpha), -1))


__all__ = [
    "beta",
    "chisquare",
    "dirichlet",
    "f",
    "gamma",
    "noncentral_chisquare",
    "noncentral_f",
    "standard_gamma",
    "standard_t",
]
