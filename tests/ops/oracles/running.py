"""Running maxima and minima: NumPy has them as methods of its functions of two arrays."""

import numpy


def cummax(x, axis=-1):
    return numpy.maximum.accumulate(x, axis=axis)


def cummin(x, axis=-1):
    return numpy.minimum.accumulate(x, axis=axis)
