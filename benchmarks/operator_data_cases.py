"""Rows of operators.py that move, convert, make and multiply elements."""

from typing import Any

import numpy
from operator_case import FLAT, SQUARE, Case, Make, indexed, normal, x

WIDTHS = ("bool", "int8", "uint8", "int32", "int64", "float16", "bfloat16", "float32", "float64")
CASTS = [
    Case(
        "casts",
        f"{source} to {target}",
        lambda rng: [rng.integers(0, 100, FLAT).astype("float32")],
        lambda w, a, s=source, t=target: (lambda b: lambda: b.astype(t))(a.astype(s)),
        lambda t, a, s=source, to=target: (lambda b: lambda: b.to(getattr(t, to)))(
            a.to(getattr(t, s))
        ),
        prepared=True,
    )
    for source in WIDTHS
    for target in WIDTHS
    if source != target
    and (
        "float32" in (source, target)
        or (source, target)
        in {
            ("int64", "int32"),
            ("int32", "int64"),
            ("uint8", "float16"),
            ("float16", "bfloat16"),
            ("bool", "int64"),
        }
    )
]


def written(below: int, rows: int, cols: int) -> Make:
    """An array, `rows` distinct places below `below`, and what goes there."""
    return lambda rng: [
        rng.standard_normal((below, cols), "float32"),
        rng.permutation(below)[:rows],
        rng.standard_normal((rows, cols), "float32"),
    ]


def along(rng: numpy.random.Generator) -> list[numpy.ndarray]:
    places = numpy.argsort(rng.random(SQUARE, "float32"), 1)
    return [rng.standard_normal(SQUARE, "float32"), places, rng.standard_normal(SQUARE, "float32")]


def put_along(w: Any, a: Any, i: Any, v: Any) -> Any:
    out = a.copy()
    w.np.put_along_axis(out, i, v, 1)
    return out


def put_rows(a: Any, i: Any, v: Any) -> Any:
    out = a.copy() if hasattr(a, "copy") else a.clone()
    out[i] = v
    return out


SCATTERED = [
    Case(
        "scattered",
        "index_add of rows",
        written(4000, 2000, 256),
        lambda w, a, i, v: w.npx.index_add(a, i.reshape(1, -1), v),
        lambda t, a, i, v: t.index_add(a, 0, i, v),
    ),
    Case(
        "scattered",
        "index_add of rows, repeated",
        lambda rng: [
            rng.standard_normal((1000, 256), "float32"),
            rng.integers(0, 1000, 4000),
            rng.standard_normal((4000, 256), "float32"),
        ],
        lambda w, a, i, v: w.npx.index_add(a, i.reshape(1, -1), v),
        lambda t, a, i, v: t.index_add(a, 0, i, v),
    ),
    Case(
        "scattered",
        "a[i] = rows",
        written(4000, 2000, 256),
        lambda w, a, i, v: put_rows(a, i, v),
        lambda t, a, i, v: put_rows(a, i, v),
    ),
    Case(
        "scattered",
        "put_along_axis",
        along,
        put_along,
        lambda t, a, i, v: t.scatter(a, 1, i, v),
    ),
    Case(
        "scattered",
        "take_along_axis of columns",
        indexed(SQUARE, SQUARE, 1024),
        lambda w, a, i: w.np.take_along_axis(a, i, 0),
        lambda t, a, i: t.gather(a, 0, i),
    ),
    Case(
        "scattered",
        "flat take",
        indexed(FLAT, FLAT, FLAT[0]),
        lambda w, a, i: w.np.take(a, i),
        lambda t, a, i: t.take(a, i),
    ),
    Case(
        "scattered",
        "where with a number",
        x,
        lambda w, a: w.np.where(a > 0, a, 0.0),
        lambda t, a: t.where(a > 0, a, 0.0),
    ),
    Case(
        "scattered",
        "where of a row and a column",
        normal(SQUARE, (1024,), (1024, 1)),
        lambda w, a, b, c: w.np.where(a > 0, b, c),
        lambda t, a, b, c: t.where(a > 0, b, c),
    ),
]

