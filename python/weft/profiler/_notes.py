"""What a program itself tells a profile: spans of its own work, waits for data, work of others.

Outside of a profile a note is one call that does nothing.
"""

import time
from types import TracebackType

from weft._core import native
from weft.profiler._events import KINDS

_WAIT, _WORK = KINDS.index("wait"), KINDS.index("work")


class Span:
    """From the begin of a `with` block to its end; made by `span` and `waiting`."""

    __slots__ = ("_begin", "_kind", "_name")

    def __init__(self, kind: int, name: str) -> None:
        self._kind, self._name = kind, name

    def __enter__(self) -> None:
        self._begin = time.monotonic_ns()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        native.profile_note(self._kind, self._name, None, self._begin, time.monotonic_ns())


def span(name: str) -> Span:
    """A `with` block that profiles show under this name, with the operators inside it.

    >>> from weft import np, profiler
    >>> with profiler.profile() as p:
    ...     with profiler.span("prepare"):
    ...         x = np.ones(3) + 1
    >>> [(event.kind, event.name) for event in p.events]
    [('work', 'prepare'), ('operator', 'full'), ('operator', 'add')]
    """
    return Span(_WORK, name)


def waiting(name: str) -> Span:
    """A `with` block in which the program waits, such as for data; not for users."""
    return Span(_WAIT, name)


def note_work(name: str, track: str, begin: int, end: int) -> None:
    """Work of another process, from `begin` to `end` of time.monotonic_ns, on a track of its own;
    not for users."""
    native.profile_note(_WORK, name, track, begin, end)


__all__ = ["Span", "note_work", "span", "waiting"]
__dir__ = __all__.copy
