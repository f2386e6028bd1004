"""`autograd.custom_vjp` and `custom_jvp`: eager, batched, in plans, to higher orders."""

import numpy
import pytest
import weft
from weft import autograd, np


def array(*values):
    return np.array(values, dtype="float64")


def same(have, want):
    numpy.testing.assert_allclose(numpy.asarray(have), numpy.asarray(want), rtol=1e-9, atol=1e-12)


@autograd.custom_vjp
def scaled(x, p):
    """Its rule gives thrice the derivative of the sine, so that nothing else can pass for it."""
    return {"a": np.sin(x) * p["w"], "b": (x * x).sum()}


def scaled_forward(x, p):
    return scaled.__wrapped__(x, p), (x, p, np.cos(x))


def scaled_backward(residuals, cotangents):
    x, p, cosine = residuals
    by_x = 3 * cotangents["a"] * cosine * p["w"] + cotangents["b"] * 2 * x
    return by_x, {"w": cotangents["a"] * np.sin(x), "n": None}


scaled.defvjp(scaled_forward, scaled_backward)


def loss(x, w):
    found = scaled(x, {"w": w, "n": 2})
    return found["a"].sum() + found["b"]


X, W = array(0.3, -1.2, 0.7), array(2.0, 0.5, -1.0)
SLOPE = 3 * numpy.cos(X.asnumpy()) * W.asnumpy() + 2 * X.asnumpy()
CURVATURE = numpy.diag(-3 * numpy.sin(X.asnumpy()) * W.asnumpy() + 2)


@autograd.custom_jvp
def softplus(x, k):
    """Its rule gives five times the derivative by x."""
    return np.log1p(np.exp(x)) * k


@softplus.defjvp
def softplus_rule(primals, tangents):
    (x, k), (dx, dk) = primals, tangents
    return softplus(x, k), 5 * dx * k / (1 + np.exp(-x)) + dk * np.log1p(np.exp(x))


def total(x):
    return softplus(x, array(2.0)[0]).sum()


SIGMOID = 1 / (1 + numpy.exp(-X.asnumpy()))
RULES = {
    "vjp": (lambda x: loss(x, W), SLOPE, CURVATURE),
    "jvp": (total, 10 * SIGMOID, numpy.diag(10 * SIGMOID * (1 - SIGMOID))),
}


def plain(function):
    return function


HOW = pytest.mark.parametrize("how", [plain, weft.hybridize], ids=["eager", "hybridized"])
RULE = pytest.mark.parametrize("name", RULES)


@HOW
@RULE
def test_the_rule_is_the_gradient(name, how):
    function, slope, _ = RULES[name]
    same(how(autograd.grad(function))(X), slope)
    x = X.copy()
    x.attach_grad()
    with autograd.record():
        value = how(function)(x)
    value.backward()
    same(x.grad, slope)
    same(value, function(X))


@HOW
@RULE
def test_second_derivatives_are_those_of_the_rule(name, how):
    function, _, curvature = RULES[name]
    same(how(autograd.hessian(function))(X), curvature)
    same(how(autograd.jacrev(autograd.grad(function)))(X), curvature)


@HOW
@RULE
def test_rules_run_on_batches(name, how):
    function, slope, _ = RULES[name]
    batch = np.stack([X, X * 0.5, X])
    value, found = how(weft.vmap(autograd.value_and_grad(function)))(batch)
    same(found[0], slope)
    same(found[2], slope)
    same(value[1], function(X * 0.5))
    # The gradient is taken of the batch: the rule itself is batched.
    whole = how(autograd.grad(lambda x: weft.vmap(function)(x).sum()))(batch)
    same(whole, found)


@RULE
def test_a_product_from_the_right_is_the_rules(name):
    function, slope, _ = RULES[name]
    same(autograd.jvp(function, (X,), (X,))[1], slope @ X.asnumpy())


def test_the_rule_takes_effect_where_the_function_has_no_derivative():
    @autograd.custom_vjp
    def root(x):
        return np.sqrt(x)

    root.defvjp(
        lambda x: (np.sqrt(x), x),
        lambda x, dy: (np.where(x > 0, dy / (2 * np.sqrt(np.maximum(x, 1e-9))), 0),),
    )
    for how in (plain, weft.hybridize):
        same(how(autograd.grad(lambda x: root(x).sum()))(array(0.0, 4.0)), [0, 0.25])


