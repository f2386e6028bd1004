"""Distributions of events that happen or not, and of counts: Bernoulli, binomial, geometric,
negative binomial, Poisson. No gradients of samples reach the parameters.

`prob` or `logit` says how likely an event is; the other one is computed when it is asked for.
"""

from typing import Any

from weft import np, npx
from weft._core.typing import ArrayLike, ndarray
from weft.gluon.probability._values import one_of, times_log
from weft.gluon.probability.constraint import (
    Boolean,
    Constraint,
    IntegerInterval,
    NonNegative,
    NonNegativeInteger,
    Positive,
    Real,
    UnitInterval,
)
from weft.gluon.probability.distribution import (
    Distribution,
    ExponentialFamily,
    log_odds,
    named,
    probability,
)


class _OfOneEvent(Distribution):
    """A distribution that the probability of one event, or its logit, decides."""

    arg_constraints = named(prob=UnitInterval(), logit=Real())

    prob: Any = probability()
    logit: Any = log_odds()

    def _of_event(self, prob: Any, logit: Any, **others: Any) -> None:
        one_of(type(self).__name__, prob, logit)
        self._set(prob=prob, logit=logit, **others)


def _log_failure(logit: ndarray) -> ndarray:
    """log(1 - prob)."""
    return -npx.softplus(logit)


class Bernoulli(_OfOneEvent, ExponentialFamily):
    """1 with probability `prob`, else 0.

    prob: in [0, 1]; or logit: log(prob / (1 - prob))

    >>> Bernoulli(prob=0.5).log_prob(np.array([1.0, 0.0]))
    array([-0.6931472, -0.6931472])
    """

    support: Constraint = Boolean()  # type: ignore[assignment]

    def __init__(
        self,
        prob: ArrayLike | None = None,
        logit: ArrayLike | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._of_event(prob, logit)
        super().__init__(0, validate_args)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return np.random.bernoulli(self.prob, shape, self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value, logit = self._validate_samples(value), self.logit
        return value * logit + _log_failure(logit)

    @property
    def mean(self) -> ndarray:
        return self.prob

    @property
    def variance(self) -> ndarray:
        return self.prob * (1 - self.prob)

    def entropy(self) -> ndarray:
        return npx.softplus(self.logit) - self.prob * self.logit

    def enumerate_support(self) -> ndarray:
        values = np.arange(2, dtype=self._dtype).reshape((2,) + (1,) * len(self.batch_shape))
        return np.broadcast_to(values, (2, *self.batch_shape))

    has_enumerate_support = True

    @property
    def _natural_params(self) -> tuple[ndarray, ...]:
        return (self.logit,)

    def _log_normalizer(self, *natural_params: ndarray) -> ndarray:
        return npx.softplus(natural_params[0])

    @property
    def _mean_carrier_measure(self) -> Any:
        return 0.0


class Binomial(_OfOneEvent):
    """How many of `n` events with probability `prob` happen.

    n: whole, at least 0: a number, or an array that broadcasts with the other parameter
    prob: in [0, 1]; or logit: log(prob / (1 - prob))

    >>> Binomial(n=4, prob=0.5).mean
    array(2.)
    """

    arg_constraints = named(n=NonNegativeInteger(), prob=UnitInterval(), logit=Real())

    n: ndarray

    def __init__(
        self,
        n: ArrayLike = 1,
        prob: ArrayLike | None = None,
        logit: ArrayLike | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._of_event(prob, logit, n=n)
        super().__init__(0, validate_args)

    @property
    def support(self) -> Constraint:
        return IntegerInterval(0, self.n)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return np.random.binomial(self.n, self.prob, shape, self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value, n, logit = self._validate_samples(value), self.n, self.logit
        ways = npx.gammaln(n + 1) - npx.gammaln(value + 1) - npx.gammaln(n - value + 1)
        return ways + value * logit + n * _log_failure(logit)

    @property
    def mean(self) -> ndarray:
        return self.n * self.prob

    @property
    def variance(self) -> ndarray:
        return self.n * self.prob * (1 - self.prob)


class Geometric(_OfOneEvent):
    """How many events do not happen before the first that does: 0, 1, 2, ...

    prob: of one event, in (0, 1]; or logit: log(prob / (1 - prob))

    >>> Geometric(prob=0.25).mean
    array(3.)
    """

    support: Constraint = NonNegativeInteger()  # type: ignore[assignment]

    def __init__(
        self,
        prob: ArrayLike | None = None,
        logit: ArrayLike | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._of_event(prob, logit)
        super().__init__(0, validate_args)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        # A waiting time cut into steps, in each of which it ends with probability `prob`.
        waits = np.random.exponential(size=shape, dtype=self._dtype)
        return np.floor(waits / npx.softplus(self.logit.detach()))

    def log_prob(self, value: ArrayLike) -> ndarray:
        value, logit = self._validate_samples(value), self.logit
        return logit + (value + 1) * _log_failure(logit)

    @property
    def mean(self) -> ndarray:
        return 1 / self.prob - 1

    @property
    def variance(self) -> ndarray:
        return (1 / self.prob - 1) / self.prob

    def entropy(self) -> ndarray:
        return (npx.softplus(self.logit) - self.prob * self.logit) / self.prob


class NegativeBinomial(_OfOneEvent):
    """How many events with probability `prob` happen before `n` did not.

    n: above 0, it need not be whole; prob: in [0, 1); or logit: log(prob / (1 - prob))

    >>> NegativeBinomial(n=3, prob=0.75).mean
    array(9.)
    """

    support: Constraint = NonNegativeInteger()  # type: ignore[assignment]
    arg_constraints = named(n=Positive(), prob=UnitInterval(), logit=Real())

    n: ndarray

    def __init__(
        self,
        n: ArrayLike,
        prob: ArrayLike | None = None,
        logit: ArrayLike | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._of_event(prob, logit, n=n)
        super().__init__(0, validate_args)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        # As a mixture of Poisson distributions it has any positive number of failures.
        rate = np.random.gamma(self.n, np.exp(self.logit), shape, self._dtype)
        return np.random.poisson(rate, dtype=self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value, n, logit = self._validate_samples(value), self.n, self.logit
        ways = npx.gammaln(n + value) - npx.gammaln(value + 1) - npx.gammaln(n)
        return ways + value * logit + (n + value) * _log_failure(logit)

    @property
    def mean(self) -> ndarray:
        return self.n * np.exp(self.logit)

    @property
    def variance(self) -> ndarray:
        return self.mean / npx.sigmoid(-self.logit)


class Poisson(ExponentialFamily):
    """How many events happen that are independent of each other, `rate` of them on average.

    >>> Poisson(2.0).log_prob(np.array([0.0]))
    array([-2.])
    """

    support: Constraint = NonNegativeInteger()  # type: ignore[assignment]
    arg_constraints = named(rate=NonNegative())

    rate: ndarray

    def __init__(self, rate: ArrayLike = 1.0, validate_args: bool | None = None) -> None:
        self._set(rate=rate)
        super().__init__(0, validate_args)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return np.random.poisson(self.rate, shape, self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value)
        return times_log(value, self.rate) - self.rate - npx.gammaln(value + 1)

    @property
    def mean(self) -> ndarray:
        return self.rate

    @property
    def variance(self) -> ndarray:
        return self.rate

    @property
    def _natural_params(self) -> tuple[ndarray, ...]:
        return (np.log(self.rate),)

    def _log_normalizer(self, *natural_params: ndarray) -> ndarray:
        return np.exp(natural_params[0])
