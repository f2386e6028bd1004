"""NumPy formulas of operators that resample images, by the matrix of an axis, and of those that
make channels of places."""

import itertools
import math

import numpy


def _filter(distance, mode, a):
    x = numpy.abs(distance)
    if mode == "linear":
        return numpy.clip(1 - x, 0, None)
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a
    return numpy.where(x < 1, near, numpy.where(x < 2, far, 0))


def _matrix(n, m, mode, align_corners, antialias):
    """(m, n): what an axis of n elements becomes m by."""
    results = numpy.arange(m)
    if mode == "area":
        elements = numpy.arange(n)
        inside = (elements >= (results * n // m)[:, None]) & (
            elements < -(-(results + 1) * n // m)[:, None]
        )
        return inside / inside.sum(1, keepdims=True)
    if mode.startswith("nearest"):
        places = (results + (0.5 if mode == "nearest-exact" else 0)) * (n / m)
        return numpy.eye(n)[numpy.minimum(places.astype(int), n - 1)]
    step = n / m
    places = (results + 0.5) * step - 0.5
    if align_corners:
        places = results * ((n - 1) / (m - 1) if m > 1 else 0)
    stretch = max(1.0, step) if antialias else 1
    margin = int(4 * stretch) + 4
    elements = numpy.arange(-margin, n + margin)
    weights = _filter((elements - places[:, None]) / stretch, mode, -0.5 if antialias else -0.75)
    if antialias:
        weights = weights[:, margin : margin + n]
        return weights / weights.sum(1, keepdims=True)
    matrix = numpy.zeros((m, n))
    for element, column in zip(elements, weights.T, strict=True):
        matrix[:, min(max(element, 0), n - 1)] += column
    return matrix


def _along(x, axis, matrix):
    """Products with 0 do not count: what no weight reaches may be infinite."""
    moved = numpy.moveaxis(x, axis, 0)
    out = numpy.zeros((len(matrix), *moved.shape[1:]))
    for result, element in numpy.argwhere(matrix):
        out[result] += matrix[result, element] * moved[element]
    return numpy.moveaxis(out, 0, axis).astype(x.dtype)


def resample(x, axis, size, mode="linear", align_corners=False, antialias=False):
    return _along(x, axis, _matrix(x.shape[axis], size, mode, align_corners, antialias))


def resample_adjoint(x, axis, size, mode="linear", align_corners=False, antialias=False):
    return _along(x, axis, _matrix(size, x.shape[axis], mode, align_corners, antialias).T)


def interpolate(data, size=None, scale_factor=None, mode="nearest", **options):
    if data.dtype.kind in "biu":
        data = data.astype("float32")
    spatial = data.shape[2:]
    if size is None:
        size = [int(extent * scale_factor) for extent in spatial]
    sizes = numpy.broadcast_to(size, len(spatial))
    for axis, extent in enumerate(sizes, 2):
        if extent != data.shape[axis]:
            data = resample(data, axis, int(extent), mode, **options)
    return data


def _blocks(block_size, spatial):
    sizes = numpy.broadcast_to(block_size, (spatial,)).tolist()
    places = itertools.product(*map(range, sizes))
    return sizes, [
        (..., *(slice(p, None, b) for p, b in zip(at, sizes, strict=True)), slice(None))
        for at in places
    ]


def depth_to_space(data, block_size, channels_last=False):
    x = data if channels_last else numpy.moveaxis(data, 1, -1)
    sizes, places = _blocks(block_size, x.ndim - 2)
    extents = [n * b for n, b in zip(x.shape[1:-1], sizes, strict=True)]
    out = numpy.empty((len(x), *extents, x.shape[-1] // math.prod(sizes)), x.dtype)
    for place, channels in zip(places, numpy.split(x, len(places), -1), strict=True):
        out[place] = channels
    return out if channels_last else numpy.moveaxis(out, -1, 1)


def space_to_depth(data, block_size, channels_last=False):
    x = data if channels_last else numpy.moveaxis(data, 1, -1)
    _, places = _blocks(block_size, x.ndim - 2)
    out = numpy.concatenate([x[place] for place in places], -1)
    return out if channels_last else numpy.moveaxis(out, -1, 1)
