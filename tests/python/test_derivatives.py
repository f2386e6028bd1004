"""vjp, jvp, jacobian and hessian against finite differences of NumPy's values."""

import numpy
import pytest
from weft import autograd, np


def one(x):
    return np.tanh(x).sum(axis=0) * x[0]


def several(x, y):
    return x @ y, np.exp(x).sum()


def unused(x, y):
    return x * 2, y.sum()


CASES = {
    "one input, one output": (one, [(3, 2)]),
    "several": (several, [(2, 3), (3, 2)]),
    "an output that does not use an input": (unused, [(2,), (3, 2)]),
    "an empty input": (lambda x, y: x.sum() + y, [(0, 3), (2,)]),
    "linear": (lambda x, y: (3 * x, x.sum() + y), [(2,), (2,)]),
    "an unused input": (lambda x, y: 2 * x, [(2,), (3,)]),
    "a constant": (lambda x: np.ones(2, dtype="float64"), [(2,)]),
    "rank 0": (lambda x: x * x * x, [()]),
}


def setup(name):
    function, shapes = CASES[name]
    random = numpy.random.default_rng(5)
    return function, [np.array(random.normal(size=shape)) for shape in shapes]


def tupled(value):
    return value if isinstance(value, tuple) else (value,)


def numeric_jacobian(function, inputs):
    """By central differences: for each output and input one array."""
    outputs = [y.asnumpy() for y in tupled(function(*inputs))]
    tables = [[numpy.zeros(y.shape + x.shape) for x in inputs] for y in outputs]
    step = 1e-6
    for i, x in enumerate(inputs):
        for place in numpy.ndindex(x.shape):
            ends = []
            for sign in (1, -1):
                moved = x.asnumpy()
                moved[place] += sign * step
                changed = [*inputs[:i], np.array(moved), *inputs[i + 1 :]]
                ends.append([y.asnumpy() for y in tupled(function(*changed))])
            for o, table in enumerate(tables):
                table[i][(..., *place)] = (ends[0][o] - ends[1][o]) / (2 * step)
    return tables


@pytest.mark.parametrize("name", CASES)
def test_jacobian(name):
    function, inputs = setup(name)
    wanted = numeric_jacobian(function, inputs)
    found = [tupled(row) for row in tupled(autograd.jacobian(function, inputs))]
    if not isinstance(function(*inputs), tuple):
        found = [tupled(autograd.jacobian(function, inputs))]
    for have, want in zip(found, wanted, strict=True):
        for a, b in zip(have, want, strict=True):
            assert a.shape == b.shape
            numpy.testing.assert_allclose(a.asnumpy(), b, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_products_with_vectors(name):
    function, inputs = setup(name)
    table = numeric_jacobian(function, inputs)
    random = numpy.random.default_rng(6)
    outputs = tupled(function(*inputs))
    left = [random.normal(size=y.shape) for y in outputs]
    right = [random.normal(size=x.shape) for x in inputs]

    values, found = autograd.vjp(function, inputs, [np.array(v) for v in left])
    for have, want in zip(tupled(values), outputs, strict=True):
        numpy.testing.assert_array_equal(have.asnumpy(), want.asnumpy())
    for i, have in enumerate(found):
        want = sum(numpy.tensordot(v, row[i], v.ndim) for v, row in zip(left, table, strict=True))
        numpy.testing.assert_allclose(have.asnumpy(), want, rtol=1e-6, atol=1e-8)

    values, found = autograd.jvp(function, inputs, [np.array(v) for v in right])
    for have, row in zip(tupled(found), table, strict=True):
        want = sum(numpy.tensordot(part, v, v.ndim) for part, v in zip(row, right, strict=True))
        numpy.testing.assert_allclose(have.asnumpy(), want, rtol=1e-6, atol=1e-8)


def test_hessian():
    random = numpy.random.default_rng(7)
    x, y = (np.array(random.normal(size=(3,))) for _ in range(2))

    def function(x, y):
        return (np.exp(x) * y * y).sum()

    found = autograd.hessian(function, (x, y))
    e, v = numpy.exp(x.asnumpy()), y.asnumpy()
    wanted = ((e * v * v, 2 * e * v), (2 * e * v, 2 * e))
    for i in range(2):
        for j in range(2):
            numpy.testing.assert_allclose(
                found[i][j].asnumpy(), numpy.diag(wanted[i][j]), rtol=1e-12
            )
    assert autograd.hessian(lambda x: x * x, np.array(2.0)).item() == 2
    assert autograd.hessian(lambda x: (3 * x).sum(), x).asnumpy().tolist() == [[0] * 3] * 3
    both = autograd.hessian(lambda x, y: (x * x).sum() + y.sum(), (x, y))
    assert [[part.asnumpy().any() for part in row] for row in both] == [[True, False], [False] * 2]


def test_structure_follows_the_arguments():
    x = np.array([1.0, 2.0])
    assert isinstance(autograd.jacobian(lambda x: x, x), np.ndarray)
    assert isinstance(autograd.jacobian(lambda x: x, [x]), tuple)
    assert isinstance(autograd.vjp(lambda x: x.sum(), x)[1], np.ndarray)
    assert x.grad is None, "the caller's array is left alone"


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda x: autograd.vjp(lambda x: x, x), ValueError, "vjp: `v` must be given"),
        (
            lambda x: autograd.vjp(lambda x: x, x, np.ones(3)),
            ValueError,
            r"vjp: `v` must have shapes \[\(2,\)\]; got \[\(3,\)\]",
        ),
        (lambda x: autograd.jvp(lambda x: 1.0, x, x), TypeError, r"jvp: `func\(...\)` must be"),
        (lambda x: autograd.jacobian(lambda x: x, 3), TypeError, "jacobian: `inputs` must be"),
        (
            lambda x: autograd.jacobian(lambda x: x, np.arange(3, dtype="int32")),
            TypeError,
            r"jacobian: `inputs\[0\]` must have a floating dtype; got int32",
        ),
        (lambda x: autograd.hessian(lambda x: x, x), ValueError, r"hessian: .* got \(2,\)"),
    ],
)
def test_bad_input(call, kind, message):
    with pytest.raises(kind, match=message):
        call(np.array([1.0, 2.0]))
