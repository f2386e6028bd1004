"""Softmax, cross entropy and their gradients."""

import numpy
import scipy.special


def softmax(data, axis=-1, temperature=1):
    data = data / temperature
    # SciPy looks for a maximum, which no elements have.
    return scipy.special.softmax(data, axis) if data.shape[axis] else data


def log_softmax(data, axis=-1, temperature=1):
    data = data / temperature
    return scipy.special.log_softmax(data, axis) if data.shape[axis] else data


softmax_rows = softmax


log_softmax_rows = log_softmax


def softmax_gradient(dout, result):
    return result * (dout - (dout * result).sum(-1, keepdims=True))


def log_softmax_gradient(dout, result):
    return dout - numpy.exp(result) * dout.sum(-1, keepdims=True)


def cross_entropy_rows(data, label):
    return -numpy.take_along_axis(log_softmax(data), label[..., None], -1)[..., 0]


def cross_entropy_rows_gradient(data, label, dout):
    label, dout = numpy.asarray(label), numpy.asarray(dout)
    share = softmax(data)
    chosen = numpy.take_along_axis(share, label[..., None], -1) - 1
    numpy.put_along_axis(share, label[..., None], chosen, -1)
    return dout[..., None] * share


def logsumexp(x, axis=None, keepdims=False):
    with numpy.errstate(divide="ignore"):
        if x.size == 0:
            return numpy.log(numpy.exp(x).sum(axis, keepdims=keepdims))
        return scipy.special.logsumexp(x, axis, keepdims=keepdims)


def _log_softmax(x, axis):
    x = x if x.dtype.kind == "f" else x.astype("float64")
    return x - numpy.log(numpy.exp(x).sum(axis=axis, keepdims=True))
