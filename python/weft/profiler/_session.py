"""A profile from its begin to its end, and what is asked of it."""

import json
import os
import time
from types import TracebackType
from typing import Self

from weft._base.errors import InvalidState, InvalidValue
from weft._base.options import require_whole
from weft._base.writing import writing
from weft._core import native
from weft.profiler._events import COMPUTING, Event, nested
from weft.profiler._machine import Machine, known_machine
from weft.profiler._memory import Allocation, allocations_of, over_time
from weft.profiler._table import Row, duration, rest_of, rows_of, text_of, with_rest


class Profile:
    """What ran inside of a `with` block, on all threads; made by `profile`.

    events: what ran, by begin; empty until the block has ended
    wall: seconds of the block
    dropped: how many events there was no room for, of more than four million
    began: when the block began, in seconds of `time.monotonic()`; None before

    >>> import weft
    >>> from weft import np
    >>> with weft.profiler.profile() as profile:
    ...     y = np.ones((64, 64)) @ np.ones((64, 64))
    >>> profile.wall > 0, len(profile.events) > 0
    (True, True)
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.wall = 0.0
        self.dropped = 0
        self.began: float | None = None
        self._begin: int | None = None
        self._live = 0  # bytes in use at the begin

    def start(self) -> None:
        """Begins, as the `with` block does; what is queued is waited for first.

        Raises RuntimeError while another profile is taken.
        """
        native.wait_all()
        self._live = int(native.memory()["live"])
        native.profile_start()
        self._begin = time.monotonic_ns()
        self.began = self._begin / 1e9

    def stop(self) -> None:
        """Ends, as the end of the `with` block does; what is queued is waited for first.

        Raises RuntimeError if the profile has not begun.
        """
        if self._begin is None:
            raise InvalidState("profile: it has not begun; call start() first")
        begin, self._begin = self._begin, None
        try:
            native.wait_all()
        finally:  # a failure of queued work leaves nothing running
            self.wall = (time.monotonic_ns() - begin) / 1e9
            raw, threads, self.dropped = native.profile_stop()
        self.events = nested(raw, threads, begin)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def rows(
        self,
        by: str = "operator",
        *,
        sort: str = "time",
        top: int | None = None,
        machine: Machine | None = None,
    ) -> list[Row]:
        """What operators, steps, waits and spans took, added up.

        by: "operator", "layer", "line", or "thread", which has the workers of loaders, too
        sort: "time", "calls", "bytes", "flops" or "name"
        top: so many rows, all by default
        machine: the ceilings that `Row.ceiling` compares with; by default what `measure_machine`
            has measured before, if it has
        Raises ValueError for another `by`, `sort` or `top`.
        """
        return rows_of(self.events, by, sort, top, machine or known_machine())

    def table(
        self,
        by: str = "operator",
        *,
        sort: str = "time",
        top: int | None = None,
        machine: Machine | None = None,
    ) -> None:
        """Prints `rows(by, ...)` and, in a last line, what of the wall time they are. Lines of the
        program stand behind their numbers."""
        print(self.text(by, sort=sort, top=top, machine=machine))
        print(self.summary())

    def text(
        self,
        by: str = "operator",
        *,
        sort: str = "time",
        top: int | None = None,
        machine: Machine | None = None,
    ) -> str:
        """`rows(by, ...)` as lines of text. Behind them stands what no row has of the wall time,
        but for threads: what plans do between their steps, and the program's own work."""
        rows = self.rows(by, sort=sort, machine=machine)
        if top is not None:
            require_whole("table", "top", top, least=1)
        rest = [] if by == "thread" else rest_of(self.events, self.wall)
        return text_of(with_rest(rows, rest, top), by)

    def summary(self) -> str:
        """One line: the wall time, what operators took of it on all threads, what the program
        waited for data, the most memory."""
        computing = sum(event.own for event in self.events if event.kind in COMPUTING)
        share = computing / self.wall if self.wall > 0 else 0.0
        text = f"{duration(self.wall)} in all; operators took {duration(computing)} ({share:.0%})"
        waits = [event.duration for event in self.events if event.kind == "wait"]
        if waits:
            share = sum(waits) / self.wall if self.wall > 0 else 0.0
            text += f"; waited {duration(sum(waits))} for data ({share:.0%})"
        memory = max((event.live for event in self.events if event.live is not None), default=None)
        if memory is not None:
            text += f"; at most {memory / 2**20:.1f} MiB in use"
        return text + (f"; {self.dropped} events were dropped" if self.dropped else "")

    def memory(self) -> list[tuple[float, int]]:
        """The memory in use over the time: pairs of seconds and bytes, at the begin and at the end
        of each operator and each run of a plan.

        >>> from weft import np, profiler
        >>> with profiler.profile() as p:
        ...     x = np.ones((256, 1024))
        >>> (_, before), (_, after) = p.memory()
        >>> f"{(after - before) / 2**20:.2f} MiB"
        '1.00 MiB'
        """
        return over_time(self.events, self._live)

    def allocations(self, by: str = "line") -> list[Allocation]:
        """What took memory and gave it back, by "line", "operator" or "layer"; what took most comes
        first. Raises ValueError for another `by`.

        >>> from weft import np, profiler
        >>> with profiler.profile() as p:
        ...     x = np.ones((256, 1024))
        >>> [(row.name, f"{row.taken / 2**20:.2f} MiB") for row in p.allocations(by="operator")]
        [('full', '1.00 MiB')]
        """
        if by not in ("line", "operator", "layer"):
            raise InvalidValue(
                f"allocations: `by` must be one of line, operator, layer; got {by!r}"
            )
        return allocations_of(self.events, self._live, by)

    def trace(self, path: str | os.PathLike[str]) -> None:
        """Writes a trace that https://ui.perfetto.dev and chrome://tracing show.

        Raises OSError where the file cannot be written.
        """
        from weft.profiler._trace import trace_of

        with writing(path, "trace", "w") as file:
            json.dump(trace_of(self.events), file)


def profile() -> Profile:
    """A profile for a `with` block: each operator, each step of a plan, each backward pass.

    Times are those of the thread that runs a step, with what other threads do for it meanwhile.
    Python's own work is in no event. On a device, times are those of queueing. A profile costs
    about a microsecond for each eager call, whose line is looked up, and less for each step.

    Raises RuntimeError where one is taken already.

    >>> import weft
    >>> with weft.profiler.profile() as p:
    ...     y = weft.np.ones(1000) + 1
    >>> [event.name for event in p.events]
    ['full', 'add']
    """
    return Profile()


__all__ = ["Profile", "profile"]
__dir__ = __all__.copy
