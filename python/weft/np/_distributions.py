"""Distributions that are made of uniform and normal numbers: `weft.np.random` has them.

A parameter is a number or an array; arrays broadcast, and gradients reach them: each number is a
function of its parameters and of draws that do not depend on these. Of `gamma` and what is made of
it that is not all of it: its shapes also say which draw is taken.
"""

from collections.abc import Iterable
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft._base.options import require_whole
from weft._core import OPERATORS, native
from weft._core.composing import draws
from weft._core.typing import ArrayLike, DTypeLike, Shape, ndarray
from weft.np import _creation, _ops, _padding

_CANDIDATES = 8  # of which one is wrong in 20 cases at most: all are once in 10^10


def _array(value: ArrayLike, dtype: DTypeLike) -> ndarray:
    array = native.array(value, None, False)
    return array.astype(dtype) if array.dtype.kind in "iub" else array


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | numpy.number)


def shape_of(size: Shape | None, *parameters: ArrayLike) -> tuple[int, ...]:
    """The shape that is asked for, or what the parameters broadcast to."""
    if size is not None:
        return tuple(size) if isinstance(size, Iterable) else (size,)
    shapes = [() if is_number(p) else native.array(p, None, False).shape for p in parameters]
    return numpy.broadcast_shapes(*shapes)


def _check_positive(where: str, **parameters: Any) -> None:
    """Raises ValueError for numbers that are not above 0; elements of arrays are not looked at."""
    for name, value in parameters.items():
        if is_number(value) and not value > 0:
            raise InvalidValue(f"{where}: `{name}` must be above 0; got {value}")


def _check_scale(where: str, value: Any, name: str = "scale") -> None:
    if is_number(value) and value < 0:
        raise InvalidValue(f"{where}: `{name}` must be at least 0; got {value}")


def _uniform(shape: tuple[int, ...], dtype: DTypeLike) -> ndarray:
    """Uniform in (0, 1): a logarithm of it is finite."""
    drawn = OPERATORS["uniform"](0, 1, shape, dtype)
    return _ops.maximum(drawn, 1e-7 if str(dtype) == "float16" else 1e-30)


def _normal(shape: tuple[int, ...], dtype: DTypeLike) -> ndarray:
    return OPERATORS["normal"](0, 1, shape, dtype)


@draws
def gumbel(
    loc: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = "float32",
) -> ndarray:
    """Numbers of the Gumbel distribution, that of largest values.

    >>> gumbel(size=(2, 3)).shape
    (2, 3)
    """
    _check_scale("gumbel", scale)
    draw = _uniform(shape_of(size, loc, scale), dtype)
    return _ops.subtract(loc, _ops.multiply(scale, _ops.log(-_ops.log(draw))))


@draws
def logistic(
    loc: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = "float32",
) -> ndarray:
    """Numbers of the logistic distribution.

    >>> logistic(size=(2, 3)).shape
    (2, 3)
    """
    _check_scale("logistic", scale)
    draw = _uniform(shape_of(size, loc, scale), dtype)
    return _ops.add(loc, _ops.multiply(scale, _ops.log(draw) - _ops.log1p(-draw)))


@draws
def laplace(
    loc: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = "float32",
) -> ndarray:
    """Numbers of the Laplace distribution, exponential on both sides of `loc`.

    >>> laplace(size=(2, 3)).shape
    (2, 3)
    """
    _check_scale("laplace", scale)
    draw = OPERATORS["uniform"](-0.5, 0.5, shape_of(size, loc, scale), dtype)
    part = _ops.log(_ops.maximum(1 - 2 * _ops.abs(draw), 1e-7)) * _ops.sign(draw)
    return _ops.subtract(loc, _ops.multiply(scale, part))


@draws
def lognormal(
    mean: ArrayLike = 0.0,
    sigma: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = "float32",
) -> ndarray:
    """Numbers whose logarithms are normal.

    >>> bool((lognormal(size=10) > 0).all())
    True
    """
    _check_scale("lognormal", sigma, "sigma")
    draw = _normal(shape_of(size, mean, sigma), dtype)
    return _ops.exp(_ops.add(mean, _ops.multiply(sigma, draw)))


