"""Checkpoints: segments that keep their inputs only give the gradients of ordinary code."""

import numpy
import pytest
import weft
from weft import autograd, engine, gluon, memory, np, npx, runtime
from weft.gluon import nn

MODES = ["eager", "hybridized", "step"]


class Net(nn.HybridBlock):
    """Segments with dropout, norms with running statistics, shortcuts.

    mark: True makes a checkpoint of each segment, "some" of every other one
    """

    def __init__(self, mark, image=False, depth=4):
        super().__init__()
        self.mark = mark
        self.parts = nn.HybridSequential()
        for _ in range(depth):
            if image:
                body = (nn.Conv2D(16, 3, padding=1), nn.BatchNorm(), nn.Activation("relu"))
            else:
                body = (nn.Dense(32, flatten=False), nn.LayerNorm(), nn.GELU())
            self.parts.add(nn.HybridSequential(*body, nn.Dropout(0.3)))
        self.head = nn.Dense(3)

    def forward(self, x):
        for number, part in enumerate(self.parts):
            if self.mark is True or (self.mark == "some" and number % 2):
                y = npx.checkpoint(part, x)
            else:
                y = part(x)
            x = x + y if number else y
        return self.head(x)


def train(mark, mode, image=False, steps=3, memory_budget=None):
    """Losses, parameters and running statistics after some steps."""
    weft.random.seed(3)
    shape = (4, 16, 8, 8) if image else (4, 5, 32)
    xs = [np.random.normal(size=shape) for _ in range(steps)]
    labels = [np.array(numpy.arange(4) % 3) for _ in range(steps)]
    net = Net(mark, image)
    net.initialize()
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
    if mode == "hybridized":
        net.hybridize(memory=memory_budget)
    losses = []
    if mode == "step":
        step = trainer.compile(net, loss_of, memory=memory_budget)
        for x, label in zip(xs, labels, strict=True):
            losses.append(step(x, label).asnumpy())
    else:
        for x, label in zip(xs, labels, strict=True):
            with autograd.record():
                loss = loss_of(net(x), label)
            loss.backward()
            trainer.step(4)
            losses.append(loss.asnumpy())
    state = {name: p.data().asnumpy() for name, p in net.collect_params().items()}
    return losses, state


@pytest.mark.parametrize("image", [False, True], ids=["rows", "images"])
@pytest.mark.parametrize("mode", MODES)
def test_training_is_that_without_checkpoints(mode, image):
    plain, marked = train(False, mode, image), train(True, mode, image)
    for one, other in zip(plain[0], marked[0], strict=True):
        numpy.testing.assert_array_equal(one, other)
    assert plain[1].keys() == marked[1].keys()
    for name in plain[1]:
        numpy.testing.assert_array_equal(plain[1][name], marked[1][name], err_msg=name)


@pytest.mark.parametrize(("mode", "budget"), [("hybridized", "80kB"), ("step", "80kB")])
def test_a_budget_computes_more_again_beside_checkpoints(mode, budget):
    plain, marked = train(False, mode), train("some", mode, memory_budget=budget)
    for name in plain[1]:
        numpy.testing.assert_array_equal(plain[1][name], marked[1][name], err_msg=name)


