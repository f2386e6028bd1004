"""Derivatives where formulas have kinks and the functions that they stand for have none, at true
kinks, and at ends: against the derivative of the function itself, written out."""

import numpy
import pytest
import scipy.special
import weft
from weft import autograd, gluon, np, npx

FORMS = ["eager", "hybridized"]
every_form = pytest.mark.parametrize("form", FORMS)


def derivatives(function, x, form, order=1):
    """Of the sum of what a function of an array gives, of several orders."""

    def of(array):
        with autograd.record():
            y = function(array).sum()
            for _ in range(order):
                y = autograd.grad(y, [array], create_graph=True)[0]
        return y

    array = np.array(numpy.asarray(x))
    array.attach_grad()
    if form == "hybridized":
        of = weft.hybridize(of)
    return of(array).asnumpy()


def close(found, wanted, rtol=2e-5, atol=1e-6):
    numpy.testing.assert_allclose(found, wanted, rtol=rtol, atol=atol)


# ---- losses: (loss, labels, derivative by pred, points)

expit = scipy.special.expit
POINTS = numpy.array(
    [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 90.0, -90.0, 1e4, -1e4], "float32"
)
SMALL = POINTS[abs(POINTS) <= 3]
SHARES = numpy.array([0.0, 1.0, 0.25, 0.5], "float32")
EPS = 1e-12
LOSSES = {
    "sigmoid": (gluon.loss.SigmoidBCELoss(), (0, 1, 0.3), lambda p, y: expit(p) - y, POINTS),
    "probabilities": (
        gluon.loss.SigmoidBCELoss(from_sigmoid=True),
        (0, 1, 0.3),
        lambda p, y: -y / (p + EPS) + (1 - y) / (1 - p + EPS),
        SHARES,
    ),
    "signed": (
        gluon.loss.LogisticLoss(),
        (-1, 1),
        lambda p, y: expit(p) - (y + 1) / 2,
        POINTS,
    ),
    "binary": (
        gluon.loss.LogisticLoss(label_format="binary"),
        (0, 1),
        lambda p, y: expit(p) - y,
        POINTS,
    ),
    "squares": (gluon.loss.L2Loss(), (0, 1, -1), lambda p, y: p - y, POINTS),
    "huber": (
        gluon.loss.HuberLoss(rho=0.5),
        (0, 0.5),
        lambda p, y: numpy.clip(p - y, -0.5, 0.5) / 0.5,
        POINTS,
    ),
    "squared hinge": (
        gluon.loss.SquaredHingeLoss(),
        (-1, 1),
        lambda p, y: -2 * y * numpy.maximum(0, 1 - p * y),
        POINTS,
    ),
    "poisson": (gluon.loss.PoissonNLLLoss(), (0, 3), lambda p, y: numpy.exp(p) - y, SMALL),
    "poisson of means": (
        gluon.loss.PoissonNLLLoss(from_logits=False),
        (0,),
        lambda p, y: numpy.ones_like(p),
        SHARES,
    ),
    "divergence": (gluon.loss.KLDivLoss(), (0, 1, 0.5), lambda p, y: -y + 0 * p, -abs(POINTS)),
}
# The second derivative, where there is one.
BENT = {
    "sigmoid": lambda p, y: expit(p) * (1 - expit(p)),
    "signed": lambda p, y: expit(p) * (1 - expit(p)),
    "binary": lambda p, y: expit(p) * (1 - expit(p)),
    "squares": lambda p, y: numpy.ones_like(p),
    "huber": lambda p, y: numpy.where(abs(p - y) < 0.5, 2.0, 0.0),
    "poisson": lambda p, y: numpy.exp(p),
}


@every_form
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_has_the_gradient_of_its_function(name, form):
    loss, labels, wanted, points = LOSSES[name]
    for label in labels:
        y = np.full(points.shape, label, dtype="float32")
        found = derivatives(lambda p, y=y: loss(p, y), points, form)
        close(found, wanted(points.astype("float64"), label))


@every_form
@pytest.mark.parametrize("name", BENT)
def test_a_loss_has_the_second_derivative_of_its_function(name, form):
    loss, labels, _, points = LOSSES[name]
    for label in labels:
        inside = points[abs(abs(points - label) - 0.5) > 1e-3] if name == "huber" else points
        y = np.full(inside.shape, label, dtype="float32")
        found = derivatives(lambda p, y=y: loss(p, y), inside, form, order=2)
        close(found, BENT[name](inside.astype("float64"), label))


