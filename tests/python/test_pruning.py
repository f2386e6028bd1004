"""Masks that trainers keep, whole channels that go, and both in every kind of network."""

import numpy
import pytest
import weft
from small_networks import NETWORKS, data, error, filled, made
from weft import autograd, gluon, np, npx
from weft.compression._graph.macs import macs_of
from weft.compression._graph.traced import traced
from weft.gluon import nn
from weft.quantization import Pruner, forget_masks, prune, report, shrink

OPTIMIZERS = {
    "sgd": {"learning_rate": 0.01, "momentum": 0.9, "wd": 0.1},
    "adamw": {"learning_rate": 0.01, "wd": 0.1},
}


def zeros(net):
    """By name, where parameters are 0."""
    return {name: p.data().asnumpy() == 0 for name, p in net.collect_params().items()}


def trained(net, x, y, way, optimizer="sgd", steps=3):
    trainer = gluon.Trainer(net.collect_params(), optimizer, OPTIMIZERS[optimizer])
    loss_of = gluon.loss.L2Loss()
    if way == "compiled":
        step = trainer.compile(net, loss_of)
        for _ in range(steps):
            step(x, y)
        return
    if way == "hybridized":
        net.hybridize()
    for _ in range(steps):
        with autograd.record():
            loss = loss_of(net(x), y)
        loss.backward()
        trainer.step(len(x))


# ---- masks


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("way", ["eager", "hybridized", "compiled"])
def test_zeros_survive_a_trainer(way, optimizer):
    net, x = made("plain")
    y = net(x) * 1.3
    trained(net, x, y, "eager", optimizer)  # momentum that pushes weights away from 0
    prune(net, 0.7)
    before = zeros(net)
    trained(net, x, y, way, optimizer)
    for name, mask in zeros(net).items():
        if name.endswith("weight"):
            numpy.testing.assert_array_equal(mask, before[name])
    weights = [mask.ravel() for name, mask in before.items() if name.endswith("weight")]
    assert 0.69 < numpy.concatenate(weights).mean() < 0.71
    forget_masks(net)
    trained(net, x, y, "eager", optimizer)
    assert zeros(net)["5.weight"].mean() < before["5.weight"].mean() - 0.2


def test_a_plan_sees_a_mask_that_changes():
    net, x = made("residual")
    trainer = gluon.Trainer(net.collect_params(), "sgd", OPTIMIZERS["sgd"])
    step, y = trainer.compile(net, gluon.loss.L2Loss()), net(x) * 1.1
    for amount in (None, 0.3, 0.6):
        if amount is not None:
            prune(net, amount, scope="layer")
        step(x, y)
        step(x, y)
        found = zeros(net)["1.first.weight"].mean()
        assert found == pytest.approx(amount or 0.0, abs=0.002)


def test_exactly_the_smallest_go():
    net, _ = made("plain")
    before = {n: p.data().asnumpy() for n, p in net.collect_params(".*weight").items()}
    every = numpy.sort(numpy.concatenate([abs(w).ravel() for w in before.values()]))
    shares = prune(net, 0.4)
    least = every[round(0.4 * len(every))]
    for name, weight in before.items():
        wanted = numpy.where(abs(weight) < least, 0, weight)
        numpy.testing.assert_array_equal(net.collect_params()[name].data().asnumpy(), wanted)
        assert shares[name] == pytest.approx((wanted == 0).mean())
    assert set(shares) == set(before)


def test_a_share_of_each_layer_and_of_some():
    net, _ = made("plain")
    assert prune(net, 0.25, scope="layer", select=r"(5|10)\.") == pytest.approx(
        {"5.weight": 0.25, "10.weight": 0.25}, abs=0.005
    )
    assert net[0].weight.mask is None


@pytest.mark.parametrize("pattern", ["2:4", "1:4", "1:2", "3:8"])
def test_n_of_m_neighbours_stay(pattern):
    kept, group = map(int, pattern.split(":"))
    net, _ = made("plain")
    before = net[5].weight.data().asnumpy()
    shares = prune(net, pattern)
    assert "0.weight" not in shares  # three channels
    assert set(shares.values()) == {1 - kept / group}
    found = numpy.moveaxis(net[5].weight.data().asnumpy(), 1, -1).reshape(-1, group)
    whole = numpy.moveaxis(before, 1, -1).reshape(-1, group)
    assert ((found != 0).sum(1) == kept).all()
    largest = numpy.sort(abs(whole), axis=1)[:, -kept:].sum(1)
    numpy.testing.assert_allclose(abs(found).sum(1), largest, rtol=1e-6)