@draws
def rayleigh(
    scale: ArrayLike = 1.0, size: Shape | None = None, dtype: DTypeLike = "float32"
) -> ndarray:
    """Lengths of vectors of two normal numbers.

    >>> bool((rayleigh(size=10) > 0).all())
    True
    """
    _check_scale("rayleigh", scale)
    draw = _uniform(shape_of(size, scale), dtype)
    return _ops.multiply(scale, _ops.sqrt(-2 * _ops.log(draw)))


@draws
def weibull(a: ArrayLike, size: Shape | None = None, dtype: DTypeLike = "float32") -> ndarray:
    """Numbers of the Weibull distribution of shape `a`, which is above 0.

    >>> bool((weibull(2.0, size=10) > 0).all())
    True
    """
    _check_positive("weibull", a=a)
    draw = _uniform(shape_of(size, a), dtype)
    return _ops.power(-_ops.log(draw), _ops.divide(1.0, a))


@draws
def pareto(a: ArrayLike, size: Shape | None = None, dtype: DTypeLike = "float32") -> ndarray:
    """Numbers of the Pareto distribution of shape `a`, which is above 0, from 0 on.

    >>> bool((pareto(2.0, size=10) >= 0).all())
    True
    """
    _check_positive("pareto", a=a)
    draw = _uniform(shape_of(size, a), dtype)
    return _ops.expm1(_ops.divide(-_ops.log(draw), a))


@draws
def power(a: ArrayLike, size: Shape | None = None, dtype: DTypeLike = "float32") -> ndarray:
    """Numbers from 0 to 1 with the density a x^(a - 1).

    >>> bool((power(2.0, size=10) <= 1).all())
    True
    """
    _check_positive("power", a=a)
    draw = _uniform(shape_of(size, a), dtype)
    return _ops.exp(_ops.divide(_ops.log(draw), a))


@draws
def gamma(
    shape: ArrayLike,
    scale: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = "float32",
) -> ndarray:
    """Numbers of the gamma distribution, by Marsaglia and Tsang (2000).

    shape: the shape parameter, above 0

    Gradients by `scale` are exact. Those by `shape` are of the candidate that was taken, not of the
    choice: of the mean of log(x) they are 16 % too large at a shape of 1, 1 % at 3, 0.1 % at 10,
    and of the mean of x 2 % at 1. Those of `beta`, `chisquare` and `f` are made of these.

    >>> bool((gamma(0.5, size=10) >= 0).all())
    True
    """
    _check_positive("gamma", shape=shape)
    _check_scale("gamma", scale)
    extents = shape_of(size, shape, scale)
    alpha = _ops.broadcast_to(_array(shape, dtype), extents)
    is_small = alpha < 1
    third = _ops.where(is_small, alpha + 1, alpha) - 1 / 3
    width = 1 / _ops.sqrt(9 * third)
    normals = _normal((_CANDIDATES, *extents), dtype)
    cubes = (1 + width * normals) ** 3
    log = _ops.log(_ops.maximum(cubes, 1e-30))
    bound = 0.5 * normals * normals + third * (1 - cubes + log)
    is_good = (cubes > 0) & (_ops.log(_uniform((_CANDIDATES, *extents), dtype)) < bound)
    chosen = _ops.argmax(is_good, 0, keepdims=True)
    found = third * OPERATORS["take_along_axis"](cubes, chosen, 0)[0]
    # Below 1, a number of shape alpha + 1 times a power of a uniform one is of shape alpha.
    part = _ops.exp(_ops.log(_uniform(extents, dtype)) / alpha)
    return _ops.multiply(_ops.where(is_small, found * part, found), scale)


