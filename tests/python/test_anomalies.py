"""`autograd.detect_anomaly` names what made the first NaN, `check_gradient` wrong gradients."""

import re
import sys

import numpy
import pytest
import weft
from weft import autograd, gluon, np, npx

X = np.array([[1.0, 2.0], [-1.0, 4.0]])


def line_of(offset):
    frame = sys._getframe(1)
    return f"{frame.f_code.co_filename}:{frame.f_lineno + offset}"


def anomaly_of(function, *args, **options):
    with pytest.raises(FloatingPointError) as raised:
        autograd.detect_anomaly(function, **options)(*args)
    assert isinstance(raised.value, weft.Error)
    return str(raised.value)


def plain(function):
    return function


HOW = pytest.mark.parametrize("how", [plain, weft.hybridize], ids=["eager", "hybridized"])


@HOW
def test_the_operator_its_line_and_its_inputs_are_named(how):
    def fun(x):
        return np.log(x * 2).sum() + 1

    here = line_of(-2)
    text = anomaly_of(how(fun), X)
    assert text.startswith(f"detect_anomaly: `log` ({here}) made the first NaN: 1 NaN, 0 infinite")
    assert text.endswith("of 4 elements; got `x` float32(2, 2) from -2 to 8, mean 3")


@HOW
def test_an_operator_of_a_gradient_has_the_line_of_its_operator(how):
    def fun(x):
        root = np.sqrt(x * 0)
        return root.sum()

    here = line_of(-3)
    text = anomaly_of(how(autograd.grad(fun)), X)
    assert f"`divide` ({here}) made the first infinity: 0 NaN, 4 infinite" in text


def test_a_training_step_is_looked_through_and_has_happened_once():
    net = gluon.nn.Dense(1, in_units=2)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})

    def step(x):
        with autograd.record():
            loss = (net(x) ** 2).mean() * factor
        loss.backward()
        trainer.step(1)
        return loss

    factor, before = 1.0, net.weight.data().copy()
    x = np.ones((3, 2))
    with autograd.record():
        wanted = autograd.grad((net(x) ** 2).mean(), net.weight.data())
    autograd.detect_anomaly(step)(x)
    numpy.testing.assert_allclose(
        net.weight.data().asnumpy(), (before - 0.5 * wanted).asnumpy(), rtol=1e-6
    )
    factor, kept = 1e38, net.weight.data().copy()
    text = anomaly_of(step, x * 1e3)
    assert re.search(r"`\w+` \(.*test_anomalies.py:\d+\) made the first infinity", text)
    assert (net.weight.data() == kept).all(), "a step with an anomaly is not taken"


class Log(gluon.nn.HybridBlock):
    """A layer of the program itself."""

    def forward(self, x):
        return np.log(x)


@pytest.mark.parametrize("way", ["eager", "hybridized", "compiled", "recorded"])
def test_the_path_of_the_layer_is_named(way):
    inner = gluon.nn.HybridSequential(gluon.nn.Dense(2, in_units=2), Log())
    net = gluon.nn.HybridSequential(gluon.nn.Dense(2, in_units=2), inner)
    net.initialize(weft.init.One())
    if way == "hybridized":
        net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    step = trainer.compile(net, lambda out, y: (out - y) ** 2)

    def recorded(x):
        with autograd.record():
            loss = net(x).sum()
        loss.backward()
        return loss

    fun, args = {
        "compiled": (step, (-X, np.zeros((2, 2)))),
        "recorded": (recorded, (-X,)),
    }.get(way, (net, (-X,)))
    text = anomaly_of(fun, *args)
    line = Log.forward.__code__.co_firstlineno + 1
    assert f"`log` ({__file__}:{line} in layer `1.1` (Log)) made the first NaN" in text
    assert "got `x` float32(2, 2) from -6 to -6, mean -6" in text


def test_an_operator_of_weft_s_own_layer_has_its_path_and_the_program_s_line():
    net = gluon.nn.HybridSequential(gluon.nn.Dense(2, in_units=2), gluon.nn.Activation("tanh"))
    net.initialize(weft.init.Constant(1e38))
    assert "in layer `0` (Dense)" in anomaly_of(lambda x: net(x), X * 100)


def test_bodies_of_loops_and_branches_are_looked_through():
    def body(row, state):
        return np.log(row - 3), state

    here = line_of(-2)
    text = anomaly_of(lambda x: npx.foreach(body, x, np.zeros(()))[0], np.array([4.0, 5.0, 2.0]))
    assert f"`log` ({here}) made the first NaN" in text
    assert "got `x` float32() of -1" in text
    good = autograd.detect_anomaly(
        lambda x: npx.cond(x.sum() > 0, lambda: np.log(x), lambda: np.log(-x))
    )
    numpy.testing.assert_allclose(good(-np.ones(2)).asnumpy(), 0)


