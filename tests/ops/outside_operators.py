"""Operators from outside the build, which the registry suite tests like those that are built in: a
library in C (tests/library/operators.c) and operators written in Python. Import it to have them."""

import os
from pathlib import Path

import numpy
import weft
from weft.library import ArrayType, Attribute, Input, load, register_op

ROOT = Path(__file__).resolve().parents[2]


def library_path(name: str) -> Path:
    """A shared library of tests/library: it runs with every build, so any build's will do."""
    builds = [Path(os.environ.get("WEFT_BUILD_DIR", ROOT / "build")), ROOT / "build"]
    paths = [build / "tests" / "library" / f"{name}.so" for build in builds]
    return next((path for path in paths if path.exists()), paths[-1])


load(library_path("liboperators"))


def _same(x, **attributes):
    return x


def _logistic(x, *, steepness):
    return (1 / (1 + numpy.exp(-steepness * x))).astype(x.dtype)


def _logistic_gradient(inputs, outputs, cotangents, *, steepness):
    (y,) = outputs
    return cotangents[0] * y * (1 - y) * steepness


register_op(
    "outside_logistic",
    inputs={"x": "any floats"},
    attributes={"steepness": 1.0},
    infer=_same,
    kernel=_logistic,
    gradient=_logistic_gradient,
    promotion="float",
    doc="1 / (1 + exp(-steepness * x)), element by element.",
    samples=[
        {"shapes": [[2, 3]]},
        {"shapes": [[]], "steepness": 3.0},
        {"shapes": [[0, 2]]},
        {"shapes": [[2, 1, 3]], "steepness": -0.5},
    ],
)


def _rotate_types(x, y, *, angle):
    shape = numpy.broadcast_shapes(x.shape, y.shape)
    return ArrayType(shape, x.dtype), ArrayType(shape, x.dtype)


def _rotate(x, y, *, angle):
    cos, sin = x.dtype.type(numpy.cos(angle)), x.dtype.type(numpy.sin(angle))
    return cos * x - sin * y, sin * x + cos * y


def _rotate_gradient(inputs, outputs, cotangents, *, angle):
    first, second = cotangents
    cos, sin = float(numpy.cos(angle)), float(numpy.sin(angle))
    return cos * first + sin * second, cos * second - sin * first


register_op(
    "outside_rotate",
    inputs={"x": "first coordinate", "y": "second coordinate, broadcast against `x`"},
    attributes={"angle": 0.5},
    outputs=2,
    infer=_rotate_types,
    kernel=_rotate,
    gradient=_rotate_gradient,
    promotion="float",
    doc="Both coordinates of points of the plane, turned by an angle.",
    samples=[
        {"shapes": [[2, 3], [2, 3]]},
        {"shapes": [[2, 1], [3]], "angle": -1.25},
        {"shapes": [[], []]},
        {"shapes": [[0, 2], [2]]},
    ],
)


def _product_types(*arrays, **attributes):
    return arrays[0]


def _product(*arrays, scales, power):
    result = numpy.ones_like(arrays[0])
    for array in arrays:
        result = result * array
    return (result**power * numpy.prod(scales, dtype="float64")).astype(result.dtype)


def _product_gradient(inputs, outputs, cotangents, *, scales, power):
    scale = float(numpy.prod(scales, dtype="float64"))
    partials = []
    for i in range(len(inputs)):
        others = power * scale
        for k, other in enumerate(inputs):
            others = others * other ** (power - 1 if k == i else power)
        partials.append(cotangents[0] * others)
    return partials


register_op(
    "outside_product",
    inputs={"arrays": Input("floats of one shape", many=True)},
    attributes={"scales": (2, 3), "power": Attribute("int", 2, "of the product")},
    infer=_product_types,
    kernel=_product,
    gradient=_product_gradient,
    promotion="float",
    doc="Product of arrays to a power, times all scales.",
    domain=(0.5, 1.5),
    samples=[
        {"shapes": [[2, 3], [2, 3], [2, 3]]},
        {"shapes": [[]], "scales": [], "power": 3},
        {"shapes": [[0], [0]], "scales": [4]},
        {"shapes": [[2, 1, 2], [2, 1, 2]], "power": 3},
    ],
)


def _swish(x, gate, *, beta):
    share = weft.npx.sigmoid(x * beta)
    return x * share if gate is None else x * share * gate


register_op(
    "outside_swish",
    inputs={"x": "any floats", "gate": Input("factor, broadcast against `x`", optional=True)},
    attributes={"beta": 1.0},
    compose=_swish,
    promotion="float",
    doc="x * sigmoid(beta * x), gated, element by element.",
    samples=[
        {"shapes": [[2, 3]]},
        {"shapes": [[2, 3], [3]], "beta": 2.0},
        {"shapes": [[]], "beta": -1.0},
        {"shapes": [[0, 2], [2]]},
    ],
)
