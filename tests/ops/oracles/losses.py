"""Losses."""

import numpy

from oracles.indexing import pick
from oracles.softmax import _log_softmax


def softmax_cross_entropy(
    data, label, axis=-1, sparse_label=True, from_logits=False, ignore_index=None
):
    log_probability = data if from_logits else _log_softmax(data, axis)
    if sparse_label:
        counts = label != ignore_index
        return numpy.where(counts, -pick(log_probability, numpy.where(counts, label, 0), axis), 0)
    return -(log_probability * label).sum(axis=axis)


def half_square_elements(pred, label):
    return (pred - label) ** 2 / 2


def huber_elements(pred, label, rho=1):
    gap = abs(pred - label)
    return numpy.where(gap > rho, gap - rho / 2, gap**2 / (2 * rho))


def logistic_elements(pred, label):
    return numpy.logaddexp(0, pred) - pred * label


def ctc_loss(data, label, data_lengths=None, label_lengths=None, blank_label="first"):
    """Probabilities of paths by where they stand in the label, blanks between, after each step."""
    steps, samples, classes = data.shape
    blank, padding = (0, 0) if blank_label == "first" else (classes - 1, -1)
    probability = numpy.exp(_log_softmax(data.astype("float64"), -1))
    losses = numpy.empty(samples)
    for n in range(samples):
        row = [int(k) for k in label[n]]
        wanted = row[: row.index(padding)] if padding in row else row
        if label_lengths is not None:
            wanted = [blank if k == padding else k for k in row[: int(label_lengths[n])]]
        states = [blank, *(k for one in wanted for k in (one, blank))]
        moves = numpy.eye(len(states)) + numpy.eye(len(states), k=1)
        for s in range(2, len(states)):
            moves[s - 2, s] = states[s] != states[s - 2]
        paths = probability[0, n, states] * (numpy.arange(len(states)) < 2)
        for t in range(1, steps if data_lengths is None else int(data_lengths[n])):
            paths = paths @ moves * probability[t, n, states]
        with numpy.errstate(divide="ignore"):
            losses[n] = -numpy.log(paths[-2:].sum())
    return losses.astype(data.dtype)
