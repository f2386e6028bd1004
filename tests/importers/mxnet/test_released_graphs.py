"""What a backward without `retain_graph` releases, to what was recorded before it and after it.

Outcomes are those of MXNet 1.9.1, but that a part that no backward visited may go on."""

import numpy
import pytest
from weft import mxnet as mx
from weft import npx as native_npx
from weft.mxnet import autograd, np, npx


def leaf(*values):
    array = np.array(values)
    array.attach_grad()
    return array


RELEASED = "an earlier backward released; pass retain_graph=True"


def test_an_older_head_that_shares_released_work_is_refused():
    x, w = leaf(3.0), leaf(2.0)
    with autograd.record():
        shared = x * x
        one, two = shared * 2, shared * w
    one.backward()
    with pytest.raises(mx.MXNetError, match=RELEASED):
        two.backward()
    assert w.grad.item() == 0  # nothing was delivered


def test_it_is_refused_where_other_paths_reach_a_variable():
    x, w = leaf(3.0), leaf(2.0)
    with autograd.record():
        shared = x * x
        one = shared * 2
        two = (shared * w).sum() + (w * w).sum()
    one.backward()
    with pytest.raises(mx.MXNetError, match=RELEASED):
        two.backward()


def test_it_is_refused_where_nothing_was_saved():
    x = leaf(3.0)
    with autograd.record():
        shared = x + 1
        one, two = shared + 2, shared + 3
    one.backward()
    with pytest.raises(mx.MXNetError, match=RELEASED):
        two.backward()
    with pytest.raises(mx.MXNetError, match=RELEASED):
        one.backward()


def test_it_is_refused_through_later_work():
    x, w = leaf(3.0), leaf(2.0)
    with autograd.record():
        shared = x * x
        one, two = shared * 2, shared * w
    one.backward()
    with autograd.record():
        later = two * 5
    with pytest.raises(mx.MXNetError, match=RELEASED):
        later.backward()


@pytest.mark.parametrize("is_view", [False, True])
def test_a_head_made_before_is_refused_whether_it_is_a_view_or_not(is_view):
    x = leaf(3.0, 4.0)
    with autograd.record():
        shared = x * x
        one = (shared * 2).sum()
        two = shared[:1] if is_view else shared.sum()
    one.backward()
    with pytest.raises(mx.MXNetError, match=RELEASED):
        two.backward()


def test_an_older_head_is_refused_beside_a_new_one():
    x, w = leaf(3.0), leaf(2.0)
    with autograd.record():
        shared = x * x
        one, two = shared * 2, shared * w
    one.backward()
    with autograd.record():
        new = shared * w
    with pytest.raises(mx.MXNetError, match=RELEASED):
        autograd.backward([new, two])
    new.backward()
    assert w.grad.item() == 9


def test_gradients_of_variables_behind_what_was_released_are_refused_as_well():
    """Other variables have theirs: nothing that was released leads to them."""
    x, w = leaf(3.0), leaf(2.0)
    with autograd.record():
        shared = x * x
        one, two = shared * 2, shared * w
    one.backward()
    (found,) = autograd.grad(two, [w], retain_graph=True)
    assert found.item() == 9
    with pytest.raises(mx.MXNetError, match=RELEASED):
        autograd.grad(two, [x])


def test_a_checkpoint_of_released_work_is_refused():
    x, w = leaf(3.0), leaf(2.0)
    with autograd.record():
        shared = x * x
        one = shared * 2
        two = native_npx.checkpoint(lambda a, b: a * b, shared, w)
    one.backward()
    with pytest.raises(mx.MXNetError, match=RELEASED):
        two.backward()


def test_retained_work_serves_both():
    x = leaf(3.0)
    with autograd.record():
        shared = x * x
        one, two = shared * 2, shared * 5
    one.backward(retain_graph=True)
    assert x.grad.item() == 12
    two.backward()
    assert x.grad.item() == 30


def test_a_leaf_can_be_a_head_more_than_once():
    x = leaf(3.0)
    for _ in range(2):
        autograd.backward([x])
        assert x.grad.item() == 1


def test_states_that_no_backward_visited_go_on_as_constants():
    x, w = leaf(1.0, 2.0), leaf(0.3, 0.1)
    state, before = np.zeros(2), numpy.zeros(2)
    for _ in range(3):
        with autograd.record():
            new = npx.activation(x * w + state, "tanh")
            loss, state = (new * new).sum(), new.reshape((2, 1)).reshape((2,)) * 2
        loss.backward()
        before = numpy.tanh(numpy.array([0.3, 0.2]) + 2 * before)
        expected = 2 * before * (1 - before**2) * numpy.array([1.0, 2.0])
        numpy.testing.assert_allclose(w.grad.asnumpy(), expected, rtol=1e-4)


# ---- gradients of results


def test_a_result_gets_its_gradient_and_keeps_its_history():
    x, y = leaf(1.0, 2.0), leaf(5.0, 6.0)
    with autograd.record():
        product = x * y
        out = product * x
    product.attach_grad()
    out.attach_grad()
    out.backward(np.array([10.0, 100.0]), retain_graph=True)
    assert product.grad.asnumpy().tolist() == [10, 200]
    assert out.grad.asnumpy().tolist() == [10, 100]
    assert x.grad.asnumpy().tolist() == [100, 2400]
    product.drop_grad()
    out.drop_grad()
    y.drop_grad()
    out.backward()
    assert product.grad is None and out.grad is None and y.grad is None
    assert x.grad.asnumpy().tolist() == [10, 24]


def test_gradients_of_results_add_up_where_they_shall():
    x = leaf(2.0)
    with autograd.record():
        square = x * x
        square.attach_grad("add")
        out = square * 3
    for times in (1, 2):
        out.backward(retain_graph=True)
        assert square.grad.item() == 3 * times and x.grad.item() == 12


def test_the_gradient_of_one_of_several_outputs_and_of_a_view():
    x = leaf(1.0, 2.0, 3.0, 4.0)
    with autograd.record():
        squares = x * x
        first, second = np.split(squares, 2)
        out = (first * 2).sum() + (second * 5).sum()
    second.attach_grad()
    assert squares.grad is None and first.grad is None
    out.backward()
    assert second.grad.asnumpy().tolist() == [5, 5] and first.grad is None
    assert x.grad.asnumpy().tolist() == [4, 8, 30, 40]


def test_arrays_of_mx_nd_lose_their_history_while_recording_as_in_1_x():
    x = mx.nd.array([3.0])
    x.attach_grad()
    with autograd.record():
        middle = x * x
        middle.attach_grad()
        out = middle * middle + x
    out.backward()
    assert middle.grad.asscalar() == 18 and x.grad.asscalar() == 1
