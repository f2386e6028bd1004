"""Weights of files with open extents are packed once for each layout, whatever comes afterwards."""

import numpy
import pytest
import weft
from weft import gluon, np, profiler, runtime
from weft.gluon import nn, rnn


def values(*shape, seed=0):
    return numpy.random.default_rng(seed).standard_normal(shape).astype("float32")


class Joined(gluon.HybridBlock):
    """A network of which a part depends on how many elements are positive."""

    def __init__(self):
        super().__init__()
        self.before, self.behind = nn.Dense(32), nn.Dense(32, flatten=False)

    def forward(self, x):
        y = self.before(x)
        rows = np.nonzero(y.sum(axis=1) > 0)[0]
        return self.behind(y[rows])


def convolutions():
    return nn.HybridSequential(
        nn.Conv2D(32, 3, padding=1), nn.BatchNorm(), nn.Conv2D(32, 3, padding=1), nn.Conv2D(16, 1)
    )


def volumes():
    return nn.HybridSequential(nn.Conv3D(16, 3, padding=1), nn.Conv3D(16, 3, padding=1))


def dense():
    return nn.HybridSequential(nn.Dense(64, activation="relu"), nn.Dense(48))


# A network, an input, and the extents that are open.
NETWORKS = {
    "convolutions": (convolutions, (1, 16, 20, 20), {0: "batch"}),
    "open planes": (convolutions, (1, 16, 20, 20), {0: "batch", 2: "height", 3: "width"}),
    "volumes": (volumes, (1, 16, 4, 8, 8), {0: "batch"}),
    "dense": (dense, (2, 32), {0: "batch"}),
    "lstm": (lambda: rnn.LSTM(24, 2, layout="NTC"), (2, 5, 16), {0: "batch", 1: "time"}),
    "gru": (lambda: rnn.GRU(24, layout="NTC"), (2, 5, 16), {0: "batch"}),
    "shapes that follow from values": (Joined, (8, 32), {0: "batch"}),
}


def made(name):
    make, shape, opens = NETWORKS[name]
    np.random.seed(1)
    net = make()
    net.initialize(weft.init.Xavier())
    net(np.array(values(*shape)))
    return net, shape, opens


@pytest.fixture(scope="module", params=[*NETWORKS, "int8"])
def network(request, tmp_path_factory):
    """The network, its open file, and a shape of its input."""
    net, shape, opens = made("convolutions" if request.param == "int8" else request.param)
    if request.param == "int8":
        net = weft.quantization.quantize(net, [np.array(values(*shape))])
    path = str(tmp_path_factory.mktemp("open") / "net.weft")
    x = np.array(values(*shape))
    net.export(path, x)
    port = runtime.Model(path).context().inputs[0].name
    net.export(path, x, dynamic={port: opens})
    return net, path, shape


def packed_in(call):
    """The operators of a call that bring weights into the order of a kernel, or fold them."""
    with profiler.profile() as taken:
        call()
    names = [row.name for row in taken.rows(by="operator")]
    assert names, "the profile has rows of the plan"
    return [name for name in names if "pack_" in name]


def of_batch(shape, batch, seed=0):
    return values(batch, *shape[1:], seed=seed)


def result(context, x):
    return numpy.array(context.run(x)[0])


def test_weights_are_packed_at_the_first_run_of_a_context_only(network):
    net, path, shape = network
    context = runtime.Model(path).context()
    x = of_batch(shape, 3)
    assert packed_in(lambda: context.run(x)) or "Joined" in type(net).__name__
    assert packed_in(lambda: context.run(of_batch(shape, 3, seed=1))) == []
    numpy.testing.assert_allclose(
        result(context, x), net(np.array(x)).asnumpy(), rtol=1e-3, atol=1e-4
    )


def test_another_batch_of_the_same_layout_packs_nothing(network):
    net, path, shape = network
    context = runtime.Model(path).context()
    context.run(of_batch(shape, 40))
    for batch in (41, 42, 40):
        x = of_batch(shape, batch)
        assert packed_in(lambda x=x: context.run(x)) == []
        numpy.testing.assert_allclose(
            result(context, x), net(np.array(x)).asnumpy(), rtol=1e-3, atol=1e-4
        )


def test_contexts_of_a_model_share_what_is_packed(network):
    _, path, shape = network
    model = runtime.Model(path)
    x = of_batch(shape, 3)
    first = model.context()
    want = result(first, x)
    second = model.context()
    assert packed_in(lambda: second.run(x)) == []
    numpy.testing.assert_array_equal(result(second, x), want)


def test_a_packed_open_file_packs_at_the_first_run_only(network, tmp_path):
    net, _, shape = network
    x = np.array(values(*shape))
    path = str(tmp_path / "packed.weft")
    net.export(path, x)
    port = runtime.Model(path).context().inputs[0].name
    net.export(path, x, dynamic={port: {0: "batch"}}, pack=True)
    context = runtime.Model(path).context()
    context.run(of_batch(shape, 3))
    assert packed_in(lambda: context.run(of_batch(shape, 3, seed=1))) == []


def test_a_block_of_an_open_file_packs_again_when_a_weight_was_written(tmp_path):
    net, shape, opens = made("convolutions")
    path = str(tmp_path / "net.weft")
    net.export(path, np.array(values(*shape)), dynamic={"x": opens})
    block = gluon.SymbolBlock.imports(path)
    for batch in (2, 3):
        x = np.array(of_batch(shape, batch))
        block(x)
        assert packed_in(lambda x=x: block(x).wait_to_read()) == []
    for before, after in zip(
        block.collect_params().values(), net.collect_params().values(), strict=True
    ):
        after.set_data(after.data() * 1.5)
        before.set_data(before.data() * 1.5)
    numpy.testing.assert_allclose(block(x).asnumpy(), net(x).asnumpy(), rtol=1e-3, atol=1e-4)
