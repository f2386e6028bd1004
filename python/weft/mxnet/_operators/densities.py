"""Densities of distributions at samples: for each element of the parameters a row of samples, whose
axes follow those of the parameters.
"""

import math
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag
from weft.mxnet._operators._table import RULES as rules


def _beside(x: ndarray, sample: ndarray, event: int = 0) -> ndarray:
    """Parameters with axes of extent 1 in the place of the samples'."""
    lead = x.ndim - event
    if (
        x.shape[:lead] != sample.shape[:lead]
        or x.shape[lead:] != sample.shape[sample.ndim - event :]
    ):
        raise InvalidValue(
            f"random_pdf: parameters of shape {x.shape} do not begin the shape of `sample`, "
            f"{sample.shape}"
        )
    extra = sample.ndim - x.ndim
    return x.reshape((*x.shape[:lead], *(1,) * extra, *x.shape[lead:]))


def _density(log: ndarray, is_log: Any) -> ndarray:
    return log if flag(is_log) else np.exp(log)


def _log_normal(sample: ndarray, mu: ndarray, sigma: ndarray) -> ndarray:
    distance = (sample - mu) / sigma
    return -0.5 * distance * distance - np.log(sigma) - 0.5 * math.log(2 * math.pi)


def _log_gamma(sample: ndarray, alpha: ndarray, beta: ndarray) -> ndarray:
    """beta is the rate here, where it is the scale of numbers that are drawn."""
    return alpha * np.log(beta) + (alpha - 1) * np.log(sample) - beta * sample - npx.gammaln(alpha)


def _log_poisson(sample: ndarray, lam: ndarray) -> ndarray:
    """No gradient reaches counts."""
    sample = npx.stop_gradient(sample)
    return sample * np.log(lam) - lam - npx.gammaln(sample + 1)


def _log_failures(sample: ndarray, k: ndarray, p: ndarray) -> ndarray:
    sample = npx.stop_gradient(sample)
    ways = npx.gammaln(sample + k) - npx.gammaln(sample + 1) - npx.gammaln(k)
    return ways + k * np.log(p) + sample * np.log(1 - p)


def _log_dispersed(sample: ndarray, mu: ndarray, alpha: ndarray) -> ndarray:
    return _log_failures(sample, 1 / alpha, 1 / (mu * alpha + 1))


@rules("_random_pdf_normal", "random_pdf_normal")
def _normal(sample: Array, mu: Array, sigma: Array, *, is_log: Any = False) -> ndarray:
    log = _log_normal(sample, _beside(mu, sample), _beside(sigma, sample))
    return _density(log, is_log)


@rules("_random_pdf_gamma", "random_pdf_gamma")
def _gamma(sample: Array, alpha: Array, beta: Array, *, is_log: Any = False) -> ndarray:
    log = _log_gamma(sample, _beside(alpha, sample), _beside(beta, sample))
    return _density(log, is_log)


@rules("_random_pdf_negative_binomial", "random_pdf_negative_binomial")
def _negative_binomial(sample: Array, k: Array, p: Array, *, is_log: Any = False) -> ndarray:
    log = _log_failures(sample, _beside(k, sample), _beside(p, sample))
    return _density(log, is_log)


@rules("_random_pdf_generalized_negative_binomial", "random_pdf_generalized_negative_binomial")
def _generalized_negative_binomial(
    sample: Array, mu: Array, alpha: Array, *, is_log: Any = False
) -> ndarray:
    log = _log_dispersed(sample, _beside(mu, sample), _beside(alpha, sample))
    return _density(log, is_log)


@rules("_random_pdf_uniform", "random_pdf_uniform")
def _uniform(sample: Array, low: Array, high: Array, *, is_log: Any = False) -> ndarray:
    """MXNet takes all samples for numbers between the bounds."""
    log = -np.log(_beside(high, sample) - _beside(low, sample))
    return np.broadcast_to(_density(log, is_log), sample.shape)


@rules("_random_pdf_exponential", "random_pdf_exponential")
def _exponential(sample: Array, lam: Array, *, is_log: Any = False) -> ndarray:
    rate = _beside(lam, sample)
    return _density(np.log(rate) - rate * sample, is_log)


@rules("_random_pdf_poisson", "random_pdf_poisson")
def _poisson(sample: Array, lam: Array, *, is_log: Any = False) -> ndarray:
    return _density(_log_poisson(sample, _beside(lam, sample)), is_log)


@rules("_random_pdf_dirichlet", "random_pdf_dirichlet")
def _dirichlet(sample: Array, alpha: Array, *, is_log: Any = False) -> ndarray:
    """Samples are the last axis."""
    shares = _beside(alpha, sample, 1)
    log = np.sum((shares - 1) * np.log(sample) - npx.gammaln(shares), axis=-1)
    return _density(log + npx.gammaln(np.sum(shares, axis=-1)), is_log)
