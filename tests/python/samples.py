"""Arrays that tests of layers, losses and the trainer are given."""

import numpy


def uniform(*shape, seed=0):
    return numpy.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")
