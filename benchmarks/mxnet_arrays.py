"""What the arrays of `weft.mxnet.nd` cost beside Weft's own, for arrays so small that calls count.

    python benchmarks/mxnet_arrays.py

Prints the best of several runs in microseconds, and fails if one costs more than twice; `reshape`,
which reads 1.x's codes, may cost four times.
"""

import sys
import timeit

from weft import mxnet as mx
from weft import np

CALLS, RUNS, LIMIT = 500, 200, 2.0

# What is measured: the same text, with `x`, `y` and `lib` of the one or the other.
LINES = {
    "x + y": ("x + y", "x + y"),
    "x * 2": ("x * 2", "x * 2"),
    "x / 2": ("x / 2", "x / 2"),
    "x > 0": ("x > 0", "(x > 0).astype('float32')"),
    "exp(x)": ("lib.exp(x)", "lib.exp(x)"),
    "dot(x, y)": ("lib.dot(x, y)", "lib.dot(x, y)"),
    "x[0]": ("x[0]", "x[0]"),
    "x.reshape((16,))": ("x.reshape((16,))", "x.reshape((16,))"),
}


def measured(
    texts: tuple[str, str], libraries: tuple[object, object], arrays: object
) -> list[float]:
    """Both in turn, so that what else the machine does meets both."""
    best = [float("inf")] * 2
    timers = [
        timeit.Timer(text, globals={"lib": lib, "x": pair[0], "y": pair[1]})
        for text, lib, pair in zip(texts, libraries, arrays, strict=True)
    ]
    for _ in range(RUNS):
        for place, timer in enumerate(timers):
            best[place] = min(best[place], timer.timeit(CALLS) / CALLS * 1e6)
    return best


def main() -> int:
    own = np.ones((4, 4)), np.ones((4, 4))
    others = tuple(map(mx.nd.NDArray, own))
    slow = []
    print(f"{'':20}{'Weft':>8}{'mx.nd':>8}{'ratio':>8}")
    for name, (text, native_text) in LINES.items():
        native, found = measured((native_text, text), (np, mx.nd), (own, others))
        print(f"{name:20}{native:8.3f}{found:8.3f}{found / native:8.2f}")
        limit = 2 * LIMIT if "reshape" in name else LIMIT
        if found > limit * native:
            slow.append(name)
    if slow:
        print(f"above the limit: {', '.join(slow)}")
    return bool(slow)


if __name__ == "__main__":
    sys.exit(main())
