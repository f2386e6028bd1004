"""Traced functions and blocks do what eager ones do."""

import math
import os

import numpy
import pytest
import weft
from weft import _native as native
from weft import autograd, gluon, np, npx
from weft._trace.state import is_tracing
from weft.gluon import nn


def small_net():
    net = nn.HybridSequential(
        nn.Conv2D(4, 3, padding=1, activation="relu"),
        nn.MaxPool2D(),
        nn.Flatten(),
        nn.Dense(5, activation="tanh"),
        nn.Dense(3),
    )
    net.initialize(weft.init.Xavier())
    return net


def images(count=2, seed=0):
    generator = numpy.random.default_rng(seed)
    return np.array(generator.uniform(0, 1, (count, 1, 6, 6)).astype("float32"))


def run(net, x):
    """Scores and gradients of one training step."""
    with autograd.record():
        y = net(x)
    y.backward()
    return [y.asnumpy(), *(p.grad().asnumpy() for p in net.collect_params().values())]


def test_hybridized_net_equals_eager_in_values_and_gradients():
    net, x = small_net(), images()
    eager = run(net, x)
    net.hybridize()
    for _ in range(3):
        hybrid = run(net, x)
    numpy.testing.assert_array_equal(hybrid[0], eager[0])
    for a, b in zip(hybrid, eager, strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_hybridize_before_the_first_call_initialises_like_eager():
    x, results = images(), []
    for active in (False, True):
        weft.random.seed(3)
        net = small_net()
        net.hybridize(active)
        results.append(net(x).asnumpy())
    numpy.testing.assert_array_equal(*results)


def test_each_shape_and_mode_is_traced_once():
    traced = []

    class Counting(nn.HybridBlock):
        def forward(self, x):
            traced.append((x.shape, autograd.is_training()))
            return x * 2

    net = Counting()
    net.hybridize()
    for _ in range(2):
        net(np.ones(2))
        net(np.ones(3))
        with autograd.record():
            net(np.ones(2))
    assert traced == [((2,), False), ((3,), False), ((2,), True)]


def test_nested_arguments_and_results():
    @weft.hybridize
    def mixed(pair, options, scale=1.0, flag=None):
        a, b = pair
        return {"sum": (a + b) * scale, "rest": [a, (b * options["k"], flag, "text")]}

    for _ in range(2):
        out = mixed((np.ones(2), np.array([1.0, 2.0])), {"k": np.array(3.0)}, scale=2.0, flag=True)
    assert out["sum"].tolist() == [4, 6]
    assert out["rest"][0].tolist() == [1, 1]
    assert out["rest"][1][0].tolist() == [3, 6]
    assert out["rest"][1][1:] == (True, "text")


def test_unhashable_argument_is_refused():
    with pytest.raises(TypeError, match="double: `set` cannot be part of a hybridized call"):

        @weft.hybridize
        def double(x):
            return x

        double({1})


def test_each_structure_and_type_of_arguments_is_traced_once():
    traced = []

    @weft.hybridize
    def count(*args, **options):
        traced.append((args, options))
        return np.zeros(1)

    def arrays(*shapes, dtype="float32"):
        return [np.zeros(shape, dtype) for shape in shapes]

    calls = [  # what a key that says too little would take for one another
        lambda: count(*arrays((2, 3), (4,))),
        lambda: count(*arrays((2,), (3, 4))),
        lambda: count(*arrays((2, 3, 4))),
        lambda: count(*arrays((2, 3), (4,), dtype="int32")),
        lambda: count(arrays((2, 3), (4,))),
        lambda: count(tuple(arrays((2, 3), (4,)))),
        lambda: count(*arrays((2, 3)), [arrays((4,))]),
        lambda: count({"a": np.zeros(2), "b": 1}),
        lambda: count({"a": np.zeros(2), "b": 1.0}),
        lambda: count({"a": np.zeros(2), "b": True}),
        lambda: count(b={"a": np.zeros(2), "b": 1}),
        lambda: count(np.zeros(())),
    ]
    for _ in range(2):
        for call in calls:
            call()
    assert len(traced) == len(calls)


def test_argument_that_contains_itself_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(RecursionError):
        weft.hybridize(lambda x: x)(endless)


def test_written_parameter_is_seen():
    net, x = small_net(), images()
    net.hybridize()
    before = net(x).asnumpy()
    for parameter in net.collect_params().values():
        parameter.set_data(parameter.data() * 0)
    assert net(x).asnumpy().any() == 0
    assert before.any()


def test_inner_hybridized_block_is_inlined():
    inner = nn.HybridSequential(nn.Dense(3, in_units=2))
    inner.hybridize()
    outer = nn.HybridSequential(inner, nn.Dense(1, in_units=3))
    outer.initialize()
    x = np.ones((4, 2))
    wanted = outer(x).asnumpy()
    outer.hybridize()
    numpy.testing.assert_array_equal(outer(x).asnumpy(), wanted)


def test_changed_attribute_retraces():
    class Scaled(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.factor = 2.0

        def forward(self, x):
            return x * self.factor

    scaled = Scaled()
    outer = nn.HybridSequential(scaled)
    outer.hybridize()
    assert outer(np.ones(1)).tolist() == [2]
    scaled.factor = 5.0
    assert outer(np.ones(1)).tolist() == [5]


@pytest.mark.parametrize(
    ("kept", "change"),
    [
        ([2.0], lambda kept: kept.append(3.0)),
        ({"factor": 2.0}, lambda kept: kept.update(factor=6.0)),
        ([[2.0]], lambda kept: kept[0].append(3.0)),
        ({2.0}, lambda kept: kept.add(3.0)),
    ],
    ids=["list", "dict", "nested", "set"],
)
def test_container_changed_in_place_retraces(kept, change):
    traces = []

    def factor():
        values = kept.values() if isinstance(kept, dict) else kept
        return math.prod(v if isinstance(v, float) else math.prod(v) for v in values)

    class Scaled(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.kept = kept

        def forward(self, x):
            traces.append(1)
            return x * factor()

    outer = nn.HybridSequential(Scaled())
    outer.hybridize()
    assert outer(np.ones(1)).tolist() == [2]
    assert outer(np.ones(1)).tolist() == [2]
    change(kept)
    assert outer(np.ones(1)).tolist() == [6]
    assert outer(np.ones(1)).tolist() == [6]
    assert len(traces) == 2


def test_contents_tell_values_types_and_containers_apart():
    kept = object()
    values = [1, 1.0, True, "1", None, [1], (1,), {1}, {1: 1}, {1: [1, (kept,)]}, {1: [1, (2,)]}]
    values += [[[1]], [[1], 1], [kept], [object()], [], (), {}]
    now = [native.contents(value) for value in values]
    for i, value in enumerate(values):
        again = native.contents(value)
        assert [again == other for other in now] == [i == j for j in range(len(now))]
        assert hash(again) == hash(now[i])
    assert native.contents(frozenset((1, 2))) == native.contents({2, 1})


def test_container_within_itself_is_refused():
    class Tree(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.root = {"name": "root"}
            self.root["parent"] = self.root

        def forward(self, x):
            return x + len(self.root)

    tree = Tree()
    tree.hybridize()
    with pytest.raises(ValueError, match=r"Tree: a list, tuple or dict .* contains itself"):
        tree(np.ones(1))


def test_container_that_forward_fills_does_not_retrace():
    class Noting(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.calls = []

        def forward(self, x):
            self.calls.append("forward")
            return x + 1

    net = Noting()
    net.hybridize()
    for extent in (1, 2, 1, 2):
        net(np.ones(extent))
    assert len(net.calls) == 2


def test_container_around_a_function_retraces():
    factors = [2.0]

    @weft.hybridize
    def scaled(x):
        return x * factors[0]

    assert scaled(np.ones(1)).tolist() == [2]
    factors[0] = 7.0
    assert scaled(np.ones(1)).tolist() == [7]


def test_replaced_child_retraces():
    net = nn.HybridSequential(nn.HybridLambda("exp"))
    net.hybridize()
    net(np.zeros(1))
    net.add(nn.HybridLambda(lambda x: x * 3))
    assert net(np.zeros(1)).tolist() == [3]


@pytest.mark.parametrize(
    "read",
    [lambda x: float(x.sum()), lambda x: x.asnumpy(), lambda x: bool(x), lambda x: x.tolist()],
    ids=["float", "asnumpy", "bool", "tolist"],
)
def test_reading_a_traced_value_points_at_control_flow(read):
    class Reads(nn.HybridBlock):
        def forward(self, x):
            read(x)
            return x

    net = Reads()
    net.hybridize()
    with pytest.raises(RuntimeError, match=r"npx\.cond.*npx\.foreach"):
        net(np.ones(1))
    assert not is_tracing()
    assert (np.ones(1) + 1).tolist() == [2]


def test_printing_a_traced_array_shows_its_type():
    seen = []

    @weft.hybridize
    def show(x):
        seen.append(repr(x))
        return x * 1

    show(np.ones((2, 3)))
    assert seen == ["<traced array float32(2, 3)>"]


def test_exception_in_forward_leaves_nothing_behind():
    class Fails(nn.HybridBlock):
        def forward(self, x):
            x[0] = 7
            raise ZeroDivisionError

    net, x = Fails(), np.zeros(2)
    net.hybridize()
    with pytest.raises(ZeroDivisionError):
        net(x)
    assert x.tolist() == [0, 0]


def test_second_order_through_a_hybridized_block():
    @weft.hybridize
    def cube(x):
        return x * x * x

    x = np.array([2.0])
    x.attach_grad()
    with autograd.record():
        first = autograd.grad(cube(x), x, create_graph=True)
    first.backward()
    assert x.grad.tolist() == [12]


def test_two_forwards_before_two_backwards():
    net, a, b = small_net(), images(seed=1), images(seed=2)
    wanted = [run(net, a), run(net, b)]
    net.hybridize()
    for _ in range(2):
        with autograd.record():
            first, second = net(a), net(b)
        found = []
        for head in (second, first):
            head.backward()
            found.append([p.grad().asnumpy() for p in net.collect_params().values()])
        for grads, want in zip(reversed(found), wanted, strict=True):
            for have, expected in zip(grads, want[1:], strict=True):
                numpy.testing.assert_allclose(have, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.skipif(
    "libasan" in os.environ.get("LD_PRELOAD", ""),
    reason="a sanitizer's blocks are the system's own",
)
def test_steady_state_asks_the_system_for_no_memory():
    net, x = small_net(), images()
    net.hybridize()
    # Queued work frees on other threads, and how much is under way at once varies: the blocks go
    # round, but it takes longer until there are enough of them.
    queued = weft.engine.policy() == "async"
    for _ in range(400 if queued else 5):
        run(net, x)
    before = weft.memory.stats()["system_calls"]
    for _ in range(20):
        run(net, x)
    assert weft.memory.stats()["system_calls"] - before <= (20 if queued else 0)


def test_plan_describes_itself():
    net = small_net()
    with pytest.raises(RuntimeError, match="there is no plan yet"):
        net.plan_memory()
    net.hybridize()
    net(images())
    memory = net.plan_memory()
    assert memory["arena"] >= memory["lower_bound"] > 0
    assert "convolution" in net.plan_text()
    assert "convolution" in net.plan_text("graph")


def test_non_hybrid_block_hybridizes_its_children():
    inner = nn.HybridSequential(nn.Dense(2))
    outer = nn.Sequential(inner, nn.Lambda(lambda x: x * float(x.sum() > -1e9)))
    outer.initialize()
    outer.hybridize()
    outer(np.ones((1, 3)))
    assert inner.plan_memory()["nodes"] > 0


def test_loss_can_be_hybridized():
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    pred = np.array(numpy.random.default_rng(0).normal(size=(4, 3)).astype("float32"))
    label = np.array([0, 1, 2, 1])
    eager = loss(pred, label).asnumpy()
    loss.hybridize()
    numpy.testing.assert_allclose(loss(pred, label).asnumpy(), eager, rtol=1e-6)
    assert npx.softmax(pred).sum(axis=1).shape == (4,)


def test_random_operators_draw_the_same_in_a_plan():
    def noisy(x):
        return x + np.random.uniform(size=x.shape) - np.random.uniform(size=x.shape)

    x = np.zeros(5)
    weft.random.seed(1)
    eager = [noisy(x).tolist() for _ in range(3)]
    hybrid = weft.hybridize(noisy)
    weft.random.seed(1)
    assert [hybrid(x).tolist() for _ in range(3)] == eager


# ---- writes


def overwritten(x, y):
    x[...] = y * 2.0
    y[...] = x + 1.0
    return x + y


def test_arguments_that_share_memory_are_not_written_by_a_plan():
    base = np.arange(6.0)
    outside = base.numpy()
    run = weft.hybridize(overwritten)
    for x, y in (
        (base, base),
        (base[1:], base[:-1]),
        (np.from_dlpack(outside), np.from_dlpack(outside)),
    ):
        with pytest.raises(RuntimeError, match=r"0 and 1 share memory.*copy\(\)"):
            run(x, y)
    assert base.tolist() == [0, 1, 2, 3, 4, 5]
    run(base[:3], base[3:])  # parts that do not meet
    assert base.tolist() == [6, 8, 10, 7, 9, 11]
    empty = base[:0]
    assert run(empty, empty).shape == (0,)


def test_a_written_capture_is_not_an_argument():
    kept = np.zeros(3)

    @weft.hybridize
    def counts(x):
        kept[0] += 1.0
        return x * 2.0

    assert counts(np.ones(3)).tolist() == [2, 2, 2]
    with pytest.raises(RuntimeError, match="share memory"):
        counts(kept)
    assert kept.tolist() == [1, 0, 0]


def test_numbers_are_written_as_eagerly():
    @weft.hybridize
    def puts(x):
        x[0] = 2**60 + 1
        x[1] = -1
        x[2] = True
        return x

    x = np.zeros(3, "int64")
    assert puts(x).tolist() == x.tolist() == [2**60 + 1, -1, 1]
    for number in (300, -1):
        with pytest.raises(OverflowError, match=f"write: `value` {number} is out of range"):
            weft.hybridize(lambda x, number=number: x.__setitem__(0, number))(np.zeros(1, "uint8"))


@pytest.mark.parametrize("traced", [False, True], ids=["eager", "traced"])
def test_a_value_may_have_leading_ones_and_nothing_wider(traced):
    def puts(x, value):
        x[...] = value
        return x

    run = weft.hybridize(puts) if traced else puts
    value = np.array([[[1.0, 2.0, 3.0]]])
    assert run(np.zeros(3), value).tolist() == [1, 2, 3]
    assert run(np.zeros((2, 3)), value).tolist() == [[1, 2, 3]] * 2
    with pytest.raises(ValueError, match="write: "):
        run(np.zeros(3), np.ones((2, 3)))
    value.attach_grad()
    x = np.zeros(3)
    with autograd.record():
        y = (
            run(x, value)
            if not traced
            else weft.hybridize(lambda v: puts((v * 0.0).reshape(3), v))(value)
        )
        y.sum().backward()
    assert value.grad.tolist() == [[[1, 1, 1]]]


@pytest.mark.parametrize("record", [False, True])
def test_parameters_that_wait_for_a_shape_get_their_values_once(record):
    net = gluon.nn.Dense(3)
    net.initialize()
    other = gluon.nn.Dense(2)

    @weft.hybridize
    def function(x):
        if other.weight.is_deferred or not other.weight.is_shape_known:
            other.initialize()
        return other(net(x))

    x = np.ones((2, 4))
    with autograd.record() if record else autograd.pause():
        first = function(x)
    assert not function.cache.last.function.text("graph").count("state")
    weights = net.weight.data().asnumpy()
    numpy.testing.assert_array_equal(function(x), first)
    numpy.testing.assert_array_equal(net.weight.data(), weights)
    numpy.testing.assert_array_equal(other(net(x)), first)


FACTOR = 2


def test_plain_values_around_a_function_are_part_of_its_signature():
    offset = 1

    @weft.hybridize
    def scaled(x):
        calls.append(1)
        return x * FACTOR + offset

    calls = []
    x = np.array([1.0, 2.0])

    def results():
        return [scaled(x).tolist() for _ in range(2)]

    try:
        assert results() == [[3, 5]] * 2
        globals()["FACTOR"] = 3
        assert results() == [[4, 7]] * 2
        offset = True
        assert results() == [[4, 7]] * 2
        offset = 10
        assert results() == [[13, 16]] * 2
        globals()["FACTOR"], offset = 2, 1
        assert results() == [[3, 5]] * 2
    finally:
        globals()["FACTOR"] = 2
    assert len(calls) == 4
