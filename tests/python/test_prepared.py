"""What a plan computes from parameters alone is computed once, until a parameter is written."""

import re

import numpy
import pytest
import weft
from weft import autograd, gluon, np
from weft.gluon import nn


def network(layer=nn.Conv2D):
    net = nn.HybridSequential(
        layer(8, 3, padding=1, groups=2, in_channels=4),
        nn.BatchNorm(in_channels=8),
        nn.Activation("relu"),
        layer(6, 1, use_bias=False, in_channels=8),
        nn.BatchNorm(in_channels=6, scale=False),
    )
    net.initialize(weft.init.Normal(0.5))
    random = numpy.random.default_rng(0)
    for name, parameter in net.collect_params().items():
        if "running" in name or "gamma" in name:
            shape = parameter.shape
            parameter.set_data(np.array(random.uniform(0.5, 2, shape), dtype="float32"))
    return net


def images(layer=nn.Conv2D, batch=2):
    shape = (batch, 4, 6, 5) if layer is nn.Conv2D else (batch, 4, 7)
    return np.array(numpy.random.default_rng(1).normal(size=shape), dtype="float32")


def same(have, want):
    numpy.testing.assert_allclose(have.asnumpy(), want.asnumpy(), rtol=2e-5, atol=2e-5)


def eager(net, x):
    net.hybridize(False)
    result = net(x)
    net.hybridize()
    return result


@pytest.mark.parametrize("layer", [nn.Conv1D, nn.Conv2D])
def test_batch_norms_go_into_the_convolutions_before_them(layer):
    net, x = network(layer), images(layer)
    want = eager(net, x)
    same(net(x), want)
    memory = net.plan_memory()
    assert memory["prepared"] > 0
    # Two convolutions with what is left between them: nothing for each norm.
    assert memory["nodes"] <= 4


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_batch_norms_without_a_convolution_become_a_factor_and_a_summand(dtype):
    norm = nn.BatchNorm(in_channels=4)
    net = nn.HybridSequential(norm, nn.Activation("relu"))
    net.initialize()
    random = numpy.random.default_rng(0)
    for parameter in norm.collect_params().values():
        parameter.set_data(np.array(random.uniform(0.5, 2, 4), dtype="float32"))
    net.cast(dtype)
    x = images().astype(dtype)
    want = eager(net, x).astype("float32")
    net.hybridize()
    bound = 2e-5 if dtype == "float32" else 2**-7
    numpy.testing.assert_allclose(
        net(x).astype("float32").asnumpy(), want.asnumpy(), rtol=bound, atol=bound
    )
    names = re.findall(r"\d+ tiles (\S+):", net.plan_text())
    (last,) = (name for name in names if "relu" in name)
    assert re.sub("cast[+]|[+]cast", "", last) == "fused+multiply+add+relu"


class Joined(gluon.HybridBlock):
    """Its input, and beside it what a norm, a relu and a convolution make of it."""

    def __init__(self, channels, growth):
        super().__init__()
        conv = nn.Conv2D(growth, 3, padding=1, use_bias=False, in_channels=channels)
        self.body = nn.HybridSequential(
            nn.BatchNorm(in_channels=channels), nn.Activation("relu"), conv
        )

    def forward(self, x):
        return np.concatenate([x, self.body(x)], axis=1)


