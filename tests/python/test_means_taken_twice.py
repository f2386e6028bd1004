"""A warning where a mean over the batch is divided by its size once more."""

import warnings

import pytest
from weft import autograd, gluon, np
from weft.gluon import nn

LOSS = gluon.loss.L2Loss()


def after(reduced, size, *, adds=False, steps=1, method="step"):
    """Warnings of some steps."""
    net = nn.Dense(1, in_units=3)
    net.initialize()
    if adds:
        net.setattr("grad_req", "add")
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(steps):
            with autograd.record():
                loss = reduced(LOSS(net(np.ones((8, 3))), np.ones((8, 1))))
            loss.backward()
            if method == "update":
                trainer.allreduce_grads()
            getattr(trainer, method)(size)
    return [(str(warning.message), warning.filename) for warning in told]


@pytest.mark.parametrize("reduced", [lambda x: x.mean(), np.mean, lambda x: np.mean(x, axis=0)])
@pytest.mark.parametrize("method", ["step", "update"])
def test_a_mean_that_is_divided_again_is_told_once_at_its_line(reduced, method):
    ((text, place),) = after(reduced, 8, steps=3, method=method)
    assert f"{method}: `backward` was called on a mean over 8 samples" in text
    assert f"`trainer.{method}(1)`" in text and place == __file__


@pytest.mark.parametrize(
    "reduced, options",
    [
        (lambda x: x, {"size": 8}),
        (lambda x: x.sum(), {"size": 8}),
        (lambda x: x.mean(), {"size": 1}),
        (lambda x: x.mean(), {"size": 4}),
        (lambda x: x.mean(), {"size": 8, "adds": True}),  # of eight batches
        (lambda x: x.reshape(8, 1).mean(axis=1), {"size": 8}),
    ],
)
def test_what_is_divided_once_is_right(reduced, options):
    assert after(reduced, **options) == []


def test_a_mean_of_which_nobody_called_backward_is_none():
    net = nn.Dense(1, in_units=3)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with autograd.record():
            loss = LOSS(net(np.ones((8, 3))), np.ones((8, 1)))
            shown = loss.mean()
        loss.backward()
        trainer.step(8)
    assert shown.shape == ()
