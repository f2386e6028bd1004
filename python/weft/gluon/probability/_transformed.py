"""Distributions of transformed random numbers, and those that are best said in this way: half
normal, half Cauchy, Pareto, Weibull, and the relaxed forms of Bernoulli and one-hot classes.
"""

import copy
import math
from collections.abc import Sequence
from typing import Any, Self

from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ArrayLike, ndarray
from weft.gluon.probability._categories import _OfClasses
from weft.gluon.probability._continuous import Cauchy, Normal
from weft.gluon.probability._counts import _OfOneEvent
from weft.gluon.probability._positive import Exponential
from weft.gluon.probability._values import EULER, is_number, sum_last
from weft.gluon.probability.constraint import (
    Constraint,
    GreaterThanEq,
    NonNegative,
    OpenInterval,
    Positive,
    Simplex,
)
from weft.gluon.probability.distribution import Distribution, Size, as_shape, named
from weft.gluon.probability.transformation import (
    AbsTransform,
    AffineTransform,
    ExpTransform,
    PowerTransform,
    SigmoidTransform,
    Transformation,
)


class TransformedDistribution(Distribution):
    """The distribution of what transformations make of samples of another one.

    transforms: one transformation or several, the first of the list first. `log_prob` and `cdf`
        need those that have an inverse.

    >>> log_normal = TransformedDistribution(Normal(0.0, 1.0), ExpTransform())
    >>> log_normal.cdf(np.array([1.0]))
    array([0.5])
    """

    def __init__(
        self,
        base_dist: Distribution,
        transforms: Transformation | Sequence[Transformation],
        validate_args: bool | None = None,
    ) -> None:
        several = [transforms] if isinstance(transforms, Transformation) else transforms
        where = type(self).__name__
        if not isinstance(several, list | tuple) or not all(
            isinstance(t, Transformation) for t in several
        ):
            raise InvalidType(
                f"{where}: `transforms` must be a transformation or a list of them; got {several!r}"
            )
        if not isinstance(base_dist, Distribution):
            raise InvalidType(
                f"{where}: `base_dist` must be a distribution; got {type(base_dist).__name__}"
            )
        self._base_dist, self._transforms = base_dist, list(several)
        event_dim = max([base_dist.event_dim, *(t.event_dim for t in several)])
        super().__init__(event_dim, validate_args)

    @property
    def has_grad(self) -> bool:  # type: ignore[override]
        return self._base_dist.has_grad

    @property
    def batch_shape(self) -> tuple[int, ...]:
        whole = self._base_dist.batch_shape + self._base_dist._event_shape
        return whole[: len(whole) - self.event_dim]

    @property
    def _event_shape(self) -> tuple[int, ...]:
        whole = self._base_dist.batch_shape + self._base_dist._event_shape
        return whole[len(whole) - self.event_dim :]

    @property
    def _dtype(self) -> Any:
        return self._base_dist._dtype

    def broadcast_to(self, batch_shape: Size) -> Self:
        made, own = copy.copy(self), self._event_shape
        inner = as_shape(batch_shape) + own[: self.event_dim - self._base_dist.event_dim]
        made._base_dist = self._base_dist.broadcast_to(inner)
        return made

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        extra = self.event_dim - self._base_dist.event_dim
        x = self._base_dist._draw(shape + self._event_shape[:extra])
        for transform in self._transforms:
            x = transform(x)
        return x

    def log_prob(self, value: ArrayLike) -> ndarray:
        y: ndarray = self._validate_samples(value) if self._has_support else self._as_values(value)
        total: Any = 0.0
        for transform in reversed(self._transforms):
            x = transform._inv_call(y)
            stretch = transform.log_det_jacobian(x, y)
            total = total + sum_last(stretch, self.event_dim - transform.event_dim)
            y = x
        base = self._base_dist.log_prob(y)
        return sum_last(base, self.event_dim - self._base_dist.event_dim) - total

    _has_support = False  # subclasses know theirs

    def _sign(self) -> Any:
        sign: Any = 1
        for transform in self._transforms:
            sign = sign * transform.sign
        return sign

    def cdf(self, value: ArrayLike) -> ndarray:
        sign, y = self._sign(), self._as_values(value)
        for transform in reversed(self._transforms):
            y = transform._inv_call(y)
        below = self._base_dist.cdf(y)
        return below if is_number(sign) and sign == 1 else sign * (below - 0.5) + 0.5

    def icdf(self, value: ArrayLike) -> ndarray:
        sign, share = self._sign(), self._probabilities(value)
        if not (is_number(sign) and sign == 1):
            share = sign * (share - 0.5) + 0.5
        x = self._base_dist.icdf(share)
        for transform in self._transforms:
            x = transform(x)
        return x


