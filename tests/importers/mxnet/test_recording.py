"""`mx.autograd`: gradients of integers, gradients in given arrays, the mode of a sweep."""

import numpy
import pytest
from weft import mxnet as mx
from weft.mxnet import np

RANDOM = numpy.random.default_rng(5)


def gradient(function, values, dtype):
    """The gradient of what `function` gives, summed, at an array of a dtype."""
    x = np.array(values, dtype=dtype)
    x.attach_grad()
    with mx.autograd.record():
        y = function(x)
    y.backward()
    assert x.grad.dtype == x.dtype
    return x.grad.asnumpy()


OF_INTEGERS = {
    "a product": lambda x: x * x * 3,
    "a power": lambda x: x**3,
    "a sum along an axis": lambda x: np.sum(x * x, 0),
    "a product of all": lambda x: np.prod(x),
    "a part": lambda x: x[1:] * 2,
    "a choice": lambda x: np.where(x > 3, x * 5, x),
    "the largest": lambda x: np.max(x, 1),
    "a matrix product": lambda x: np.dot(x, x.T),
    "joined arrays": lambda x: np.concatenate([x, x * 2], 1),
    "fractions": lambda x: x.astype("float64") * 2.0,
    "sums so far": lambda x: np.cumsum(x, 0),
    "pieces": lambda x: np.add(*np.split(x, 2, 1)),
    "what a number divides": lambda x: np.floor(x.astype("float64") / 0.25),
}


@pytest.mark.parametrize("name", OF_INTEGERS)
@pytest.mark.parametrize("dtype", ["int8", "int32", "int64"])
def test_integers_have_the_gradient_of_their_fractions(name, dtype):
    values = RANDOM.permutation(6).reshape(3, 2) + 1
    values[0, 0] = 2
    found = gradient(OF_INTEGERS[name], values, dtype)
    wanted = gradient(OF_INTEGERS[name], values, "float64")
    numpy.testing.assert_array_equal(found, wanted.astype(dtype))


def test_gradients_of_integers_lose_their_fraction():
    assert gradient(lambda x: x * 0.5 + x * 2.9, [1, 2], "int32").tolist() == [2, 2]
    assert gradient(np.sqrt, [4, 1], "int32").tolist() == [0, 0]
    assert gradient(lambda x: x.astype("int64") * 7, [4, 1], "int8").tolist() == [7, 7]


def test_what_has_no_derivative_is_a_constant_also_of_integers():
    x = np.array([1, 5, 3], dtype="int32")
    x.attach_grad()
    with mx.autograd.record():
        y = np.argmax(x) * x
    y.backward()
    assert x.grad.tolist() == [1, 1, 1]


def test_gradients_of_integers_add_up_and_become_zero():
    x = np.array([1, 2], dtype="int32")
    x.attach_grad("add")
    for _ in range(2):
        with mx.autograd.record():
            y = x * 3
        y.backward()
    assert x.grad.tolist() == [6, 6]
    x.zero_grad()
    assert x.grad.tolist() == [0, 0]


@pytest.mark.parametrize("make", [mx.np.array, mx.nd.array])
@pytest.mark.parametrize("how", ["write", "add"])
def test_marked_variables_hand_over_gradients_of_every_backward(make, how):
    x, into = make([1.0, 2.0]), make([0.0, 0.0])
    mx.autograd.mark_variables([x], [into], how)
    for _ in range(2):
        with mx.autograd.record():
            y = x * 3
        y.backward()
    wanted = 3.0 if how == "write" else 6.0
    assert into.asnumpy().tolist() == [wanted, wanted]
    assert x.grad.asnumpy().tolist() == [wanted, wanted]


def test_a_part_of_an_array_can_be_where_a_gradient_goes():
    x, whole = np.array([1.0, 2.0]), np.zeros(4)
    mx.autograd.mark_variables([x], [whole[1:3]])
    with mx.autograd.record():
        y = x * x
    y.backward()
    assert whole.tolist() == [0, 2, 4, 0]


def test_marks_that_do_not_fit_are_named():
    x = np.ones(3)
    with pytest.raises(ValueError, match=r"`gradient` must have the array's shape \(3,\)"):
        mx.autograd.mark_variables([x], [np.zeros(2)])
    with pytest.raises(ValueError, match="`grad_reqs` must be"):
        mx.autograd.mark_variables([x], [np.zeros(3)], "wrote")


@pytest.mark.parametrize("mode", [True, False])
def test_backward_runs_functions_in_the_mode_that_is_asked_for(mode):
    seen = []

    class Double(mx.autograd.Function):
        def forward(self, x):
            return x * 2

        def backward(self, dy):
            seen.append(mx.autograd.is_training())
            return dy * 2

    x = np.ones(3)
    x.attach_grad()
    with mx.autograd.record():
        y = Double()(x)
    y.backward(train_mode=mode)
    assert seen == [mode]
    assert not mx.autograd.is_training()


def test_hybridized_blocks_give_gradients_of_integers_and_floats():
    class Cube(mx.gluon.HybridBlock):
        def forward(self, x):
            return x * x * x

    net = Cube()
    net.hybridize()
    for dtype in ("int32", "float32", "int32"):
        assert gradient(net, [1, 2], dtype).tolist() == [3, 12]


def test_a_second_backward_needs_the_first_to_retain_the_graph():
    x = mx.nd.ones((2,))
    x.attach_grad("add")
    with mx.autograd.record():
        y = x + 1
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.asnumpy().tolist() == [2, 2]
    for again in (y.backward, lambda: mx.autograd.backward([y])):
        with pytest.raises(mx.MXNetError, match="pass retain_graph=True to that one"):
            again()
    assert x.grad.asnumpy().tolist() == [2, 2]


def test_a_gradient_is_fresh_until_it_is_used():
    x = mx.nd.ones((2,))
    mx.autograd.mark_variables([x], [mx.nd.zeros((2,))])
    assert not x._fresh_grad
    with mx.autograd.record():
        y = x * 2
    y.backward()
    assert x._fresh_grad
    x._fresh_grad = False
    assert not x._fresh_grad
