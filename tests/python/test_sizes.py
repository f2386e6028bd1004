"""Extents that follow from values, in hybridized functions: they equal the eager ones."""

import numpy
import pytest
import weft
from weft import autograd, gluon, np, npx, runtime

X = numpy.array([[0.5, -1.5, 2.0, 3.0], [-0.5, 1.0, -2.0, 4.0], [1.0, 1.0, -3.0, 0.0]], "float32")
INPUTS = {
    "some": X,
    "others": X[::-1] * 2 - 1,
    "all": numpy.abs(X) + 1,
    "one": numpy.where(X == 4, X, -1).astype("float32"),
    "none": -numpy.abs(X) - 1,
}


def outer(x):
    chosen = x[x > 0]
    return (chosen[:, None] * chosen[None, :]).reshape(-1)


def written(x):
    y = x * 1
    y[y > 1] = 7
    y[y < 0] = y[y < 0] * 10
    return y


def rows(x):
    return x[x.sum(axis=1) > 0]


def nested(x):
    positive = x[x > 0]
    return positive[positive > 1] * 2


def two_masks(x):
    return np.concatenate([x[x > 0], x[x < 0], np.ones(2)])


def noise(x):
    chosen = x[x > 0]
    return chosen + np.random.uniform(size=chosen.shape) + np.random.uniform(size=(1,))


FUNCTIONS = {
    "mask": lambda x: x[x > 0],
    "sum": lambda x: x[x > 0].sum(),
    "mean": lambda x: np.mean(x[x > -9]),
    "rows": rows,
    "product": lambda x: rows(x) @ np.ones((4, 2)),
    "one mask twice": lambda x: x[x > 0] - 2 * (x * 3)[x > 0],
    "outer": outer,
    "written": written,
    "nested": nested,
    "two masks": two_masks,
    "first two": lambda x: x[x > 0][:2],
    "at most six": lambda x: x[x > 0][:6] * 2,
    "last three": lambda x: x[x > 0][-3:],
    "from the second": lambda x: x[x > 0][2:] - x[x > 0][:-2],
    "from behind": lambda x: x[x > 0][-2:0:-1],
    "without ends": lambda x: x[x > 0][1:-1],
    "first two backwards": lambda x: x[x > 0][1::-1],
    "up to three from the end": lambda x: x[x > 0][-4:-1],
    "last": lambda x: np.concatenate([x[x > 0], np.ones(1)])[-1],
    "cut": lambda x: np.concatenate([np.ones(1), x[x > 0]])[1:],
    "backwards": lambda x: x[x > 0][::-1],
    "size": lambda x: x[x > 0] * x[x > 0].shape[0],
    "numbers": lambda x: np.arange(x[x > 0].shape[0]) + 1,
    "sorted": lambda x: np.sort(x[x > 0]),
    "softmax": lambda x: npx.softmax(x[x > 0]),
    "nonzero": lambda x: np.nonzero(x > 0),
    "argwhere": lambda x: np.argwhere(x > 0),
    "flatnonzero": lambda x: np.flatnonzero(x),
    "extract": lambda x: np.extract(x > 1, x),
    "compress": lambda x: np.compress(x[0] > 0, x, axis=1),
    "unique": lambda x: np.unique(x),
    "unique all": lambda x: np.unique(
        x, return_index=True, return_inverse=True, return_counts=True
    ),
    "unique rows": lambda x: np.unique(x > 0, axis=0),
    "unique of chosen": lambda x: np.unique(x[x > 0], return_counts=True),
    "random": noise,
    "a truth": lambda x: x[x.sum() > 0],
}


def arrays_of(result):
    return list(result) if isinstance(result, list | tuple) else [result]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_hybridized_equals_eager(name):
    function = FUNCTIONS[name]
    hybridized = weft.hybridize(function)
    for seed, data in enumerate(INPUTS.values()):
        x = np.array(data)
        np.random.seed(seed)
        eager = arrays_of(function(x))
        np.random.seed(seed)
        planned = arrays_of(hybridized(x))
        assert len(eager) == len(planned)
        for want, got in zip(eager, planned, strict=True):
            assert want.dtype == got.dtype
            numpy.testing.assert_array_equal(want.asnumpy(), got.asnumpy(), strict=True)


