"""The chains that chains.py measures: their arithmetic by one name for every library, and their
arrays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

KEEP = 0.9  # of dropout


@dataclass
class Chain:
    """inputs and outputs give arrays of rows x cols elements, in the loop's order."""

    name: str
    cols: int
    call: Callable[..., Any]  # of a library and its arrays
    inputs: Callable[[Any, int, int], list[numpy.ndarray]]
    outputs: Callable[[int, int], list[numpy.ndarray]]
    named: bool = False
    updates: tuple[int, ...] = ()  # inputs that are written; then there are no outputs
    reference: str = "loop"  # whose results the others have to give; none: they are random


def floats(random, *shape):
    """Numbers of a repeated piece: 10^8 would take longer to draw than to compute."""
    piece = random.uniform(-1, 1, 10_007).astype("float32")
    return numpy.resize(piece, shape)


def bias_gelu_dropout(lib, x, bias):
    y = x + bias
    if lib.name == "weft":
        return lib.npx.dropout(lib.npx.gelu(y, approximation="tanh"), p=1 - KEEP)
    if lib.name == "torch":
        gelu = lib.functional.gelu(y, approximate="tanh")
        return lib.functional.dropout(gelu, 1 - KEEP, training=True)
    gelu = 0.5 * y * (1 + lib.tanh(0.7978845608 * (y + 0.044715 * y * y * y)))
    return lib.where(numpy.random.random(x.shape) < KEEP, gelu / KEEP, 0)


def swiglu(lib, gate, up):
    return gate / (1 + lib.exp(-gate)) * up


def adam(lib, weight, gradient, mean, variance):
    new_mean = mean * 0.9 + gradient * 0.1
    new_variance = variance * 0.999 + gradient * gradient * 0.001
    weight[:] = weight - new_mean * 0.001 / (lib.sqrt(new_variance) + 1e-8)
    mean[:] = new_mean
    variance[:] = new_variance


def residual_layer_norm(lib, x, residual, gamma, beta):
    h = x + residual
    if lib.name == "weft":
        return lib.npx.layer_norm(h, gamma, beta)
    if lib.name == "torch":
        return lib.functional.layer_norm(h, (h.shape[-1],), gamma, beta)
    centred = h - lib.mean(h)[:, None]
    return centred / lib.sqrt(lib.mean(centred * centred)[:, None] + 1e-5) * gamma + beta


def cross_entropy(lib, x, labels):
    if lib.name == "weft":
        return lib.npx.softmax_cross_entropy(x, labels)
    if lib.name == "torch":
        return lib.functional.cross_entropy(x, labels, reduction="none")
    return lib.log(lib.sum(lib.exp(x))) - x[numpy.arange(len(x)), labels]


def spring(lib, place, speed, force):
    push = force - 1.5 * place - 0.2 * speed
    speed = speed + 0.01 * push
    place = place + 0.01 * speed
    return place, speed, speed * speed * 0.5 + place * place * 0.75


def pixels(lib, pixel, mean, scale):
    v = lib.clip((lib.float32(pixel) * (1 / 255) - mean) * scale, -2, 2)
    bent = lib.where(v > 0.5, v * v, v * 0.25 + 0.125)
    return bent * 0.8 + v * 0.2


def half_huber(lib, x, y, weight):
    d = lib.float32(x) - lib.float32(y)
    far = lib.abs(d)
    return lib.bfloat16(lib.where(far < 1, d * d * 0.5, far - 0.5) * weight)


def gate(lib, x, residual, scale, shift, gates):
    y = x * scale + shift
    z = residual + y * lib.clip(y + 3, 0, 6) * (1 / 6) * gates
    kept = lib.where(z > 0, z, z * 0.1)
    return kept, lib.mean(kept)


def focal(lib, x, target):
    p = 1 / (1 + lib.exp(-x))
    hit = lib.where(target, p, 1 - p)
    miss = 1 - hit
    return lib.sum(-(miss * miss * lib.log(hit + 1e-6)))


def arrays_of(*shapes):
    """Inputs of these shapes; `r` and `c` stand for rows and columns."""
    return lambda random, r, c: [
        floats(random, *({"r": r, "c": c}.get(extent, extent) for extent in shape))
        for shape in shapes
    ]


def empty(*shapes, dtype="float32"):
    return lambda r, c: [
        numpy.empty([{"r": r, "c": c}.get(extent, extent) for extent in shape], dtype)
        for shape in shapes
    ]


def positive(make):
    return lambda random, r, c: [numpy.abs(a) for a in make(random, r, c)]


CHAINS = (
    Chain(
        "bias_gelu_dropout",
        *(1024, bias_gelu_dropout, arrays_of("rc", "c"), empty("rc")),
        named=True,
        reference="",
    ),
    Chain(
        "swiglu",
        *(1024, swiglu, arrays_of("rc", "rc"), empty("rc")),
        named=True,
        reference="numpy",
    ),
    Chain(
        "adam",
        *(1024, adam, positive(arrays_of("rc", "rc", "rc", "rc")), empty()),
        named=True,
        updates=(0, 2, 3),
    ),
    Chain(
        "residual_layer_norm",
        *(1024, residual_layer_norm, arrays_of("rc", "rc", "c", "c"), empty("rc")),
        named=True,
    ),
    Chain(
        "cross_entropy",
        *(1024, cross_entropy),
        lambda random, r, c: [floats(random, r, c), random.integers(0, c, r)],
        empty("r"),
        named=True,
        reference="numpy",
    ),
    Chain("spring", 1024, spring, arrays_of("rc", "rc", "rc"), empty("rc", "rc", "rc")),
    Chain(
        "pixels",
        *(1024, pixels),
        lambda random, r, c: [
            numpy.resize(random.integers(0, 256, 10_007).astype("uint8"), (r, c)),
            floats(random, c),
            floats(random, c) + 2,
        ],
        empty("rc"),
    ),
    Chain(
        "half_huber",
        *(1024, half_huber, arrays_of("rc", "rc", ("r", 1))),
        empty("rc", dtype="uint16"),
    ),
    Chain(
        "gate",
        *(1000, gate, arrays_of("rc", "rc", "c", "c", ("r", 1))),
        empty("rc", "r"),
    ),
    Chain(
        "focal",
        *(1024, focal),
        lambda random, r, c: [floats(random, r, c), floats(random, r, c) > 0],
        empty("r"),
    ),
)
