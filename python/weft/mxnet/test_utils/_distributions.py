"""Tests of random generators: by chi-square of counts, by means, by variances.

Each raises AssertionError only where most of several trials fail.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from weft.mxnet.test_utils._comparing import host_values


def gen_buckets_probs_with_ppf(
    ppf: Callable[[float], float], nbuckets: int
) -> tuple[list[tuple[float, float]], list[float]]:
    """Intervals of equal probability, from the inverse of a distribution's function; and their
    probabilities."""
    assert nbuckets > 0
    share = 1.0 / nbuckets
    ends = [ppf(share * n) for n in range(nbuckets + 1)]
    return list(itertools.pairwise(ends)), [share] * nbuckets


def mean_check(
    generator: Callable[[int], Any], mu: float, sigma: float, nsamples: int = 1000000
) -> bool:
    """Is the mean of samples within three standard deviations of its error?"""
    samples = _values(generator(nsamples))
    error = sigma / numpy.sqrt(nsamples)
    return bool(mu - 3 * error < samples.mean() < mu + 3 * error)


def var_check(generator: Callable[[int], Any], sigma: float, nsamples: int = 1000000) -> bool:
    """Is the variance of samples within three standard deviations of its error?"""
    found = _values(generator(nsamples)).var(ddof=1)
    error = numpy.sqrt(2 * sigma**4 / (nsamples - 1))
    return bool(sigma**2 - 3 * error < found < sigma**2 + 3 * error)


def _values(samples: Any) -> numpy.ndarray:
    return host_values(samples).astype("float64")


def chi_square_check(
    generator: Callable[[int], Any],
    buckets: Sequence[Any],
    probs: Sequence[float],
    nsamples: int = 1000000,
) -> tuple[float, numpy.ndarray, numpy.ndarray]:
    """How probable it is that samples have those frequencies: the p-value, the counts that were
    found, and those that were expected.

    buckets: intervals (low, high), or numbers of a discrete distribution
    """
    from scipy import stats

    samples = _values(generator(nsamples)).reshape(-1)
    expected = (nsamples * numpy.asarray(probs, "float64")).astype("int64")
    if isinstance(buckets[0], tuple | list):
        edges = numpy.array([bucket[0] for bucket in buckets] + [buckets[-1][1]], "float64")
        places = numpy.searchsorted(edges, samples, side="right") - 1
        places = places[(places >= 0) & (places < len(buckets))]
        counts = numpy.bincount(places, minlength=len(buckets))
    else:
        counts = numpy.array([(samples == bucket).sum() for bucket in buckets])
    shares = expected / max(expected.sum(), 1)
    _, p = stats.chisquare(counts, shares * counts.sum())
    return float(p), counts, expected


def verify_generator(
    generator: Callable[[int], Any],
    buckets: Sequence[Any],
    probs: Sequence[float],
    nsamples: int = 1000000,
    nrepeat: int = 5,
    success_rate: float = 0.2,
    alpha: float = 0.05,
) -> list[float]:
    """Tests a generator several times; the p-values.

    Raises AssertionError if fewer than the share `success_rate` of them is above `alpha`.
    """
    found = [chi_square_check(generator, buckets, probs, nsamples) for _ in range(nrepeat)]
    values = [p for p, _, _ in found]
    if sum(p > alpha for p in values) < nrepeat * success_rate:
        raise AssertionError(
            f"generator test fails, chi-square p-values={values}, counts={found[-1][1].tolist()}, "
            f"expected={found[-1][2].tolist()}"
        )
    return values


__all__ = [
    "chi_square_check",
    "gen_buckets_probs_with_ppf",
    "mean_check",
    "var_check",
    "verify_generator",
]