@pytest.mark.parametrize(
    "name", ["mask", "sum", "mean", "product", "one mask twice", "outer", "nested", "softmax"]
)
def test_gradients_equal_eager_ones(name):
    function = FUNCTIONS[name]
    hybridized = weft.hybridize(function)
    for data in INPUTS.values():
        results = []
        for call in (function, hybridized):
            x = np.array(data)
            x.attach_grad()
            with autograd.record():
                y = (call(x) ** 2).sum()
                first = autograd.grad(y, x, create_graph=True, retain_graph=True)
                z = (first * np.arange(12).reshape(3, 4)).sum() + y
            z.backward()
            results.append((first.asnumpy(), x.grad.asnumpy()))
        for eager, planned in zip(*results, strict=True):
            numpy.testing.assert_allclose(planned, eager, rtol=1e-5, atol=1e-6)


def test_gradient_inside_a_trace():
    def slope(x):
        x = x * 1
        x.attach_grad()
        with autograd.record():
            y = (x[x > 0] ** 3).sum()
        return autograd.grad(y, x)

    hybridized = weft.hybridize(slope)
    for data in INPUTS.values():
        want = numpy.where(data > 0, 3 * data**2, 0)
        numpy.testing.assert_allclose(hybridized(np.array(data)).asnumpy(), want, rtol=1e-6)


class Chooser(gluon.HybridBlock):
    """Means of what a layer gives above zero, with a running count."""

    def __init__(self):
        super().__init__()
        self.dense = gluon.nn.Dense(5, in_units=4)
        self.seen = gluon.Parameter("seen", shape=(), init="zeros", grad_req="null")

    def forward(self, x):
        y = self.dense(x)
        chosen = y[y > 0]
        self.seen.data()[...] = self.seen.data() + chosen.shape[0]
        return chosen, chosen.sum()


def test_states_and_parameters():
    nets = []
    for planned in (False, True):
        weft.np.random.seed(3)
        net = Chooser()
        net.initialize()
        if planned:
            net.hybridize()
        for data in INPUTS.values():
            net(np.array(data))
        nets.append(net)
    assert nets[1].seen.data().item() == nets[0].seen.data().item() > 0


def test_trained_through_a_mask():
    losses = []
    for planned in (False, True):
        weft.np.random.seed(3)
        net = gluon.nn.Dense(1, in_units=4)
        net.initialize()

        def loss(x, mask, net=net):
            return ((net(x)[:, 0] - x.sum(axis=1))[mask] ** 2).mean()

        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.05})
        step = weft.hybridize(loss) if planned else loss
        x = np.array(numpy.random.default_rng(0).normal(size=(32, 4)).astype("float32"))
        for i in range(20):
            mask = np.array(numpy.random.default_rng(i).uniform(size=32) < 0.3)
            with autograd.record():
                value = step(x, mask)
            value.backward()
            trainer.step(1)
        losses.append(value.item())
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)
    assert losses[1] < 1


def test_effects_keep_their_order(capfd):
    @weft.hybridize
    def function(x):
        npx.print("before {}", x.sum())
        chosen = x[x > 0]
        npx.print("chosen {}", chosen)
        npx.print("after {}", x.max())
        return chosen

    function(np.array([1.0, -2.0, 3.0]))
    npx.waitall()
    assert capfd.readouterr().out.split("\n")[:3] == [
        "before 2.0",
        "chosen [1.0, 3.0]",
        "after 3.0",
    ]


def test_exported_file_runs_at_every_size(tmp_path):
    net = Chooser()
    net.initialize()
    net.hybridize()
    x = np.array(X)
    expected = [array.asnumpy() for array in net(x)]
    path = str(tmp_path / "chooser.weft")
    net.export(path, x)
    model = runtime.Model(path)
    assert "up to float32(15,)" in model.text
    context = model.context()
    assert context.outputs[0].shape == (15,)
    again = gluon.SymbolBlock.imports(path)
    outer_trace = weft.hybridize(lambda x: again(x)[0] * 2)
    for data in INPUTS.values():
        expected = [array.asnumpy() for array in net(np.array(data))]
        found = [numpy.asarray(output) for output in context.run(data.copy())]
        assert context.outputs[0].shape == found[0].shape
        for want, got, block in zip(expected, found, again(np.array(data)), strict=True):
            numpy.testing.assert_array_equal(want, got)
            numpy.testing.assert_array_equal(want, block.asnumpy())
        numpy.testing.assert_array_equal(outer_trace(np.array(data)).asnumpy(), expected[0] * 2)


