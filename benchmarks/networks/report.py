"""What was measured, as rows of JSON and as text."""

import statistics
from typing import Any

from processes import Competitor
from workloads import SMALL, Workload

Row = dict[str, Any]


def row(workload: Workload, threads: int, competitor: Competitor) -> Row:
    """Seconds of a call: the best and the median of all rounds, and each round's; memory. The
    competitor still runs."""
    found: Row = {
        "workload": workload.name,
        "threads": threads,
        "framework": competitor.framework.name,
        "variant": competitor.variant,
    }
    keys = ("version", "missing", "failed", "error", "import_seconds", "setup_seconds")
    for key in (*keys, "first_output_seconds"):
        if key in competitor.state:
            found[key] = _short(competitor.state[key])
    if competitor.rounds and "failed" not in found:
        samples = [sample for taken in competitor.rounds for sample in taken["samples"]]
        found["best"], found["median"] = _short(min(samples)), _short(statistics.median(samples))
        found["count"] = len(samples)
        used = (second for taken in competitor.rounds for second in taken["processor"])
        found["processor"] = _short(min(used))
        found["rounds"] = [_short(min(taken["samples"])) for taken in competitor.rounds]
        if threads > 1:
            found["lines"] = [_short(taken["line"]) for taken in competitor.rounds]
        found["others"] = min(taken["others"] for taken in competitor.rounds)
        found |= competitor.memory()
    return found


def refuse_impossible(workload: Workload, rows: list[Row], limits: dict[str, float]) -> None:
    """Takes the times of those that are faster than a forced instruction set allows. Weft's
    Winograd convolutions may be: they do fewer multiply-adds than are counted."""
    peak = limits.get(workload.precision)
    for found in rows:
        is_slow = (
            "best" not in found or not peak or workload.work / found["best"] / 1e9 < 1.1 * peak
        )
        if not is_slow and found["framework"] != "weft":
            del found["best"]
            found["failed"] = "faster than the ceiling: it has not obeyed"


def _short(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def ceilings_text(limits: dict[str, float]) -> str:
    units = {"read": "GB/s", "copy": "GB/s", "int8": "GOP/s"}
    parts = (f"{key} {value:.0f} {units.get(key, 'GFLOP/s')}" for key, value in limits.items())
    return ", ".join(parts)


def _timed(rows: list[Row], is_weft: bool) -> list[Row]:
    return [row for row in rows if "best" in row and (row["framework"] == "weft") == is_weft]


def best_peer(rows: list[Row], what: str = "best") -> Row | None:
    return min(_timed(rows, False), key=lambda row: row[what], default=None)


def ratio(rows: list[Row], what: str = "best") -> float | None:
    """Weft's time as a ratio to the best peer's: `what` says which time, or "growth_mb"."""
    weft = min(_timed(rows, True), key=lambda row: row[what], default=None)
    peer = best_peer(rows, what)
    return weft[what] / peer[what] if weft and peer else None


def show(workload: Workload, rows: list[Row], limits: dict[str, float]) -> None:
    """Fastest first; what is missing at the end."""
    found = ratio(rows)
    headline = "" if found is None else f"   weft {found:.2f} x the best peer"
    if found is not None and workload.aim:
        headline += f" (aim: at most {workload.aim})"
    memory = ratio(rows, "growth_mb")
    if memory is not None and workload.name not in SMALL:  # whose processes grow by chance
        headline += f", {memory:.2f} x the least memory"
    if found is not None and rows[0]["threads"] == 1:
        # Without other threads to wait for, this is the time on a machine of one's own.
        headline += f", {ratio(rows, 'processor'):.2f} x in processor time"
    print(f"\n{workload.name}{headline}")
    for entry in sorted(rows, key=lambda entry: entry.get("best", float("inf"))):
        label = f"  {entry['framework']:12} {entry['variant']:14}"
        if "best" in entry:
            print(label + _figures(workload, entry, limits))
        else:
            kind = "failed" if "failed" in entry else "missing"
            print(f"{label} {kind}: {entry.get(kind)}")
    print(end="", flush=True)


def _figures(workload: Workload, entry: Row, limits: dict[str, float]) -> str:
    best, median = (workload.figure(entry[key]) for key in ("best", "median"))
    text = f"{best:>10,.4g} best {median:>10,.4g} median {workload.unit}"
    peak = limits.get(workload.precision)
    if workload.read:
        text += f", {workload.read / entry['best'] / 1e9 / limits['read']:4.0%} of reading"
    elif workload.work and peak:
        text += f", {workload.work / entry['best'] / 1e9 / peak:4.0%} of {workload.precision}"
    if entry["threads"] == 1:
        text += f", {workload.figure(entry['processor']):,.4g} in processor time"
    text += f", {entry['growth_mb']:.0f} MB"
    if "error" in entry:
        text += f", error {entry['error']:.1g}"
    if entry["threads"] > 1:
        best_round = min(range(len(entry["rounds"])), key=entry["rounds"].__getitem__)
        text += f", line {entry['lines'][best_round]:.0f} ns"
    if entry["others"] > 0.05:
        text += f", others took {entry['others']:.0%} of the machine"
    return text
