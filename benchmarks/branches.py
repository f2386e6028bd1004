"""What running the branches of a plan side by side saves.

    python benchmarks/branches.py [results.json]

Two equal towers between one input and one sum, at batch sizes so small that a kernel of theirs
cannot use several threads well. One block runs with branches, one without, in turns; their results
are compared bit for bit before anything is timed. The aim is half the time on two free cores.
Samples are short and many, so that on a machine with other work some have both cores: their best
figures say what branches save, the medians what is left of it in such company. The last network
has kernels that use two threads by themselves, and so no branches.
"""

import os
import sys
from functools import partial

import numpy
from side_by_side import Report
from weft import autograd, np, npx
from weft.gluon import nn

LAYERS = 6


class Towers(nn.HybridBlock):
    """Two networks that nothing connects but their input and the sum of their outputs."""

    def __init__(self, layer):
        super().__init__()
        self.left = nn.HybridSequential(*(layer() for _ in range(LAYERS)))
        self.right = nn.HybridSequential(*(layer() for _ in range(LAYERS)))

    def forward(self, x):
        return self.left(x) + self.right(x)


def planned(block, x, passes):
    """The block with a plan of its own: which passes it takes is read when that is made."""
    os.environ["WEFT_PASSES"] = passes
    block.hybridize()
    block(x)
    with autograd.record():
        block(x).backward()
    del os.environ["WEFT_PASSES"]
    return block


def pair(layer, x):
    """Two blocks of equal parameters, without and with branches."""
    blocks = [Towers(layer) for _ in range(2)]
    for block in blocks:
        block.initialize()
        block(x)
    values = {name: p.data() for name, p in blocks[0].collect_params().items()}
    blocks[1].load_dict(values)
    return planned(blocks[0], x, "-branches"), planned(blocks[1], x, "")


def step(block, x):
    with autograd.record():
        y = block(x)
    y.backward()
    return y


def compare(report, what, layer, shape):
    x = np.array(numpy.random.default_rng(0).uniform(-1, 1, shape).astype("float32"))
    alone, together = pair(layer, x)
    if not numpy.array_equal(alone(x).asnumpy(), together(x).asnumpy()):
        raise SystemExit(f"{what}: the results differ")
    for name, call in (("forward", lambda block, x: block(x)), ("training", step)):
        ways = {"one by one": partial(call, alone, x), "branches": partial(call, together, x)}
        report.compare(f"{what}, {name}", ways, "one by one", length=0.0005, count=300)


def main() -> int:
    npx.set_num_threads(2)
    report = Report(f"Branches: two towers of {LAYERS} layers, two threads")
    for width, images in ((64, 4), (16, 8)):
        compare(
            report,
            f"convolutions {width}x{images}x{images}",
            lambda width=width: nn.Conv2D(width, 3, padding=1, activation="relu"),
            (1, width, images, images),
        )
    for width in (192, 512):
        compare(
            report,
            f"dense {width}, batch 2",
            lambda width=width: nn.Dense(width, activation="relu"),
            (2, width),
        )
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
