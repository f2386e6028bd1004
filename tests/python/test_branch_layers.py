"""Layers of branches and layers with a computed weight: values, gradients, plans, files, copies."""

import copy

import numpy
import pytest
import weft
from weft import autograd, gluon, np
from weft.gluon import nn

RNG = numpy.random.default_rng(6)
ROWS, IMAGES = (
    RNG.normal(size=(6, 5)).astype("float32"),
    RNG.normal(size=(2, 3, 6, 6)).astype("float32"),
)


def weight_of(net):
    return net.layer.weight.data().asnumpy()


@pytest.mark.parametrize(
    ("make", "data"),
    [
        (lambda: nn.Dense(4), ROWS),
        (lambda: nn.Dense(4, in_units=5), ROWS),
        (lambda: nn.Conv2D(4, 3), IMAGES),
    ],
)
def test_weight_norm_is_the_layer_with_length_and_direction(make, data):
    weft.random.seed(1)
    net = nn.WeightNorm(make())
    net.initialize()
    data = np.array(data)
    first = net(data).asnumpy()
    direction = net.weight_v.data().asnumpy()
    numpy.testing.assert_allclose(weight_of(net), direction, rtol=1e-6)  # as the layer alone
    net.weight_g.set_data(numpy.arange(1, 5))
    lengths = numpy.linalg.norm(direction.reshape(4, -1), axis=1)
    scaled = direction * (numpy.arange(1, 5) / lengths).reshape(-1, *(1,) * (direction.ndim - 1))
    numpy.testing.assert_allclose(weight_of(net), scaled, rtol=1e-5)
    eager = net(data).asnumpy()
    assert not numpy.allclose(eager, first)
    net.hybridize()
    numpy.testing.assert_allclose(net(data).asnumpy(), eager, rtol=1e-5, atol=1e-6)
    numpy.testing.assert_allclose(copy.deepcopy(net)(data).asnumpy(), eager, rtol=1e-5, atol=1e-6)


def test_weight_norm_trains_lengths_and_directions_and_keeps_them_in_files(tmp_path):
    net, x = nn.WeightNorm(nn.Dense(4)), np.array(ROWS)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    before = net(x)
    step = trainer.compile(net, gluon.loss.L2Loss())
    step(x, np.ones((6, 4)))
    slopes = net.weight_g.data().asnumpy(), net.weight_v.data().asnumpy()
    assert not numpy.allclose(net(x).asnumpy(), before.asnumpy())
    net.save_parameters(tmp_path / "net")
    other = nn.WeightNorm(nn.Dense(4))
    other.load_parameters(tmp_path / "net")
    numpy.testing.assert_array_equal(other(x).asnumpy(), net(x).asnumpy())
    assert [other.weight_g.shape, other.weight_v.shape] == [slopes[0].shape, slopes[1].shape]
    net.hybridize()
    net(x)
    net.export(tmp_path / "net.weft")
    (found,) = weft.runtime.Model(tmp_path / "net.weft").context().run(ROWS)
    numpy.testing.assert_allclose(numpy.asarray(found), net(x).asnumpy(), rtol=1e-5)


@pytest.mark.parametrize("hybrid", [False, True])
def test_spectral_norm_finds_the_largest_singular_value(hybrid):
    weft.random.seed(2)
    net, x = nn.SpectralNorm(nn.Dense(4)), np.array(ROWS)
    net.initialize()
    net(x)
    if hybrid:
        net.hybridize()
    for _ in range(60):
        with autograd.record():
            net(x)
    sizes = numpy.linalg.svd(weight_of(net), compute_uv=False)
    assert sizes[0] == pytest.approx(1, rel=1e-3)
    matrix = net.weight_v.data().asnumpy()
    bias = net.layer.bias.data().asnumpy()
    largest = numpy.linalg.svd(matrix, compute_uv=False)[0]
    expected = ROWS @ matrix.T / largest + bias
    numpy.testing.assert_allclose(net(x).asnumpy(), expected, rtol=1e-3, atol=1e-5)
    kept = net.u.data().asnumpy()
    net(x)
    numpy.testing.assert_array_equal(net.u.data().asnumpy(), kept)  # not in predict mode


def test_spectral_norm_has_the_slope_of_a_fixed_direction():
    net, x = nn.SpectralNorm(nn.Dense(2, in_units=5, use_bias=False), steps=30), np.array(ROWS)
    net.initialize()
    with autograd.record():
        loss = net(x).sum()
    loss.backward()
    slope, matrix = net.weight_v.grad().asnumpy(), net.weight_v.data().asnumpy()
    direction = RNG.normal(size=matrix.shape)

    def value(step):
        moved = matrix + step * direction
        return (ROWS @ (moved / numpy.linalg.svd(moved, compute_uv=False)[0]).T).sum()

    assert (slope * direction).sum() == pytest.approx((value(1e-5) - value(-1e-5)) / 2e-5, rel=1e-2)


def test_channels_are_weighed_by_their_means():
    net = nn.SqueezeExcite(3, reduction=2, activation="relu")
    net.initialize()
    found = net(np.array(IMAGES)).asnumpy()
    w1 = net.fc1.weight.data().asnumpy()[:, :, 0, 0]
    w2 = net.fc2.weight.data().asnumpy()[:, :, 0, 0]
    inner = numpy.maximum(IMAGES.mean((2, 3)) @ w1.T + net.fc1.bias.data().asnumpy(), 0)
    gate = 1 / (1 + numpy.exp(-(inner @ w2.T + net.fc2.bias.data().asnumpy())))
    numpy.testing.assert_allclose(found, IMAGES * gate[:, :, None, None], rtol=1e-5)


def test_whole_samples_are_left_out_by_chance():
    weft.random.seed(3)
    net, x = nn.StochasticDepth(0.25), np.ones((4000, 2, 2))
    with autograd.record():
        found = net(x).asnumpy()
    by_sample = found.reshape(4000, -1)
    assert (by_sample == by_sample[:, :1]).all()
    assert set(numpy.unique(found)) == {0, numpy.float32(1 / 0.75)}
    assert found.mean() == pytest.approx(1, abs=0.03)
    assert (net(x) == x).all()


def test_mistakes_are_told():
    with pytest.raises(ValueError, match="it has weight, bias"):
        nn.WeightNorm(nn.Dense(2), "wieght")
    with pytest.raises(TypeError, match="`layer` must be a HybridBlock"):
        nn.SpectralNorm(3)
