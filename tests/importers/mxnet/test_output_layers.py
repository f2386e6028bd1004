"""Output layers of 1.x: predictions forward, gradients that are written down backward, eager and
hybridized."""

import numpy
import pytest
from operators import network
from scipy import special
from weft import autograd, np
from weft.mxnet._operators import invoke

G = numpy.random.default_rng(2)
X = G.normal(size=(4, 3)).astype("float32")
LABEL = numpy.array([0, 2, 1, 2], "float32")
IMAGE = G.normal(size=(2, 3, 2, 2)).astype("float32")
IMAGE_LABEL = numpy.array([[[0, 1], [2, 255]], [[1, 1], [0, 2]]], "float32")


def shares(x, axis=1):
    return special.softmax(x.astype("float64"), axis)


def one_hot(label, count=3, axis=1):
    return numpy.moveaxis(label[..., None] == numpy.arange(count), -1, axis)


PLAIN = shares(X) - one_hot(LABEL)
WANTED = IMAGE_LABEL != 255
SPATIAL = shares(IMAGE) - one_hot(IMAGE_LABEL)
IGNORED = SPATIAL * WANTED[:, None]

# Operator, data, label, attributes, gradient.
CASES = {
    "plain": ("SoftmaxOutput", X, LABEL, {}, PLAIN),
    "scaled": ("SoftmaxOutput", X, LABEL, {"grad_scale": "3"}, 3 * PLAIN),
    "batch": ("SoftmaxOutput", X, LABEL, {"normalization": "batch"}, PLAIN / 4),
    "valid": (
        "SoftmaxOutput",
        X,
        LABEL,
        {"normalization": "valid", "ignore_label": "2"},
        PLAIN / 2,
    ),
    "ignore": (
        "SoftmaxOutput",
        X,
        LABEL,
        {"use_ignore": "True", "ignore_label": "2"},
        PLAIN * (LABEL != 2)[:, None],
    ),
    "smooth": (
        "SoftmaxOutput",
        X,
        LABEL,
        {"smooth_alpha": "0.1"},
        shares(X) - numpy.where(one_hot(LABEL), 0.9, 0.05),
    ),
    "probabilities": (
        "SoftmaxOutput",
        X,
        shares(X[::-1]).astype("float32"),
        {},
        shares(X) - shares(X[::-1]),
    ),
    "multi": ("SoftmaxOutput", IMAGE, IMAGE_LABEL, {"multi_output": "True"}, SPATIAL / 4),
    "multi valid": (
        "SoftmaxOutput",
        IMAGE,
        IMAGE_LABEL,
        {
            "multi_output": "1",
            "use_ignore": "1",
            "ignore_label": "255",
            "normalization": "valid",
        },
        IGNORED / 7,
    ),
    "linear": ("LinearRegressionOutput", X, X[::-1], {}, (X - X[::-1]) / 3),
    "linear of one": (
        "LinearRegressionOutput",
        X[:, :1],
        LABEL,
        {"grad_scale": "2"},
        2 * (X[:, 0] - LABEL)[:, None],
    ),
    "logistic": (
        "LogisticRegressionOutput",
        X,
        one_hot(LABEL).astype("float32"),
        {},
        (special.expit(X) - one_hot(LABEL)) / 3,
    ),
    "absolute": ("MAERegressionOutput", X, X[::-1], {}, numpy.sign(X - X[::-1]) / 3),
    "svm": (
        "SVMOutput",
        X,
        LABEL,
        {"margin": "0.5", "use_linear": "True", "regularization_coefficient": "2"},
        numpy.where(one_hot(LABEL), -2.0 * (X < 0.5), 2.0 * (X > -0.5)),
    ),
    "svm squared": (
        "SVMOutput",
        X,
        LABEL,
        {},
        numpy.where(one_hot(LABEL), -2 * numpy.maximum(1 - X, 0), 2 * numpy.maximum(1 + X, 0)),
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("is_planned", [False, True])
def test_gradients_ignore_what_comes_from_behind(case, is_planned, tmp_path):
    op, data, label, attrs, wanted = CASES[case]
    block = network(tmp_path, op, 2, attrs)
    block.hybridize(is_planned)
    x, y = np.array(data), np.array(label)
    x.attach_grad()
    for factor in (1, -5):
        with autograd.record():
            out = block(x, y)
            total = out * factor
        total.backward()
        numpy.testing.assert_allclose(x.grad.asnumpy(), wanted, 1e-5, 1e-6)
        assert out.shape == data.shape


PREDICTIONS = {
    "SoftmaxOutput": shares,
    "LinearRegressionOutput": lambda x: x,
    "LogisticRegressionOutput": special.expit,
    "MAERegressionOutput": lambda x: x,
    "SVMOutput": lambda x: x,
}


@pytest.mark.parametrize("op", PREDICTIONS)
def test_without_a_label_a_layer_is_its_prediction(op):
    found = invoke(op, [np.array(X)]).asnumpy()
    numpy.testing.assert_allclose(found, PREDICTIONS[op](X), rtol=1e-5)


def test_a_gradient_may_be_scaled_by_the_one_from_behind():
    x = np.array(X)
    x.attach_grad()
    with autograd.record():
        out = invoke("SoftmaxOutput", [x, np.array(LABEL)], {"out_grad": True})
    out.backward(np.array(3 * numpy.ones((4, 3), "float32")))
    numpy.testing.assert_allclose(x.grad.asnumpy(), 3 * PLAIN, 1e-5, 1e-6)


@pytest.mark.parametrize(
    ("op", "attributes", "wanted"),
    [
        ("MakeLoss", {"grad_scale": 2}, 2.0),
        ("MakeLoss", {"normalization": "batch"}, 0.25),
        ("MakeLoss", {"normalization": "valid"}, 1 / (X > 0).sum()),
        ("make_loss", {}, 1.0),
    ],
)
def test_losses_are_where_gradients_begin(op, attributes, wanted):
    x = np.array(X)
    x.attach_grad()
    with autograd.record():
        out = invoke(op, [x], attributes) * 7
    out.backward()
    numpy.testing.assert_allclose(x.grad.asnumpy(), numpy.full((4, 3), wanted), rtol=1e-6)


def test_softmax_cross_entropy_is_a_sum():
    found = invoke("softmax_cross_entropy", [np.array(X), np.array(LABEL)])
    wanted = -numpy.log(shares(X)[range(4), LABEL.astype(int)]).sum()
    assert found.shape == (1,)
    assert found.item() == pytest.approx(wanted, rel=1e-6)


def test_what_a_normalization_may_be_is_told():
    with pytest.raises(ValueError, match="`normalization` must be 'null', 'batch' or 'valid'"):
        invoke("SoftmaxOutput", [np.array(X)], {"normalization": "none"})
