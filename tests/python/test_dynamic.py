"""Exports whose inputs have dimensions of any extent."""

import numpy
import pytest
import weft
from weft import autograd, gluon, init, np, npx, runtime
from weft.gluon import nn, rnn
from weft.gluon.model_zoo import text, vision

RANDOM = numpy.random.default_rng(0)


def floats(*shape):
    return np.array(RANDOM.normal(size=shape).astype("float32"))


def tokens(*shape):
    return np.array(RANDOM.integers(0, 10, size=shape))


class Pooled(nn.HybridBlock):
    """Shapes in arithmetic and in sizes that follow from values."""

    def forward(self, x):
        n, t, units = x.shape
        flat = x.reshape(n * t, units)
        positive = flat[flat[:, 0] > 0]
        total = np.concatenate([positive, np.zeros((n + 2 * t, units))]).sum(axis=0)
        return total / (n * t), np.arange(n * t).reshape(n, t)


class Made(nn.HybridBlock):
    """Arrays that are made as large as an input."""

    def forward(self, x):
        n, t, units = x.shape
        shifted = np.eye(t, k=1) @ x + np.eye(n, t).reshape(n, t, 1)
        return shifted * np.full((n, t, units), 2.0), np.ones((t, n)) + np.arange(n)


TIME = weft.Dim("time", max=32)
NETS = {
    "dense": (
        lambda: nn.HybridSequential(nn.Dense(5, activation="relu"), nn.BatchNorm(), nn.Dense(3)),
        lambda n, _: floats(n, 4),
        {0: "batch"},
    ),
    "resnet": (
        lambda: vision.resnet18_v1(classes=4),
        lambda n, t: floats(n, 3, 30 + t, 31 + t),
        {0: "batch", 2: "height", 3: "width"},
    ),
    "gpt": (
        lambda: text.GPT(10, 8, 2, 2, max_length=32),
        tokens,
        {0: "batch", 1: TIME},
    ),
    "bert": (lambda: text.BERT(10, 8, 16, 2, 2, max_length=32), tokens, {0: "batch", 1: TIME}),
    "lstm": (
        lambda: rnn.LSTM(6, 2, layout="NTC", bidirectional=True, input_size=4),
        lambda n, _: floats(n, 3, 4),
        {0: "batch"},
    ),
    "transformer": (
        lambda: nn.TransformerEncoderLayer(8, 16, 2),
        lambda n, t: floats(n, t, 8),
        {0: "batch", -2: "time"},
    ),
    "pooled": (Pooled, lambda n, t: floats(n, t, 3), {0: "batch", 1: "time"}),
    "made": (Made, lambda n, t: floats(n, t, 3), {0: "batch", 1: "time"}),
}


def first_input(net):
    return net.forward.__code__.co_varnames[1]


def listed(out):
    return list(out) if isinstance(out, list | tuple) else [out]


@pytest.mark.parametrize("name", NETS)
def test_one_file_runs_at_every_extent(name, tmp_path):
    make, sample, axes = NETS[name]
    np.random.seed(0)
    net = make()
    net.initialize(init.Xavier())
    net(sample(2, 3))
    net.hybridize()
    path = tmp_path / "net.weft"
    net.export(path, sample(2, 3), dynamic={first_input(net): axes})
    context = runtime.Model(path).context()
    block = gluon.SymbolBlock.imports(path)
    for n, t in ((1, 1), (2, 3), (5, 2), (2, 3), (1, 32)):
        x = sample(n, t)
        wanted = listed(net(x))
        outs = context.run(x.asnumpy())
        again = listed(block(x))
        assert [port.shape for port in context.outputs] == [out.shape for out in wanted]
        for out, imported, expected in zip(outs, again, wanted, strict=True):
            if name == "resnet":
                # An extent met for the first time runs operator by operator; plans with channel
                # blocks sum in another order.
                numpy.testing.assert_allclose(out, imported.asnumpy(), rtol=1e-4, atol=1e-5)
            else:
                assert out.tobytes() == imported.asnumpy().tobytes()
            numpy.testing.assert_allclose(out, expected.asnumpy(), rtol=1e-4, atol=1e-5)


def test_an_imported_block_trains_at_every_extent(tmp_path):
    net = nn.HybridSequential(nn.Dense(5, activation="tanh"), nn.Dense(1))
    net.initialize(init.Xavier())
    net(floats(2, 3))
    net.export(tmp_path / "net.weft", dynamic={"x": {0: "batch"}})
    block = gluon.SymbolBlock.imports(tmp_path / "net.weft")
    block.hybridize()
    for n in (1, 4, 4, 7):
        x = floats(n, 3)
        found = []
        for model in (net, block):
            with autograd.record():
                loss = (model(x) ** 2).sum()
            loss.backward()
            found.append([p.grad().asnumpy() for p in model.collect_params().values()])
        for ours, theirs in zip(*found, strict=True):
            numpy.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def two_inputs(tmp_path):
    @weft.hybridize
    def scaled(x, scale):
        return {"y": x * scale.reshape(-1, 1), "count": np.ones((x.shape[0],)).sum()}

    path = tmp_path / "two.weft"
    batch = weft.Dim("batch", max=64)
    weft.export(
        path,
        scaled=(scaled, floats(2, 3), floats(2)),
        dynamic={"x": {0: batch}, "scale": {0: batch}},
    )
    return runtime.Model(path)


