"""Every distribution of `np.random` is SciPy's, from numbers and from arrays of parameters, and its
gradients are those of numbers that keep their rank. The seed is fixed."""

import numpy
import pytest
import weft
from scipy import stats
from weft import autograd, np, npx

COUNT = 20_000
LEAST_PROBABILITY = 1e-3

CONTINUOUS = {
    "beta": [((2.0, 3.0), stats.beta), ((0.2, 1.5), stats.beta)],
    "chisquare": [((1.0,), stats.chi2), ((5.0,), stats.chi2)],
    "exponential": [((2.0,), lambda scale: stats.expon(scale=scale))],
    "f": [((3.0, 8.0), stats.f)],
    "gamma": [
        ((0.4, 3.0), lambda shape, scale: stats.gamma(shape, scale=scale)),
        ((6.0, 0.5), lambda shape, scale: stats.gamma(shape, scale=scale)),
    ],
    "gumbel": [((1.0, 2.0), stats.gumbel_r)],
    "laplace": [((1.0, 2.0), stats.laplace)],
    "logistic": [((1.0, 2.0), stats.logistic)],
    "lognormal": [((0.5, 0.7), lambda mean, s: stats.lognorm(s, scale=numpy.exp(mean)))],
    "noncentral_chisquare": [((3.0, 2.0), stats.ncx2), ((0.7, 2.0), stats.ncx2)],
    "noncentral_f": [((3.0, 7.0, 2.0), stats.ncf)],
    "normal": [((1.0, 2.0), stats.norm)],
    "pareto": [((3.0,), lambda a: stats.pareto(a, loc=-1))],
    "power": [((3.0,), stats.powerlaw)],
    "rayleigh": [((3.0,), lambda scale: stats.rayleigh(scale=scale))],
    "standard_gamma": [((2.5,), stats.gamma)],
    "standard_t": [((3.0,), stats.t), ((0.6,), stats.t)],
    "triangular": [
        (
            (-1.0, 0.5, 2.0),
            lambda low, mode, high: stats.triang((mode - low) / (high - low), low, high - low),
        )
    ],
    "uniform": [((-1.0, 3.0), lambda low, high: stats.uniform(low, high - low))],
    "vonmises": [((0.5, 3.0), lambda mu, kappa: stats.vonmises(kappa, mu))],
    "wald": [((2.0, 3.0), lambda mean, scale: stats.invgauss(mean / scale, scale=scale))],
    "weibull": [((1.5,), stats.weibull_min)],
}
COUNTS = {
    "binomial": [((20, 0.3), stats.binom)],
    "geometric": [((0.2,), stats.geom), ((0.9,), stats.geom)],
    "hypergeometric": [((9, 6, 7), lambda good, bad, n: stats.hypergeom(good + bad, good, n))],
    "logseries": [((0.7,), stats.logser)],
    "negative_binomial": [((2.5, 0.3), stats.nbinom)],
    "poisson": [((6.0,), stats.poisson)],
    "zipf": [((2.2,), stats.zipf)],
}
ALL = {**CONTINUOUS, **COUNTS}
STANDARD = {
    "random": stats.uniform(),
    "random_sample": stats.uniform(),
    "standard_cauchy": stats.cauchy(),
    "standard_exponential": stats.expon(),
    "standard_normal": stats.norm(),
}


def cases(table):
    return [
        pytest.param(name, given, law, id=f"{name}-{given}")
        for name, several in table.items()
        for given, law in several
    ]


