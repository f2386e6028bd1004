"""A rule of `custom_jvp` may call its own function, with primals or with tangents, as JAX's may."""

import numpy
import pytest
import weft
from weft import autograd, np

X = numpy.array([0.25, 1.5], "float32")


@autograd.custom_jvp
def exponential(x):
    return np.exp(x)


@exponential.defjvp
def _(primals, tangents):
    value = exponential(primals[0])
    return value, tangents[0] * value


@autograd.custom_jvp
def thrice(x):
    return 3 * x


@thrice.defjvp
def _(primals, tangents):
    return thrice(primals[0]), thrice(tangents[0])


def nth(function, order):
    derived = function
    for _ in range(order):
        derived = autograd.grad(lambda x, f=derived: f(x).sum())
    return derived


@pytest.mark.parametrize("wrap", [lambda f: f, weft.hybridize])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_of_a_rule_with_primals_are_right(wrap, order):
    found = wrap(nth(exponential, order))(np.array(X))
    numpy.testing.assert_allclose(found.asnumpy(), numpy.exp(X), rtol=1e-6)


@pytest.mark.parametrize("wrap", [lambda f: f, weft.hybridize])
def test_derivatives_of_a_rule_with_tangents_are_right(wrap):
    x = np.array(X)
    numpy.testing.assert_allclose(wrap(nth(thrice, 1))(x).asnumpy(), [3, 3])
    square = nth(lambda x: thrice(x) ** 2, 1)
    numpy.testing.assert_allclose(wrap(square)(x).asnumpy(), 18 * X, rtol=1e-6)
    numpy.testing.assert_allclose(
        wrap(nth(lambda x: thrice(x) ** 2, 2))(x).asnumpy(), [18, 18], rtol=1e-6
    )


@pytest.mark.parametrize("function, slope", [(exponential, numpy.exp(X)), (thrice, [3, 3])])
def test_products_from_the_right_are_those_of_the_slope(function, slope):
    _, found = autograd.jvp(function, (np.array(X),), (np.full((2,), 2.0),))
    numpy.testing.assert_allclose(found.asnumpy(), 2 * numpy.asarray(slope), rtol=1e-6)


def test_what_no_variable_leads_to_is_not_differentiated():
    """Its rule may have no gradient, or be costly."""
    asked = []

    class Counted(autograd.Function):
        def forward(self, x):
            return x * 2

        def backward(self, dy):
            asked.append(1)
            return dy * 2

    x, y = np.array([1.0]), np.array([2.0])
    x.attach_grad()
    y.attach_grad()
    with autograd.record():
        z = Counted()(y) * x
    (found,) = autograd.grad([z], [x], retain_graph=True)
    assert found.tolist() == [4.0] and asked == []
    (found,) = autograd.grad([z], [y])
    assert found.tolist() == [2.0] and asked == [1]
