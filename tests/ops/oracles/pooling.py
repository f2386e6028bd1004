"""Poolings in every layout, and their gradients."""

import math

import numpy

from oracles.convolution import (
    _by_linearity,
    _from_blocks,
    _padded,
    _sides,
    _to_blocks,
    _window,
)


def pooling(
    data,
    kernel=None,
    pool_type="max",
    stride=None,
    pad=None,
    global_pool=False,
    pooling_convention="valid",
    count_include_pad=True,
    p_value=2,
):
    axes = data.ndim - 2
    if global_pool:
        kernel, stride, pad = data.shape[2:], None, None
    extents, steps = _window(kernel, axes, 1), _window(stride, axes, 1)

    def count(size, k, s, sides):
        room = size + sum(sides) - k
        if pooling_convention != "full":
            return room // s + 1
        windows = -(-room // s) + 1
        return windows - 1 if (windows - 1) * s >= size + sides[0] else windows

    known = zip(data.shape[2:], extents, steps, _sides(pad, axes), strict=True)
    counts = [count(*numbers) for numbers in known]
    least = -numpy.inf if data.dtype.kind == "f" else data.min(initial=0)
    x = _padded(data, pad, least if pool_type == "max" else 0)
    inside = _padded(numpy.ones_like(data), pad)
    spatial = tuple(range(2, data.ndim))
    out = numpy.zeros((*data.shape[:2], *counts), data.dtype)
    for place in numpy.ndindex(*counts):
        # A window of "full" may hang over the padding: that part has no elements.
        keys = tuple(slice(i * s, i * s + k) for i, s, k in zip(place, steps, extents, strict=True))
        window, ones = x[:, :, *keys], inside[:, :, *keys]
        if pool_type == "max":
            value = window.max(axis=spatial)
        elif pool_type == "lp":
            value = (abs(window) ** p_value).sum(axis=spatial) ** (1 / p_value)
        else:
            size = math.prod(window.shape[2:]) if count_include_pad else ones.sum(axis=spatial)
            value = window.sum(axis=spatial) / (size if pool_type == "avg" else 1)
        out[:, :, *place] = value
    return out


pooling_image = pooling


def pooling_blocked(data, **options):
    return _to_blocks(pooling(_from_blocks(data), **options), data.shape[4])


def pooling_indices(data, **options):
    """Where in its plane each maximum lies, of equal ones the first: planes of ranks are pooled."""
    planes = data.reshape(*data.shape[:2], math.prod(data.shape[2:]))
    places = numpy.broadcast_to(numpy.arange(planes.shape[2]), planes.shape)
    ranks = numpy.empty(planes.shape)
    numpy.put_along_axis(ranks, numpy.lexsort((-places, planes), axis=2), places, 2)
    out = pooling(ranks.reshape(data.shape), **{**options, "pool_type": "max"})
    result = numpy.zeros(out.shape, "int64")
    for index in numpy.ndindex(*out.shape):
        result[index] = int(numpy.flatnonzero(ranks[index[:2]] == out[index])[0])
    return result


def pooling_gather(data, indices):
    planes = data.reshape(*data.shape[:2], math.prod(data.shape[2:]))
    flat = indices.reshape(*indices.shape[:2], math.prod(indices.shape[2:]))
    return numpy.take_along_axis(planes, flat, 2).reshape(indices.shape)


def pooling_scatter(dout, indices, data_shape):
    out = numpy.zeros(data_shape, dout.dtype)
    planes = out.reshape(*out.shape[:2], math.prod(out.shape[2:]))
    for index in numpy.ndindex(*dout.shape):
        planes[index[0], index[1], indices[index]] += dout[index]
    return out


def pooling_average_gradient(dout, data_shape, **options):
    def forward(data):
        return pooling(data, **{**options, "pool_type": "avg"})

    return _by_linearity(forward, data_shape, dout, dout.dtype)


def pooling_taps_blocked(data, kernel=None, stride=None, pad=None, **options):
    image = _from_blocks(data)
    kernel = image.shape[2:] if options.get("global_pool") else kernel
    places = pooling_indices(image, kernel=kernel, stride=stride, pad=pad, **options)
    at = numpy.stack(numpy.divmod(places, image.shape[3]), -1)
    first = numpy.moveaxis(numpy.indices(places.shape[2:]), 0, -1) * _window(stride, 2, 1)
    taps = at - (first - numpy.array(_window(pad, 2, 0)))
    tap = taps[..., 0] * _window(kernel, 2, 1)[1] + taps[..., 1]
    return _to_blocks(tap.astype("uint8"), data.shape[4])


def pooling_average_gradient_blocked(dout, data_shape, **options):
    dx = pooling_average_gradient(_from_blocks(dout), data_shape, **options)
    return _to_blocks(dx, dout.shape[4])


def pooling_scatter_blocked(
    dout, taps, data_shape, kernel=None, stride=None, pad=None, global_pool=False, **_
):
    block, dout, taps = dout.shape[4], _from_blocks(dout), _from_blocks(taps)
    (ph, pw), (sh, sw) = _window(pad, 2, 0), _window(stride, 2, 1)
    wide = data_shape[3] if global_pool else _window(kernel, 2, 1)[1]
    out = numpy.zeros(data_shape, dout.dtype)
    for index in numpy.ndindex(*dout.shape):
        row, col = divmod(int(taps[index]), wide)
        row, col = index[2] * sh - ph + row, index[3] * sw - pw + col
        high = data_shape[2] if global_pool else _window(kernel, 2, 1)[0]
        if (
            row in range(data_shape[2])
            and col in range(data_shape[3])
            and taps[index] < high * wide
        ):
            out[(*index[:2], row, col)] += dout[index]
    return _to_blocks(out, block)
