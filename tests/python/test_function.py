"""autograd.Function: gradients that a user writes."""

import gc
import weakref

import numpy
import pytest
import weft
from weft import autograd, gluon, np, runtime
from weft.gluon import nn


class Sigmoid(autograd.Function):
    """Saves its output."""

    def forward(self, x):
        y = 1 / (1 + np.exp(-x))
        self.save_for_backward(y)
        return y

    def backward(self, dy):
        (y,) = self.saved_tensors
        return dy * y * (1 - y)


class ProductAndSum(autograd.Function):
    """Several inputs and outputs; saves its inputs."""

    def forward(self, a, b):
        self.save_for_backward(a, b)
        return a * b, a + b

    def backward(self, dp, ds):
        a, b = self.saved_tensors
        return dp * b + ds, dp * a + ds


def leaf(*values, dtype="float64"):
    x = np.array(values, dtype=dtype)
    x.attach_grad()
    return x


def test_first_and_second_order_through_a_saved_output():
    x = leaf(0.3, -2.0)
    with autograd.record():
        own = Sigmoid()(x)
        (first,) = autograd.grad(own, [x], create_graph=True)
    first.backward()
    second = x.grad.asnumpy()
    with autograd.record():
        builtin = weft.npx.sigmoid(x)
        (want,) = autograd.grad(builtin, [x], create_graph=True)
    want.backward()
    numpy.testing.assert_allclose(first.asnumpy(), want.asnumpy(), rtol=1e-12)
    numpy.testing.assert_allclose(second, x.grad.asnumpy(), rtol=1e-10)


@pytest.mark.parametrize("used", [(0,), (1,), (0, 1)])
def test_several_inputs_and_outputs(used):
    a, b = leaf(2.0, 3.0), leaf(5.0, 7.0)
    with autograd.record():
        both = ProductAndSum()(a, b)
        loss = sum((both[i] * (i + 1)).sum() for i in used)
    loss.backward()
    product, total = 0 in used, 2 * (1 in used)
    numpy.testing.assert_allclose(a.grad.asnumpy(), product * b.asnumpy() + total)
    numpy.testing.assert_allclose(b.grad.asnumpy(), product * a.asnumpy() + total)


def test_inside_a_chain_and_called_twice():
    x = leaf(0.5)
    function = Sigmoid()
    with autograd.record():
        y = function(function(x * 2) * 3)
    y.backward()
    with autograd.record():
        z = weft.npx.sigmoid(weft.npx.sigmoid(x * 2) * 3)
    (want,) = autograd.grad(z, [x])
    numpy.testing.assert_allclose(x.grad.asnumpy(), want.asnumpy(), rtol=1e-12)


def test_saved_contents_stay_what_they_were():
    a, b = leaf(2.0), np.array([5.0], dtype="float64")
    with autograd.record():
        product, _ = ProductAndSum()(a, b)
    b[:] = 100
    product.backward()
    assert a.grad.item() == 5


def test_a_none_is_a_zero_and_a_constant_has_none():
    class Half(autograd.Function):
        def forward(self, x, y):
            return x / 2 + y

        def backward(self, dy):
            return dy / 2, None

    x, y = leaf(1.0), leaf(1.0)
    with autograd.record():
        z = Half()(x, y) + Half()(np.ones(1, dtype="float64"), x)
    z.backward()
    assert (x.grad.item(), y.grad.item()) == (0.5, 0)


def test_not_recorded_outside_record_and_without_histories():
    x = leaf(1.0)
    with pytest.raises(RuntimeError):
        Sigmoid()(x).backward()
    with autograd.record():
        y = Sigmoid()(np.ones(2))
    with pytest.raises(RuntimeError):
        y.backward()


def test_nothing_is_kept_after_backward_or_when_the_result_goes():
    for run_backward in (True, False):
        function = Sigmoid()
        gone = weakref.ref(function)
        x = leaf(1.0)
        with autograd.record():
            y = function(x)
        if run_backward:
            y.backward()
            del function
        else:
            del function, y
        gc.collect()
        assert gone() is None


class Fails(autograd.Function):
    def forward(self, x):
        return x * 2

    def backward(self, dy):
        raise ZeroDivisionError("on purpose")


class WrongShape(Fails):
    def backward(self, dy):
        return np.ones((3,))


class TooMany(Fails):
    def backward(self, dy):
        return dy, dy


class NoArray(Fails):
    def backward(self, dy):
        return 1.0


