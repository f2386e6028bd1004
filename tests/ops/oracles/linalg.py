"""Solutions for triangles, which NumPy has no function for."""

import numpy


def solve_triangular(a, b, upper=False, turned=False):
    triangle = numpy.triu(a) if upper else numpy.tril(a)
    return numpy.linalg.solve(numpy.swapaxes(triangle, -1, -2) if turned else triangle, b)


def lapack_triangular(a, b, upper=False, turned=False):
    if a.shape[:-2] != b.shape[:-2]:
        raise ValueError("one batch")
    return solve_triangular(a, b, upper, turned)
