"""Softmax, cross entropy and their gradients."""

import numpy
import scipy.special


def _of_rows(function, data, axis, of_nothing):
    """SciPy's function, but for rows of -inf alone, which SciPy has as 0 / 0."""
    # SciPy looks for a maximum, which no elements have.
    if not data.shape[axis]:
        return data
    hidden = (data == -numpy.inf).all(axis, keepdims=True)
    found = function(numpy.where(hidden, 0, data), axis)
    return numpy.where(hidden, numpy.asarray(of_nothing, found.dtype), found)


def softmax(data, axis=-1, temperature=1):
    return _of_rows(scipy.special.softmax, data / temperature, axis, 0)


def log_softmax(data, axis=-1, temperature=1):
    return _of_rows(scipy.special.log_softmax, data / temperature, axis, -numpy.inf)


softmax_rows = softmax


log_softmax_rows = log_softmax


def softmax_gradient(dout, result, axis=-1):
    return result * (dout - (dout * result).sum(axis, keepdims=True))


def log_softmax_gradient(dout, result, axis=-1):
    return dout - numpy.exp(result) * dout.sum(axis, keepdims=True)


def cross_entropy_rows(data, label, axis=-1, mode="raise"):
    label = numpy.expand_dims(label, axis)
    return -numpy.take_along_axis(log_softmax(data, axis), label, axis).squeeze(axis)


def cross_entropy_rows_gradient(data, label, dout, axis=-1, mode="raise"):
    label, dout = numpy.expand_dims(label, axis), numpy.expand_dims(dout, axis)
    share = softmax(data, axis)
    chosen = numpy.take_along_axis(share, label, axis) - 1
    numpy.put_along_axis(share, label, chosen, axis)
    return dout * share


def logsumexp(x, axis=None, keepdims=False):
    with numpy.errstate(divide="ignore"):
        if x.size == 0:
            return numpy.log(numpy.exp(x).sum(axis, keepdims=keepdims))
        return scipy.special.logsumexp(x, axis, keepdims=keepdims)


def _log_softmax(x, axis):
    x = x if x.dtype.kind == "f" else x.astype("float64")
    total = numpy.exp(x).sum(axis=axis, keepdims=True)
    return x - numpy.log(numpy.where(total == 0, 1, total))
