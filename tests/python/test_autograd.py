"""Recording, gradients, and what may be written while recording."""

import threading

import numpy
import pytest
from weft import autograd, np, npx


def leaf(data, **options):
    x = np.array(data)
    x.attach_grad(**options)
    return x


def test_gradient_is_written_and_stays_one_array():
    x = leaf([1.0, 2.0])
    grad = x.grad
    for _ in range(2):
        with autograd.record():
            y = x * x
        y.backward()
        assert grad.tolist() == [2, 4]


def test_grad_req_add_accumulates():
    x = leaf([1.0], grad_req="add")
    for _ in range(3):
        with autograd.record():
            y = x * 2
        y.backward()
    assert x.grad.tolist() == [6]
    x.grad[...] = 0
    assert x.grad.tolist() == [0]


def test_null_takes_the_gradient_away():
    x = leaf([1.0])
    x.attach_grad("null")
    assert x.grad is None
    with pytest.raises(ValueError, match="`grad_req` must be 'write', 'add' or 'null'"):
        x.attach_grad("wrote")


def test_out_grad_weighs_the_heads():
    x = leaf([1.0, 2.0])
    with autograd.record():
        y = x * 3
    y.backward(np.array([1.0, 10.0]))
    assert x.grad.tolist() == [3, 30]


def test_several_heads_add_up():
    x = leaf([2.0])
    with autograd.record():
        y, z = x * x, x * 3
    autograd.backward([y, z], [None, np.array([2.0])])
    assert x.grad.tolist() == [10]


def test_backward_twice_needs_retain_graph():
    x = leaf([2.0])
    with autograd.record():
        y = np.exp(x)
    y.backward(retain_graph=True)
    first = x.grad.tolist()
    y.backward()
    assert x.grad.tolist() == first
    with pytest.raises(RuntimeError, match="backward"):
        y.backward()


def test_backward_of_what_was_not_recorded_raises():
    x = leaf([1.0])
    with pytest.raises(RuntimeError, match=r"backward: .*record"):
        (x * 2).backward()


def test_higher_orders():
    x = leaf([0.5])
    with autograd.record():
        first = autograd.grad(np.exp(x * 2), x, create_graph=True)
        second = autograd.grad(first, x, create_graph=True)
        third = autograd.grad(second, x)
    numpy.testing.assert_allclose(third.asnumpy(), 8 * numpy.exp(1.0), rtol=1e-6)


def test_grad_gives_a_list_for_a_list():
    x, y = leaf([1.0]), leaf([2.0])
    with autograd.record():
        z = x * y
    found = autograd.grad(z, [x, y])
    assert [g.tolist() for g in found] == [[2], [1]]


def test_modes_nest_and_come_back_after_an_exception():
    assert not autograd.is_recording()
    with autograd.record():
        assert autograd.is_recording()
        assert autograd.is_training()
        with autograd.pause():
            assert not autograd.is_recording()
            assert not autograd.is_training()
        with autograd.predict_mode():
            assert autograd.is_recording()
            assert not autograd.is_training()
        with pytest.raises(ZeroDivisionError), autograd.pause(train_mode=True):
            assert autograd.is_training()
            raise ZeroDivisionError
        assert autograd.is_recording()
    assert not autograd.is_recording()
    assert not autograd.is_training()
    with autograd.record(train_mode=False):
        assert not autograd.is_training()


def test_modes_belong_to_a_thread():
    seen = []
    with autograd.record():
        thread = threading.Thread(target=lambda: seen.append(autograd.is_recording()))
        thread.start()
        thread.join()
    assert seen == [False]


def test_pause_detach_and_stop_gradient_cut():
    x = leaf([3.0])
    with autograd.record():
        with autograd.pause():
            a = x * 2
        y = a * x + x.detach() * x + npx.stop_gradient(x) * x
    y.backward()
    assert x.grad.tolist() == [12]


def test_leaf_must_not_be_written_while_recording():
    x = leaf([1.0])
    with autograd.record(), pytest.raises(RuntimeError, match=r"autograd\.pause\(\)"):
        x[0] = 5
    with autograd.record(), pytest.raises(RuntimeError, match=r"autograd\.pause\(\)"):
        x += 1
    with autograd.record(), autograd.pause():
        x[0] = 5
    assert x.tolist() == [5]


def test_what_was_saved_survives_a_later_write():
    x = leaf([2.0])
    with autograd.record():
        y = np.exp(x * 1.0)
        z = x * x
    x[...] = 100
    z.backward()
    assert x.grad.tolist() == [4]
    del y


def test_write_while_recording_is_part_of_the_gradient():
    x = leaf([1.0, 2.0, 3.0])
    with autograd.record():
        y = x * 2
        y[1] = x[0] * 5
        y[2:] *= 3
    y.backward()
    assert x.grad.tolist() == [7, 0, 6]


def test_filling_row_by_row_has_the_right_gradient():
    x = leaf([0.5])
    with autograd.record():
        out = np.zeros((6, 1))
        out[0] = x
        for t in range(1, 6):
            out[t] = out[t - 1] * x
        last = out[5]
    last.backward()
    numpy.testing.assert_allclose(x.grad.asnumpy(), [6 * 0.5**5], rtol=1e-6)


def test_a_deep_chain_needs_no_stack():
    x = leaf([1.0])
    with autograd.record():
        y = x
        for _ in range(100_000):
            y = y + 1.0
    y.backward()
    assert x.grad.tolist() == [1]


def test_gradient_through_a_broadcast_and_a_cast_has_the_inputs_type():
    x = np.ones((3, 1), "float64")
    x.attach_grad()
    with autograd.record():
        y = (x.astype("float32") * np.ones((2, 3, 4))).sum()
    y.backward()
    assert x.grad.dtype == "float64"
    assert x.grad.tolist() == [[8], [8], [8]]


def test_attach_grad_covers_a_whole_and_gives_a_part_a_box_of_its_own():
    x = np.arange(6).astype("float32").reshape(2, 3)
    x.attach_grad()
    whole = np.zeros(4)
    part = whole[1:3]
    part.attach_grad()
    part[:] = 5
    assert whole.tolist() == [0, 0, 0, 0]
    with autograd.record():
        z = (part * part).sum()
    z.backward()
    assert part.grad.tolist() == [10, 10]
    with autograd.record():
        y = (x * x).sum()
    y.backward()
    assert x.grad.tolist() == [[0, 2, 4], [6, 8, 10]]


def test_nothing_flows_through_an_operator_without_gradient():
    x = leaf([1.0, 2.0])
    with autograd.record():
        y = np.argmax(x, axis=0).astype("float32")
    with pytest.raises(RuntimeError, match="backward: the head has no history"):
        y.backward()
