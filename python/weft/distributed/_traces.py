"""Profiles of all ranks as one trace, on one clock: that of the store."""

import json
from os import PathLike
from typing import Any

from weft._base.errors import InvalidState
from weft._base.writing import writing
from weft._processes import session as sessions
from weft.profiler import Profile
from weft.profiler._trace import trace_of


def save_trace(profile: Profile, path: str | PathLike[str]) -> float:
    """Writes the profiles that all ranks took as one file for Perfetto or chrome://tracing, a
    process for each rank; rank 0 writes. All ranks call it, outside of the profile.

    Gives the seconds by which clocks may be off: each rank asks the store for its time, and half of
    the quickest answer's way is the bound.

    >>> import tempfile
    >>> from weft import distributed, np, profiler
    >>> distributed.init()
    >>> with profiler.profile() as p:
    ...     x = np.ones((8, 8)) @ np.ones((8, 8))
    >>> distributed.save_trace(p, tempfile.mkdtemp() + "/trace.json") < 1
    True
    >>> distributed.shutdown()
    """
    session = sessions.needed("save_trace")
    if profile.began is None:
        raise InvalidState("save_trace: the profile has not begun")
    offset, error = session.client.clock_offset()
    mine = {
        "began": profile.began + offset,
        "error": error,
        "events": trace_of(profile.events)["traceEvents"],
    }
    found = session.gather_bytes(
        "the profile of all ranks", "trace", session.ranks, json.dumps(mine).encode()
    )
    told = [json.loads(text) for text in found]
    if session.rank == 0:
        with writing(path, "save_trace", "w") as file:
            json.dump(merged(told, session.generation.hosts), file)
    return max(float(each["error"]) for each in told)


def merged(told: list[dict[str, Any]], hosts: list[str]) -> dict[str, Any]:
    """One trace of those of all ranks: times count from the begin of the first profile."""
    first = min(each["began"] for each in told)
    events: list[dict[str, Any]] = []
    for rank, each in enumerate(told):
        shift = (each["began"] - first) * 1e6
        name = {"name": f"rank {rank} on {hosts[rank]}"}
        events.append({"name": "process_name", "ph": "M", "pid": rank, "args": name})
        events.append(
            {"name": "process_sort_index", "ph": "M", "pid": rank, "args": {"sort_index": rank}}
        )
        for event in each["events"]:
            moved = {**event, "pid": rank}
            if "ts" in event:
                moved["ts"] = round(event["ts"] + shift, 3)
            events.append(moved)
    return {"traceEvents": events, "displayTimeUnit": "ms"}


__all__ = ["save_trace"]
__dir__ = __all__.copy
