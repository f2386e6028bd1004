"""Times of parts of a program, written as a trace that browsers show (chrome://tracing).

A program marks its parts by `Task`, `Frame`, `Event`, `Counter`, `Marker` and `scope`. Operators
are timed if `set_config` asks for `profile_all`, `profile_symbolic` or `profile_imperative`;
`weft.profiler` tells their layers and lines, too.

>>> from weft import mxnet as mx
>>> mx.profiler.set_config(filename="profile.json")
>>> mx.profiler.set_state("run")
>>> with mx.profiler.Task(mx.profiler.Domain("demo"), "part"):
...     x = mx.np.ones(3) + 1
>>> mx.profiler.set_state("stop")
>>> "part" in mx.profiler.dumps()
True
"""

import contextlib
import json
import os
import threading
import time
import warnings
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from weft import memory
from weft._base.errors import InvalidType, InvalidValue
from weft._base.writing import writing
from weft.mxnet._operator_times import OperatorTimes

# What `set_config` knows. Most that chooses what MXNet records means nothing here.
_CONFIG: dict[str, Any] = {
    **dict.fromkeys(("profile_all", "profile_symbolic", "profile_imperative"), False),
    **dict.fromkeys(("profile_memory", "profile_api", "profile_process"), False),
    **{"filename": "profile.json", "continuous_dump": False, "dump_period": 1.0},
    **{"aggregate_stats": False, "gpu_memory_profile_filename_prefix": "gpu_memory_profile"},
}
_config = dict(_CONFIG)
_lock = threading.Lock()
_local = threading.local()
_events: list[dict[str, Any]] = []
_times: dict[str, dict[str, list[float]]] = {}
_state = {"running": False, "paused": False}
_operators = OperatorTimes()
_begin = time.perf_counter()


def _now() -> float:
    """Microseconds since the module was loaded."""
    return (time.perf_counter() - _begin) * 1e6


def is_running() -> bool:
    """Are parts recorded now?"""
    return _state["running"] and not _state["paused"]


def _record(kind: str, name: str, domain: str, when: float, **more: Any) -> None:
    event = {"name": name, "cat": domain, "ph": kind, "ts": when, "pid": os.getpid()}
    with _lock:
        _events.append({**event, "tid": threading.get_native_id(), **more})


def _took(domain: str, name: str, begin: float) -> None:
    """Notes a part that is over."""
    spent = _now() - begin
    _record("X", name, domain, begin, dur=spent)
    with _lock:
        _times.setdefault(domain, {}).setdefault(name, []).append(spent / 1000)


def _change(**states: bool) -> None:
    """Sets the state; operators are timed exactly while parts are recorded."""
    _state.update(states)
    kinds = ("profile_all", "profile_symbolic", "profile_imperative")
    _note_operators(is_running() and any(_config[kind] for kind in kinds))


def _note_operators(wanted: bool) -> None:
    for name, begin, duration in _operators.follow(wanted):
        _record("X", name, "operator", (begin - _begin) * 1e6, dur=duration * 1e6)
        with _lock:
            _times.setdefault("operator", {}).setdefault(name, []).append(duration * 1e3)


def _catch_up() -> None:
    """Notes what ran until now, and goes on."""
    _note_operators(False)
    _change()


# ---- what is recorded, and where it goes ---------------------------------------------------------


def set_config(**kwargs: Any) -> None:
    """Sets the file, and what MXNet would record.

    filename: of the trace; aggregate_stats: whether `dumps` gives a table, as it always does here

    Raises TypeError for names that are none.
    """
    kwargs.pop("profile_process", None)
    for name in kwargs:
        if name not in _config:
            known = ", ".join(_config)
            raise InvalidType(f"set_config: `{name}` is no argument; it accepts {known}")
    _config.update(kwargs)


def set_state(state: str = "stop", profile_process: str = "worker") -> None:
    """Begins to record, 'run', or ends, 'stop'."""
    if state not in ("run", "stop"):
        raise InvalidValue(f"set_state: `state` must be 'run' or 'stop'; got {state!r}")
    _change(running=state == "run")


