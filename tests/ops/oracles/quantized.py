"""Arithmetic in integers, by loops over exact integers."""

import math

import numpy

from oracles.convolution import _window, convolution
from oracles.norms import fully_connected
from oracles.pooling import pooling
from oracles.shape import batch_flatten


def _broadcast_along(value, x, axis):
    """A scale or zero point of one axis, to be used with x."""
    value = numpy.asarray(value)
    if value.ndim == 0:
        return value
    assert value.shape == (x.shape[axis],)
    return value.reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])


def _bounds_of(dtype):
    return numpy.iinfo(dtype).min, numpy.iinfo(dtype).max


def quantize(data, scale, zero_point=None, axis=-1, dtype="int8"):
    y = numpy.rint(data.astype("float32") / _broadcast_along(scale, data, axis))
    if zero_point is not None:
        y = y + _broadcast_along(zero_point, data, axis).astype("float32")
    return numpy.nan_to_num(numpy.clip(y, *_bounds_of(dtype)), nan=0).astype(dtype)


def dequantize(data, scale, zero_point=None, axis=-1):
    x = data.astype("int32")
    if zero_point is not None:
        x = x - _broadcast_along(zero_point, data, axis).astype("int32")
    return x.astype("float32") * _broadcast_along(scale, data, axis)


def requantize(data, multiplier, shift, output_zero_point=0, low=-128, high=127, axis=-1):
    """TensorFlow Lite's formula, in integers of Python."""
    multiplier = numpy.broadcast_to(_broadcast_along(multiplier, data, axis), data.shape)
    shift = numpy.broadcast_to(_broadcast_along(shift, data, axis), data.shape)

    def of_element(x, multiplier, shift):
        x = (int(x) << max(int(shift), 0)) + 2**31  # wraps in 32 bits
        product = int(multiplier) * (x % 2**32 - 2**31)
        whole = (abs(product) + (2**30 if product >= 0 else 2**30 - 1)) // 2**31
        divisor = 2 ** max(-int(shift), 0)
        scaled = (2 * whole + divisor) // (2 * divisor)  # halves away from zero
        return min(max((scaled if product >= 0 else -scaled) + output_zero_point, low), high)

    out = numpy.empty(data.shape, "int8")
    for place in numpy.ndindex(*data.shape):
        out[place] = of_element(data[place], multiplier[place], shift[place])
    return out


def _finished(sums, multiplier, shift, axis, output_zero_point=0, low=-128, high=127):
    if multiplier is None:
        return sums
    return requantize(sums, multiplier, shift, output_zero_point, low, high, axis)


def quantized_fully_connected(
    data, weight, bias=None, multiplier=None, shift=None, zero_point=0, flatten=True, **options
):
    sums = fully_connected(data.astype("int32") - zero_point, weight.astype("int32"), bias, flatten)
    return _finished(sums, multiplier, shift, -1, **options)


def quantized_convolution(
    data, weight, bias=None, multiplier=None, shift=None, residual=None, residual_factor=None,
    zero_point=0, output_zero_point=0, low=-128, high=127, channels_last=False, **options
):  # fmt: skip
    if channels_last:
        data, weight = numpy.moveaxis(data, -1, 1), numpy.moveaxis(weight, -1, 1)
        residual = None if residual is None else numpy.moveaxis(residual, -1, 1)
    x = data.astype("int32") - zero_point
    sums = convolution(x, weight.astype("int32"), bias, **options)
    if residual is not None:
        factors = residual_factor.reshape(-1, *(1 for _ in data.shape[2:]))
        sums = sums + residual.astype("int32") * factors
    y = _finished(sums, multiplier, shift, 1, output_zero_point, low, high)
    return numpy.moveaxis(y, 1, -1) if channels_last else y