class SharesMemory(Fails):
    def forward(self, x):
        return x[:]


@pytest.mark.parametrize(
    ("function", "kind", "message"),
    [
        (Fails, ZeroDivisionError, "on purpose"),
        (
            WrongShape,
            ValueError,
            r"WrongShape: backward must give gradient 0 .* \(2,\); got \(3,\)",
        ),
        (TooMany, ValueError, "one gradient per input, 1; got 2"),
        (NoArray, TypeError, "backward"),
        (SharesMemory, ValueError, "SharesMemory: forward must give new arrays; output 0"),
    ],
)
def test_bad_functions(function, kind, message):
    x = leaf(1.0, 2.0)
    with pytest.raises(kind, match=message):
        with autograd.record():
            y = function()(x)
        y.backward()
    # Nothing is broken by it.
    with autograd.record():
        y = Sigmoid()(x)
    y.backward()


def test_bad_calls():
    with pytest.raises(TypeError, match=r"Sigmoid: `inputs\[0\]` must be an array; got float"):
        Sigmoid()(1.0)
    with pytest.raises(NotImplementedError, match="Function: write `forward`"):
        autograd.Function()(np.ones(1))


# ---- in plans and files


class Scaled(autograd.Function):
    """Two inputs, two outputs, an attribute, and gradients that no other rule gives."""

    def __init__(self, factor):
        self.factor = factor

    def forward(self, x, w):
        self.save_for_backward(x, w)
        self.width = x.shape[-1]
        return x * w * self.factor, (x > 0).sum()

    def backward(self, dy, dn):
        x, w = self.saved_tensors
        return dy * w * 7, (dy * x * self.factor * self.width).sum(0)


class Net(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.w = gluon.Parameter(shape=(3,), init="ones")

    def forward(self, x):
        first, positive = Scaled(2.0)(x, self.w.data())
        second, _ = Scaled(3.0)(first, self.w.data())
        return second + positive.astype("float32")


@pytest.mark.parametrize("how", ["hybridized", "compiled"])
def test_a_plan_has_the_gradients_of_the_function(how):
    x = np.array([[1.0, -2.0, 3.0], [0.5, 1.0, 2.0]])
    nets = [Net(), Net()]
    for net in nets:
        net.initialize()
    nets[1].hybridize()
    trainers = [gluon.Trainer(net.collect_params(), "sgd") for net in nets]
    step = trainers[1].compile(nets[1], lambda out, y: out.sum(axis=1))
    losses = []
    for _ in range(3):
        for number, net in enumerate(nets):
            if number == 1 and how == "compiled":
                losses.append(step(x, np.zeros(2)))
                continue
            with autograd.record():
                loss = net(x).sum(axis=1)
            loss.backward()
            trainers[number].step(2)
            losses.append(loss)
        numpy.testing.assert_allclose(losses[-1].asnumpy(), losses[-2].asnumpy(), rtol=1e-6)
        numpy.testing.assert_allclose(
            nets[0].w.data().asnumpy(), nets[1].w.data().asnumpy(), rtol=1e-6
        )


def test_a_file_has_what_the_function_gives(tmp_path):
    net, x = Net(), np.array([[1.0, -2.0, 3.0]])
    net.initialize()
    net.export(tmp_path / "net.weft", x)
    found = runtime.Model(tmp_path / "net.weft").context("forward").run(x.asnumpy())[0]
    numpy.testing.assert_allclose(numpy.asarray(found), net(x).asnumpy())


def test_what_is_alike_shares_an_operator():
    from weft.autograd import _function

    net, x = Net(), np.ones((1, 3))
    net.initialize()
    net.hybridize()

    def run():
        with autograd.record():
            net(x)
        return len(_function._ties)

    count = run()
    net.hybridize()
    assert run() == count


class Keeps(autograd.Function):
    def forward(self, x):
        self.x = x
        return x * 1

    def backward(self, dy):
        return dy * self.x


class Asks(autograd.Function):
    def forward(self, x):
        return x * float(x.sum())


def test_what_a_plan_cannot_have_is_told():
    def run(function):
        x = np.ones(2)
        x.attach_grad()
        with autograd.record():
            return weft.hybridize(lambda: function()(x * 1))()

    with pytest.raises(RuntimeError, match=r"Keeps: .* `self.save_for_backward`, not as .* `x`"):
        run(Keeps)
    with pytest.raises(RuntimeError, match="the array is traced"):
        run(Asks)
