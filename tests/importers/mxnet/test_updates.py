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


@pytest.mark.parametrize("name", ["sgd_update", "sgd_mom_update", "nag_mom_update"])
def test_weights_of_few_bits_follow_their_copies(name):
    """The copy in float32 is updated as a weight in float32 is; the weight is it, rounded."""
    states = [STATE] if "mom" in name else []
    options = {"lr": 0.1, "wd": 0.01, "rescale_grad": 0.5, "clip_gradient": 1.0}
    wanted = getattr(nd, name)(*map(nd.array, (WEIGHT, GRAD, *states)), **options)
    half = [nd.array(x, dtype="float16") for x in (WEIGHT, GRAD)]
    copy = nd.array(WEIGHT)
    found = getattr(nd, f"mp_{name}")(*half, *map(nd.array, states), copy, **options)
    assert copy.asnumpy().tolist() == wanted.asnumpy().tolist()
    assert found.dtype == "float16"
    assert found.asnumpy().tolist() == wanted.astype("float16").asnumpy().tolist()


def test_layerwise_steps_of_few_bits_follow_their_copies():
    half = [nd.array(x, dtype="float16") for x in (WEIGHT, GRAD)]
    copy = nd.array(WEIGHT)
    moments = [[nd.array(STATE), nd.array(STATE)] for _ in range(2)]
    options = {"t": 3, "wd": 0.1, "bias_correction": True}
    wanted = nd.lamb_update_phase1(nd.array(WEIGHT), nd.array(GRAD), *moments[0], **options)
    step = nd.mp_lamb_update_phase1(*half, *moments[1], copy, **options)
    assert step.dtype == "float32" and step.asnumpy().tolist() == wanted.asnumpy().tolist()
    assert copy.asnumpy().tolist() == WEIGHT.tolist()
    norms = nd.array([2.0]), nd.array([4.0])
    wanted = nd.lamb_update_phase2(nd.array(WEIGHT), step, *norms, lr=0.1)
    found = nd.mp_lamb_update_phase2(half[0], step, *norms, copy, lr=0.1)
    assert copy.asnumpy().tolist() == wanted.asnumpy().tolist()
    assert found.dtype == "float16"


def test_many_weights_at_once():
    data = [nd.array(x) for x in (WEIGHT, GRAD, STATE, GRAD)]
    found = nd.multi_sgd_update(*data, lrs=(0.1, 0.2), wds=(0, 0), num_weights=2)
    for part, weight, rate in zip(found, (WEIGHT, STATE), (0.1, 0.2), strict=True):
        numpy.testing.assert_allclose(part.asnumpy(), weight - rate * GRAD, rtol=1e-6)
    assert nd.multi_all_finite(*data, num_arrays=4).asscalar() == 1
