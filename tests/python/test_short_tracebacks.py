"""Errors of a program in `fit` have the program's frames alone, and those of Weft where it is asked
for them or has failed itself."""

import os
import traceback

import numpy
import pytest
import weft
from weft import callbacks, gluon, np
from weft._base import tracebacks
from weft._base.errors import Internal
from weft.gluon import nn
from weft.gluon.contrib.estimator import Estimator

X, Y = numpy.zeros((8, 3), "float32"), numpy.zeros(8, "int64")
PACKAGE = os.path.dirname(weft.__file__)


class Wrong(nn.HybridSequential):
    def forward(self, x):
        return np.matmul(super().forward(x), x)


def wrong_loss(pred, label):
    return pred.nothing


class WrongCallback(callbacks.Callback):
    def on_train_batch_end(self, batch, logs):
        return {}["loss"]


class WrongData(gluon.data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, index):
        return X[index + 9], Y[index]


def model_of(net=None, loss="softmax_cross_entropy"):
    return weft.Model(net or nn.Dense(3), loss, "sgd")


def estimator_of(net):
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    return Estimator(net, gluon.loss.SoftmaxCELoss(), trainer=trainer)


LOADER = gluon.data.DataLoader(gluon.data.ArrayDataset(X, Y), 4)
CALLS = {
    "network": (lambda: model_of(Wrong(nn.Dense(3))).fit(X, Y, verbose=0), ValueError, "forward"),
    "loss": (lambda: model_of(loss=wrong_loss).fit(X, Y, verbose=0), AttributeError, "wrong_loss"),
    "callback": (
        lambda: model_of().fit(X, Y, callbacks=WrongCallback(), verbose=0),
        KeyError,
        "on_train_batch_end",
    ),
    "data": (lambda: model_of().fit(WrongData(), verbose=0), IndexError, "__getitem__"),
    "evaluate": (lambda: model_of(loss=wrong_loss).evaluate(X, Y), AttributeError, "wrong_loss"),
    "predict": (lambda: model_of(Wrong(nn.Dense(3))).predict(X), ValueError, "forward"),
    "a batch": (
        lambda: model_of(loss=wrong_loss).train_on_batch(X, Y),
        AttributeError,
        "wrong_loss",
    ),
    "estimator": (
        lambda: estimator_of(Wrong(nn.Dense(3))).fit(LOADER, epochs=1),
        ValueError,
        "forward",
    ),
}


def frames_of(call, kind):
    with pytest.raises(kind) as found:
        call()
    frames = traceback.extract_tb(found.value.__traceback__)
    return [f for f in frames if f.filename.startswith(PACKAGE)], frames


@pytest.mark.parametrize("name", CALLS)
def test_an_error_of_the_program_has_no_frames_of_weft(name):
    call, kind, innermost = CALLS[name]
    ours, frames = frames_of(call, kind)
    assert not ours
    assert frames[-1].name == innermost and len(frames) == 3  # this test's, the call's, its own


@pytest.mark.parametrize("name", CALLS)
def test_all_frames_are_there_when_asked_for(name, monkeypatch):
    call, kind, innermost = CALLS[name]
    monkeypatch.setattr(tracebacks.switch, "is_full", False)
    weft.debug.full_tracebacks()
    ours, frames = frames_of(call, kind)
    assert len(ours) > 4 and frames[-1].name == innermost


def test_what_led_to_an_error_is_kept_and_short():
    class Again(callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            try:
                self.model.predict("no numbers")
            except TypeError as error:
                raise RuntimeError("again") from error

    with pytest.raises(RuntimeError, match="again") as found:
        model_of().fit(X, Y, verbose=0, callbacks=Again())
    cause = found.value.__cause__
    assert isinstance(cause, TypeError)
    inner = traceback.extract_tb(cause.__traceback__)
    assert [frame.name for frame in inner] == ["on_epoch_end"]


def test_an_argument_that_does_not_fit_is_an_error_of_the_caller():
    ours, frames = frames_of(lambda: model_of().fit(X, Y[:3], verbose=0), ValueError)
    assert not ours and frames[-1].name == "<lambda>"


@pytest.mark.parametrize("kind", [Internal, ZeroDivisionError])
def test_a_defect_of_weft_shows_where_it_is(kind, monkeypatch):
    path = os.path.join(PACKAGE, "training", "_steps.py")  # as if it stood there
    scope = {"kind": kind}
    exec(compile("def train(self, batch):\n    raise kind('here')", path, "exec"), scope)
    monkeypatch.setattr("weft.training._steps.Steps.train", scope["train"])
    ours, frames = frames_of(lambda: model_of().fit(X, Y, verbose=0), kind)
    assert len(ours) > 4 and frames[-1].name == "train"
