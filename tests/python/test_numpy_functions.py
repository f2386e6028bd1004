"""Functions of `weft.np` that are made of operators or of NumPy's: each gives what NumPy gives, its
gradient is that of differences, and the distributions are those of SciPy."""

import numpy
import pytest
from scipy import special, stats
from weft import autograd, np

RANDOM = numpy.random.default_rng(11)
A, B = RANDOM.standard_normal((3, 4)), RANDOM.standard_normal((3, 4))
V, W = RANDOM.standard_normal(5), RANDOM.uniform(0.1, 1, 5)

CASES = [
    ("cbrt", (A,), {}),
    ("degrees", (A,), {}),
    ("radians", (A,), {}),
    ("fabs", (A,), {}),
    ("fix", (A,), {}),
    ("positive", (A,), {}),
    ("heaviside", (A, 0.5), {}),
    ("ldexp", (A, numpy.arange(4)), {}),
    ("append", (A, B), {"axis": 0}),
    ("append", (A, V), {}),
    ("delete", (A, [1, -1]), {"axis": 1}),
    ("delete", (A, slice(0, 5, 2)), {}),
    ("insert", (A, 1, B[0]), {"axis": 0}),
    ("insert", (A, [1, 3], [[5.0, 6.0]]), {"axis": 1}),
    ("insert", (V, slice(0, 2), 9.0), {}),
    ("resize", (V, (3, 4)), {}),
    ("rollaxis", (A, 1), {}),
    ("rot90", (A,), {"k": 1}),
    ("rot90", (A,), {"k": 3}),
    ("rot90", (A,), {"k": 2}),
    ("diagflat", (V,), {"k": -1}),
    ("average", (A,), {"axis": 1, "weights": W[:4]}),
    ("average", (A,), {}),
    ("median", (A,), {"axis": 0}),
    ("quantile", (A, 0.3), {"axis": 1}),
    ("interp", (A, numpy.array([-2.0, -0.5, 0.1, 1.0]), V[:4]), {}),
    ("interp", (A, numpy.array([-0.5, 0.1, 0.1]), V[:3]), {"left": -9.0, "right": 9.0}),
    ("interp", (A, numpy.array([3.0, 0.5, 1.2]), V[:3]), {"period": 2.0}),
    ("interp", (A, numpy.array([0.3]), V[:1]), {"left": 5.0}),
    ("diff", (A,), {"n": 2}),
    ("diff", (A,), {"axis": 0, "prepend": 1.0}),
    ("ediff1d", (A,), {"to_end": [1.0, 2.0]}),
    ("polyval", (V, A), {}),
    ("cross", (A[:, :3], B[:, :3]), {}),
    ("cross", (A[:, :2], B[:, :3]), {}),
    ("kron", (A, B[:2]), {}),
    ("kron", (V, A), {}),
]


@pytest.mark.parametrize(("name", "arguments", "options"), CASES)
def test_values_are_numpys(name, arguments, options):
    arrays = [np.array(a) if isinstance(a, numpy.ndarray) else a for a in arguments]
    given = {k: np.array(v) if isinstance(v, numpy.ndarray) else v for k, v in options.items()}
    found = getattr(np, name)(*arrays, **given)
    wanted = getattr(numpy, name)(*arguments, **options)
    assert found.shape == wanted.shape
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(
    "values", [[0.5, numpy.inf, numpy.inf, 2.0], [-numpy.inf, 1.0, numpy.nan, numpy.nan]]
)
def test_polygons_of_infinite_values_are_numpys(values):
    places = [0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, numpy.nan]
    found = np.interp(np.array(places), np.array([1.0, 2.0, 3.0, 4.0]), np.array(values))
    wanted = numpy.interp(places, [1.0, 2.0, 3.0, 4.0], values)
    numpy.testing.assert_array_equal(found.asnumpy(), wanted)


