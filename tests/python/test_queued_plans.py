"""Recorded calls of hybridized blocks and their backward passes on the engine's threads: the same
numbers as at once, whatever happens to arrays and tape while they are queued."""

import sys
import threading

import numpy
import pytest
import weft
from weft import autograd, engine, np, npx
from weft.gluon import nn


@pytest.fixture(autouse=True)
def inline_policy():
    before = engine.policy()
    engine.set_policy("inline")
    yield
    engine.set_policy(before)


def values(shape, seed=0):
    return np.array(numpy.random.default_rng(seed).normal(size=shape).astype("float32"))


def make_net(dropout=0.4):
    net = nn.HybridSequential(
        nn.Dense(32, activation="tanh"), nn.LayerNorm(), nn.Dropout(dropout), nn.Dense(8)
    )
    net.initialize()
    net(values((2, 16)))
    for i, parameter in enumerate(net.collect_params().values()):
        parameter.set_data(values(parameter.shape, i))
    net.hybridize()
    return net


def delay():
    """An array of ones that is not there for a while when work is deferred."""
    a = np.ones((500, 500))
    for _ in range(6):
        a = a @ np.ones((500, 500)) / 500
    return a[0, :16]


def one_step(net, x):
    with autograd.record():
        loss = (net(x) ** 2).sum()
    loss.backward()
    return [loss]


def two_forwards(net, x):
    with autograd.record():
        first, second = net(x), net(x * 0.5)
    autograd.backward([first, second])
    return [first, second]


def kept_graph(net, x):
    with autograd.record():
        y = net(x)
    y.backward(retain_graph=True)
    first = [p.grad().copy() for p in net.collect_params().values()]
    y.backward(retain_graph=True)
    y.backward()
    return [y, *first]


def dropped_entries(net, x):
    for _ in range(4):
        with autograd.record():
            net(x)
    return one_step(net, x)


def overwritten(net, x):
    """Its input and a parameter are written once the backward pass was asked for."""
    results = one_step(net, x)
    x[:] = 7
    weight = next(iter(net.collect_params().values()))
    weight.data()[:] = 0
    return [*results, x, weight.data()]


def second_order(net, x):
    x.attach_grad()
    with autograd.record():
        y = net(x).sum()
        (gradient,) = autograd.grad([y], [x], create_graph=True)
        penalty = (gradient**2).sum()
    penalty.backward()
    return [penalty, x.grad]


def training(net, x):
    trainer = weft.gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01})
    losses = []
    for _ in range(20):
        losses += one_step(net, x)
        trainer.step(1)
    return losses


PROGRAMS = [
    one_step,
    two_forwards,
    kept_graph,
    dropped_entries,
    overwritten,
    second_order,
    training,
]


def run(program):
    npx.random.seed(3)
    net = make_net()
    x = values((5, 16), 2) + delay()
    results = program(net, x)
    return [*results, *(p.grad() for p in net.collect_params().values())]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_queued_programs_equal_those_run_at_once(program):
    wanted = [array.asnumpy() for array in run(program)]
    with engine.deferred():
        found = run(program)
    for a, b in zip(found, wanted, strict=True):
        numpy.testing.assert_array_equal(a.asnumpy(), b)


def test_a_recorded_call_and_its_backward_are_queued():
    net, x = make_net(), values((5, 16))
    one_step(net, x)
    with engine.deferred():
        x = x + delay()
        before = engine.stats()
        with autograd.record():
            y = net(x)
        forward = engine.stats()["queued"] - before["queued"]
        y.backward()
        after = engine.stats()
    assert forward == 1
    assert after["queued"] >= before["queued"] + 2
    assert after["waited"] == before["waited"]
    npx.waitall()


def failing_net():
    @weft.hybridize
    def picked(x, w, index):
        return npx.pick(x * w, index) * 2

    x, w = values((3, 4)), values((3, 4), 1)
    w.attach_grad()
    return picked, x, w


def test_a_failure_reaches_gradients_and_names_the_line_of_the_forward():
    picked, x, w = failing_net()
    sound, bad = np.array([0, 1, 2]), np.array([0, 9, 0])
    with engine.deferred():
        with autograd.record():
            y = picked(x, w, bad)
            line = sys._getframe().f_lineno - 1
        y.backward()
    for array in (w.grad, y, w.grad):
        with pytest.raises(IndexError, match="pick: `index`") as error:
            array.asnumpy()
        assert str(error.value).endswith(f"pushed at {__file__}:{line}")
    npx.waitall()
    for _ in range(3):  # the frame that failed serves again
        with engine.deferred(), autograd.record():
            y = picked(x, w, sound)
        y.backward()
        numpy.testing.assert_allclose(
            w.grad.asnumpy()[[0, 1, 2], [0, 1, 2]], 2 * x.asnumpy()[[0, 1, 2], [0, 1, 2]]
        )


def test_a_second_backward_is_refused_at_the_call():
    net, x = make_net(), values((5, 16))
    with engine.deferred():
        with autograd.record():
            y = net(x + delay())
        y.backward()
        with pytest.raises(RuntimeError, match="retain_graph"):
            y.backward()
    npx.waitall()


def test_frames_are_given_back_when_their_work_has_run():
    """A plan keeps a few frames and scratch for later; how soon it has these depends on how far the
    queue falls behind. So memory may reach a new high some times, but not again and again."""
    net, x = make_net(), values((5, 16))
    highest, growths, rounds = 0, 0, 60
    for _ in range(rounds):
        with engine.deferred():
            for _ in range(4):
                one_step(net, x)
        npx.waitall()
        live = weft.memory.stats()["live"]
        if live > highest:
            highest, growths = live, growths + 1
    assert growths <= rounds // 3


def test_two_threads_run_one_block():
    """Gradients of parameters are shared; those of the inputs are each thread's own."""
    net = make_net(dropout=0)  # threads share the ordinals of random numbers
    inputs = [values((5, 16), seed) for seed in range(2)]

    def gradients(x):
        found = []
        for _ in range(10):
            with autograd.train_mode():
                value, pullback = autograd.vjp(net, x)
            found += [value, *pullback(np.ones((5, 8)))]
        return found

    wanted = [[array.asnumpy() for array in gradients(x)] for x in inputs]
    found = [[], []]

    def work(i):
        with engine.deferred():
            found[i] = gradients(inputs[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for arrays, expected in zip(found, wanted, strict=True):
        for array, want in zip(arrays, expected, strict=True):
            numpy.testing.assert_array_equal(array.asnumpy(), want)


def test_a_backward_that_fails_leaves_a_kept_graph_as_it_was(monkeypatch):
    # What it keeps is not free for the backward, which needs as much again.
    monkeypatch.setenv("WEFT_PASSES", "-residuals")

    @weft.hybridize
    def total(x):
        return np.exp(x.reshape(-1, 1) * x * 1e-3).sum()

    x = np.ones(1500)
    x.attach_grad()
    with engine.deferred(), autograd.record():
        y = total(x)
    npx.waitall()
    try:
        weft.memory.set_limit(weft.memory.stats()["live"] + (1 << 20))
        with engine.deferred():
            y.backward(retain_graph=True)
        with pytest.raises(MemoryError):
            npx.waitall()
    finally:
        weft.memory.set_limit(None)
    with engine.deferred():
        for retain in (True, True, False):
            y.backward(retain_graph=retain)
            wanted = numpy.full(1500, 2 * 1500 * 1e-3 * numpy.exp(1e-3))
            numpy.testing.assert_allclose(x.grad.asnumpy(), wanted, rtol=1e-5)
