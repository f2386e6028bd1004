"""Random counts. They are int64 unless a dtype is given, and no gradient reaches their
parameters."""

from weft._core import OPERATORS
from weft._core.composing import draws
from weft._core.typing import ArrayLike, DTypeLike, Shape, ndarray
from weft.np import _ops
from weft.np.random._basic import waits
from weft.np.random._parameters import Draw, counted, require


def _constant(how: Draw, found: ndarray) -> ndarray:
    return how.result(OPERATORS["stop_gradient"](found))


def _of_operator(name: str, how: Draw, *parameters: ArrayLike) -> ndarray:
    return _constant(how, OPERATORS[name](*(how.of(each) for each in parameters)))


@draws
def poisson(lam: ArrayLike = 1.0, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """How many events happen where `lam` are expected (the Poisson distribution).

    dtype: int64 unless given
    Raises ValueError for `lam` below 0. Elements of Weft's arrays are not looked at; there a
    floating count is NaN.

    >>> bool((poisson(4.0, size=10) >= 0).all())
    True
    """
    require("poisson", "at least 0", lam=lam)
    return _of_operator("poisson", counted("poisson", size, dtype, lam), lam)


@draws
def binomial(
    n: ArrayLike, p: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None
) -> ndarray:
    """How many of `n` trials succeed, each with probability `p`.

    dtype: int64 unless given
    Raises ValueError for `n` below 0 and for `p` outside of [0, 1]. Elements of Weft's arrays are
    not looked at; there a floating count is NaN.

    >>> bool((binomial(5, 0.5, size=10) <= 5).all())
    True
    """
    require("binomial", "at least 0", n=n)
    require("binomial", "in [0, 1]", p=p)
    return _of_operator("binomial", counted("binomial", size, dtype, n, p), n, p)


@draws
def negative_binomial(
    n: ArrayLike, p: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None
) -> ndarray:
    """How many trials fail before the `n`-th success, each succeeding with probability `p`; `n` may
    be any number above 0.

    >>> bool((negative_binomial(3, 0.5, size=10) >= 0).all())
    True
    """
    require("negative_binomial", "above 0", n=n)
    require("negative_binomial", "in (0, 1]", p=p)
    how = counted("negative_binomial", size, dtype, n, p)
    # Of gamma numbers as rates, the counts are a mixture of Poisson distributions.
    chance, numbers = how.of(p), OPERATORS["standard_gamma"](how.of(n))
    return _constant(how, OPERATORS["poisson"](numbers * ((1 - chance) / chance)))


@draws
def geometric(p: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Which trial is the first that succeeds, each with probability `p`: 1, 2, 3, ...

    >>> bool((geometric(0.5, size=10) >= 1).all())
    True
    """
    require("geometric", "in (0, 1]", p=p)
    how = counted("geometric", size, dtype, p)
    # A waiting time cut into steps, in each of which it ends with probability p.
    steps = _ops.ceil(waits(how) / -_ops.log1p(-how.of(p)))
    return _constant(how, _ops.clip(steps, 1, 2.0**62))


@draws
def hypergeometric(
    ngood: ArrayLike,
    nbad: ArrayLike,
    nsample: ArrayLike,
    size: Shape | None = None,
    dtype: DTypeLike = None,
) -> ndarray:
    """How many are good of `nsample` things that are taken from `ngood` good and `nbad` bad ones.

    Raises ValueError for numbers below 0 and where more are taken than there are. Elements of
    Weft's arrays are not looked at.

    >>> int(hypergeometric(3, 0, 2))
    2
    """
    require("hypergeometric", "at least 0", ngood=ngood, nbad=nbad, nsample=nsample)
    rest = _ops.subtract(_ops.add(ngood, nbad), nsample)
    if not any(isinstance(each, ndarray) for each in (ngood, nbad, nsample)):
        require("hypergeometric", "at least 0", **{"ngood + nbad - nsample": rest.asnumpy()})
    how = counted("hypergeometric", size, dtype, ngood, nbad, nsample)
    return _of_operator("hypergeometric", how, ngood, nbad, nsample)


@draws
def logseries(p: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Counts k = 1, 2, ... with probabilities in proportion to p^k / k.

    >>> bool((logseries(0.5, size=10) >= 1).all())
    True
    """
    require("logseries", "in [0, 1)", p=p)
    return _of_operator("logseries", counted("logseries", size, dtype, p), p)


@draws
def zipf(a: ArrayLike, size: Shape | None = None, dtype: DTypeLike = None) -> ndarray:
    """Ranks k = 1, 2, ... with probabilities in proportion to k^-a, up to 2^63.

    >>> bool((zipf(2.0, size=10) >= 1).all())
    True
    """
    require("zipf", "above 1", a=a)
    return _of_operator("zipf", counted("zipf", size, dtype, a), a)


__all__ = [
    "binomial",
    "geometric",
    "hypergeometric",
    "logseries",
    "negative_binomial",
    "poisson",
    "zipf",
]
