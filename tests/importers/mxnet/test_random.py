"""Random operators of the table follow their distributions. The seed is fixed."""

import numpy
import pytest
import weft
from scipy import stats
from weft import mxnet as mx
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


# The parameters of `nd.random` where they are not the operator's.
OWN = {"exponential": {"scale": 2.0}}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_functions_of_nd_draw_by_the_operators(name):
    parameters, distribution = DISTRIBUTIONS[name]
    draw, own = getattr(mx.nd.random, name), OWN.get(name, parameters)
    arrays = {key: mx.nd.array([value, value]) for key, value in own.items()}
    for given, shape in ((own, (COUNT,)), (arrays, (2, COUNT))):
        mx.random.seed(4)
        found = draw(**given, shape=COUNT)
        assert found.shape == shape and found.dtype == "float32"
        for row in found.asnumpy().reshape(-1, COUNT):
            assert is_likely(row.astype("float64"), distribution(**parameters))
    assert draw(*own.values(), shape=2, dtype="float64").dtype == "float64"


def test_counts_that_spread_no_more_than_poisson_are_poisson():
    mx.random.seed(4)
    mu, alpha = mx.nd.array([4, 4]), mx.nd.array([0, 0.5])
    found = mx.nd.random.generalized_negative_binomial(mu, alpha, shape=COUNT).asnumpy()
    assert is_likely(found[0].astype("float64"), stats.poisson(4))
    assert is_likely(found[1].astype("float64"), dispersed(4, 0.5))


def test_unknown_parameters_of_distributions_are_told():
    with pytest.raises(TypeError, match="normal: `mu` is no argument; it accepts loc, scale"):
        mx.nd.random.normal(mu=5)
    with pytest.raises(TypeError, match="uniform: `low` is given twice"):
        mx.nd.random.uniform(0, low=1)


@pytest.mark.parametrize("kind", ["nd.random", "nd.sample", "npx"])
def test_classes_come_with_the_logarithms_of_their_chances(kind):
    shares = numpy.array([[0.1, 0.9], [0.5, 0.5]], "float32")
    draw = {
        "nd.random": lambda: mx.nd.random.multinomial(mx.nd.array(shares), 5, True),
        "nd.sample": lambda: mx.nd.sample_multinomial(mx.nd.array(shares), 5, True),
        "npx": lambda: mx.npx.random.categorical(np.array(shares), 5, True),
    }[kind]
    places, chances = (part.asnumpy() for part in draw())
    assert places.shape == (2, 5) and places.dtype == "int32"
    wanted = numpy.log(numpy.take_along_axis(shares, places.astype("int64"), 1))
    numpy.testing.assert_allclose(chances, wanted, rtol=1e-6)


def test_multinomial_counts_draws_where_it_gets_their_number():
    n, p = mx.nd.array([5, 50]), mx.nd.array([[0.5, 0.5, 0.0], [0.0, 0.2, 0.8]])
    counts = mx.nd.random.multinomial(n=n, p=p, shape=3)
    assert counts.shape == (2, 3, 3)
    assert (counts.asnumpy().sum(-1) == [[5], [50]]).all()
    assert not counts.asnumpy()[0, :, 2].any() and not counts.asnumpy()[1, :, 0].any()
    places = mx.nd.random.multinomial(p, shape=4)
    assert places.shape == (2, 4) and places.asnumpy()[0].max() < 2
