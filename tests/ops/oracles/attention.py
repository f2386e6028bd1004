"""Embeddings and attention."""

import math

import numpy

from oracles.softmax import _log_softmax, logsumexp


def embedding(data, weight, sparse_grad=False):
    return weight[data]


def gather_nd(data, indices):
    return data[tuple(indices)]


def scatter_nd(data, indices, shape):
    out = numpy.zeros(shape, data.dtype)
    numpy.add.at(out, tuple(indices), data)
    return out


def one_hot(data, depth, on_value=1, off_value=0, dtype="float32"):
    return numpy.where(data[..., None] == numpy.arange(depth), on_value, off_value).astype(dtype)


def scaled_dot_product_attention(
    query, key, value, mask=None, scale=None, causal=False, grouped=False
):
    if grouped:
        groups = query.shape[-3] // key.shape[-3]
        key, value = (numpy.repeat(x, groups, axis=-3) for x in (key, value))
    scale = 1 / math.sqrt(query.shape[-1] or 1) if scale is None else scale
    share = numpy.exp(_log_softmax(_scores(query, key, mask, scale, causal), -1))
    return numpy.einsum("...ts,...sv->...tv", share, value)


def _scores(query, key, mask, scale, causal):
    scores = scale * numpy.einsum("...td,...sd->...ts", query, key)
    if causal:
        scores = numpy.where(numpy.tri(*scores.shape[-2:], dtype=bool), scores, -numpy.inf)
    if mask is None:
        return scores
    return numpy.where(mask, scores, -numpy.inf) if mask.dtype == bool else scores + mask


def attention_blocks(query, key, value, mask=None, scale=1, causal=False):
    logarithms = logsumexp(_scores(query, key, mask, scale, causal), -1)
    out = scaled_dot_product_attention(query, key, value, mask, scale, causal)
    return out, numpy.broadcast_to(logarithms, out.shape[:-1])


def attention_gradient(
    dout, dlogarithms, result, logarithms, query, key, value, mask=None, scale=1, causal=False
):
    shares = numpy.exp(_scores(query, key, mask, scale, causal) - logarithms[..., None])
    rest = (dout * result).sum(-1) - dlogarithms
    dscores = scale * shares * (numpy.einsum("...tv,...sv->...ts", dout, value) - rest[..., None])
    found = (
        numpy.einsum("...ts,...sd->...td", dscores, key),
        numpy.einsum("...ts,...td->...sd", dscores, query),
        numpy.einsum("...ts,...tv->...sv", shares, dout),
    )
    # Heads that share keys and values: these have one head, and the sum of its gradients.
    if (
        dscores.ndim < 3
        or dscores.shape[-3] < 2
        or any(x.ndim > 2 and x.shape[-3] > 1 for x in (key, value))
    ):
        return found
    return found[0], *(x.sum(-3, keepdims=True) for x in found[1:])