def test_what_is_no_anomaly():
    masked = autograd.detect_anomaly(lambda x: npx.softmax(np.where(x > 0, x, -np.inf)))
    assert masked(X)[1, 0] == 0
    assert np.isinf(autograd.detect_anomaly(lambda x: x * 2)(np.array([np.inf]))).all()
    overflow = autograd.detect_anomaly(lambda x: np.exp(x * 1000), infinite=False)
    assert np.isinf(overflow(X)).any()
    assert "made the first infinity" in anomaly_of(lambda x: np.exp(x * 1000), X)
    finite = autograd.detect_anomaly(lambda x, n: {"y": [x + n], "n": n})(X, 2)
    assert finite["n"] == 2
    assert (finite["y"][0] == X + 2).all()


def test_what_was_no_number_before():
    bad = np.array([1.0, np.nan])
    assert "`args[0]['x']` has NaN before `fun` is called: 1 of 2" in anomaly_of(abs_of, {"x": bad})
    assert "an array that `fun` uses has NaN" in anomaly_of(lambda x: x + bad, np.ones(2))


def abs_of(inputs):
    return abs(inputs["x"])


def test_random_numbers_are_those_of_the_function():
    weft.random.seed(3)
    wanted = np.random.uniform(size=4)
    weft.random.seed(3)
    found = autograd.detect_anomaly(lambda: np.random.uniform(size=4))()
    assert (found == wanted).all()


def test_functions_that_cannot_be_looked_through():
    with pytest.raises(RuntimeError, match=r"detect_anomaly: `fun` must not ask for values; .*npx"):
        autograd.detect_anomaly(lambda x: float(x.sum()))(X)
    with pytest.raises(TypeError, match="`fun` must be callable; got int"):
        autograd.detect_anomaly(3)
    host = autograd.detect_anomaly(lambda x: npx.callback(abs, x, result=x))
    with pytest.raises(NotImplementedError, match=r"`callback` .* calls a function of the host"):
        host(X)


# ---- check_gradient


def test_right_gradients_pass():
    p = {"w": np.ones((2, 3)), "n": 3}
    autograd.check_gradient(lambda x, p: np.tanh(x @ p["w"]) * p["n"], (X, p), order=2)
    autograd.check_gradient(lambda x: (np.sin(x), [x.sum()]), X)
    autograd.check_gradient(lambda x: x * np.random.uniform(size=2), np.ones(2))
    autograd.check_gradient(lambda x: x.sum(), np.zeros((0, 2)))
    autograd.check_gradient(npx.softmax, (numpy.ones((2, 3), dtype="float32"),), order=2)


class Wrong(autograd.Function):
    def forward(self, x):
        self.save_for_backward(x)
        return x**3

    def backward(self, dy):
        (x,) = self.saved_tensors
        return np.where(x > 1.5, 2, 3) * x * x * dy


def test_a_wrong_gradient_is_told_by_element():
    with pytest.raises(AssertionError) as raised:
        autograd.check_gradient(lambda p: {"y": Wrong()(p["x"])}, ({"x": np.array([1.0, 2.0])},))
    text = str(raised.value)
    assert "`fun(...)['y']` has wrong derivatives by `inputs[0]['x']`: 1 of 4 differ" in text
    assert "element (1,) by element (1,): 8.0, but the difference is 12.0" in text
    assert "kink" not in text


def test_a_wrong_second_derivative_is_told():
    @autograd.custom_vjp
    def square(x):
        return x * x

    square.defvjp(lambda x: (x * x, x), lambda x, dy: (2 * x.detach() * dy,))
    autograd.check_gradient(square, np.array([1.0, 2.0]))
    with pytest.raises(AssertionError, match="wrong second derivatives by `inputs"):
        autograd.check_gradient(square, np.array([1.0, 2.0]), order=2)


def test_a_kink_is_hinted_at():
    with pytest.raises(AssertionError, match="a kink or a jump may be near"):
        autograd.check_gradient(npx.relu, np.array([5e-7]))


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: autograd.check_gradient(lambda x: x.astype("float32"), X), TypeError, "float64"),
        (lambda: autograd.check_gradient(abs, np.arange(3)), ValueError, "a floating array"),
        (lambda: autograd.check_gradient(abs, X, order=3), ValueError, "`order` must be 1 or 2"),
        (lambda: autograd.check_gradient(abs, X + 1j), TypeError, "must be real; got complex"),
        (lambda: autograd.check_gradient(lambda x: 1, X), TypeError, "must be an array; got int"),
    ],
)
def test_bad_input(call, kind, message):
    with pytest.raises(kind, match=f"check_gradient: .*{message}"):
        call()
