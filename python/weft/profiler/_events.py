"""Events as the library gives them, and what follows from how they lie inside each other."""

import re
from collections.abc import Iterable
from typing import NamedTuple

KINDS = ("operator", "step", "plan", "backward", "task", "wait", "work")
# What computes; the others hold such events and have little time of their own.
COMPUTING = frozenset({"operator", "step"})
_THREADS = frozenset({"caller", "engine", "pool"})

# An origin: a line of the program, and the layer of Weft's own whose `forward` it called.
_ORIGIN = re.compile(
    r"(?P<line>.*?:\d+)(?: in (?:layer `(?P<layer>[^`]*)` \(\w+\)|(?P<root>\w+)))?"
)

# kind, thread, name, origin, begin and end in ns, bytes read and written, operations, live bytes
Raw = tuple[int, int, str, str, int, int, float, float, float, int]


class Event(NamedTuple):
    """One thing that ran.

    kind: "operator" (a kernel that eager code ran), "step" (of a plan; a fused region has the names
        of its operators), "plan" (a run of a plan, with its steps inside), "backward", "task"
        (queued work on a thread of the engine), "wait" (for a batch of data), or "work" (a `span`
        of the program, or a batch that a worker of a loader made)
    line: of the program, as file:number; layer: the path in its network of the layer of
        `gluon` whose `forward` called the operator; both may be empty
    thread: "caller 0": the program's; "engine 1", "pool 2": the library's; "loader 0": a worker
        process of a loader
    begin, duration: seconds, from the begin of the profile on
    own: seconds of it outside of the events inside
    read, written: bytes of inputs and outputs; flops: arithmetic operations, 0 where the operator
        does not say: estimates by shapes and dtypes
    live: bytes of memory in use at its end; None for steps
    backward: whether a backward pass ran it

    >>> from weft import np, profiler
    >>> x = np.ones((4, 8))
    >>> with profiler.profile() as p:
    ...     y = np.tanh(x)
    >>> event = next(event for event in p.events if event.name == "tanh")
    >>> event.kind, event.read, event.written
    ('operator', 128.0, 128.0)
    """

    kind: str
    name: str
    line: str
    layer: str
    thread: str
    begin: float
    duration: float
    own: float
    read: float
    written: float
    flops: float
    live: int | None
    backward: bool


def origin_of(text: str) -> tuple[str, str]:
    """Line and layer of an origin.

    >>> origin_of("net.py:7 in layer `body.0` (Dense)"), origin_of("net.py:7 in Dense")
    (('net.py:7', 'body.0'), ('net.py:7', 'Dense'))
    """
    match = _ORIGIN.fullmatch(text)
    return (match["line"], match["layer"] or match["root"] or "") if match else (text, "")


def is_of_process(event: Event) -> bool:
    """Is it of this process, and not of a worker, whose time goes by beside the program's?"""
    return event.thread.partition(" ")[0] in _THREADS


class _Open:
    """An event whose end is not reached yet, while events are read by their begin."""

    def __init__(self, raw: Raw, around: "_Open | None") -> None:
        self.raw = raw
        self.own = raw[5] - raw[4]
        self.origin = raw[3] or (around.origin if around else "")
        self.backward = KINDS[raw[0]] == "backward" or (around is not None and around.backward)


def nested(raw: Iterable[Raw], threads: list[str], start: int) -> list[Event]:
    """The events by their begin. Those without an origin have that of the event around them."""
    found: list[tuple[Raw, _Open]] = []
    stacks: dict[int, list[_Open]] = {}
    for event in sorted(raw, key=lambda event: (event[4], -event[5])):
        stack = stacks.setdefault(event[1], [])
        while stack and stack[-1].raw[5] <= event[4]:
            stack.pop()
        around = stack[-1] if stack else None
        if around:
            around.own -= event[5] - event[4]
        stack.append(_Open(event, around))
        found.append((event, stack[-1]))
    origins = {opened.origin: origin_of(opened.origin) for _, opened in found}
    names = [
        name if name not in _THREADS else f"{name} {number}" for number, name in enumerate(threads)
    ]
    return [_event(event, opened, origins, names, start) for event, opened in found]


def _event(
    raw: Raw, opened: _Open, origins: dict[str, tuple[str, str]], threads: list[str], start: int
) -> Event:
    kind, thread, name, _, begin, end, read, written, flops, live = raw
    line, layer = origins[opened.origin]
    return Event(
        kind=KINDS[kind],
        name=name,
        line=line,
        layer=layer,
        thread=threads[thread],
        begin=max(begin - start, 0) / 1e9,  # a worker may have begun before
        duration=(end - begin) / 1e9,
        own=opened.own / 1e9,
        read=read,
        written=written,
        flops=flops,
        live=None if live < 0 else live,
        backward=opened.backward,
    )


__all__ = ["COMPUTING", "KINDS", "Event", "Raw", "is_of_process", "nested", "origin_of"]
__dir__ = __all__.copy
