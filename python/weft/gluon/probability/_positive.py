"""Distributions of positive numbers and of shares: exponential, gamma, chi-squared, F, beta,
Dirichlet.
"""

from typing import Any

from weft import np, npx
from weft._core.typing import ArrayLike, ndarray
from weft.gluon.probability._values import log_beta, times_log
from weft.gluon.probability.constraint import (
    Constraint,
    NonNegative,
    Positive,
    Simplex,
    UnitInterval,
)
from weft.gluon.probability.distribution import Distribution, ExponentialFamily, named


class Exponential(ExponentialFamily):
    """The exponential distribution with mean `scale`.

    >>> Exponential(2.0).log_prob(np.array([-1.0, 0.0]))
    array([      -inf, -0.6931472])
    """

    has_grad = True
    support: Constraint = NonNegative()  # type: ignore[assignment]
    arg_constraints = named(scale=Positive())

    scale: ndarray

    def __init__(self, scale: ArrayLike = 1.0, validate_args: bool | None = None) -> None:
        self._set(scale=scale)
        super().__init__(0, validate_args)

    @property
    def rate(self) -> ndarray:
        """1 / scale."""
        return 1 / self.scale

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return self.scale * np.random.exponential(size=shape, dtype=self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value)
        return np.where(value >= 0, -value / self.scale - np.log(self.scale), -np.inf)

    def cdf(self, value: ArrayLike) -> ndarray:
        return -np.expm1(-np.maximum(self._validate_samples(value), 0) / self.scale)

    def icdf(self, value: ArrayLike) -> ndarray:
        return -self.scale * np.log1p(-self._probabilities(value))

    @property
    def mean(self) -> ndarray:
        return self.scale

    @property
    def stddev(self) -> ndarray:
        return self.scale

    @property
    def variance(self) -> ndarray:
        return self.scale**2

    def entropy(self) -> ndarray:
        return 1 + np.log(self.scale)

    @property
    def _natural_params(self) -> tuple[ndarray, ...]:
        return (-1 / self.scale,)

    def _log_normalizer(self, *natural_params: ndarray) -> ndarray:
        return -np.log(-natural_params[0])

    @property
    def _mean_carrier_measure(self) -> Any:
        return 0.0


class Gamma(ExponentialFamily):
    """The gamma distribution with `shape` k and `scale` theta: mean k theta, variance k theta².

    Gradients of samples by the shape are of first order, here and in what is made of it.

    >>> Gamma(2.0, 3.0).mean
    array(6.)
    """

    has_grad = True
    support: Constraint = Positive()  # type: ignore[assignment]
    arg_constraints = named(shape=Positive(), scale=Positive())

    shape: ndarray
    scale: ndarray

    def __init__(
        self, shape: ArrayLike, scale: ArrayLike = 1.0, validate_args: bool | None = None
    ) -> None:
        self._set(shape=shape, scale=scale)
        super().__init__(0, validate_args)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return np.random.gamma(self.shape, self.scale, shape, self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value)
        ratio = value / self.scale
        powers = times_log(self.shape - 1, ratio)
        return powers - ratio - npx.gammaln(self.shape) - np.log(self.scale)

    @property
    def mean(self) -> ndarray:
        return self.shape * self.scale

    @property
    def variance(self) -> ndarray:
        return self.shape * self.scale**2

    def entropy(self) -> ndarray:
        k = self.shape
        return k + np.log(self.scale) + npx.gammaln(k) + (1 - k) * npx.digamma(k)

    @property
    def _natural_params(self) -> tuple[ndarray, ...]:
        return self.shape - 1, -1 / self.scale

    def _log_normalizer(self, *natural_params: ndarray) -> ndarray:
        first, second = natural_params
        return npx.gammaln(first + 1) - (first + 1) * np.log(-second)

    @property
    def _mean_carrier_measure(self) -> Any:
        return 0.0


class Chi2(Gamma):
    """The chi-squared distribution with `df` degrees of freedom: Gamma(df / 2, 2).

    >>> Chi2(3.0).variance
    array(6.)
    """

    arg_constraints = named(df=Positive())

    df: ndarray

    def __init__(self, df: ArrayLike, validate_args: bool | None = None) -> None:
        self._set(df=df)
        ExponentialFamily.__init__(self, 0, validate_args)

    @property
    def shape(self) -> ndarray:  # type: ignore[override]
        return self.df / 2

    @property
    def scale(self) -> ndarray:  # type: ignore[override]
        return np.full_like(self.df, 2)


