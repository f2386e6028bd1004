"""Distributions against SciPy's: densities, moments, samples, shapes, gradients, eager and
hybridized.
"""

import copy
import pickle

import numpy as onp
import pytest
import weft
from distributions import CASES
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from weft import autograd, np
from weft.gluon import probability as mgp

MODES = ["eager", "hybridized"]


def in_mode(function, mode):
    return weft.hybridize(function) if mode == "hybridized" else function


def evaluated(case, mode, read):
    """What `read` gives of the distribution, whose parameters are inputs of a graph."""
    rows = case.rows

    def function(*parameters):
        arrays = dict(zip(rows, parameters, strict=True))
        return read(case.kind(**{**case.parameters, **arrays}))

    inputs = [np.array(case.parameters[name]) for name in rows]
    return in_mode(function, mode)(*inputs)


def close(ours, theirs, tolerance=1e-6):
    theirs = onp.asarray(theirs)
    assert ours.shape == theirs.shape
    assert_allclose(ours.asnumpy(), theirs, rtol=tolerance, atol=1e-6)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_log_prob_and_pdf_are_those_of_scipy(case, mode):
    values = case.values()
    logs = case.oracle.logpmf(values) if case.is_discrete else case.oracle.logpdf(values)
    given = np.array(values.astype("float64"))
    close(evaluated(case, mode, lambda d: d.log_prob(given)), logs)
    close(evaluated(case, mode, lambda d: d.pdf(given)), onp.exp(logs))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_moments_are_those_of_scipy(case, mode):
    mean, variance = case.oracle.stats(moments="mv")
    if case.kind is mgp.HalfCauchy:  # SciPy gives infinite ones as well
        variance = mean
    for ours, theirs in zip(
        evaluated(case, mode, lambda d: (d.mean, d.variance, d.stddev)),
        (mean, variance, onp.sqrt(variance)),
        strict=True,
    ):
        close(ours, onp.broadcast_to(theirs, (2, 3)))


