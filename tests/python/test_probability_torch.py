"""Distributions, divergences and ways to constraints against PyTorch's, where that is installed."""

import numpy as onp
import pytest
from numpy.testing import assert_allclose
from weft import autograd, np
from weft.gluon import probability as mgp

torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
td = torch.distributions

_LOC = onp.array([[0.5, -1.0, 2.0], [0.0, 3.0, -0.25]])
_SCALE = onp.array([0.5, 1.0, 2.5])
_SHAPE = onp.array([[0.7, 1.0, 2.0], [3.5, 5.0, 9.0]])
_OTHER = onp.array([[1.2, 0.4, 3.0], [0.9, 2.0, 4.5]])
_PROB = onp.array([[0.1, 0.25, 0.5], [0.65, 0.8, 0.9]])
_CHANCE = onp.array([[0.3, 0.35, 0.25], [0.5, 0.6, 0.95]])
_SHARES = onp.array([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]])
_ODDS = onp.array([[0.4, 0.4, 0.2], [0.3, 0.6, 0.1]])
_COV = onp.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.2], [0.0, 0.2, 0.7]])

# Ours of arrays, PyTorch's of tensors, and two sets of parameters.
PAIRS = {
    "Bernoulli": (lambda p: mgp.Bernoulli(p), lambda p: td.Bernoulli(p), (_PROB,), (_CHANCE,)),
    "Bernoulli of logits": (
        lambda z: mgp.Bernoulli(logit=z),
        lambda z: td.Bernoulli(logits=z),
        (_LOC,),
        (-_LOC,),
    ),
    "Binomial": (
        lambda p: mgp.Binomial(5, p),
        lambda p: td.Binomial(5, p),
        (_PROB,),
        (_CHANCE,),
    ),
    "Geometric": (lambda p: mgp.Geometric(p), lambda p: td.Geometric(p), (_PROB,), (_CHANCE,)),
    "NegativeBinomial": (
        mgp.NegativeBinomial,
        td.NegativeBinomial,
        (_SHAPE, _PROB),
        (_OTHER, _CHANCE),
    ),
    "Poisson": (mgp.Poisson, td.Poisson, (_SHAPE,), (_OTHER,)),
    "Uniform": (mgp.Uniform, td.Uniform, (_LOC, _LOC + 1), (_LOC - 1, _LOC + 3)),
    "Normal": (mgp.Normal, td.Normal, (_LOC, _SCALE), (_LOC[::-1].copy(), _SCALE + 1)),
    "Laplace": (mgp.Laplace, td.Laplace, (_LOC, _SCALE), (_LOC[::-1].copy(), _SCALE + 1)),
    "Cauchy": (mgp.Cauchy, td.Cauchy, (_LOC, _SCALE), (_LOC[::-1].copy(), _SCALE + 1)),
    "Gumbel": (mgp.Gumbel, td.Gumbel, (_LOC, _SCALE), (_LOC[::-1].copy(), _SCALE + 1)),
    "StudentT": (mgp.StudentT, td.StudentT, (_SHAPE, _LOC, _SCALE), (_OTHER, _LOC, _SCALE)),
    "Exponential": (
        mgp.Exponential,
        lambda scale: td.Exponential(1 / scale),
        (_SHAPE,),
        (_OTHER,),
    ),
    "Gamma": (
        mgp.Gamma,
        lambda shape, scale: td.Gamma(shape, 1 / scale),
        (_SHAPE, _SCALE),
        (_OTHER, _SCALE + 1),
    ),
    "Chi2": (mgp.Chi2, td.Chi2, (_SHAPE,), (_OTHER,)),
    "FisherSnedecor": (
        mgp.FisherSnedecor,
        td.FisherSnedecor,
        (_SHAPE, _OTHER),
        (_OTHER, _SHAPE),
    ),
    "Beta": (mgp.Beta, td.Beta, (_SHAPE, _OTHER), (_OTHER, _SHAPE)),
    "Dirichlet": (mgp.Dirichlet, td.Dirichlet, (_SHAPE,), (_OTHER,)),
    "HalfNormal": (mgp.HalfNormal, td.HalfNormal, (_SHAPE,), (_OTHER,)),
    "HalfCauchy": (mgp.HalfCauchy, td.HalfCauchy, (_SHAPE,), (_OTHER,)),
    "Pareto": (
        mgp.Pareto,
        lambda alpha, scale: td.Pareto(scale, alpha),
        (_SHAPE, _SCALE),
        (_OTHER, _SCALE / 2),
    ),
    "Weibull": (
        mgp.Weibull,
        lambda shape, scale: td.Weibull(scale, shape),
        (_SHAPE, _SCALE),
        (_OTHER, _SCALE),
    ),
    "Categorical": (
        lambda p: mgp.Categorical(3, prob=p),
        lambda p: td.Categorical(p),
        (_SHARES,),
        (_ODDS,),
    ),
    "OneHotCategorical": (
        lambda p: mgp.OneHotCategorical(3, prob=p),
        lambda p: td.OneHotCategorical(p),
        (_SHARES,),
        (_ODDS,),
    ),
    "Multinomial": (
        lambda p: mgp.Multinomial(3, prob=p, total_count=4),
        lambda p: td.Multinomial(4, p),
        (_SHARES,),
        (_ODDS,),
    ),
    "MultivariateNormal": (
        mgp.MultivariateNormal,
        td.MultivariateNormal,
        (_LOC, _COV),
        (_LOC + 1, _COV + onp.eye(3)),
    ),
    "MultivariateNormal of precisions": (
        lambda loc, p: mgp.MultivariateNormal(loc, precision=p),
        lambda loc, p: td.MultivariateNormal(loc, precision_matrix=p),
        (_LOC, _COV),
        (_LOC + 1, _COV + onp.eye(3)),
    ),
    "RelaxedBernoulli": (
        lambda p: mgp.RelaxedBernoulli(0.7, p),
        lambda p: td.RelaxedBernoulli(torch.tensor(0.7), p),
        (_PROB,),
        (_CHANCE,),
    ),
    "RelaxedOneHotCategorical": (
        lambda p: mgp.RelaxedOneHotCategorical(0.7, 3, p),
        lambda p: td.RelaxedOneHotCategorical(torch.tensor(0.7), p),
        (_SHARES,),
        (_ODDS,),
    ),
    "Independent": (
        lambda loc, scale: mgp.Independent(mgp.Normal(loc, scale), 1),
        lambda loc, scale: td.Independent(td.Normal(loc, scale), 1),
        (_LOC, _SCALE),
        (-_LOC, _SCALE + 1),
    ),
}
each = pytest.mark.parametrize("ours, theirs, first, second", PAIRS.values(), ids=PAIRS)


