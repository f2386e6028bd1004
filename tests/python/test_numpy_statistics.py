"""Reductions, running sums, what passes over NaN, quantiles, covariances and histograms of
`weft.np`, by NumPy."""

import warnings

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy_oracle import check, check_gradient, ours, same
from weft import hybridize, np

RANDOM = numpy.random.default_rng(3)
A = RANDOM.standard_normal((3, 4, 5))
M = RANDOM.standard_normal((4, 6))
N = numpy.where(RANDOM.uniform(size=(4, 6)) < 0.3, numpy.nan, M)
N[2] = numpy.nan
K = RANDOM.integers(-9, 9, (4, 6))
MASK = RANDOM.uniform(size=(4, 6)) < 0.6
W = RANDOM.uniform(0.1, 1, 6)

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

METHODS = (
    *("inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf"),
    *("hazen", "weibull", "linear", "median_unbiased", "normal_unbiased"),
    *("lower", "higher", "midpoint", "nearest"),
)
AXES = [None, 0, -1, (0, 2), (2, 1, 0)]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize(
    "name", ["sum", "prod", "mean", "var", "std", "max", "min", "ptp", "amax", "amin", "median"]
)
def test_reductions_take_axes_as_numpys(name, axis, keepdims):
    check(name, A, axis, keepdims=keepdims)


@pytest.mark.parametrize(
    ("name", "args", "options"),
    [
        ("sum", (K, 0, numpy.int32), {}),
        ("sum", (K, 1, numpy.float64, None, True), {}),
        ("sum", (K,), {"initial": 7}),
        ("sum", (M, 1), {"where": MASK, "initial": 2.0}),
        ("prod", (M, 0), {"where": MASK}),
        ("prod", (K.astype("int8"), 0), {"dtype": "int8"}),
        ("mean", (M, 1, None, None, True), {}),
        ("mean", (M, 1), {"where": MASK}),
        ("mean", (K, 1), {"where": MASK}),
        ("mean", (K, 1, "float64"), {}),
        ("var", (M, 1, None, None, 1), {}),
        ("var", (M, 1), {"where": MASK, "ddof": 1, "keepdims": True}),
        ("std", (M, 0), {"where": MASK}),
        ("std", (M, 0), {"correction": 1}),
        ("var", (M, 0), {"mean": M.mean(0, keepdims=True)}),
        ("max", (M, 1, None, True), {}),
        ("max", (M, 1), {"initial": 0.5}),
        ("min", (K, 0), {"initial": 3, "where": MASK}),
        ("max", (numpy.zeros((0, 3)), 0), {"initial": 1.0}),
        ("all", (MASK, 1), {"where": ~MASK}),
        ("any", (K, 0), {"where": MASK, "keepdims": True}),
        ("argmax", (M, 1), {"keepdims": True}),
        ("cumsum", (K, 0, numpy.int32), {}),
        ("cumprod", (M, 1), {}),
        ("cumulative_sum", (M,), {"axis": 1, "include_initial": True}),
        ("cumulative_prod", (W,), {"include_initial": True}),
        ("count_nonzero", (K,), {"axis": 1, "keepdims": True}),
    ],
)
def test_options_of_reductions_are_numpys(name, args, options):
    check(name, *args, **options)


@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize(
    "name",
    [
        *("nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin", "nanmedian"),
        *("nancumsum", "nancumprod"),
    ],
)
def test_what_passes_over_nan_is_numpys(name, axis):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(name, N, axis)
        check(name, K, axis)


@pytest.mark.parametrize(
    ("name", "args", "options"),
    [
        ("nanvar", (N, 1), {"ddof": 1, "keepdims": True}),
        ("nanstd", (N, 0, "float64"), {"correction": 1}),
        ("nanmean", (N, 0), {"where": MASK}),
        ("nanvar", (N, 0), {"where": MASK}),
        ("nansum", (N, 0), {"initial": 1.0, "where": MASK}),
        ("nanmax", (N, 0), {"initial": 0.0}),
        ("nanmin", (N, 0), {"keepdims": True}),
        ("nanargmax", (N[:2], 1), {}),
        ("nanargmin", (N[:2], 1), {"keepdims": True}),
        ("nanargmax", (N,), {}),
    ],
)
def test_options_of_what_passes_over_nan_are_numpys(name, args, options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(name, *args, **options)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["quantile", "nanquantile"])
def test_every_method_of_quantiles_is_numpys(name, method):
    shares = numpy.array([0.0, 0.1, 0.25, 1 / 3, 0.5, 0.9, 1.0])
    data = M if name == "quantile" else N
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(name, data, shares, axis=1, method=method)
        check(name, data, 0.3, method=method, keepdims=True)
    check(name.replace("quantile", "percentile"), A, [20, 30], (0, 2), method=method)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(-4, 4), min_size=1, max_size=9),
    st.floats(0, 1),
    st.sampled_from(METHODS),
)
def test_quantiles_of_any_vector_are_numpys(values, share, method):
    check("quantile", numpy.array(values, "float64"), share, method=method)


