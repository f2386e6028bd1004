"""The first call of a hybridized network finds the shapes of its parameters without computing."""

import numpy
import pytest
import weft
from weft import autograd, gluon, memory, np, npx
from weft.gluon import nn


def convolutions(channels):
    """Layers that know the channels of their input, or have to find them."""
    known = (3, *channels[:-1])
    layers = [
        layer
        for out, given in zip(channels, known, strict=True)
        for layer in (
            nn.Conv2D(out, 3, padding=1, in_channels=given),
            nn.BatchNorm(in_channels=out),
            nn.Activation("relu"),
        )
    ]
    return nn.HybridSequential(*layers, nn.GlobalAvgPool2D(), nn.Flatten(), nn.Dense(4, in_units=8))


def deferred(channels):
    layers = [
        layer
        for out in channels
        for layer in (nn.Conv2D(out, 3, padding=1), nn.BatchNorm(), nn.Activation("relu"))
    ]
    return nn.HybridSequential(*layers, nn.GlobalAvgPool2D(), nn.Flatten(), nn.Dense(4))


CHANNELS = (8, 16, 16, 8)


def forward(net, x, y):
    net.hybridize()
    return net(x)


def training(net, x, y):
    net.hybridize()
    with autograd.record():
        loss = gluon.loss.SoftmaxCrossEntropyLoss()(net(x), y)
    loss.backward()
    return loss


def compiled(net, x, y):
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    return trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())(x, y)


def peak_of(make, run):
    weft.random.seed(4)
    net = make(CHANNELS)
    net.initialize()
    x, y = np.ones((8, 3, 32, 32)), np.zeros(8, dtype="int32")
    memory.trim()
    before = memory.stats()["live"]
    memory.reset_peak()
    result = run(net, x, y).asnumpy()
    return memory.stats()["peak"] - before, result, net


@pytest.mark.parametrize("run", [forward, training, compiled])
def test_the_first_call_takes_no_more_memory_than_with_known_shapes(run):
    known, right, known_net = peak_of(convolutions, run)
    found, result, net = peak_of(deferred, run)
    weights = sum(p.data().nbytes for p in net.collect_params().values())
    assert weights == sum(p.data().nbytes for p in known_net.collect_params().values())
    numpy.testing.assert_array_equal(result, right)
    assert found <= known + 3 * weights  # which the other had before the call


def test_parameters_have_the_values_that_eager_code_gives_them():
    found = []
    for active in (False, True):
        weft.random.seed(9)
        net = deferred(CHANNELS)
        net.initialize(weft.init.Xavier())
        net.hybridize(active)
        net(np.ones((1, 3, 8, 8)))
        found.append([p.data().asnumpy() for p in net.collect_params().values()])
    for a, b in zip(*found, strict=True):
        numpy.testing.assert_array_equal(a, b)


def test_effects_of_the_first_call_happen_once(capfd):
    class Loud(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense = nn.Dense(2)
            self.calls = []

        def forward(self, x):
            y = self.dense(x)
            npx.callback(lambda a: self.calls.append(a.shape), y)
            return y

    net = Loud()
    net.initialize()
    net.hybridize()
    net(np.ones((3, 5)))
    assert net.calls == [(3, 2)]
    assert net.dense.weight.shape == (2, 5)


def test_a_failing_first_call_leaves_the_network_usable():
    class Failing(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense = nn.Dense(2)
            self.fails = True

        def forward(self, x):
            y = self.dense(x)
            if self.fails:
                raise KeyError("on purpose")
            return y

    net = Failing()
    net.initialize(weft.init.One())
    net.hybridize()
    with pytest.raises(KeyError, match="on purpose"):
        net(np.ones((1, 3)))
    net.fails = False
    assert net(np.ones((1, 3))).tolist() == [[3, 3]]


def test_shapes_are_found_inside_a_hybridized_function_too():
    net = nn.Dense(2)
    net.initialize(weft.init.One())
    planned = weft.hybridize(lambda x: net(x) * 2)
    assert planned(np.ones((1, 3))).tolist() == [[6, 6]]


@pytest.mark.parametrize("is_hybridized", [False, True])
def test_shapes_of_a_call_that_failed_are_forgotten(is_hybridized):
    net = nn.HybridSequential(nn.Conv2D(4, 3), nn.Dense(2))
    net.initialize()
    if is_hybridized:
        net.hybridize()
    with pytest.raises(ValueError):
        net(np.ones((2, 8, 8, 1)))  # channels last
    assert net(np.ones((2, 1, 8, 8))).shape == (2, 2)
    assert net[0].weight.shape == (4, 1, 3, 3)


def test_all_layers_of_a_plan_forget_what_a_failed_call_found():
    net = nn.HybridSequential(nn.Dense(4), nn.Dense(3, in_units=5))
    net.initialize()
    net.hybridize()
    with pytest.raises(ValueError):
        net(np.ones((2, 7)))
    assert net[0].weight.shape == (4, -1)


def test_a_callers_error_behind_a_layer_keeps_what_the_layer_found():
    layer = nn.Dense(2)
    layer.initialize()
    layer(np.ones((1, 3)))
    with pytest.raises(ValueError):
        layer(np.ones((1, 4)))
    assert layer.weight.shape == (2, 3)