@pytest.mark.parametrize(("name", "arguments", "options"), CASES)
def test_gradients_are_those_of_differences(name, arguments, options):
    if name in ("fix", "heaviside"):
        pytest.skip("piecewise constant")
    given = {k: np.array(v) if isinstance(v, numpy.ndarray) else v for k, v in options.items()}
    rest = [np.array(a) if isinstance(a, numpy.ndarray) else a for a in arguments[1:]]
    x, direction = np.array(arguments[0]), RANDOM.standard_normal(arguments[0].shape)
    x.attach_grad()
    with autograd.record():
        found = getattr(np, name)(x, *rest, **given)
    factors = RANDOM.standard_normal(found.shape)
    found.backward(np.array(factors))

    def along(step):
        moved = np.array(arguments[0] + step * direction)
        return (getattr(np, name)(moved, *rest, **given).asnumpy() * factors).sum()

    slope = (along(1e-6) - along(-1e-6)) / 2e-6
    assert (x.grad.asnumpy() * direction).sum() == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_integers_and_counts_are_numpys():
    a, b = RANDOM.integers(1, 60, 20), RANDOM.integers(1, 60, 20)
    for name in ("gcd", "lcm"):
        wanted = getattr(numpy, name)(a, b)
        assert (getattr(np, name)(np.array(a), np.array(b)).asnumpy() == wanted).all()
        for pair in ((a.astype("int8"), 6), (4, b.astype("int32"))):
            arrays = [np.array(x) if isinstance(x, numpy.ndarray) else x for x in pair]
            assert getattr(np, name)(*arrays).dtype == getattr(numpy, name)(*pair).dtype
    assert (np.bincount(np.array(a)).asnumpy() == numpy.bincount(a)).all()
    weighted = np.bincount(np.array(a), np.array(b * 0.5), 99).asnumpy()
    numpy.testing.assert_allclose(weighted, numpy.bincount(a, b * 0.5, 99))
    counts, edges = np.histogram(np.array(A), 4, weights=np.array(B))
    wanted = numpy.histogram(A, 4, weights=B)
    numpy.testing.assert_allclose(counts.asnumpy(), wanted[0], atol=1e-12)
    numpy.testing.assert_allclose(edges.asnumpy(), wanted[1])
    for found, wanted in zip(np.unravel_index(np.array([3, 7]), (2, 4)), ([0, 1], [3, 3])):  # noqa: B905
        assert found.tolist() == wanted
    for found, wanted in zip(np.divmod(np.array(a), 7), divmod(a, 7), strict=True):
        assert (found.asnumpy() == wanted).all()
    for name in ("hanning", "hamming", "blackman"):
        for count in (0, 1, 2, 9):
            found = getattr(np, name)(count, "float64").asnumpy()
            numpy.testing.assert_allclose(found, getattr(numpy, name)(count), atol=1e-12)
    x = np.zeros((5, 2))
    np.fill_diagonal(x, [1.0, 2.0], wrap=True)
    wanted = numpy.zeros((5, 2))
    numpy.fill_diagonal(wanted, [1.0, 2.0], wrap=True)
    assert (x.asnumpy() == wanted).all()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: np.quantile(np.ones(3), 2.0), "quantile: `q` must be from 0 to 1"),
        (lambda: np.quantile(np.ones(3), 0.5, method="x"), "quantile: `method`"),
        (lambda: np.quantile(np.ones(3), 0.5, 1), "quantile: `axis` must be in"),
        (lambda: np.median(np.ones((0, 2)), 0), "median: `a` must have elements"),
        (lambda: np.average(np.ones((3, 2)), 4, np.ones(2)), "average: `axis` must be in"),
        (lambda: np.diff(np.ones(3), axis=1), "diff: `axis` must be in"),
        (lambda: np.rot90(np.ones((2, 2)), axes=(0, 5)), "rot90: `axis` must be in"),
        (lambda: np.rot90(np.ones((2, 2)), axes=(0, 1, 0)), "rot90: `axes`"),
        (lambda: np.bincount(np.array([1]), minlength=-1), "bincount: `minlength`"),
        (lambda: np.interp(np.ones(2), np.ones(1), np.ones(1), period=0), "interp: `period`"),
        (lambda: np.average(np.ones(3), weights=np.ones(2)), "average: `axis`"),
        (lambda: np.bincount(np.array([-1])), "bincount: `x`"),
        (lambda: np.gcd(np.ones(2), 2), "gcd: `x1`"),
        (lambda: np.delete(np.ones((2, 2)), 0, 5), "delete: `axis`"),
        (lambda: np.cross(np.ones(4), np.ones(3)), "cross: vectors"),
        (lambda: np.unravel_index(np.array([9]), (2, 3)), "unravel_index: `indices`"),
        (lambda: np.fill_diagonal(np.ones(2), 1), "fill_diagonal: `a`"),
        (lambda: np.hanning("a"), "hanning: `M`"),
        (lambda: np.random.gamma(-1), "gamma: `shape`"),
        (lambda: np.random.multinomial(2, [1.0, 1.0, -1.0]), "multinomial: `pvals`"),
        (lambda: np.random.multinomial(-1, [0.5, 0.5]), "multinomial: `n` must be at least 0"),
        (lambda: np.random.multivariate_normal([0.0], [[-1.0]]), "multivariate_normal: `cov`"),
    ],
)
def test_bad_arguments_are_told(call, told):
    with pytest.raises((ValueError, TypeError), match=told):
        call()


