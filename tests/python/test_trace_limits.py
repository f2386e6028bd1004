"""What hybridized code keeps is bounded, and numbers that only scale are inputs."""

import concurrent.futures
import gc
import operator
import weakref

import numpy
import pytest
import weft
from weft import autograd, memory, np
from weft.gluon import nn


@pytest.fixture(autouse=True)
def limit():
    before = memory.trace_limit()
    yield
    memory.set_trace_limit(before)


def test_the_traces_used_last_are_kept():
    traced = []

    @weft.hybridize
    def f(x):
        traced.append(x.shape[0])
        return x * 2

    memory.set_trace_limit(3)
    for extent in (1, 2, 3, 1, 4):
        f(np.ones(extent))
    assert traced == [1, 2, 3, 4]
    for extent in (1, 3, 4):  # 2 was used longest ago
        f(np.ones(extent))
    assert traced == [1, 2, 3, 4]
    f(np.ones(2))
    assert traced == [1, 2, 3, 4, 2]


def test_a_lower_limit_holds_at_once_and_figures_tell():
    @weft.hybridize
    def f(x):
        return x * 2

    for extent in range(1, 9):
        f(np.ones(extent))
    assert len(f.cache) == 8
    before = memory.traces()
    memory.set_trace_limit(2)
    after = memory.traces()
    assert len(f.cache) == 2
    assert after["limit"] == memory.trace_limit() == 2
    assert after["dropped"] - before["dropped"] >= 6
    assert after["traces"] <= before["traces"] - 6
    with pytest.raises(ValueError, match="at least 1"):
        memory.set_trace_limit(0)


def test_blocks_and_what_is_read_around_are_bounded_too():
    class Scaled(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.state = {"factor": 0}

        def forward(self, x):
            return x * self.state["factor"]

    net = Scaled()
    net.hybridize()
    memory.set_trace_limit(4)
    for factor in range(10):
        net.state["factor"] = factor
        assert net(np.ones(1)).tolist() == [factor]
    assert len(net._cache) == 4


def test_threads_may_trace_and_drop_at_one_time():
    memory.set_trace_limit(3)
    scale = [1.0]

    @weft.hybridize
    def f(x, t):
        return x * t * scale[0]

    def work(number):
        for i in range(60):
            extent = 1 + (i * 7 + number) % 5
            assert f(np.ones(extent), float(i % 4)).tolist() == [float(i % 4)] * extent

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(work, number) for number in range(4)]:
            done.result()
    assert len(f.cache) <= 3


def test_a_dropped_trace_gives_its_memory_back():
    memory.set_trace_limit(2)

    @weft.hybridize
    def f(x):
        return (np.sin(x) @ x.T).sum()

    def live_after(extents):
        for extent in extents:
            f(np.ones((extent, 64)))
        gc.collect()
        return memory.stats()["live"]

    few = live_after([300, 301, 302, 303])
    assert live_after(range(304, 340)) < few * 1.3


@pytest.mark.parametrize("is_trained", [False, True])
def test_only_the_last_plans_keep_memory(is_trained):
    net = nn.HybridSequential(
        nn.Dense(64, in_units=64, activation="tanh"), nn.Dense(1, in_units=64)
    )
    net.initialize()
    net.hybridize()

    def live_after(extents):
        for extent in extents:
            if is_trained:
                with autograd.record():
                    loss = net(np.ones((extent, 64))).sum()
                loss.backward()
            else:
                net(np.ones((extent, 64)))
        gc.collect()
        return memory.stats()["live"]

    few = live_after(range(1000, 1010))
    assert live_after(range(1010, 1070)) < few * 1.5
    again = np.ones((1001, 64))  # its plan has no memory at the moment
    numpy.testing.assert_array_equal(net(again).asnumpy(), net(again).asnumpy())
    assert len(net._cache) == 70 + is_trained  # a recorded call has a trace of its own


def test_a_function_that_is_gone_frees_its_traces():
    @weft.hybridize
    def f(x):
        return x * 2

    f(np.ones(1))
    found = weakref.ref(f.cache)
    del f
    gc.collect()
    assert found() is None


