"""Rows of operators.py that training steps have: norms, attention, losses, optimizers, clipping."""

from collections.abc import Callable
from typing import Any

import numpy
from operator_case import IMAGE, Case, Make, normal

HEADS = (8, 12, 128, 64)

NORMS = [
    case
    for gradient in (False, True)
    for case in (
        Case(
            "norms",
            "instance_norm",
            normal(IMAGE, (64,), (64,)),
            lambda w, a, g, b: w.npx.instance_norm(a, g, b),
            lambda t, a, g, b: t.nn.functional.instance_norm(a, weight=g, bias=b),
            gradient,
            compared=not gradient,  # of ones it is zero but for rounding
        ),
        Case(
            "norms",
            "group_norm of 32",
            normal((4, 256, 32, 32), (256,), (256,)),
            lambda w, a, g, b: w.npx.group_norm(a, g, b, num_groups=32),
            lambda t, a, g, b: t.nn.functional.group_norm(a, 32, g, b),
            gradient,
        ),
        Case(
            "norms",
            "rms_norm",
            normal((8, 128, 768), (768,)),
            lambda w, a, g: w.npx.rms_norm(a, g),
            lambda t, a, g: t.nn.functional.rms_norm(a, (768,), g, 1e-5),
            gradient,
        ),
        Case(
            "norms",
            "batch_norm, training",
            normal(IMAGE, (64,), (64,)),
            lambda w, a, g, b: w.npx.batch_norm(
                a, g, b, w.np.zeros(64), w.np.ones(64), training=True
            )[0],
            lambda t, a, g, b: t.nn.functional.batch_norm(
                a, t.zeros(64), t.ones(64), g, b, training=True
            ),
            gradient,
            compared=not gradient,  # of ones it is zero but for rounding
        ),
    )
]


def masked(rng: numpy.random.Generator) -> list[numpy.ndarray]:
    arrays = [rng.standard_normal(HEADS, "float32") for _ in range(3)]
    mask = rng.random((8, 1, 128, 128)) < 0.8
    mask[..., 0] = True
    return [*arrays, mask]


ATTENTION = [
    case
    for gradient in (False, True)
    for case in (
        Case(
            "attention",
            "plain",
            normal(HEADS, HEADS, HEADS),
            lambda w, q, k, v: w.npx.scaled_dot_product_attention(q, k, v),
            lambda t, q, k, v: t.nn.functional.scaled_dot_product_attention(q, k, v),
            gradient,
        ),
        Case(
            "attention",
            "masked",
            masked,
            lambda w, q, k, v, m: w.npx.scaled_dot_product_attention(q, k, v, m),
            lambda t, q, k, v, m: t.nn.functional.scaled_dot_product_attention(q, k, v, m),
            gradient,
        ),
        Case(
            "attention",
            "grouped query, causal",
            normal((4, 16, 256, 64), (4, 4, 256, 64), (4, 4, 256, 64)),
            lambda w, q, k, v: w.npx.scaled_dot_product_attention(
                q, k, v, causal=True, grouped=True
            ),
            lambda t, q, k, v: t.nn.functional.scaled_dot_product_attention(
                q, k, v, is_causal=True, enable_gqa=True
            ),
            gradient,
        ),
        Case(
            "attention",
            "one query, 1024 keys",
            normal((8, 12, 1, 64), (8, 12, 1024, 64), (8, 12, 1024, 64)),
            lambda w, q, k, v: w.npx.scaled_dot_product_attention(q, k, v),
            lambda t, q, k, v: t.nn.functional.scaled_dot_product_attention(q, k, v),
            gradient,
        ),
    )
]


def labelled(*shape: int) -> Make:
    """Scores, and targets of 0 and 1."""
    return lambda rng: [
        rng.standard_normal(shape, "float32"),
        (rng.random(shape) < 0.5).astype("float32"),
    ]


def loss(weft: str, torch: Callable[..., Any], make: Make, gradient: bool, **options: Any) -> Case:
    """Mean of each row's mean, in both."""
    return Case(
        "losses",
        weft,
        make,
        lambda w, a, b: getattr(w.gluon.loss, weft)(**options)(a, b).mean(),
        lambda t, a, b: torch(t.nn.functional, a, b),
        gradient,
    )


def probabilities(rng: numpy.random.Generator) -> list[numpy.ndarray]:
    chances = rng.random((1024, 1000), "float32") + 0.1
    return [rng.standard_normal((1024, 1000), "float32"), chances / chances.sum(1, keepdims=True)]


