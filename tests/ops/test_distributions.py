"""Random operators against the distributions that SciPy has: what no oracle can give element by
element. The seed is fixed, so a test passes or fails always.
"""

import numpy
import pytest
import scipy.stats
import weft
from operator_samples import FUNCTIONS, cases
from weft import np

COUNT = 20000
# Of the right distribution, a seed in a thousand gives less.
LEAST_PROBABILITY = 1e-3


def uniform(low=0, high=1, **_):
    return scipy.stats.uniform(low, high - low)


def normal(loc=0, scale=1, **_):
    return scipy.stats.norm(loc, scale)


def exponential(scale=1, **_):
    return scipy.stats.expon(scale=scale)


CONTINUOUS = {"uniform": uniform, "normal": normal, "exponential": exponential}
COUNTED = {"randint", "permutation", "dropout", "poisson", "binomial"}
# Of operators that draw a number for each element of their parameters: parameters, and SciPy's
# distributions of them.
SAMPLED = {
    "standard_gamma": ([(0.2,), (0.9,), (1.0,), (2.5,), (40.0,), (3e5,)], scipy.stats.gamma),
    "log_standard_gamma": ([(0.02,), (0.9,), (3.0,), (60.0,)], scipy.stats.loggamma),
    "wald": (
        [(1.0, 1.0), (3.0, 0.2), (0.5, 40.0)],
        lambda mean, scale: scipy.stats.invgauss(mean / scale, scale=scale),
    ),
    "vonmises": ([(0.0,), (1e-6,), (0.7,), (4.0,), (300.0,), (2e6,)], scipy.stats.vonmises),
    "hypergeometric": (
        [(3, 4, 5), (30, 10, 9), (20, 60, 13), (300, 500, 60), (90, 40, 100), (5000, 7000, 9000)],
        lambda good, bad, sample: scipy.stats.hypergeom(good + bad, good, sample),
    ),
    "logseries": ([(0.1,), (0.6,), (0.97,)], scipy.stats.logser),
    "zipf": ([(1.4,), (2.0,), (5.0,)], scipy.stats.zipf),
}


def drawn(case, seed=3, **attributes):
    weft.random.seed(seed)
    return case.function(**{**case.attributes, **attributes}).asnumpy()


def cases_of(*names):
    found = [case for name in names if name in FUNCTIONS for case in cases(FUNCTIONS[name])]
    return pytest.mark.parametrize("case", found, ids=str)


def test_every_random_operator_has_a_distribution():
    random = {name for name, function in FUNCTIONS.items() if function.schema["random"]}
    assert random <= set(CONTINUOUS) | COUNTED | set(SAMPLED)


@cases_of(*CONTINUOUS)
def test_numbers_follow_the_distribution(case):
    numbers = drawn(case, shape=(COUNT,))
    wanted = CONTINUOUS[case.name](**case.attributes)
    assert scipy.stats.kstest(numbers, wanted.cdf).pvalue > LEAST_PROBABILITY


