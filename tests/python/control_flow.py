"""Functions with control flow, and comparisons of what they give eager and hybridized."""

import numpy
import weft
from weft import autograd, np, npx
from weft._trace.structure import flatten

RANDOM = numpy.random.default_rng(5)


def array(*shape, dtype="float64"):
    return np.array(RANDOM.uniform(-1, 1, shape).astype(dtype))


def flat(value):
    arrays = []
    flatten(value, arrays, "test")
    return arrays


def same(a, b, tolerance=0.0):
    found, wanted = flat(a), flat(b)
    assert len(found) == len(wanted)
    for x, y in zip(found, wanted, strict=True):
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        numpy.testing.assert_allclose(x.asnumpy(), y.asnumpy(), rtol=tolerance, atol=tolerance)


def recorded(function, inputs, leaves):
    """Results, and the gradients of the sum of their squares into inputs and leaves."""
    inputs = [x.copy() for x in inputs]
    for leaf in (*inputs, *leaves):
        leaf.attach_grad()
    with autograd.record():
        outputs = function(*inputs)
        head = sum(((y * y).sum() for y in flat(outputs) if y.dtype == "float64"), np.zeros(()))
    head.backward()
    return flat(outputs), [leaf.grad.copy() for leaf in (*inputs, *leaves)]


def compare(function, *inputs, leaves=(), tolerance=1e-12):
    """Eager and hybridized agree, with and without gradients; returns the eager results."""
    planned = weft.hybridize(function)
    eager = function(*inputs)
    for _ in range(2):  # the first call traces
        same(planned(*inputs), eager)
    outputs, gradients = recorded(function, inputs, leaves)
    for _ in range(2):
        again, planned_gradients = recorded(planned, inputs, leaves)
        same(again, outputs)
        same(planned_gradients, gradients, tolerance)
    return eager


W = array(3, 3)


def cumulative(x, h):
    def body(row, state):
        new = np.tanh(row @ W + state)
        return new * 2, new

    return npx.foreach(body, x, h)


def doubling(x):
    """As many steps as the values decide."""
    outputs, (count, y) = npx.while_loop(
        lambda count, y: np.abs(y).sum() < 40,
        lambda count, y: (y * W[0], (count + 1, y * 2 + x)),
        (np.zeros(()), x),
        max_iterations=9,
    )
    return outputs, count, y


def halves(x):
    return npx.cond(x.sum() > 0, lambda: np.exp(x) * W[0], lambda: x * x)


FUNCTIONS = {
    "foreach": lambda x: cumulative(x.reshape((2, 1, 3)), np.zeros((1, 3), dtype="float64")),
    "while": lambda x: doubling(x[:3] + x[3:]),
    "cond": lambda x: halves(x[:3] * 2 + x[3:]),
}
