"""Distributions on all numbers that a location and a scale place: uniform, normal, Laplace, Cauchy,
Gumbel, Student's t.
"""

import math
from typing import Any

from weft import np, npx
from weft._core.typing import ArrayLike, ndarray
from weft.gluon.probability._values import EULER
from weft.gluon.probability.constraint import Constraint, Interval, Positive, Real
from weft.gluon.probability.distribution import Distribution, ExponentialFamily, named

_LOG_TWO_PI = math.log(2 * math.pi)


class Uniform(Distribution):
    """Numbers in [low, high), each equally likely.

    >>> Uniform(0.0, 4.0).log_prob(np.array([1.0, 5.0]))
    array([-1.3862944,       -inf])
    """

    has_grad = True
    arg_constraints = named(low=Real(), high=Real())

    low: ndarray
    high: ndarray

    def __init__(
        self, low: ArrayLike = 0.0, high: ArrayLike = 1.0, validate_args: bool | None = None
    ) -> None:
        self._set(low=low, high=high)
        super().__init__(0, validate_args)

    @property
    def support(self) -> Constraint:
        return Interval(self.low, self.high)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return self.low + (self.high - self.low) * np.random.uniform(size=shape, dtype=self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value)
        inside = np.logical_and(value >= self.low, value <= self.high)
        return np.where(inside, -np.log(self.high - self.low), -np.inf)

    def cdf(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value)
        return np.clip((value - self.low) / (self.high - self.low), 0, 1)

    def icdf(self, value: ArrayLike) -> ndarray:
        return self.low + self._probabilities(value) * (self.high - self.low)

    @property
    def mean(self) -> ndarray:
        return (self.low + self.high) / 2

    @property
    def variance(self) -> ndarray:
        return (self.high - self.low) ** 2 / 12

    def entropy(self) -> ndarray:
        return np.log(self.high - self.low)


class _LocatedAndScaled(Distribution):
    """A distribution that is a standard one, scaled and then moved."""

    has_grad = True
    support = Real()  # type: ignore[assignment]
    arg_constraints = named(loc=Real(), scale=Positive())

    loc: ndarray
    scale: ndarray

    def __init__(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, validate_args: bool | None = None
    ) -> None:
        self._set(loc=loc, scale=scale)
        super().__init__(0, validate_args)

    def _standard(self, value: ArrayLike) -> ndarray:
        return (self._validate_samples(value) - self.loc) / self.scale


