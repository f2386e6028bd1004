"""How far one distribution is from another: the Kullback–Leibler divergence, by formula or from
samples.

>>> from weft.gluon.probability import Normal
>>> kl_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0))
array(0.5)
"""

import math
from collections.abc import Callable
from typing import Any, TypeVar

from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue, Unsupported
from weft._base.options import require_whole
from weft._core.typing import ndarray
from weft.gluon.probability import _matrices
from weft.gluon.probability._categories import Categorical, OneHotCategorical
from weft.gluon.probability._continuous import Cauchy, Gumbel, Laplace, Normal, Uniform
from weft.gluon.probability._counts import Bernoulli, Binomial, Geometric, Poisson
from weft.gluon.probability._independent import Independent
from weft.gluon.probability._multivariate_normal import MultivariateNormal
from weft.gluon.probability._positive import Beta, Dirichlet, Exponential, Gamma
from weft.gluon.probability._transformed import HalfNormal, Pareto
from weft.gluon.probability._values import EULER, log_beta, sum_last, times_log
from weft.gluon.probability.distribution import Distribution

_Formula = TypeVar("_Formula", bound=Callable[..., Any])
_FORMULAS: dict[tuple[type, type], Callable[[Any, Any], ndarray]] = {}


def register_kl(typeP: type, typeQ: type) -> Callable[[_Formula], _Formula]:  # noqa: N803
    """Decorator of a function of two distributions: `kl_divergence` calls it for those of these
    classes and of classes made on them.

    >>> from weft.gluon.probability import Normal
    >>> class Sharp(Normal): ...
    >>> @register_kl(Sharp, Normal)
    ... def kl_of_sharp(p, q):
    ...     return np.zeros(())
    >>> kl_divergence(Sharp(), Normal())
    array(0.)
    """
    for kind in (typeP, typeQ):
        if not (isinstance(kind, type) and issubclass(kind, Distribution)):
            raise InvalidType(f"register_kl: must be classes of distributions; got {kind!r}")

    def decorate(formula: _Formula) -> _Formula:
        _FORMULAS[typeP, typeQ] = formula
        return formula

    return decorate


def kl_divergence(p: Distribution, q: Distribution) -> ndarray:
    """KL(p || q), the mean of log(p(x) / q(x)) over x of p, by the formula for their classes.

    Returns one number for each distribution of the batch; infinite where p has values that q has
    not, but for events of probability 0 and 1, whose logits are those of the numbers next to these.
    Raises NotImplementedError where there is no formula: `empirical_kl` needs none.

    >>> from weft.gluon import probability
    >>> probability.kl_divergence(probability.Normal(0.0, 1.0), probability.Normal(1.0, 1.0))
    array(0.5)
    """
    for kind in (p, q):
        if not isinstance(kind, Distribution):
            raise InvalidType(f"kl_divergence: must get distributions; got {type(kind).__name__}")
    for first in type(p).__mro__:
        for second in type(q).__mro__:
            if (first, second) in _FORMULAS:
                return _FORMULAS[first, second](p, q)
    raise Unsupported(
        f"kl_divergence: there is no formula for {type(p).__name__} and {type(q).__name__}; "
        "`register_kl` adds one, `empirical_kl` estimates it from samples"
    )


def empirical_kl(p: Distribution, q: Distribution, n_samples: int = 1) -> ndarray:
    """KL(p || q) estimated as the mean of log(p(x) / q(x)) over `n_samples` samples of p.

    >>> from weft import np
    >>> from weft.gluon import probability
    >>> p, q = probability.Normal(0.0, 1.0), probability.Normal(1.0, 1.0)
    >>> np.random.seed(0)
    >>> 0.4 < float(probability.empirical_kl(p, q, n_samples=10000)) < 0.6  # 0.5 by the formula
    True
    """
    x = p.sample_n(require_whole("empirical_kl", "n_samples", n_samples, 1))
    return (p.log_prob(x) - q.log_prob(x)).mean(axis=0)


