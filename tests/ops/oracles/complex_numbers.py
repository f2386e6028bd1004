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


def rdft(x):
    return numpy.fft.rfft(x).astype(numpy.result_type(x, 1j))


def irdft(x, length):
    return numpy.fft.irfft(x, length, norm="forward").astype(x.real.dtype)


def _mirrors(length):
    """How often each element of half a spectrum stands in the whole one."""
    places = numpy.arange(length // 2 + 1)
    return numpy.where((places == 0) | (2 * places == length), 1, 2)


def real_fourier(x, mirrored=False):
    found = rdft(x) * (_mirrors(x.shape[-1]) if mirrored else 1)
    return found.real.astype(x.dtype), found.imag.astype(x.dtype)


def real_fourier_inverse(x1, x2=None, length=0, mirrored=True):
    spectrum = x1 if x2 is None else pair(x1, x2)
    return irdft(spectrum / (1 if mirrored else _mirrors(length)), length).astype(x1.dtype)