def test_ports_say_what_is_open(tmp_path):
    model = two_inputs(tmp_path)
    assert "scaled(x: float32(batch, 3), scale: float32(batch)) -> (y: float32(batch, 3)" in (
        model.text
    )
    context = model.context("scaled")
    assert [port.shape for port in context.inputs] == [(-1, 3), (-1,)]
    assert [port.shape for port in context.outputs] == [(-1, 3), ()]
    y, count = context.run(numpy.ones((4, 3), "float32"), numpy.arange(4, dtype="float32"))
    assert y.tolist() == [[i] * 3 for i in range(4)]
    assert count.tolist() == 4
    assert [port.shape for port in context.inputs] == [(4, 3), (4,)]


def test_wrong_extents_are_told_by_name(tmp_path):
    context = two_inputs(tmp_path).context("scaled")

    def run(*shapes):
        return context.run(*(numpy.zeros(shape, "float32") for shape in shapes))

    with pytest.raises(ValueError, match=r"`scale` must have shape \(4,\) .*; got \(5,\)"):
        run((4, 3), (5,))
    with pytest.raises(ValueError, match=r"dimension `batch`.* must be in \[1, 64\]; got 65"):
        run((65, 3), (65,))
    with pytest.raises(ValueError, match=r"`x` must have shape \(-1, 3\), .*; got \(4, 2\)"):
        run((4, 2), (4,))
    with pytest.raises(ValueError, match=r"with 2 axes; got shape \(4,\)"):
        run((4,), (4,))
    with pytest.raises(ValueError, match="must be an array or memoryview with 2 axes; got str"):
        context.run("text", "text")
    assert run((2, 3), (2,))[1].tolist() == 2


def test_a_block_refuses_other_shapes_by_name(tmp_path):
    net = nn.Dense(2, in_units=3)
    net.initialize()
    net.export(tmp_path / "net.weft", floats(2, 3), dynamic={"x": {0: weft.Dim("n", max=9)}})
    block = gluon.SymbolBlock.imports(tmp_path / "net.weft")
    with pytest.raises(ValueError, match=r"dimension `n`, axis 0 of `x`, must be in \[1, 9\]"):
        block(floats(10, 3))
    with pytest.raises(ValueError, match=r"`x` must have shape \(2, 3\) .*; got \(2, 4\)"):
        block(floats(2, 4))


class Deciding(nn.HybridBlock):
    def __init__(self, decide):
        super().__init__()
        self.decide = decide

    def forward(self, x):
        return x + 1 if self.decide(x.shape[1]) else x


