"""Gradients inside hybridized functions: `autograd.grad` and what is made of it, equal to eager."""

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import autograd, gluon, np, npx


def array(*shape, seed=0):
    return np.array(numpy.random.default_rng(seed).uniform(0.5, 1.5, shape))


def same(a, b):
    numpy.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-9, atol=1e-12)


def compare(function, *arrays, leaves=()):
    """Results of `function`, and gradients of their sum into `leaves`, eager and planned."""
    found = []
    for f in (function, weft.hybridize(function)):
        for record in (True, False):
            for _ in range(2):  # the first call traces
                for leaf in leaves:
                    leaf.attach_grad()
                inputs = [a.copy() for a in arrays]
                if record:
                    with autograd.record():
                        outputs = f(*inputs)
                        listed = list(outputs) if isinstance(outputs, tuple | list) else [outputs]
                        head = sum(((out * out).sum() for out in listed), np.zeros(()))
                    if leaves:
                        head.backward()
                else:
                    outputs = f(*inputs)
                    listed = list(outputs) if isinstance(outputs, tuple | list) else [outputs]
                found.append([*listed, *[leaf.grad for leaf in leaves if record]])
    for results in found[1:]:
        for a, b in zip(found[0], results, strict=False):
            same(a, b)
    return found[0]


def net(x, w):
    return np.tanh(x @ w).sum(axis=1) + (x * x).sum(axis=1)


def test_gradient_penalty():
    w = array(3, 2, seed=1)

    def penalty(x):
        x = x.copy()
        x.attach_grad()
        with autograd.record():
            y = net(x, w)
            slope = autograd.grad(y, x, create_graph=True)
            return ((slope * slope).sum(axis=1) ** 0.5 - 1) ** 2

    (value, gradient) = compare(penalty, array(4, 3), leaves=[w])

    x = array(4, 3).asnumpy()

    def by_hand(w):
        t = numpy.tanh(x @ w)
        slope = (1 - t * t) @ w.T + 2 * x
        return (((slope**2).sum(1) ** 0.5 - 1) ** 2) ** 2

    step = 1e-6
    for place in numpy.ndindex(3, 2):
        change = numpy.zeros((3, 2))
        change[place] = step
        base = w.asnumpy()
        wanted = (by_hand(base + change).sum() - by_hand(base - change).sum()) / (2 * step)
        numpy.testing.assert_allclose(gradient.asnumpy()[place], wanted, rtol=1e-5)
    numpy.testing.assert_allclose(value.asnumpy() ** 2, by_hand(w.asnumpy()), rtol=1e-9)