@pytest.mark.parametrize("hybrid", [False, True])
def test_a_forward_rule_may_call_the_function_itself(hybrid):
    @autograd.custom_vjp
    def cube(x):
        return x * x * x

    # The residual is what the function gives, so that later derivatives go through its rule.
    cube.defvjp(lambda x: (cube(x), (x, cube(x))), lambda kept, dy: (3 * dy * kept[1] / kept[0],))
    x = array(2.0, 3.0)
    derivative, wanted = (lambda x: cube(x).sum()), [3 * x**2, 6 * x, 6 + 0 * x]
    for order in wanted:
        derivative = autograd.grad(derivative)
        found = weft.hybridize(derivative) if hybrid else derivative
        same(found(x), order)
        same(found(x), order)
        derivative = lambda x, inner=derivative: inner(x).sum()  # noqa: E731


def test_without_a_gradient_the_function_runs_as_it_is():
    calls = []

    @autograd.custom_vjp
    def counted(x):
        calls.append("plain")
        return x * 2

    counted.defvjp(lambda x: (calls.append("rule"), None), lambda res, dy: (dy,))
    counted(X)
    with autograd.record():
        counted(X)  # nothing has a history
    weft.hybridize(lambda x: counted(x))(X)
    assert calls == ["plain"] * 3
    assert counted.__name__ == "counted"


def test_arguments_that_are_no_arrays():
    @autograd.custom_vjp
    def fixed(power, x, *, more):
        return x**power + more

    with pytest.raises(TypeError, match=r"fixed: .*no keyword-only arguments; got more"):
        autograd.grad(lambda x: fixed(2, x, more=1).sum())(X)

    class Power(autograd.custom_vjp):
        pass

    power = Power(lambda n, x: x**n, nondiff_argnums=(0,))
    power.defvjp(lambda n, x: (x**n, x), lambda n, x, dy: (n * 10 * x ** (n - 1) * dy,))
    for how in (plain, weft.hybridize):
        same(how(autograd.grad(lambda x: power(3, x).sum()))(X), 30 * X.asnumpy() ** 2)
        same(
            how(autograd.grad(lambda x: power(2, x=x).sum() if 0 else power(2, x).sum()))(X),
            20 * X.asnumpy(),
        )


def test_integers_among_results_and_arguments():
    @autograd.custom_vjp
    def picked(x, index):
        return x[index] * 2, np.argsort(x)

    picked.defvjp(
        lambda x, index: ((x[index] * 2, np.argsort(x)), (np.zeros_like(x), index)),
        lambda res, dy: (weft.npx.index_add(res[0], res[1].reshape(1, -1), 7 * dy[0]), None),
    )
    index = np.array([2, 0])
    for how in (plain, weft.hybridize):
        same(how(autograd.grad(lambda x: picked(x, index)[0].sum()))(X), [7, 0, 7])


def test_containers_that_differ_in_a_none_have_rules_of_their_own():
    @autograd.custom_vjp
    def first(p):
        return p["x"] * len(p)

    first.defvjp(
        lambda p: (p["x"] * len(p), {**p, "size": len(p)}),
        lambda p, dy: (
            {key: dy * p["size"] if key == "x" else None for key in p if key != "size"},
        ),
    )
    for how in (plain, weft.hybridize):
        for p, slope in (({"x": X}, 1), ({"x": X, "n": None}, 2)):
            same(how(autograd.grad(lambda p: first(p).sum()))(p)["x"], [slope] * 3)


def test_an_operator_serves_all_calls_of_a_form():
    batch = np.stack([X, X])

    def step():
        weft.hybridize(autograd.grad(lambda x: loss(x, W)))(X)
        weft.vmap(autograd.value_and_grad(total))(batch)

    step()
    before = len(weft._core.native.operators())
    for _ in range(3):
        step()
    assert len(weft._core.native.operators()) == before


def broken(forward, backward):
    @autograd.custom_vjp
    def function(x):
        return x * 2

    if forward:
        function.defvjp(forward, backward)
    return lambda: autograd.grad(lambda x: function(x).sum())(X)


ERRORS = {
    "no rule": (broken(None, None), RuntimeError, "function: `defvjp` must be called before"),
    "no pair": (
        broken(lambda x: x, None),
        TypeError,
        r"function: `forward` must return a pair \(result, residuals\); got ndarray",
    ),
    "gradients": (
        broken(lambda x: (x * 2, x), lambda x, dy: (dy, dy)),
        TypeError,
        "for each of 1 arguments; got 2",
    ),
    "shape": (
        broken(lambda x: (x * 2, x), lambda x, dy: (dy.sum(),)),
        ValueError,
        r"function: backward must give gradient 0 .* \(3,\); got \(\)",
    ),
    "function": (lambda: autograd.custom_vjp(3), TypeError, "`fun` must be callable; got int"),
    "no rule of tangents": (
        lambda: autograd.grad(autograd.custom_jvp(lambda x: x.sum()))(X),
        RuntimeError,
        "`defjvp` must be called before",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_say_what_is_wrong(name):
    call, kind, message = ERRORS[name]
    with pytest.raises(kind, match=message):
        call()
    assert not autograd.is_recording()