@draws
def beta(
    a: ArrayLike, b: ArrayLike, size: Shape | None = None, dtype: DTypeLike = "float32"
) -> ndarray:
    """Numbers of the beta distribution, from 0 to 1.

    >>> bool((beta(2.0, 3.0, size=10) < 1).all())
    True
    """
    _check_positive("beta", a=a, b=b)
    extents = shape_of(size, a, b)
    first = gamma(a, size=extents, dtype=dtype)
    return first / (first + gamma(b, size=extents, dtype=dtype))


@draws
def chisquare(df: ArrayLike, size: Shape | None = None, dtype: DTypeLike = "float32") -> ndarray:
    """Sums of squares of `df` normal numbers.

    >>> bool((chisquare(2.0, size=10) > 0).all())
    True
    """
    _check_positive("chisquare", df=df)
    return 2 * gamma(_ops.divide(df, 2.0), size=shape_of(size, df), dtype=dtype)


@draws
def f(
    dfnum: ArrayLike, dfden: ArrayLike, size: Shape | None = None, dtype: DTypeLike = "float32"
) -> ndarray:
    """Quotients of two means of squares, of `dfnum` and `dfden` normal numbers.

    >>> bool((f(2.0, 3.0, size=10) > 0).all())
    True
    """
    _check_positive("f", dfnum=dfnum, dfden=dfden)
    extents = shape_of(size, dfnum, dfden)
    above = chisquare(dfnum, extents, dtype) / dfnum
    return above / (chisquare(dfden, extents, dtype) / dfden)


@draws
def multivariate_normal(
    mean: ArrayLike, cov: ArrayLike, size: Shape | None = None, dtype: DTypeLike = "float32"
) -> ndarray:
    """Vectors that are normal with means `mean`, (..., D), and covariances `cov`, (..., D, D).

    cov: is read, so it cannot be traced and no gradient reaches it; size: shape in front of theirs

    Raises ValueError for matrices that are no covariances.

    >>> multivariate_normal([0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], size=3).shape
    (3, 2)
    """
    middle = _array(mean, dtype)
    matrices = _array(cov, dtype).asnumpy().astype("float64")
    if middle.ndim < 1 or matrices.shape[-2:] != (middle.shape[-1],) * 2:
        raise InvalidValue(
            "multivariate_normal: `cov` must have shape (..., D, D) for `mean` of shape (..., D); "
            f"got {matrices.shape} and {middle.shape}"
        )
    values, vectors = numpy.linalg.eigh(matrices)
    if values.min(initial=0) < -1e-6 * max(1.0, values.max(initial=0)):
        raise InvalidValue("multivariate_normal: `cov` must be positive semidefinite")
    roots = vectors * numpy.sqrt(values.clip(0, None))[..., None, :]
    batch = numpy.broadcast_shapes(middle.shape[:-1], roots.shape[:-2])
    lead = shape_of(size)
    draw = _normal((*lead, *batch, middle.shape[-1], 1), middle.dtype)
    return _ops.matmul(native.array(roots).astype(middle.dtype), draw)[..., 0] + middle


# ---- counts --------------------------------------------------------------------------------------


def _counts(name: str, size: Shape | None, dtype: DTypeLike, *parameters: ArrayLike) -> ndarray:
    """Counts of one of the core's distributions, drawn in float32 or float64."""
    extents = shape_of(size, *parameters)
    wide = "float64" if str(dtype) == "float64" else "float32"
    given = [
        _ops.broadcast_to(native.array(p, None, False).astype(wide), extents) for p in parameters
    ]
    found = OPERATORS["stop_gradient"](OPERATORS[name](*given))
    return found if str(dtype) == wide else found.astype(dtype)


def _check_chance(where: str, value: Any, name: str = "p") -> None:
    if is_number(value) and not 0 <= value <= 1:
        raise InvalidValue(f"{where}: `{name}` must be in [0, 1]; got {value}")


@draws
def poisson(
    lam: ArrayLike = 1.0, size: Shape | None = None, dtype: DTypeLike = "float32"
) -> ndarray:
    """How many events happen where `lam` are expected (the Poisson distribution). No gradient
    reaches `lam`.

    Raises ValueError for a number below 0; for such an element of an array the count is NaN.

    >>> bool((poisson(4.0, size=10) >= 0).all())
    True
    """
    _check_scale("poisson", lam, "lam")
    return _counts("poisson", size, dtype, lam)


