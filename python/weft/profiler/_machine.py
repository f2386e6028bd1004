"""How much the machine can do at most, measured here: the ceilings of tables."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from weft import np
from weft._core import native

_SIDE = 1024  # of the matrices: 2 GFLOP, which fill every core
_ELEMENTS = 1 << 24  # 64 MiB: more than caches hold
_TRIES = 6


class Machine(NamedTuple):
    """What operators are compared with (the roofline of Williams, Waterman and Patterson 2009).

    flops: operations a second of float32 products; bandwidth: bytes a second from and to memory

    >>> from weft import profiler
    >>> machine = profiler.Machine(flops=1e11, bandwidth=2e10)
    >>> machine.least_seconds(flops=1e9, bytes=0)
    0.01
    """

    flops: float
    bandwidth: float

    def least_seconds(self, flops: float, bytes: float) -> float:
        """No call with so many operations and bytes from memory is faster.

        >>> Machine(flops=1e11, bandwidth=1e10).least_seconds(1e9, 1e9)
        0.1
        """
        return max(flops / self.flops, bytes / self.bandwidth)


_measured: dict[int, Machine] = {}  # by number of threads


def measure_machine() -> Machine:
    """The ceilings of this machine with the present number of threads, measured once in about half
    a second: a product of large matrices, and a pass over arrays that no cache holds.

    >>> machine = measure_machine()
    >>> machine.flops > 0 and machine.bandwidth > 0
    True
    """
    threads = native.num_threads()
    if threads not in _measured:
        a = np.ones((_SIDE, _SIDE), dtype="float32")
        x = np.ones(_ELEMENTS, dtype="float32")
        y = np.empty_like(x)
        flops = 2 * _SIDE**3 / _fastest(lambda: np.matmul(a, a))
        bandwidth = 2 * 4 * _ELEMENTS / _fastest(lambda: np.add(x, 1, out=y))
        _measured[threads] = Machine(flops, bandwidth)
    return _measured[threads]


def known_machine() -> Machine | None:
    """What was measured before for the present number of threads."""
    return _measured.get(native.num_threads())


def _fastest(call: Callable[[], Any]) -> float:
    times = []
    for _ in range(_TRIES):
        begin = time.perf_counter()
        call()
        native.wait_all()
        times.append(time.perf_counter() - begin)
    return min(times)


__all__ = ["Machine", "known_machine", "measure_machine"]
__dir__ = __all__.copy