def tanh_tower(mark, depth=24):
    def layer(x):
        for _ in range(6):
            x = np.tanh(x) * 1.01
        return x

    def forward(x):
        for _ in range(depth // 6):
            x = npx.checkpoint(layer, x) if mark else layer(x)
        return x

    return forward


def test_eager_memory_falls():
    peaks = {}
    for mark in (False, True):
        x = np.ones((256, 1024))
        x.attach_grad()
        npx.waitall()
        before = memory.stats()["live"]
        with autograd.record():
            y = tanh_tower(mark)(x)
        npx.waitall()
        kept = memory.stats()["live"] - before
        memory.reset_peak()
        y.backward()
        npx.waitall()
        peaks[mark] = kept, memory.stats()["peak"] - before, x.grad.asnumpy()
    assert peaks[True][0] * 4 < peaks[False][0]
    if engine.policy() != "async":  # queued work has its memory before it runs
        assert peaks[True][1] < peaks[False][1]
    numpy.testing.assert_array_equal(peaks[True][2], peaks[False][2])


def test_planned_memory_falls(monkeypatch):
    monkeypatch.setenv("WEFT_PASSES", "-residuals")  # else all of it runs again anyway
    residual = {}
    for mark in (False, True):
        function = weft.hybridize(tanh_tower(mark))
        x = np.ones((256, 1024))
        x.attach_grad()
        with autograd.record():
            y = function(x)
        y.backward()
        residual[mark] = function.plan_memory()["residual"], x.grad.asnumpy()
    assert residual[True][0] * 4 < residual[False][0]
    numpy.testing.assert_array_equal(residual[True][1], residual[False][1])


def test_the_memory_of_a_compiled_step_falls():
    arena = {}
    for mark in (False, True):

        @weft.hybridize
        def step(x, mark=mark):
            forward = tanh_tower(mark, depth=48)
            x.attach_grad()
            with autograd.record():
                y = forward(x)
            return autograd.grad(y, x)

        step(np.ones((256, 1024)))
        arena[mark] = step.plan_memory()["arena"]
    assert arena[True] * 2 < arena[False]


@pytest.mark.parametrize("hybridized", [False, True])
def test_checkpoints_nest(hybridized):
    def inner(x):
        return npx.dropout(np.tanh(x), 0.5)

    def outer(mark, x):
        for _ in range(3):
            x = npx.checkpoint(inner, x * 2) if mark else inner(x * 2)
        return x

    found = []
    for mark in (False, True):
        weft.random.seed(1)
        x = np.random.normal(size=(8, 8))
        x.attach_grad()

        def run(x, mark=mark):
            x = npx.checkpoint(outer, mark, x) if mark else outer(mark, x)
            return npx.dropout(x, 0.5)

        run = weft.hybridize(run) if hybridized else run
        with autograd.record():
            y = run(x)
        y.backward()
        found.append((y.asnumpy(), x.grad.asnumpy(), np.random.uniform().asnumpy()))
    for one, other in zip(*found, strict=True):
        numpy.testing.assert_array_equal(one, other)


def test_arguments_and_results_may_be_anything():
    def function(pair, scale, *, names, table):
        assert names == {"a"}
        total = pair[0] * scale + table["x"]
        return {"sum": total, "rest": [pair[1] * 2, "text", 7]}, pair[0]

    a, b, c = (np.array([float(i), 2.0]) for i in range(3))
    for array in (a, b, c):
        array.attach_grad()
    with autograd.record():
        found, same = npx.checkpoint(function, [a, b], 3, names={"a"}, table={"x": c})
        head = found["sum"] + found["rest"][0] + same
    head.backward()
    assert found["rest"][1:] == ["text", 7]
    for array, expected in ((a, 4.0), (b, 2.0), (c, 1.0)):
        numpy.testing.assert_array_equal(array.grad.asnumpy(), [expected, expected])


def test_what_the_function_reads_of_outside_gets_its_gradient():
    w = np.array([2.0, 3.0])
    w.attach_grad()
    x = np.array([1.0, 4.0])  # without a gradient
    with autograd.record():
        scaled = w * w
        y = npx.checkpoint(lambda x: x * scaled + w[0:1], x)
    y.backward()
    numpy.testing.assert_array_equal(w.grad.asnumpy(), [2 * 2 * 1 + 2, 2 * 3 * 4])


def test_a_parameter_that_segments_share_adds_up_as_ever():
    found = []
    for mark in (False, True):
        weft.random.seed(5)
        w, x = np.random.normal(size=(16, 16)), np.random.normal(size=(4, 16))
        w.attach_grad()

        def twice(x, w=w):
            return np.tanh(np.tanh(x @ w) @ w)

        with autograd.record():
            y = x
            for _ in range(3):
                y = npx.checkpoint(twice, y) if mark else twice(y)
        y.backward()
        found.append(w.grad.asnumpy())
    numpy.testing.assert_array_equal(*found)


@pytest.mark.parametrize("hybridized", [False, True])
def test_gradients_are_differentiated_again(hybridized):
    def cube(x):
        return x * x * x

    found = []
    for mark in (False, True):
        x = np.array([1.0, -2.0])
        x.attach_grad()

        def function(x, mark=mark):
            return npx.checkpoint(cube, np.tanh(x)) if mark else cube(np.tanh(x))

        function = weft.hybridize(function) if hybridized else function
        with autograd.record():
            first = autograd.grad(function(x), x, create_graph=True)
            second = autograd.grad(first, x, create_graph=True)
        second.backward()
        found.append(x.grad.asnumpy())
    numpy.testing.assert_array_equal(*found)


def test_backward_may_run_twice_if_the_graph_is_retained():
    x = np.array([2.0])
    x.attach_grad()
    with autograd.record():
        y = npx.checkpoint(lambda x: x * x, x)
    y.backward(retain_graph=True)
    y.backward()
    assert float(x.grad[0]) == 4.0
    with pytest.raises(RuntimeError, match="an earlier backward released"):
        y.backward()


def test_a_write_to_an_argument_after_the_call_changes_nothing():
    x = np.array([3.0])
    x.attach_grad()
    with autograd.record():
        h = x * 1
        y = npx.checkpoint(lambda h: h * h, h)
        h[...] = 100.0
    y.backward()
    assert float(x.grad[0]) == 6.0


def test_a_function_may_write_to_its_arguments():
    found = []
    for mark in (False, True):
        x = np.array(numpy.arange(12, dtype="float32").reshape(4, 3))
        x.attach_grad()

        def function(part):
            part[0:1] = part[1:2] * 3
            return part * part

        with autograd.record():
            h = x * 1
            y = npx.checkpoint(function, h) if mark else function(h)
            head = y.sum() + (h * 5).sum()
        head.backward()
        found.append((h.asnumpy(), x.grad.asnumpy()))
    for one, other in zip(*found, strict=True):
        numpy.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("take", [lambda h: h[1:], lambda h: h[::2], lambda h: h.T])
def test_a_write_to_a_view_of_an_array_is_refused(take):
    x = np.array(numpy.arange(12, dtype="float32").reshape(4, 3))
    x.attach_grad()

    def function(part, writes):
        if writes:
            part[0:1] = part[1:2] * 3
        return part * part

    for writes in (False, True):
        with autograd.record():
            y = npx.checkpoint(function, take(x * 1), writes)
        if writes:
            with pytest.raises(
                RuntimeError, match="must compute the same when it runs again; it used"
            ):
                y.backward()
        else:
            y.backward()


@pytest.mark.parametrize("policy", ["async", "serial"])
def test_queued_work_gives_the_same(policy):
    weft.random.seed(8)
    x, before = np.random.normal(size=(32, 32)), engine.policy()
    x.attach_grad()

    def function(x):
        return npx.dropout(np.tanh(x @ x), 0.5)

    found = []
    for mark in (False, True):
        weft.random.seed(8)
        engine.set_policy(policy)
        try:
            with autograd.record():
                y = npx.checkpoint(function, x) if mark else function(x)
            y.backward()
            found.append(x.grad.asnumpy())
        finally:
            engine.set_policy(before)
    numpy.testing.assert_array_equal(*found)


def test_rows_of_a_sparse_gradient_come_through():
    found = []
    for mark in (False, True):
        weft.random.seed(8)
        table = nn.Embedding(10, 4, sparse_grad=True)
        table.initialize()
        with autograd.record():
            indices = np.array([1, 2, 1, 7])
            y = npx.checkpoint(table, indices) if mark else table(indices)
            y = y * y
        y.backward()
        gradient = table.weight.grad()
        found.append((gradient.indices.asnumpy(), gradient.data.asnumpy()))
    for one, other in zip(*found, strict=True):
        numpy.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("hybridized", [False, True])
def test_loops_in_segments(hybridized):
    def scan(x):
        return npx.foreach(lambda row, s: (np.tanh(row + s), row), x, np.zeros(3))[0] * 2

    found = []
    for mark in (False, True):
        x = np.array(numpy.linspace(-1, 1, 12, dtype="float32").reshape(4, 3))
        x.attach_grad()

        def function(x, mark=mark):
            return npx.checkpoint(scan, x) if mark else scan(x)

        function = weft.hybridize(function) if hybridized else function
        with autograd.record():
            y = function(x)
        y.backward()
        found.append(x.grad.asnumpy())
    numpy.testing.assert_array_equal(*found)


def test_functions_with_gradients_of_their_own():
    class Cube(autograd.Function):
        def forward(self, x):
            self.save_for_backward(x)
            return x * x * x

        def backward(self, dy):
            (x,) = self.saved_tensors
            return 3 * x * x * dy

    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = npx.checkpoint(lambda x: Cube()(x) * 2, x)
    y.backward()
    numpy.testing.assert_array_equal(x.grad.asnumpy(), [6.0, 24.0])


def test_lines_are_printed_once(capfd):
    def talk(x):
        npx.print("seen {}", x)
        return x * x

    x = np.array([2.0])
    x.attach_grad()
    with autograd.record():
        y = npx.checkpoint(talk, x)
    y.backward()
    npx.waitall()
    assert capfd.readouterr().out.count("seen") == 1


@pytest.mark.parametrize("mode", ["eager", "hybridized"])
def test_the_first_call_may_initialize_parameters(mode):
    found = []
    for mark in (False, True):
        weft.random.seed(11)
        net = nn.HybridSequential(nn.Dense(8), nn.Dropout(0.5), nn.Dense(4))
        net.initialize()
        if mode == "hybridized":
            net.hybridize()
        x = np.random.normal(size=(4, 8))
        with autograd.record():
            y = npx.checkpoint(net, x) if mark else net(x)
        y.backward()
        found.append([p.grad().asnumpy() for p in net.collect_params().values()])
    for one, other in zip(*found, strict=True):
        numpy.testing.assert_array_equal(one, other)


def test_a_hybridized_net_in_an_eager_checkpoint_renews_its_statistics_once():
    found = []
    for mark in (False, True):
        weft.random.seed(2)
        net = nn.HybridSequential(nn.Dense(8, in_units=4), nn.BatchNorm(in_channels=8))
        net.initialize()
        net.hybridize()
        x = np.random.normal(size=(16, 4))
        with autograd.record():
            y = npx.checkpoint(net, x) if mark else net(x)
        y.backward()
        found.append(net[1].running_mean.data().asnumpy())
        found.append(net[0].weight.grad().asnumpy())
    numpy.testing.assert_array_equal(found[0], found[2])
    numpy.testing.assert_array_equal(found[1], found[3])


def test_errors_of_the_function_come_through():
    def fails(x):
        raise KeyError("mine")

    x = np.array([1.0])
    x.attach_grad()
    for function in (lambda x: npx.checkpoint(fails, x), weft.hybridize(fails)):
        with autograd.record(), pytest.raises(KeyError, match="mine"):
            function(x)
    with autograd.record():
        y = x * x  # the thread is as it was before
    y.backward()
    assert float(x.grad[0]) == 2.0


def test_errors_of_the_second_run_come_through():
    runs = []

    def fails_later(x):
        runs.append(1)
        if len(runs) > 1:
            raise KeyError("second")
        return x * x

    x = np.array([1.0])
    x.attach_grad()
    with autograd.record():
        y = npx.checkpoint(fails_later, x)
    with pytest.raises(KeyError, match="second"):
        y.backward()


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (lambda x: [x * x, x * x], "gave|nested in another way"),
        (lambda x: (x * x)[:1], "output 0 was float32"),
        (lambda x: np.array([1.0, 1.0]), "had a history and has none now"),
    ],
)
def test_another_result_of_the_second_run_is_refused(second, says):
    runs = []

    def function(x):
        runs.append(1)
        return x * x if len(runs) == 1 else second(x)

    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = npx.checkpoint(function, x)
    with pytest.raises(RuntimeError, match=says):
        y.backward()


