"""Distributions of classes, vectors and transformed numbers, against SciPy and formulas."""

import math

import numpy as onp
import pytest
import weft
from numpy.testing import assert_allclose
from scipy import special, stats
from weft import autograd, np
from weft.gluon import probability as mgp

MODES = ["eager", "hybridized"]
SHARES = onp.array([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]])
COV = onp.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.2], [0.0, 0.2, 0.7]])


def in_mode(function, mode):
    return weft.hybridize(function) if mode == "hybridized" else function


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("given", ["prob", "logit"])
def test_a_categorical_gives_numbers_of_classes(mode, given):
    parameter = np.array(SHARES if given == "prob" else onp.log(SHARES) + 3)

    def made(p):
        return mgp.Categorical(3, **{given: p})

    np.random.seed(0)
    drawn = in_mode(lambda p: made(p).sample_n(4000), mode)(parameter)
    assert drawn.shape == (4000, 2) and drawn.dtype == onp.int64
    counts = onp.stack([onp.bincount(row, minlength=3) for row in drawn.asnumpy().T])
    assert_allclose(counts / 4000, SHARES, atol=0.03)
    values = np.array([[0, 2], [1, 1], [2, 0]])
    logs = in_mode(lambda p: made(p).log_prob(values), mode)(parameter)
    expected = onp.log([[SHARES[0, a], SHARES[1, b]] for a, b in values.asnumpy()])
    assert_allclose(logs.asnumpy(), expected, rtol=1e-6)
    entropy = in_mode(lambda p: made(p).entropy(), mode)(parameter)
    assert_allclose(entropy.asnumpy(), stats.entropy(SHARES, axis=-1), rtol=1e-6)


def test_supports_of_classes_can_be_listed():
    d = mgp.Categorical(3, prob=np.array(SHARES))
    assert_allclose(d.enumerate_support().asnumpy(), [[0, 0], [1, 1], [2, 2]])
    vectors = mgp.OneHotCategorical(3, prob=np.array(SHARES)).enumerate_support()
    assert_allclose(vectors.asnumpy(), onp.broadcast_to(onp.eye(3)[:, None], (3, 2, 3)))
    assert_allclose(mgp.Bernoulli(prob=np.array([0.5])).enumerate_support().asnumpy(), [[0], [1]])