@cases_of("randint")
def test_integers_are_equally_likely(case):
    low, high = case.attributes["low"], case.attributes["high"]
    bins = min(high - low, 100)
    numbers = drawn(case, shape=(COUNT,)).astype(object)
    assert low <= min(numbers) and max(numbers) < high
    if bins == 1:
        return
    counts = numpy.bincount([(x - low) * bins // (high - low) for x in numbers], minlength=bins)
    edges = [-(-i * (high - low) // bins) for i in range(bins + 1)]
    shares = numpy.diff(edges) / (high - low)
    assert scipy.stats.chisquare(counts, shares * COUNT).pvalue > LEAST_PROBABILITY


@cases_of("permutation")
def test_permutation_puts_every_number_everywhere(case):
    n = case.attributes["n"]
    orders = [drawn(case, seed) for seed in range(200 if n else 1)]
    assert all(sorted(order) == list(range(n)) for order in orders)
    for place in range(n if n > 1 else 0):
        counts = numpy.bincount([order[place] for order in orders], minlength=n)
        assert scipy.stats.chisquare(counts).pvalue > LEAST_PROBABILITY / n


@pytest.mark.parametrize("p", [0.2, 0.5])
@pytest.mark.parametrize("function", [f for f in FUNCTIONS.values() if f.__name__ == "dropout"])
def test_dropout_keeps_its_share_scaled(function, p):
    weft.random.seed(3)
    out = function(np.full((COUNT,), 3, "float32"), p=p).asnumpy()
    kept = out != 0
    numpy.testing.assert_allclose(out[kept], 3 / (1 - p), rtol=1e-6)
    assert scipy.stats.binomtest(int(kept.sum()), COUNT, 1 - p).pvalue > LEAST_PROBABILITY


@cases_of(*CONTINUOUS, "randint", "permutation")
def test_seed_and_place_in_the_order_of_calls_decide(case):
    first, again = drawn(case), drawn(case)
    later = case.function(**case.attributes).asnumpy()
    numpy.testing.assert_array_equal(first, again)
    assert first.size < 2 or (first != later).any()


def counts_of(distribution, numbers):
    """How often numbers fall into bins that are about equally likely, and how often they should."""
    ends = numpy.unique(distribution.ppf(numpy.linspace(0, 1, 20)[1:-1]))
    shares = numpy.diff(numpy.concatenate([[0], distribution.cdf(ends), [1]]))
    found = numpy.bincount(numpy.searchsorted(ends, numbers), minlength=len(shares))
    is_likely = shares * numbers.size >= 5
    assert found[~is_likely].sum() <= 20
    return found[is_likely], shares[is_likely] / shares[is_likely].sum() * found[is_likely].sum()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rate", [0.3, 4.0, 9.9, 10.1, 50.0, 3000.0])
@pytest.mark.parametrize("function", [f for f in FUNCTIONS.values() if f.__name__ == "poisson"])
def test_poisson_counts_follow_the_distribution(function, rate, dtype):
    weft.random.seed(5)
    numbers = function(np.full((COUNT,), rate, dtype)).asnumpy()
    result = scipy.stats.chisquare(
        *counts_of(scipy.stats.poisson(numpy.dtype(dtype).type(rate)), numbers)
    )
    assert result.pvalue > LEAST_PROBABILITY


@pytest.mark.parametrize(
    ("trials", "chance"),
    [(1, 0.3), (7, 0.9), (30, 0.2), (40, 0.5), (100, 0.97), (500, 0.04), (10000, 0.6)],
)
@pytest.mark.parametrize("function", [f for f in FUNCTIONS.values() if f.__name__ == "binomial"])
def test_binomial_counts_follow_the_distribution(function, trials, chance):
    weft.random.seed(6)
    shape = (COUNT,)
    numbers = function(
        np.full(shape, trials, "float64"), np.full(shape, chance, "float64")
    ).asnumpy()
    if trials == 1:
        result = scipy.stats.binomtest(int(numbers.sum()), COUNT, chance)
    else:
        result = scipy.stats.chisquare(*counts_of(scipy.stats.binom(trials, chance), numbers))
    assert result.pvalue > LEAST_PROBABILITY


@pytest.mark.parametrize("function", [f for f in FUNCTIONS.values() if f.__name__ == "poisson"])
def test_counts_that_cannot_be_are_nan(function):
    rates = np.array([0.0, -1.0, numpy.nan, numpy.inf, 1e17])
    found = function(rates).asnumpy()
    numpy.testing.assert_array_equal(found, [0, *[numpy.nan] * 4])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("name", "parameters", "law"),
    [
        pytest.param(name, given, law, id=f"{name}-{given}")
        for name, (several, law) in SAMPLED.items()
        for given in several
        if name in FUNCTIONS
    ],
)
def test_sampled_numbers_follow_scipys_distribution(name, parameters, law, dtype):
    weft.random.seed(5)
    arrays = [np.full((COUNT,), value, dtype) for value in parameters]
    numbers = FUNCTIONS[name](*arrays).asnumpy().astype("float64")
    wanted = law(*(float(numpy.dtype(dtype).type(value)) for value in parameters))
    if hasattr(wanted.dist, "pdf"):
        result = scipy.stats.kstest(numbers, wanted.cdf)
    else:
        result = scipy.stats.chisquare(*counts_of(wanted, numbers))
    assert result.pvalue > LEAST_PROBABILITY


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("standard_gamma", (-1.0,)),
        ("standard_gamma", (numpy.inf,)),
        ("log_standard_gamma", (numpy.nan,)),
        ("wald", (0.0, 1.0)),
        ("wald", (1.0, -1.0)),
        ("vonmises", (-0.1,)),
        ("hypergeometric", (3, 4, 8)),
        ("hypergeometric", (3, -1, 2)),
        ("logseries", (1.0,)),
        ("zipf", (1.0,)),
    ],
)
def test_parameters_of_no_distribution_give_nan(name, wrong):
    if name not in FUNCTIONS:
        pytest.skip(f"{name}: not in this build")
    assert numpy.isnan(FUNCTIONS[name](*(np.array([float(x)]) for x in wrong)).item())


def slopes_of(name, parameters, which):
    """Numbers and their gradients by one of the parameters."""
    weft.random.seed(8)
    arrays = [np.full((200,), value, "float64") for value in parameters]
    arrays[which].attach_grad()
    with weft.autograd.record():
        numbers = FUNCTIONS[name](*arrays)
    numbers.backward()
    return numbers.asnumpy(), arrays[which].grad.asnumpy()


@pytest.mark.parametrize(
    ("name", "parameters", "which"),
    [
        ("standard_gamma", (0.3,), 0),
        ("standard_gamma", (7.0,), 0),
        ("log_standard_gamma", (0.3,), 0),
        ("log_standard_gamma", (50.0,), 0),
        ("wald", (2.0, 3.0), 0),
        ("wald", (2.0, 3.0), 1),
        ("vonmises", (2.0,), 0),
    ],
)
def test_gradients_are_those_of_numbers_that_keep_their_rank(name, parameters, which):
    """A number x of the rank F(x, p) moves with p by -(dF / dp) / (dF / dx)."""
    if name not in FUNCTIONS:
        pytest.skip(f"{name}: not in this build")
    numbers, found = slopes_of(name, parameters, which)
    law, step = SAMPLED[name][1], 1e-4 * parameters[which]

    def rank(offset):
        moved = [p + offset * (i == which) for i, p in enumerate(parameters)]
        return law(*moved).cdf(numbers)

    near, far = rank(step) - rank(-step), rank(2 * step) - rank(-2 * step)
    wanted = -(8 * near - far) / (12 * step) / law(*parameters).pdf(numbers)
    numpy.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)


def test_tiny_shapes_have_finite_logarithms_and_no_slope_where_numbers_round_to_0():
    if "standard_gamma" not in FUNCTIONS:
        pytest.skip("standard_gamma: not in this build")
    weft.random.seed(9)
    shape = np.full((1000,), 1e-3, "float32")
    shape.attach_grad()
    with weft.autograd.record():
        numbers = FUNCTIONS["standard_gamma"](shape)
    numbers.backward()
    assert (numbers.asnumpy() == 0).sum() > 800
    assert numpy.isfinite(shape.grad.asnumpy()).all()
    logarithms = FUNCTIONS["log_standard_gamma"](shape.detach()).asnumpy()
    assert numpy.isfinite(logarithms).all() and logarithms.min() < -500