class Normal(_LocatedAndScaled, ExponentialFamily):
    """The normal distribution with mean `loc` and standard deviation `scale`.

    >>> Normal(0.0, 1.0).log_prob(np.array([0.0, 1.0]))
    array([-0.9189385, -1.4189385])
    """

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return self.loc + self.scale * np.random.normal(size=shape, dtype=self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        return -(self._standard(value) ** 2) / 2 - np.log(self.scale) - _LOG_TWO_PI / 2

    def cdf(self, value: ArrayLike) -> ndarray:
        return (1 + npx.erf(self._standard(value) / math.sqrt(2))) / 2

    def icdf(self, value: ArrayLike) -> ndarray:
        share = self._probabilities(value)
        return self.loc + self.scale * math.sqrt(2) * npx.erfinv(2 * share - 1)

    @property
    def mean(self) -> ndarray:
        return self._batch(self.loc)

    @property
    def stddev(self) -> ndarray:
        return self._batch(self.scale)

    @property
    def variance(self) -> ndarray:
        return self._batch(self.scale) ** 2

    def entropy(self) -> ndarray:
        return self._batch(np.log(self.scale)) + (1 + _LOG_TWO_PI) / 2

    @property
    def _natural_params(self) -> tuple[ndarray, ...]:
        return self.loc / self.scale**2, -0.5 / self.scale**2

    def _log_normalizer(self, *natural_params: ndarray) -> ndarray:
        first, second = natural_params
        return -(first**2) / (4 * second) - np.log(-2 * second) / 2

    @property
    def _mean_carrier_measure(self) -> Any:
        return -_LOG_TWO_PI / 2


class Laplace(_LocatedAndScaled):
    """The Laplace distribution: exponential on both sides of `loc`, with mean distance `scale`.

    >>> Laplace(0.0, 1.0).cdf(np.array([0.0]))
    array([0.5])
    """

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        # The difference of two waiting times; that of one of 0 to another is the half of a side.
        first = np.random.exponential(size=shape, dtype=self._dtype)
        second = np.random.exponential(size=shape, dtype=self._dtype)
        return self.loc + self.scale * (first - second)

    def log_prob(self, value: ArrayLike) -> ndarray:
        return -abs(self._standard(value)) - np.log(2 * self.scale)

    def cdf(self, value: ArrayLike) -> ndarray:
        z = self._standard(value)
        return 0.5 - 0.5 * np.sign(z) * np.expm1(-abs(z))

    def icdf(self, value: ArrayLike) -> ndarray:
        side = self._probabilities(value) - 0.5
        return self.loc - self.scale * np.sign(side) * np.log1p(-2 * abs(side))

    @property
    def mean(self) -> ndarray:
        return self._batch(self.loc)

    @property
    def stddev(self) -> ndarray:
        return math.sqrt(2) * self._batch(self.scale)

    @property
    def variance(self) -> ndarray:
        return 2 * self._batch(self.scale) ** 2

    def entropy(self) -> ndarray:
        return 1 + self._batch(np.log(2 * self.scale))


class Cauchy(_LocatedAndScaled):
    """The Cauchy distribution with median `loc` and half width `scale` at half of its height. It
    has no mean and no variance: both are NaN.

    >>> Cauchy(0.0, 1.0).icdf(np.array([0.75]))
    array([1.])
    """

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        # The ratio of two normal numbers.
        above = np.random.normal(size=shape, dtype=self._dtype)
        return self.loc + self.scale * (above / np.random.normal(size=shape, dtype=self._dtype))

    def log_prob(self, value: ArrayLike) -> ndarray:
        z = self._standard(value)
        return -math.log(math.pi) - np.log(self.scale) - np.log1p(z * z)

    def cdf(self, value: ArrayLike) -> ndarray:
        return np.arctan(self._standard(value)) / math.pi + 0.5

    def icdf(self, value: ArrayLike) -> ndarray:
        return self.loc + self.scale * np.tan(math.pi * (self._probabilities(value) - 0.5))

    @property
    def mean(self) -> ndarray:
        return self._batch(np.full_like(self.loc, np.nan))

    @property
    def variance(self) -> ndarray:
        return self._batch(np.full_like(self.loc, np.nan))

    def entropy(self) -> ndarray:
        return self._batch(np.log(4 * math.pi * self.scale))


class Gumbel(_LocatedAndScaled):
    """The Gumbel distribution of the largest of many numbers, with mode `loc`.

    >>> Gumbel(0.0, 1.0).mean
    array(0.5772157)
    """

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        waits = np.random.exponential(size=shape, dtype=self._dtype)
        return self.loc - self.scale * np.log(waits)

    def log_prob(self, value: ArrayLike) -> ndarray:
        z = self._standard(value)
        return -(z + np.exp(-z)) - np.log(self.scale)

    def cdf(self, value: ArrayLike) -> ndarray:
        return np.exp(-np.exp(-self._standard(value)))

    def icdf(self, value: ArrayLike) -> ndarray:
        return self.loc - self.scale * np.log(-np.log(self._probabilities(value)))

    @property
    def mean(self) -> ndarray:
        return self.loc + EULER * self.scale

    @property
    def stddev(self) -> ndarray:
        return math.pi / math.sqrt(6) * self._batch(self.scale)

    @property
    def variance(self) -> ndarray:
        return math.pi**2 / 6 * self._batch(self.scale) ** 2

    def entropy(self) -> ndarray:
        return self._batch(np.log(self.scale)) + (1 + EULER)


class StudentT(Distribution):
    """Student's t distribution with `df` degrees of freedom, scaled by `scale`, around `loc`.

    Its mean is NaN for `df` up to 1, its variance infinite up to 2 and NaN up to 1. Gradients of
    samples by `df` are of first order.

    >>> StudentT(3.0).variance
    array(3.)
    """

    has_grad = True
    support = Real()  # type: ignore[assignment]
    arg_constraints = named(df=Positive(), loc=Real(), scale=Positive())

    df: ndarray
    loc: ndarray
    scale: ndarray

    def __init__(
        self,
        df: ArrayLike,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        validate_args: bool | None = None,
    ) -> None:
        self._set(df=df, loc=loc, scale=scale)
        super().__init__(0, validate_args)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return self.loc + self.scale * np.random.standard_t(self.df, shape, self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        z = (self._validate_samples(value) - self.loc) / self.scale
        half = (self.df + 1) / 2
        factor = npx.gammaln(half) - npx.gammaln(self.df / 2) - np.log(math.pi * self.df) / 2
        return factor - np.log(self.scale) - half * np.log1p(z * z / self.df)

    @property
    def mean(self) -> ndarray:
        return self._batch(np.where(self.df > 1, self.loc, np.nan))

    @property
    def variance(self) -> ndarray:
        is_finite = self.df > 2
        rest = np.where(is_finite, self.df - 2, 1.0)
        finite = self.scale**2 * self.df / rest
        return self._batch(np.where(is_finite, finite, np.where(self.df > 1, np.inf, np.nan)))

    def entropy(self) -> ndarray:
        half, quarter = (self.df + 1) / 2, self.df / 2
        slope = npx.digamma(half) - npx.digamma(quarter)
        beta = npx.gammaln(quarter) + math.lgamma(0.5) - npx.gammaln(half)
        return self._batch(np.log(self.scale) + half * slope + np.log(self.df) / 2 + beta)
