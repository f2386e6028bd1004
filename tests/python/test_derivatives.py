"""Derivatives of functions against finite differences of NumPy's values: products with Jacobians,
matrices, containers, nesting, batches, plans."""

import dataclasses

import numpy
import pytest
import weft
from weft import autograd, gluon, np, npx


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


@pytest.mark.parametrize("jacobian", [autograd.jacrev, autograd.jacfwd, autograd.jacobian])
@pytest.mark.parametrize("name", CASES)
def test_jacobians(name, jacobian):
    function, inputs = setup(name)
    wanted = numeric_jacobian(function, inputs)
    result = jacobian(function, argnums=tuple(range(len(inputs))))(*inputs)
    rows = result if isinstance(function(*inputs), tuple) else (result,)
    for have, want in zip(rows, wanted, strict=True):
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

    values, pullback = autograd.vjp(function, *inputs)
    for have, want in zip(tupled(values), outputs, strict=True):
        numpy.testing.assert_array_equal(have.asnumpy(), want.asnumpy())
    vectors = [np.array(v) for v in left]
    for _ in range(2):  # it may be called again
        found = pullback(tuple(vectors) if isinstance(values, tuple) else vectors[0])
    for i, have in enumerate(found):
        want = sum(numpy.tensordot(v, row[i], v.ndim) for v, row in zip(left, table, strict=True))
        numpy.testing.assert_allclose(have.asnumpy(), want, rtol=1e-6, atol=1e-8)

    values, found = autograd.jvp(function, inputs, [np.array(v) for v in right])
    for have, row in zip(tupled(found), table, strict=True):
        want = sum(numpy.tensordot(part, v, v.ndim) for part, v in zip(row, right, strict=True))
        numpy.testing.assert_allclose(have.asnumpy(), want, rtol=1e-6, atol=1e-8)


def test_hessian_and_its_products():
    random = numpy.random.default_rng(7)
    x, y = (np.array(random.normal(size=(3,))) for _ in range(2))

    def function(x, y):
        return (np.exp(x) * y * y).sum()

    found = autograd.hessian(function, argnums=(0, 1))(x, y)
    e, v = numpy.exp(x.asnumpy()), y.asnumpy()
    wanted = ((e * v * v, 2 * e * v), (2 * e * v, 2 * e))
    for i in range(2):
        for j in range(2):
            numpy.testing.assert_allclose(
                found[i][j].asnumpy(), numpy.diag(wanted[i][j]), rtol=1e-12
            )
    along = autograd.hvp(function, (x, y), (y, x))
    for i, have in enumerate(along):
        want = found[i][0] @ y + found[i][1] @ x
        numpy.testing.assert_allclose(have.asnumpy(), want.asnumpy(), rtol=1e-12)
    assert autograd.hessian(lambda x: x * x)(np.array(2.0)).item() == 2
    assert autograd.hessian(lambda x: (3 * x).sum())(x).asnumpy().tolist() == [[0] * 3] * 3
    assert isinstance(autograd.hvp(lambda x: (x**3).sum(), x, x), np.ndarray)


# ---- containers, argnums, aux


@dataclasses.dataclass
class Net:
    weight: object
    rest: object


def loss(net, scale, x):
    y = np.tanh(x @ net.weight + net.rest["bias"][0]) * scale
    return (y * y).sum(), {"rows": len(x), "y": y}


def containers():
    random = numpy.random.default_rng(8)
    w, b, x = (np.array(random.normal(size=s)) for s in ((2, 3), (3,), (4, 2)))
    return Net(w, {"bias": (b,), "none": None}), np.array(1.5, dtype="float64"), x


def test_gradients_are_nested_like_the_arguments():
    net, scale, x = containers()
    (value, aux), (by_net, by_scale) = autograd.value_and_grad(loss, (0, 1), has_aux=True)(
        net, scale, x
    )
    assert isinstance(by_net, Net)
    assert by_net.rest["none"] is None
    assert by_net.rest["bias"][0].shape == (3,)
    assert aux["rows"] == 4
    assert not weft._core.native.is_recorded(aux["y"])
    numpy.testing.assert_allclose(value.asnumpy(), loss(net, scale, x)[0].asnumpy())

    def flat(w, b, s):
        return loss(Net(w, {"bias": (b,), "none": None}), s, x)[0]

    inputs = [net.weight, net.rest["bias"][0], scale]
    wanted = numeric_jacobian(flat, inputs)[0]
    found = [by_net.weight, by_net.rest["bias"][0], by_scale]
    for have, want in zip(found, wanted, strict=True):
        numpy.testing.assert_allclose(have.asnumpy(), want, rtol=1e-6, atol=1e-7)
    gradient, aux = autograd.grad(loss, argnums=-2, has_aux=True)(net, scale, x)
    numpy.testing.assert_allclose(gradient.asnumpy(), by_scale.asnumpy())


