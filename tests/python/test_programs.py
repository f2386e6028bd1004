"""Random programs of views, writes and operators: the same values as in NumPy, and gradients that
central differences confirm. The seed of a failing program is its parameter."""

import random

import numpy
import pytest
import weft
from weft import autograd, np

PROGRAMS = 200
STEPS = 12


class Program:
    """A list of steps over numbered variables; each runs on NumPy and on Weft alike.

    Variables 0 and 1 are the inputs, 2 is a copy of the first. Only 2 and what came after it are
    viewed and written, because a leaf must not be written while recording.
    """

    def __init__(self, seed):
        self.choose = random.Random(seed)
        self.shapes = [(3, 4), (3, 4), (3, 4)]
        self.steps = [self.step() for _ in range(STEPS)]

    def step(self):
        kind = self.choose.choice(["unary", "binary", "view", "transpose", "write", "augment"])
        return getattr(self, kind)()

    def pick(self):
        return self.choose.randrange(2, len(self.shapes))

    def add_variable(self, shape):
        self.shapes.append(shape)

    def unary(self):
        a = self.pick()
        function = self.choose.choice([lambda x: x * 0.5, lambda x: -x, lambda x: x * x * 0.25])
        self.add_variable(self.shapes[a])
        return lambda v: v.append(function(v[a]))

    def binary(self):
        a = self.pick()
        same = [i for i, shape in enumerate(self.shapes) if shape == self.shapes[a]]
        b = self.choose.choice(same)
        function = self.choose.choice(
            [lambda x, y: x + y, lambda x, y: x - y * 0.5, lambda x, y: x * y * 0.5]
        )
        self.add_variable(self.shapes[a])
        return lambda v: v.append(function(v[a], v[b]))

    def key(self, shape):
        items = []
        for extent in shape:
            begin = self.choose.randrange(extent)
            end = self.choose.randrange(begin, extent) + 1
            step = self.choose.choice([1, 1, 2])
            part = slice(begin, end, step)
            items.append(self.choose.choice([part, slice(None), slice(None, None, -1)]))
        return tuple(items)

    def view(self):
        a = self.pick()
        key = self.key(self.shapes[a])
        self.add_variable(numpy.empty(self.shapes[a])[key].shape)
        return lambda v: v.append(v[a][key])

    def transpose(self):
        a = self.pick()
        self.add_variable(self.shapes[a][::-1])
        return lambda v: v.append(v[a].T)

    def source(self, shape):
        """A variable that broadcasts to `shape`: of the same shape, or a number."""
        same = [i for i, other in enumerate(self.shapes) if other == shape]
        b = self.choose.choice([*same, None])
        number = self.choose.uniform(-1, 1)
        return lambda v: number if b is None else v[b]

    def write(self):
        a = self.pick()
        key = self.key(self.shapes[a])
        source = self.source(numpy.empty(self.shapes[a])[key].shape)

        def run(v):
            v[a][key] = source(v)

        return run

    def augment(self):
        a = self.pick()
        source = self.source(self.shapes[a])

        def run(v):
            view = v[a]
            view += source(v)

        return run

    def run(self, inputs):
        """All variables after the program. The inputs themselves are never written."""
        variables = list(inputs)
        variables.append(variables[0] * 1.0)
        for step in self.steps:
            step(variables)
        return variables


def inputs_for(seed):
    generator = numpy.random.default_rng(seed)
    return [generator.uniform(-1, 1, (3, 4)) for _ in range(2)]


@pytest.mark.parametrize("seed", range(PROGRAMS))
def test_values_equal_numpy(seed):
    program = Program(seed)
    arrays = inputs_for(seed)
    wanted = program.run(arrays)
    found = program.run([np.array(a) for a in arrays])
    for have, want in zip(found, wanted, strict=True):
        numpy.testing.assert_allclose(have.asnumpy(), want, rtol=1e-13, atol=1e-13)


def head(variables):
    total = 0.0
    for number, variable in enumerate(variables[2:]):
        total = total + (variable * (0.3 + 0.1 * number)).sum()
    return total


@pytest.mark.parametrize("mode", ["eager", "traced"])
@pytest.mark.parametrize("seed", range(0, PROGRAMS, 4))
def test_gradients_match_finite_differences(seed, mode):
    program = Program(seed)
    arrays = inputs_for(seed)
    leaves = [np.array(a) for a in arrays]
    for leaf in leaves:
        leaf.attach_grad()

    def run(*inputs):
        return head(program.run(list(inputs)))

    if mode == "traced":
        run = weft.hybridize(run)
    with autograd.record():
        result = run(*leaves)
    result.backward()
    numpy.testing.assert_allclose(float(result), float(head(program.run(arrays))), rtol=1e-12)
    step = 1e-6
    for index in range(2):
        for place in [(0, 0), (1, 2), (2, 3)]:
            slopes = []
            for sign in (1, -1):
                moved = [a.copy() for a in arrays]
                moved[index][place] += sign * step
                slopes.append(float(head(program.run(moved))))
            want = (slopes[0] - slopes[1]) / (2 * step)
            numpy.testing.assert_allclose(
                leaves[index].grad.asnumpy()[place], want, rtol=1e-6, atol=1e-7
            )