WITH_ENTROPY = [
    case for case in CASES if case.kind not in (mgp.Binomial, mgp.NegativeBinomial, mgp.Poisson)
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", WITH_ENTROPY, ids=str)
def test_entropy_and_perplexity_are_those_of_scipy(case, mode):
    # SciPy sums the series of a discrete one only so far, and integrates some numerically.
    entropy = onp.broadcast_to(case.oracle.entropy(), (2, 3))
    close(evaluated(case, mode, lambda d: d.entropy()), entropy, 1e-5)
    close(evaluated(case, mode, lambda d: d.perplexity()), onp.exp(entropy), 1e-5)


WITH_CDF = [case for case in CASES if case.kind.cdf is not mgp.Distribution.cdf]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", WITH_CDF, ids=str)
def test_cdf_and_its_inverse_are_those_of_scipy(case, mode):
    values = case.values()
    shares = onp.random.RandomState(0).uniform(0.01, 0.99, (4, 2, 3))
    close(evaluated(case, mode, lambda d: d.cdf(np.array(values))), case.oracle.cdf(values))
    close(evaluated(case, mode, lambda d: d.icdf(np.array(shares))), case.oracle.ppf(shares))


def test_these_distributions_have_a_cdf():
    kinds = {case.kind.__name__ for case in WITH_CDF}
    assert kinds == {
        *("Uniform", "Normal", "Laplace", "Cauchy", "Gumbel", "Exponential"),
        *("HalfNormal", "HalfCauchy", "Pareto", "Weibull"),
    }


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_samples_have_the_distribution(case, mode):
    """The share of samples up to some values is near the cdf there."""
    np.random.seed(11)
    samples = evaluated(case, mode, lambda d: d.sample_n(4000)).asnumpy()
    assert samples.shape == (4000, 2, 3)
    for share in (0.1, 0.35, 0.6, 0.9):
        bound = case.oracle.ppf(share)
        expected = case.oracle.cdf(bound)
        assert_allclose((samples <= bound).mean(axis=0), expected, atol=0.04)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_same_seed_gives_the_same_samples_eager_and_hybridized(case):
    found = []
    for mode in MODES:
        np.random.seed(5)
        found.append(evaluated(case, mode, lambda d: d.sample((4, 2, 3))).asnumpy())
    assert_allclose(found[0], found[1], rtol=1e-12)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_graph_that_samples_can_be_exported(case, tmp_path):
    def drawn(*parameters):
        given = dict(zip(case.rows, parameters, strict=True))
        return case.kind(**{**case.parameters, **given}).sample_n(4000)

    inputs = [case.parameters[name] for name in case.rows]
    path = tmp_path / "drawn.weft"
    weft.export(path, drawn=(weft.hybridize(drawn), *map(np.array, inputs)))
    (found,) = weft.runtime.Model(path).context("drawn").run(*inputs)
    samples = onp.array(found.tolist())
    bound = case.oracle.ppf(0.6)
    assert_allclose((samples <= bound).mean(axis=0), case.oracle.cdf(bound), atol=0.04)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_numbers_and_float32_arrays_give_float32(case):
    d = case.made(lambda a: np.array(a.astype("float32")))
    for array in (d.sample(), d.mean, d.variance, d.log_prob(d.sample())):
        assert array.dtype == onp.float32
    alone = case.kind(**{n: 2 if n == "n" else 0.5 for n in case.parameters})
    assert alone.sample().shape == () and alone.sample().dtype == onp.float32
    assert alone.sample_n(3).shape == (3,)


# Drawn by rejection: a difference of parameters draws anew.
REJECTED = (mgp.Gamma, mgp.FisherSnedecor, mgp.Beta, mgp.StudentT)


@pytest.mark.parametrize("case", [c for c in CASES if issubclass(c.kind, REJECTED)], ids=str)
def test_means_of_rejected_samples_move_with_the_parameters(case):
    """The mean of x / (1 + x²), which every distribution has: by gradients and by the density."""
    rows = [np.array(case.parameters[name].astype("float64")) for name in case.rows]
    for row in rows:
        row.attach_grad()

    def made():
        return case.kind(**{**case.parameters, **dict(zip(case.rows, rows, strict=True))})

    np.random.seed(3)
    with autograd.record():
        x = made().sample_n(40_000)
        (x / (1 + x * x)).mean(axis=0).sum().backward()
    found = [row.grad.asnumpy() for row in rows]
    drawn = x.detach()
    with autograd.record():  # the same by the gradient of the logarithm of the density
        height = drawn / (1 + drawn * drawn)
        (made().log_prob(drawn) * (height - height.mean(axis=0))).mean(axis=0).sum().backward()
    for row, slope in zip(rows, found, strict=True):
        assert_allclose(slope, row.grad.asnumpy(), atol=0.03)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.kind.has_grad and not issubclass(c.kind, REJECTED)], ids=str
)
def test_gradients_of_samples_reach_the_parameters(case):
    """The mean of samples moves with each parameter as the mean of the distribution does, where
    that has a mean: the samples of both sides of a difference come from the same numbers."""
    rows = [np.array(case.parameters[name]) for name in case.rows]

    def drawn(*parameters):
        np.random.seed(3)
        return case.kind(**dict(zip(case.rows, parameters, strict=True))).sample((4, 2, 3))

    for row in rows:
        row.attach_grad()
    with autograd.record():
        out = drawn(*rows)
        median = (out * np.array(onp.linspace(1, 2, 24).reshape(4, 2, 3))).sum()
    median.backward()
    weights = onp.linspace(1, 2, 24).reshape(4, 2, 3)
    for i, row in enumerate(rows):
        step = 1e-6
        moved = [
            (
                drawn(*[r + sign * step if j == i else r for j, r in enumerate(rows)]).asnumpy()
                * weights
            )
            for sign in (1, -1)
        ]
        change = (moved[0] - moved[1]) / (2 * step)
        axes = tuple(range(change.ndim - row.ndim))
        assert_allclose(row.grad.asnumpy(), change.sum(axis=axes), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("case", [c for c in CASES if not c.kind.has_grad], ids=str)
def test_samples_of_the_others_are_constants(case):
    rows = [np.array(case.parameters[name]) for name in case.rows]
    for row in rows:
        row.attach_grad()
    with autograd.record():
        d = case.kind(**{**case.parameters, **dict(zip(case.rows, rows, strict=True))})
        # The density of a sample differentiates through the parameters alone.
        d.log_prob(d.sample()).sum().backward()
    assert all(onp.isfinite(row.grad.asnumpy()).all() for row in rows)


shapes = st.lists(st.integers(0, 3), max_size=3).map(tuple)


@given(batch=shapes, front=shapes, data=st.data())
@settings(max_examples=30, deadline=None)
def test_shapes_follow_the_batch(batch, front, data):
    case = data.draw(st.sampled_from(CASES))
    names = case.rows
    parts = {n: np.full(batch if n == names[0] else (), 0.5 + names.index(n)) for n in names}
    d = case.kind(**{**case.parameters, **parts})
    if "prob" in parts:
        d = case.kind(**{**case.parameters, **parts, "prob": np.full(batch, 0.5)})
    assert d.batch_shape == batch
    assert d.sample().shape == batch
    assert d.sample_n(front).shape == front + batch
    assert d.sample(front + batch).shape == front + batch
    assert d.log_prob(d.sample_n(front)).shape == front + batch
    assert d.mean.shape == d.variance.shape == batch
    wide = d.broadcast_to(front + batch)
    assert wide.batch_shape == wide.sample().shape == wide.mean.shape == front + batch


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_size_that_does_not_fit_is_told(case):
    with pytest.raises(ValueError, match=rf"{case}.sample: `size` must be .* \(2, 3\).* \(2,\)"):
        case.made(np.array).sample(2)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_arguments_are_checked_when_that_is_asked_for(case):
    case.made(np.array, validate_args=True)
    for name in case.rows:
        given = {n: 2 if n == "n" else 0.5 for n in case.parameters}
        given[name] = np.array([onp.nan])
        with pytest.raises(ValueError, match=rf"{case}: `{name}` must be .*; got nan at \(0,\)"):
            case.kind(**given, validate_args=True)
        case.kind(**given)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_values_are_checked_when_that_is_asked_for(case):
    with pytest.raises(ValueError, match=rf"{case}: `value` must be .*; got nan at "):
        case.made(np.array, validate_args=True).log_prob(np.array([1.0, onp.nan, 1.0]))


def test_a_check_in_a_graph_raises_when_it_runs():
    made = weft.hybridize(lambda scale: mgp.Normal(0.0, scale, validate_args=True).mean + scale)
    assert made(np.array([2.0])) == 2
    with pytest.raises(weft.Error, match="Normal: `scale` must be greater than 0"):
        made(np.array([-2.0]))


def test_the_default_of_checks_can_be_set():
    mgp.Distribution.set_default_validate_args(True)
    try:
        with pytest.raises(ValueError, match="Normal: `scale` must be greater than 0; got -1"):
            mgp.Normal(0.0, -1.0)
        mgp.Normal(0.0, -1.0, validate_args=False)
    finally:
        mgp.Distribution.set_default_validate_args(False)
    mgp.Normal(0.0, -1.0)


@pytest.mark.parametrize("kind", [mgp.Bernoulli, mgp.Geometric])
def test_either_prob_or_logit_is_given(kind):
    for options, got in (({}, "none"), ({"prob": 0.5, "logit": 0.0}, "both")):
        with pytest.raises(ValueError, match=f"{kind.__name__}: exactly one of .* got {got}"):
            kind(**options)


@pytest.mark.parametrize("case", [c for c in CASES if "prob" in c.parameters], ids=str)
def test_a_logit_means_the_same_as_its_probability(case):
    prob = case.parameters["prob"]
    others = {n: np.array(v) if n in case.rows else v for n, v in case.parameters.items()}
    others["prob"] = None
    d = case.kind(**others, logit=np.array(onp.log(prob / (1 - prob))))
    close(d.prob, prob)
    close(d.mean, onp.broadcast_to(case.oracle.mean(), (2, 3)))


def test_the_same_arrays_stay_parameters():
    """So that gradients reach arrays of a distribution that was made outside of a recording."""
    scale = np.array([2.0])
    scale.attach_grad()
    d = mgp.Normal(0.0, scale)
    assert d.scale is scale
    with autograd.record():
        loss = d.log_prob(0.0).sum()
    loss.backward()
    assert_allclose(scale.grad.asnumpy(), [-0.5])


def test_an_entropy_of_an_exponential_family_needs_no_formula():
    class Unnamed(mgp.Normal):
        entropy = mgp.ExponentialFamily.entropy

    family = Unnamed(np.zeros(3), np.array([0.5, 1.0, 2.0])).entropy()
    close(family, stats.norm(0, [0.5, 1, 2]).entropy())
    for kind, other in ((mgp.Exponential, stats.expon(scale=2.0)), (mgp.Bernoulli, None)):
        d = kind(0.25) if other is None else kind(2.0)
        family = mgp.ExponentialFamily.entropy(d)
        assert_allclose(family.item(), d.entropy().item(), rtol=1e-5)


def test_what_is_not_defined_is_told():
    with pytest.raises(NotImplementedError, match="Poisson: `cdf` is not defined"):
        mgp.Poisson(1.0).cdf(1.0)
    with pytest.raises(TypeError, match="Normal: `scale` must be a number or an array"):
        mgp.Normal(0.0, object())


def test_values_outside_of_the_support_have_no_density():
    outside = np.array([-1.0])
    for d in (mgp.Uniform(), mgp.Exponential(), mgp.HalfNormal(), mgp.HalfCauchy()):
        assert d.log_prob(outside).item() == -onp.inf
        assert d.cdf(outside).item() == 0


def test_probabilities_of_0_and_1_have_finite_densities_of_what_happens():
    d = mgp.Bernoulli(prob=np.array([0.0, 1.0]))
    assert_allclose(d.log_prob(np.array([0.0, 1.0])).asnumpy(), 0, atol=1e-6)
    assert mgp.Poisson(0.0).log_prob(0.0).item() == 0


def test_shapes_that_do_not_broadcast_are_told():
    with pytest.raises(ValueError, match=r"shapes of `loc` \(2,\) and `scale` \(3,\) do not broad"):
        mgp.Normal(np.zeros(2), np.ones(3))
    with pytest.raises(ValueError, match=r"`loc` \(2, 3\) and `cov` \(4, 3, 3\) do not broadcast"):
        mgp.MultivariateNormal(np.zeros((2, 3)), cov=np.broadcast_to(np.eye(3), (4, 3, 3)))
    for size in ("3", -1, (2, 1.5)):
        with pytest.raises(ValueError, match="`size` must be whole numbers that are at least 0"):
            mgp.Normal().sample(size)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_results_have_the_dtype_of_the_parameters(case, dtype):
    d = case.made(lambda a: np.array(a).astype(dtype))
    sample = d.sample()
    assert (
        sample.dtype == d.log_prob(sample).dtype == d.mean.dtype == np.zeros(1, dtype=dtype).dtype
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_copies_and_pickles_are_the_same_distribution(case):
    d = case.made(np.array)
    value = d.sample()
    for twin in (copy.deepcopy(d), pickle.loads(pickle.dumps(d))):
        assert_allclose(twin.log_prob(value).asnumpy(), d.log_prob(value).asnumpy())


ENDS = [
    (mgp.Beta(1.0, 1.0), [0.0, 0.5, 1.0], stats.beta(1, 1).logpdf),
    (mgp.Beta(1.0, 2.5), [0.0, 1.0], stats.beta(1, 2.5).logpdf),
    (mgp.Gamma(1.0, 2.0), [0.0], stats.gamma(1, scale=2).logpdf),
    (mgp.Weibull(2.0, 3.0), [-1.0, 0.0, 2.0], stats.weibull_min(2, scale=3).logpdf),
    (mgp.Poisson(0.0), [0.0, 1.0], stats.poisson(0).logpmf),
]


@pytest.mark.parametrize(("d", "values", "oracle"), ENDS, ids=lambda v: type(v).__name__)
def test_densities_at_the_ends_are_those_of_scipy(d, values, oracle):
    close(d.log_prob(np.array(values)), oracle(values))


def test_what_is_below_all_numbers_has_no_share():
    assert mgp.Weibull(2.0, 1.0).cdf(np.array([-0.5, 0.0])).tolist() == [0, 0]


def test_a_flat_density_has_gradients_by_its_parameters():
    alpha = np.array([1.0, 1.0])
    alpha.attach_grad()
    with autograd.record():
        logs = mgp.Dirichlet(alpha).log_prob(np.array([0.25, 0.75]))
    logs.backward()
    assert_allclose(alpha.grad.asnumpy(), onp.log([0.25, 0.75]) + 1, rtol=1e-5)
    assert mgp.Dirichlet(np.array([1.0, 1.0])).log_prob(np.array([0.0, 1.0])).item() == 0