def is_likely(numbers, law):
    numbers = numbers.asnumpy().astype("float64")
    if hasattr(law.dist, "pdf"):
        return stats.kstest(numbers, law.cdf).pvalue > LEAST_PROBABILITY
    ends = numpy.unique(law.ppf(numpy.linspace(0, 1, 15)[1:-1]))
    shares = numpy.diff(numpy.concatenate([[0], law.cdf(ends), [1]]))
    found = numpy.bincount(numpy.searchsorted(ends, numbers), minlength=len(shares))
    kept = shares * numbers.size >= 5
    wanted = shares[kept] / shares[kept].sum() * found[kept].sum()
    return stats.chisquare(found[kept], wanted).pvalue > LEAST_PROBABILITY


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "given", "law"), cases(CONTINUOUS))
def test_numbers_are_scipys(name, given, law, dtype):
    np.random.seed(21)
    found = getattr(np.random, name)(*given, size=COUNT, dtype=dtype)
    assert found.dtype == dtype and found.shape == (COUNT,)
    assert is_likely(found, law(*given))


@pytest.mark.parametrize(("name", "given", "law"), cases(COUNTS))
def test_counts_are_scipys(name, given, law):
    np.random.seed(22)
    found = getattr(np.random, name)(*given, size=COUNT)
    assert found.dtype == "int64" and found.shape == (COUNT,)
    assert is_likely(found, law(*given))
    assert getattr(np.random, name)(*given, dtype="float32").dtype == "float32"


@pytest.mark.parametrize("name", STANDARD)
def test_standard_numbers_are_scipys(name):
    np.random.seed(23)
    assert is_likely(getattr(np.random, name)(COUNT), STANDARD[name])


@pytest.mark.parametrize(("name", "given", "law"), cases(ALL))
def test_parameters_that_are_arrays_broadcast(name, given, law):
    """The first parameter is a column of itself and of another one, the last one a row."""
    np.random.seed(24)
    other = given[0] + (1 if name in ("hypergeometric", "binomial") else 0.05)
    column = numpy.array([[given[0]], [other]])
    rest = [numpy.array([value]) if i else value for i, value in enumerate(given[1:], 1)]
    found = getattr(np.random, name)(column, *rest, size=(2, COUNT))
    assert found.dtype == ("int64" if name in COUNTS else "float64")
    for row, first in zip(found, (given[0], other), strict=True):
        assert is_likely(row, law(first, *given[1:]))
    assert getattr(np.random, name)(column, *rest).shape == (2, 1)
    with pytest.raises(ValueError, match=f"{name}: `size` must be a shape that the parameters"):
        getattr(np.random, name)(column, *rest, size=(3, 5))


# Of quotients of gamma numbers, each number has a slope of its own: their means are compared below.
QUOTIENTS = {"beta", "f", "noncentral_chisquare", "noncentral_f", "standard_t"}


@pytest.mark.parametrize("active", [False, True], ids=["eager", "traced"])
@pytest.mark.parametrize(
    ("name", "given", "law"), cases({k: v for k, v in CONTINUOUS.items() if k not in QUOTIENTS})
)
def test_gradients_keep_the_rank_of_a_number(name, given, law, active):
    """A number x of the rank F(x, p) moves with p by -(dF / dp) / (dF / dx)."""
    arrays = [np.full((300,), value, "float64") for value in given]
    for array in arrays:
        array.attach_grad()

    def draw(*parameters):
        return getattr(np.random, name)(*parameters)

    np.random.seed(25)
    with autograd.record():
        drawn = (weft.hybridize(draw) if active else draw)(*arrays)
    drawn.backward()
    numbers = drawn.asnumpy()
    for which, array in enumerate(arrays):
        step = 1e-4

        def rank(offset, which=which):
            return law(*(p + offset * (i == which) for i, p in enumerate(given))).cdf(numbers)

        moved = 8 * (rank(step) - rank(-step)) - (rank(2 * step) - rank(-2 * step))
        wanted = -moved / (12 * step) / law(*given).pdf(numbers)
        # Differences are too coarse where SciPy's function is flat, and at a kink of the density.
        share = law(*given).cdf(numbers)
        is_sharp = (share > 0.001) & (share < 0.999)
        if name == "laplace":
            is_sharp &= numpy.abs(numbers - given[0]) > 3 * step
        if name == "triangular":
            is_sharp &= numpy.abs(numbers - given[1]) > 3 * step
        numpy.testing.assert_allclose(
            array.grad.asnumpy()[is_sharp], wanted[is_sharp], rtol=1e-4, atol=1e-6
        )


