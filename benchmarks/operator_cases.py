"""What operators.py times: each case in Weft's words and in PyTorch's.

A case's functions take the library (`weft` or `torch`) and arrays of it. Sizes are those of
networks' layers: a million elements or so. Further rows: operator_convolution_cases.py,
operator_data_cases.py (what moves, converts and makes elements, products), operator_shape_cases.py
(short rows, other axes, integers) and operator_training_cases.py (norms, losses, optimizers).
"""

import numpy
from operator_case import (
    FLAT,
    IMAGE,
    SQUARE,
    Case,
    image,
    indexed,
    normal,
    positive,
    sequence,
    x,
    xx,
)
from operator_convolution_cases import CONVOLUTIONS
from operator_data_cases import DATA
from operator_shape_cases import SHAPES
from operator_training_cases import TRAINING


def mathematics() -> list[Case]:
    """By name, the same in both."""
    names = "exp log sqrt sin cos tan arctan tanh exp2 expm1 log1p log2 floor round sign square"
    cases = [
        Case(
            "elementwise",
            name,
            positive(FLAT),
            lambda w, a, name=name: getattr(w.np, name)(a),
            lambda t, a, name=name: getattr(t, name)(a),
        )
        for name in names.split()
    ]
    two = "add multiply divide maximum minimum pow fmod remainder hypot arctan2 less"
    cases += [
        Case(
            "elementwise",
            name,
            positive(FLAT, FLAT),
            lambda w, a, b, name=name: getattr(w.np, name)(a, b),
            lambda t, a, b, name=name: getattr(t, name)(a, b),
        )
        for name in two.split()
    ]
    activations = "relu sigmoid gelu silu softplus elu selu mish"
    cases += [
        Case(
            "activations",
            name,
            normal(FLAT),
            lambda w, a, name=name: getattr(w.npx, name)(a),
            lambda t, a, name=name: getattr(t.nn.functional, name)(a),
            gradient,
        )
        for name in activations.split()
        for gradient in (False, True)
    ]
    return cases


ELEMENTWISE = [
    Case(
        "elementwise",
        "where",
        xx,
        lambda w, a, b: w.np.where(a > b, a, b),
        lambda t, a, b: t.where(a > b, a, b),
    ),
    Case(
        "elementwise", "clip", x, lambda w, a: w.np.clip(a, -1, 1), lambda t, a: t.clamp(a, -1, 1)
    ),
    Case(
        "elementwise",
        "add a row",
        normal(SQUARE, (1024,)),
        lambda w, a, b: a + b,
        lambda t, a, b: a + b,
    ),
    Case(
        "elementwise",
        "add a column",
        normal(SQUARE, (1024, 1)),
        lambda w, a, b: a + b,
        lambda t, a, b: a + b,
    ),
    Case("elementwise", "add transposed", xx, lambda w, a, b: a + b.T, lambda t, a, b: a + b.T),
    Case("elementwise", "x + 1", x, lambda w, a: a + 1, lambda t, a: a + 1),
]

REDUCTIONS = [
    Case("reductions", f"{name}, {where}", x, weft, torch)
    for name in ("sum", "mean", "var", "max", "argmax", "prod", "norm")
    for where, axis in (("all", None), ("rows", 1), ("columns", 0))
    for weft, torch in [
        {
            "argmax": (
                lambda w, a, axis=axis: w.np.argmax(a, axis=axis),
                lambda t, a, axis=axis: t.argmax(a, axis),
            ),
            "norm": (
                lambda w, a, axis=axis: w.np.linalg.norm(
                    a if axis is not None else a.reshape(-1), axis=axis
                ),
                lambda t, a, axis=axis: t.linalg.vector_norm(a, dim=axis),
            ),
            "max": (
                lambda w, a, axis=axis: a.max(axis=axis),
                lambda t, a, axis=axis: a.max() if axis is None else t.amax(a, axis),
            ),
            "prod": (
                lambda w, a, axis=axis: a.prod(axis=axis),
                lambda t, a, axis=axis: a.prod() if axis is None else t.prod(a, axis),
            ),
            "var": (
                lambda w, a, axis=axis: a.var(axis=axis),
                lambda t, a, axis=axis: t.var(a, axis, correction=0),
            ),
        }.get(
            name,
            (
                lambda w, a, name=name, axis=axis: getattr(a, name)(axis=axis),
                lambda t, a, name=name, axis=axis: (
                    getattr(t, name)(a) if axis is None else getattr(t, name)(a, axis)
                ),
            ),
        )
    ]
] + [
    Case(
        "reductions",
        "sum of an image's channels",
        image,
        lambda w, a: a.sum((0, 2, 3)),
        lambda t, a: a.sum((0, 2, 3)),
    ),
    Case("reductions", "cumsum rows", x, lambda w, a: a.cumsum(1), lambda t, a: a.cumsum(1)),
    Case("reductions", "cumsum columns", x, lambda w, a: a.cumsum(0), lambda t, a: a.cumsum(0)),
    Case(
        "reductions",
        "any",
        lambda rng: [numpy.zeros(FLAT, bool)],
        lambda w, a: a.any(),
        lambda t, a: a.any(),
    ),
    Case(
        "reductions",
        "logsumexp rows",
        x,
        lambda w, a: w.npx.logsumexp(a, axis=1),
        lambda t, a: t.logsumexp(a, 1),
    ),
]