class _Half(TransformedDistribution):
    """The absolute value of a distribution that is symmetric around 0."""

    has_grad = True  # type: ignore[assignment]
    support: Constraint = NonNegative()  # type: ignore[assignment]
    arg_constraints = named(scale=Positive())
    _has_support = True
    _full: Any

    def __init__(self, scale: ArrayLike = 1.0, validate_args: bool | None = None) -> None:
        self._set(scale=scale)
        super().__init__(type(self)._full(0.0, self.scale), AbsTransform(), validate_args)

    scale: ndarray

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return self.scale.shape

    def broadcast_to(self, batch_shape: Size) -> Self:
        return type(self)(np.broadcast_to(self.scale, as_shape(batch_shape)), self._validate_args)

    def log_prob(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value)
        return np.where(value >= 0, self._base_dist.log_prob(value) + math.log(2), -np.inf)

    def cdf(self, value: ArrayLike) -> ndarray:
        value = np.maximum(self._validate_samples(value), 0)
        return 2 * self._base_dist.cdf(value) - 1

    def icdf(self, value: ArrayLike) -> ndarray:
        return self._base_dist.icdf((self._probabilities(value) + 1) / 2)

    def entropy(self) -> ndarray:
        return self._base_dist.entropy() - math.log(2)


class HalfNormal(_Half):
    """The absolute value of Normal(0, scale).

    >>> HalfNormal(1.0).mean
    array(0.7978846)
    """

    _full = Normal

    @property
    def loc(self) -> ndarray:
        """The mean of the normal distribution, 0."""
        return self._base_dist.loc  # type: ignore[attr-defined]

    @property
    def mean(self) -> ndarray:
        return math.sqrt(2 / math.pi) * self.scale

    @property
    def variance(self) -> ndarray:
        return (1 - 2 / math.pi) * self.scale**2


class HalfCauchy(_Half):
    """The absolute value of Cauchy(0, scale). Its mean and its variance are infinite.

    >>> HalfCauchy(1.0).cdf(np.array([1.0]))
    array([0.5])
    """

    _full = Cauchy

    @property
    def mean(self) -> ndarray:
        return np.full_like(self.scale, np.inf)

    @property
    def variance(self) -> ndarray:
        return np.full_like(self.scale, np.inf)


class _OfOwnParameters(TransformedDistribution):
    """A transformed distribution whose base is made of its parameters."""

    has_grad = True  # type: ignore[assignment]
    _has_support = True

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return Distribution.batch_shape.fget(self)  # type: ignore[attr-defined, no-any-return]

    def broadcast_to(self, batch_shape: Size) -> Self:
        made = Distribution.broadcast_to(self, batch_shape)
        made._base_dist, made._transforms = made._made()
        return made

    def _made(self) -> tuple[Distribution, list[Transformation]]:
        """The base and the transformations of these parameters."""
        raise NotImplementedError

    def _waits(self, scale: ndarray) -> Exponential:
        """Independent waiting times, one for each distribution of the batch."""
        return Exponential(self._batch(scale))


class Pareto(_OfOwnParameters):
    """The Pareto distribution of numbers from `scale` on: the share above x is (scale / x)^alpha.

    Its mean is infinite for `alpha` up to 1, its variance up to 2.

    >>> Pareto(2.0, 1.0).cdf(np.array([2.0]))
    array([0.75])
    """

    arg_constraints = named(alpha=Positive(), scale=Positive())

    alpha: ndarray
    scale: ndarray

    def __init__(
        self, alpha: ArrayLike, scale: ArrayLike = 1.0, validate_args: bool | None = None
    ) -> None:
        self._set(alpha=alpha, scale=scale)
        super().__init__(*self._made(), validate_args)

    def _made(self) -> tuple[Distribution, list[Transformation]]:
        return self._waits(1 / self.alpha), [ExpTransform(), AffineTransform(0, self.scale)]

    @property
    def support(self) -> Constraint:
        return GreaterThanEq(self.scale)

    @property
    def mean(self) -> ndarray:
        is_finite = self.alpha > 1
        rest = np.where(is_finite, self.alpha - 1, 1.0)
        return np.where(is_finite, self.alpha * self.scale / rest, np.inf)

    @property
    def variance(self) -> ndarray:
        is_finite = self.alpha > 2
        a = np.where(is_finite, self.alpha, 3.0)
        return np.where(is_finite, self.scale**2 * a / ((a - 1) ** 2 * (a - 2)), np.inf)

    def entropy(self) -> ndarray:
        return np.log(self.scale / self.alpha) + 1 + 1 / self.alpha


class Weibull(_OfOwnParameters):
    """The Weibull distribution: the share above x is exp(-(x / scale)^concentration).

    >>> Weibull(1.0, 2.0).mean
    array(2.)
    """

    support: Constraint = Positive()  # type: ignore[assignment]
    arg_constraints = named(concentration=Positive(), scale=Positive())

    concentration: ndarray
    scale: ndarray

    def __init__(
        self, concentration: ArrayLike, scale: ArrayLike = 1.0, validate_args: bool | None = None
    ) -> None:
        self._set(concentration=concentration, scale=scale)
        super().__init__(*self._made(), validate_args)

    def _made(self) -> tuple[Distribution, list[Transformation]]:
        power = PowerTransform(1 / self.concentration)
        return self._waits(np.ones_like(self.scale)), [power, AffineTransform(0, self.scale)]

    def log_prob(self, value: ArrayLike) -> ndarray:
        value = self._validate_samples(value)
        # A power of the other numbers may be one, too.
        known = np.where(value > 0, value, 1.0)
        return np.where(value > 0, super().log_prob(known), -np.inf)

    def cdf(self, value: ArrayLike) -> ndarray:
        return super().cdf(np.maximum(self._as_values(value), 0))

    def _moment(self, order: int) -> ndarray:
        return np.exp(npx.gammaln(1 + order / self.concentration))

    @property
    def mean(self) -> ndarray:
        return self.scale * self._moment(1)

    @property
    def variance(self) -> ndarray:
        return self.scale**2 * (self._moment(2) - self._moment(1) ** 2)

    def entropy(self) -> ndarray:
        return EULER * (1 - 1 / self.concentration) + np.log(self.scale / self.concentration) + 1


