"""An oracle for programs of views and writes: NumPy arrays that carry derivatives forwards.

A jet is four arrays, the coefficients of 1, a, b and ab of a number in which a² = b² = 0. All four
are viewed and written alike, so aliasing is NumPy's, and no step is ever taken back: nothing of a
reverse sweep is repeated here. The coefficient of a is the derivative along one direction of the
inputs, that of ab the second derivative along two.
"""

import numpy

PARTS = 4


def dense(values):
    """Row-major, as results of Weft are: NumPy would keep the order of a transposed operand, and
    whether a later reshape is a view depends on it."""
    return numpy.array(values, order="C")


class Jet:
    """Coefficients with the part of NumPy's interface that programs use."""

    def __init__(self, parts, detached=False):
        self.parts = parts
        self.detached = detached

    @classmethod
    def of(cls, value, a=0.0, b=0.0):
        """An input that moves by `a` and by `b`."""
        return cls([dense(numpy.broadcast_to(p, value.shape)) for p in (value, a, b, 0.0)])

    @property
    def shape(self):
        return self.parts[0].shape

    def read(self):
        """The coefficients that operators see: a detached array is a constant."""
        if not self.detached:
            return self.parts
        return [self.parts[0]] + [numpy.zeros(self.shape)] * (PARTS - 1)

    # ---- views

    def viewed(self, view):
        return Jet([view(part) for part in self.parts], self.detached)

    def __getitem__(self, key):
        return self.viewed(lambda part: part[key])

    def reshape(self, shape):
        return self.viewed(lambda part: part.reshape(shape))

    def transpose(self, axes):
        return self.viewed(lambda part: part.transpose(axes))

    def detach(self):
        return Jet(self.parts, detached=True)

    # ---- new arrays

    def copy(self):
        return Jet([dense(part) for part in self.read()])

    def sum(self, axis, keepdims):
        return Jet([dense(part.sum(axis=axis, keepdims=keepdims)) for part in self.read()])

    def __array_ufunc__(self, ufunc, method, *inputs, out=None):
        rule = {"add": added, "subtract": subtracted, "multiply": multiplied, "tanh": tanh}
        parts = rule[ufunc.__name__](*[parts_of(x) for x in inputs])
        result = Jet([dense(part) for part in parts])
        if out is None:
            return result
        out[0][...] = result
        return out[0]

    def __array_function__(self, function, types, args, kwargs):
        return {numpy.concatenate: concatenated, numpy.split: split}[function](*args, **kwargs)

    def __add__(self, other):
        return numpy.add(self, other)

    def __sub__(self, other):
        return numpy.subtract(self, other)

    def __mul__(self, other):
        return numpy.multiply(self, other)

    # ---- writes

    def __setitem__(self, key, value):
        for part, new in zip(self.parts, parts_of(value), strict=True):
            part[key] = new

    def __iadd__(self, other):
        return numpy.add(self, other, out=self)

    def __isub__(self, other):
        return numpy.subtract(self, other, out=self)

    def __imul__(self, other):
        return numpy.multiply(self, other, out=self)


def parts_of(value):
    return value.read() if isinstance(value, Jet) else [value] + [0.0] * (PARTS - 1)


def added(x, y):
    return [p + q for p, q in zip(x, y, strict=True)]


def subtracted(x, y):
    return [p - q for p, q in zip(x, y, strict=True)]


def multiplied(x, y):
    return [
        x[0] * y[0],
        x[1] * y[0] + x[0] * y[1],
        x[2] * y[0] + x[0] * y[2],
        x[3] * y[0] + x[1] * y[2] + x[2] * y[1] + x[0] * y[3],
    ]


def tanh(x):
    value = numpy.tanh(x[0])
    first = 1 - value * value
    second = -2 * value * first
    return [value, first * x[1], first * x[2], first * x[3] + second * x[1] * x[2]]


def concatenated(jets, axis):
    columns = zip(*[jet.read() for jet in jets], strict=True)
    return Jet([dense(numpy.concatenate(parts, axis)) for parts in columns])


def split(jet, cuts, axis):
    pieces = zip(*[numpy.split(part, cuts, axis) for part in jet.parts], strict=True)
    return [Jet(list(parts), jet.detached) for parts in pieces]
