"""What `np.fft` costs beside NumPy's, for one row and for many, by kinds of lengths: `fft` of
complex rows and `rfft` of real ones.

    python benchmarks/fourier.py

Prints the best of several runs in microseconds. Lengths are powers of two, products of small
primes, and primes, which become convolutions.
"""

import sys
import timeit
from collections.abc import Callable
from functools import partial

import numpy
from weft import np

LENGTHS = (64, 1024, 16384, 1000, 997)
ROWS = (1, 64)
RUNS = 20


def best(call: object) -> float:
    timer = timeit.Timer(call)
    count = max(1, int(0.005 / max(timer.timeit(1), 1e-7)))
    return min(timer.repeat(RUNS, count)) / count * 1e6


def computed(function: Callable[[object], np.ndarray], x: np.ndarray) -> None:
    function(x).wait_to_read()


def main() -> int:
    generator = numpy.random.default_rng(0)
    print(f"{'rows':>5}{'length':>8}{'dtype':>11}{'Weft':>10}{'NumPy':>10}{'ratio':>7}")
    for rows in ROWS:
        for length in LENGTHS:
            for dtype in ("complex64", "complex128", "float32", "float64"):
                is_complex = dtype.startswith("complex")
                x = generator.normal(size=(rows, length * (1 + is_complex)))
                x = (x.view("complex128") if is_complex else x).astype(dtype)
                name = "fft" if is_complex else "rfft"
                found = best(partial(computed, getattr(np.fft, name), np.array(x)))
                theirs = best(partial(getattr(numpy.fft, name), x))
                ratio = found / theirs
                print(f"{rows:5}{length:8}{dtype:>11}{found:10.1f}{theirs:10.1f}{ratio:7.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
