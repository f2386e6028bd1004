"""Events added up by operator, layer, line or thread, and the text of such a table."""

import linecache
from collections.abc import Callable, Iterable
from typing import NamedTuple

from weft._base.errors import InvalidValue
from weft._base.options import require_whole
from weft.profiler._events import COMPUTING, Event, is_of_process
from weft.profiler._machine import Machine

_KEYS: dict[str, Callable[[Event], str]] = {
    "operator": lambda event: f"({event.name})" if event.kind == "wait" else event.name,
    "layer": lambda event: event.layer or _without_layer(event),
    "line": lambda event: event.line or "(no line)",
    "thread": lambda event: event.thread,
}
_LONGEST = 60  # of a line of the program, behind its numbers
_WIDEST = 56  # of the names: longer ones lose their beginning, which lines share


def _without_layer(event: Event) -> str:
    return f"({event.name})" if event.kind in ("wait", "work") else "(no layer)"


def _has_row(event: Event, by: str) -> bool:
    """Does it count: as what computes, as a wait, as a span? Tasks hold what computes; workers have
    rows where threads are told apart, because their time goes by beside the program's."""
    if event.kind in ("wait", "work"):
        return by == "thread" or is_of_process(event)
    return event.kind in COMPUTING


class Row(NamedTuple):
    """What all events of one operator, layer, line or thread took together.

    time: seconds, without what ran inside (a loop's steps are rows of their own); share: of all
        rows' time; calls: how many events
    read, written: bytes; flops: operations, where operators say them
    ceiling: the least time that the machine could take, as a share of `time`; None where the
        machine was not measured

    >>> from weft import np, profiler
    >>> x = np.ones((64, 64))
    >>> with profiler.profile() as p:
    ...     y = np.tanh(x), np.tanh(x)
    >>> row = next(row for row in p.rows(by="operator") if row.name == "tanh")
    >>> row.calls, row.read
    (2, 32768.0)
    """

    name: str
    time: float
    share: float
    calls: int
    read: float
    written: float
    flops: float
    ceiling: float | None

    @property
    def bandwidth(self) -> float:
        """Bytes read and written a second."""
        return (self.read + self.written) / self.time if self.time > 0 else 0.0

    @property
    def speed(self) -> float:
        """Operations a second."""
        return self.flops / self.time if self.time > 0 else 0.0


_ORDERS: dict[str, Callable[[Row], float | str]] = {
    "time": lambda row: -row.time,
    "calls": lambda row: -row.calls,
    "bytes": lambda row: -(row.read + row.written),
    "flops": lambda row: -row.flops,
    "name": lambda row: row.name,
}


def rows_of(
    events: Iterable[Event], by: str, sort: str, top: int | None, machine: Machine | None
) -> list[Row]:
    """The rows. Raises ValueError for an unknown `by` or `sort`, and a `top` below 1."""
    if by not in _KEYS:
        raise InvalidValue(f"table: `by` must be one of {', '.join(_KEYS)}; got {by!r}")
    if sort not in _ORDERS:
        raise InvalidValue(f"table: `sort` must be one of {', '.join(_ORDERS)}; got {sort!r}")
    if top is not None:
        require_whole("table", "top", top, least=1)
    grouped: dict[str, list[Event]] = {}
    for event in events:
        if _has_row(event, by):
            grouped.setdefault(_KEYS[by](event), []).append(event)
    total = sum(event.own for group in grouped.values() for event in group)
    rows = [_row(name, group, total, machine) for name, group in grouped.items()]
    return sorted(rows, key=_ORDERS[sort])[:top]


def rest_of(events: Iterable[Event], wall: float) -> list[Row]:
    """What no row of `rows_of` has of the wall time: what plans and passes do between their steps,
    and the time in which nothing of Weft ran, which is the program's own."""
    here = [event for event in events if is_of_process(event)]
    around = [event for event in here if event.kind not in COMPUTING | {"wait", "work"}]
    busy, end = 0.0, 0.0
    for event in sorted(here, key=lambda event: event.begin):
        until = event.begin + event.duration
        busy += max(until - max(event.begin, end), 0.0)
        end = max(end, until)
    known = (
        ("(between steps)", sum(event.own for event in around), len(around)),
        ("(the program)", max(wall - busy, 0.0), 1),
    )
    return [Row(name, time, 0.0, calls, 0, 0, 0, None) for name, time, calls in known if time > 0]


def with_rest(rows: list[Row], rest: list[Row], top: int | None) -> list[Row]:
    """The first rows, and behind them the rest; shares are those of all together."""
    total = sum(row.time for row in [*rows, *rest])
    shown = [*rows[:top], *rest]
    return [row._replace(share=row.time / total if total > 0 else 0.0) for row in shown]


def _row(name: str, events: list[Event], total: float, machine: Machine | None) -> Row:
    time = sum(event.own for event in events)
    ceiling = None
    if machine and time > 0:
        work = [(event.flops, event.read + event.written) for event in events]
        ceiling = sum(machine.least_seconds(*each) for each in work) / time
    return Row(
        name=name,
        time=time,
        share=time / total if total > 0 else 0.0,
        calls=len(events),
        read=sum(event.read for event in events),
        written=sum(event.written for event in events),
        flops=sum(event.flops for event in events),
        ceiling=ceiling,
    )


def text_of(rows: list[Row], by: str) -> str:
    """The table, one line a row."""
    names = [_cut(row.name) for row in rows]
    width = max([len(by), *map(len, names)])
    has_ceiling = any(row.ceiling is not None for row in rows)
    head = f"{by:<{width}}  {'time':>10}  {'share':>6}  {'calls':>7}  {'GB/s':>7}  {'GFLOP/s':>8}"
    lines = [head + ("  of machine" if has_ceiling else "")]
    for name, row in zip(names, rows, strict=True):
        speed = f"{row.speed / 1e9:>8.1f}" if row.flops else " " * 8
        line = (
            f"{name:<{width}}  {duration(row.time):>10}  {row.share:>6.1%}  {row.calls:>7}  "
            f"{row.bandwidth / 1e9:>7.1f}  {speed}"
        )
        ceiling = f"  {row.ceiling:>10.0%}" if row.ceiling is not None else ""
        code = _code_of(row.name) if by == "line" else ""
        lines.append((line + ceiling.ljust(12 * has_ceiling) + code).rstrip())
    return "\n".join(lines)


def _code_of(line: str) -> str:
    """What stands in a line of the program, as file:number."""
    path, _, number = line.rpartition(":")
    code = linecache.getline(path, int(number)).strip() if number.isdigit() else ""
    code = code if len(code) <= _LONGEST else code[: _LONGEST - 1] + "…"
    return f"  {code}" if code else ""


def _cut(name: str) -> str:
    return name if len(name) <= _WIDEST else "…" + name[1 - _WIDEST :]


def duration(seconds: float) -> str:
    """A time with a unit that suits it.

    >>> duration(0.0123), duration(4.5e-6)
    ('12.300 ms', '4.500 µs')
    """
    if seconds >= 1:
        return f"{seconds:.3f} s"
    return f"{seconds * 1e3:.3f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3f} µs"


__all__ = ["Row", "duration", "rest_of", "rows_of", "text_of", "with_rest"]
__dir__ = __all__.copy