def numbers():
    generator = numpy.random.default_rng(5)
    return [float(number) for number in generator.normal(size=12)]


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32"])
def test_a_number_that_scales_is_an_input_with_the_same_bits(dtype):
    traced = []

    def f(x, t, options):
        traced.append(1)
        half = t * 0.5 - 1
        return (x * t + options["bias"]) / (half + 3), t - x, -t * x, x / t, half * (x + 2)

    planned = weft.hybridize(f)
    x = np.array(numpy.array([[1, 2], [3, 7]], dtype))
    for t in numbers():
        options = {"bias": t / 3}
        for a, b in zip(planned(x, t, options), f(x, t, options), strict=True):
            numpy.testing.assert_array_equal(a.asnumpy(), b.asnumpy())
            assert a.dtype == b.dtype
    assert len(traced) - len(numbers()) == 3  # two with constants, then one with inputs
    assert len(planned.cache) == 3


def test_integers_scale_floats_and_only_these():
    @weft.hybridize
    def f(x, n):
        return x * n

    for n in range(2, 12):
        assert f(np.array([1.5]), n).tolist() == [1.5 * n]
    assert len(f.cache) == 3
    for n in range(2, 12):
        assert f(np.array([3], dtype="int8"), n).tolist() == [3 * n]
    with pytest.raises(OverflowError):
        f(np.array([3], dtype="int8"), 300)


@pytest.mark.parametrize(
    "use",
    [
        lambda x, t: x * 2 if t > 0.5 else x,
        lambda x, t: x**t,
        lambda x, t: x * int(t * 10),
        lambda x, t: x.reshape(1, -1) * float(t),
        lambda x, t: np.full((2,), t) + x,
        lambda x, t: x * abs(t),
        lambda x, t: x * (1 / t),
        lambda x, t: x if t else -x,
        lambda x, t: x * {0.25: 1, 0.5: 2}.get(t, 3),
        lambda x, t: x * len(f"{t}"),
        lambda x, t: np.clip(x, -t, t),
        lambda x, t: x == t,
        lambda x, t: x * t**2,
        lambda x, t: x * t if type(t) is float else x,
        lambda x, t: x * t if isinstance(t, float) else x,
        lambda x, t: x * {"t": t}["t"] + sum([t, 1]),
        lambda x, t: operator.imul(x * 1, t),
        lambda x, t: (numpy.array([1.0, 2.0]) * t).sum() * x,
    ],
)
def test_a_number_that_decides_stays_a_constant(use):
    planned, x = weft.hybridize(use), np.array([0.3, 2.0])
    for t in (0.25, 0.5, 0.75, 1.0, 1.25, 0.25):
        numpy.testing.assert_array_equal(planned(x, t).asnumpy(), use(x, t).asnumpy())


def test_an_update_in_place_is_one():
    def f(x, t):
        y = x * 1
        alias = y[:1]
        y *= t
        return y, alias

    planned = weft.hybridize(f)
    for t in (0.5, 1.5, 2.5, 3.5):
        for a, b in zip(planned(np.ones(2), t), f(np.ones(2), t), strict=True):
            assert a.tolist() == b.tolist()


def test_gradients_with_numbers_as_inputs():
    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense = nn.Dense(2, in_units=2)

        def forward(self, x, t):
            return self.dense(x) * t

    weft.random.seed(1)
    net = Net()
    net.initialize()
    x = np.array([[1.0, 2.0]])

    def gradients():
        found = []
        for t in (0.5, 0.25, 0.125, 0.75, 3.0):
            with autograd.record():
                y = net(x, t)
            y.backward()
            found.append(net.dense.weight.grad().tolist())
        return found

    eager = gradients()
    net.hybridize()
    assert gradients() == eager
    assert len(net._cache) == 3


def test_an_export_after_numbers_has_the_number_of_the_last_call(tmp_path):
    class Net(nn.HybridBlock):
        def forward(self, x, t):
            return x * t

    net, x = Net(), np.array([2.0])
    net.hybridize()
    for t in (1.0, 2.0, 3.0, 4.0, 5.0):
        net(x, t)
    net.export(tmp_path / "net.weft")
    context = weft.runtime.Model(str(tmp_path / "net.weft")).context()
    assert context.run(x.asnumpy())[0].tolist() == [10.0]


def test_minus_zero_is_not_zero():
    @weft.hybridize
    def f(x, t):
        return 1 / (x * t)

    assert f(np.ones(1), 0.0).tolist() == [numpy.inf]
    assert f(np.ones(1), -0.0).tolist() == [-numpy.inf]
