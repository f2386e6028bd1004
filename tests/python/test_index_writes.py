"""x[index] = value by index arrays costs what is written, and means what it meant when it made the
whole array anew: nobody who holds the old content sees the new one."""

import operator

import numpy
import pytest
from weft import autograd, engine, memory, np, npx

ROWS, WIDTH = 200_000, 64  # 51 MB
SMALL = 1 << 20


def peak_of(run):
    """Bytes that `run` had at one time beyond those before it, idle small blocks included."""
    npx.waitall()
    memory.reset_peak()
    before = memory.stats()["peak"]
    run()
    npx.waitall()
    return memory.stats()["peak"] - before


def numbered(*shape):
    return numpy.arange(numpy.prod(shape), dtype="float32").reshape(shape)


@pytest.mark.parametrize(
    "index",
    [
        numpy.array([5, 7, 199_999, -1, 5]),
        (numpy.array([[3], [9]]), numpy.array([0, 63])),
        (slice(100, None, 2), numpy.array([4, 1])),
    ],
    ids=["rows", "elements", "columns of a view"],
)
def test_a_write_takes_no_memory_of_the_size_of_the_array(index):
    x = np.zeros((ROWS, WIDTH))
    want = numpy.zeros((ROWS, WIDTH), "float32")
    value = numpy.random.default_rng(0).normal(size=want[index].shape).astype("float32")
    given = np.array(value)
    assert peak_of(lambda: x.__setitem__(index, given)) < SMALL + 4 * value.nbytes
    want[index] = value
    assert numpy.array_equal(x.asnumpy(), want)


def test_adding_to_rows_takes_no_memory_of_the_size_of_the_array():
    x = np.ones((ROWS, WIDTH))

    def add():
        x[[1, 2]] += 1

    assert peak_of(add) < SMALL
    assert (x[:4].asnumpy() == [[1] * WIDTH, [2] * WIDTH, [2] * WIDTH, [1] * WIDTH]).all()


@pytest.mark.parametrize("deferred", [False, True], ids=["at once", "deferred"])
def test_value_and_index_may_look_at_the_array_that_is_written(deferred):
    data = numpy.array([3, 0, 2, 1, 4])
    want, want_self = data.copy(), data.copy()
    want[[0, 1, 2]] = want[[2, 0, 1]]
    want[[4, 0]] = want[1:3]
    want_self[want_self] = want_self[::-1]
    x, own = np.array(data), np.array(data)
    with engine.deferred() if deferred else autograd.pause():
        x[[0, 1, 2]] = x[[2, 0, 1]]
        x[[4, 0]] = x[1:3]
        own[own] = own[::-1]
    assert (x.asnumpy() == want).all()
    assert (own.asnumpy() == want_self).all()


def test_value_may_look_at_memory_that_is_shared_outside():
    x = np.array(numbered(6))
    same = np.from_dlpack(x.numpy())
    x[[1, 2, 3, 4]] = same[:4]
    assert same.tolist() == x.tolist() == [0, 0, 1, 2, 3, 5]


def test_views_of_all_kinds_see_the_write():
    x = np.array(numbered(4, 3))
    flat, turned, plain = x.reshape(-1), x.T, x.detach()
    x[1:][[0, 2]] = -1
    for view in (flat.reshape(4, 3), turned.T, plain):
        assert view.tolist() == [[0, 1, 2], [-1] * 3, [6, 7, 8], [-1] * 3]


def test_who_holds_the_content_keeps_it_and_the_copy_is_counted():
    x = np.array(numbered(4, 3))
    x.attach_grad()  # so NumPy gets a value, not the memory
    held = numpy.asarray(x)
    memory.reset_copies()
    x[[0]] = 9
    x[[1]] = 9
    assert memory.copies()[:2] == (1, 48)  # the second write finds its own memory
    assert (held == numbered(4, 3)).all()
    assert x[:2].tolist() == [[9] * 3] * 2


def test_the_tape_keeps_what_it_saved_and_a_leaf_stays_one():
    x = np.array(numbered(4))
    x.attach_grad()
    with autograd.record():
        y = x * x
    with autograd.pause():
        x[[0, 1]] = 100
    y.backward()
    assert x.grad.tolist() == [0, 2, 4, 6]
    with autograd.record():
        y = x * x
    y.backward()
    assert x.grad.tolist() == [200, 200, 4, 6]


