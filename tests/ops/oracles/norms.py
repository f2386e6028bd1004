"""Dense layers, dropout, norms and their gradients."""

import math

import numpy

from oracles.convolution import _from_blocks, _to_blocks
from oracles.shape import batch_flatten


def fully_connected(data, weight, bias=None, flatten=True):
    x = batch_flatten(data) if flatten else data
    out = x @ weight.T
    return out if bias is None else out + bias


def dropout(data, p=0.5, axes=(), training=True):
    assert p == 0 or not training, "random: tests/python/test_random.py looks at the share"
    return data


def _standardized(x, axes, eps):
    return (x - x.mean(axes, keepdims=True)) / numpy.sqrt(x.var(axes, keepdims=True) + eps)


def _affine(x, gamma, beta, axis):
    shape = [-1 if i == axis % x.ndim else 1 for i in range(x.ndim)]
    x = x if gamma is None else x * gamma.reshape(shape)
    return x if beta is None else x + beta.reshape(shape)


def batch_norm(
    data, gamma, beta, running_mean, running_var, eps=1e-5, momentum=0.9, training=False, axis=1
):
    axes = tuple(i for i in range(data.ndim) if i != axis % data.ndim)
    training = training and data.size > 0  # else there are no statistics, and the old ones stay
    mean, var = (data.mean(axes), data.var(axes)) if training else (running_mean, running_var)
    unit = _affine(data, None, -mean, axis)
    out = _affine(_affine(unit, 1 / numpy.sqrt(var + eps), None, axis), gamma, beta, axis)
    if not training:
        return out, running_mean, running_var
    keep = momentum
    return out, keep * running_mean + (1 - keep) * mean, keep * running_var + (1 - keep) * var


def _channels(x, like):
    return x.reshape(1, -1, *(1,) * (like.ndim - 2))


def batch_norm_training(data, gamma, beta, eps=1e-5):
    axes = (0, *range(2, data.ndim))
    mean, var = (data.mean(axes), data.var(axes)) if data.size else numpy.zeros((2, data.shape[1]))
    unit = (data - _channels(mean, data)) / numpy.sqrt(_channels(var, data) + eps)
    return _channels(gamma, data) * unit + _channels(beta, data), mean, var


def batch_norm_training_gradient(dout, dmean, dvariance, data, gamma, mean, variance, eps=1e-5):
    axes = (0, *range(2, data.ndim))
    count = data.size // max(1, data.shape[1])
    root = numpy.sqrt(variance + eps)
    centred = data - _channels(mean, data)
    dgamma, dbeta = (dout * centred).sum(axes) / root, dout.sum(axes)
    rest = dout - _channels(dbeta, data) / count
    rest = rest - centred * _channels(dgamma / root, data) / count
    dx = rest * _channels(gamma / root, data) + _channels(dmean, data) / count
    return dx + centred * _channels(2 * dvariance, data) / count, dgamma, dbeta


def batch_norm_training_blocked(data, gamma, beta, eps=1e-5):
    y, mean, var = batch_norm_training(_from_blocks(data), gamma, beta, eps)
    return _to_blocks(y, data.shape[4]), mean, var


def batch_norm_training_gradient_blocked(dout, dmean, dvariance, data, *rest, eps=1e-5):
    dout, block = _from_blocks(dout), data.shape[4]
    dx, *others = batch_norm_training_gradient(
        dout, dmean, dvariance, _from_blocks(data), *rest, eps=eps
    )
    return _to_blocks(dx, block), *others


def layer_norm(data, gamma=None, beta=None, axis=-1, eps=1e-5):
    return _affine(_standardized(data, axis, eps), gamma, beta, axis)


def rms_norm(data, gamma=None, axis=-1, eps=1e-6):
    root = numpy.sqrt((data * data).mean(axis, keepdims=True) + eps)
    return _affine(data / root, gamma, None, axis)


def _rows_moments(data, eps, centred):
    mean = data.mean(-1, keepdims=True) if centred else 0
    return mean, numpy.sqrt(((data - mean) ** 2).mean(-1, keepdims=True) + eps)


def normalize_rows(data, gamma=None, beta=None, eps=1e-5, centred=True):
    mean, root = _rows_moments(data, eps, centred)
    return _affine((data - mean) / root, gamma, beta, -1)


def normalize_rows_gradient(dout, data, gamma=None, eps=1e-5, centred=True, affine=True):
    mean, root = _rows_moments(data, eps, centred)
    unit = (data - mean) / root
    scaled = _affine(dout, gamma, None, -1)
    rest = scaled - unit * (scaled * unit).mean(-1, keepdims=True)
    rest = (rest - scaled.mean(-1, keepdims=True) if centred else rest) / root
    axes = tuple(range(data.ndim - 1))
    return (rest, (dout * unit).sum(axes), dout.sum(axes)) if affine else rest


def instance_norm(data, gamma=None, beta=None, eps=1e-5):
    return _affine(_standardized(data, tuple(range(2, data.ndim)), eps), gamma, beta, 1)


def group_norm(data, gamma=None, beta=None, num_groups=1, eps=1e-5):
    groups = data.reshape(len(data), num_groups, math.prod(data.shape[1:]) // num_groups)
    return _affine(_standardized(groups, 2, eps).reshape(data.shape), gamma, beta, 1)


normalize_groups = group_norm


def normalize_groups_gradient(dout, data, gamma=None, num_groups=1, eps=1e-5, affine=True):
    groups = (len(data), num_groups, -1)
    rows = data.reshape(groups)
    mean, root = _rows_moments(rows, eps, True)
    unit = (rows - mean) / root
    scaled = _affine(dout, gamma, None, 1).reshape(groups)
    rest = scaled - scaled.mean(-1, keepdims=True) - unit * (scaled * unit).mean(-1, keepdims=True)
    dx, axes = (rest / root).reshape(data.shape), (0, *range(2, data.ndim))
    return (dx, (dout * unit.reshape(data.shape)).sum(axes), dout.sum(axes)) if affine else dx


def l2_normalization(data, eps=1e-10, mode="instance"):
    axes = {"instance": range(1, data.ndim), "channel": (1,), "spatial": range(2, data.ndim)}[mode]
    return data / numpy.sqrt((data * data).sum(tuple(axes), keepdims=True) + eps)


def scale_and_shift(x, gamma, beta):
    return x * gamma + beta