def _quantized_multiplier(factor):
    """A factor below 1 as 2^31 times a number in [0.5, 1), and a power of two."""
    fraction, shift = math.frexp(factor)
    fixed = math.floor(fraction * 2**31 + 0.5)
    return (fixed // 2, shift + 1) if fixed == 2**31 else (fixed, shift)


def quantized_add(
    x1, x2, x1_scale, x2_scale, output_scale, x1_zero_point=0, x2_zero_point=0, **options
):
    assert x1.shape == x2.shape
    twice = 2 * max(x1_scale, x2_scale)

    def common(x, zero_point, factor):  # in integers of Python, between bounds that hold it
        multiplier, shift = _quantized_multiplier(factor)
        wide = (x.astype("int64") - zero_point) << 20
        high = (wide * multiplier + 2**30) >> 31
        half = 2 ** (-shift) // 2
        return numpy.sign(high) * ((abs(high) + half) >> -shift)

    total = common(x1, x1_zero_point, x1_scale / twice)
    total = total + common(x2, x2_zero_point, x2_scale / twice)
    last = _quantized_multiplier(twice / (2**20 * output_scale))
    return requantize(total, *last, **options)


def quantized_lookup(data, table):
    assert table.shape == (256,)
    return table[data.astype("int32") + 128]


def _high(a, b):
    """2 a b / 2^32, rounded to the nearest: gemmlowp's SaturatingRoundingDoublingHighMul."""
    assert not (a == b == -(2**31))
    return (a * b + 2**30) >> 31


def _halved(x, exponent):
    """x / 2^exponent, halves away from zero: RoundingDivideByPOT."""
    whole = (2 * abs(x) + 2**exponent) // 2 ** (exponent + 1)
    return whole if x >= 0 else -whole


def _exponential(a):
    """gemmlowp's exp_on_negative_values: 2^-26 to 2^-31."""
    if a == 0:
        return 2**31 - 1
    inside = a % 2**24 - 2**24
    x = (inside << 5) + 2**28
    x2 = _high(x, x)
    x3, x4 = _high(x2, x), _high(x2, x2)
    behind = _halved(_high(_halved(x4, 2) + x3, round(2**31 / 3)) + x2, 1)
    y = 1895147668 + _high(1895147668, x + behind)
    for power in range(-2, 5):
        if (inside - a) >> (26 + power) & 1:
            y = _high(y, round(math.exp(-(2.0**power)) * 2**31))
    return y


def _reciprocal(a):
    """gemmlowp's one_over_one_plus_x_for_x_in_0_1."""
    half = (a + 2**31) // 2
    x = round(48 / 17 * 2**29) + _high(half, round(-32 / 17 * 2**29))
    for _ in range(3):
        x += 4 * _high(x, 2**29 - _high(half, x))
    return min(2 * x, 2**31 - 1)


def quantized_softmax(data, scale):
    """TensorFlow Lite's, element by element, in Python's integers."""
    multiplier, shift = _quantized_multiplier(min(scale * 2.0**26, 2.0**31 - 1))
    least = -math.floor(31 * 2.0**26 / 2.0**shift)
    out = numpy.full(data.shape, -128, "int8")
    for place in numpy.ndindex(*data.shape[:-1]):
        apart = [int(x) - int(data[place].max()) for x in data[place]]
        terms = [_exponential(_high(d * 2**shift, multiplier)) if d >= least else 0 for d in apart]
        total = sum(_halved(term, 12) for term in terms)
        room = 32 - total.bit_length()
        factor = _reciprocal((total << room) - 2**31)
        for i, term in enumerate(terms):
            out[place][i] = min(_halved(_high(factor, term), 35 - room) - 128, 127)
    return out


def _gate_table(function):
    points = numpy.arange(-256, 257) / 32
    return numpy.minimum(numpy.floor(function(points) * 2**15 + 0.5), 32767).astype("int64")


def _quantized_steps(cell, data, weights, numbers, reverse):
    """Sums and tables of 16 bits, in Python's integers; `cell` makes a step of (N, gates H)."""
    gates, hidden = weights[1].shape
    state = numpy.zeros((data.shape[1], hidden), "int64")
    last = numpy.zeros(state.shape, "int64")
    found = numpy.zeros((*data.shape[:2], hidden), "int8")
    tables = [_gate_table(lambda x: 1 / (1 + numpy.exp(-x))), _gate_table(numpy.tanh)]

    def narrow(x):
        return numpy.clip(x, -32768, 32767)

    def argument(x, weight, bias, multiplier, shift):
        sums = x.astype("int64") @ weight.astype("int64").T + bias
        left, right = numpy.maximum(shift, 0), numpy.maximum(-shift, 0)
        wide = (sums * 2 ** left.astype("int64") + 2**31) % 2**32 - 2**31
        high = (wide * multiplier.astype("int64") + 2**30) >> 31
        exact = abs(high) / 2.0**right
        return narrow((numpy.sign(high) * numpy.floor(exact + 0.5)).astype("int64"))

    def look_up(table, x):
        at, rest = 256 + (narrow(x) >> 7), narrow(x) & 127
        return table[at] + (((table[at + 1] - table[at]) * rest + 64) >> 7)

    for step in reversed(range(len(data))) if reverse else range(len(data)):
        a = argument(data[step], weights[0], *numbers[:3])
        b = argument(last, weights[1], *numbers[3:])
        split = [numpy.split(x, gates // hidden, 1) for x in (a, b)]
        state, h = cell(*split, state, tables, look_up, narrow)
        last = numpy.minimum((h + 128) >> 8, 127)
        found[step] = last
    return found


def quantized_gru(data, i2h_weight, h2h_weight, *numbers, reverse=False):
    def cell(a, b, state, tables, look_up, narrow):
        r, z = (look_up(tables[0], a[i] + b[i]) for i in range(2))
        n = look_up(tables[1], a[2] + ((r * b[2] + 2**14) >> 15))
        state = n + ((z * (state - n) + 2**14) >> 15)
        return state, state

    return _quantized_steps(cell, data, (i2h_weight, h2h_weight), numbers, reverse)


def quantized_lstm(data, i2h_weight, h2h_weight, *numbers, reverse=False):
    def cell(a, b, state, tables, look_up, narrow):
        i, f, g, o = (look_up(tables[k == 2], a[k] + b[k]) for k in range(4))
        state = narrow(((f * state + 2**14) >> 15) + ((i * g + 2**18) >> 19))
        return state, (o * look_up(tables[1], state * 2) + 2**14) >> 15

    return _quantized_steps(cell, data, (i2h_weight, h2h_weight), numbers, reverse)


def quantized_pooling(data, zero_point=0, pool_type="max", channels_last=False, **options):
    if channels_last:
        planes = numpy.moveaxis(data, -1, 1)
        y = quantized_pooling(planes, zero_point, pool_type, **options)
        return numpy.moveaxis(y, 1, -1)
    if pool_type == "max":
        return pooling(data, pool_type="max", **options)
    x = data.astype("float64") - zero_point  # padded with zeros
    mean = pooling(x, pool_type="avg", **options) + zero_point
    return (numpy.sign(mean) * numpy.floor(abs(mean) + 0.5)).astype("int8")


def pack_quantized(weight):
    n, k = weight.shape
    panels, int8x4s = -(-n // 32), -(-k // 4)
    padded = numpy.zeros((panels * 32, int8x4s * 4), "int8")
    padded[:n, :k] = weight
    rows = (
        padded.reshape(panels, 32, int8x4s, 4).transpose(0, 2, 1, 3).reshape(panels, int8x4s, 128)
    )
    sums = padded.sum(1, dtype="int32").reshape(panels, 1, 32).view("int8")
    return numpy.concatenate([rows, sums], 1)


def pack_quantized_filters(weight):
    filters, channels = weight.shape[:2]
    taps = math.prod(weight.shape[2:])
    int8x4s = -(-channels // 4)
    padded = numpy.zeros((filters, taps, int8x4s * 4), "int8")
    padded[:, :, :channels] = weight.reshape(filters, channels, taps).transpose(0, 2, 1)
    sums = padded.sum((1, 2), dtype="int32").reshape(filters, 1).view("int8")
    rows = padded.reshape(filters, taps * int8x4s, 4)
    return numpy.concatenate([rows, sums.reshape(filters, 1, 4)], 1)


def pack_quantized_depthwise(weight):
    channels, columns = weight.shape[0], weight.shape[-1]
    rows = weight.reshape(channels, *weight.shape[1:-1] or (1,), columns)
    assert rows.ndim == 3 and rows.shape[1] and columns
    int8x4s = -(-rows.shape[1] // 4)
    padded = numpy.zeros((channels, int8x4s * 4, columns), "int8")
    padded[:, : rows.shape[1]] = rows
    taps = padded.transpose(2, 1, 0).reshape(columns * int8x4s, 4, channels).transpose(0, 2, 1)
    sums = padded.sum((1, 2), dtype="int32").reshape(channels, 1).view("int8")
    return numpy.concatenate([taps, sums.reshape(1, channels, 4)])


def quantized_convolution_rows(data, weight, *inputs, filters, kernel, **options):
    extents = _window(kernel, data.ndim - 2, 1)
    k = math.prod(extents) * data.shape[-1]
    panels = weight[:, :-1].reshape(len(weight), -1, 32, 4).transpose(0, 2, 1, 3)
    rows = panels.reshape(len(weight) * 32, -1)[:filters, :k]
    filters = rows.reshape(filters, *extents, data.shape[-1])
    return quantized_convolution(data, filters, *inputs, channels_last=True, **options)


def quantized_depthwise(data, weight, *inputs, kernel, **options):
    extents, channels = _window(kernel, data.ndim - 2, 1), data.shape[-1]
    height, width = (1, *extents)[-2:]
    taps = weight[:-1].reshape(width, -1, channels, 4).transpose(2, 1, 3, 0)
    filters = taps.reshape(channels, -1, width)[:, :height]
    filters = filters.reshape(channels, *extents, 1)
    return quantized_convolution(data, filters, *inputs, channels_last=True, **options)


def quantized_product(data, weight, *inputs, columns, **options):
    assert weight.shape == (-(-columns // 32), -(-data.shape[1] // 4) + 1, 128)
    panels = weight[:, :-1].reshape(len(weight), -1, 32, 4).transpose(0, 2, 1, 3)
    rows = panels.reshape(len(weight) * 32, -1)[:columns, : data.shape[1]]
    return quantized_fully_connected(data, rows, *inputs, **options)


def quantized_convolution_packed(data, weight, *inputs, kernel, **options):
    channels = data.shape[1] // options.get("num_group", 1)
    extents = _window(kernel, data.ndim - 2, 1)
    rows = weight[:, :-1].reshape(len(weight), math.prod(extents), -1)[:, :, :channels]
    filters = rows.transpose(0, 2, 1).reshape(len(weight), channels, *extents)
    return quantized_convolution(data, filters, *inputs, **options)


def quantized_convolution_groups(data, weight, *inputs, filters, kernel, **options):
    assert len(weight) == filters
    if len(inputs) > 3 and inputs[3] is not None:
        inputs = (*inputs[:3], numpy.moveaxis(inputs[3], -1, 1), *inputs[4:])
    options["kernel"] = kernel
    y = quantized_convolution_packed(numpy.moveaxis(data, -1, 1), weight, *inputs, **options)
    return numpy.moveaxis(y, 1, -1)


def _four_bits(weight):
    """Bytes (..., n) as integers (..., 2 n), the lower half of each first."""
    halves = numpy.stack([weight << 4 >> 4, weight >> 4], -1)
    return halves.reshape(*weight.shape[:-1], weight.shape[-1] * 2)


def weight_only_fully_connected(data, weight, scale, bias=None, bits=8, flatten=True):
    x = batch_flatten(data) if flatten else data
    weight = _four_bits(weight) if bits == 4 else weight
    scale = scale.reshape(len(weight), scale.shape[1] if scale.ndim == 2 else 1)
    size = x.shape[-1] // scale.shape[1]
    parts = [
        x[..., i * size : (i + 1) * size] @ weight[:, i * size : (i + 1) * size].T * scale[:, i]
        for i in range(scale.shape[1])
    ]
    out = sum(parts)
    return (out if bias is None else out + bias).astype(data.dtype)


def pack_weight_only(weight, scale, bits=8):
    units, panels = len(weight), -(-len(weight) // 64)

    def packed(x):
        padded = numpy.zeros((panels * 64, x.shape[1]), x.dtype)
        padded[:units] = x
        return padded.reshape(panels, 64, x.shape[1]).transpose(0, 2, 1)

    assert len(scale) == units
    return packed(weight), packed(scale)


def weight_only_product(data, weight, scale, bias=None, columns=0, bits=8):
    assert len(weight) == -(-columns // 64)

    def rows(x):
        return x.transpose(0, 2, 1).reshape(len(x) * 64, x.shape[1])[:columns]

    return weight_only_fully_connected(data, rows(weight), rows(scale), bias, bits)


def quantized_convolution16(
    data, weight, bias=None, multiplier=None, shift=None, low=-32768, high=32767, **options
):
    """Sums of int64, in integers of Python afterwards."""
    x, w = (numpy.moveaxis(array, -1, 1).astype("int64") for array in (data, weight))
    sums = numpy.moveaxis(convolution(x, w, bias, **options), 1, -1)
    if multiplier is None:
        return sums
    found = numpy.empty(sums.shape, "int16")
    for place in numpy.ndindex(*sums.shape):
        drop = int(shift[place[-1]])
        scaled = (int(sums[place]) * int(multiplier[place[-1]]) + (1 << (drop - 1))) >> drop
        found[place] = min(max(scaled, low), high)
    return found
