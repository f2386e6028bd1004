"""Updates of optimizers as operators, by PyTorch's formulas where it has them."""

import numpy
import pytest
from weft import mxnet as mx

nd = mx.nd
WEIGHT, GRAD, STATE = (
    numpy.array(values, "float32") for values in ([1, -2, 3], [0.5, 1, -4], [0.1, 0.2, 0.3])
)


def test_gradient_descent_with_decay_and_a_limit():
    weight = nd.array(WEIGHT)
    options = {"lr": 0.1, "wd": 0.01, "rescale_grad": 0.5, "clip_gradient": 1.0}
    found = nd.sgd_update(weight, nd.array(GRAD), out=weight, **options)
    assert found is weight
    wanted = WEIGHT - 0.1 * ((GRAD * 0.5).clip(-1, 1) + 0.01 * WEIGHT)
    numpy.testing.assert_allclose(weight.asnumpy(), wanted, rtol=1e-6)


@pytest.mark.parametrize("name", ["sgd_mom_update", "nag_mom_update"])
def test_momentum_is_changed_in_place(name):
    weight, momentum = nd.array(WEIGHT), nd.array(STATE)
    found = getattr(nd, name)(weight, nd.array(GRAD), momentum, lr=0.1, momentum=0.9)
    moved = 0.9 * STATE - 0.1 * GRAD
    numpy.testing.assert_allclose(momentum.asnumpy(), moved, rtol=1e-6)
    wanted = WEIGHT + moved if name == "sgd_mom_update" else WEIGHT + 0.9 * moved - 0.1 * GRAD
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6)


def test_adam_without_correction():
    mean, var = nd.array(STATE), nd.array(STATE)
    found = nd.adam_update(nd.array(WEIGHT), nd.array(GRAD), mean, var, lr=0.1)
    m, v = 0.9 * STATE + 0.1 * GRAD, 0.999 * STATE + 0.001 * GRAD**2
    numpy.testing.assert_allclose(mean.asnumpy(), m, rtol=1e-5)
    numpy.testing.assert_allclose(
        found.asnumpy(), WEIGHT - 0.1 * m / (numpy.sqrt(v) + 1e-8), rtol=1e-5
    )


def test_many_weights_at_once():
    data = [nd.array(x) for x in (WEIGHT, GRAD, STATE, GRAD)]
    found = nd.multi_sgd_update(*data, lrs=(0.1, 0.2), wds=(0, 0), num_weights=2)
    for part, weight, rate in zip(found, (WEIGHT, STATE), (0.1, 0.2), strict=True):
        numpy.testing.assert_allclose(part.asnumpy(), weight - rate * GRAD, rtol=1e-6)
    assert nd.multi_all_finite(*data, num_arrays=4).asscalar() == 1