# At a kink any number between the two slopes is a derivative.
KINKS = {
    "absolute": (gluon.loss.L1Loss(), 0.0, 0.0, (-1, 1)),
    "hinge": (gluon.loss.HingeLoss(), 1.0, 1.0, (-1, 0)),
    "hinge below": (gluon.loss.HingeLoss(), -1.0, -1.0, (0, 1)),
}


@every_form
@pytest.mark.parametrize("name", KINKS)
def test_a_loss_has_a_slope_between_those_beside_its_kink(name, form):
    loss, point, label, (low, high) = KINKS[name]
    y = np.array([label])
    found = derivatives(lambda p: loss(p, y), numpy.array([point], "float32"), form)
    assert low <= found[0] <= high


# ---- the cosine of rows without a direction


@every_form
@pytest.mark.parametrize("label", [1.0, -1.0])
@pytest.mark.parametrize("other", [[1.0, 1.0], [0.0, 0.0]])
def test_a_row_of_zeros_gets_no_gradient_of_its_cosine(label, other, form):
    """And changes none of the other rows, whose gradient is that of the formula."""
    loss = gluon.loss.CosineEmbeddingLoss()
    rows = numpy.array([[0.0, 0.0], [1.0, 2.0]], "float32")
    others = np.array([other, [1.0, 1.0]])
    labels = np.array([label, label])
    found = derivatives(lambda a: loss(a, others, labels), rows, form)
    a, b = rows[1].astype("float64"), numpy.ones(2)
    length, beside = numpy.linalg.norm(a), numpy.linalg.norm(b)
    slope = b / (length * beside) - (a @ b) * a / (length**3 * beside)
    close(found, [[0, 0], -slope if label == 1 else slope])
    assert loss(np.array(rows), others, labels)[0] == (1 if label == 1 else 0)


# ---- norms and deviations

ORDERS = [None, 1, 1.5, 2, 3, 4, 0.5, 0, -1, -2, numpy.inf, -numpy.inf]


def norm_slope(x, order):
    """Of the norm of a vector; 0 where it is 0 and, below order 1, at elements that are 0."""
    size, order = numpy.abs(x), 2 if order is None else order
    if order == 0 or not size.any():
        return numpy.zeros_like(x)
    if numpy.isinf(order):
        most = size == (size.max() if order > 0 else size.min())
        return most / most.sum() * numpy.sign(x)
    if order < 0 and not size.all():
        return numpy.zeros_like(x)
    with numpy.errstate(divide="ignore"):
        norm = (size**order).sum() ** (1 / order)
        slopes = numpy.where(size == 0, 0, (size / norm) ** (order - 1))
    return slopes * numpy.sign(x)


@every_form
@pytest.mark.parametrize("x", [[0.0, 0, 0], [0.0, 2, -1], [0.5, 2, -1], [-2.0, 2, 2]], ids=str)
@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_norms_have_derivatives_at_zero(order, x, form):
    for norm in (npx.norm, np.linalg.norm):
        options = {} if order is None else {"ord": order, "axis": 0}
        found = derivatives(lambda a, n=norm, o=options: n(a, **o), numpy.array(x, "float32"), form)
        close(found, norm_slope(numpy.array(x), order))


@every_form
@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"ddof": 1}, {"axis": 1, "keepdims": True}])
def test_the_deviation_of_equal_elements_has_a_gradient_of_zero(options, form):
    found = derivatives(lambda a: np.std(a, **options), numpy.full((2, 3), 0.7, "float32"), form)
    close(found, numpy.zeros((2, 3)))
    both = numpy.array([[1.0, 1.0, 1.0], [1.0, 2.0, 4.0]], "float32")
    found = derivatives(lambda a: np.std(a, axis=1), both, form)
    centred = both[1] - both[1].mean()
    close(found, [[0, 0, 0], centred / (3 * both[1].std())])


@every_form
def test_hypot_has_a_gradient_of_zero_at_the_origin(form):
    x = numpy.array([0.0, 3.0], "float32")
    found = derivatives(lambda a: np.hypot(a, np.array([0.0, 4.0])), x, form)
    close(found, [0, 0.6])


@every_form
def test_arctan2_has_a_gradient_of_zero_at_the_origin(form):
    x = numpy.array([0.0, 3.0], "float32")
    found = derivatives(lambda a: np.arctan2(a, np.array([0.0, 4.0])), x, form)
    close(found, [0, 4 / 25])


