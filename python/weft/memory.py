"""What memory the library holds, where it copies unasked, and how much it may take.

>>> from weft import memory, np
>>> x = np.ones(4)
>>> memory.stats()["live"] > 0
True
"""

from typing import NamedTuple

from weft._base.errors import InvalidValue
from weft._core import native
from weft._trace.cache import set_limit_of_traces, trace_figures


class Copies(NamedTuple):
    """Copies that nobody wrote down, and where the largest of them came from.

    A write copies where somebody holds the old content: the tape, a hybridized call, NumPy. Values
    that the tape takes of memory shared with others are copies too.

    >>> from weft import autograd, memory, np
    >>> x = np.ones((100, 100))
    >>> x.attach_grad()
    >>> memory.reset_copies()
    >>> with autograd.record():
    ...     y = (x * x).sum()
    >>> x[0] = 5.0  # the tape holds x, so the other rows are copied
    >>> copies = memory.copies()
    >>> copies.count, copies.bytes, copies.largest
    (1, 40000, 40000)
    """

    count: int
    bytes: int
    largest: int  # bytes
    line: str  # that caused the largest, as file:number


def stats() -> dict[str, int]:
    """Figures of the library's memory pool.

    live: bytes in use
    peak: the most at one time since `reset_peak`; small blocks kept for reuse count in it
    pooled: bytes kept for reuse
    limit: what `set_limit` said, 0 for none
    system_calls: how often memory was asked of the system since the start

    A block of up to 16 KiB counts with its whole size, a power of two; a larger one with the bytes
    that were asked for.

    >>> import weft
    >>> figures = weft.memory.stats()
    >>> sorted(figures)
    ['limit', 'live', 'peak', 'pooled', 'system_calls']
    """
    found = native.memory()
    return {name: found[name] for name in ("live", "peak", "pooled", "limit", "system_calls")}


def reset_peak() -> None:
    """Counts the peak from now on.

    >>> import weft
    >>> from weft import np
    >>> weft.memory.reset_peak()
    >>> x = np.ones((1024, 1024))
    >>> weft.memory.stats()["peak"] >= x.nbytes
    True
    """
    native.memory(native.RESET_PEAK)


def trim() -> None:
    """Gives back to the system what is kept for reuse, as after a model was cast or quantized.

    The library does so itself with blocks that were idle for long while others were asked for.

    >>> pooled = stats()["pooled"]
    >>> trim()
    >>> stats()["pooled"] <= pooled
    True
    """
    native.memory(native.RESET_POOLED)


def copies() -> Copies:
    """Copies since the start or the last `reset_copies`.

    >>> from weft import autograd, np
    >>> x = np.ones((100, 100))
    >>> x.attach_grad()
    >>> reset_copies()
    >>> with autograd.record():
    ...     y = (x * x).sum()
    >>> x[0] = 5.0  # the tape holds x, so the other rows are copied
    >>> copies().count, copies().bytes
    (1, 40000)
    """
    found = native.memory()
    return Copies(
        found["copies"], found["copied"], found["largest_copy"], found["largest_copy_line"]
    )


def reset_copies() -> None:
    """Counts copies from now on.

    >>> from weft import memory
    >>> memory.reset_copies()
    >>> memory.copies().count
    0
    """
    native.memory(native.RESET_COPIES)


def traces() -> dict[str, int]:
    """Figures of what hybridized functions, blocks and compiled steps keep.

    traces: how many there are now, one for each signature that was met
    dropped: how many were dropped since the start, because a function had more than `limit`
    limit: the most that one function keeps, as `set_trace_limit` said

    >>> sorted(traces())
    ['dropped', 'limit', 'traces']
    """
    return trace_figures()


def trace_limit() -> int:
    """How many traces, of different signatures, one hybridized function or block keeps.

    >>> trace_limit()
    256
    """
    return traces()["limit"]


def set_trace_limit(count: int) -> None:
    """Lets every hybridized function, block and compiled step keep at most `count` traces.

    Those that were used longest ago are dropped, with their plans and memory; a call with such a
    signature traces again. Raises ValueError for a count below 1.

    >>> set_trace_limit(256)
    """
    if count < 1:
        raise InvalidValue(f"set_trace_limit: `count` must be at least 1; got {count}")
    set_limit_of_traces(count)


def set_limit(bytes: int | None) -> None:
    """Refuses arrays of over 16 KiB with MemoryError where all memory, in use and pooled, would
    have more bytes. None: no limit.

    Everything stays usable after a refusal. Raises ValueError for a limit below 1.

    >>> import weft
    >>> from weft import np
    >>> weft.memory.set_limit(100_000_000)
    >>> try:
    ...     x = np.ones(100_000_000)
    ... except MemoryError:
    ...     print("refused")
    refused
    >>> weft.memory.set_limit(None)
    """
    if bytes is not None and bytes < 1:
        raise InvalidValue(f"set_limit: `bytes` must be at least 1 or None; got {bytes}")
    native.set_memory_limit(bytes or 0)


__all__ = [
    "Copies",
    "copies",
    "reset_copies",
    "reset_peak",
    "set_limit",
    "set_trace_limit",
    "stats",
    "trace_limit",
    "traces",
    "trim",
]
__dir__ = __all__.copy
