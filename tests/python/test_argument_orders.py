"""Losses and metrics that are functions take prediction and label in one order, or by name, and no
shapes are broadcast in silence."""

import functools

import numpy
import pytest
import weft
from sklearn import metrics
from weft import metric, np
from weft.gluon import nn

X = numpy.random.default_rng(1).normal(size=(12, 3)).astype("float32")
Y = numpy.random.default_rng(2).normal(size=(12, 1)).astype("float32")


def by_order(a, b):
    return (a - b).mean()


def keras(y_true, y_pred):
    return (y_pred - y_true).mean()


def torch(output, target):
    return (output - target).mean()


def half_named(target, x):
    return (x - target).mean()


def gluon_metric(label, pred):
    return (pred - label).mean()


FUNCTIONS = {
    "by order": by_order,
    "of Keras": keras,
    "of PyTorch": torch,
    "half named": half_named,
    "of Gluon's metrics": gluon_metric,
    "a lambda": lambda y, p: (p - y).mean(),
    "partial": functools.partial(lambda scale, y_pred, y_true: (y_pred - y_true).mean() * scale, 1),
    "capitals": lambda Y_true, Y_pred: (Y_pred - Y_true).mean(),  # noqa: N803
    "options": lambda pred, label, scale=1.0: (pred - label).mean() * scale,
}


def model_of(loss, figures=None):
    net = nn.Dense(1, in_units=3)
    net.initialize(weft.init.Constant(0.5))
    options = {"learning_rate": 0.0}
    return weft.Model(net, loss, "sgd", figures, optimizer_params=options)


WANTED = (X.sum(1, keepdims=True) * 0.5 - Y).mean()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_loss_and_a_metric_get_what_their_names_say(name):
    function = FUNCTIONS[name]
    found = metric.CustomMetric(function, "own")
    model = model_of(function, [found])
    history = model.fit(X, Y, batch_size=12, verbose=0)
    assert history["loss"] == [pytest.approx(WANTED, rel=1e-4)]
    assert history["own"] == [pytest.approx(WANTED, rel=1e-4)]
    assert model.evaluate(X, Y, batch_size=12)["own"] == pytest.approx(WANTED, rel=1e-4)


def test_a_function_of_scikit_learn_is_a_metric():
    labels = (Y[:, 0] > 0).astype("int64")
    model = model_of("sigmoid_bce", [metrics.roc_auc_score])
    found = model.evaluate(X, labels, batch_size=12)["roc_auc_score"]
    assert found == pytest.approx(metrics.roc_auc_score(labels, X.sum(1)))


def test_names_that_mean_the_same_are_refused():
    def both(y_true, target):
        return 0.0

    with pytest.raises(ValueError, match=r"a prediction and a label.*got \(y_true, target\)"):
        metric.CustomMetric(both)
    with pytest.raises(ValueError, match=r"fit: `loss`: .*got \(y_true, target\)"):
        model_of(both).fit(X, Y, verbose=0)


BROADCASTS = {
    "difference": lambda pred, label: abs(pred - label).mean(),
    "of a result": lambda pred, label: (numpy.exp(pred) * 2 == numpy.square(label)).mean(),
    "where": lambda pred, label: numpy.maximum(pred, label).max(),
    "in place": lambda pred, label: numpy.subtract(pred.copy(), label).sum(),
}


@pytest.mark.parametrize("name", BROADCASTS)
def test_a_metric_does_not_broadcast_columns_against_rows(name):
    found = metric.CustomMetric(BROADCASTS[name], "own")
    with pytest.raises(ValueError, match=r"own: .*shapes \(12, 1\) and \(12,\).*`y.reshape"):
        found.update(np.array(Y[:, 0]), np.array(Y))
    found.update(np.array(Y), np.array(Y))


def test_a_metric_may_bring_shapes_together_itself():
    found = metric.CustomMetric(lambda pred, label: abs(pred[:, 0] - label).mean(), "own")
    found.update(np.array(Y[:, 0]), np.array(Y + 1))
    assert found.get()[1] == pytest.approx(1.0, rel=1e-6)
    classes = metric.CustomMetric(lambda pred, label: (pred.argmax(1) == label).mean(), "right")
    classes.update(np.array([0, 1]), np.array([[2.0, 1.0], [2.0, 1.0]]))
    assert classes.get()[1] == 0.5


def test_names_of_functions_of_mxnets_face_do_not_matter():
    from weft import mxnet as mx

    found = mx.gluon.metric.CustomMetric(lambda pred, label: (pred - label).sum())
    found.update([np.array([3.0])], [np.array([1.0])])  # label first, as MXNet has it
    assert found.get()[1] == 2.0