def test_a_schedule_prunes_more_and_more():
    net, x = made("plain")
    trainer = gluon.Trainer(net.collect_params(), "sgd", OPTIMIZERS["sgd"])
    pruner = Pruner(net, 0.8, steps=10, begin=2, every=3)
    step, y, found = trainer.compile(net, gluon.loss.L2Loss()), net(x) * 1.1, []
    for _ in range(14):
        step(x, y)
        pruner.step()
        weights = [p.data().asnumpy().ravel() for p in net.collect_params(".*weight").values()]
        found.append(float((numpy.concatenate(weights) == 0).mean()))
    wanted = [pruner.share(count) for count in (5, 8, 11, 12)]
    steps = [0.0] * 4 + [wanted[0]] * 3 + [wanted[1]] * 3 + [wanted[2]] + [wanted[3]] * 3
    numpy.testing.assert_allclose(found, steps, atol=0.002)
    assert wanted[-1] == 0.8


def test_zeros_stay_zeros_in_int8():
    net, x = made("plain")
    prune(net, 0.6)
    small = weft.quantize(net, x)
    found = report(net, small, x)
    assert all(layer.zeros[1] >= layer.zeros[0] for layer in found.layers)
    assert error(small, net, x) < 0.02


def test_masks_are_checked():
    weight = gluon.Parameter("weight", shape=(2, 3))
    weight.initialize()
    with pytest.raises(ValueError, match=r"`mask` of `weight` must have its shape \(2, 3\)"):
        weight.mask = np.array([True, False])
    with pytest.raises(TypeError, match="must be of dtype bool; got float32"):
        weight.mask = np.ones((2, 3))
    weight.mask = np.array([[True, False, True]] * 2)
    weight.cast("float16")
    weight.keep_to_mask()
    assert (weight.data().asnumpy()[:, 1] == 0).all()
    weight.mask = None
    assert weight.mask is None


# ---- channels


def emptied(net, layer, channels):
    """Channels of a layer, and of the norm behind it, that give nothing."""
    for name, parameter in net.collect_params().items():
        if name in layer:
            value = parameter.data().asnumpy()
            value[channels] = 0
            parameter.set_data(np.array(value))


# What gives the channels of a group, so that they are 0 up to the layers that read them.
MAKERS = {
    "plain": [("0.weight", "1.gamma", "1.beta"), ("5.weight", "5.bias"), ("9.weight", "9.bias")],
    "residual": [
        ("1.first.weight", "1.norms.0.gamma", "1.norms.0.beta"),
        ("2.first.weight", "2.norms.0.gamma", "2.norms.0.beta"),
    ],
    "separable": [
        ("0.weight", "1.gamma", "1.beta", "3.weight", "4.beta", "4.gamma", "3.bias"),
        ("6.weight", "6.bias"),
    ],
}


@pytest.mark.parametrize("name", NETWORKS)
def test_channels_that_give_nothing_go_without_a_trace(name):
    net, x = made(name)
    for layer in MAKERS[name]:
        emptied(net, layer, slice(1, None, 2))
    amounts = {layer[0].rpartition(".")[0]: 0.5 for layer in MAKERS[name]}
    small = shrink(net, x, amounts)
    assert error(small, net, x) < 1e-5
    for layer in MAKERS[name]:
        was = net.collect_params()[layer[0]].shape
        assert small.collect_params()[layer[0]].shape[0] == was[0] // 2
    small.hybridize()
    assert error(small, net, x) < 1e-5
    assert error(weft.quantize(small, x), small, x) < 0.02


