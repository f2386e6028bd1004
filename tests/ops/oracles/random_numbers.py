"""How random numbers move with the parameters of their distribution while their rank stays, by
integrals of its density. tests/ops/test_distributions.py compares the same with differences."""

import numpy
from scipy import special

_NODES, _WEIGHTS = numpy.polynomial.legendre.leggauss(20)


def _integral(function, ends):
    """From the first of the ends along the last axis to the last one, part by part."""
    half = numpy.diff(ends)[..., None] / 2
    places = ends[..., :-1, None] + half * (_NODES + 1)
    return (function(places) * _WEIGHTS * half).sum((-2, -1))


def _where(valid, function, *arguments):
    """The function of the elements that are valid; NaN elsewhere."""
    arguments = numpy.broadcast_arrays(*(numpy.asarray(a, "float64") for a in arguments))
    found = numpy.full(arguments[0].shape, numpy.nan)
    good = numpy.broadcast_to(valid, found.shape)
    if good.any():
        found[good] = function(*(argument[good] for argument in arguments))
    return found


def gamma_slope(shape, logarithm):
    shape, logarithm = numpy.asarray(shape, "float64"), numpy.asarray(logarithm, "float64")
    valid = (shape > 0) & numpy.isfinite(shape) & (logarithm < numpy.inf)
    return _where(valid, _gamma_slope, shape, numpy.maximum(logarithm, -1e4))


def _gamma_slope(a, logarithm):
    """An integral below x as a series, or one above x, divided by x times the density."""
    x = numpy.exp(logarithm)
    n = numpy.arange(3000)
    terms = numpy.cumprod(numpy.where(n == 0, 1, x[:, None]) / (a[:, None] + n), axis=-1)
    below = -(terms * (logarithm[:, None] - special.digamma(a[:, None] + n + 1))).sum(-1)
    end = numpy.log1p(60 / numpy.maximum(x, 1) + 12 / numpy.sqrt(numpy.maximum(x, 1)))
    ends = end[:, None] * numpy.linspace(0, 1, 40)

    def part(s):
        slope = logarithm[:, None, None] + s - special.digamma(a)[:, None, None]
        return slope * numpy.exp(a[:, None, None] * s - x[:, None, None] * numpy.expm1(s))

    return numpy.where(x < a, below, _integral(part, ends))


def wald_slope(mean, scale, x):
    mean, scale, x = (numpy.asarray(each, "float64") for each in (mean, scale, x))
    total = mean + scale + x
    valid = (mean > 0) & (scale > 0) & (x > 0) & (total < numpy.inf)
    return _where(valid, _wald_slope, mean, scale, x)


def _wald_slope(mean, scale, x):
    tail = numpy.sqrt(numpy.pi / 2) * special.erfcx(numpy.sqrt(scale / x / 2) * (x / mean + 1))
    return 2 * scale / mean**2 * numpy.sqrt(x**3 / scale) * tail


def vonmises_slope(kappa, x):
    kappa, x = numpy.asarray(kappa, "float64"), numpy.asarray(x, "float64")
    valid = (kappa >= 0) & numpy.isfinite(kappa) & (numpy.abs(x) <= numpy.pi)
    return _where(valid, _vonmises_slope, kappa, x)


def _vonmises_slope(kappa, x):
    mean = (special.ive(1, kappa) / special.ive(0, kappa))[:, None, None]
    size, factor = numpy.abs(x), kappa[:, None, None]

    def part(t):
        cosine = numpy.cos(size)[:, None, None]
        return (numpy.cos(t) - mean) * numpy.exp(factor * (numpy.cos(t) - cosine))

    steps = numpy.linspace(0, 1, 60)
    inner = -_integral(part, size[:, None] * steps)
    outer = _integral(part, size[:, None] + (numpy.pi - size)[:, None] * steps)
    is_inner = numpy.cos(size) > mean[:, 0, 0]
    return numpy.sign(x) * numpy.where(is_inner, inner, outer)
