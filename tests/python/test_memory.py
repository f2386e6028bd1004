"""What is copied and what is not: parameters stay where they are, the tape's values survive
writes, loops are linear, and the figures, limits and lines of `weft.memory` say so."""

import gc
import inspect

import numpy
import pytest
import weft
from weft import autograd, engine, gluon, memory, np, npx

STEPS = 100


def copies_of(run):
    """The copies that `run` makes unasked."""
    memory.reset_copies()
    run()
    return memory.copies()


def settled():
    """The figures once queued work has given back what it held."""
    gc.collect()
    npx.waitall()
    return memory.stats()


def address(array):
    return numpy.asarray(array).ctypes.data


# ---- parameters


def make_network():
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(32, activation="relu"), gluon.nn.Dense(4))
    net.initialize()
    net(np.ones((8, 16)))
    return net


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("hybrid", [False, True], ids=["eager", "hybridized"])
def test_training_neither_copies_nor_moves_a_parameter(hybrid, optimizer):
    net = make_network()
    if hybrid:
        net.hybridize()
    parameters = list(net.collect_params().values())
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.01})
    generator = numpy.random.default_rng(0)
    x = np.array(generator.normal(size=(8, 16)).astype("float32"))
    labels = np.array(generator.integers(0, 4, 8))

    def step():
        with autograd.record():
            total = loss(net(x), labels)
        total.backward()
        trainer.step(8)

    step()
    before = [address(p.data()) for p in parameters]
    values = [p.data().asnumpy() for p in parameters]
    made = copies_of(lambda: [step() for _ in range(STEPS)])
    assert made.count == 0, made
    assert [address(p.data()) for p in parameters] == before
    for parameter, value in zip(parameters, values, strict=True):
        if parameter.grad_req != "null":
            assert (parameter.data().asnumpy() != value).any(), parameter.name


def test_writes_into_parameters_and_rows_go_through():
    net = make_network()
    weight = net[0].weight
    before = weight.data()
    weight.data()[:] = 2.0
    weight.data()[0][1] = 5.0
    assert before[0, 1].item() == 5
    assert before.asnumpy().sum() == 2 * before.size + 3
    assert net(np.ones((1, 16))).shape == (1, 4)


def test_the_optimizer_may_update_while_a_tape_lives():
    x = np.ones(100)
    w = np.full(100, 3.0)
    w.attach_grad()
    with autograd.record():
        y = (w * w * x).sum()

    def update():
        w[:] = w - 1.0

    made = copies_of(update)
    assert made.count == 0  # all is overwritten: the tape keeps the old storage
    y.backward()
    assert w.asnumpy().tolist() == [2] * 100
    assert w.grad.asnumpy().tolist() == [6] * 100


# ---- loops


@pytest.mark.parametrize("steps", [50, 200])
def test_a_recorded_loop_over_its_own_output_is_linear(steps):
    width = 8
    x = np.full(width, 0.5)
    x.attach_grad()
    out = np.zeros((steps, width))

    def loop():
        with autograd.record():
            out[0] = x * 1.0
            for t in range(1, steps):
                out[t] = np.tanh(out[t - 1]) * out[t - 1]
            return out[-1].sum()

    made = copies_of(lambda: loop().backward())
    row = 4 * width
    assert made.bytes <= 4 * steps * row, made


# ---- figures


@pytest.mark.parametrize("count", [5_000, 100_003, 3_000_001])
def test_live_bytes_are_those_of_the_array(count):
    np.zeros(count)  # what is made at the first use of all
    before = settled()["live"]
    x = np.zeros(count)
    small_objects = settled()["live"] - before - 4 * count
    assert 0 <= small_objects <= 1024
    del x
    assert settled()["live"] == before


def test_peak_and_pooled_follow_an_array():
    count = 2_000_000
    np.zeros(count)
    settled()
    memory.reset_peak()
    before = settled()
    x = np.zeros(count)
    del x
    after = settled()
    small_objects = 1 << 16
    assert 4 * count <= after["peak"] - before["peak"] <= 4 * count + small_objects
    assert abs(after["pooled"] - before["pooled"]) <= small_objects


def test_the_largest_copy_is_named_by_its_line():
    x, y = np.ones((64, 64)), np.ones(8)
    for array in (x, y):
        array.attach_grad()  # so NumPy gets a value, not the memory
    held = numpy.asarray(x), numpy.asarray(y)
    memory.reset_copies()
    y[0] = 2
    x[0] = 2
    line = inspect.currentframe().f_lineno - 1
    y[1] = 3
    made = memory.copies()
    assert (made.count, made.bytes) == (2, 4 * (64 * 64 + 8))
    assert made.largest == 4 * 64 * 64
    assert made.line == f"{__file__}:{line}"
    assert held[0][0, 0] == held[1][0] == 1
    memory.reset_copies()
    assert memory.copies() == (0, 0, 0, "")


def test_a_copy_inside_the_package_is_blamed_on_its_caller():
    x = np.zeros(10)
    x.attach_grad()
    held = numpy.asarray(x)
    memory.reset_copies()
    np.put_along_axis(x[2:], np.array([0]), 3.0, axis=0)  # it writes to a part of x
    line = inspect.currentframe().f_lineno - 1
    assert memory.copies().count == 1
    assert memory.copies().line == f"{__file__}:{line}"
    assert (held[2], x[2].item()) == (0, 3)


# ---- limits