def test_channels_that_are_added_go_together():
    net, x = made("residual")
    small = shrink(net, x, {"1.second": 0.5})
    shapes = {key: p.shape for key, p in small.collect_params().items()}
    for key in ("1.second.weight", "1.beside.weight", "2.second.weight"):
        assert shapes[key][0] == 4
    assert shapes["4.weight"] == (3, 4) and shapes["2.norms.1.running_mean"] == (4,)
    assert shapes["2.first.weight"] == (8, 4, 3, 3) and shapes["0.weight"][0] == 8


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("scope", ["layer", "global"])
def test_as_many_multiplications_go_as_asked_for(name, scope):
    net, x = made(name)
    small = shrink(net, x, macs=0.6, scope=scope)
    found = report(net, small, x)
    assert 0.2 < found.macs[1] / found.macs[0] <= 0.4
    small.hybridize()
    trained(small, x, net(x), "eager", steps=1)
    trained(small, x, net(x), "compiled", steps=2)
    assert numpy.isfinite(small(x).asnumpy()).all()


def test_a_smaller_network_trains_in_both_modes():
    net, x = made("plain")
    small = shrink(net, x, 0.5)
    moved = small.collect_params()["1.running_mean"].data().asnumpy()
    trained(small, x, net(x), "hybridized", steps=2)
    assert (small.collect_params()["1.running_mean"].data().asnumpy() != moved).all()
    with autograd.train_mode():
        assert (small(x).asnumpy() != small(x).asnumpy()).any()  # dropout is still there


def test_filters_of_the_smallest_norms_go():
    net = filled(nn.HybridSequential(nn.Dense(6), nn.Dense(2)), data((2, 4)))
    weight = net[0].weight.data().asnumpy()
    norms = numpy.linalg.norm(weight, axis=1)
    small = shrink(net, data((2, 4)), 0.5)
    wanted = weight[numpy.sort(numpy.argsort(-norms)[:3])]
    numpy.testing.assert_array_equal(small.collect_params()["0.weight"].data().asnumpy(), wanted)


def test_norms_behind_filters_count():
    x = data((2, 3, 6, 6))
    net = filled(nn.HybridSequential(nn.Conv2D(6, 3), nn.BatchNorm(), nn.Dense(2)), x)
    gamma = numpy.array([1.0, 1e-3, 1.0, 1e-3, 1.0, 1e-3], "float32")
    net[1].gamma.set_data(np.array(gamma))
    small = shrink(net, x, {"0": 0.5}).collect_params()
    assert (small["1.gamma"].data().asnumpy() == 1).all()
    weight = net[0].weight.data().asnumpy()[::2]
    numpy.testing.assert_array_equal(small["0.weight"].data().asnumpy(), weight)


def test_norms_behind_flattened_images_shrink_with_these():
    x = data((4, 3, 6, 6))
    net = filled(nn.HybridSequential(nn.Conv2D(4, 3), nn.Flatten(), nn.BatchNorm(), nn.Dense(2)), x)
    small = shrink(net, x, 0.5)
    assert small.collect_params()["2.gamma"].shape == (2 * 16,)
    net = filled(net, x)
    emptied(net, ("0.weight", "0.bias"), slice(1, None, 2))
    for name in ("beta", "running_mean"):
        value = net.collect_params()[f"2.{name}"].data().asnumpy().reshape(4, 16)
        value[1::2] = 0
        net.collect_params()[f"2.{name}"].set_data(np.array(value.ravel()))
    assert error(shrink(net, x, 0.5), net, x) < 1e-5


class Joined(gluon.HybridBlock):
    """Channels that a softmax reads, and that others are added to afterwards."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.out, self.other = (nn.Dense(n) for n in (6, 6, 3, 3))

    def forward(self, x):
        y = self.a(x)
        return self.out(npx.softmax(y)) + self.other(self.b(x) + y)


def test_what_is_added_to_channels_that_stay_stays():
    x = data((2, 5))
    net = filled(Joined(), x)
    small = shrink(net, x, 0.5)
    assert small.collect_params()["b.weight"].shape == (6, 5)
    assert error(small, net, x) < 1e-6


class Mixed(gluon.HybridBlock):
    """Channels that a softmax and a reshape read as a whole."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.out = nn.Dense(6), nn.Dense(6), nn.Dense(3)

    def forward(self, x):
        return self.out(npx.softmax(self.a(x)) * np.reshape(self.b(x), (-1, 6)))


