"""Pairs of real and imaginary parts."""

import numpy


def pair(x1, x2):
    # A product with the imaginary unit would make NaN of an infinite part.
    numbers = numpy.empty(numpy.broadcast_shapes(x1.shape, x2.shape), numpy.result_type(x1, 1j))
    numbers.real, numbers.imag = x1, x2
    return numbers