class FisherSnedecor(Distribution):
    """The F distribution of the ratio of two chi-squared numbers, each divided by its degrees of
    freedom, `df1` above and `df2` below.

    Its mean is NaN for `df2` up to 2, its variance up to 4.

    >>> FisherSnedecor(3.0, 4.0).mean
    array(2.)
    """

    has_grad = True
    support: Constraint = Positive()  # type: ignore[assignment]
    arg_constraints = named(df1=Positive(), df2=Positive())

    df1: ndarray
    df2: ndarray

    def __init__(self, df1: ArrayLike, df2: ArrayLike, validate_args: bool | None = None) -> None:
        self._set(df1=df1, df2=df2)
        super().__init__(0, validate_args)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return np.random.f(self.df1, self.df2, shape, self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value)
        a, b, ratio = self.df1 / 2, self.df2 / 2, self.df1 / self.df2
        powers = a * np.log(ratio) + (a - 1) * np.log(value)
        return powers - (a + b) * np.log1p(ratio * value) - log_beta(a, b)

    @property
    def mean(self) -> ndarray:
        exists = self.df2 > 2
        value = self.df2 / np.where(exists, self.df2 - 2, 1.0)
        return self._batch(np.where(exists, value, np.nan))

    @property
    def variance(self) -> ndarray:
        exists = self.df2 > 4
        b = np.where(exists, self.df2, 5.0)
        value = 2 * b**2 * (self.df1 + b - 2) / (self.df1 * (b - 2) ** 2 * (b - 4))
        return np.where(exists, value, np.nan)

    def entropy(self) -> ndarray:
        a, b = self.df1 / 2, self.df2 / 2
        slopes = (1 - a) * npx.digamma(a) - (1 + b) * npx.digamma(b) + (a + b) * npx.digamma(a + b)
        return np.log(self.df2 / self.df1) + log_beta(a, b) + slopes


class Beta(ExponentialFamily):
    """The beta distribution of a share: density in proportion to x^(alpha - 1) (1 - x)^(beta - 1).

    >>> Beta(2.0, 3.0).mean
    array(0.4)
    """

    has_grad = True
    support: Constraint = UnitInterval()  # type: ignore[assignment]
    arg_constraints = named(alpha=Positive(), beta=Positive())

    alpha: ndarray
    beta: ndarray

    def __init__(
        self, alpha: ArrayLike, beta: ArrayLike, validate_args: bool | None = None
    ) -> None:
        self._set(alpha=alpha, beta=beta)
        super().__init__(0, validate_args)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return np.random.beta(self.alpha, self.beta, shape, self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value)
        # 0 times the logarithm of 0 is 0, of 1 - value too.
        part = np.where(np.logical_and(self.beta == 1, value == 1), 0.0, value)
        powers = times_log(self.alpha - 1, value) + (self.beta - 1) * np.log1p(-part)
        return powers - log_beta(self.alpha, self.beta)

    @property
    def mean(self) -> ndarray:
        return self.alpha / (self.alpha + self.beta)

    @property
    def variance(self) -> ndarray:
        total = self.alpha + self.beta
        return self.alpha * self.beta / (total**2 * (total + 1))

    def entropy(self) -> ndarray:
        a, b = self.alpha, self.beta
        slopes = (a - 1) * npx.digamma(a) + (b - 1) * npx.digamma(b)
        return log_beta(a, b) - slopes + (a + b - 2) * npx.digamma(a + b)


class Dirichlet(ExponentialFamily):
    """The Dirichlet distribution of shares that sum to 1, along the last axis of `alpha`.

    >>> Dirichlet(np.array([1.0, 3.0])).mean
    array([0.25, 0.75])
    """

    has_grad = True
    support: Constraint = Simplex()  # type: ignore[assignment]
    arg_constraints = named(alpha=Positive())
    _parameter_dims = named(alpha=1)

    alpha: ndarray

    def __init__(self, alpha: ArrayLike, validate_args: bool | None = None) -> None:
        self._set(alpha=alpha)
        super().__init__(1, validate_args)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        alpha = np.broadcast_to(self.alpha, (*shape, self.alpha.shape[-1]))
        return np.random.dirichlet(alpha, dtype=self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        powers = times_log(self.alpha - 1, self._validate_samples(value)).sum(axis=-1)
        return powers - self._log_beta()

    def _log_beta(self) -> ndarray:
        return npx.gammaln(self.alpha).sum(axis=-1) - npx.gammaln(self.alpha.sum(axis=-1))

    @property
    def mean(self) -> ndarray:
        return self.alpha / self.alpha.sum(axis=-1, keepdims=True)

    @property
    def variance(self) -> ndarray:
        total = self.alpha.sum(axis=-1, keepdims=True)
        return self.alpha * (total - self.alpha) / (total**2 * (total + 1))

    def entropy(self) -> ndarray:
        total, count = self.alpha.sum(axis=-1), self.alpha.shape[-1]
        slopes = ((self.alpha - 1) * npx.digamma(self.alpha)).sum(axis=-1)
        return self._log_beta() + (total - count) * npx.digamma(total) - slopes
