"""When the arrays of gradients are there: from the first use on, and not after a planned update."""

import numpy
import pytest
import weft
from weft import autograd, gluon, np, npx
from weft.gluon import nn


def live_bytes():
    npx.waitall()
    return weft.memory.stats()["live"]


def dense(units=512, in_units=512):
    net = nn.Dense(units, use_bias=False, in_units=in_units)
    net.initialize()
    return net


def pass_back(net, x):
    with autograd.record():
        loss = np.square(net(x)).sum()
    loss.backward()


def hybridized_step(net, trainer, given_back=lambda net: ()):
    @weft.hybridize
    def step(x):
        pass_back(net, x)
        trainer.step(1)
        return given_back(net)

    return step


def test_a_network_that_is_not_trained_has_no_gradient_arrays():
    before = live_bytes()
    net = dense()
    assert live_bytes() - before < 512 * 512 * 4 + 4096
    net(np.ones((1, 512)))
    net.zero_grad()
    assert live_bytes() - before < 512 * 512 * 4 + 8192


@pytest.mark.parametrize("grad_req", ["write", "add"])
def test_a_gradient_that_nobody_wrote_reads_as_zeros(grad_req):
    net = dense(2, 3)
    net.weight.grad_req = grad_req
    gradient = net.weight.grad()
    assert gradient.asnumpy().tolist() == numpy.zeros((2, 3)).tolist()
    x = np.array([[1.0, 2, 3]])
    pass_back(net, x)
    first = gradient.asnumpy()
    assert numpy.any(first)
    pass_back(net, x)
    numpy.testing.assert_array_equal(
        net.weight.grad().asnumpy(), first * (2 if grad_req == "add" else 1)
    )
    net.zero_grad()
    assert not numpy.any(gradient.asnumpy())  # the same array


def test_a_gradient_array_can_be_shared_before_backward():
    x = np.ones(3)
    x.attach_grad()
    shared = numpy.from_dlpack(x.grad)
    with autograd.record():
        y = (x * x).sum()
    y.backward()
    npx.waitall()
    assert shared.tolist() == [2, 2, 2]


def test_gradients_die_in_a_planned_step():
    net = dense()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1e-6})
    step = hybridized_step(net, trainer)
    x = np.ones((1, 512))
    step(x)
    gradients = [a for a in step.cache.last.function.captures() if a.shape == (512, 512)]
    assert len(gradients) == 1  # the parameter alone
    with pytest.raises(RuntimeError, match=r"used up.*keep_gradients=True"):
        net.weight.grad()
    with pytest.raises(RuntimeError, match="was not written since the last step"):
        trainer.step(1)
    net.zero_grad()
    assert not numpy.any(net.weight.grad().asnumpy())


def test_memory_of_gradients_goes_back_when_a_planned_step_takes_over():
    net = dense()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1e-6})
    x = np.ones((1, 512))
    pass_back(net, x)
    trainer.step(1)
    with_gradient = live_bytes()
    step = hybridized_step(net, trainer)
    step(x)
    taken = step.cache.last.function.memory()["arena"]
    assert live_bytes() - taken < with_gradient - 512 * 512 * 3
    pass_back(net, x)
    assert numpy.any(net.weight.grad().asnumpy())
    trainer.step(1)


def test_a_gradient_that_a_step_returns_is_that_of_its_backward():
    net, other = dense(2, 3), dense(2, 3)
    other.weight.set_data(net.weight.data().copy())
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    step = hybridized_step(net, trainer, lambda net: net.weight.grad())
    x = np.array([[1.0, 2, 3]])
    found = step(x)
    pass_back(other, x)
    numpy.testing.assert_array_equal(found.asnumpy(), other.weight.grad().asnumpy())


def test_gradients_that_add_up_stay():
    found = []
    for prepare in (lambda f: f, weft.hybridize):
        np.random.seed(1)
        net = dense(2, 3)
        net.weight.grad_req = "add"
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01})

        def step(x, net=net, trainer=trainer):
            pass_back(net, x)
            trainer.step(1)

        function = prepare(step)
        for _ in range(3):
            function(np.array([[1.0, 2, 3]]))
        found.append((net.weight.grad().asnumpy(), net.weight.data().asnumpy()))
    numpy.testing.assert_array_equal(found[0][0], found[1][0])
    numpy.testing.assert_array_equal(found[0][1], found[1][1])


def test_a_gradient_that_the_step_read_before_is_written():
    x = np.array([[1.0, 2, 3]])
    found = []
    for prepare in (lambda f: f, weft.hybridize):
        np.random.seed(1)
        net = dense(2, 3)
        trainer = gluon.Trainer(net.collect_params(), "sgd")

        def step(x, net=net, trainer=trainer):
            last = net.weight.grad() + 0
            pass_back(net, x)
            trainer.step(1)
            return last

        function = prepare(step)
        found.append([function(x).asnumpy().tolist() for _ in range(4)])
    assert found[0] == found[1]
    assert found[0][0] != found[0][1] != found[0][2]


def test_another_gradient_request_is_another_trace():
    net = dense(2, 3)
    x = np.array([[1.0, 2, 3]])
    step = weft.hybridize(lambda x: pass_back(net, x))
    step(x)
    once = net.weight.grad().asnumpy()
    net.weight.grad_req = "add"
    for _ in range(2):
        step(x)
    numpy.testing.assert_array_equal(net.weight.grad().asnumpy(), 2 * once)
    net.weight.grad_req = "write"
    step(x)
    numpy.testing.assert_array_equal(net.weight.grad().asnumpy(), once)


def test_zeros_written_after_the_update_are_seen_outside():
    net = dense(2, 3)
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    x = np.array([[1.0, 2, 3]])
    pass_back(net, x)
    step = hybridized_step(net, trainer, lambda net: net.zero_grad())
    step(x)
    assert not numpy.any(net.weight.grad().asnumpy())


def test_arrays_with_one_gradient_have_it_apart():
    a, b, head = np.ones(4), np.ones(4), np.array([1.0, 2, 3, 4])
    for x in (a, b):
        x.attach_grad()
    for _ in range(2):
        with autograd.record():
            y = a + b
        y.backward(head)
        a.grad[...] = 7
        assert b.grad.asnumpy().tolist() == head.asnumpy().tolist() == [1, 2, 3, 4]
    with autograd.record():
        y = a * 1
    y.backward(head)
    head[...] = 0
    assert a.grad.asnumpy().tolist() == [1, 2, 3, 4]


def test_what_was_taken_of_a_gradient_stays_and_what_shares_it_follows():
    x = np.ones(3)
    x.attach_grad()

    def pass_back_times(factor):
        with autograd.record():
            y = (x * factor).sum()
        y.backward()

    pass_back_times(2)
    gradient, part = x.grad, x.grad[1:]
    value = gradient.asnumpy()
    pass_back_times(3)
    assert value.tolist() == [2, 2, 2]
    assert gradient.asnumpy().tolist() == [3, 3, 3]
    assert part.asnumpy().tolist() == [3, 3]
    address = gradient.numpy().ctypes.data
    shared = numpy.asarray(gradient)
    pass_back_times(4)
    assert shared.tolist() == [4, 4, 4]
    assert gradient.numpy().ctypes.data == address