@pytest.mark.parametrize("axis", [None, 1, (0, 1)])
def test_quantiles_with_weights_are_numpys(axis):
    options = {"method": "inverted_cdf", "axis": axis}
    weights = RANDOM.integers(0, 4, (4, 6)) * 1.0
    weights[:, 0] = 1
    shares = numpy.array([0.0, 0.2, 0.55, 1.0])
    check("quantile", M, shares, weights=weights, **options)
    if axis == 1:
        check("percentile", M, 100 * shares, weights=weights[0], **options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check("nanquantile", N, shares, weights=weights, **options)


@pytest.mark.parametrize(
    ("name", "args", "options"),
    [
        ("average", (M, 1, W), {"keepdims": True}),
        ("average", (A, (2, 0)), {"weights": RANDOM.uniform(size=(5, 3)), "returned": True}),
        ("cov", (M,), {}),
        ("cov", (M[0],), {}),
        ("cov", (M, M[::-1]), {"rowvar": False, "bias": True}),
        ("cov", (M,), {"ddof": 2}),
        ("cov", (M,), {"fweights": numpy.array([1, 2, 1, 3, 1, 2])}),
        ("cov", (M,), {"aweights": W}),
        ("cov", (M,), {"aweights": W, "fweights": numpy.array([1, 2, 1, 3, 1, 2]), "ddof": 0}),
        ("corrcoef", (M,), {}),
        ("corrcoef", (M[0], M[1]), {}),
        ("corrcoef", (M[0],), {}),
        ("histogram", (M, 5), {}),
        ("histogram", (M, "auto"), {}),
        ("histogram", (M, numpy.array([-1.0, 0.0, 2.0])), {"density": True}),
        ("histogram", (K, 4, (-5, 5)), {}),
        ("histogram", (M, 4), {"weights": MASK * 2.0}),
        ("histogram_bin_edges", (M, "fd"), {}),
        ("histogram2d", (M[0], M[1], [3, 2]), {"weights": W}),
        ("histogramdd", (M[:, :3], 3), {}),
        ("histogramdd", ([M[0], M[1]], (2, 3)), {"density": True}),
        ("bincount", (numpy.array([1, 5, 2, 1]),), {"minlength": 8}),
    ],
)
def test_weighted_statistics_and_counts_are_numpys(name, args, options):
    check(name, *args, **options)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.nanvar(np.where(np.array(MASK), x, np.nan), 1),
        lambda x: np.nanstd(np.where(np.array(MASK), x, np.nan), 1),
        lambda x: np.nanmean(np.where(np.array(MASK), x, np.nan), 0),
        lambda x: np.nancumsum(np.where(np.array(MASK), x, np.nan), 0),
        lambda x: np.nanquantile(np.where(np.array(MASK), x, np.nan), [0.3, 0.8], 1),
        lambda x: np.quantile(x, [0.3, 0.8], 1, method="hazen"),
        lambda x: np.sum(x, 1, where=np.array(MASK)),
        lambda x: np.max(x, 1, initial=0.1),
        lambda x: np.var(x, 1, where=np.array(MASK)),
        lambda x: np.std(x, 1, where=np.array(MASK)),
        np.cov,
        lambda x: np.cov(x, aweights=np.array(W)),
        np.corrcoef,
    ],
)
def test_gradients_of_statistics_are_those_of_differences(function):
    check_gradient(function, M)


def test_statistics_run_in_hybridized_functions():
    def both(x):
        return np.nanvar(x, 1), np.quantile(x, 0.3, 0), np.cov(x), np.nanmedian(x, 1)

    x = np.array(M)
    same(hybridize(both)(x), [found.asnumpy() for found in both(x)])


def test_an_infinity_is_found_beside_nan():
    """NumPy's answer here is the place of the NaN."""
    assert np.nanargmin(np.array([np.nan, np.inf, np.inf])).item() == 1


def test_out_is_written_and_given_back():
    x, out = np.array(M), np.zeros(4, "float64")
    for name in ("sum", "median", "nanmax", "std"):
        assert getattr(np, name)(x, axis=1, out=out) is out
        same(out, getattr(numpy, name)(M, axis=1))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: np.max(np.ones(3), where=np.array([True])), "max: `initial` must be given"),
        (lambda: np.var(np.ones(3), ddof=1, correction=1), "give `ddof` or `correction`"),
        (lambda: np.quantile(np.ones(3), 0.5, weights=np.ones(3)), "`method` must be 'inverted"),
        (lambda: np.nanargmax(ours(N), 1), "nanargmax: every row"),
        (lambda: np.cov(np.ones((2, 3)), fweights=np.ones(2)), "cov: `fweights`"),
        (lambda: np.cumulative_sum(np.ones((2, 2))), "cumulative_sum: `axis`"),
        (lambda: np.sum(np.ones(3), axis=0, out=3), "`out` must be"),
    ],
)
def test_wrong_arguments_of_statistics_are_told(call, told):
    with pytest.raises((ValueError, TypeError), match=told):
        call()
