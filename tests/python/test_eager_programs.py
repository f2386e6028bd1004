"""Composites of elementwise operators and of reductions of what these make, and gradients of
elementwise operators, run as one fused pass once their operands' types recur."""

import numpy
import pytest
from weft import autograd, np, npx

CALLS = 8  # the first ones operator by operator, the others fused

COMPOSITES = {
    "gelu": npx.gelu,
    "gelu by tanh": lambda x: npx.gelu(x, approximation="tanh"),
    "silu": npx.silu,
    "elu": lambda x: npx.elu(x, alpha=0.7),
    "selu": npx.selu,
    "mish": npx.mish,
    "hard_swish": npx.hard_swish,
    "prelu": lambda x: npx.prelu(x, np.array([0.2], dtype=x.dtype)),
    "clip": lambda x: np.clip(x, -1, 0.5),
    "norm": np.linalg.norm,
    "norm of rows": lambda x: np.linalg.norm(x, axis=1),
    "norm of columns": lambda x: np.linalg.norm(x, axis=0, keepdims=True),
    "norm of order 3": lambda x: np.linalg.norm(x, ord=3, axis=1),
    "largest magnitude": lambda x: np.linalg.norm(x, ord=float("inf"), axis=0),
    "dot": lambda x: np.dot(x.reshape(-1), x.reshape(-1) * 0.25),
}


ROW = numpy.linspace(0.5, 2, 257, dtype="float32")

# Of elementwise operators, whose rules take several steps.
OPERATORS = {
    "sigmoid": npx.sigmoid,
    "softplus": npx.softplus,
    "tanh": np.tanh,
    "arctan": np.arctan,
    "arcsinh": np.arcsinh,
    "expm1": np.expm1,
    "square": np.square,
    "power": lambda x: np.abs(x) ** 1.5,
    "divide by itself": lambda x: x / x,
    "divide by a number": lambda x: 2 / x,
    "divide by a row": lambda x: x / np.array(ROW, dtype=x.dtype),
    "divide a row": lambda x: np.array(ROW, dtype=x.dtype) / x,
    "maximum": lambda x: np.maximum(x, 0.5),
    "maximum of arrays": lambda x: np.maximum(x, x[::-1].copy()),
    "hypot": lambda x: np.hypot(x, np.array(ROW, dtype=x.dtype)),
    "arctan2": lambda x: np.arctan2(x, np.array(ROW, dtype=x.dtype)),
    "where": lambda x: np.where(x > 0, x, 2 * x),
    "logaddexp": lambda x: np.logaddexp(x, 0.5),
}


def value_and_gradient(function, x):
    x.attach_grad()
    with autograd.record():
        y = function(x)
    y.backward()
    return y.asnumpy(), x.grad.asnumpy()


