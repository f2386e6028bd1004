"""Divergences of distributions: every formula against the mean over samples, and what KL means."""

import numpy as onp
import pytest
import weft
from numpy.testing import assert_allclose
from weft import autograd, np
from weft.gluon import probability as mgp
from weft.gluon.probability import divergence

_COV = onp.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.2], [0.0, 0.2, 0.7]])
_SHARES = ([0.2, 0.3, 0.5], [0.4, 0.4, 0.2])


def pairs():
    """For each pair of classes of the table two distributions."""
    loc, other = np.array([0.5, -0.25]), np.array([0.0, 0.75])
    small, large = np.array([0.6, 1.3]), np.array([1.1, 0.8])
    prob, share = np.array([0.3, 0.8]), np.array([0.5, 0.6])
    eye = np.array(onp.eye(3))
    uniform, exponential = mgp.Uniform(-small, large), mgp.Exponential(small)
    yield mgp.Bernoulli(prob=prob), mgp.Bernoulli(prob=share)
    yield mgp.Binomial(4, prob=prob), mgp.Binomial(4, prob=share)
    yield mgp.Geometric(prob=prob), mgp.Geometric(prob=share)
    yield mgp.Poisson(small), mgp.Poisson(large)
    yield mgp.Normal(loc, small), mgp.Normal(other, large)
    yield mgp.HalfNormal(small), mgp.HalfNormal(large)
    yield mgp.Laplace(loc, small), mgp.Laplace(other, large)
    yield mgp.Cauchy(loc, small), mgp.Cauchy(other, large)
    yield mgp.Gumbel(loc, small), mgp.Gumbel(other, large)
    yield uniform, mgp.Uniform(-2.0, 3.0)
    yield exponential, mgp.Exponential(large)
    yield mgp.Pareto(small + 1, large), mgp.Pareto(large + 2, 0.5)
    yield mgp.Gamma(small, large), mgp.Gamma(large, small)
    yield mgp.Chi2(small), mgp.Gamma(large, small)
    yield mgp.Beta(small, large), mgp.Beta(large, small)
    yield mgp.Dirichlet(np.array([0.5, 1.0, 3.0])), mgp.Dirichlet(np.array([1.5, 1.0, 2.0]))
    for kind in (mgp.Categorical, mgp.OneHotCategorical):
        yield tuple(kind(3, prob=np.array(shares)) for shares in _SHARES)
    yield (
        mgp.MultivariateNormal(np.array([0.0, 0.5, 1.0]), cov=np.array(_COV)),
        mgp.MultivariateNormal(np.array([0.25, 0.0, 1.0]), precision=eye),
    )
    yield mgp.Independent(mgp.Normal(loc, small), 1), mgp.Independent(mgp.Normal(other, large), 1)
    yield exponential, mgp.Normal(loc, large)
    yield exponential, mgp.Gumbel(loc, large)
    yield exponential, mgp.Gamma(large, small)
    yield uniform, mgp.Normal(loc, large)
    yield uniform, mgp.Gumbel(loc, large)


PAIRS = list(pairs())


def names(value):
    return f"{type(value[0]).__name__}-{type(value[1]).__name__}"


@pytest.mark.parametrize("pair", PAIRS, ids=names)
def test_a_divergence_is_the_mean_over_samples(pair):
    p, q = pair
    np.random.seed(2)
    exact = mgp.kl_divergence(p, q)
    assert exact.shape == p.batch_shape
    assert (exact.asnumpy() >= 0).all()
    estimate = mgp.empirical_kl(p, q, 40_000)
    assert_allclose(exact.asnumpy(), estimate.asnumpy(), rtol=0.06, atol=0.02)


@pytest.mark.parametrize("pair", PAIRS, ids=names)
def test_nothing_diverges_from_itself(pair):
    for d in pair:
        assert_allclose(mgp.kl_divergence(d, d).asnumpy(), 0, atol=3e-6)


def test_the_table_has_no_pair_that_is_not_tested():
    tested = {(type(p), type(q)) for p, q in PAIRS}
    assert divergence._FORMULAS.keys() - tested <= set()


@pytest.mark.parametrize("pair", PAIRS, ids=names)
def test_a_divergence_in_a_graph_is_the_same_and_differentiates(pair):
    p, q = pair
    names = list(q._parameters())
    if not names:
        pytest.skip("its parameters are those of another one")

    def divergence_from(*values):
        other = q.broadcast_to(q.batch_shape)
        vars(other).update(zip(names, values, strict=True))
        return mgp.kl_divergence(p, other).sum()

    values = [vars(q)[name].astype("float64") for name in names]
    eager = autograd.grad(divergence_from, argnums=tuple(range(len(values))))(*values)
    for value in values:
        value.attach_grad()
    with autograd.record():
        found = weft.hybridize(divergence_from)(*values)
    found.backward()
    assert_allclose(found.item(), mgp.kl_divergence(p, q).sum().item(), 1e-4)
    eager = eager if isinstance(eager, tuple) else (eager,)
    for value, gradient in zip(values, eager, strict=True):
        assert_allclose(value.grad.asnumpy(), gradient.asnumpy(), rtol=1e-5, atol=1e-6)


def test_what_the_other_cannot_be_is_infinitely_far():
    wide, narrow = mgp.Uniform(0.0, 2.0), mgp.Uniform(0.0, 1.0)
    assert mgp.kl_divergence(wide, narrow).item() == onp.inf
    assert mgp.kl_divergence(mgp.Pareto(1.0, 1.0), mgp.Pareto(1.0, 2.0)).item() == onp.inf
    assert mgp.kl_divergence(mgp.Binomial(3, 0.5), mgp.Binomial(2, 0.5)).item() == onp.inf


def test_a_pair_without_a_formula_is_told():
    with pytest.raises(NotImplementedError, match=r"no formula for Normal and Poisson.*empirical"):
        mgp.kl_divergence(mgp.Normal(), mgp.Poisson())
    with pytest.raises(TypeError, match="kl_divergence: must get distributions; got float"):
        mgp.kl_divergence(mgp.Normal(), 1.0)
    with pytest.raises(ValueError, match="as many classes; got 2 and 3"):
        mgp.kl_divergence(
            mgp.Categorical(2, logit=np.zeros(2)), mgp.Categorical(3, logit=np.zeros(3))
        )
    with pytest.raises(TypeError, match="register_kl: must be classes of distributions"):
        mgp.register_kl(mgp.Normal, int)


def test_a_class_of_ones_own_has_the_formula_of_its_base_or_its_own():
    class Mine(mgp.Normal):
        pass

    assert mgp.kl_divergence(Mine(1.0, 1.0), mgp.Normal()).item() == 0.5
    try:
        mgp.register_kl(Mine, mgp.Normal)(lambda p, q: np.full((), 7.0))
        assert mgp.kl_divergence(Mine(1.0, 1.0), mgp.Normal()).item() == 7
        assert mgp.kl_divergence(mgp.Normal(1.0, 1.0), mgp.Normal()).item() == 0.5
    finally:
        divergence._FORMULAS.pop((Mine, mgp.Normal))


def test_of_no_events_the_divergence_is_the_mean_of_the_other():
    assert mgp.kl_divergence(mgp.Poisson(0.0), mgp.Poisson(1.5)).item() == 1.5
    assert mgp.kl_divergence(mgp.Poisson(0.0), mgp.Poisson(0.0)).item() == 0
    assert mgp.kl_divergence(mgp.Poisson(1.0), mgp.Poisson(0.0)).item() == onp.inf