# ---- of the same class


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Bernoulli, q: Bernoulli) -> ndarray:
    happens = npx.softplus(-q.logit) - npx.softplus(-p.logit)
    not_so = npx.softplus(q.logit) - npx.softplus(p.logit)
    return p.prob * happens + (1 - p.prob) * not_so


@register_kl(Binomial, Binomial)
def _binomial(p: Binomial, q: Binomial) -> ndarray:
    one = _bernoulli(Bernoulli(logit=p.logit), Bernoulli(logit=q.logit))
    return np.where(p.n == q.n, p.n * one, np.where(p.n > q.n, np.inf, np.nan))


@register_kl(Geometric, Geometric)
def _geometric(p: Geometric, q: Geometric) -> ndarray:
    return _bernoulli(Bernoulli(logit=p.logit), Bernoulli(logit=q.logit)) / p.prob


@register_kl(Poisson, Poisson)
def _poisson(p: Poisson, q: Poisson) -> ndarray:
    return times_log(p.rate, p.rate) - times_log(p.rate, q.rate) + q.rate - p.rate


@register_kl(Categorical, Categorical)
def _categorical(p: Categorical, q: Categorical) -> ndarray:
    if p.num_events != q.num_events:
        raise InvalidValue(
            f"kl_divergence: both must have as many classes; got {p.num_events} and {q.num_events}"
        )
    return (p.prob * (p._log_probs - q._log_probs)).sum(axis=-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot(p: OneHotCategorical, q: OneHotCategorical) -> ndarray:
    return _categorical(p, q)  # type: ignore[arg-type]


@register_kl(Normal, Normal)
def _normal(p: Normal, q: Normal) -> ndarray:
    ratio, distance = p.scale / q.scale, (p.loc - q.loc) / q.scale
    return (ratio**2 + distance**2 - 1) / 2 - np.log(ratio)


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p: HalfNormal, q: HalfNormal) -> ndarray:
    ratio = p.scale / q.scale
    return (ratio**2 - 1) / 2 - np.log(ratio)


@register_kl(Uniform, Uniform)
def _uniform(p: Uniform, q: Uniform) -> ndarray:
    inside = np.logical_and(q.low <= p.low, p.high <= q.high)
    return np.where(inside, np.log((q.high - q.low) / (p.high - p.low)), np.inf)


@register_kl(Laplace, Laplace)
def _laplace(p: Laplace, q: Laplace) -> ndarray:
    distance = abs(p.loc - q.loc)
    inner = p.scale * np.exp(-distance / p.scale) + distance
    return inner / q.scale - np.log(p.scale / q.scale) - 1


@register_kl(Cauchy, Cauchy)
def _cauchy(p: Cauchy, q: Cauchy) -> ndarray:
    spread = (p.scale + q.scale) ** 2 + (p.loc - q.loc) ** 2
    return np.log(spread / (4 * p.scale * q.scale))


@register_kl(Gumbel, Gumbel)
def _gumbel(p: Gumbel, q: Gumbel) -> ndarray:
    ratio = p.scale / q.scale
    moved = (q.loc - p.loc) / q.scale
    return -np.log(ratio) + EULER * (ratio - 1) - moved + np.exp(moved + npx.gammaln(1 + ratio)) - 1


@register_kl(Exponential, Exponential)
def _exponential(p: Exponential, q: Exponential) -> ndarray:
    ratio = p.scale / q.scale
    return ratio - 1 - np.log(ratio)


@register_kl(Pareto, Pareto)
def _pareto(p: Pareto, q: Pareto) -> ndarray:
    ratio = q.alpha / p.alpha
    value = q.alpha * np.log(p.scale / q.scale) - np.log(ratio) + ratio - 1
    return np.where(p.scale >= q.scale, value, np.inf)


