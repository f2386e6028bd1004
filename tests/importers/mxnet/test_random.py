"""Random operators of the table follow their distributions. The seed is fixed."""

import numpy
import pytest
import weft
from scipy import stats
from weft import np
from weft.mxnet._operators import invoke

COUNT = 4000


def is_likely(found, distribution):
    if hasattr(distribution.dist, "pdf"):
        return stats.kstest(found, distribution.cdf).pvalue > 1e-3
    ends = numpy.unique(distribution.ppf(numpy.linspace(0, 1, 12)[1:-1]))
    shares = numpy.diff(numpy.concatenate([[0], distribution.cdf(ends), [1]]))
    counts = numpy.bincount(numpy.searchsorted(ends, found), minlength=len(shares))
    kept = shares * found.size >= 5
    wanted = shares[kept] / shares[kept].sum() * counts[kept].sum()
    return stats.chisquare(counts[kept], wanted).pvalue > 1e-3


def dispersed(mu, alpha):
    return stats.nbinom(1 / alpha, 1 / (1 + alpha * mu))


DISTRIBUTIONS = {
    "exponential": ({"lam": 0.5}, lambda lam: stats.expon(scale=1 / lam)),
    "gamma": ({"alpha": 2.5, "beta": 3.0}, lambda alpha, beta: stats.gamma(alpha, scale=beta)),
    "poisson": ({"lam": 7.0}, lambda lam: stats.poisson(lam)),
    "negative_binomial": ({"k": 3, "p": 0.4}, lambda k, p: stats.nbinom(k, p)),
    "generalized_negative_binomial": ({"mu": 4.0, "alpha": 0.5}, dispersed),
    "binomial": ({"n": 8, "p": 0.3}, stats.binom),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_numbers_of_one_distribution(name):
    parameters, distribution = DISTRIBUTIONS[name]
    weft.random.seed(4)
    found = invoke(f"_random_{name}", [], {**parameters, "shape": (COUNT,)})
    assert found.dtype == "float32"
    assert is_likely(found.asnumpy().astype("float64"), distribution(**parameters))


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_numbers_for_each_element_of_parameters(name):
    parameters, distribution = DISTRIBUTIONS[name]
    weft.random.seed(4)
    arrays = [
        np.array([value, value * (0.5 if value != 3 else 2)]) for value in parameters.values()
    ]
    found = invoke(f"_sample_{name}", arrays, {"shape": (COUNT,)})
    assert found.shape == (2, COUNT)
    for row, numbers in enumerate(found.asnumpy().astype("float64")):
        own = {key: float(x[row]) for key, x in zip(parameters, arrays, strict=True)}
        assert is_likely(numbers, distribution(**own))


@pytest.mark.parametrize("name", [name for name in DISTRIBUTIONS if name != "binomial"])
def test_numbers_like_an_array(name):
    parameters, _ = DISTRIBUTIONS[name]
    found = invoke(f"_random_{name}_like", [np.ones((2, 3), dtype="float64")], parameters)
    assert found.shape == (2, 3)
    assert found.dtype == "float64"
