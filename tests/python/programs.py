"""Random programs of views, writes and operators, as hypothesis draws them.

A program is data, so that a failing one prints itself: a list of steps over numbered variables.
`run` is written once and takes anything with NumPy's interface: arrays of Weft, jets.
"""

import math
from dataclasses import dataclass, field

import numpy
from hypothesis import strategies as st

SHAPE = (3, 4)  # of the inputs
INPUTS = 2
MOST_STEPS = 14

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
        *(unary, binary, total, view, transpose, reshape, copy, detach),
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
        if shape is None:
            return
        self.program.shapes.append(shape)
        if alias_of in self.program.fixed:
            self.program.fixed.add(len(self.program.shapes) - 1)

    def __call__(self):
        """Adds a step of some kind."""
        shapes = self.program.shapes
        kind = self.draw(st.sampled_from(sorted(STEPS)))
        function = self.draw(st.sampled_from(sorted(UNARY if kind == "unary" else BINARY)))
        writes = kind in ("write", "augment", "augment_part", "into")
        a = self.writable() if writes else self.any()
        shape = shapes[a]
        if kind == "unary":
            self.step((kind, function, a), shape)
        elif kind == "binary":
            b = self.draw(st.sampled_from([i for i, s in enumerate(shapes) if s == shape]))
            self.step((kind, function, a, b), shape)
        elif kind == "total":
            axis = self.draw(st.sampled_from([None, *range(len(shape))]))
            keepdims = self.draw(st.booleans())
            self.step(
                (kind, a, axis, keepdims), numpy.empty(shape).sum(axis, keepdims=keepdims).shape
            )
        elif kind == "view":
            key = self.draw(keys(shape))
            self.step((kind, a, key), numpy.empty(shape)[key].shape, a)
        elif kind == "transpose":
            axes = tuple(self.draw(st.permutations(range(len(shape)))))
            self.step((kind, a, axes), tuple(shape[axis] for axis in axes), a)
        elif kind == "reshape":
            target = self.draw(reshapes(shape))
            self.step((kind, a, target), target, a)
        elif kind in ("copy", "detach"):
            self.step((kind, a), shape, a if kind == "detach" else None)
        elif kind == "augment":
            self.step((kind, function, a, self.fitting(shape)))
        elif kind == "into":
            same = [i for i, s in enumerate(shapes) if s == shape]
            b, c = (self.draw(st.sampled_from(same)) for _ in range(2))
            self.step((kind, function, b, c, a))
        else:
            key = self.draw(keys(shape))
            self.step((kind, a, key, self.fitting(numpy.empty(shape)[key].shape)))


@st.composite
def programs(draw, writes_inputs):
    """Programs that may (`writes_inputs`) or may not write to their inputs and views of them."""
    drawing = Drawing(draw, () if writes_inputs else range(INPUTS))
    for _ in range(draw(st.integers(1, MOST_STEPS))):
        drawing()
    return drawing.program
