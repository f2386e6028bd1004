"""Random programs of views, writes and operators, as hypothesis draws them.

A program is data, so that a failing one prints itself: a list of steps over numbered variables.
`run` is written once and takes anything with NumPy's interface: arrays of Weft, jets.
"""

import itertools
import math
from dataclasses import dataclass, field

import numpy
from hypothesis import strategies as st

SHAPE = (3, 4)  # of the inputs
INPUTS = 2
MOST_STEPS = 14
MOST_ELEMENTS = 200  # of a concatenation

UNARY = {
    "negate": lambda x: x * -1.0,
    "halve": lambda x: x * 0.5,
    "tanh": numpy.tanh,
    "add one": lambda x: x + 1.0,
}
BINARY = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y * 0.5,
    "multiply": lambda x, y: x * y * 0.5,
}
UFUNC = {"add": numpy.add, "subtract": numpy.subtract, "multiply": numpy.multiply}


@dataclass
class Program:
    """Steps, each a name of a function below and its arguments, and the shapes they lead to.

    Variables whose number is in `fixed` alias an input and are only read: a leaf must not be
    written while recording. `fixed` stays empty where inputs may be written.
    """

    steps: list = field(default_factory=list)
    shapes: list = field(default_factory=lambda: [SHAPE] * INPUTS)
    fixed: set = field(default_factory=set)

    def run(self, inputs):
        """All variables after the program."""
        variables = list(inputs)
        for name, *arguments in self.steps:
            STEPS[name](variables, *arguments)
        return variables

    def __repr__(self):
        return "\n".join(["program:", *[f"  {step}" for step in self.steps]])


# ---- what steps do


def unary(v, function, a):
    v.append(UNARY[function](v[a]))


def binary(v, function, a, b):
    v.append(BINARY[function](v[a], v[b]))


def total(v, a, axis, keepdims):
    v.append(v[a].sum(axis=axis, keepdims=keepdims) * 0.3)


def view(v, a, key):
    v.append(v[a][key])


def transpose(v, a, axes):
    v.append(v[a].transpose(axes))


def reshape(v, a, shape):
    v.append(v[a].reshape(shape))


def copy(v, a):
    v.append(v[a].copy())


def detach(v, a):
    v.append(v[a].detach())


def concatenate(v, a, b, axis):
    v.append(numpy.concatenate([v[a], v[b], v[a]], axis=axis))


def split(v, a, cuts, axis):
    v.extend(numpy.split(v[a], cuts, axis=axis))


def source(v, value):
    return v[value] if isinstance(value, int) else value


def write(v, a, key, value):
    v[a][key] = source(v, value)


def augment(v, function, a, value):
    target = v[a]
    if function == "add":
        target += source(v, value)
    elif function == "subtract":
        target -= source(v, value)
    else:
        target *= source(v, value)


def augment_part(v, a, key, value):
    v[a][key] += source(v, value)


def into(v, function, a, b, out):
    UFUNC[function](v[a], v[b], out=v[out])


STEPS = {
    step.__name__: step
    for step in (
        *(unary, binary, total, view, transpose, reshape, copy, detach, concatenate, split),
        *(write, augment, augment_part, into),
    )
}

# ---- drawing them


@st.composite
def keys(draw, shape):
    """A basic index of every kind that leaves an array: with Ellipsis it never is a scalar."""
    items = []
    for extent in shape[: draw(st.integers(0, len(shape)))]:
        whole = st.sampled_from([slice(None), slice(None, None, -1)])
        bound = st.integers(-extent - 1, extent + 1)
        step = st.sampled_from([1, 1, 2, -1])
        choices = [whole, st.builds(slice, bound, bound, step)]
        if extent > 0:
            choices.append(st.integers(-extent, extent - 1))
        items.append(draw(st.one_of(choices)))
    if draw(st.integers(0, 4)) == 0:
        items.insert(draw(st.integers(0, len(items))), None)
    return (*items, Ellipsis)