def pause(profile_process: str = "worker") -> None:
    """Leaves out what comes until `resume`."""
    _change(paused=True)


def resume(profile_process: str = "worker") -> None:
    """Records again."""
    _change(paused=False)


def dump(finished: bool = True, profile_process: str = "worker") -> None:
    """Writes the trace; with `finished` recording ends."""
    _catch_up()
    with _lock:
        events = list(_events)
    folder = os.path.dirname(os.path.abspath(_config["filename"]))
    os.makedirs(folder, exist_ok=True)
    with writing(_config["filename"], "dump", "w") as file:
        json.dump({"traceEvents": events, "displayTimeUnit": "ms"}, file)
    if finished:
        set_state("stop")


def dumps(
    reset: bool = False, format: str = "table", sort_by: str = "total", ascending: bool = False
) -> str:
    """Figures of all parts: how often, and milliseconds in sum, at least, at most and on average.

    format: 'table' or 'json'; sort_by: 'total', 'avg', 'min', 'max' or 'count'
    """
    _catch_up()
    keys = {"total": "Total", "avg": "Avg", "min": "Min", "max": "Max", "count": "Count"}
    if format not in ("table", "json") or sort_by not in keys:
        raise InvalidValue(
            f"dumps: `format` must be 'table' or 'json', `sort_by` one of {', '.join(keys)}; "
            f"got {format!r} and {sort_by!r}"
        )
    with _lock:
        times = {domain: dict(parts) for domain, parts in _times.items()}
        if reset:
            _times.clear()
            _events.clear()
    by_domain = {
        domain: _sorted(
            {name: _figures(spent) for name, spent in parts.items()}, keys[sort_by], ascending
        )
        for domain, parts in times.items()
    }
    found = {"Time": by_domain, "Memory": _memory(keys[sort_by], ascending)}
    found["Unit"] = {"Time": "ms", "Memory": "kB"}
    return json.dumps(found, indent=4) if format == "json" else _table(found)


def _figures(spent: list[float]) -> dict[str, float]:
    return {
        "Count": len(spent),
        "Total": sum(spent),
        "Min": min(spent),
        "Max": max(spent),
        "Avg": sum(spent) / len(spent),
    }


def _sorted(figures: dict[str, Any], key: str, ascending: bool) -> dict[str, Any]:
    return dict(sorted(figures.items(), key=lambda pair: pair[1][key], reverse=not ascending))


def _memory(key: str, ascending: bool) -> dict[str, Any]:
    stats = {name: value for name, value in memory.stats().items() if isinstance(value, int)}
    figures = {
        f"Memory: {name}": {
            "Count": 1,
            "Min": value / 1024,
            "Max": value / 1024,
            "Avg": value / 1024,
        }
        for name, value in stats.items()
    }
    return {"memory": _sorted(figures, key if key != "Total" else "Max", ascending)}


def _table(found: dict[str, Any]) -> str:
    names = ("Count", "Total", "Min", "Max", "Avg")
    lines = ["Profile Statistics:"]
    for what in ("Time", "Memory"):
        for domain, parts in found[what].items():
            lines += [domain, f"{'Name':<40}" + "".join(f"{name:>15}" for name in names)]
            for name, figures in parts.items():
                cells = "".join(f"{figures.get(key, 0):>15.4f}" for key in names)
                lines.append(f"{name:<40}{cells}")
    return "\n".join(lines)


def profiler_set_config(mode: str = "symbolic", filename: str = "profile.json") -> None:
    """The old name of `set_config`."""
    warnings.warn("profiler_set_config: write set_config(...)", DeprecationWarning, stacklevel=2)
    set_config(filename=filename)


def profiler_set_state(state: str = "stop") -> None:
    """The old name of `set_state`."""
    warnings.warn("profiler_set_state: write set_state(...)", DeprecationWarning, stacklevel=2)
    set_state(state)


def dump_profile() -> None:
    """The old name of `dump`."""
    warnings.warn("dump_profile: write dump(True)", DeprecationWarning, stacklevel=2)
    dump(True)


