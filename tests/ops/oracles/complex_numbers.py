"""Pairs of real and imaginary parts."""


def pair(x1, x2):
    return x1 + 1j * x2