@st.composite
def reshapes(draw, shape):
    count = math.prod(shape)
    if count == 0:
        return draw(st.sampled_from([(0,), (2, 0), (0, 1, 3)]))
    divisor = draw(st.sampled_from([d for d in range(1, count + 1) if count % d == 0]))
    return draw(
        st.sampled_from([(count,), (divisor, count // divisor), (1, divisor, count // divisor)])
    )


def broadcasts(shape, target):
    try:
        return numpy.broadcast_shapes(shape, target) == target
    except ValueError:
        return False


class Drawing:
    """The state of drawing one program."""

    def __init__(self, draw, fixed):
        self.draw = draw
        self.program = Program(fixed=set(fixed))

    def any(self):
        return self.draw(st.integers(0, len(self.program.shapes) - 1))

    def writable(self):
        """A variable that may be written; a copy of the first is made where there is none."""
        choices = [i for i in range(len(self.program.shapes)) if i not in self.program.fixed]
        if not choices:
            self.step(("unary", "halve", 0), SHAPE)
            choices = [len(self.program.shapes) - 1]
        return self.draw(st.sampled_from(choices))

    def fitting(self, target):
        """A number or a variable that broadcasts to `target`."""
        same = [i for i, shape in enumerate(self.program.shapes) if broadcasts(shape, target)]
        return self.draw(st.sampled_from([*same, *same, 0.25, -1.5]))

    def step(self, step, shape=None, alias_of=None):
        self.program.steps.append(step)
        if shape is not None:
            self.variable(shape, alias_of)

    def variable(self, shape, alias_of=None):
        self.program.shapes.append(shape)
        if alias_of in self.program.fixed:
            self.program.fixed.add(len(self.program.shapes) - 1)

    def same_shape(self, a):
        shapes = self.program.shapes
        return self.draw(st.sampled_from([i for i, s in enumerate(shapes) if s == shapes[a]]))

    def key(self, shape):
        """A basic index and the shape that it gives."""
        key = self.draw(keys(shape))
        return key, numpy.empty(shape)[key].shape

    def __call__(self):
        """Adds a step of some kind."""
        kind = self.draw(st.sampled_from(sorted(STEPS)))
        writes = kind in ("write", "augment", "augment_part", "into")
        a = self.writable() if writes else self.any()
        shape = self.program.shapes[a]
        if writes:
            self.add_write(kind, a, shape)
        elif kind in ("concatenate", "split"):
            if shape:
                self.add_along_axis(kind, a, shape, self.draw(st.integers(0, len(shape) - 1)))
        elif kind in ("view", "transpose", "reshape", "detach"):
            self.add_view(kind, a, shape)
        else:
            self.add_operator(kind, a, shape)

    def add_operator(self, kind, a, shape):
        if kind == "unary":
            self.step((kind, self.draw(st.sampled_from(sorted(UNARY))), a), shape)
        elif kind == "binary":
            function = self.draw(st.sampled_from(sorted(BINARY)))
            self.step((kind, function, a, self.same_shape(a)), shape)
        elif kind == "total":
            axis = self.draw(st.sampled_from([None, *range(len(shape))]))
            keepdims = self.draw(st.booleans())
            result = numpy.empty(shape).sum(axis, keepdims=keepdims).shape
            self.step((kind, a, axis, keepdims), result)
        else:
            self.step((kind, a), shape)

    def add_view(self, kind, a, shape):
        if kind == "view":
            key, result = self.key(shape)
            self.step((kind, a, key), result, a)
        elif kind == "transpose":
            axes = tuple(self.draw(st.permutations(range(len(shape)))))
            self.step((kind, a, axes), tuple(shape[axis] for axis in axes), a)
        elif kind == "reshape":
            target = self.draw(reshapes(shape))
            self.step((kind, a, target), target, a)
        else:
            self.step((kind, a), shape, a)

    def add_along_axis(self, kind, a, shape, axis):
        before, extent, after = shape[:axis], shape[axis], shape[axis + 1 :]
        if kind == "concatenate":
            if 3 * math.prod(shape) <= MOST_ELEMENTS:
                b = self.same_shape(a)
                self.step((kind, a, b, axis), (*before, 3 * extent, *after))
            return
        cuts = sorted(self.draw(st.lists(st.integers(0, extent), max_size=2)))
        first, *others = (
            (*before, end - begin, *after) for begin, end in itertools.pairwise((0, *cuts, extent))
        )
        self.step((kind, a, cuts, axis), first, a)
        for part in others:
            self.variable(part, a)

    def add_write(self, kind, a, shape):
        function = self.draw(st.sampled_from(sorted(UFUNC)))
        if kind == "augment":
            self.step((kind, function, a, self.fitting(shape)))
        elif kind == "into":
            self.step((kind, function, self.same_shape(a), self.same_shape(a), a))
        else:
            key, part = self.key(shape)
            self.step((kind, a, key, self.fitting(part)))


@st.composite
def programs(draw, writes_inputs):
    """Programs that may (`writes_inputs`) or may not write to their inputs and views of them."""
    drawing = Drawing(draw, () if writes_inputs else range(INPUTS))
    for _ in range(draw(st.integers(1, MOST_STEPS))):
        drawing()
    return drawing.program