def test_gradient_penalty_in_a_block_of_layers():
    class Penalty(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.body = gluon.nn.HybridSequential()
            self.body.add(gluon.nn.Dense(5, activation="tanh"), gluon.nn.LayerNorm())
            self.body.add(gluon.nn.Dense(1))

        def forward(self, x):
            x = x.copy()
            x.attach_grad()
            with autograd.record(train_mode=autograd.is_training()):
                y = self.body(x)
                (slope,) = autograd.grad([y], [x], create_graph=True)
                return (slope * slope).sum(axis=1)

    weft.random.seed(1)
    block = Penalty()
    block.initialize(init=weft.init.Normal(0.5))
    x = np.array(array(4, 3).asnumpy().astype("float32"))
    block(x)
    gradients = []
    for active in (False, True):
        block.hybridize(active)
        for parameter in block.collect_params().values():
            parameter.zero_grad()
        with autograd.record():
            loss = block(x).sum()
        loss.backward()
        parameters = block.collect_params()
        gradients.append({k: p.grad().asnumpy().copy() for k, p in parameters.items()})
    assert gradients[0]["body.0.weight"].any()
    for name, value in gradients[0].items():
        numpy.testing.assert_allclose(gradients[1][name], value, rtol=1e-4, atol=1e-6)


def test_hessian_vector_products():
    w = array(3, 3, seed=2)

    def energy(x):
        return (np.sin(x @ w) * x).sum()

    def product(x, v):
        """The second derivative along v, by two reverse sweeps."""
        x = x.copy()
        x.attach_grad()
        with autograd.record():
            slope = autograd.grad(energy(x), x, create_graph=True)
            along = (slope * v).sum()
            return autograd.grad(along, x, create_graph=True)

    def by_jvp(x, v):
        return autograd.jvp(lambda u: autograd.grad(energy(u), u, create_graph=True), (x,), (v,))[1]

    def by_hessian(x, v):
        return autograd.hessian(energy)(x) @ v

    x, v = array(3), array(3, seed=4)
    first = compare(product, x, v, leaves=[w])[0]
    for other in (by_jvp, by_hessian):
        same(compare(other, x, v)[0], first)


def test_derivatives_of_functions_inside():
    def all_of_them(x, y):
        def f(a, b):
            return np.exp(a * 0.3) * b, (a * b).sum()

        values, pullback = autograd.vjp(f, x, y)
        products = pullback((y, np.ones((), dtype="float64")))
        _, pushed = autograd.jvp(f, (x, y), (y, x))
        matrix = autograd.jacobian(lambda a: a * a[::-1])(x)
        curvature = autograd.hessian(lambda a: (a**3).sum())(x)
        return [*values, *products, *pushed, matrix, curvature]

    compare(all_of_them, array(3), array(3, seed=5))


def test_third_order():
    def third(x):
        x = x.copy()
        x.attach_grad()
        with autograd.record():
            head = np.sin(x).sum()
            for _ in range(3):
                head = autograd.grad(head, x, create_graph=True).sum()
            return head

    x = array(4)
    found = compare(third, x)[0]
    numpy.testing.assert_allclose(found.asnumpy(), -numpy.cos(x.asnumpy()).sum(), rtol=1e-12)


def test_gradients_of_parameters_and_of_results_between():
    w = array(3, 2, seed=1)

    def function(x):
        with autograd.record():
            hidden = np.tanh(x @ w)
            y = (hidden * hidden).sum()
        return autograd.grad(y, [w, hidden])

    w.attach_grad()
    compare(function, array(4, 3))


def test_a_training_step_inside():
    w = array(3, seed=1)

    def step(x, y, rate):
        inner = w.copy()
        for _ in range(3):
            inner.attach_grad()
            with autograd.record():
                loss = ((x @ inner - y) ** 2).sum()
            inner = inner - rate * autograd.grad(loss, inner)
        return inner

    compare(step, array(5, 3), array(5, seed=7), 0.05 * np.ones((), dtype="float64"))


def test_what_is_not_recorded_is_constant():
    w = array(3, seed=1)

    def constant_scale(x):
        x = x.copy()
        x.attach_grad()
        with autograd.record():
            with autograd.pause():
                scale = (x * w).sum()
            kept = x.detach() + npx.stop_gradient(x)
            y = (x * scale * w + kept).sum()
            return autograd.grad(y, x, create_graph=True)

    def result_without_graph(x):
        x = x.copy()
        x.attach_grad()
        with autograd.record():
            slope = autograd.grad((x * x * w).sum(), x)
            return slope * w

    def paused(x):
        with autograd.pause():
            scale = (x * w).sum()
        return x * w * scale

    def cut(x):
        y = x * w
        y.attach_grad()
        with autograd.record():
            return (y * y * w).sum()

    for function in (constant_scale, result_without_graph, paused, cut):
        compare(function, array(3), leaves=[w])


def test_writes_and_views_inside():
    w = array(3, seed=1)

    def function(x):
        x = x.copy()
        x.attach_grad()
        with autograd.record():
            y = x * 1
            row = y[0]
            y[1] = row * w
            y[0, 1:] = y[1, :2] * y[0, 1:]
            z = (y * y).sum() + (row * w).sum()
            return autograd.grad(z, [x, row], create_graph=True)

    compare(function, array(2, 3), leaves=[w])


def test_random_layers_inside():
    def function(x):
        x = x.copy()
        x.attach_grad()
        with autograd.record():
            y = npx.dropout(x * x, 0.5) + np.random.uniform(size=(50,), dtype="float64") * x
            return autograd.grad(y.sum(), x, create_graph=True)

    x = array(50)
    results = []
    for f in (function, (planned := weft.hybridize(function)), planned):
        weft.random.seed(3)
        results.append(f(x))
    same(results[0], results[2])


STEPS = st.lists(
    st.sampled_from(["tanh", "times", "product", "view", "write", "pause", "slope", "detach"]),
    min_size=1,
    max_size=7,
)


@given(steps=STEPS)
@settings(deadline=None)
def test_random_programs(steps):
    w = array(3, 3, seed=1)

    def function(x):
        leaf = x * w
        leaf.attach_grad()
        with autograd.record():
            y = leaf * 1
            for step in steps:
                if step == "tanh":
                    y = np.tanh(y * 0.5)
                elif step == "times":
                    y = y * w * leaf
                elif step == "product":
                    y = y @ w * 0.3
                elif step == "view":
                    y = y.T
                elif step == "write":
                    y = y * 1
                    y[1] = y[0] * 0.5
                elif step == "pause":
                    with autograd.pause():
                        scale = y.sum()
                    y = y * scale * 0.1
                elif step == "slope":
                    y = y + 0.1 * autograd.grad((y * y).sum(), leaf, create_graph=True)
                elif step == "detach":
                    y = y * y.detach()
            slope = autograd.grad((y * y).sum(), leaf, create_graph=True)
            return slope * 0.1

    compare(function, array(3, 3), leaves=[w])


# ---- mistakes


def test_heads_without_history_are_refused():
    @weft.hybridize
    def unrecorded(x):
        x.attach_grad()
        return autograd.grad((x * x).sum(), x)

    @weft.hybridize
    def integers(x):
        with autograd.record():
            return autograd.grad(x.argmax(), x)

    @weft.hybridize
    def to_integers(x):
        with autograd.record():
            return autograd.grad((x * x).sum(), x.astype("int32"))

    @weft.hybridize
    def wrong_shape(x):
        with autograd.record():
            return autograd.grad(x * x, x, np.ones((5,)))

    @weft.hybridize
    def into_buffers(x):
        x.attach_grad()
        with autograd.record():
            y = (x * x).sum()
        y.backward()
        return x.grad

    x = array(3)
    with pytest.raises(RuntimeError, match=r"no history.*autograd.record\(\)"):
        unrecorded(x)
    with pytest.raises(TypeError, match="must have a floating dtype"):
        integers(x)
    with pytest.raises(RuntimeError, match="variable 0 has no history"):
        to_integers(x)
    with pytest.raises(ValueError, match="must have the head's shape"):
        wrong_shape(x)
    with pytest.raises(RuntimeError, match=r"use autograd.grad inside it"):
        into_buffers(x)
    same(weft.hybridize(lambda v: v * 2)(x), x * 2)


def test_a_recorded_result_keeps_its_history_beside_its_gradient():
    w = array(3, seed=1)

    def function(x):
        with autograd.record():
            middle = x * w
            middle.attach_grad()
            y = (middle * middle).sum()
            slope = autograd.grad(y, middle, create_graph=True)
            return (slope * slope).sum() + y

    compare(function, array(3), leaves=[w])