@pytest.mark.parametrize(
    ("name", "given", "function", "mean"),
    [
        ("beta", (2.0, 3.0), lambda x: x, lambda a, b: a / (a + b)),
        ("beta", (0.3, 0.6), lambda x: x, lambda a, b: a / (a + b)),
        ("beta", (0.3, 0.6), lambda x: x * x, lambda a, b: a * (a + 1) / (a + b) / (a + b + 1)),
        ("f", (3.0, 12.0), lambda x: x, lambda _, below: below / (below - 2)),
        ("standard_t", (9.0,), lambda x: x * x, lambda df: df / (df - 2)),
        ("noncentral_chisquare", (3.0, 2.0), lambda x: x, lambda df, off: df + off),
        ("chisquare", (0.8,), lambda x: x, lambda df: df),
        (
            "noncentral_f",
            (3.0, 14.0, 2.0),
            lambda x: x,
            lambda above, below, off: below * (above + off) / (above * (below - 2)),
        ),
    ],
)
def test_means_move_with_the_parameters(name, given, function, mean):
    arrays = [np.full((200_000,), value, "float64") for value in given]
    for array in arrays:
        array.attach_grad()
    np.random.seed(26)
    with autograd.record():
        found = function(getattr(np.random, name)(*arrays))
    found.backward()
    for which, array in enumerate(arrays):
        step = 1e-5
        ends = [
            mean(*(p + sign * step * (i == which) for i, p in enumerate(given))) for sign in (1, -1)
        ]
        slopes = array.grad.asnumpy()
        error = slopes.std() / len(slopes) ** 0.5
        assert abs(slopes.mean() - (ends[0] - ends[1]) / (2 * step)) < 4 * error + 1e-6


def test_shares_of_dirichlet_have_their_moments_and_gradients():
    alpha = np.array([0.5, 2.0, 4.0], dtype="float64")
    alpha.attach_grad()
    np.random.seed(27)
    with autograd.record():
        shares = np.random.dirichlet(alpha, size=100_000)
        mean = shares[:, 1].mean()
    mean.backward()
    law = stats.dirichlet(alpha.asnumpy())
    found = shares.asnumpy()
    numpy.testing.assert_allclose(found.sum(-1), 1, rtol=1e-12)
    numpy.testing.assert_allclose(found.mean(0), law.mean(), atol=4e-3)
    numpy.testing.assert_allclose(found.var(0), law.var(), atol=1e-3)
    wanted = (6.5 * numpy.array([0, 1, 0]) - 2.0) / 6.5**2
    numpy.testing.assert_allclose(alpha.grad.asnumpy(), wanted, atol=3e-3)
    tiny = np.random.dirichlet([1e-4] * 3, size=50).asnumpy()
    numpy.testing.assert_allclose(tiny.sum(-1), 1, rtol=1e-6)
    assert np.random.dirichlet(np.ones((4, 3)), size=2).shape == (2, 4, 3)


def test_multinomial_takes_arrays_of_counts_and_probabilities():
    np.random.seed(28)
    shares = numpy.array([[0.2, 0.8, 0.0], [0.1, 0.3, 0.6]])
    found = np.random.multinomial(np.array([10, 1000]), shares, size=(4000, 2)).asnumpy()
    assert found.dtype == "int64" and (found.sum(-1) == [10, 1000]).all()
    numpy.testing.assert_allclose(found.mean(0), [[2, 8, 0], [100, 300, 600]], rtol=0.02)
    assert np.random.multinomial([[3], [4]], shares).shape == (2, 2, 3)


