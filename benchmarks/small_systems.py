"""What small systems of matrices cost beside NumPy and PyTorch: determinants, inverses, solutions,
Cholesky factors and eigenvalues of 100,000 matrices of three and four rows.

    python benchmarks/small_systems.py [--count 100000] [--threads 1]

Prints the median of several runs in milliseconds, in which the libraries take turns, and how far
Weft's results are from NumPy's in float64. A library that is not there is left out. Eigenvalues of
four rows are LAPACK's in Weft, too.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

RUNS = 15
NAMES = ("det", "inv", "solve", "cholesky", "eigh")


def timed(calls: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """The median of each in milliseconds."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(RUNS):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: 1000 * statistics.median(found) for name, found in times.items()}


def first(found: Any) -> Any:
    return found[0] if isinstance(found, tuple) else found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)  # read when the libraries are imported
    import numpy
    from weft import np, npx

    try:
        import torch
    except ImportError:
        torch = None
    npx.set_num_threads(options.threads)
    if torch:
        torch.set_num_threads(options.threads)

    def on(la: Any, name: str, a: Any, b: Any) -> Any:
        return la.solve(a, b) if name == "solve" else first(getattr(la, name)(a))

    print(f"{options.count} matrices, {options.threads} thread(s); milliseconds")
    print(f"{'':10}{'rows':>5}{'dtype':>9}{'Weft':>9}{'NumPy':>9}{'PyTorch':>9}{'error':>10}")
    generator = numpy.random.default_rng(0)
    for name in NAMES:
        for rows in (3, 4):
            for dtype in ("float32", "float64"):
                x = generator.normal(size=(options.count, rows, rows))
                x = x @ x.swapaxes(-1, -2) + numpy.eye(rows)
                y = generator.normal(size=(options.count, rows, 1))
                a, b = x.astype(dtype), y.astype(dtype)
                ours = np.array(a), np.array(b)
                calls = {
                    "Weft": lambda n=name, o=ours: on(np.linalg, n, *o).wait_to_read(),
                    "NumPy": lambda n=name, a=a, b=b: on(numpy.linalg, n, a, b),
                }
                if torch:
                    theirs = torch.from_numpy(a), torch.from_numpy(b)
                    calls["PyTorch"] = lambda n=name, t=theirs: on(torch.linalg, n, *t)
                found = timed(calls)
                wanted = on(numpy.linalg, name, a.astype("float64"), b.astype("float64"))
                error = abs(on(np.linalg, name, *ours).asnumpy() - wanted).max() / abs(wanted).max()
                columns = "".join(
                    f"{found[library]:9.2f}" if library in found else f"{'-':>9}"
                    for library in ("Weft", "NumPy", "PyTorch")
                )
                print(f"{name:10}{rows:5}{dtype:>9}{columns}{error:10.1e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