@pytest.mark.parametrize(
    ("name", "arguments", "law"),
    [
        ("gumbel", (1.0, 2.0), stats.gumbel_r(1, 2)),
        ("logistic", (1.0, 2.0), stats.logistic(1, 2)),
        ("laplace", (1.0, 2.0), stats.laplace(1, 2)),
        ("lognormal", (0.5, 0.7), stats.lognorm(0.7, scale=numpy.exp(0.5))),
        ("rayleigh", (2.0,), stats.rayleigh(scale=2)),
        ("weibull", (1.5,), stats.weibull_min(1.5)),
        ("pareto", (3.0,), stats.lomax(3)),
        ("power", (2.5,), stats.powerlaw(2.5)),
        ("gamma", (0.4, 2.0), stats.gamma(0.4, scale=2)),
        ("gamma", (3.4, 2.0), stats.gamma(3.4, scale=2)),
        ("beta", (0.5, 2.0), stats.beta(0.5, 2)),
        ("chisquare", (3.0,), stats.chi2(3)),
        ("f", (4.0, 5.0), stats.f(4, 5)),
    ],
)
def test_distributions_are_scipys_also_of_arrays(name, arguments, law):
    np.random.seed(4)
    draw = getattr(np.random, name)
    assert stats.kstest(draw(*arguments, size=4000).asnumpy(), law.cdf).pvalue > 1e-4
    whole = [np.full((2000,), value) for value in arguments]
    assert stats.kstest(draw(*whole).asnumpy(), law.cdf).pvalue > 1e-4


def test_gradients_reach_parameters_of_distributions():
    shape, scale = np.array([0.5, 3.0]), np.array([2.0, 2.0])
    for array in (shape, scale):
        array.attach_grad()
    np.random.seed(4)
    with autograd.record():
        mean = np.random.gamma(shape, scale, size=(20000, 2)).mean(axis=0)
    mean.backward()
    numpy.testing.assert_allclose(shape.grad.asnumpy(), [2, 2], rtol=0.05)
    numpy.testing.assert_allclose(scale.grad.asnumpy(), [0.5, 3.0], rtol=0.05)


@pytest.mark.parametrize("shape", [0.2, 1.0, 3.0, 10.0])
def test_gradients_by_a_shape_are_not_biased(shape):
    np.random.seed(4)
    alpha = np.array(shape, dtype="float64")
    alpha.attach_grad()
    with autograd.record():
        mean = np.log(np.random.gamma(alpha, size=400000, dtype="float64")).mean()
    mean.backward()
    assert alpha.grad.item() / special.polygamma(1, shape) - 1 == pytest.approx(0, abs=0.008)