@pytest.mark.parametrize("shape", [(3, 1031), (301, 257)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("name", COMPOSITES)
def test_bits_stay_the_same(name, dtype, shape):
    x = np.array(numpy.random.default_rng(0).normal(0, 3, shape)).astype(dtype)
    first, *others = [value_and_gradient(COMPOSITES[name], x) for _ in range(CALLS)]
    for other in others:
        for given, wanted in zip(other, first, strict=True):
            numpy.testing.assert_array_equal(given, wanted)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("name", OPERATORS)
def test_gradients_stay_the_same(name, dtype):
    x = np.array(numpy.random.default_rng(1).normal(0, 3, (64, 257))).astype(dtype)
    first, *others = [value_and_gradient(OPERATORS[name], x) for _ in range(CALLS)]
    for other in others:
        for given, wanted in zip(other, first, strict=True):
            numpy.testing.assert_array_equal(given, wanted)


def test_gradients_of_both_operands_and_of_either():
    rng = numpy.random.default_rng(2)
    x, row = (np.array(rng.uniform(1, 2, shape)) for shape in ((40, 60), (60,)))
    wanted = {"x": 1 / row.asnumpy() * numpy.ones((40, 1)), "row": None}
    wanted["row"] = -(x.asnumpy() / row.asnumpy() ** 2).sum(0)
    for _ in range(CALLS):
        for watched in ("x", "row", "x row"):
            arrays = {"x": x.copy(), "row": row.copy()}
            for name in watched.split():
                arrays[name].attach_grad()
            with autograd.record():
                y = arrays["x"] / arrays["row"]
            y.backward()
            for name in watched.split():
                numpy.testing.assert_allclose(arrays[name].grad.asnumpy(), wanted[name], rtol=1e-5)


def test_gradients_of_gradients():
    x = np.array(numpy.linspace(-2, 2, 2048))
    x.attach_grad()
    s = 1 / (1 + numpy.exp(-x.asnumpy().astype("float64")))
    for _ in range(CALLS):
        with autograd.record():
            y = npx.sigmoid(x)
        y.backward()
        numpy.testing.assert_allclose(x.grad.asnumpy(), s * (1 - s), rtol=1e-5)
        with autograd.record():
            (slope,) = autograd.grad(npx.sigmoid(x), [x], create_graph=True)
        slope.backward()
        numpy.testing.assert_allclose(
            x.grad.asnumpy(), s * (1 - s) * (1 - 2 * s), rtol=1e-4, atol=1e-6
        )


def test_scalars_are_told_apart():
    x = np.array([-3.0, 0.0, 3.0])
    for _ in range(CALLS):
        for bound in (1, 2):
            assert np.clip(x, -bound, bound).tolist() == [-bound, 0, bound]


def test_views_and_broadcast_operands():
    x = np.array(numpy.random.default_rng(0).normal(size=(40, 30)))
    low = np.array(numpy.linspace(-1, 0, 30, dtype="float32"))
    for _ in range(CALLS):
        for view in (x, x.T[:30], x[::2]):
            numpy.testing.assert_array_equal(
                npx.silu(view).asnumpy(), npx.silu(view.copy()).asnumpy()
            )
        numpy.testing.assert_array_equal(
            np.clip(x, low, 0.5).asnumpy(), numpy.clip(x.asnumpy(), low.asnumpy(), 0.5)
        )


def test_second_order():
    x = np.array([-1.5, 0.3, 2.0], dtype="float64")
    x.attach_grad()
    results = []
    for _ in range(CALLS):
        with autograd.record():
            y = npx.gelu(x)
            (slope,) = autograd.grad(y, [x], create_graph=True)
        slope.backward()
        results.append(x.grad.asnumpy().copy())
    for result in results[1:]:
        numpy.testing.assert_allclose(result, results[0], rtol=1e-12)


def test_what_backward_gave_up_is_named():
    x = np.ones((5,))
    x.attach_grad()
    for _ in range(CALLS):
        with autograd.record():
            y = npx.gelu(x)
        y.backward()
        with pytest.raises(RuntimeError, match=r"released what .* had saved.*retain_graph"):
            y.backward()
    with pytest.raises(RuntimeError, match="`gelu`"):
        y.backward()


def test_a_write_between_forward_and_backward_leaves_the_gradient():
    x = np.array([0.5, -0.5])
    for _ in range(CALLS):
        x[:] = np.array([0.5, -0.5])
        x.attach_grad()
        with autograd.record():
            y = npx.silu(x)
        wanted = y.asnumpy()
        x[:] = 7
        y.backward()
        s = 1 / (1 + numpy.exp(-numpy.array([0.5, -0.5])))
        numpy.testing.assert_allclose(x.grad.asnumpy(), s + wanted * (1 - s), rtol=1e-5)


def test_updates_in_place_have_the_bits_of_those_that_are_not():
    rng = numpy.random.default_rng(3)
    arrays = [np.array(rng.normal(size=(40, 31)), dtype="float32") for _ in range(2)]
    arrays += [np.zeros((40, 31)), np.zeros((40, 31))]
    rate = np.array(0.01)
    for step in range(CALLS):
        wanted = [a.asnumpy() for a in npx.adam_update(*[a.copy() for a in arrays], rate, wd=0.1)]
        before = [arrays[0].copy(), arrays[1].copy()]
        weight, grad, mean, var = arrays
        npx.adam_update(weight, grad, mean, var, rate, wd=0.1, out=(weight, mean, var))
        for given, expected in zip((weight, mean, var), wanted, strict=True):
            numpy.testing.assert_array_equal(given.asnumpy(), expected, err_msg=f"step {step}")
        numpy.testing.assert_array_equal(grad.asnumpy(), before[1].asnumpy())
        assert (weight.asnumpy() != before[0].asnumpy()).any()


def test_updates_that_read_what_they_write_elsewhere_read_it_before():
    start = numpy.arange(12, dtype="float32")
    for _ in range(CALLS):
        weight = np.array(start)
        npx.sgd_update(weight, weight[::-1], 0.5, out=weight)
        numpy.testing.assert_array_equal(weight.asnumpy(), start - start[::-1] / 2)
        weight = np.array(start)
        npx.sgd_update(weight, weight, 0.5, out=weight)
        numpy.testing.assert_array_equal(weight.asnumpy(), start / 2)
        weight = np.array(start)
        part = weight[2:6]
        npx.sgd_update(part, np.ones(4), 1.0, out=part)
        wanted = numpy.concatenate([start[:2], start[2:6] - 1, start[6:]])
        numpy.testing.assert_array_equal(weight.asnumpy(), wanted)


def test_an_array_that_somebody_saved_is_not_updated_under_them():
    x = np.array([1.0, 2.0, 3.0])
    weight = np.array([2.0, 2.0, 2.0])
    x.attach_grad()
    for _ in range(CALLS):
        with autograd.record():
            y = x * weight
        kept = weight.asnumpy().copy()
        npx.sgd_update(weight, np.ones(3), 0.5, out=weight)
        y.backward()
        numpy.testing.assert_array_equal(x.grad.asnumpy(), kept)