@register_kl(Gamma, Gamma)
def _gamma(p: Gamma, q: Gamma) -> ndarray:
    slope = (p.shape - q.shape) * npx.digamma(p.shape)
    normalizers = npx.gammaln(q.shape) - npx.gammaln(p.shape)
    scales = q.shape * np.log(q.scale / p.scale) + p.shape * (p.scale / q.scale - 1)
    return slope + normalizers + scales


@register_kl(Beta, Beta)
def _beta(p: Beta, q: Beta) -> ndarray:
    slopes = (p.alpha - q.alpha) * npx.digamma(p.alpha) + (p.beta - q.beta) * npx.digamma(p.beta)
    total = p.alpha + p.beta
    rest = (q.alpha + q.beta - total) * npx.digamma(total)
    return log_beta(q.alpha, q.beta) - log_beta(p.alpha, p.beta) + slopes + rest


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p: Dirichlet, q: Dirichlet) -> ndarray:
    total = p.alpha.sum(axis=-1, keepdims=True)
    slopes = npx.digamma(p.alpha) - npx.digamma(total)
    return q._log_beta() - p._log_beta() + ((p.alpha - q.alpha) * slopes).sum(axis=-1)


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p: MultivariateNormal, q: MultivariateNormal) -> ndarray:
    lower, other = p.scale_tril, q.scale_tril
    logs = _matrices.log_diagonal(other) - _matrices.log_diagonal(lower)
    spread = (_matrices.solve_lower(other, lower) ** 2).sum(axis=(-2, -1))
    moved = _matrices.solve_lower(other, np.expand_dims(q.loc - p.loc, -1))
    return logs + (spread + (moved**2).sum(axis=(-2, -1)) - p.loc.shape[-1]) / 2


@register_kl(Independent, Independent)
def _independent(p: Independent, q: Independent) -> ndarray:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise InvalidValue(
            "kl_divergence: both must have the same `reinterpreted_batch_ndims`; got "
            f"{p.reinterpreted_batch_ndims} and {q.reinterpreted_batch_ndims}"
        )
    each = kl_divergence(p.base_dist, q.base_dist)
    return sum_last(each, p.reinterpreted_batch_ndims)


# ---- of different classes


@register_kl(Exponential, Normal)
def _exponential_normal(p: Exponential, q: Normal) -> ndarray:
    squares = 2 * p.scale**2 - 2 * p.scale * q.loc + q.loc**2
    logs = np.log(q.scale / p.scale) + math.log(2 * math.pi) / 2
    return logs + squares / (2 * q.scale**2) - 1


@register_kl(Exponential, Gumbel)
def _exponential_gumbel(p: Exponential, q: Gumbel) -> ndarray:
    ratio, moved = p.scale / q.scale, q.loc / q.scale
    return ratio - moved + np.exp(moved) / (ratio + 1) - np.log(ratio) - 1


@register_kl(Exponential, Gamma)
def _exponential_gamma(p: Exponential, q: Gamma) -> ndarray:
    ratio = p.scale / q.scale
    return ratio - q.shape * np.log(ratio) + npx.gammaln(q.shape) + q.shape * EULER - (1 + EULER)


@register_kl(Uniform, Normal)
def _uniform_normal(p: Uniform, q: Normal) -> ndarray:
    width = p.high - p.low
    distance = (p.high + p.low) / 2 - q.loc
    spread = (width**2 / 12 + distance**2) / (2 * q.scale**2)
    return np.log(q.scale * math.sqrt(2 * math.pi) / width) + spread


@register_kl(Uniform, Gumbel)
def _uniform_gumbel(p: Uniform, q: Gumbel) -> ndarray:
    width = (p.high - p.low) / q.scale
    low, high = (p.low - q.loc) / q.scale, (p.high - q.loc) / q.scale
    return (low + high) / 2 - np.log(width) + (np.exp(-low) - np.exp(-high)) / width


__all__ = ["empirical_kl", "kl_divergence", "register_kl"]
__dir__ = __all__.copy