LAYOUT = [
    Case("layout", "transpose", x, lambda w, a: a.T.copy(), lambda t, a: a.T.contiguous()),
    Case(
        "layout",
        "heads to front",
        normal((8, 128, 12, 64)),
        lambda w, a: a.transpose(0, 2, 1, 3).copy(),
        lambda t, a: a.permute(0, 2, 1, 3).contiguous(),
    ),
    Case(
        "layout",
        "NCHW to NHWC",
        image,
        lambda w, a: a.transpose(0, 2, 3, 1).copy(),
        lambda t, a: a.permute(0, 2, 3, 1).contiguous(),
    ),
    Case("layout", "copy", x, lambda w, a: a.copy(), lambda t, a: a.clone()),
    Case("layout", "flip", x, lambda w, a: w.np.flip(a, 1).copy(), lambda t, a: t.flip(a, (1,))),
    Case("layout", "roll", x, lambda w, a: w.np.roll(a, 5, 1), lambda t, a: t.roll(a, 5, 1)),
    Case(
        "layout",
        "concatenate rows",
        xx,
        lambda w, a, b: w.np.concatenate([a, b], 0),
        lambda t, a, b: t.cat([a, b], 0),
    ),
    Case(
        "layout",
        "concatenate columns",
        xx,
        lambda w, a, b: w.np.concatenate([a, b], 1),
        lambda t, a, b: t.cat([a, b], 1),
    ),
    Case(
        "layout",
        "stack last",
        xx,
        lambda w, a, b: w.np.stack([a, b], -1),
        lambda t, a, b: t.stack([a, b], -1),
    ),
    Case(
        "layout",
        "every second column",
        x,
        lambda w, a: a[:, ::2].copy(),
        lambda t, a: a[:, ::2].contiguous(),
    ),
    Case(
        "layout",
        "tile",
        normal((256, 1024)),
        lambda w, a: w.np.tile(a, (4, 1)),
        lambda t, a: a.repeat(4, 1),
    ),
    Case(
        "layout",
        "repeat",
        normal((1024, 256)),
        lambda w, a: w.np.repeat(a, 4, 1),
        lambda t, a: t.repeat_interleave(a, 4, 1),
    ),
    Case(
        "layout",
        "pad",
        image,
        lambda w, a: w.np.pad(a, ((0, 0), (0, 0), (1, 1), (1, 1))),
        lambda t, a: t.nn.functional.pad(a, (1, 1, 1, 1)),
    ),
    Case("layout", "tril", x, lambda w, a: w.np.tril(a), lambda t, a: t.tril(a)),
]

INDEXING = [
    Case(
        "indexing",
        "take rows",
        indexed((30_000, 768), (1024,), 30_000),
        lambda w, a, i: w.np.take(a, i, axis=0),
        lambda t, a, i: t.index_select(a, 0, i),
    ),
    Case(
        "indexing",
        "a[i] of rows",
        indexed((30_000, 768), (1024,), 30_000),
        lambda w, a, i: a[i],
        lambda t, a, i: a[i],
    ),
    Case(
        "indexing",
        "take columns",
        indexed(SQUARE, (1024,), 1024),
        lambda w, a, i: w.np.take(a, i, axis=1),
        lambda t, a, i: t.index_select(a, 1, i),
    ),
    Case(
        "indexing",
        "take_along_axis",
        indexed(SQUARE, SQUARE, 1024),
        lambda w, a, i: w.np.take_along_axis(a, i, 1),
        lambda t, a, i: t.gather(a, 1, i),
    ),
    Case("indexing", "mask", x, lambda w, a: a[a > 0], lambda t, a: a[a > 0]),
    Case(
        "indexing",
        "nonzero",
        x,
        lambda w, a: w.np.nonzero(a > 1),
        lambda t, a: t.nonzero(a > 1, as_tuple=True),
    ),
    Case(
        "indexing",
        "one_hot",
        lambda rng: [rng.integers(0, 1000, (1024,))],
        lambda w, i: w.npx.one_hot(i, 1000),
        lambda t, i: t.nn.functional.one_hot(i, 1000).float(),
    ),
    Case(
        "indexing",
        "embedding",
        indexed((30_000, 768), (8, 128), 30_000),
        lambda w, a, i: w.npx.embedding(i, a),
        lambda t, a, i: t.nn.functional.embedding(i, a),
        True,
    ),
    Case(
        "indexing",
        "take rows, gradient",
        indexed((2000, 768), (1024,), 2000),
        lambda w, a, i: w.np.take(a, i, axis=0),
        lambda t, a, i: t.index_select(a, 0, i),
        True,
    ),
    Case(
        "indexing",
        "take_along_axis, gradient",
        indexed(SQUARE, SQUARE, 1024),
        lambda w, a, i: w.np.take_along_axis(a, i, 1),
        lambda t, a, i: t.gather(a, 1, i),
        True,
    ),
]