def test_results_are_arrays_of_their_own():
    """Also where sizes are met for the first time, and the stage runs as eager code does."""

    @weft.hybridize
    def function(x):
        chosen = x[x > 0]
        return chosen, chosen[1:], chosen, x.reshape(-1) + chosen.shape[0] * 0

    for data in (X, X * 2, X - 1, X):
        x = np.array(data)
        first, rest, again, flat = function(x)
        kept = [array.asnumpy() for array in (x, rest, again, flat)]
        first[...] = 0
        for array, content in zip((x, rest, again, flat), kept, strict=True):
            numpy.testing.assert_array_equal(array.asnumpy(), content)


def test_many_sizes_are_met():
    calls = []

    @weft.hybridize
    def function(x):
        calls.append(1)
        return x[x > 0] * 2

    for count in [*range(50), 3]:
        x = numpy.where(numpy.arange(50) < count, 1, -1).astype("float32")
        assert function(np.array(x)).tolist() == [2.0] * count
    assert len(calls) == weft._core.native.TRACE_EXAMPLES  # traced for the first one only


def unequal_paths(x):
    chosen = x[x > 0]
    for _ in range(chosen.shape[0]):
        x = x + 1
    return x


REFUSED = {
    "comparison": (
        lambda x: x if x[x > 0].shape[0] == 0 else x + 1,
        "Python code cannot.*x\\[:10\\]",
    ),
    "truth": (lambda x: x if x[x > 0].size else x + 1, "Python code cannot"),
    "minimum": (lambda x: x * min(3, x[x > 0].shape[0]), "Python code cannot"),
    "length": (lambda x: x * len(x[x > 0]), r"len: .*use x\.shape\[0\]"),
    "loop": (unequal_paths, "ran other operators.*test_sizes.py:"),
    "result": (lambda x: x[x > 0].shape[0], "must return the same structure and numbers"),
    "quotient": (lambda x: x * (1 / (x[x > 0].shape[0] + 1)), "sums and products"),
    "product": (lambda x: x[x > 0].reshape(2, -1), "reshape"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_graph_cannot_hold_is_refused(name):
    function, said = REFUSED[name]
    with pytest.raises((RuntimeError, ValueError), match=said):
        weft.hybridize(function)(np.array(X))


def test_extents_are_told_from_numbers():
    seen = []

    @weft.hybridize
    def function(x):
        chosen = x[x > 0]
        seen.append(
            (*x.shape, chosen.shape[0], chosen.size * 2 + 1, chosen.reshape(1, -1).shape[0])
        )
        assert chosen.shape == (x * 2)[x > 0].shape
        return chosen

    function(np.array(X))
    assert [type(number).__name__ for number in seen[-1]] == [
        "int",
        "int",
        "Extent",
        "Extent",
        "int",
    ]


@pytest.mark.parametrize("name", ["sum", "rows", "two masks", "written", "unique of chosen"])
def test_on_a_device(name, fakes):
    function = FUNCTIONS[name]
    hybridized = weft.hybridize(function)
    for data in [*INPUTS.values(), X]:
        eager = arrays_of(function(np.array(data)))
        x = np.array(data, device=fakes[0])
        x.attach_grad()
        with autograd.record():
            planned = arrays_of(hybridized(x))
        for want, got in zip(eager, planned, strict=True):
            assert got.device == fakes[0]
            numpy.testing.assert_array_equal(want.asnumpy(), got.asnumpy(), strict=True)
        planned[0].backward()
        assert x.grad.device == fakes[0]


def test_text_form_round_trips():
    hybridized = weft.hybridize(lambda x: x[x > 0] * 2)
    hybridized(np.array(X))
    text = hybridized.cache.last.function.text("graph")
    assert " up to 12" in text
    assert "= 1*s0" in text