@pytest.mark.parametrize(
    ("decide", "taken"),
    [
        (lambda t: t > 32, False),
        (lambda t: t <= 32, True),
        (lambda t: 2 * t + 1 < 70, True),
        (lambda t: t == 0, False),
        (lambda t: t != -t, True),
        (bool, True),
        (lambda t: t < 20, None),
        (lambda t: t == 5, None),
        (lambda t: t // 2 > 0, None),
    ],
)
def test_code_decides_by_what_is_declared_only(decide, taken, tmp_path):
    block, x = Deciding(decide), np.zeros((2, 3))
    path = tmp_path / "net.weft"

    def export():
        block.export(path, x, dynamic={"x": {1: TIME}})

    if taken is None:
        with pytest.raises(RuntimeError, match=r"known only when|another path"):
            export()
        assert not path.exists()
        return
    export()
    (out,) = runtime.Model(path).context().run(numpy.zeros((2, 7), "float32"))
    assert out.shape == (2, 7)
    assert numpy.unique(out).tolist() == [float(taken)]


@pytest.mark.parametrize(
    ("dynamic", "error", "message"),
    [
        ({"y": {0: "n"}}, ValueError, "`dynamic` must name inputs; got `y`; inputs are `x`"),
        ({"x": {2: "n"}}, ValueError, r"axes of `x` in \[-2, 2\); got 2"),
        ({"x": {0: ""}}, TypeError, "`name` must be a string"),
        ({"x": {0: "n", 1: weft.Dim("n", max=9)}}, ValueError, "got two for `n`"),
    ],
)
def test_wrong_dimensions_are_refused(dynamic, error, message, tmp_path):
    net = nn.Dense(2, in_units=3)
    net.initialize()
    with pytest.raises(error, match=message):
        net.export(tmp_path / "net.weft", floats(2, 3), dynamic=dynamic)


@pytest.mark.parametrize("least, most", [(3, 7), (0, 6), (2, 6), (1, 1)])
def test_dimensions_have_an_extent_for_each_example(least, most):
    with pytest.raises(ValueError, match="`n` must have at least 6 extents above 1"):
        weft.Dim("n", min=least, max=most)
    with pytest.raises(ValueError, match="`min` must be at least 0; got -1"):
        weft.Dim("n", min=-1)


@pytest.mark.parametrize("least, most", [(3, 8), (0, 7), (2, 7)])
def test_the_fewest_extents_are_traced(least, most, tmp_path):
    net = nn.Dense(2, in_units=3)
    net.initialize()
    dimension = weft.Dim("n", min=least, max=most)
    net.export(tmp_path / "net.weft", floats(2, 3), dynamic={"x": {0: dimension}})
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    x = floats(most, 3)
    (y,) = context.run(x.asnumpy())
    numpy.testing.assert_allclose(y, net(x).asnumpy(), rtol=1e-6)


# ---- extents behind strides


def behind(*layers, then):
    """Layers with strides, then a function whose numbers follow from the extents they leave."""

    def make():
        net = nn.HybridSequential(*(layer() for layer in layers), nn.HybridLambda(then))
        net.initialize(init.Normal(0.5))
        return net

    return make


def halved():
    return nn.Conv2D(4, 3, strides=2, padding=1, in_channels=3)


def halved_again():
    return nn.Conv2D(4, 3, strides=2, padding=1, in_channels=4)


def pooled():
    return nn.MaxPool2D(3, 2)


def flat(x):
    n, channels, height, width = x.shape
    rows = x.reshape(n, channels, height * width)
    return np.matmul(rows, rows.transpose(0, 2, 1)) / (height * width)


def placed(x):
    rows, columns = np.arange(x.shape[2]).reshape(-1, 1), np.arange(x.shape[3])
    return x * rows + columns / x.shape[3]


def by_rows(x):
    """A loop over rows, whose body has a number of the graph around it."""
    scale = x.shape[3]
    rows = np.moveaxis(x, 2, 0)
    return npx.foreach(lambda row, total: (row / scale + total, total + 1), rows, np.zeros(()))[0]


STRIDED = {
    "mean": behind(halved, then=lambda x: x.mean(axis=(2, 3))),
    "mean of all": behind(halved, pooled, then=lambda x: x.mean()),
    "mean over the batch": behind(pooled, then=lambda x: x.mean(axis=(0, 2, 3))),
    "var": behind(pooled, then=lambda x: np.var(x, axis=(2, 3), ddof=1)),
    "std": behind(halved, then=lambda x: np.std(x, axis=3)),
    "of 32": behind(
        halved,
        *(halved_again,) * 4,
        then=lambda x: x.mean(axis=(2, 3)) * x.shape[2],
    ),
    "of 3 and 5": behind(
        lambda: nn.AvgPool2D(3, 3), lambda: nn.AvgPool2D(5, 5), then=lambda x: x.mean(axis=(2, 3))
    ),
    "flat": behind(halved, then=flat),
    "rows of all": behind(pooled, then=lambda x: x.transpose(0, 2, 3, 1).reshape(-1, 3) * 2),
    "places": behind(halved, then=placed),
    "every second": lambda: weft.hybridize(
        lambda x: x[..., ::2, 1::3].mean(axis=(2, 3)) + x[:, :, 3::5].sum(axis=(2, 3))
    ),
    "gate": behind(
        halved, then=lambda x: x * npx.sigmoid(x.mean(axis=(2, 3), keepdims=True)) + x.shape[2]
    ),
    "loop": behind(halved, then=by_rows),
}


@pytest.mark.parametrize("name", STRIDED)
def test_numbers_follow_from_extents_behind_strides(name, tmp_path):
    """At all remainders, so that an offset that is off by one shows."""
    net, path = STRIDED[name](), tmp_path / "net.weft"
    x = floats(2, 3, 70, 90)
    dynamic = {"x": {0: "n", 2: weft.Dim("h", min=40), 3: weft.Dim("w", min=40)}}
    weft.export(path, dynamic=dynamic, forward=(net, x))
    context = runtime.Model(path).context()
    for more in range(33):
        x = floats(1 + more % 3, 3, 40 + more, 75 - more)
        want = net(x).asnumpy()
        (found,) = context.run(x.asnumpy())
        assert found.shape == want.shape
        numpy.testing.assert_allclose(found, want, rtol=1e-4, atol=1e-5)
    block = gluon.SymbolBlock.imports(path)
    numpy.testing.assert_allclose(block(x).asnumpy(), want, rtol=1e-4, atol=1e-5)
