"""What this thread traces, and what the code that it traces may ask of the trace."""

import threading
import weakref
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from weft._base.errors import InvalidState
from weft._core import native

Watch = Callable[[], Hashable]


class _Running(threading.local):
    """The innermost trace of the thread."""

    def __init__(self) -> None:
        self.is_quiet = False
        self.is_eager = False  # do what is hybridized and compiled run as Python: `weft.debug`?
        self.calls_hooks = False  # does the graph that is traced call hooks of blocks?
        self.reads: Any = None  # what notes its reads: `Reads`
        self.called: list[Any] = []  # what its graph calls of Python
        self.watches: list[Watch] = []  # what its code asked to have compared
        self.answers: Any = None  # which extents are open: `open_extents.Answers`


running = _Running()


class RunEagerly(Exception):  # noqa: N818 - no error: whoever traces runs the Python instead
    """What is traced needs Python at each run, so that no plan can have it."""


@contextmanager
def begun(calls_hooks: bool = False) -> Iterator[_Running]:
    """A block in which a trace runs, with calls and watches of its own."""
    around = running.called, running.watches, running.calls_hooks
    running.called, running.watches, running.calls_hooks = [], [], calls_hooks
    try:
        yield running
    finally:
        running.called, running.watches, running.calls_hooks = around


def is_tracing() -> bool:
    """Does this thread trace, so that operators become nodes of a graph?"""
    return bool(native.modes() & native.TRACING)


@contextmanager
def outside_trace() -> Iterator[None]:
    """What happens in here happens once and at once, also while this thread traces."""
    trace = native.trace_suspend()
    try:
        yield
    finally:
        native.trace_resume(trace)


@contextmanager
def without_effects() -> Iterator[None]:
    """A block that runs to find shapes, and prints, checks and calls nothing."""
    around, running.is_quiet = running.is_quiet, True
    try:
        yield
    finally:
        running.is_quiet = around


def is_quiet() -> bool:
    """Does this thread only look for shapes?"""
    return running.is_quiet


class _Weakly:
    """Calls a function that somebody else keeps alive."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.__qualname__ = function.__qualname__
        self._function = weakref.ref(function)

    def __call__(self, *arguments: Any) -> Any:
        function = self._function()
        if function is None:
            raise InvalidState(f"callback: the trace that calls `{self.__qualname__}` was released")
        return function(*arguments)


def keep_alive(function: Callable[..., Any]) -> Callable[..., Any]:
    """What the graph that is being traced shall call; the trace itself keeps `function`.

    The collector does not see through graphs: a block whose plan calls its own method would never
    be freed.
    """
    running.called.append(function)
    return _Weakly(function)


def watch(value: Watch) -> None:
    """Makes what `value` gives part of the signature of the function that is being traced."""
    if value not in running.watches:
        running.watches.append(value)


def _note_read(array: Any) -> None:
    reads = running.reads
    if reads is not None:
        running.reads = None  # looking at the elements is no read of the trace
        try:
            reads.note_elements(array)
        finally:
            running.reads = reads


native.set_read_note(_note_read)


__all__ = [
    "RunEagerly",
    "Watch",
    "begun",
    "is_quiet",
    "is_tracing",
    "keep_alive",
    "outside_trace",
    "running",
    "watch",
    "without_effects",
]