def test_a_write_outside_recording_takes_the_history_away():
    x = np.array(numbered(3))
    x.attach_grad()
    with autograd.record():
        y = x * 2
    y[[0]] = 5
    with autograd.record(), pytest.raises(RuntimeError, match="no history"):
        y.backward()


@pytest.mark.parametrize("which", ["target", "value"])
def test_a_recorded_write_has_gradients(which):
    x = np.array(numbered(3) + 1)
    x.attach_grad()
    with autograd.record():
        target = x * 1 if which == "target" else np.zeros(3)
        target[[0, 2]] = x[:2] * 3 if which == "value" else 7
        loss = (target * np.array([1.0, 10.0, 100.0])).sum()
    loss.backward()
    assert x.grad.tolist() == ([0, 10, 0] if which == "target" else [3, 300, 0])


def test_a_recorded_write_through_a_detached_view_keeps_the_history_beside_it():
    x = np.array(numbered(4))
    x.attach_grad()
    with autograd.record():
        y = x * 3
        y.detach()[1:][[0, 2]] = 7
    y.backward()
    assert y.tolist() == [0, 7, 6, 7]
    assert x.grad[[0, 1, 3]].tolist() == [3, 0, 0]


def test_a_leaf_is_not_written_inside_record():
    x = np.ones(3)
    x.attach_grad()
    with autograd.record(), pytest.raises(RuntimeError, match=r"autograd\.pause"):
        x[[0]] = 2
    assert x.tolist() == [1, 1, 1]


def test_read_only_memory_is_not_written():
    fixed = numbered(3)
    fixed.flags.writeable = False
    x = np.from_dlpack(fixed)
    with pytest.raises(RuntimeError, match="read-only"):
        x[[0]] = 2
    assert fixed.tolist() == [0, 1, 2]


def test_reads_that_were_queued_before_get_the_old_elements():
    x = np.array(numbered(1000))
    with engine.deferred():
        before = x * 1
        x[[0, 1]] = -1
        after = x * 1
    assert before[:3].tolist() == [0, 1, 2]
    assert after[:3].tolist() == [-1, -1, 2]


IN_PLACE = {
    "another array": lambda x, y: operator.imul(x, y),
    "a number": lambda x, y: operator.iadd(x, 3),
    "a row": lambda x, y: operator.isub(x, y[0]),
    "itself": lambda x, y: operator.imul(x, x),
    "itself turned round": lambda x, y: operator.iadd(x, x[::-1]),
    "its transpose": lambda x, y: operator.isub(x, x.T),
    "a view of it": lambda x, y: operator.imul(x[2:5], y[1:4]),
    "columns of it": lambda x, y: operator.iadd(x[:, ::3], y[:, 1:4]),
    "neighbouring rows": lambda x, y: operator.iadd(x[1:], x[:-1]),
    "another dtype": lambda x, y: operator.iadd(x, y.astype("int8")),
}


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
@pytest.mark.parametrize("name", IN_PLACE)
def test_arithmetic_in_place_equals_numpys(name, dtype):
    rng = numpy.random.default_rng(0)
    x, y = (rng.integers(-9, 9, (9, 9)).astype(dtype) for _ in range(2))
    ours, theirs = np.array(x), np.array(y)
    other = ours.copy()
    kept = ours + 0
    found = IN_PLACE[name](ours, theirs)
    wanted = IN_PLACE[name](x, y)
    numpy.testing.assert_array_equal(found.asnumpy(), wanted)
    numpy.testing.assert_array_equal(ours.asnumpy(), x)
    numpy.testing.assert_array_equal(other.asnumpy(), kept.asnumpy())


def test_arithmetic_in_place_leaves_what_a_tape_and_a_detached_array_hold():
    x = np.array([1.0, 2.0, 3.0])
    x.attach_grad()
    with autograd.record():
        y = x * x
    x *= 10
    y.backward()
    assert x.tolist() == [10, 20, 30]
    assert x.grad.tolist() == [2, 4, 6]
    with autograd.record():
        y = x * x
    y.backward()
    assert x.grad.tolist() == [20, 40, 60]


def test_arithmetic_in_place_refuses_what_the_array_cannot_take():
    x = np.array([1, 2, 3], dtype="int8")
    with pytest.raises(OverflowError, match="300"):
        x += 300
    with pytest.raises(TypeError):
        x /= 2
    with pytest.raises(ValueError, match="shape"):
        x += np.ones((2, 3), dtype="int8")
    assert x.tolist() == [1, 2, 3]
