"""Rows of operators.py whose arrays have another shape than the usual one: rows of a few elements,
axes that are not the last, axes in another order, integers."""

from typing import Any

import numpy
from operator_case import SQUARE, Case, Make, normal

CUBE, SCORES, FEW = (64, 128, 256), (4, 21, 224, 224), (100_000, 10)
NORMED = (16, 64, 56, 56)


def labelled(shape: tuple[int, ...], axis: int) -> Make:
    """Scores and the index of a class for each place beside `axis`."""
    places = shape[:axis] + shape[axis + 1 :]
    return lambda rng: [
        rng.standard_normal(shape, "float32"),
        rng.integers(0, shape[axis], places),
    ]


def integers(dtype: str) -> Make:
    return lambda rng: [rng.integers(0, 100, SQUARE).astype(dtype)]


def _softmax(name: str, shape: tuple[int, ...], axis: int, gradient: bool) -> list[Case]:
    def entropy(w: Any, a: Any, i: Any) -> Any:
        return w.npx.softmax_cross_entropy(a, i, axis=axis)

    return [
        Case(
            "shapes",
            f"softmax, {name}",
            normal(shape),
            lambda w, a: w.npx.softmax(a, axis=axis),
            lambda t, a: t.softmax(a, axis),
            gradient,
        ),
        Case(
            "shapes",
            f"log_softmax, {name}",
            normal(shape),
            lambda w, a: w.npx.log_softmax(a, axis=axis),
            lambda t, a: t.log_softmax(a, axis),
            gradient,
        ),
        Case(
            "shapes",
            f"cross entropy, {name}",
            labelled(shape, axis),
            entropy,
            lambda t, a, i: t.nn.functional.cross_entropy(a, i, reduction="none"),
            gradient,
        ),
    ]


def _norms(cols: int, gradient: bool) -> Case:
    return Case(
        "shapes",
        f"layer_norm of {cols}",
        normal((640_000 // cols, cols), (cols,), (cols,)),
        lambda w, a, g, b: w.npx.layer_norm(a, g, b),
        lambda t, a, g, b: t.nn.functional.layer_norm(a, (cols,), g, b),
        gradient,
    )


def _positive(rng: numpy.random.Generator) -> list[numpy.ndarray]:
    numbers = [rng.random(64, "float32") for _ in range(4)]
    return [rng.standard_normal(NORMED, "float32"), *numbers[:3], numbers[3] + 0.5]


SHAPES = [
    *(
        case
        for gradient in (False, True)
        for name, shape, axis in (("channels of masks", SCORES, 1), ("rows of 10", FEW, 1))
        for case in _softmax(name, shape, axis, gradient)
    ),
    *(_norms(cols, gradient) for cols in (32, 96, 192) for gradient in (False, True)),
    *(
        Case(
            "shapes",
            f"{name}, rows of 10",
            normal(FEW),
            lambda w, a, n=name: getattr(w.np, n)(a, axis=1),
            lambda t, a, n=theirs: getattr(t, n)(a, 1),
        )
        for name, theirs in (("sum", "sum"), ("max", "amax"), ("argmax", "argmax"))
    ),
    *(
        Case(
            "shapes",
            f"sum of {dtype}, {where}",
            integers(dtype),
            lambda w, a, axis=axis: a.sum(axis=axis),
            lambda t, a, axis=axis: a.sum(axis),
        )
        for dtype in ("int8", "int32", "int64")
        for where, axis in (("rows", 1), ("columns", 0))
    ),
    Case(
        "shapes",
        "batch_norm, known statistics",
        _positive,
        lambda w, a, g, b, m, v: w.npx.batch_norm(a, g, b, m, v)[0],
        lambda t, a, g, b, m, v: t.nn.functional.batch_norm(a, m, v, g, b),
    ),
    Case(
        "shapes",
        "axes reversed",
        normal(CUBE),
        lambda w, a: a.transpose(2, 1, 0).copy(),
        lambda t, a: a.permute(2, 1, 0).contiguous(),
    ),
    Case(
        "shapes",
        "add with axes reversed",
        normal(CUBE, CUBE[::-1]),
        lambda w, a, b: a.transpose(2, 1, 0) + b,
        lambda t, a, b: a.permute(2, 1, 0) + b,
    ),
    Case(
        "shapes",
        "channels as places",
        normal((4, 144, 56, 56)),
        lambda w, a: w.npx.depth_to_space(a, 3),
        lambda t, a: t.nn.functional.pixel_shuffle(a, 3),
        compared=False,  # the order of channels differs
    ),
]