@pytest.fixture
def limited():
    """Sets a limit so many bytes over what cannot be given back, for one test."""

    def limit(more):
        settled()
        memory.set_limit(1)  # gives back what is pooled, but for small blocks
        stats = settled()
        memory.set_limit(stats["live"] + stats["pooled"] + more)

    yield limit
    memory.set_limit(None)


def test_a_refusal_is_a_memory_error_and_leaves_everything_usable(limited):
    net = make_network()
    x = np.ones((8, 16))
    x.attach_grad()
    wanted = net(x).asnumpy()
    limited(1 << 22)
    with pytest.raises(MemoryError, match="out of memory; requested 40000000 bytes") as error:
        np.zeros(10_000_000)
    assert isinstance(error.value, weft.Error)
    big = np.ones(500_000)
    npx.waitall()
    for fails in (
        lambda: np.broadcast_to(big, (8, 500_000)).copy(),
        lambda: big.reshape(-1, 1) * big,
        lambda: big.astype("float64") + 1.0,
    ):
        with pytest.raises(MemoryError):
            fails()
    with autograd.record():
        y = (x * x).sum()
        with pytest.raises(MemoryError):
            big.reshape(-1, 1) * big
    y.backward()
    assert x.grad.asnumpy().tolist() == (2 * x.asnumpy()).tolist()
    numpy.testing.assert_array_equal(net(x).asnumpy(), wanted)
    memory.set_limit(None)
    assert (big.astype("float64") + 1.0).sum().item() == 1_000_000


@pytest.mark.parametrize("hybrid", [False, True], ids=["eager", "hybridized"])
def test_forward_and_backward_work_once_there_is_memory_again(limited, hybrid, monkeypatch):
    # What the forward keeps is not free for the backward, which needs as much again.
    monkeypatch.setenv("WEFT_PASSES", "-residuals")

    def total(x):
        return np.exp(x.reshape(-1, 1) * x * 1e-3).sum()

    run = weft.hybridize(total) if hybrid else total
    x = np.ones(2000)
    x.attach_grad()
    limited(1 << 20)
    with autograd.record(), pytest.raises(MemoryError):
        run(x)
    memory.set_limit(None)
    with autograd.record():
        y = run(x)
    limited(1 << 20)
    # A consuming backward of a plan runs in what the forward had; `async` may know only later.
    retain = hybrid or engine.policy() == "async"
    with pytest.raises(MemoryError):
        y.backward(retain_graph=retain)
        npx.waitall()
    memory.set_limit(None)
    y.backward()  # what the tape saved is still there
    wanted = numpy.full(2000, 2 * 2000 * 1e-3 * numpy.exp(1e-3))
    numpy.testing.assert_allclose(x.grad.asnumpy(), wanted, rtol=1e-5)


def test_a_write_that_cannot_copy_changes_nothing(limited):
    x = np.ones(1_000_000)
    x.attach_grad()  # the gradient's array is made when it is needed
    held = numpy.asarray(x)
    limited(1 << 20)
    for write in (lambda: x.__setitem__(0, 5.0), lambda: x.numpy(), lambda: x.grad):
        with pytest.raises(MemoryError):
            write()
    x.attach_grad("null")
    assert x.grad is None
    assert held[0] == x[0].item() == 1
    del held
    x[0] = 5.0  # nobody holds it: nothing is copied
    assert x[0].item() == 5


def test_pooled_memory_makes_room_before_anything_is_refused(limited):
    block = 1 << 22
    limited(3 * block)
    for size in (block // 2, block // 4, block // 8):  # leave different blocks in the pool
        np.zeros(size)
        npx.waitall()
    x = np.zeros(block // 4 * 2)
    stats = settled()
    assert stats["live"] + stats["pooled"] <= stats["limit"]
    assert x.nbytes == 2 * block


@pytest.mark.parametrize("limit", [0, -5])
def test_a_limit_is_at_least_one_byte(limit):
    with pytest.raises(ValueError, match="at least 1 or None"):
        memory.set_limit(limit)


# ---- more elements than 31 bits count


@pytest.mark.full
def test_views_past_two_to_the_31_elements():
    """Pages that nobody writes are not there, so few gigabytes of memory are needed."""
    extent = 2**31 + 2**20
    outside = numpy.zeros(extent, "int8")
    x = np.from_dlpack(outside)
    far = 2**31 + 5
    x[far] = 7
    x[far + 1 : far + 7 : 2] = np.array([1, 2, 3], "int8")
    assert outside[far : far + 7].tolist() == [7, 1, 0, 2, 0, 3, 0]
    part = x[far : far + 7]
    assert part.sum().item() == 13
    assert (part + part).tolist() == [14, 2, 0, 4, 0, 6, 0]
    assert x[::-1][extent - 1 - far].item() == 7
    square = x.reshape(-1, 2**20)
    assert square[far // 2**20, far % 2**20].item() == 7
    assert square.T[far % 2**20, far // 2**20].item() == 7
    assert x[-1].item() == 0
    wide = square[:, 5]
    assert wide.shape == (2049,)
    assert wide.sum().item() == 7
    with pytest.raises(IndexError):
        x[extent]


@pytest.mark.full
def test_arrays_past_two_to_the_31_elements_of_our_own():
    extent = 2**31 + 3
    try:
        x = np.full(extent, 1, "int8")
    except MemoryError:
        pytest.skip("not run: needs 2 GiB")
    assert x.size == extent
    x[2**31 + 1] = 2
    assert x[2**31 :].tolist() == [1, 2, 1]
    assert x[2**31 - 1 :].copy().tolist() == [1, 1, 2, 1]