@pytest.mark.parametrize("growth", [12, 24, 40])
def test_channels_that_are_joined_are_summed_by_winograds_tiles(growth):
    layers = (Joined(48 + i * growth, growth) for i in range(3))
    net = nn.HybridSequential(nn.Conv2D(48, 3, padding=1, in_channels=3), *layers)
    net.initialize(weft.init.Normal(0.1))
    x = np.array(numpy.random.default_rng(1).normal(size=(1, 3, 28, 28)), dtype="float32")
    want = eager(net, x)
    numpy.testing.assert_allclose(net(x).asnumpy(), want.asnumpy(), rtol=1e-4, atol=1e-4)
    panels = -(-growth // 16)
    assert len(re.findall(rf"convolution_blocked.*\(36, {panels}, ", net.plan_text())) == 3


@pytest.mark.parametrize("name", ["0.weight", "0.bias", "1.gamma", "1.beta", "4.running_var"])
def test_a_write_to_a_parameter_is_seen(name):
    net, x = network(), images()
    net.hybridize()
    before = net(x).asnumpy()
    parameter = net.collect_params()[name]
    parameter.set_data(parameter.data() * 1.5 + 0.25)
    after = net(x)
    same(after, eager(net, x))
    assert abs(after.asnumpy() - before).max() > 1e-3


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("rows", [(1,), (12,), (3, 5), (2, 2)])
def test_weights_of_dense_layers_are_packed(rows, dtype):
    net = nn.HybridSequential(
        nn.Dense(40, activation="relu", flatten=False, in_units=24),
        nn.Dense(17, flatten=False, in_units=40),
    )
    net.initialize(weft.init.Normal(0.5))
    net[0].bias.set_data(np.ones((40,)))
    net.cast(dtype)
    x = np.array(numpy.random.default_rng(1).normal(size=(*rows, 24)), dtype=dtype)
    for _ in range(2):
        want, have = (f(x).astype("float32").asnumpy() for f in (lambda x: eager(net, x), net))
        numpy.testing.assert_array_equal(have, want)
        net[1].weight.set_data(net[1].weight.data() * 2)
    size = 4 if dtype == "float32" else 2
    assert net.plan_memory()["prepared"] == size * (24 * 64 + 40 * 32)


def test_a_write_through_a_view_is_seen():
    net, x = network(), images()
    net.hybridize()
    net(x)
    net[0].weight.data()[1:3] = 0.25
    same(net(x), eager(net, x))


def test_training_between_predictions_is_seen():
    net, x = network(), images()
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    for _ in range(3):
        with autograd.record():
            loss = (net(x) ** 2).mean()
        loss.backward()
        trainer.step(1)
        same(net(x), eager(net, x))


def test_memory_that_numpy_shares_is_read_in_each_call():
    theirs = numpy.ones((3, 2), "float32")
    shared = np.from_dlpack(theirs)
    shared.attach_grad()

    @weft.hybridize
    def product(x):
        return x @ (shared * 2).T

    x = np.ones((1, 2))
    assert product(x).tolist() == [[4, 4, 4]]
    theirs[:] = 3
    assert product(x).tolist() == [[12, 12, 12]]


def test_pinning_and_letting_go_is_a_write():
    weight = np.ones((3,))
    weight.attach_grad()

    @weft.hybridize
    def scaled(x):
        return x * np.exp(weight * 0 + weight)

    x = np.ones((3,))
    first = scaled(x).asnumpy()
    theirs = numpy.from_dlpack(weight)
    theirs = numpy.asarray(theirs)
    if not theirs.flags.writeable:
        theirs.flags.writeable = True
    theirs[:] = 0
    del theirs
    numpy.testing.assert_allclose(first, numpy.exp(numpy.ones(3)), rtol=1e-6)
    numpy.testing.assert_array_equal(scaled(x).asnumpy(), numpy.ones(3, "float32"))


def test_other_captured_arrays_are_not_kept():
    table = np.arange(3.0)

    @weft.hybridize
    def shifted(x):
        return x + np.exp(table)

    shifted(np.ones(3))
    assert shifted.cache.last.function.memory()["prepared"] == 0


def test_plans_for_several_signatures_agree():
    net = network()
    net.hybridize()
    for batch in (1, 3, 2, 3, 1):
        x = images(batch=batch)
        same(net(x), eager(net, x))


def test_a_file_prepares_and_sees_its_states(tmp_path):
    net, x = network(), images()
    want = eager(net, x)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})

    @weft.hybridize
    def step(x):
        with autograd.record():
            loss = (net(x) ** 2).mean()
        loss.backward()
        trainer.step(1)
        return loss

    path = str(tmp_path / "net.weft")
    weft.export(path, forward=(net, x), step=(step, x))
    model = weft.runtime.Model(path)
    forward = model.context("forward")
    numpy.testing.assert_allclose(forward.run(x.asnumpy())[0], want.asnumpy(), rtol=2e-5, atol=2e-5)
    training = model.context("step")
    shared = model.context("forward", sharing=training)
    for _ in range(3):
        training.run(x.asnumpy())
        step(x)
        numpy.testing.assert_allclose(
            shared.run(x.asnumpy())[0], eager(net, x).asnumpy(), rtol=1e-4, atol=1e-4
        )
    # The first context's states are its own.
    numpy.testing.assert_allclose(forward.run(x.asnumpy())[0], want.asnumpy(), rtol=2e-5, atol=2e-5)


def resident_bytes(path):
    """Of a mapped file, in this process."""
    with open("/proc/self/smaps", encoding="utf-8") as lines:
        text = lines.read()
    entries = re.findall(rf"{re.escape(str(path))}\n(?:[A-Z].*\n)*?Rss: +(\d+) kB", text)
    assert entries
    return sum(map(int, entries)) * 1024


@pytest.fixture
def large_file(tmp_path):
    net = nn.HybridSequential(nn.Dense(512, in_units=512), nn.Dense(512, in_units=512))
    net.initialize(weft.init.Normal(0.1))
    x = np.array(numpy.random.default_rng(2).normal(size=(64, 512)), dtype="float32")
    path = tmp_path / "large.weft"
    net.export(path, x)
    return path, x, net(x)


def test_pages_of_packed_weights_are_given_back(large_file):
    path, x, want = large_file
    context = weft.runtime.Model(path).context()
    for _ in range(2):
        numpy.testing.assert_allclose(context.run(x.asnumpy())[0], want.asnumpy(), 1e-4, 1e-4)
    assert resident_bytes(path) < 0.2 * path.stat().st_size


def test_written_pages_of_a_file_stay(large_file):
    path, x, _ = large_file
    net = gluon.SymbolBlock.imports(path)
    weight = next(iter(net.collect_params().values())).data()
    shared = weight.numpy()
    shared[:] = 0.25
    del shared
    net.hybridize()
    first, second = net(x).asnumpy(), net(x).asnumpy()
    assert (weight.asnumpy() == 0.25).all()
    assert (first == second).all()