def test_another_array_of_the_second_run_is_refused():
    arrays = [np.array([1.0]), np.array([2.0])]
    for array in arrays:
        array.attach_grad()
    given = iter(arrays)
    with autograd.record():
        y = npx.checkpoint(lambda x: x * next(given), np.array([3.0]))
    with pytest.raises(RuntimeError, match="from outside"):
        y.backward()


def test_what_is_no_function_is_refused():
    with pytest.raises(TypeError, match="`function` must be callable; got int"):
        npx.checkpoint(3)


def test_nothing_is_kept_where_nothing_is_recorded():
    x = np.array([2.0])
    assert float(npx.checkpoint(lambda x: x * x, x)[0]) == 4.0
    x.attach_grad()
    with autograd.record(), autograd.pause():
        y = npx.checkpoint(lambda x: x * x, x)
    with pytest.raises(RuntimeError, match="no history"):
        y.backward()


def test_an_exported_net_has_the_segments_inline(tmp_path):
    weft.random.seed(4)
    net = Net(True)
    net.initialize()
    x = np.random.normal(size=(2, 5, 32))
    expected = net(x).asnumpy()
    net.export(tmp_path / "net.weft", x)
    found = runtime.Model(tmp_path / "net.weft").context("forward").run(x.asnumpy())[0]
    numpy.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("segments", [1, 2, 3, 7])
@pytest.mark.parametrize("hybridized", [False, True])
def test_sequences_in_segments(segments, hybridized):
    weft.random.seed(9)
    net = nn.HybridSequential(*[nn.Dense(8, "tanh", in_units=8) for _ in range(7)])
    net.initialize()
    x = np.random.normal(size=(4, 8))

    def marked(x):
        return gluon.checkpoint_sequential(net, segments, x)

    found = []
    for function in (net, weft.hybridize(marked) if hybridized else marked):
        with autograd.record():
            y = function(x)
        y.backward()
        found.append([y.asnumpy(), *(p.grad().asnumpy() for p in net.collect_params().values())])
    for one, other in zip(*found, strict=True):
        numpy.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("functions", "segments", "error", "says"),
    [
        ([abs], 0, ValueError, "from 1 to the number of functions, 1; got 0"),
        ([abs], 2, ValueError, "got 2"),
        ([abs], 1.5, TypeError, "`segments` must be an integer; got 1.5"),
        ([abs, 3], 1, TypeError, r"`functions\[1\]` must be callable; got int"),
    ],
)
def test_bad_segments_are_refused(functions, segments, error, says):
    with pytest.raises(error, match=says):
        gluon.checkpoint_sequential(functions, segments, np.ones(2))
