"""Events as a trace of Chrome's format, which Perfetto reads too: a track for each thread, and the
memory in use as a counter."""

import os
from typing import Any

from weft.profiler._events import Event


def trace_of(events: list[Event]) -> dict[str, Any]:
    """The content of the file: "X" events with times in µs, whose nesting viewers find by time."""
    process = os.getpid()
    threads = dict.fromkeys(event.thread for event in events)
    numbers = {thread: number for number, thread in enumerate(threads)}
    written: list[dict[str, Any]] = [
        {
            "name": "thread_name",
            "ph": "M",
            "pid": process,
            "tid": number,
            "args": {"name": _track(thread)},
        }
        for thread, number in numbers.items()
    ]
    for event in events:
        written.append(_span(event, process, numbers[event.thread]))
        if event.live is not None:
            when = _microseconds(event.begin + event.duration)
            counted = {"ph": "C", "pid": process, "ts": when, "args": {"bytes": event.live}}
            written.append({"name": "memory", **counted})
    return {"traceEvents": written, "displayTimeUnit": "ms"}


def _track(thread: str) -> str:
    kind, _, number = thread.partition(" ")
    if kind not in ("caller", "engine", "pool"):
        return f"{kind} worker {number}".rstrip()
    return f"{'Python' if kind == 'caller' else kind} thread {number}"


def _span(event: Event, process: int, thread: int) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if event.line:
        told["line"] = event.line
    if event.layer:
        told["layer"] = event.layer
    if event.read or event.written:
        told |= {"read": event.read, "written": event.written}
    if event.flops:
        told["flops"] = event.flops
    return {
        "name": event.name,
        "cat": event.kind + (", backward" if event.backward else ""),
        "ph": "X",
        "pid": process,
        "tid": thread,
        "ts": _microseconds(event.begin),
        "dur": _microseconds(event.duration),
        "args": told,
    }


def _microseconds(seconds: float) -> float:
    return round(seconds * 1e6, 3)


__all__ = ["trace_of"]
__dir__ = __all__.copy
