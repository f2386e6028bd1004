"""Products, padding, effects and operators of the tests' own."""

import numpy
import scipy.special


def einsum(operands, subscripts):
    return numpy.einsum(subscripts, *operands)


def tensordot(a, b, a_axes, b_axes):
    return numpy.tensordot(a, b, (a_axes, b_axes))


def pad(array, value=0, *, before, after, mode="constant"):
    options = {"constant_values": value} if mode == "constant" else {}
    return numpy.pad(array, list(zip(before, after, strict=True)), mode, **options)


def stop_gradient(x):
    return x


def print_(arrays, format="{}"):
    return []


def check(condition, arrays, message, where=""):
    assert condition.all()
    return []


def callback(arrays, function, results):
    return function(*arrays)


def outside_cube(x, factor=1.0):
    return factor * x**3


def outside_lerp(a, b, weight):
    return a + weight * (b - a)


def outside_multiples(x, count):
    return [k * x for k in range(1, count + 1)]


def outside_logistic(x, steepness=1.0):
    return scipy.special.expit(steepness * x)


def outside_rotate(x, y, angle=0.5):
    turned = (x + 1j * y) * numpy.exp(1j * angle)
    return [turned.real, turned.imag]


def outside_product(arrays, scales=(2, 3), power=2):
    factors = [array.astype("float64") ** power for array in arrays]
    return numpy.multiply.reduce(factors) * numpy.multiply.reduce(scales)


def outside_swish(x, gate=1.0, beta=1.0):
    return x * scipy.special.expit(beta * x) * gate
