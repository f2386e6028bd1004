"""Recurrent cells, their steps and gradients."""

import numpy

from oracles.activations import sigmoid


def lstm_cell(data, hidden, cell, *weights):
    i2h, h2h, i2h_bias, h2h_bias = weights
    gates = data @ i2h.T + i2h_bias + hidden @ h2h.T + h2h_bias
    enter, forget, new, leave = numpy.split(gates, 4, axis=1)
    cell = sigmoid(forget) * cell + sigmoid(enter) * numpy.tanh(new)
    return sigmoid(leave) * numpy.tanh(cell), cell


def gru_cell(data, hidden, *weights):
    i2h, h2h, i2h_bias, h2h_bias = weights
    of_data = numpy.split(data @ i2h.T + i2h_bias, 3, axis=1)
    of_hidden = numpy.split(hidden @ h2h.T + h2h_bias, 3, axis=1)
    reset, update = (sigmoid(of_data[i] + of_hidden[i]) for i in (0, 1))
    return (1 - update) * numpy.tanh(of_data[2] + reset * of_hidden[2]) + update * hidden


def rnn_cell(data, hidden, i2h, h2h, i2h_bias, h2h_bias, activation="tanh"):
    total = data @ i2h.T + i2h_bias + hidden @ h2h.T + h2h_bias
    return numpy.tanh(total) if activation == "tanh" else numpy.maximum(total, 0)


def _unrolled(cell, data, states, weights, reverse, **options):
    """Every step's hidden state, and the states behind the last step. A sequence that is over, or
    that runs backwards and has not begun, keeps its states."""
    *weights, lengths = weights if len(weights) > 4 else (*weights, None)
    lengths = numpy.full(data.shape[1], len(data)) if lengths is None else lengths
    outputs = numpy.zeros((len(data), *states[0].shape), data.dtype)
    for step in reversed(range(len(data))) if reverse else range(len(data)):
        out = cell(data[step], *states, *weights, **options)
        out = out if isinstance(out, tuple) else (out,)
        there = (step < lengths)[:, None]
        states = [numpy.where(there, new, old) for new, old in zip(out, states, strict=True)]
        outputs[step] = numpy.where(there, states[0], 0)
    return outputs, *states


def rnn(data, hidden, *weights, reverse=False, **options):
    return _unrolled(rnn_cell, data, (hidden,), weights, reverse, **options)


def lstm(data, hidden, cell, *weights, reverse=False):
    return _unrolled(lstm_cell, data, (hidden, cell), weights, reverse)


def gru(data, hidden, *weights, reverse=False):
    return _unrolled(gru_cell, data, (hidden,), weights, reverse)


def _sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def lstm_steps(sums, hidden, cell, weight, reverse=False):
    hiddens, cells, gates = (numpy.zeros((*sums.shape[:2], n), sums.dtype) for n in _widths(sums))
    for t in reversed(range(len(sums))) if reverse else range(len(sums)):
        i, f, g, o = numpy.split(sums[t] + hidden @ weight.T, 4, 1)
        i, f, g, o = _sigmoid(i), _sigmoid(f), numpy.tanh(g), _sigmoid(o)
        cell = f * cell + i * g
        hidden = o * numpy.tanh(cell)
        hiddens[t], cells[t], gates[t] = hidden, cell, numpy.concatenate([i, f, g, o], 1)
    return hiddens, cells, gates


def pack_recurrent(weight, gates=1):
    """(units, gates, H, 32): a unit is 32 hidden elements, with their columns side by side."""
    hidden = weight.shape[1]
    columns = weight.reshape(gates, hidden, hidden).swapaxes(1, 2)
    filled = numpy.pad(columns, [(0, 0), (0, 0), (0, -hidden % 32)])
    return filled.reshape(gates, hidden, -1, 32).transpose(2, 0, 1, 3)


def _unpacked(packed):
    _, gates, hidden, _ = packed.shape
    columns = packed.transpose(1, 2, 0, 3).reshape(gates, hidden, -1)[:, :, :hidden]
    return columns.swapaxes(1, 2).reshape(gates * hidden, hidden)


def lstm_steps_packed(sums, hidden, cell, weight, reverse=False):
    return lstm_steps(sums, hidden, cell, _unpacked(weight), reverse)


def gru_steps_packed(sums, hidden, weight, bias, reverse=False):
    return gru_steps(sums, hidden, _unpacked(weight), bias, reverse)