@every_form
def test_logsumexp_of_minus_infinity_alone_has_no_gradient(form):
    x = numpy.array([[-numpy.inf, -numpy.inf], [0.0, -numpy.inf], [1.0, 2.0]], "float32")
    found = derivatives(lambda a: npx.logsumexp(a, axis=-1), x, form)
    close(found, [[0, 0], [1, 0], scipy.special.softmax(x[2])])
    assert npx.logsumexp(np.array(x), axis=-1)[0] == -numpy.inf


# ---- activations: the derivative at all points, kinks being within the slopes beside them


def normal_density(x):
    return numpy.exp(-x * x / 2) / numpy.sqrt(2 * numpy.pi)


def tanh_of_softplus(x):
    return numpy.tanh(numpy.logaddexp(x, 0))


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934, 1.6732632423543772848
SMOOTH = {
    "softplus": (npx.softplus, expit),
    "log_sigmoid": (npx.log_sigmoid, lambda x: expit(-x)),
    "softsign": (npx.softsign, lambda x: 1 / (1 + abs(x)) ** 2),
    "silu": (npx.silu, lambda x: expit(x) * (1 + x * expit(-x))),
    "mish": (
        npx.mish,
        lambda x: tanh_of_softplus(x) + x * (1 - tanh_of_softplus(x) ** 2) * expit(x),
    ),
    "gelu": (npx.gelu, lambda x: scipy.special.ndtr(x) + x * normal_density(x)),
    "sigmoid": (npx.sigmoid, lambda x: expit(x) * expit(-x)),
    "tanh": (np.tanh, lambda x: 1 - numpy.tanh(x) ** 2),
    "elu": (npx.elu, lambda x: numpy.where(x > 0, 1, numpy.exp(numpy.minimum(x, 0)))),
    "celu": (
        lambda x: npx.celu(x, alpha=0.5),
        lambda x: numpy.where(x > 0, 1, numpy.exp(numpy.minimum(x, 0) / 0.5)),
    ),
}
BROKEN = {  # at the place of a kink: the slopes before and behind it
    "relu": (npx.relu, {0: (0, 1)}),
    "leaky_relu": (lambda x: npx.leaky_relu(x, slope=0.1), {0: (0.1, 1)}),
    "selu": (npx.selu, {0: (SELU_SCALE, SELU_SCALE * SELU_ALPHA)}),
    "relu6": (npx.relu6, {0: (0, 1), 6: (0, 1)}),
    "hard_sigmoid": (npx.hard_sigmoid, {-2.5: (0, 0.2), 2.5: (0, 0.2)}),
    "hard_swish": (npx.hard_swish, {-3: (-0.5, 0), 3: (1, 1.5)}),
    "abs": (np.abs, {0: (-1, 1)}),
}
ENDS = numpy.array([0.0, -0.0, 1e-30, -1e-30, 1.0, -1.0, 30.0, -30.0, 1e4, -1e4], "float32")
FAR = numpy.array([1e12, -1e12, 3e38, -3e38], "float32")


@every_form
@pytest.mark.parametrize("name", SMOOTH)
def test_an_activation_has_the_derivative_of_its_function(name, form):
    function, wanted = SMOOTH[name]
    with numpy.errstate(over="ignore", under="ignore"):
        close(derivatives(function, ENDS, form), wanted(ENDS.astype("float64")))


@every_form
@pytest.mark.parametrize("name", [*SMOOTH, "gelu by tanh", "hard_swish", "selu", "relu6"])
def test_an_activation_has_a_derivative_far_from_zero(name, form):
    """That of its asymptotes: 0, or 1 where it follows x."""
    functions = {**{n: f for n, (f, _) in SMOOTH.items()}, **{n: f for n, (f, _) in BROKEN.items()}}
    functions["gelu by tanh"] = lambda x: npx.gelu(x, approximation="tanh")
    found = derivatives(functions[name], FAR, form)
    if name == "gelu by tanh":  # its cubes are infinite behind 1e12, as in PyTorch
        found[2:] = [1, 0]
    follows = {"softplus", "silu", "mish", "gelu", "gelu by tanh", "elu", "celu", "hard_swish"}
    above = SELU_SCALE if name == "selu" else float(name in follows)
    below = 1.0 if name == "log_sigmoid" else 0.0
    close(found, [above, below, above, below])


@every_form
@pytest.mark.parametrize("name", BROKEN)
def test_an_activation_has_a_slope_between_those_beside_its_kink(name, form):
    function, kinks = BROKEN[name]
    for place, (low, high) in kinks.items():
        found = derivatives(function, numpy.array([place], "float32"), form)[0]
        assert low - 1e-6 <= found <= high + 1e-6