@pytest.mark.parametrize("jacobian", [autograd.jacrev, autograd.jacfwd])
def test_matrices_are_nested_like_results_of_arguments(jacobian):
    net, scale, x = containers()

    def function(net, scale, x):
        return {"y": (x @ net.weight) * scale, "s": [net.rest["bias"][0].sum()]}, "aux"

    matrix, aux = jacobian(function, (0, 1), has_aux=True)(net, scale, x)
    assert aux == "aux"
    by_net, by_scale = matrix["y"]
    assert by_net.weight.shape == (4, 3, 2, 3)
    assert not by_net.rest["bias"][0].asnumpy().any()
    numpy.testing.assert_allclose(by_scale.asnumpy(), (x @ net.weight).asnumpy())
    assert matrix["s"][0][0].rest["bias"][0].tolist() == [1, 1, 1]


def test_hessian_of_containers():
    found = autograd.hessian(lambda p: (p["a"] ** 2).sum() * p["b"][0])(
        {"a": np.array([1.0, 2.0]), "b": (np.array(3.0),)}
    )
    assert found["a"]["a"].tolist() == [[6, 0], [0, 6]]
    assert found["a"]["b"][0].tolist() == [2, 4]
    assert found["b"][0]["a"].tolist() == [2, 4]
    assert found["b"][0]["b"][0].item() == 0


def test_products_take_and_give_aux():
    x = np.array([1.0, 2.0])
    value, pullback, aux = autograd.vjp(lambda x: (x * x, {"n": 2}), x, has_aux=True)
    assert (value.tolist(), aux) == ([1, 4], {"n": 2})
    assert pullback(np.array([1.0, 10.0]))[0].tolist() == [2, 40]
    _, change, aux = autograd.jvp(lambda x: (x * x, 3), (x,), (x,), has_aux=True)
    assert (change.tolist(), aux) == ([2, 8], 3)


# ---- composition


def smooth(x):
    return (np.tanh(x) * x[::-1]).sum()


def test_derivatives_nest_in_any_order():
    x = np.array([0.3, -1.2, 0.7], dtype="float64")
    wanted = numeric_jacobian(autograd.grad(smooth), [x])[0][0]
    for outer in (autograd.jacrev, autograd.jacfwd):
        for inner in (autograd.jacrev, autograd.jacfwd):
            found = outer(inner(smooth))(x)
            numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6, atol=1e-8)
    third = autograd.jacfwd(autograd.hessian(smooth))(x)
    wanted = numeric_jacobian(autograd.hessian(smooth), [x])[0][0]
    numpy.testing.assert_allclose(third.asnumpy(), wanted, rtol=1e-5, atol=1e-7)
    fourth = autograd.grad(autograd.grad(autograd.grad(autograd.grad(lambda x: x**5))))
    assert fourth(np.array(2.0)).item() == 240


