"""Gradients that are clipped by the norm of their mean over the batch: one meaning everywhere."""

import math

import numpy
import pytest
import weft
from weft import amp, autograd, gluon, np
from weft.gluon import nn

RATE = 0.5
WAYS = ["step", "update", "hybridized", "compiled", "closure", "model", "accumulated", "scaled"]


def batch():
    drawn = numpy.random.default_rng(0)
    return drawn.normal(size=(12, 4)).astype("float32"), drawn.integers(0, 3, 12)


def network():
    net = nn.HybridSequential(nn.Dense(5, activation="tanh", in_units=4), nn.Dense(3, in_units=5))
    net.initialize()
    drawn = numpy.random.default_rng(1)
    for parameter in net.collect_params().values():
        values = drawn.normal(size=parameter.shape).astype("float32")
        parameter.set_data(np.array(values))
    return net


def contents(net):
    return [p.data().asnumpy() for p in net.collect_params().values()]


def stepped(way, most):
    """Parameters after one step of gradient descent."""
    net, (x, y) = network(), batch()
    x, y = np.array(x), np.array(y)
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    options = {"learning_rate": RATE}
    if way in ("model", "accumulated"):
        model = weft.Model(
            net, "softmax_cross_entropy", "sgd", optimizer_params=options, clip_global_norm=most
        )
        size = {"batch_size": 12} if way == "model" else {"batch_size": 4, "accumulate": 3}
        model.fit(x, y, shuffle=False, verbose=0, **size)
        return contents(net)
    trainer = gluon.Trainer(net.collect_params(), "sgd", options)
    if way == "compiled":
        trainer.compile(net, loss_of, clip_global_norm=most)(x, y)
        return contents(net)
    if way == "scaled":
        amp.init_trainer(trainer)

    def backward():
        with autograd.record():
            loss = loss_of(net(x), y)
            if way == "scaled":
                with amp.scale_loss(loss, trainer) as scaled:
                    autograd.backward(scaled)
        if way != "scaled":
            loss.backward()
        return loss

    def whole():
        backward()
        trainer.step(12, clip_global_norm=most)

    if way == "closure":
        trainer.step(12, backward, clip_global_norm=most)
    elif way == "hybridized":
        weft.hybridize(whole)()
    elif way == "update":
        backward()
        trainer.allreduce_grads()
        trainer.update(12, clip_global_norm=most)
    else:
        whole()
    return contents(net)


def mean_gradients():
    net, (x, y) = network(), batch()
    with autograd.record():
        loss = gluon.loss.SoftmaxCrossEntropyLoss()(net(np.array(x)), np.array(y)).mean()
    loss.backward()
    return [p.grad().asnumpy() for p in net.collect_params().values()]


@pytest.mark.parametrize("most", [None, 0.1, 1e3])
@pytest.mark.parametrize("way", WAYS)
def test_the_norm_of_the_mean_over_the_batch_is_bounded(way, most):
    slopes = mean_gradients()
    norm = math.sqrt(sum(float((slope.astype("float64") ** 2).sum()) for slope in slopes))
    factor = 1.0 if most is None else min(1.0, most / norm)
    assert most != 0.1 or factor < 0.5
    before = contents(network())
    for found, value, slope in zip(stepped(way, most), before, slopes, strict=True):
        numpy.testing.assert_allclose(found, value - RATE * factor * slope, rtol=1e-4, atol=1e-6)


@pytest.mark.torch
@pytest.mark.parametrize("way", WAYS)
def test_a_clipped_step_is_that_of_pytorch_on_the_mean_loss(way):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Tanh(), torch.nn.Linear(5, 3))
    with torch.no_grad():
        for mine, value in zip(theirs.parameters(), contents(network()), strict=True):
            mine.copy_(torch.tensor(value))
    x, y = batch()
    optimizer = torch.optim.SGD(theirs.parameters(), lr=RATE)
    torch.nn.functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(y)).backward()
    torch.nn.utils.clip_grad_norm_(theirs.parameters(), 0.1)
    optimizer.step()
    for found, mine in zip(stepped(way, 0.1), theirs.parameters(), strict=True):
        numpy.testing.assert_allclose(found, mine.detach().numpy(), rtol=1e-4, atol=1e-6)


def test_old_gradients_do_not_count():
    used, unused = nn.Dense(1, in_units=2), nn.Dense(1, in_units=2)
    for layer in (used, unused):
        layer.initialize()
    params = [*used.collect_params().values(), *unused.collect_params().values()]
    trainer = gluon.Trainer({str(n): p for n, p in enumerate(params)}, "sgd")
    with autograd.record():
        loss = 1e6 * unused(np.ones((1, 2)))
    loss.backward()
    trainer.step(1, ignore_stale_grad=True)
    before = used.bias.data().copy()
    with autograd.record():
        loss = 0.5 * used(np.zeros((1, 2)))
    loss.backward()
    trainer.set_learning_rate(1.0)
    trainer.step(1, ignore_stale_grad=True, clip_global_norm=1.0)
    assert float((before - used.bias.data()).item()) == 0.5


@pytest.mark.parametrize(
    "most, error, text",
    [
        (0, ValueError, "`clip_global_norm` must be positive; got 0"),
        (-1.0, ValueError, "must be positive; got -1.0"),
        (float("nan"), ValueError, "must be positive; got nan"),
        ("1", TypeError, "must be a number; got str"),
        (True, TypeError, "must be a number; got bool"),
    ],
)
@pytest.mark.parametrize("method", ["step", "update"])
def test_a_bound_that_is_none_is_refused(method, most, error, text):
    trainer = gluon.Trainer(network().collect_params(), "sgd")
    with pytest.raises(error, match=f"{method}: .*{text}"):
        getattr(trainer, method)(1, clip_global_norm=most)


def test_an_optimizer_that_searches_takes_gradients_as_they_are():
    net = network()
    trainer = gluon.Trainer(net.collect_params(), "lbfgs")
    with pytest.raises(ValueError, match="`clip_global_norm` is not for LBFGS"):
        trainer.step(1, lambda: None, clip_global_norm=1.0)