def set_kvstore_handle(handle: Any) -> None:
    """Nothing: no other process is recorded."""


# ---- parts ---------------------------------------------------------------------------------------


class Domain:
    """A group of parts."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name

    def new_task(self, name: str) -> "Task":
        """A task of this domain."""
        return Task(self, name)

    def new_frame(self, name: str) -> "Frame":
        """A frame of this domain."""
        return Frame(self, name)

    def new_counter(self, name: str, value: float | None = None) -> "Counter":
        """A counter of this domain."""
        return Counter(self, name, value)

    def new_marker(self, name: str) -> "Marker":
        """A marker of this domain."""
        return Marker(self, name)


class _Part:
    """A part from `start` to `stop`, or inside of a `with` block."""

    def __init__(self, domain: Any, name: str) -> None:
        self.name, self.domain = name, str(domain)
        self._begin: float | None = None

    def start(self) -> None:
        """The part begins."""
        self._begin = _now()

    def stop(self) -> None:
        """The part ends."""
        if self._begin is not None and is_running():
            _took(self.domain, self.name, self._begin)
        self._begin = None

    def __enter__(self) -> "_Part":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __str__(self) -> str:
        return self.name


class Task(_Part):
    """A piece of work of a domain."""


class Frame(_Part):
    """A piece of work that comes again and again, such as one picture."""


class Event(_Part):
    """A piece of work of no domain."""

    def __init__(self, name: str) -> None:
        super().__init__("event", name)


class Counter:
    """A number that is shown over time."""

    def __init__(self, domain: Any, name: str, value: float | None = None) -> None:
        self.name, self.domain = name, str(domain)
        self._value = 0.0
        if value is not None:
            self.set_value(value)

    def set_value(self, value: float) -> None:
        """Sets the number."""
        self._value = value
        if is_running():
            _record("C", self.name, self.domain, _now(), args={self.name: value})

    def increment(self, delta: float = 1) -> None:
        """Adds to the number."""
        self.set_value(self._value + delta)

    def decrement(self, delta: float = 1) -> None:
        """Takes from the number."""
        self.set_value(self._value - delta)

    def __iadd__(self, delta: float) -> "Counter":
        self.increment(delta)
        return self

    def __isub__(self, delta: float) -> "Counter":
        self.decrement(delta)
        return self

    def __str__(self) -> str:
        return self.name


class Marker:
    """A point in time."""

    def __init__(self, domain: Any, name: str) -> None:
        self.name, self.domain = name, str(domain)

    def mark(self, scope: str = "process") -> None:
        """Marks now, for the 'global', 'process', 'thread' or 'task' scope."""
        letters = {"global": "g", "process": "p", "thread": "t", "task": "t"}
        if scope not in letters:
            raise InvalidValue(f"mark: `scope` must be one of {', '.join(letters)}; got {scope!r}")
        if is_running():
            _record("i", self.name, self.domain, _now(), s=letters[scope])


@contextlib.contextmanager
def scope(name: str = "<unk>:", append_mode: bool = True) -> Iterator[str]:
    """A `with` block that is a part of the program; inside of another it has both names.

    name: ends with a colon, which is put there if it is missing
    """
    own = name if name.endswith(":") else f"{name}:"
    before = getattr(_local, "scope", "")
    if append_mode and before and own != before:
        own = before + own
    _local.scope, begin = own, _now()
    try:
        yield own
    finally:
        _local.scope = before
        if is_running():
            _took("scope", own, begin)


def _autostart() -> None:
    """The variable MXNET_PROFILER_AUTOSTART begins recording with the program."""
    if os.environ.get("MXNET_PROFILER_AUTOSTART") == "1":
        set_state("run")


_autostart()

__all__ = [
    "Counter",
    "Domain",
    "Event",
    "Frame",
    "Marker",
    "Task",
    "dump",
    "dump_profile",
    "dumps",
    "is_running",
    "pause",
    "profiler_set_config",
    "profiler_set_state",
    "resume",
    "scope",
    "set_config",
    "set_kvstore_handle",
    "set_state",
]
__dir__ = __all__.copy