@pytest.mark.parametrize("kind", [mgp.Categorical, mgp.OneHotCategorical])
def test_probabilities_of_all_values_sum_to_1(kind):
    d = kind(3, logit=np.array([[1.0, -2.0, 0.5], [0.0, 0.0, 4.0]]))
    assert_allclose(d.pdf(d.enumerate_support()).sum(axis=0).asnumpy(), 1, rtol=1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_one_hot_vectors_have_a_one_in_the_place_of_a_class(mode):
    np.random.seed(0)
    made = in_mode(lambda p: mgp.OneHotCategorical(3, prob=p).sample((4000, 2)), mode)
    drawn = made(np.array(SHARES)).asnumpy()
    assert_allclose(drawn.sum(axis=-1), 1)
    assert_allclose(drawn.mean(axis=0), SHARES, atol=0.03)
    d = mgp.OneHotCategorical(3, prob=np.array(SHARES))
    assert_allclose(d.log_prob(np.array([0.0, 1.0, 0.0])).asnumpy(), onp.log([0.3, 0.1]), 1e-6)
    assert_allclose(d.mean.asnumpy(), SHARES)
    assert_allclose(d.variance.asnumpy(), SHARES * (1 - SHARES))


@pytest.mark.parametrize("mode", MODES)
def test_a_multinomial_counts(mode):
    np.random.seed(0)
    made = in_mode(lambda p: mgp.Multinomial(3, prob=p, total_count=6).sample_n(4000), mode)
    drawn = made(np.array(SHARES)).asnumpy()
    assert drawn.shape == (4000, 2, 3)
    assert_allclose(drawn.sum(axis=-1), 6)
    assert_allclose(drawn.mean(axis=0), 6 * SHARES, atol=0.08)
    assert_allclose(drawn.var(axis=0), 6 * SHARES * (1 - SHARES), rtol=0.1)
    d = mgp.Multinomial(3, prob=np.array(SHARES), total_count=6)
    value = onp.array([1, 2, 3])
    logs = [stats.multinomial(6, row).logpmf(value) for row in SHARES]
    assert_allclose(d.log_prob(np.array(value)).asnumpy(), logs, rtol=1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_a_dirichlet_is_that_of_scipy(mode):
    alpha = onp.array([[0.5, 1.0, 3.0], [2.0, 2.0, 2.0]])
    oracles = [stats.dirichlet(row) for row in alpha]
    value = onp.array([0.2, 0.3, 0.5])

    def read(a):
        d = mgp.Dirichlet(a)
        return d.log_prob(np.array(value)), d.entropy(), d.mean, d.variance, d.sample_n(4000)

    np.random.seed(0)
    logs, entropy, mean, variance, drawn = in_mode(read, mode)(np.array(alpha))
    assert_allclose(logs.asnumpy(), [o.logpdf(value) for o in oracles], rtol=1e-6)
    assert_allclose(entropy.asnumpy(), [o.entropy() for o in oracles], rtol=1e-6)
    assert_allclose(mean.asnumpy(), [o.mean() for o in oracles])
    assert_allclose(variance.asnumpy(), [o.var() for o in oracles])
    assert drawn.shape == (4000, 2, 3)
    assert_allclose(drawn.sum(axis=-1).asnumpy(), 1)
    assert_allclose(drawn.asnumpy().mean(axis=0), mean.asnumpy(), atol=0.02)


def test_a_dirichlet_of_tiny_shapes_has_no_nan():
    drawn = mgp.Dirichlet(np.full((4, 3), 1e-6)).sample_n(50).asnumpy()
    assert_allclose(drawn.sum(axis=-1), 1)


def matrices():
    return {"cov": COV, "precision": onp.linalg.inv(COV), "scale_tril": onp.linalg.cholesky(COV)}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("given", ["cov", "precision", "scale_tril"])
def test_a_normal_of_vectors_is_that_of_scipy(given, mode):
    loc = onp.array([[1.0, -1.0, 0.5], [0.0, 0.0, 2.0]])
    value = onp.array([0.5, 0.25, 1.0])
    oracles = [stats.multivariate_normal(row, COV) for row in loc]

    def read(loc, matrix):
        d = mgp.MultivariateNormal(loc, **{given: matrix})
        return d.log_prob(np.array(value)), d.entropy(), d.variance, d.sample_n(6000), d.mean

    np.random.seed(0)
    found = in_mode(read, mode)(np.array(loc), np.array(matrices()[given]))
    logs, entropy, variance, drawn, mean = (x.asnumpy() for x in found)
    assert_allclose(logs, [o.logpdf(value) for o in oracles], rtol=1e-6)
    assert_allclose(entropy, oracles[0].entropy(), rtol=1e-6)
    assert_allclose(variance, onp.broadcast_to(onp.diag(COV), (2, 3)), rtol=1e-6)
    assert_allclose(mean, loc)
    assert drawn.shape == (6000, 2, 3)
    assert_allclose(drawn.mean(axis=0), loc, atol=0.06)
    assert_allclose(onp.cov(drawn[:, 0].T), COV, atol=0.12)


@pytest.mark.parametrize("given", ["cov", "precision", "scale_tril"])
def test_each_matrix_of_a_normal_follows_from_another(given):
    d = mgp.MultivariateNormal(np.zeros(3), **{given: np.array(matrices()[given])})
    for name, matrix in matrices().items():
        assert_allclose(getattr(d, name).asnumpy(), matrix, rtol=1e-6, atol=1e-9)


def test_matrices_of_a_batch_are_checked():
    loc, good = np.zeros((2, 2)), np.array([[2.0, 0.5], [0.5, 1.0]])
    mgp.MultivariateNormal(loc, cov=good, validate_args=True)
    for bad in ([[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5], [0.0, 1.0]]):
        with pytest.raises(ValueError, match="`cov` must be a symmetric positive definite"):
            mgp.MultivariateNormal(loc, cov=np.array(bad), validate_args=True)
    with pytest.raises(ValueError, match="`scale_tril` must be a lower triangular"):
        mgp.MultivariateNormal(loc, scale_tril=good, validate_args=True)
    with pytest.raises(ValueError, match=r"exactly one of .* got cov, precision"):
        mgp.MultivariateNormal(loc, cov=good, precision=good)
    with pytest.raises(ValueError, match=r"shapes .* got \(3,\) and \(2, 2\)"):
        mgp.MultivariateNormal(np.zeros(3), cov=good)


@pytest.mark.parametrize("given", ["cov", "precision", "scale_tril"])
def test_gradients_reach_the_parameters_of_a_normal_of_vectors(given):
    loc, matrix = np.zeros(3), np.array(matrices()[given])
    for x in (loc, matrix):
        x.attach_grad()
    with autograd.record():
        d = mgp.MultivariateNormal(loc, **{given: matrix})
        (d.sample_n(5) ** 2).sum().backward()
    assert (abs(loc.grad.asnumpy()) > 0).all()
    assert abs(matrix.grad.asnumpy()).sum() > 0


def test_independent_sums_over_events():
    loc = onp.arange(24.0).reshape(4, 3, 2)
    d = mgp.Independent(mgp.Normal(np.array(loc), np.array([1.0, 2.0])), 2)
    assert d.batch_shape == (4,) and d.event_dim == 2 and d.has_grad
    each = stats.norm(loc, [1.0, 2.0])
    logs = each.logpdf(0.0).sum(axis=(1, 2))
    assert_allclose(d.log_prob(np.zeros((3, 2))).asnumpy(), logs, rtol=1e-6)
    assert_allclose(d.entropy().asnumpy(), each.entropy().sum(axis=(1, 2)), rtol=1e-6)
    assert d.sample().shape == (4, 3, 2)
    assert d.sample((5, 4)).shape == d.sample_n(5).shape == (5, 4, 3, 2)
    assert d.broadcast_to((6, 4)).sample().shape == (6, 4, 3, 2)
    with pytest.raises(ValueError, match=r"at most 3, .* got 4"):
        mgp.Independent(mgp.Normal(np.array(loc)), 4)


def logistic_of_concrete(T, prob, x):  # noqa: N803
    """Density of a relaxed Bernoulli number: Maddison, Mnih and Teh 2017, appendix B."""
    odds = prob / (1 - prob)
    top = T * odds * x ** (-T - 1) * (1 - x) ** (-T - 1)
    return onp.log(top) - 2 * onp.log(odds * x**-T + (1 - x) ** -T)


def concrete(T, prob, x):  # noqa: N803
    """Density of a relaxed one-hot vector: the same paper, definition 1."""
    n = len(prob)
    top = math.factorial(n - 1) * T ** (n - 1) * onp.prod(prob * x ** (-T - 1))
    return onp.log(top) - n * onp.log((prob * x**-T).sum())


@pytest.mark.parametrize("given", ["prob", "logit"])
def test_relaxed_densities_are_those_of_the_paper(given):
    prob, x = onp.array([0.3, 0.8]), onp.array([0.2, 0.6])
    one = prob if given == "prob" else special.logit(prob)
    d = mgp.RelaxedBernoulli(0.7, **{given: np.array(one)})
    expected = logistic_of_concrete(0.7, prob, x)
    assert_allclose(d.log_prob(np.array(x)).asnumpy(), expected, rtol=1e-5)
    shares = SHARES if given == "prob" else onp.log(SHARES) - 1
    several = mgp.RelaxedOneHotCategorical(0.7, 3, **{given: np.array(shares)})
    point = onp.array([0.5, 0.2, 0.3])
    expected = [concrete(0.7, row, point) for row in SHARES]
    assert_allclose(several.log_prob(np.array(point)).asnumpy(), expected, rtol=1e-5)


def test_densities_of_vectors_are_in_files_that_run_alone(tmp_path):
    value = onp.array([0.5, -1.0, 2.0])

    def density(cov, value):
        return mgp.MultivariateNormal(np.zeros(3, "float64"), cov=cov).log_prob(value)

    given = np.array(COV), np.array(value)
    weft.export(tmp_path / "density.weft", density=(weft.hybridize(density), *given))
    (found,) = weft.runtime.Model(tmp_path / "density.weft").context("density").run(COV, value)
    expected = stats.multivariate_normal(onp.zeros(3), COV).logpdf(value)
    assert_allclose(found.tolist(), expected, rtol=1e-6)


@pytest.mark.parametrize("value", [-1, 3])
def test_a_number_that_is_no_class_is_refused(value):
    with pytest.raises(IndexError, match=rf"must be in \[0, 3\).*got {value}"):
        mgp.Categorical(3, prob=np.array(SHARES)).log_prob(np.array([0, value]))


def test_samples_of_counted_classes_are_constants_and_can_be_exported(tmp_path):
    prob = np.array(SHARES)
    prob.attach_grad()
    with autograd.record():
        drawn = mgp.Multinomial(3, prob=prob, total_count=6).sample()
        (drawn.sum() + prob.sum()).backward()
    assert_allclose(prob.grad.asnumpy(), 1)

    def several(prob):
        return mgp.Multinomial(3, prob=prob, total_count=6).sample_n(4000)

    weft.export(tmp_path / "drawn.weft", drawn=(weft.hybridize(several), prob))
    (found,) = weft.runtime.Model(tmp_path / "drawn.weft").context("drawn").run(SHARES)
    assert_allclose(onp.array(found.tolist()).mean(axis=0), 6 * SHARES, atol=0.1)


def test_many_draws_are_counted_in_little_memory():
    counts = mgp.Multinomial(3, prob=np.array(SHARES), total_count=10**9).sample_n(1000).asnumpy()
    assert_allclose(counts.mean(axis=0) / 10**9, SHARES, rtol=1e-5)


def test_relaxed_samples_are_near_the_ends_and_differentiate():
    np.random.seed(1)
    prob, shares = np.array([0.3, 0.8]), np.array(SHARES)
    for x in (prob, shares):
        x.attach_grad()
    with autograd.record():
        one = mgp.RelaxedBernoulli(0.05, prob=prob).sample_n(4000)
        several = mgp.RelaxedOneHotCategorical(0.05, 3, prob=shares).sample_n(4000)
        (one.sum() + (several**2).sum()).backward()
    assert_allclose(one.mean(axis=0).asnumpy(), prob.asnumpy(), atol=0.03)
    assert_allclose(several.mean(axis=0).asnumpy(), SHARES, atol=0.03)
    assert_allclose(several.sum(axis=-1).asnumpy(), 1, rtol=1e-6)
    assert (abs(prob.grad.asnumpy()) > 0).all() and abs(shares.grad.asnumpy()).sum() > 0


def test_a_temperature_is_a_number_above_0():
    with pytest.raises(ValueError, match="RelaxedBernoulli: `T` must be a number above 0; got 0"):
        mgp.RelaxedBernoulli(0, prob=0.5)


def test_classes_are_counted():
    for kind in (mgp.Categorical, mgp.OneHotCategorical, mgp.Multinomial):
        with pytest.raises(ValueError, match=r"must have 4 classes .* got shape \(3,\)"):
            kind(4, prob=np.array([0.2, 0.3, 0.5]))
        with pytest.raises(ValueError, match="`prob` must be at least 0 and sum to 1"):
            kind(3, prob=np.array([0.2, 0.3, 0.4]), validate_args=True)


@pytest.mark.parametrize("mode", MODES)
def test_a_transformed_distribution_has_the_density_of_its_values(mode):
    """The logarithm of the normal distribution, scaled: SciPy's lognorm."""
    sigma, scale = onp.array([0.5, 1.5]), onp.array([2.0, 3.0])
    value, share = onp.array([[0.5, 1.0], [2.0, 7.0]]), onp.array([0.2, 0.9])
    oracle = stats.lognorm(sigma, scale=scale)

    def read(sigma, scale):
        base = mgp.Normal(0.0, sigma)
        d = mgp.TransformedDistribution(base, [mgp.ExpTransform(), mgp.AffineTransform(0.0, scale)])
        return d.log_prob(np.array(value)), d.cdf(np.array(value)), d.icdf(np.array(share))

    found = in_mode(read, mode)(np.array(sigma), np.array(scale))
    expected = oracle.logpdf(value), oracle.cdf(value), oracle.ppf(share)
    for ours, theirs in zip(found, expected, strict=True):
        assert_allclose(ours.asnumpy(), theirs, rtol=1e-6)


def test_a_falling_transformation_turns_the_cdf():
    d = mgp.TransformedDistribution(mgp.Exponential(2.0), mgp.AffineTransform(1.0, -1.0))
    assert_allclose(d.cdf(np.array([0.0])).asnumpy(), 1 - stats.expon(scale=2).cdf(1.0), 1e-6)
    assert_allclose(d.icdf(d.cdf(np.array([-3.0]))).asnumpy(), [-3], rtol=1e-5)


def test_what_is_transformed_is_checked():
    with pytest.raises(TypeError, match="`transforms` must be a transformation or a list"):
        mgp.TransformedDistribution(mgp.Normal(), 3)
    with pytest.raises(TypeError, match="`base_dist` must be a distribution; got float"):
        mgp.TransformedDistribution(1.0, mgp.ExpTransform())