TRANSFORMS = {
    "grad": autograd.grad(smooth),
    "jacrev": autograd.jacrev(lambda x: np.tanh(x) * x[::-1]),
    "jacfwd": autograd.jacfwd(lambda x: np.tanh(x) * x[::-1]),
    "hessian": autograd.hessian(smooth),
    "hvp": lambda x: autograd.hvp(smooth, x, x * 2),
    "jvp": lambda x: autograd.jvp(smooth, (x,), (x * 2,)),
    "vjp": lambda x: autograd.vjp(lambda x: np.exp(x), x)[1](x),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_run_batched_and_hybridized(name):
    function = TRANSFORMS[name]
    x = np.array(numpy.random.default_rng(3).normal(size=(4, 3)))
    wanted = [tupled(function(row)) for row in x]
    for found in (
        tupled(weft.vmap(function)(x)),
        tupled(weft.hybridize(weft.vmap(function))(x)),
        [
            np.stack(parts)
            for parts in zip(*map(tupled, map(weft.hybridize(function), x)), strict=True)
        ],
    ):
        for have, *want in zip(found, *wanted, strict=True):
            want = np.stack([part[0] if isinstance(part, tuple) else part for part in want])
            have = have[0] if isinstance(have, tuple) else have
            numpy.testing.assert_allclose(have.asnumpy(), want.asnumpy(), rtol=1e-9, atol=1e-12)


def test_a_pullback_in_a_batch_is_the_jacobian():
    x = np.array([0.3, -1.2, 0.7], dtype="float64")

    def function(x):
        return np.tanh(x) * x[::-1]

    _, pullback = autograd.vjp(function, x)
    rows = weft.vmap(pullback)(np.eye(3, dtype="float64"))[0]
    numpy.testing.assert_allclose(rows.asnumpy(), autograd.jacfwd(function)(x).asnumpy())


def test_functions_that_look_at_values_are_differentiated():
    def function(x):
        return x * x if float(x.sum()) > 0 else -(x**3)

    for sign in (1, -1):
        x = np.array([1.0, 2.0], dtype="float64") * sign
        wanted = numeric_jacobian(function, [x])[0][0]
        for jacobian in (autograd.jacrev, autograd.jacfwd):
            numpy.testing.assert_allclose(jacobian(function)(x).asnumpy(), wanted, atol=1e-7)
        assert autograd.hessian(lambda x: function(x).sum())(x).shape == (2, 2)


def test_random_numbers_are_the_same_for_value_and_matrix():
    drawn = []

    def function(x):
        drawn.append(np.random.uniform(size=2))
        return x * drawn[-1]

    matrix = autograd.jacrev(function)(np.ones(2))
    values = [d.tolist() for d in drawn if not weft._core.native.is_traced(d)]
    assert np.diag(matrix).tolist() in values


def test_second_order_through_a_recording_around():
    x = np.array([0.5, 2.0])
    x.attach_grad()
    with autograd.record():
        slope = autograd.grad(lambda v: (v**3).sum())(x)
        _, change = autograd.jvp(lambda v: v**3, (x,), (np.ones(2),))
        total = (slope + change).sum()
    total.backward()
    numpy.testing.assert_allclose(x.grad.asnumpy(), 12 * x.asnumpy(), rtol=1e-6)


def test_the_mode_stays_what_it_is():
    layer = gluon.nn.Dropout(0.5)
    x = np.ones(100)
    gradient = autograd.grad(lambda x: layer(x).sum())
    assert gradient(x).tolist() == [1] * 100
    with autograd.train_mode():
        assert set(gradient(x).tolist()) == {0, 2}


def test_the_callers_arrays_are_left_alone():
    x = np.array([1.0, 2.0])
    autograd.grad(lambda x: (x * x).sum())(x)
    autograd.jacfwd(lambda x: x * x)(x)
    assert x.grad is None
    assert autograd.grad(lambda x: x * x)(3.0).item() == 6
    assert autograd.grad(lambda x: (x * x).sum())(numpy.ones(2)).dtype == "float64"


def test_complex_numbers_have_pytorchs_convention():
    z = np.array([1 + 2j, -0.5j])
    found = autograd.grad(lambda z: (abs(z) ** 2).sum())(z)
    numpy.testing.assert_allclose(found.asnumpy(), 2 * z.asnumpy(), rtol=1e-6)


def test_gradients_of_loops():
    def function(x):
        return npx.foreach(lambda r, s: (r, s * r), x, np.ones((), dtype="float64"))[1]

    x = np.array([1.0, 2.0, 3.0], dtype="float64")
    assert autograd.grad(function)(x).tolist() == [6, 3, 2]
    assert weft.hybridize(autograd.grad(function))(x).tolist() == [6, 3, 2]


# ---- errors


X = np.array([1.0, 2.0])
ERRORS = {
    "many numbers": (lambda: autograd.grad(lambda x: x)(X), ValueError, r"one number; got shape"),
    "no array": (lambda: autograd.grad(lambda x: 1.0)(X), TypeError, r"`fun\(\.\.\.\)` must be"),
    "integers": (
        lambda: autograd.jacrev(lambda x: x)(np.arange(3)),
        TypeError,
        r"jacrev: `args\[0\]` must have a floating dtype; got int64",
    ),
    "integer results": (
        lambda: autograd.vjp(lambda x: np.argsort(x), X),
        TypeError,
        r"vjp: `fun\(\.\.\.\)` must have a floating dtype; got int64",
    ),
    "text": (lambda: autograd.grad(lambda x: X)("x"), TypeError, r"`args\[0\]` must be an array"),
    "a matrix at once": (
        lambda: autograd.hessian(lambda x: x, X),
        TypeError,
        "`argnums` must be an integer or a tuple of integers; got ndarray; call what",
    ),
    "argnums": (lambda: autograd.grad(lambda x: x, 1)(X), ValueError, "1 positional arg.*got 1"),
    "equal argnums": (
        lambda: autograd.grad(lambda x, y: x, (0, -2))(X, X),
        ValueError,
        "`argnums` must differ",
    ),
    "aux": (
        lambda: autograd.grad(lambda x: x.sum(), has_aux=True)(X),
        TypeError,
        r"must return a pair \(result, aux\); got ndarray",
    ),
    "cotangent": (
        lambda: autograd.vjp(lambda x: x, X)[1](np.ones(3)),
        ValueError,
        r"vjp: `cotangents` must have shape \(2,\); got \(3,\)",
    ),
    "tangent": (
        lambda: autograd.jvp(lambda x: x, (X,), ({"a": X},)),
        ValueError,
        r"jvp: `tangents` must be nested like .*`tangents\[0\]`; got `tangents\[0\]\['a'\]`",
    ),
    "primals": (lambda: autograd.jvp(lambda x: x, 3, X), TypeError, "jvp: `primals` must be a"),
    "a hessian of many": (lambda: autograd.hessian(lambda x: x)(X), ValueError, r"one number"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_bad_input(name):
    call, kind, message = ERRORS[name]
    with pytest.raises(kind, match=message):
        call()
    assert not autograd.is_recording()