ORDER = [
    Case("order", "sort rows", x, lambda w, a: w.np.sort(a, 1), lambda t, a: t.sort(a, 1)[0]),
    Case("order", "sort flat", normal(FLAT), lambda w, a: w.np.sort(a), lambda t, a: t.sort(a)[0]),
    Case(
        "order",
        "argsort rows",
        x,
        lambda w, a: w.np.argsort(a, 1),
        lambda t, a: t.argsort(a, 1),
        compared=False,
    ),
    Case(
        "order",
        "topk 10 of rows",
        x,
        lambda w, a: w.npx.topk(a, k=10, axis=1)[0],
        lambda t, a: t.topk(a, 10, 1)[0],
    ),
    Case(
        "order",
        "searchsorted",
        lambda rng: [
            numpy.sort(rng.standard_normal(100_000, "float32")),
            rng.standard_normal(100_000, "float32"),
        ],
        lambda w, a, b: w.np.searchsorted(a, b),
        lambda t, a, b: t.searchsorted(a, b),
    ),
    Case(
        "order",
        "unique",
        lambda rng: [rng.integers(0, 1000, 100_000)],
        lambda w, a: w.np.unique(a),
        lambda t, a: t.unique(a),
    ),
]

LAYERS = [
    case
    for gradient in (False, True)
    for case in (
        Case(
            "layers",
            "softmax",
            sequence,
            lambda w, a: w.npx.softmax(a),
            lambda t, a: t.softmax(a, -1),
            gradient,
        ),
        Case(
            "layers",
            "log_softmax",
            sequence,
            lambda w, a: w.npx.log_softmax(a),
            lambda t, a: t.log_softmax(a, -1),
            gradient,
        ),
        Case(
            "layers",
            "layer_norm",
            normal((8, 128, 768), (768,), (768,)),
            lambda w, a, g, b: w.npx.layer_norm(a, g, b),
            lambda t, a, g, b: t.nn.functional.layer_norm(a, (768,), g, b),
            gradient,
        ),
        Case(
            "layers",
            "group_norm",
            normal(IMAGE, (64,), (64,)),
            lambda w, a, g, b: w.npx.group_norm(a, g, b, num_groups=8),
            lambda t, a, g, b: t.nn.functional.group_norm(a, 8, g, b),
            gradient,
        ),
        Case(
            "layers",
            "max pooling 2",
            image,
            lambda w, a: w.npx.pooling(a, kernel=(2, 2), stride=(2, 2)),
            lambda t, a: t.nn.functional.max_pool2d(a, 2),
            gradient,
        ),
        Case(
            "layers",
            "max pooling 3/2",
            image,
            lambda w, a: w.npx.pooling(a, kernel=(3, 3), stride=(2, 2), pad=(1, 1)),
            lambda t, a: t.nn.functional.max_pool2d(a, 3, 2, 1),
            gradient,
        ),
        Case(
            "layers",
            "average pooling 2",
            image,
            lambda w, a: w.npx.pooling(a, kernel=(2, 2), stride=(2, 2), pool_type="avg"),
            lambda t, a: t.nn.functional.avg_pool2d(a, 2),
            gradient,
        ),
        Case(
            "layers",
            "average pooling 3/1",
            image,
            lambda w, a: w.npx.pooling(
                a, kernel=(3, 3), stride=(1, 1), pad=(1, 1), pool_type="avg"
            ),
            lambda t, a: t.nn.functional.avg_pool2d(a, 3, 1, 1),
            gradient,
        ),
        Case(
            "layers",
            "global average pooling",
            image,
            lambda w, a: w.npx.pooling(a, kernel=(1, 1), global_pool=True, pool_type="avg"),
            lambda t, a: t.nn.functional.adaptive_avg_pool2d(a, 1),
            gradient,
        ),
        Case(
            "layers",
            "bilinear x2",
            image,
            lambda w, a: w.npx.interpolate(a, scale_factor=2, mode="linear"),
            lambda t, a: t.nn.functional.interpolate(a, scale_factor=2, mode="bilinear"),
            gradient,
        ),
        Case(
            "layers",
            "nearest x2",
            image,
            lambda w, a: w.npx.interpolate(a, scale_factor=2, mode="nearest"),
            lambda t, a: t.nn.functional.interpolate(a, scale_factor=2, mode="nearest"),
            gradient,
        ),
        Case(
            "layers",
            "dropout",
            sequence,
            lambda w, a: w.npx.dropout(a, p=0.5),
            lambda t, a: t.nn.functional.dropout(a, 0.5, True),
            gradient,
            compared=False,
        ),
        Case(
            "layers",
            "cross entropy of 1000",
            lambda rng: [rng.standard_normal((1024, 1000), "float32"), rng.integers(0, 1000, 1024)],
            lambda w, a, i: w.npx.softmax_cross_entropy(a, i),
            lambda t, a, i: t.nn.functional.cross_entropy(a, i, reduction="none"),
            gradient,
        ),
        Case(
            "layers",
            "attention, causal",
            normal(*[(8, 12, 128, 64)] * 3),
            lambda w, q, k, v: w.npx.scaled_dot_product_attention(q, k, v, causal=True),
            lambda t, q, k, v: t.nn.functional.scaled_dot_product_attention(
                q, k, v, is_causal=True
            ),
            gradient,
        ),
        Case(
            "layers",
            "fully connected",
            normal((512, 768), (768, 768), (768,)),
            lambda w, a, m, b: w.npx.fully_connected(a, m, b),
            lambda t, a, m, b: t.nn.functional.linear(a, m, b),
            gradient,
        ),
        Case(
            "layers",
            "einsum of heads",
            normal((8, 128, 12, 64), (8, 128, 12, 64)),
            lambda w, a, b: w.np.einsum("bqhd,bkhd->bhqk", a, b),
            lambda t, a, b: t.einsum("bqhd,bkhd->bhqk", a, b),
            gradient,
        ),
    )
]

