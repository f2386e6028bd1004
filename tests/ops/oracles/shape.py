"""Casts, views and their updates, creation."""

import math

import numpy


def cast(x, dtype):
    return x.astype(dtype)


def copy(x):
    return x.copy()


def transpose(x, axes=None):
    return numpy.transpose(x, axes or None)


def reshape(x, newshape):
    return numpy.reshape(x, newshape)


def batch_flatten(x):
    return x.reshape(len(x), math.prod(x.shape[1:]))


def slice_(x, begin, size, step, clip=False):
    for axis, (b, n, s) in enumerate(zip(begin, size, step, strict=True)):
        wanted = b + numpy.arange(n) * s
        inside = (wanted >= 0) & (wanted < x.shape[axis])
        x = numpy.take(x, wanted[inside] if clip else wanted, axis)
    return x


def element(x, index):
    return x[tuple(index)]


def _part(flat, offset, shape, strides):
    """A view by strides in elements, after a check: NumPy's own would leave the memory."""
    reach = [(n - 1) * stride for n, stride in zip(shape, strides, strict=True)]
    low, high = (offset + sum(pick(r, 0) for r in reach) for pick in (min, max))
    if 0 not in shape and not 0 <= low <= high < flat.size:
        raise IndexError(f"elements {low} to {high} of {flat.size}")
    bytes_ = [stride * flat.itemsize for stride in strides]
    return numpy.lib.stride_tricks.as_strided(flat[offset:], shape, bytes_)


def strided_view(x, offset, shape, strides):
    return _part(x.ravel(), offset, shape, strides).copy()


def update(x, value, offset, shape, strides):
    out = x.copy()
    _part(out.reshape(-1), offset, shape, strides)[...] = value
    return out


def full(shape, fill_value, dtype):
    return numpy.full(shape, fill_value, dtype)


def arange(start, stop, step=1, dtype=None, count=None):
    if count is not None:
        return (start + numpy.arange(count) * step).astype(dtype)
    return numpy.arange(start, stop, step).astype(dtype)
