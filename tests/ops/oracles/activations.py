"""Elementwise functions and activations."""

import math

import numpy
import scipy.special


def relu(x):
    return numpy.maximum(x, x.dtype.type(0))


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def gammaln(x):
    # SciPy says -inf at -inf, where C and PyTorch have inf.
    return numpy.where(x == -numpy.inf, numpy.inf, scipy.special.gammaln(x)).astype(x.dtype)


def polygamma(x, n=1):
    # SciPy takes the side of an infinite argument that has no limit.
    found = scipy.special.polygamma(n, x.astype("float64"))
    return numpy.where(x == -numpy.inf, numpy.nan, found).astype(x.dtype)


def rsqrt(x):
    return 1 / numpy.sqrt(x)


def signbit(x):
    return numpy.signbit(x.astype("float64"))


def rint(x):
    return numpy.rint(x).astype(x.dtype)


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    return numpy.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def invert(x):
    return numpy.invert(x)


def clip(x, *bounds):
    return numpy.clip(x, *bounds, *[None] * (2 - len(bounds)))


def prod(x, axis=None, keepdims=False, dtype=None):
    return numpy.prod(x, axis=axis, keepdims=keepdims, dtype=dtype)


def recurrence(factor=None, term=None, axis=0, reverse=False, start=0):
    """One element after the other, in Python."""
    factor = numpy.ones_like(term) if factor is None else factor
    term = numpy.zeros_like(factor) if term is None else term
    factor, term = (numpy.moveaxis(x, axis, 0) for x in (factor, term))
    out, last = numpy.zeros_like(factor), factor.dtype.type(start)
    places = range(len(factor))
    for k in reversed(places) if reverse else places:
        last = out[k] = factor[k] * last + term[k]
    return numpy.moveaxis(out, 0, axis)


def softplus(x):
    return numpy.logaddexp(x, 0)


def softsign(x):
    return x / (1 + abs(x))


def silu(x, beta=1):
    return x / (1 + numpy.exp(-beta * x))


def mish(x):
    return x * numpy.tanh(softplus(x))


def gelu(x, approximation="erf"):
    if approximation == "erf":
        return 0.5 * x * (1 + scipy.special.erf(x / math.sqrt(2)))
    return 0.5 * x * (1 + numpy.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def elu(x, alpha=1):
    return numpy.where(x > 0, x, alpha * numpy.expm1(x))


def celu(x, alpha=1):
    return numpy.where(x > 0, x, alpha * numpy.expm1(x / alpha))


def selu(x):
    return 1.0507009873554805 * elu(x, 1.6732632423543772)


def leaky_relu(x, slope=0.25):
    return numpy.where(x > 0, x, slope * x)


def prelu(x, gamma):
    if gamma.ndim == 1 and gamma.size != 1 and x.ndim > 1:
        gamma = gamma.reshape(-1, *(1,) * (x.ndim - 2))
    return numpy.where(x > 0, x, gamma * x)


def relu6(x):
    return numpy.clip(x, 0, 6)


def hard_sigmoid(x, alpha=0.2, beta=0.5):
    return numpy.clip(alpha * x + beta, 0, 1)


def hard_swish(x):
    return x * numpy.clip(x + 3, 0, 6) / 6