def rnn_steps_packed(sums, hidden, weight, relu=False, reverse=False):
    return rnn_steps(sums, hidden, _unpacked(weight), relu, reverse)


def _widths(sums):
    return sums.shape[2] // 4, sums.shape[2] // 4, sums.shape[2]


def lstm_steps_gradient(
    weight, cell, cells, gates, dhiddens=None, dcells=None, dgates=None, reverse=False
):
    steps = list(reversed(range(len(gates)))) if reverse else list(range(len(gates)))
    dsums, dh, dc = numpy.zeros_like(gates), numpy.zeros_like(cell), numpy.zeros_like(cell)
    for at in reversed(range(len(steps))):
        t = steps[at]
        last = cells[steps[at - 1]] if at else cell
        i, f, g, o = numpy.split(gates[t], 4, 1)
        dh = dh if dhiddens is None else dh + dhiddens[t]
        dc = dc if dcells is None else dc + dcells[t]
        bent = numpy.tanh(cells[t])
        dc = dc + dh * o * (1 - bent * bent)
        parts = numpy.concatenate([dc * g, dc * last, dc * i, dh * bent], 1)
        parts = parts if dgates is None else parts + dgates[t]
        slopes = numpy.concatenate([i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)], 1)
        dsums[t] = parts * slopes
        dh, dc = dsums[t] @ weight, dc * f
    return dsums, dh, dc


def rnn_steps(sums, hidden, weight, relu=False, reverse=False):
    hiddens = numpy.zeros_like(sums)
    for t in reversed(range(len(sums))) if reverse else range(len(sums)):
        total = sums[t] + hidden @ weight.T
        hidden = hiddens[t] = numpy.maximum(total, 0) if relu else numpy.tanh(total)
    return hiddens


def rnn_steps_gradient(weight, hiddens, dhiddens, relu=False, reverse=False):
    dsums, dh = numpy.zeros_like(hiddens), numpy.zeros_like(hiddens[0])
    for t in range(len(hiddens)) if reverse else reversed(range(len(hiddens))):
        slope = hiddens[t] > 0 if relu else 1 - hiddens[t] ** 2
        dsums[t] = (dh + dhiddens[t]) * slope
        dh = dsums[t] @ weight
    return dsums, dh


def gru_steps(sums, hidden, weight, bias, reverse=False):
    size = hidden.shape[1]
    hiddens, gates, products = (numpy.zeros((*sums.shape[:2], n * size)) for n in (1, 3, 1))
    for t in reversed(range(len(sums))) if reverse else range(len(sums)):
        of_data, of_hidden = numpy.split(sums[t], 3, 1), numpy.split(hidden @ weight.T, 3, 1)
        r, z = (_sigmoid(of_data[i] + of_hidden[i]) for i in (0, 1))
        products[t] = of_hidden[2] + bias
        n = numpy.tanh(of_data[2] + r * products[t])
        hidden = hiddens[t] = (1 - z) * n + z * hidden
        gates[t] = numpy.concatenate([r, z, n], 1)
    return hiddens, gates, products


def gru_steps_gradient(
    weight,
    hidden,
    hiddens,
    gates,
    products,
    dhiddens=None,
    dgates=None,
    dproducts=None,
    reverse=False,
):
    steps = list(reversed(range(len(gates)))) if reverse else list(range(len(gates)))
    dsums, dq, dh = (numpy.zeros_like(x) for x in (gates, products, hidden))
    for at in reversed(range(len(steps))):
        t = steps[at]
        last = hiddens[steps[at - 1]] if at else hidden
        r, z, n = numpy.split(gates[t], 3, 1)
        dr, dz, dn = numpy.split(numpy.zeros_like(gates[t]) if dgates is None else dgates[t], 3, 1)
        dh = dh if dhiddens is None else dh + dhiddens[t]
        da = (dn + dh * (1 - z)) * (1 - n * n)
        dr, dz = (dr + da * products[t]) * r * (1 - r), (dz + dh * (last - n)) * z * (1 - z)
        dq[t] = da * r if dproducts is None else da * r + dproducts[t]
        dsums[t] = numpy.concatenate([dr, dz, da], 1)
        dh = dh * z + numpy.concatenate([dr, dz, dq[t]], 1) @ weight
    return dsums, dq, dh
