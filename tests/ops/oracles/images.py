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


def _pixel(x, rows, columns):
    """The pixels of (N, C, H, W) at whole places (N, P); 0 outside and at NaN."""
    n, c, height, width = x.shape
    if rows.shape != columns.shape or rows.ndim != 2 or len(rows) != n:
        raise ValueError((rows.shape, columns.shape))
    if not height or not width:
        return numpy.zeros((n, c, rows.shape[1]), x.dtype)
    is_inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    row = numpy.where(is_inside, rows, 0).astype("int64")
    column = numpy.where(is_inside, columns, 0).astype("int64")
    found = x[
        numpy.arange(n)[:, None, None], numpy.arange(c)[:, None], row[:, None], column[:, None]
    ]
    return numpy.where(is_inside[:, None], found, 0)


def _corners(rows, columns):
    """The four whole places around places, with their weights."""
    row, column = numpy.floor(rows), numpy.floor(columns)
    down, across = rows - row, columns - column
    for i in (0, 1):
        for j in (0, 1):
            weight = (down if i else 1 - down) * (across if j else 1 - across)
            yield row + i, column + j, weight[:, None]


def sample_pixels(x, rows, columns):
    total = numpy.zeros((*x.shape[:2], rows.shape[1]), x.dtype)
    for row, column, weight in _corners(rows, columns):
        # What weighs nothing does not count, not even if it is NaN.
        total += numpy.where(weight > 0, weight * _pixel(x, row, column), 0)
    return total


def sample_pixels_adjoint(dy, rows, columns, size):
    n, c, points = dy.shape
    if rows.shape != (n, points) or columns.shape != (n, points):
        raise ValueError((rows.shape, columns.shape))
    dx = numpy.zeros((n, c, *size), dy.dtype)
    for row, column, weight in _corners(rows, columns):
        for i in range(n):
            for p in range(points):
                r, k = row[i, p], column[i, p]
                if weight[i, 0, p] > 0 and 0 <= r < size[0] and 0 <= k < size[1]:
                    dx[i, :, int(r), int(k)] += weight[i, 0, p] * dy[i, :, p]
    return dx


def sample_pixels_slopes(x, rows, columns, dy):
    row, column = numpy.floor(rows), numpy.floor(columns)
    down, across = rows - row, columns - column
    a, b = _pixel(x, row, column), _pixel(x, row, column + 1)
    c, d = _pixel(x, row + 1, column), _pixel(x, row + 1, column + 1)
    with numpy.errstate(invalid="ignore"):
        along_rows = dy * ((c - a) * (1 - across)[:, None] + (d - b) * across[:, None])
        along_columns = dy * ((b - a) * (1 - down)[:, None] + (d - c) * down[:, None])
    is_outside = ~((rows >= -1) & (rows < x.shape[2]) & (columns >= -1) & (columns < x.shape[3]))
    return tuple(
        numpy.where(is_outside, 0, part.sum(1)).astype(x.dtype)
        for part in (along_rows, along_columns)
    )


def _reflected(x, low, high):
    if high == low:
        return x * 0
    rest = numpy.mod(numpy.abs(x - low), 2 * (high - low))
    return numpy.where(rest > high - low, 2 * (high - low) - rest, rest) + low


def _cubic_weights(t):
    """Of Keys's kernel with a = -0.75, by its two formulas of the distance."""
    for distance in (t + 1, t, 1 - t, 2 - t):
        near = (1.25 * distance - 2.25) * distance**2 + 1
        far = ((-0.75 * distance + 3.75) * distance - 6) * distance + 3
        yield numpy.where(distance <= 1, near, far)


def grid_sample(data, grid, mode="bilinear", padding_mode="zeros", align_corners=False):
    x, wide = (numpy.asarray(a, "float64") for a in (data, grid))
    extents = x.shape[2:]
    if grid.ndim != 4 or grid.shape[3] != 2 or len(grid) != len(x) or min(extents) < 1:
        raise ValueError(grid.shape)

    def with_margin(place, extent):
        low, high = (0, extent - 1) if align_corners else (-0.5, extent - 0.5)
        if padding_mode == "zeros":
            return place
        if padding_mode == "reflection":
            place = _reflected(place, low, high)
        return numpy.minimum(numpy.maximum(place, 0), extent - 1)

    places = []
    for axis, extent in enumerate(extents):
        place = wide[..., 1 - axis].reshape(len(x), grid.shape[1] * grid.shape[2])
        if align_corners:
            places.append((place + 1) * (extent - 1) / 2)
        else:
            places.append(((place + 1) * extent - 1) / 2)
    if mode == "bicubic":
        base = [numpy.floor(place) for place in places]
        total = 0
        pairs = [list(_cubic_weights(p - b)) for p, b in zip(places, base, strict=True)]
        for i in range(4):
            for j in range(4):
                row = with_margin(base[0] + i - 1, extents[0])
                column = with_margin(base[1] + j - 1, extents[1])
                weight = pairs[0][i] * pairs[1][j]
                total = total + weight[:, None] * sample_pixels(x, row, column)
    else:
        rows, columns = (with_margin(p, e) for p, e in zip(places, extents, strict=True))
        if mode == "nearest":
            rows, columns = numpy.rint(rows), numpy.rint(columns)
        total = sample_pixels(x, rows, columns)
    return total.reshape(*x.shape[:2], *grid.shape[1:3]).astype(data.dtype)