def test_vectors_and_counts_have_their_moments():
    np.random.seed(4)
    cov = numpy.array([[2.0, 0.5], [0.5, 1.0]])
    drawn = np.random.multivariate_normal([1.0, -1.0], cov, size=20000).asnumpy()
    numpy.testing.assert_allclose(drawn.mean(0), [1, -1], atol=0.05)
    numpy.testing.assert_allclose(numpy.cov(drawn.T), cov, atol=0.08)
    counts = np.random.multinomial(10, [0.2, 0.8], size=5000).asnumpy()
    assert (counts.sum(-1) == 10).all() and abs(counts.mean(0)[0] - 2) < 0.1


def test_multinomial_has_the_moments_of_numpys_for_any_number_of_classes():
    np.random.seed(4)
    for shares in ([1.0], [0.2, 0.3, 0.5], [0.0, 0.1, 0.4, 0.2, 0.3]):
        counts = np.random.multinomial(100, shares, size=20000).asnumpy()
        assert (counts.sum(-1) == 100).all()
        numpy.testing.assert_allclose(counts.mean(0), 100 * numpy.array(shares), atol=0.2)
        expected = 100 * (numpy.diag(shares) - numpy.outer(shares, shares))
        numpy.testing.assert_allclose(numpy.cov(counts.T), expected, atol=0.8)


@pytest.mark.parametrize("method", ["linear", "lower", "higher", "midpoint", "nearest"])
def test_quantiles_of_what_is_not_finite_are_numpys(method):
    rows = numpy.array([[1.0, numpy.nan, 3.0], [1.0, 2.0, numpy.inf], [-numpy.inf, 0.0, 1.0]])
    for share in (0.0, 0.3, 0.5, 0.8, 1.0):
        found = np.quantile(np.array(rows), share, 1, method=method).asnumpy()
        with numpy.errstate(invalid="ignore"):
            wanted = numpy.quantile(rows, share, 1, method=method)
        # NumPy gives NaN beside an infinity, where it adds 0 times that, or its opposite.
        known = ~numpy.isnan(wanted)
        numpy.testing.assert_array_equal(numpy.isnan(found), [True, False, False])
        numpy.testing.assert_allclose(found[known], wanted[known], rtol=1e-12)
    infinite = [1.0, numpy.inf, numpy.inf, numpy.inf]
    assert np.median(np.array(infinite)).item() == numpy.median(infinite) == numpy.inf


def test_the_parts_of_infinities_are_numpys():
    values = numpy.array([numpy.inf, -numpy.inf, numpy.nan, -1.5])
    for ours, theirs in zip(np.modf(np.array(values)), numpy.modf(values), strict=True):
        numpy.testing.assert_array_equal(ours.asnumpy(), theirs)
        numpy.testing.assert_array_equal(numpy.signbit(ours.asnumpy()[:2]), [False, True])


def test_gradients_reach_the_points_of_a_polygon():
    x, knots, values = (np.array(v) for v in ([0.25, 1.5], [0.0, 1.0, 2.0], [1.0, 3.0, 2.0]))
    for array in (knots, values):
        array.attach_grad()
    with autograd.record():
        found = np.interp(x, knots, values).sum()
    found.backward()
    numpy.testing.assert_allclose(values.grad.asnumpy(), [0.75, 0.75, 0.5])
    numpy.testing.assert_allclose(knots.grad.asnumpy(), [-1.5, 0.0, 0.5], atol=1e-6)


def test_a_size_may_be_any_integer_and_is_told_where_it_is_none():
    for draw in (np.random.gumbel, np.random.normal, np.random.gamma, np.random.exponential):
        assert draw(np.ones(3), size=numpy.int64(3)).shape == (3,)
        assert draw(np.ones(3), size=[2, 3]).shape == (2, 3)
        with pytest.raises(TypeError, match="must be an integer or a tuple of integers"):
            draw(np.ones(()), size=2.5)


def test_counts_are_constants():
    rate = np.array([2.0, 30.0])
    rate.attach_grad()
    with autograd.record():
        drawn = np.random.poisson(rate) + np.random.binomial(9, rate / 40)
        (drawn.sum() + rate.sum()).backward()
    numpy.testing.assert_allclose(rate.grad.asnumpy(), 1)
