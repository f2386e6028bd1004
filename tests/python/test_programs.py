"""Random programs of views, writes and operators give NumPy's values, eager and traced, and the
derivatives of first and second order that jets have. WEFT_TEST_EXAMPLES=3000 runs thousands of new
ones, `--full` some thousands of fixed ones."""

import functools
import math
import operator

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from jets import Jet
from programs import INPUTS, SHAPE, programs
from weft import autograd, np

seeds = st.integers(0, 2**16)
RUNS = ("eager", "traced", "captured", "nested")


def draw_arrays(seed, count):
    generator = numpy.random.default_rng(seed)
    return [generator.uniform(-1, 1, SHAPE) for _ in range(count)]


def runner(program, mode, inputs):
    """A function that runs the program on `inputs`."""

    def run(*arrays):
        return tuple(program.run(arrays))

    if mode == "eager":
        return lambda: run(*inputs)
    if mode == "captured":  # met on the way, not passed
        return weft.hybridize(lambda: run(*inputs))
    traced = weft.hybridize(run)
    if mode == "traced":
        return lambda: traced(*inputs)
    traced(*[x.copy() for x in inputs])
    inner = traced.cache.last.function  # its graph is inlined, the program does not run again
    outer = weft.hybridize(lambda *arrays: inner(*arrays))
    return lambda: outer(*inputs)


def assert_same(found, wanted):
    for number, (have, want) in enumerate(zip(found, wanted, strict=True)):
        numpy.testing.assert_allclose(
            have.asnumpy(), want.parts[0], rtol=1e-12, atol=1e-12, err_msg=f"variable {number}"
        )


@pytest.mark.parametrize("mode", RUNS)
@settings(deadline=None)
@given(program=programs(writes_inputs=True), seed=seeds)
def test_values_equal_numpy(mode, program, seed):
    arrays = draw_arrays(seed, INPUTS)
    jets = [Jet.of(a) for a in arrays]
    inputs = [np.array(a) for a in arrays]
    run = runner(program, mode, inputs)
    for _ in range(2):  # a traced function runs its plan the second time
        wanted = program.run(jets)
        assert_same(run(), wanted)
        assert_same(inputs, jets)


def head(variables):
    """One number that depends on every element of every variable differently, and on none of
    them only linearly: what has no second derivative has no history either."""
    terms = []
    for number, variable in enumerate(variables):
        weights = numpy.cos(numpy.arange(math.prod(variable.shape)) + number)
        weighted = variable * weights.reshape(variable.shape)
        terms.append(weighted.sum(axis=None, keepdims=False))
    total = functools.reduce(operator.add, terms)
    return total * total * 0.5


@pytest.mark.parametrize("mode", RUNS)
@settings(deadline=None)
@given(program=programs(writes_inputs=False), seed=seeds)
def test_derivatives_equal_jets(mode, program, seed):
    arrays = draw_arrays(seed, 3 * INPUTS)
    values, along_a, along_b = (arrays[i::3] for i in range(3))
    wanted = head(
        program.run([Jet.of(*parts) for parts in zip(values, along_a, along_b, strict=True)])
    )
    leaves = [np.array(value) for value in values]
    for leaf in leaves:
        leaf.attach_grad()

    def slope(direction):
        return sum(
            (leaf.grad.asnumpy() * d).sum() for leaf, d in zip(leaves, direction, strict=True)
        )

    run = runner(program, mode, leaves)
    with autograd.record():
        result = head(run())
        slopes = autograd.grad(result, leaves, create_graph=True)
        slope_b = sum((s * np.array(d)).sum() for s, d in zip(slopes, along_b, strict=True))
    slope_b.backward(retain_graph=True)
    slope_ab = slope(along_a)
    result.backward()
    found = [float(result), slope(along_a), float(slope_b), slope_ab]
    wanted = [float(part) for part in wanted.parts]
    scale = 1 + sum(abs(part) for part in wanted)
    numpy.testing.assert_allclose(found, wanted, rtol=0, atol=1e-11 * scale)