LOSSES = [
    case
    for gradient in (False, True)
    for case in (
        loss("L2Loss", lambda f, a, b: f.mse_loss(a, b) / 2, labelled(1024, 1000), gradient),
        loss("L1Loss", lambda f, a, b: f.l1_loss(a, b), labelled(1024, 1000), gradient),
        loss("HuberLoss", lambda f, a, b: f.smooth_l1_loss(a, b), labelled(1024, 1000), gradient),
        loss(
            "SigmoidBCELoss",
            lambda f, a, b: f.binary_cross_entropy_with_logits(a, b),
            labelled(1024, 1000),
            gradient,
        ),
        loss(
            "SoftmaxCELoss",
            lambda f, a, b: f.cross_entropy(a, b),
            lambda rng: [rng.standard_normal((1024, 1000), "float32"), rng.integers(0, 1000, 1024)],
            gradient,
        ),
        loss(
            "KLDivLoss",
            lambda f, a, b: f.kl_div(f.log_softmax(a, 1), b),
            probabilities,
            gradient,
            from_logits=False,
        ),
    )
]


def resnet50() -> list[tuple[int, ...]]:
    """The shapes of its 161 parameters."""
    shapes: list[tuple[int, ...]] = [(64, 3, 7, 7), (64,), (64,)]
    channels = 64
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            convolutions = [(width, channels, 1, 1), (width, width, 3, 3), (4 * width, width, 1, 1)]
            if block == 0:
                convolutions.append((4 * width, channels, 1, 1))
            for shape in convolutions:
                shapes += [shape, shape[:1], shape[:1]]
            channels = 4 * width
    return [*shapes, (1000, 2048), (1000,)]


def parameters(rng: numpy.random.Generator) -> list[numpy.ndarray]:
    """Weights, then gradients: those of all but one are ones that cost little to make."""
    shapes = resnet50()
    weights = [numpy.full(shape, 0.5, "float32") for shape in shapes]
    weights[0] = rng.standard_normal(shapes[0], "float32")
    return [*weights, *(weight * 0.25 for weight in weights)]


def weft_updates(name: str, options: dict[str, float]) -> Callable[..., Any]:
    def prepare(w: Any, *arrays: Any) -> Callable[[], Any]:
        count = len(arrays) // 2
        weights, gradients = arrays[:count], arrays[count:]
        optimizer = w.optimizer.create(name, **options)
        states = [optimizer.create_state_multi_precision(weight) for weight in weights]

        def step() -> Any:
            for i, weight in enumerate(weights):
                optimizer.update(i, weight, gradients[i], states[i])
            return weights[:2]

        return step

    return prepare


def torch_updates(name: str, options: dict[str, Any]) -> Callable[..., Any]:
    def prepare(t: Any, *arrays: Any) -> Callable[[], Any]:
        count = len(arrays) // 2
        weights = [t.nn.Parameter(a) for a in arrays[:count]]
        for weight, gradient in zip(weights, arrays[count:], strict=True):
            weight.grad = gradient
        optimizer = getattr(t.optim, name)(weights, **options)

        def step() -> Any:
            optimizer.step()
            return weights[:2]

        return step

    return prepare


def weft_clipping(w: Any, *arrays: Any) -> Callable[[], Any]:
    return lambda: w.gluon.utils.clip_global_norm(arrays, 1.0) and arrays[:2]


def torch_clipping(t: Any, *arrays: Any) -> Callable[[], Any]:
    weights = [t.nn.Parameter(a) for a in arrays]
    for weight, gradient in zip(weights, arrays, strict=True):
        weight.grad = gradient
    clip = t.nn.utils.clip_grad_norm_
    return lambda: clip(weights, 1.0, foreach=True) is not None and [w.grad for w in weights[:2]]


UPDATES = [
    Case(
        "updates",
        f"{name} of ResNet-50, torch {way}",
        parameters,
        weft_updates(ours, options),
        torch_updates(theirs, {**more, way: True}),
        prepared=True,
    )
    for name, ours, options, theirs, more in (
        ("sgd", "sgd", {"learning_rate": 0.1}, "SGD", {"lr": 0.1}),
        (
            "momentum",
            "sgd",
            {"learning_rate": 0.1, "momentum": 0.9},
            "SGD",
            {"lr": 0.1, "momentum": 0.9},
        ),
        ("adam", "adam", {"learning_rate": 0.01}, "Adam", {"lr": 0.01}),
        (
            "adamw",
            "adamw",
            {"learning_rate": 0.01, "wd": 0.01},
            "AdamW",
            {"lr": 0.01, "weight_decay": 0.01},
        ),
    )
    for way in ("fused", "foreach")
] + [
    Case(
        "updates",
        "clip_global_norm of ResNet-50",
        lambda rng: parameters(rng)[:161],
        weft_clipping,
        torch_clipping,
        prepared=True,
    )
]

TRAINING = [*NORMS, *ATTENTION, *LOSSES, *UPDATES]
