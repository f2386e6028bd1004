"""Densities of the table beside SciPy."""

import numpy
import pytest
from operators import check
from scipy import stats
from weft import autograd, np
from weft import mxnet as mx
from weft.mxnet._operators import invoke

G = numpy.random.default_rng(8)
SHAPE = (2, 3)


def positive(*shape):
    return G.uniform(0.3, 3, shape).astype("float32")


COUNTS = G.integers(0, 6, SHAPE).astype("float32")
K = numpy.array([2, 4], "float32")
CHANCE = numpy.array([0.3, 0.6], "float32")
MU, ALPHA = positive(2), positive(2)
SAMPLE = positive(*SHAPE)
SHARES = G.dirichlet([1.0, 2, 3], (2, 4)).astype("float32")


def row(x):
    return x[:, None]


CASES = {
    "uniform": ([SAMPLE, MU * 0, MU * 0 + 4], numpy.full(SHAPE, 0.25)),
    "normal": ([SAMPLE, MU, ALPHA], stats.norm.pdf(SAMPLE, row(MU), row(ALPHA))),
    "gamma": ([SAMPLE, ALPHA, MU], stats.gamma.pdf(SAMPLE, row(ALPHA), scale=1 / row(MU))),
    "exponential": ([SAMPLE, MU], stats.expon.pdf(SAMPLE, scale=1 / row(MU))),
    "poisson": ([COUNTS, MU], stats.poisson.pmf(COUNTS, row(MU))),
    "negative_binomial": ([COUNTS, K, CHANCE], stats.nbinom.pmf(COUNTS, row(K), row(CHANCE))),
    "generalized_negative_binomial": (
        [COUNTS, MU, ALPHA],
        stats.nbinom.pmf(COUNTS, 1 / row(ALPHA), 1 / (1 + row(MU) * row(ALPHA))),
    ),
    "dirichlet": (
        [SHARES, numpy.array([[1, 2, 3], [2, 1, 0.5]], "float32")],
        numpy.array(
            [
                [stats.dirichlet.pdf(s / s.sum(), a) for s in rows.astype("float64")]
                for rows, a in zip(SHARES, [[1, 2, 3], [2, 1, 0.5]], strict=True)
            ]
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_densities_and_their_logarithms(tmp_path, name):
    arrays, wanted = CASES[name]
    op = f"_random_pdf_{name}"
    check(tmp_path, op, arrays, {}, wanted, rtol=1e-4)
    check(tmp_path, op, arrays, {"is_log": "True"}, numpy.log(wanted), rtol=1e-3, atol=1e-4)


def test_counts_have_no_gradient():
    sample, rate = np.array(COUNTS), np.array(MU)
    sample.attach_grad()
    rate.attach_grad()
    with autograd.record():
        total = np.sum(invoke("_random_pdf_poisson", [sample, rate], {"is_log": True}))
    total.backward()
    numpy.testing.assert_array_equal(sample.grad.asnumpy(), 0)
    slope = (COUNTS / row(MU) - 1).sum(1)
    numpy.testing.assert_allclose(rate.grad.asnumpy(), slope, 1e-4, 1e-4)


def test_parameters_that_are_not_those_of_the_samples_rows_are_refused():
    for sample, parameter in (((1, 2), (0,)), ((4, 3), (2,))):
        with pytest.raises(mx.MXNetError, match="do not begin the shape of `sample`"):
            mx.nd.random_pdf_poisson(mx.nd.ones(sample), mx.nd.empty(parameter))
    with pytest.raises(mx.MXNetError, match="do not begin the shape of `sample`"):
        mx.nd.random_pdf_dirichlet(mx.nd.ones((4, 3)), mx.nd.ones((1,)))
