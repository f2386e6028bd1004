"""What recognising idioms gives a transformer block that is written out in NumPy's functions.

    python benchmarks/hand_written.py [results.json]

One block, pre-norm with causal attention, three ways: by the operators that layers use, by hand,
and by hand without the pass `idioms`. Their results are compared before anything is timed, the
bytes of their plans (arena, residuals and backward arena) are printed, and then they run in turns.
"""

import os
import sys
from functools import partial

import numpy
import weft
from side_by_side import Report
from weft import autograd, np, npx

HEADS = 4


def layer_norm(x, g, b):
    mean = x.mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * g + b


def attention(q, k, v):
    tokens, width = q.shape[-2:]
    scores = q @ k.swapaxes(-1, -2) / width**0.5
    scores = np.where(np.tril(np.ones((tokens, tokens))) == 0, -1e9, scores)
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    return (scores / scores.sum(-1, keepdims=True)) @ v


BY_HAND = layer_norm, attention
OPERATORS = npx.layer_norm, partial(npx.scaled_dot_product_attention, causal=True)


def block(normalise, attend, x, g, b, into, out, up, down):
    batch, tokens, width = x.shape
    heads = normalise(x, g, b) @ into
    heads = heads.reshape(batch, tokens, 3, HEADS, width // HEADS).transpose(2, 0, 3, 1, 4)
    joined = attend(heads[0], heads[1], heads[2]).transpose(0, 2, 1, 3)
    x = x + joined.reshape(batch, tokens, width) @ out
    return x + npx.gelu(normalise(x, g, b) @ up) @ down


def forward(function, arrays):
    return function(*arrays)


def training(function, arrays):
    with autograd.record():
        result = function(*arrays)
    result.backward()
    return result


def planned(parts, passes, arrays, run):
    """A function with plans of its own: which passes they take is read when they are made."""
    os.environ["WEFT_PASSES"] = passes
    function = weft.hybridize(partial(block, *parts))
    for _ in range(2):
        result = run(function, arrays)
    del os.environ["WEFT_PASSES"]
    return function, [result.asnumpy(), *(a.grad.asnumpy() for a in arrays if run is training)]


def draw(batch, tokens, width):
    generator = numpy.random.default_rng(0)
    shapes = (
        *((batch, tokens, width), (width,), (width,), (width, 3 * width), (width, width)),
        *((width, 4 * width), (4 * width, width)),
    )
    arrays = [
        np.array(generator.normal(0, 1 / shape[-1] ** 0.5, shape).astype("float32"))
        for shape in shapes
    ]
    for array in arrays:
        array.attach_grad()
    return arrays


def compare(report, sizes):
    arrays = draw(*sizes)
    for run in (forward, training):
        ways, wanted = {}, None
        for name, parts, passes in (
            ("operators", OPERATORS, ""),
            ("by hand", BY_HAND, ""),
            ("without idioms", BY_HAND, "-recognise_idioms"),
        ):
            function, results = planned(parts, passes, arrays, run)
            wanted = wanted or results
            for have, want in zip(results, wanted, strict=True):
                numpy.testing.assert_allclose(have, want, rtol=1e-3, atol=1e-4)
            memory = function.cache.last.function.memory()
            total = memory["residual"] + max(memory["arena"], memory.get("backward", 0))
            print(f"  {run.__name__}, {name}: {total / 2**20:.2f} MiB", flush=True)
            ways[name] = partial(run, function, arrays)
        report.compare(f"{run.__name__}, {sizes}", ways, "without idioms", count=31)


def main() -> int:
    report = Report(f"A transformer block of {HEADS} heads: (batch, tokens, width)")
    for sizes in ((8, 128, 128), (2, 512, 256)):
        compare(report, sizes)
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