def test_channels_that_are_read_together_stay():
    x = data((2, 5))
    net = filled(Mixed(), x)
    small = shrink(net, x, 0.5)
    assert small.collect_params()["a.weight"].shape == (6, 5)
    assert small.collect_params()["b.weight"].shape == (6, 5)
    assert error(small, net, x) == 0
    with pytest.raises(
        LookupError, match="whose channels can be removed; got `a`; these layers are none"
    ):
        shrink(net, x, {"a": 0.5})


def test_shared_weights_keep_their_shape_or_shrink_as_one():
    x = data((2, 6))
    layer = nn.Dense(6, activation="relu")
    net = filled(nn.HybridSequential(layer, layer, nn.Dense(3)), x)
    small = shrink(net, x, 0.5)  # the first time it reads data, which has all of its features
    assert error(small, net, x) == 0
    net = filled(nn.HybridSequential(nn.Dense(6), layer, layer, nn.Dense(3)), x)
    small = shrink(net, x, 0.5)
    shapes = [p.shape for p in small.collect_params().values() if len(p.shape) > 1]
    assert shapes == [(3, 6), (3, 3), (3, 3)]
    assert small(x).shape == (2, 3)


def test_multiplications_are_those_of_the_formulas():
    net, x = made("plain")
    found = traced(net, (x,), "test")
    macs = macs_of(found.heads, found.shapes((x,)))
    wanted = {
        "0.convolution0": 8 * 8 * 16 * 27,
        "5.convolution0": 2 * 2 * 8 * 16 * 9,
        "9.fully_connected0": 8 * 16,
        "10.fully_connected0": 16 * 7,
    }
    assert macs == wanted
    small = report(net, weft.quantize(net, x), x)
    assert {layer.name: layer.macs[1] for layer in small.layers} == wanted


CASES = [
    (lambda net, x: prune(net, 1.0), ValueError, "prune: `amount` must be at least 0 and less"),
    (lambda net, x: prune(net, "4:2"), ValueError, "prune: `amount` as a text must be 'N:M'"),
    (lambda net, x: prune(net, "1:1000"), ValueError, "no weight has an axis 1 that 1000 divides"),
    (lambda net, x: prune(net, 0.5, scope="net"), ValueError, "prune: `scope` must be 'global'"),
    (lambda net, x: prune(net, 0.5, select="z"), LookupError, "prune: .* that matches 'z'"),
    (lambda net, x: prune(print, 0.5), TypeError, "prune: `net` must be a Block"),
    (lambda net, x: Pruner(net, 0.5, steps=0), ValueError, "Pruner: `steps` and `every` must be"),
    (lambda net, x: Pruner(net, 2, steps=3), ValueError, "Pruner: `amount` must be at least 0"),
    (lambda net, x: Pruner(net, 0.5, steps=3, scope=1), ValueError, "Pruner: `scope` must be"),
    (lambda net, x: shrink(net, x), TypeError, "shrink: takes either `amount` or `macs`"),
    (lambda net, x: shrink(net, x, 0.5, macs=0.5), TypeError, "either `amount` or `macs`"),
    (lambda net, x: shrink(net, x, -0.1), ValueError, "shrink: `amount` must be at least 0"),
    (lambda net, x: shrink(net, x, macs=0.9999), ValueError, "shrink: `macs` must be at most 0"),
    (
        lambda net, x: shrink(net, x, {"7": 0.5}),
        LookupError,
        "whose channels can be removed; got `7`",
    ),
    (
        lambda net, x: shrink(net, x, {"10": 0.5}),
        LookupError,
        "whose channels can be removed; got `10`",
    ),
    (lambda net, x: shrink(net, x, {"5": 1.5}), ValueError, r"`amount\['5'\]` must be at least 0"),
    (lambda net, x: shrink(net, x, 0.5, scope="x"), ValueError, "`scope` must be 'layer' or"),
    (lambda net, x: shrink(net, [], 0.5), ValueError, "shrink: `data` must not be empty"),
    (lambda net, x: shrink(print, x, 0.5), TypeError, "shrink: `net` must be a HybridBlock"),
]


@pytest.mark.parametrize(("call", "kind", "text"), CASES)
def test_bad_calls_say_what_is_wrong(call, kind, text):
    net, x = made("plain")
    with pytest.raises(kind, match=text) as raised:
        call(net, x)
    assert isinstance(raised.value, weft.Error)
