"""What Caffe's documentation says that layers compute, in NumPy and float64, by plain loops: the
oracle of the tests of layers."""

import itertools

import numpy


def windows(shape, kernel, stride, pad, is_ceil=True):
    """For each window of a pooling: its place, its bounds in the image, its size with margins."""
    counts = []
    for extent, k, s, p in zip(shape, kernel, stride, pad, strict=True):
        room = (extent + 2 * p - k) / s
        count = int(numpy.ceil(room) if is_ceil else numpy.floor(room)) + 1
        counts.append(count - 1 if any(pad) and (count - 1) * s >= extent + p else count)
    for place in itertools.product(*map(range, counts)):
        bounds, size = [], 1
        for at, extent, k, s, p in zip(place, shape, kernel, stride, pad, strict=True):
            begin = at * s - p
            size *= min(begin + k, extent + p) - begin
            bounds.append(slice(max(begin, 0), min(begin + k, extent)))
        yield place, tuple(bounds), size


def pooling(x, mode, kernel, stride, pad, is_ceil=True):
    """MAX, AVE, or STOCHASTIC as it is in tests."""
    found = list(windows(x.shape[2:], kernel, stride, pad, is_ceil))
    y = numpy.empty((*x.shape[:2], *(extent + 1 for extent in found[-1][0])))
    for place, bounds, size in found:
        part = x[(slice(None), slice(None), *bounds)].astype("float64").reshape(*x.shape[:2], -1)
        if mode == "MAX":
            value = part.max(-1)
        elif mode == "AVE":
            value = part.sum(-1) / size
        else:
            value = (part**2).sum(-1) / part.sum(-1)
        y[(slice(None), slice(None), *place)] = value
    return y


def convolution(x, weight, bias, stride, pad, dilation=(1, 1), group=1):
    """Correlation with windows of a padded image."""
    x = numpy.pad(x.astype("float64"), [(0, 0), (0, 0), *((p, p) for p in pad)])
    count, each, *kernel = weight.shape
    extents = [
        (x.shape[2 + a] - (kernel[a] - 1) * dilation[a] - 1) // stride[a] + 1 for a in range(2)
    ]
    y = numpy.zeros((x.shape[0], count, *extents))
    for o in range(count):
        first = o // (count // group) * each
        for i, j in itertools.product(range(kernel[0]), range(kernel[1])):
            rows = slice(i * dilation[0], i * dilation[0] + extents[0] * stride[0], stride[0])
            columns = slice(j * dilation[1], j * dilation[1] + extents[1] * stride[1], stride[1])
            part = x[:, first : first + each, rows, columns]
            y[:, o] += numpy.einsum("nchw,c->nhw", part, weight[o, :, i, j])
        y[:, o] += 0 if bias is None else bias[o]
    return y


def deconvolution(x, weight, bias, stride, pad, group=1):
    """Each element of the image puts a scaled kernel into the result."""
    each_in, each_out = x.shape[1] // group, weight.shape[1]
    kernel = weight.shape[2:]
    extents = [(x.shape[2 + a] - 1) * stride[a] + kernel[a] for a in range(2)]
    y = numpy.zeros((x.shape[0], each_out * group, *extents))
    for c, i, j in itertools.product(range(x.shape[1]), range(x.shape[2]), range(x.shape[3])):
        outs = slice(c // each_in * each_out, (c // each_in + 1) * each_out)
        rows = slice(i * stride[0], i * stride[0] + kernel[0])
        columns = slice(j * stride[1], j * stride[1] + kernel[1])
        y[:, outs, rows, columns] += x[:, c, i, j][:, None, None, None] * weight[c]
    y = y[:, :, pad[0] : extents[0] - pad[0], pad[1] : extents[1] - pad[1]]
    return y if bias is None else y + bias[:, None, None]


def lrn(x, size, alpha, beta, k):
    """Across channels."""
    x = x.astype("float64")
    y = numpy.empty_like(x)
    for c in range(x.shape[1]):
        near = x[:, max(0, c - size // 2) : c + size // 2 + 1]
        y[:, c] = x[:, c] * (k + alpha / size * (near**2).sum(1)) ** -beta
    return y


def softmax(x, axis=1):
    """Shares of an axis."""
    e = numpy.exp(x.astype("float64") - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def sigmoid(x):
    """The logistic function."""
    return 1 / (1 + numpy.exp(-x.astype("float64")))


def lstm(x, goes_on, weights, hidden, cell, static=None):
    """All hidden states, the last one, and the last cell.

    weights: of x, bias, (static,) hidden, each with rows for the gates i, f, o, g
    """
    of_x, bias, *of_static, of_h = weights
    steps = []
    for step, mark in zip(x, goes_on, strict=True):
        gates = step.reshape(len(step), -1) @ of_x.T + bias + (hidden * mark[:, None]) @ of_h.T
        if static is not None:
            gates = gates + static @ of_static[0].T
        i, f, o, g = numpy.split(gates, 4, 1)
        cell = sigmoid(f) * mark[:, None] * cell + sigmoid(i) * numpy.tanh(g)
        hidden = sigmoid(o) * numpy.tanh(cell)
        steps.append(hidden)
    return numpy.stack(steps), hidden, cell


def rnn(x, goes_on, weights, hidden):
    """All outputs of a plain recurrent layer."""
    of_x, bias, of_h, of_o, bias_o = weights
    steps = []
    for step, mark in zip(x, goes_on, strict=True):
        hidden = numpy.tanh(step @ of_x.T + bias + (hidden * mark[:, None]) @ of_h.T)
        steps.append(numpy.tanh(hidden @ of_o.T + bias_o))
    return numpy.stack(steps)