class _LogitRelaxedBernoulli(_OfOneEvent):
    """The logit of a relaxed Bernoulli number."""

    has_grad = True

    def __init__(self, temperature: float, prob: Any, logit: Any) -> None:
        self.T = temperature
        self._of_event(prob, logit)
        super().__init__(0, False)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        # A number of the logistic distribution, as the difference of two of the Gumbel one.
        first = np.random.exponential(size=shape, dtype=self._dtype)
        second = np.random.exponential(size=shape, dtype=self._dtype)
        return (self.logit + np.log(second) - np.log(first)) / self.T

    def log_prob(self, value: ArrayLike) -> ndarray:
        z = self.logit - value * self.T
        return math.log(self.T) + z - 2 * npx.softplus(z)


class _LogRelaxedOneHot(_OfClasses):
    """The logarithm of a relaxed one-hot vector."""

    has_grad = True

    def __init__(self, temperature: float, num_events: int, prob: Any, logit: Any) -> None:
        self.T = temperature
        self._of_classes(num_events, prob, logit)
        super().__init__(1, False)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        waits = np.random.exponential(size=(*shape, self.num_events), dtype=self._dtype)
        return npx.log_softmax((self.logit - np.log(waits)) / self.T, axis=-1)

    def log_prob(self, value: ArrayLike) -> ndarray:
        count = self.num_events
        z = self._log_probs - value * self.T
        constant = math.lgamma(count) + (count - 1) * math.log(self.T)
        return constant + (z - npx.logsumexp(z, axis=-1, keepdims=True)).sum(axis=-1)


def _temperature(where: str, value: Any) -> float:
    if not is_number(value) or not value > 0:
        raise InvalidValue(f"{where}: `T` must be a number above 0; got {value!r}")
    return float(value)


class _Relaxed(_OfOwnParameters):
    """A relaxed distribution: what its temperature and its probabilities are."""

    @property
    def T(self) -> float:  # noqa: N802
        """The temperature."""
        return self._base_dist.T  # type: ignore[attr-defined, no-any-return]

    @property
    def prob(self) -> ndarray:
        """The probabilities."""
        return self._base_dist.prob  # type: ignore[attr-defined]

    @property
    def logit(self) -> ndarray:
        """Their logits."""
        return self._base_dist.logit  # type: ignore[attr-defined]

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return self._base_dist.batch_shape

    def broadcast_to(self, batch_shape: Size) -> Self:
        return TransformedDistribution.broadcast_to(self, batch_shape)


class RelaxedBernoulli(_Relaxed):
    """Numbers in (0, 1) near 0 or 1 as Bernoulli ones are, through which gradients flow.

    T: the temperature, a number above 0; the lower, the nearer to 0 and 1
    prob: in [0, 1]; or logit: log(prob / (1 - prob))

    >>> RelaxedBernoulli(T=1.0, prob=0.5).log_prob(np.array([0.3]))
    array([0.])
    """

    support: Constraint = OpenInterval(0, 1)  # type: ignore[assignment]

    def __init__(
        self,
        T: float,  # noqa: N803
        prob: ArrayLike | None = None,
        logit: ArrayLike | None = None,
        validate_args: bool | None = None,
    ) -> None:
        temperature = _temperature("RelaxedBernoulli", T)
        base = _LogitRelaxedBernoulli(temperature, prob, logit)
        super().__init__(base, SigmoidTransform(), validate_args)


class RelaxedOneHotCategorical(_Relaxed):
    """Vectors of shares near one-hot ones, through which gradients flow.

    T: the temperature, a number above 0; the lower, the nearer to 0 and 1
    prob: of each class along the last axis; or logit: logarithms of these, up to a constant

    >>> RelaxedOneHotCategorical(1.0, 3, prob=np.array([0.2, 0.3, 0.5])).sample((4,)).shape
    (4, 3)
    """

    support: Constraint = Simplex()  # type: ignore[assignment]

    def __init__(
        self,
        T: float,  # noqa: N803
        num_events: int,
        prob: ArrayLike | None = None,
        logit: ArrayLike | None = None,
        validate_args: bool | None = None,
    ) -> None:
        temperature = _temperature("RelaxedOneHotCategorical", T)
        base = _LogRelaxedOneHot(temperature, num_events, prob, logit)
        super().__init__(base, ExpTransform(), validate_args)