def test_samples_of_colors_have_the_moments_of_scipy():
    np.random.seed(29)
    colors = [5, 0, 12, 3, 7]
    found = np.random.multivariate_hypergeometric(colors, 9, size=30_000).asnumpy()
    law = stats.multivariate_hypergeom(colors, 9)
    assert (found.sum(-1) == 9).all() and (found <= colors).all()
    numpy.testing.assert_allclose(found.mean(0), law.mean(), atol=0.03)
    numpy.testing.assert_allclose(numpy.cov(found.T), law.cov(), atol=0.05)


@pytest.mark.parametrize("method", ["svd", "eigh", "cholesky"])
def test_normal_vectors_have_their_covariance_by_every_method(method):
    np.random.seed(30)
    cov = numpy.array([[2.0, 0.5], [0.5, 1.0]])
    found = np.random.multivariate_normal([1.0, -1.0], cov, 20_000, method=method).asnumpy()
    numpy.testing.assert_allclose(found.mean(0), [1, -1], atol=0.05)
    numpy.testing.assert_allclose(numpy.cov(found.T), cov, atol=0.08)


def test_a_covariance_has_gradients_by_cholesky_and_is_refused_else():
    cov = np.array([[2.0, 0.5], [0.5, 1.0]], dtype="float64")
    cov.attach_grad()
    with autograd.record():
        found = np.random.multivariate_normal(np.zeros(2), cov, 100_000, method="cholesky")
        (found[:, 0] * found[:, 1]).mean().backward()
    grad = cov.grad.asnumpy()
    assert abs(grad[1, 0] + grad[0, 1] - 1) < 0.03
    with autograd.record(), pytest.raises(TypeError, match='unless `method` is "cholesky": no'):
        np.random.multivariate_normal(np.zeros(2), cov)


def test_integers_between_arrays_are_equally_likely():
    np.random.seed(31)
    found = np.random.integers([0, -5], [4, 6], size=(COUNT, 2)).asnumpy()
    for column, (low, high) in zip(found.T, ((0, 4), (-5, 6)), strict=True):
        counts = numpy.bincount(column - low, minlength=high - low)
        assert len(counts) == high - low
        assert stats.chisquare(counts).pvalue > LEAST_PROBABILITY
    closed = np.random.integers(2, [3, 5], size=(1000, 2), endpoint=True, dtype="uint8")
    assert closed.dtype == "uint8"
    assert closed.asnumpy().max(0).tolist() == [3, 5] and closed.asnumpy().min() == 2


def test_permuted_orders_each_line_by_itself():
    np.random.seed(32)
    x = np.broadcast_to(np.arange(4), (6000, 4))
    found = np.random.permuted(x, axis=1).asnumpy()
    assert (numpy.sort(found, 1) == numpy.arange(4)).all()
    places = found @ [64, 16, 4, 1]
    assert stats.chisquare(numpy.unique(places, return_counts=True)[1]).pvalue > LEAST_PROBABILITY
    assert len(numpy.unique(places)) == 24
    out = np.arange(6).reshape(2, 3)
    assert np.random.permuted(out, out=out) is out
    assert sorted(out.reshape(-1).tolist()) == list(range(6))


def test_orders_and_choices_go_along_any_axis():
    np.random.seed(33)
    x = np.arange(12).reshape(3, 4)
    columns = np.random.permutation(x, axis=1).asnumpy()
    assert sorted(columns.T.tolist()) == x.asnumpy().T.tolist()
    picked = np.random.choice(x, 2, replace=False, axis=1).asnumpy()
    assert picked.shape == (3, 2) and len(set(picked[0])) == 2
    np.random.shuffle(x, axis=1)
    assert sorted(x.asnumpy().T.tolist()) == sorted(columns.T.tolist())
    items, host = list("abcdef"), numpy.arange(12).reshape(3, 4)
    np.random.shuffle(items)
    np.random.shuffle(host, axis=1)
    assert sorted(items) == list("abcdef") and sorted(host[0]) == [0, 1, 2, 3]
    assert len(np.random.bytes(7)) == 7


