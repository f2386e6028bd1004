"""Fused elementwise chains: a plan against eager calls, bit for bit."""

import numpy
import pytest
import weft
from weft import np, npx

SIZES = (1, 63, 64, 65, 1000, 4096, 100_003)


def drawn(*shape):
    return np.array(numpy.random.default_rng(0).uniform(0.5, 2, shape).astype("float32"))


def adam(weight, gradient, mean, variance):
    results = npx.adam_update(weight, gradient, mean, variance, 0.01, wd=0.1, clip_gradient=0.75)
    weight[:], mean[:], variance[:] = results


@pytest.mark.parametrize("size", SIZES)
def test_states_are_renewed_in_place(size):
    eager = [drawn(size) for _ in range(4)]
    planned = [drawn(size) for _ in range(4)]
    step = weft.hybridize(adam)
    for _ in range(3):
        adam(*eager)
        step(*planned)
    for one, other in zip(eager, planned, strict=True):
        numpy.testing.assert_array_equal(one.asnumpy(), other.asnumpy())


@pytest.mark.parametrize("columns", SIZES[:-1])
def test_operands_that_repeat(columns):
    def gate(x, scale, rows, one):
        y = x * scale + rows
        return np.where(y > one, y * np.exp(-y), rows * one), y.astype("bfloat16")

    arguments = drawn(3, columns), drawn(columns), drawn(3, 1), drawn(1)
    for one, other in zip(gate(*arguments), weft.hybridize(gate)(*arguments), strict=True):
        numpy.testing.assert_array_equal(
            one.astype("float32").asnumpy(), other.astype("float32").asnumpy()
        )