RANDOM = [
    Case(
        "random",
        "uniform",
        lambda rng: [],
        lambda w: w.np.random.uniform(size=FLAT),
        lambda t: t.rand(FLAT),
        compared=False,
    ),
    Case(
        "random",
        "normal",
        lambda rng: [],
        lambda w: w.np.random.normal(size=FLAT),
        lambda t: t.randn(FLAT),
        compared=False,
    ),
    Case(
        "random",
        "integers",
        lambda rng: [],
        lambda w: w.np.random.randint(0, 100, size=FLAT),
        lambda t: t.randint(0, 100, FLAT),
        compared=False,
    ),
    Case(
        "random",
        "exponential",
        lambda rng: [],
        lambda w: w.np.random.exponential(size=FLAT),
        lambda t: t.empty(FLAT).exponential_(),
        compared=False,
    ),
    Case(
        "random",
        "permutation",
        lambda rng: [],
        lambda w: w.np.random.permutation(100_000),
        lambda t: t.randperm(100_000),
        compared=False,
    ),
]

ALGEBRA = [
    Case(
        "algebra",
        "matmul 64 x 64",
        normal((64, 64), (64, 64)),
        lambda w, a, b: a @ b,
        lambda t, a, b: a @ b,
    ),
    Case(
        "algebra",
        "batched 64 x 64",
        normal((96, 64, 64), (96, 64, 64)),
        lambda w, a, b: a @ b,
        lambda t, a, b: a @ b,
    ),
    Case(
        "algebra",
        "matrix by vector",
        normal((4096, 4096), (4096,)),
        lambda w, a, b: a @ b,
        lambda t, a, b: a @ b,
    ),
    Case(
        "algebra",
        "float64 512",
        lambda rng: list(rng.standard_normal((2, 512, 512))),
        lambda w, a, b: a @ b,
        lambda t, a, b: a @ b,
    ),
    Case(
        "algebra",
        "outer",
        normal((1024,), (1024,)),
        lambda w, a, b: w.np.outer(a, b),
        lambda t, a, b: t.outer(a, b),
    ),
]

CASES = [
    *mathematics(),
    *ELEMENTWISE,
    *REDUCTIONS,
    *LAYOUT,
    *INDEXING,
    *ORDER,
    *LAYERS,
    *CONVOLUTIONS,
    *RANDOM,
    *ALGEBRA,
    *DATA,
    *TRAINING,
    *SHAPES,
]