def _region_weights(start, size, bins, extent, samples):
    """(bins, extent): how much each element counts in the mean of the samples of a bin."""
    weights = numpy.zeros((bins, extent))
    count = samples if samples > 0 else max(int(numpy.ceil(size / bins)), 0)
    for b in range(bins):
        for i in range(count):
            at = start + (b + (i + 0.5) / count) * size / bins
            if -1 <= at <= extent:
                at = min(max(at, 0), extent - 1)
                low = int(at)
                weights[b, low] += (1 - at + low) / count
                if at > low:
                    weights[b, low + 1] += (at - low) / count
    return weights


def _images(x, rois):
    n, c, height, width = x.shape
    if rois.ndim != 2 or rois.shape[1] != 5 or not height or not width:
        raise ValueError(rois.shape)
    return n, c, height, width


def _regions(shape, rois, pooled_size, spatial_scale, sampling_ratio, aligned):
    _images(numpy.broadcast_to(0.0, shape), rois)
    for region in numpy.asarray(rois, "float64"):
        x, y, right, bottom = region[1:] * spatial_scale - (0.5 if aligned else 0)
        width, height = right - x, bottom - y
        if not aligned:
            width, height = max(width, 1), max(height, 1)
        yield (
            int(region[0]),
            _region_weights(y, height, pooled_size[0], shape[2], sampling_ratio),
            _region_weights(x, width, pooled_size[1], shape[3], sampling_ratio),
        )


def _weighted(rows, columns, x):
    """rows @ x @ columns.T, without what has weight 0: that may be NaN."""
    total = numpy.zeros((len(x), len(rows), len(columns)))
    for i, k in itertools.product(*map(numpy.arange, x.shape[1:])):
        weight = numpy.outer(rows[:, i], columns[:, k])
        total += numpy.where(weight > 0, weight * x[:, i, k, None, None], 0)
    return total


def region_means(x, rois, pooled_size, spatial_scale=1.0, sampling_ratio=-1, aligned=False):
    shape = (len(rois), x.shape[1], *pooled_size)
    if not x.shape[1]:
        return numpy.zeros(shape, numpy.result_type(x, rois))
    found = _regions(x.shape, rois, pooled_size, spatial_scale, sampling_ratio, aligned)
    parts = [_weighted(rows, columns, x[image]) for image, rows, columns in found]
    return numpy.array(parts).reshape(shape).astype(numpy.result_type(x, rois))


roi_align = region_means


def region_means_adjoint(
    dy, rois, pooled_size, data_shape, spatial_scale=1.0, sampling_ratio=-1, aligned=False
):
    dx = numpy.zeros(data_shape)
    found = _regions(data_shape, rois, pooled_size, spatial_scale, sampling_ratio, aligned)
    for part, (image, rows, columns) in zip(dy, found, strict=True):
        dx[image] += _weighted(rows.T, columns.T, part)
    return dx.astype(dy.dtype)


def region_peaks(x, rois, pooled_size, spatial_scale=1.0):
    _, c, height, width = _images(x, rois)
    flat = numpy.arange(x.size).reshape(x.shape)
    places = numpy.full((len(rois), c, *pooled_size), -1)
    if not c:
        return places
    for r, region in enumerate(numpy.asarray(rois, "float32")):
        image = int(region[0])
        corners = region[1:] * numpy.float32(spatial_scale)
        left, top, right, bottom = (int(numpy.trunc(v + numpy.copysign(0.5, v))) for v in corners)
        tall = numpy.float32(max(bottom - top + 1, 1)) / numpy.float32(pooled_size[0])
        wide = numpy.float32(max(right - left + 1, 1)) / numpy.float32(pooled_size[1])
        for i in range(pooled_size[0]):
            for j in range(pooled_size[1]):
                begin = int(numpy.floor(i * tall)) + top, int(numpy.floor(j * wide)) + left
                end = int(numpy.ceil((i + 1) * tall)) + top, int(numpy.ceil((j + 1) * wide)) + left
                rows = slice(max(begin[0], 0), max(min(end[0], height), 0))
                columns = slice(max(begin[1], 0), max(min(end[1], width), 0))
                inside = x[image, :, rows, columns]
                if inside.size:
                    inside = inside.reshape(c, -1)
                    chosen = flat[image, :, rows, columns].reshape(c, -1)
                    places[r, :, i, j] = chosen[numpy.arange(c), inside.argmax(1)]
    return places


def roi_pool(data, rois, pooled_size, spatial_scale=1.0):
    places = region_peaks(data, rois, pooled_size, spatial_scale)
    flat = numpy.append(data.reshape(-1), data.dtype.type(0))
    return flat[places].astype(numpy.result_type(data, rois))