@pytest.mark.parametrize(
    ("name", "args", "text"),
    [
        ("beta", (0.0, 1.0), "beta: `a` must be above 0; got 0.0"),
        ("gamma", (-1.0,), "gamma: `shape` must be at least 0; got -1.0"),
        ("normal", (0.0, [1.0, -2.0]), "normal: `scale` must be at least 0; got -2.0"),
        ("poisson", (numpy.array([1.0, numpy.nan]),), "poisson: `lam` must be at least 0; got nan"),
        ("geometric", (0.0,), r"geometric: `p` must be in \(0, 1\]; got 0.0"),
        ("hypergeometric", (3, 4, 8), "nbad - nsample` must be at least 0; got -1"),
        ("logseries", (1.0,), r"logseries: `p` must be in \[0, 1\); got 1.0"),
        ("zipf", (1.0,), "zipf: `a` must be above 1; got 1.0"),
        ("wald", (1.0, 0.0), "wald: `scale` must be above 0; got 0.0"),
        ("vonmises", (0.0, -1.0), "vonmises: `kappa` must be at least 0; got -1.0"),
        ("triangular", (0.0, 2.0, 1.0), r"`mode` must be in \[left, right\]"),
        ("triangular", (1.0, 1.0, 1.0), "`right` must be above `left`"),
        ("multinomial", (5, [0.7, 0.7, 0.1]), "`pvals` must be at least 0 and have the sum 1"),
        ("multivariate_hypergeometric", ([1, 2], 4), "at most the sum of `colors`, 3; got 4"),
        ("multivariate_normal", ([0, 0], [[1, 2], [2, 1]]), "`cov` must be positive semidefinite"),
        ("integers", (3, 3), "integers: `low` must be less than `high`; got 3 and 3"),
        ("integers", ([0, 5], [4, 4]), "integers: `low` must be less than `high`"),
        ("integers", (0, 300, None, "uint8"), "range of uint8"),
        ("standard_exponential", (None, None, "best"), '`method` must be "zig" or "inv"'),
    ],
)
def test_parameters_that_mean_nothing_are_told(name, args, text):
    with pytest.raises(ValueError, match=text):
        getattr(np.random, name)(*args)


def test_out_takes_the_numbers_and_says_its_dtype():
    out = np.zeros((2, 3), dtype="float64")
    for draw in (
        np.random.random,
        np.random.standard_normal,
        np.random.standard_exponential,
        lambda **o: np.random.standard_gamma(2.0, **o),
    ):
        out[...] = 0
        assert draw(out=out) is out and (out.asnumpy() != 0).all()
        with pytest.raises(TypeError, match="`out` must have dtype float32; got float64"):
            draw(out=out, dtype="float32")
        with pytest.raises(ValueError, match="`out` must have shape"):
            draw(size=(3, 2), out=out)


@pytest.mark.parametrize(("name", "given"), [case.values[:2] for case in cases(ALL)])
def test_threads_traces_files_and_c_draw_what_eager_calls_do(name, given, tmp_path):
    def draw(*parameters):
        return getattr(np.random, name)(*parameters, size=(3, 50))

    arrays = [np.array(numpy.array(value, "float64")) for value in given]
    traced, before = weft.hybridize(draw), npx.num_threads()
    found = []
    try:
        for call, threads in ((draw, 1), (draw, 3), (traced, 1), (traced, 1)):
            npx.set_num_threads(threads)
            np.random.seed(34)
            found.append(call(*arrays).asnumpy())
    finally:
        npx.set_num_threads(before)
    np.random.seed(34)  # the file goes on from here
    weft.export(tmp_path / "draw.weft", draw=(traced, *arrays))
    context = weft.runtime.Model(tmp_path / "draw.weft").context("draw")
    (run,) = context.run(*(array.asnumpy() for array in arrays))
    found.append(numpy.frombuffer(run.tobytes(), found[0].dtype).reshape(3, 50))
    for other in found[1:]:
        numpy.testing.assert_array_equal(other, found[0])