def tensors(arrays):
    return [torch.tensor(a, requires_grad=True) for a in arrays]


def close(ours, theirs):
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert_allclose(ours.asnumpy(), theirs.detach().numpy(), rtol=1e-6, atol=1e-8)


@each
def test_densities_and_their_gradients_are_those_of_pytorch(ours, theirs, first, second):
    torch.manual_seed(1)
    given = tensors(first)
    other = theirs(*given)
    value = other.sample((4,))
    logs = other.log_prob(value)
    logs.sum().backward()
    arrays = [np.array(a) for a in first]
    for array in arrays:
        array.attach_grad()
    with autograd.record():
        found = ours(*arrays).log_prob(np.array(value.numpy()))
        found.sum().backward()
    close(found, logs)
    for array, tensor in zip(arrays, given, strict=True):
        gradient = tensor.grad if tensor.grad is not None else torch.zeros_like(tensor)
        if tensor.ndim >= 2 and tensor.shape[-2:] == (3, 3):  # of a symmetric matrix
            both = array.grad.asnumpy()
            assert_allclose(both + both.swapaxes(-1, -2), 2 * gradient.numpy(), 1e-5, 1e-7)
        else:
            assert_allclose(array.grad.asnumpy(), gradient.numpy(), rtol=1e-5, atol=1e-7)


