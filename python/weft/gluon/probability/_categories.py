"""Distributions over classes, whose probabilities are along the last axis: as a number, as a vector
with a one, as counts of several draws.
"""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._base.options import require_whole
from weft._core.typing import ArrayLike, ndarray
from weft.gluon.probability._values import one_of
from weft.gluon.probability.constraint import Boolean, Constraint, IntegerInterval, Real, Simplex
from weft.gluon.probability.distribution import Distribution, log_odds, named, probability
from weft.np.random._vectors import class_counts


class _OfClasses(Distribution):
    """A distribution that the probabilities of `num_events` classes decide."""

    arg_constraints = named(prob=Simplex(), logit=Real())
    _parameter_dims = named(prob=1, logit=1)

    num_events: int
    prob: Any = probability(binary=False)
    logit: Any = log_odds(binary=False)

    def _of_classes(self, num_events: int, prob: Any, logit: Any) -> None:
        where = type(self).__name__
        self.num_events = require_whole(where, "num_events", num_events, 1)
        name = one_of(where, prob, logit)
        self._set(prob=prob, logit=logit)
        shape = vars(self)[name].shape
        if not shape or shape[-1] != self.num_events:
            raise InvalidValue(
                f"{where}: `{name}` must have {self.num_events} classes along its last axis, as "
                f"`num_events` says; got shape {shape}"
            )

    @property
    def _log_probs(self) -> ndarray:
        """Logarithms of probabilities that sum to 1."""
        return npx.log_softmax(self.logit, axis=-1)

    def _classes(self, shape: tuple[int, ...]) -> ndarray:
        prob = self.prob.detach()
        return np.random.categorical(np.broadcast_to(prob, (*shape, self.num_events)))

    def _class_entropy(self) -> ndarray:
        return -(self.prob * self._log_probs).sum(axis=-1)


class Categorical(_OfClasses):
    """The number of a class, from 0 up to `num_events` - 1. Samples are int64.

    prob: of each class along the last axis; or logit: logarithms of these, up to a constant

    >>> Categorical(3, prob=np.array([0.5, 0.25, 0.25])).log_prob(np.array([0, 1]))
    array([-0.6931472, -1.3862944])
    """

    has_enumerate_support = True

    def __init__(
        self,
        num_events: int,
        prob: ArrayLike | None = None,
        logit: ArrayLike | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._of_classes(num_events, prob, logit)
        super().__init__(0, validate_args)

    @property
    def support(self) -> Constraint:
        return IntegerInterval(0, self.num_events - 1)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return self._classes(shape)

    def _as_values(self, value: ArrayLike) -> ndarray:
        return np.asarray(value)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value).astype("int64")
        logs = self._log_probs
        # Both are brought to one batch, so that each class looks into its own probabilities.
        value = np.broadcast_arrays(value, logs[..., 0])[0]
        logs = np.broadcast_to(logs, (*value.shape, self.num_events))
        return npx.pick(logs, value, mode="strict")

    def entropy(self) -> ndarray:
        return self._class_entropy()

    def enumerate_support(self) -> ndarray:
        batch = self.batch_shape
        values = np.arange(self.num_events, dtype=self._dtype)
        return np.broadcast_to(values.reshape((-1,) + (1,) * len(batch)), (self.num_events, *batch))


class OneHotCategorical(_OfClasses):
    """A class as a vector that has a 1 in its place and zeros else.

    prob: of each class along the last axis; or logit: logarithms of these, up to a constant

    >>> OneHotCategorical(2, prob=np.array([0.0, 1.0])).sample()
    array([0., 1.])
    """

    has_enumerate_support = True
    support: Constraint = Simplex()  # type: ignore[assignment]

    def __init__(
        self,
        num_events: int,
        prob: ArrayLike | None = None,
        logit: ArrayLike | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._of_classes(num_events, prob, logit)
        super().__init__(1, validate_args)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return npx.one_hot(self._classes(shape), self.num_events).astype(self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value)
        if self._validate_args:
            Boolean().check(value, "value", "OneHotCategorical")
        return (value * self._log_probs).sum(axis=-1)

    @property
    def mean(self) -> ndarray:
        return self.prob

    @property
    def variance(self) -> ndarray:
        return self.prob * (1 - self.prob)

    def entropy(self) -> ndarray:
        return self._class_entropy()

    def enumerate_support(self) -> ndarray:
        batch, count = self.batch_shape, self.num_events
        vectors = np.eye(count, dtype=self._dtype)
        return np.broadcast_to(
            vectors.reshape((count,) + (1,) * len(batch) + (count,)), (count, *batch, count)
        )


class Multinomial(_OfClasses):
    """How often each class comes in `total_count` draws. No gradients of samples reach the
    parameters.

    prob: of each class along the last axis; or logit: logarithms of these, up to a constant

    >>> Multinomial(2, prob=np.array([0.25, 0.75]), total_count=4).mean
    array([1., 3.])
    """

    def __init__(
        self,
        num_events: int,
        prob: ArrayLike | None = None,
        logit: ArrayLike | None = None,
        total_count: int = 1,
        validate_args: bool | None = None,
    ) -> None:
        self.total_count = require_whole("Multinomial", "total_count", total_count, 0)
        self._of_classes(num_events, prob, logit)
        super().__init__(1, validate_args)

    @property
    def support(self) -> Constraint:
        return IntegerInterval(0, self.total_count)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        prob = np.broadcast_to(self.prob, (*shape, self.num_events))
        return class_counts(self.total_count, prob).astype(self._dtype)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value)
        ways = npx.gammaln(value.sum(axis=-1) + 1) - npx.gammaln(value + 1).sum(axis=-1)
        return ways + (value * self._log_probs).sum(axis=-1)

    @property
    def mean(self) -> ndarray:
        return self.total_count * self.prob

    @property
    def variance(self) -> ndarray:
        return self.total_count * self.prob * (1 - self.prob)