@draws
def binomial(
    n: ArrayLike, p: ArrayLike, size: Shape | None = None, dtype: DTypeLike = "float32"
) -> ndarray:
    """How many of `n` trials succeed, each with probability `p`. No gradient reaches these.

    Raises ValueError for numbers that are no such; for such elements of arrays the count is NaN.

    >>> bool((binomial(5, 0.5, size=10) <= 5).all())
    True
    """
    _check_scale("binomial", n, "n")
    _check_chance("binomial", p)
    return _counts("binomial", size, dtype, n, p)


@draws
def negative_binomial(
    n: ArrayLike, p: ArrayLike, size: Shape | None = None, dtype: DTypeLike = "float32"
) -> ndarray:
    """How many trials fail before the `n`-th success, each succeeding with probability `p`; `n` may
    be any number above 0. No gradient reaches these.

    >>> bool((negative_binomial(3, 0.5, size=10) >= 0).all())
    True
    """
    _check_positive("negative_binomial", n=n, p=p)
    _check_chance("negative_binomial", p)
    wide = "float64" if str(dtype) == "float64" else "float32"
    chance = native.array(p, None, False).astype(wide)
    extents = shape_of(size, n, p)
    rate = gamma(n, (1 - chance) / chance, extents, wide)
    return _counts("poisson", None, dtype, rate)


def class_counts(count: int, chances: ndarray) -> ndarray:
    """How often each class is drawn in `count` draws, as float64. No gradient reaches `chances`.

    chances: in proportion to the classes' probabilities, along the last axis

    The draws are divided between two halves of the classes, then within each: a binomial number
    each time, so that the work grows with the classes, not with the draws.
    """
    lead, classes = chances.shape[:-1], chances.shape[-1]
    chances = chances.astype("float64")
    levels = max(classes - 1, 0).bit_length()
    widths = [(0, 0)] * len(lead) + [(0, 2**levels - classes)]
    sums = [_padding.pad(chances, widths)]
    for _ in range(levels):
        sums.append(sums[-1][..., 0::2] + sums[-1][..., 1::2])
    counts = _creation.full_like(sums[-1], count)
    for level in reversed(sums[:-1]):
        first, both = level[..., 0::2], level[..., 0::2] + level[..., 1::2]
        share = first / _ops.where(both == 0, 1.0, both)
        drawn = OPERATORS["binomial"](counts, share)
        counts = _ops.stack([drawn, counts - drawn], -1).reshape((*lead, level.shape[-1]))
    return OPERATORS["stop_gradient"](counts[..., :classes])


@draws
def multinomial(n: int, pvals: ArrayLike, size: Shape | None = None) -> ndarray:
    """How often each class is drawn in `n` draws with the probabilities `pvals`, as int64.

    pvals: one axis, sum 1; size: shape in front of it

    Raises ValueError for `n` below 0, and for probabilities that are below 0 or whose sum is above
    1.

    >>> multinomial(5, [0.0, 1.0])
    array([0, 5])
    """
    require_whole("multinomial", "n", n, 0)
    chances = _array(pvals, "float32")
    values = chances.asnumpy()
    if values.ndim != 1 or (values < 0).any() or values[:-1].sum() > 1 + 1e-6:
        raise InvalidValue(
            f"multinomial: `pvals` must be at least 0 and have the sum 1; got {values.tolist()}"
        )
    lead = shape_of(size)
    return class_counts(n, _ops.broadcast_to(chances, (*lead, chances.size))).astype("int64")


__all__ = [
    "beta",
    "binomial",
    "chisquare",
    "f",
    "gamma",
    "gumbel",
    "laplace",
    "logistic",
    "lognormal",
    "multinomial",
    "multivariate_normal",
    "negative_binomial",
    "pareto",
    "poisson",
    "power",
    "rayleigh",
    "weibull",
]