@each
def test_moments_and_entropies_are_those_of_pytorch(ours, theirs, first, second):
    d, other = ours(*(np.array(a) for a in first)), theirs(*(torch.tensor(a) for a in first))
    for name in ("mean", "variance"):
        try:
            found = getattr(d, name)
        except NotImplementedError:
            continue
        if not onp.isnan(found.asnumpy()).all():  # the variance of a Cauchy one is infinite there
            close(found, getattr(other, name))
    try:
        entropy = d.entropy()
        expected = other.entropy()
    except NotImplementedError:
        return
    close(np.broadcast_to(entropy, d.batch_shape), expected)


@each
def test_divergences_are_those_of_pytorch(ours, theirs, first, second):
    make = [
        [made(*(convert(a) for a in some)) for some in (first, second)]
        for made, convert in ((ours, np.array), (theirs, torch.tensor))
    ]
    try:
        found = mgp.kl_divergence(*make[0])
    except NotImplementedError:
        pytest.skip("there is no formula")
    if isinstance(make[1][0], td.Cauchy):
        pytest.skip("PyTorch has no formula")
    close(found, td.kl_divergence(*make[1]))


MIXED = {
    "Exponential-Normal": (0, 1),
    "Exponential-Gumbel": (0, 2),
    "Exponential-Gamma": (0, 3),
    "Uniform-Normal": (4, 1),
    "Uniform-Gumbel": (4, 2),
}


@pytest.mark.parametrize("places", MIXED.values(), ids=MIXED)
def test_divergences_of_different_classes_are_those_of_pytorch(places):
    def several(lib, convert, rate):
        loc, scale, shape = convert(_LOC), convert(_SCALE), convert(_SHAPE)
        return [
            lib.Exponential(1 / shape if rate else shape),
            lib.Normal(loc, scale),
            lib.Gumbel(loc, scale),
            lib.Gamma(shape, 1 / scale if rate else scale),
            lib.Uniform(loc, loc + 1),
        ]

    ours, theirs = several(mgp, np.array, False), several(td, torch.tensor, True)
    p, q = places
    close(mgp.kl_divergence(ours[p], ours[q]), td.kl_divergence(theirs[p], theirs[q]))


def test_transformations_are_those_of_pytorch():
    x = onp.array([[-1.5, 0.25], [0.5, 2.0]])
    for ours, theirs in (
        (mgp.ExpTransform(), td.ExpTransform()),
        (mgp.SigmoidTransform(), td.SigmoidTransform()),
        (mgp.AffineTransform(0.5, -2.0), td.AffineTransform(0.5, -2.0)),
        (mgp.AffineTransform(0.5, -2.0, 1), td.AffineTransform(0.5, -2.0, 1)),
        (mgp.SoftmaxTransform(), td.SoftmaxTransform()),
    ):
        y, expected = ours(np.array(x)), theirs(torch.tensor(x))
        close(y, expected)
        close(ours.inv(y), theirs.inv(expected))
        if ours.bijective:
            stretch = theirs.log_abs_det_jacobian(torch.tensor(x), expected)
            close(ours.log_det_jacobian(np.array(x), y), stretch)


@pytest.mark.parametrize("shape", [0.05, 0.7, 3.0, 40.0, 2000.0])
def test_slopes_of_gamma_numbers_are_pytorchs(shape):
    """PyTorch approximates them."""
    alpha = np.full((500,), shape, "float64")
    alpha.attach_grad()
    np.random.seed(3)
    with autograd.record():
        x = np.random.standard_gamma(alpha)
    x.backward()
    wanted = torch._standard_gamma_grad(
        torch.full((500,), shape, dtype=torch.float64), torch.tensor(x.asnumpy())
    )
    assert_allclose(alpha.grad.asnumpy(), wanted.numpy(), rtol=2e-3, atol=1e-30)