RESIZED = [
    Case(
        "resize",
        f"{mode} {of} to {to}",
        normal((16, 3, of, of)),
        lambda w, a, to=to, mode=mode: w.npx.interpolate(a, size=(to, to), mode=mode),
        lambda t, a, to=to, theirs=theirs: t.nn.functional.interpolate(
            a, size=(to, to), mode=theirs
        ),
        gradient,
    )
    for mode, theirs in (("nearest", "nearest"), ("linear", "bilinear"), ("cubic", "bicubic"))
    for of, to in ((256, 224), (128, 224))
    for gradient in (False, True)
]

EINSUMS = [
    Case(
        "einsum",
        equation,
        normal(*shapes),
        lambda w, *a, e=equation: w.np.einsum(e, *a),
        lambda t, *a, e=equation: t.einsum(e, *a),
        gradient,
    )
    for equation, shapes in (
        ("ij,jk->ik", ((256, 512), (512, 256))),
        ("ij,kj->ik", ((256, 512), (256, 512))),
        ("bij,bjk->bik", ((64, 64, 64), (64, 64, 64))),
        ("bhqk,bkhd->bqhd", ((8, 12, 128, 128), (8, 128, 12, 64))),
        ("bi,bi->b", ((1024, 1024), (1024, 1024))),
        ("i,j->ij", ((1024,), (1024,))),
        ("bij->bi", ((64, 128, 128),)),
        ("bi,ij,bj->b", ((256, 256), (256, 256), (256, 256))),
    )
    for gradient in (False, True)
] + [
    # A view in both: their gradients are views, too, unless the result is dense.
    Case(
        "einsum",
        "ijk->kji, copied",
        normal((64, 128, 128)),
        lambda w, a: w.np.einsum("ijk->kji", a).copy(),
        lambda t, a: t.einsum("ijk->kji", a).contiguous(),
        gradient,
    )
    for gradient in (False, True)
]

PRODUCTS = [
    Case(
        "products",
        f"{batch} of {size} x {size}",
        normal((batch, size, size), (batch, size, size)),
        lambda w, a, b: a @ b,
        lambda t, a, b: a @ b,
        gradient,
    )
    for batch, size in ((4096, 4), (4096, 8), (1024, 16), (512, 32), (8, 256))
    for gradient in (False, True)
] + [
    Case(
        "products",
        "1024 rows by vectors of 64",
        normal((1024, 64, 64), (1024, 64)),
        lambda w, a, b: w.np.einsum("bij,bj->bi", a, b),
        lambda t, a, b: t.einsum("bij,bj->bi", a, b),
    ),
    Case(
        "products",
        "dot",
        normal(FLAT, FLAT),
        lambda w, a, b: w.np.dot(a, b),
        lambda t, a, b: t.dot(a, b),
    ),
]

MADE = [
    Case(
        "made",
        "arange",
        lambda rng: [],
        lambda w: w.np.arange(FLAT[0]),
        lambda t: t.arange(FLAT[0]),
    ),
    Case(
        "made",
        "arange of floats",
        lambda rng: [],
        lambda w: w.np.arange(0, FLAT[0] / 4, 0.25, dtype="float32"),
        lambda t: t.arange(0, FLAT[0] / 4, 0.25),
    ),
    Case(
        "made",
        "linspace",
        lambda rng: [],
        lambda w: w.np.linspace(0, 1, FLAT[0], dtype="float32"),
        lambda t: t.linspace(0, 1, FLAT[0]),
    ),
    Case("made", "zeros", lambda rng: [], lambda w: w.np.zeros(SQUARE), lambda t: t.zeros(SQUARE)),
    Case(
        "made",
        "full",
        lambda rng: [],
        lambda w: w.np.full(SQUARE, 2.5),
        lambda t: t.full(SQUARE, 2.5),
    ),
    Case("made", "eye", lambda rng: [], lambda w: w.np.eye(1024), lambda t: t.eye(1024)),
    Case(
        "made",
        "one_hot of floats",
        lambda rng: [rng.integers(0, 100, (8, 1024))],
        lambda w, i: w.npx.one_hot(i, 100),
        lambda t, i: t.nn.functional.one_hot(i, 100).float(),
    ),
]

DATA = [*CASTS, *SCATTERED, *RESIZED, *EINSUMS, *PRODUCTS, *MADE]
