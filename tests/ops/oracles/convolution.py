"""Convolutions in every layout, and their gradients."""

import numpy


def _pair(value, default):
    if value is None:
        value = default
    return (value, value) if isinstance(value, int) else tuple(value)


def _window(value, axes, default):
    """One number for each spatial axis."""
    if value is None:
        return (default,) * axes
    numbers = (value,) if isinstance(value, int) else tuple(value)
    return numbers * axes if len(numbers) == 1 else numbers


def _sides(pad, axes):
    """(before, behind) of each spatial axis: given once for both, or all before and then behind."""
    numbers = _window(pad, axes, 0)
    return list(zip(numbers[:axes], numbers[-axes:], strict=True))


def _padded(x, pad, value=0.0):
    sides = _sides(pad, x.ndim - 2)
    return numpy.pad(x, [(0, 0), (0, 0), *sides], constant_values=value)


def convolution(
    data, weight, bias=None, kernel=None, stride=None, pad=None, dilate=None, num_group=1, **_
):
    axes = data.ndim - 2
    steps, distances = _window(stride, axes, 1), _window(dilate, axes, 1)
    x, extents = _padded(data, pad), weight.shape[2:]
    counts = [
        (size - (k - 1) * d - 1) // s + 1
        for size, k, d, s in zip(x.shape[2:], extents, distances, steps, strict=True)
    ]
    out = numpy.zeros((len(x), len(weight), *counts), data.dtype)
    per_in, per_out = weight.shape[1], len(weight) // num_group
    for group in range(num_group):
        image = x[:, group * per_in : (group + 1) * per_in]
        filters = weight[group * per_out : (group + 1) * per_out]
        for place in numpy.ndindex(*extents):
            keys = tuple(
                slice(i * d, i * d + (n - 1) * s + 1, s)
                for i, d, n, s in zip(place, distances, counts, steps, strict=True)
            )
            part = numpy.einsum("nc...,fc->nf...", image[:, :, *keys], filters[:, :, *place])
            out[:, group * per_out : (group + 1) * per_out] += part
    return out if bias is None else out + bias.reshape(-1, *(1,) * axes)


convolution_image = convolution


def _from_blocks(x):
    """(N, C / B, H, W, B) as (N, C, H, W)."""
    n, blocks, h, w, block = x.shape
    return x.transpose(0, 1, 4, 2, 3).reshape(n, blocks * block, h, w)


def _to_blocks(x, block):
    n, c, h, w = x.shape
    return x.reshape(n, c // block, block, h, w).transpose(0, 1, 3, 4, 2)


def _block(channels):
    return 16 if channels % 16 == 0 else 8


# Winograd's minimal filtering: from three taps to the frequencies of a tile, from a window to
# them, and from them to the tile.
_TAPS = {
    2: numpy.array([[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]]) / 2,
    4: numpy.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]) / 24,
}


_WINDOWS = {
    2: numpy.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]),
    4: numpy.array(
        [
            [4, 0, -5, 0, 1, 0],
            [0, -4, -4, 1, 1, 0],
            [0, 4, -4, -1, 1, 0],
            [0, -2, -1, 2, 1, 0],
            [0, 2, -1, -2, 1, 0],
            [0, 4, 0, -5, 0, 1],
        ]
    ),
}


_TILES = {
    2: numpy.array([[1, 1, 1, 0], [0, 1, -1, -1]]),
    4: numpy.array(
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
    ),
}


def _winograd(image, weight, tile, pad):
    """By any frequencies: those of kernels are some of them."""
    side, (n, _, height, width) = tile + 2, image.shape
    weight = _in_pairs(weight, (8, 16, 2)) if _has_pairs(weight) else weight
    panels, filters = weight.transpose(0, 1, 4, 2, 3), weight.shape[1] * 16
    waves = panels.reshape(side, side, filters, -1)
    high, wide = (n + sum(s) - 2 for n, s in zip((height, width), _sides(pad, 2), strict=True))
    x = numpy.pad(_padded(image, pad), [(0, 0), (0, 0), (0, tile), (0, tile)])
    out = numpy.zeros((n, filters, high + tile, wide + tile), image.dtype)
    b, a = _WINDOWS[tile], _TILES[tile]
    for i in range(0, high, tile):
        for j in range(0, wide, tile):
            window = x[:, :, i : i + side, j : j + side]
            windows = numpy.einsum("yp,xq,ncpq->ncyx", b, b, window)
            sums = numpy.einsum("yxoc,ncyx->noyx", waves, windows)
            out[:, :, i : i + tile, j : j + tile] = numpy.einsum("py,qx,noyx->nopq", a, a, sums)
    return out[:, :, :high, :wide]


