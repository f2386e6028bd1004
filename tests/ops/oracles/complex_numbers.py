"""Pairs of real and imaginary parts, and transforms."""

import numpy


def pair(x1, x2):
    # A product with the imaginary unit would make NaN of an infinite part.
    numbers = numpy.empty(numpy.broadcast_shapes(x1.shape, x2.shape), numpy.result_type(x1, 1j))
    numbers.real, numbers.imag = x1, x2
    return numbers


def dft(x, inverse=False):
    found = numpy.fft.ifft(x, norm="forward") if inverse else numpy.fft.fft(x)
    return found.astype(numpy.result_type(x, 1j))


def fourier(x1, x2=None, inverse=False):
    found = dft(x1 if x2 is None else pair(x1, x2), inverse)
    return found.real, found.imag