def _adjoint_weight(weight, num_group):
    """(O, C / groups, ...) as (C, O / groups, ...), and back."""
    groups = weight.reshape(num_group, -1, *weight.shape[1:])
    return groups.swapaxes(1, 2).reshape(-1, groups.shape[1], *weight.shape[2:])


def pack_convolution(weight, num_group=1, plain=False, winograd=0, adjoint=False):
    if adjoint:
        weight = _adjoint_weight(weight, num_group)
        weight = weight[:, :, ::-1, ::-1] if winograd else weight
    if winograd:
        g = _TAPS[winograd]
        waves = numpy.einsum("ya,xb,ocab->yxoc", g, g, weight).astype(weight.dtype)
        filters, channels = weight.shape[:2]
        panels = waves.reshape(-1, filters // 16, 16, channels // 16, 16)
        panels = panels.transpose(0, 1, 3, 4, 2)
        return _in_pairs(panels, (8, 2, 16)) if _has_pairs(panels) else panels
    filters, channels, *kernel = weight.shape
    if channels == 1 and num_group == filters:
        return weight.reshape(-1, _block(filters), *kernel).transpose(0, 2, 3, 1)
    groups = weight.reshape(num_group, -1, *weight.shape[1:])
    missing = -groups.shape[1] % 16
    groups = numpy.pad(groups, [(0, 0), (0, missing), (0, 0), (0, 0), (0, 0)])
    block = 1 if plain else _block(channels * num_group)
    panels = groups.reshape(-1, 16, channels // block, block, *kernel)
    panels = panels.transpose(0, 2, 4, 5, 3, 1)
    return _in_pairs(panels, (block // 2, 2, 16)) if _has_pairs(panels) else panels


def _has_pairs(panels):
    """bfloat16, which comes as float64, has the weights of two channels beside each other."""
    return panels.dtype == "float64" and panels.shape[-2] > 1


def _in_pairs(panels, split):
    return panels.reshape(*panels.shape[:-2], *split).swapaxes(-2, -1).reshape(panels.shape)


def _unpacked(weight, filters, num_group):
    if weight.ndim == 4:
        return weight.transpose(0, 3, 1, 2).reshape(filters, 1, *weight.shape[1:3])
    if _has_pairs(weight):
        weight = _in_pairs(weight, (weight.shape[4] // 2, 16, 2))
    panels, channels = weight.transpose(0, 5, 1, 4, 2, 3), weight.shape[1] * weight.shape[4]
    groups = panels.reshape(num_group, -1, channels, *weight.shape[2:4])
    return groups[:, : filters // num_group].reshape(filters, *groups.shape[2:])


def unfold_depth(data, kernel=1, stride=1, pad=0, dilate=1):
    padded = numpy.pad(data, [(0, 0), (0, 0), (pad, pad), (0, 0), (0, 0)])
    reach = dilate * (kernel - 1) + 1
    starts = range(0, padded.shape[2] - reach + 1, stride)
    images = numpy.stack([padded[:, :, i : i + reach : dilate] for i in starts], 1)
    n, c, _, h, w = data.shape
    return images.reshape(n * len(starts), c * kernel, h, w)


def fold_depth(images, data_shape, kernel=1, stride=1, pad=0, dilate=1):
    n, c, d, h, w = data_shape
    reach = dilate * (kernel - 1) + 1
    starts = range(0, d + 2 * pad - reach + 1, stride)
    parts = images.reshape(n, len(starts), c, kernel, h, w)
    padded = numpy.zeros((n, c, d + 2 * pad, h, w), images.dtype)
    for number, i in enumerate(starts):
        padded[:, :, i : i + reach : dilate] += parts[:, number]
    return padded[:, :, pad : pad + d]


def _slices(data, slices):
    """Slices of volumes as the images that have some of them as channels."""
    if slices is None:
        return data
    depth, kernel, step = slices
    volumes = data.reshape(-1, depth, *data.shape[1:])
    starts = range(0, depth - kernel + 1, step)
    images = numpy.stack([volumes[:, i : i + kernel] for i in starts], 1)
    return images.reshape(-1, kernel * data.shape[1], *data.shape[2:])


def convolution_blocked(
    data,
    weight,
    bias=None,
    residual=None,
    filters=0,
    num_group=1,
    low=None,
    high=None,
    winograd=0,
    slices=None,
    **window,
):
    image = _slices(data if data.ndim == 4 else _from_blocks(data), slices)
    if winograd:
        out = _winograd(image, weight, winograd, _window(window.get("pad"), 2, 0))
        out = out if bias is None else out + bias.reshape(-1, 1, 1)
    else:
        plain = _unpacked(weight, filters, num_group)
        out = convolution(image, plain, bias, num_group=num_group, **window)
    out = _to_blocks(out, _block(filters))
    out = out if residual is None else out + residual
    return out if low is None and high is None else numpy.clip(out, low, high).astype(data.dtype)


def _taps(window, data_shape, kernel, dout):
    """Each tap of the kernel with what it meets of the padded data: for all of dout at once."""
    (sh, sw), (dh, dw) = (_window(window.get(n), 2, 1) for n in ("stride", "dilate"))
    sides = _sides(window.get("pad"), 2)
    high, wide = ((n - 1) * s + 1 for n, s in zip(dout.shape[2:], (sh, sw), strict=True))
    known = list(zip(sides, data_shape[2:], strict=True))
    padded = (*data_shape[:2], *(n + sum(side) for side, n in known))
    inside = (Ellipsis, *(slice(side[0], side[0] + n) for side, n in known))
    taps = {
        (a, b): (Ellipsis, slice(a * dh, a * dh + high, sh), slice(b * dw, b * dw + wide, sw))
        for a, b in numpy.ndindex(*kernel)
    }
    return padded, inside, taps


def _grouped(x, groups):
    return x.reshape(len(x), groups, -1, *x.shape[2:])


def convolution_data_blocked(dout, weight, data_shape, num_group=1, winograd=0, **window):
    block, dout = _block(data_shape[1]), _from_blocks(dout)
    if winograd:
        pad = [2 - p for p in _window(window.get("pad"), 2, 0)]
        return _to_blocks(_winograd(dout, weight, winograd, pad), block)
    own = _unpacked(weight, data_shape[1], num_group)
    own = own if weight.ndim == 4 else _adjoint_weight(own, num_group)
    own = own.reshape(num_group, -1, *own.shape[1:])
    shape, inside, taps = _taps(window, data_shape, own.shape[3:], dout)
    padded = numpy.zeros(shape, dout.dtype)
    for (a, b), place in taps.items():
        share = numpy.einsum("ngohw,goc->ngchw", _grouped(dout, num_group), own[..., a, b])
        padded[place] += share.reshape(len(dout), -1, *dout.shape[2:])
    return _to_blocks(padded[inside], block)


def convolution_weight_blocked(
    data, dout, weight_shape, num_group=1, winograd=0, slices=None, **window
):
    image = _slices(data if data.ndim == 4 else _from_blocks(data), slices)
    dout = _from_blocks(dout)
    shape, inside, taps = _taps(window, image.shape, weight_shape[2:], dout)
    padded = numpy.zeros(shape, image.dtype)
    padded[inside] = image
    out = numpy.zeros(weight_shape, image.dtype)
    for (a, b), place in taps.items():
        met = _grouped(padded[place], num_group)
        share = numpy.einsum("ngohw,ngchw->goc", _grouped(dout, num_group), met)
        out[..., a, b] = share.reshape(weight_shape[:2])
    return out


def pack_matmul(x2):
    filled = numpy.pad(x2, [(0, 0), (0, -x2.shape[1] % 32)])
    return filled.reshape(len(x2), -1, 32).swapaxes(0, 1)


def matmul_packed(x1, x2, bias=None, residual=None, columns=0, low=None, high=None):
    out = x1 @ x2.swapaxes(0, 1).reshape(x2.shape[1], -1)[:, :columns]
    for term in (bias, residual):
        out = out if term is None else out + term
    return out if low is None and high is None else numpy.clip(out, low, high).astype(x1.dtype)


def deconvolution(data, weight, bias=None, adj=None, num_group=1, **options):
    axes = data.ndim - 2
    named = (("stride", 1), ("pad", 0), ("dilate", 1))
    windows = [_window(options.get(name), axes, default) for name, default in named]
    numbers = zip(data.shape[2:], weight.shape[2:], *windows, _window(adj, axes, 0), strict=True)
    extents = [(n - 1) * s - 2 * p + d * (k - 1) + 1 + a for n, k, s, p, d, a in numbers]
    shape = (len(data), weight.shape[1] * num_group, *extents)
    out = convolution_data(data, weight, shape, num_group=num_group, **options)
    return out if bias is None else out + bias.reshape(-1, *(1,) * axes)


def _by_linearity(function, shape, cotangent, dtype):
    """The adjoint of a linear function, applied: element e of the result is <function(e), dout>,
    without the elements that it does not meet, which may be infinite."""
    out = numpy.zeros(shape, dtype)
    for index in numpy.ndindex(*shape):
        unit = numpy.zeros(shape, dtype)
        unit[index] = 1
        part = function(unit)
        out[index] = (part * cotangent)[part != 0].sum()
    return out


def convolution_data(dout, weight, data_shape, **options):
    def forward(data):
        return convolution(data, weight, **options)

    return _by_linearity(forward, data_shape, dout, dout.dtype)


def convolution_weight(data, dout, weight_shape, **options):
    def forward(weight):
        return convolution(data, weight, **options)

    return _by_linearity(forward, weight_shape, dout, dout.dtype)
