"""Draws what run.py measured: each framework's best variant as a ratio to the best peer's time, or
to the least memory that a peer's process grows by.

    picture.py <networks.json> <picture.svg> [time|memory]

One row a workload, one dot a framework, on a logarithmic axis; left of 1 is ahead of every peer. A
short bar is what Weft aims at.
"""

import json
import math
import sys
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from report import best_peer
from workloads import SMALL, WORKLOADS

COLOURS = {
    **{"weft": "#d6336c", "torch": "#e8590c", "onnxruntime": "#1971c2", "openvino": "#6741d9"},
    **{"jax": "#2f9e44", "litert": "#f08c00", "mxnet": "#0c8599", "numpy": "#868e96"},
}
WIDTH, LEFT, RIGHT, ROW, TOP = 760, 170, 20, 22, 64
LOW, HIGH = 1 / 32, 64.0  # of the axis, which begins and ends where dots do
KEYS = {"time": "best", "memory": "growth_mb"}  # of a row
TITLES = {
    "time": "time as a ratio to the best peer's, {} threads: less is faster; bars are aims",
    "memory": "growth of the process as a ratio to the least of the peers', {} threads",
}
STYLE = "font-family='sans-serif' font-size='12'"


class Axis(NamedTuple):
    low: float
    high: float

    def place(self, ratio: float) -> float:
        share = math.log(min(max(ratio, self.low), self.high) / self.low)
        return LEFT + share / math.log(self.high / self.low) * (WIDTH - LEFT - RIGHT)


def _axis_of(ratios: list[float]) -> Axis:
    """Powers of two around them, at least a fourth and two."""
    low, high = min(ratios, default=1.0), max(ratios, default=1.0)
    low, high = 2.0 ** math.floor(math.log2(low)), 2.0 ** math.ceil(math.log2(high))
    return Axis(min(max(low, LOW), 0.25), max(min(high, HIGH), 2.0))


def _dots(rows: list[dict[str, Any]], key: str) -> dict[str, float]:
    """The best variant of each framework, relative to the best peer."""
    peer = best_peer(rows, key)
    found: dict[str, float] = {}
    for row in rows:
        if peer and "best" in row:
            ratio = row[key] / peer[key]
            found[row["framework"]] = min(ratio, found.get(row["framework"], ratio))
    return found


def _text(x: float, y: float, content: str, anchor: str = "start", colour: str = "#343a40") -> str:
    return (
        f"<text x='{x:.0f}' y='{y:.0f}' {STYLE} text-anchor='{anchor}' fill='{colour}'>"
        f"{escape(content)}</text>"
    )


def _grid(bottom: float, axis: Axis) -> list[str]:
    parts, ratio = [], axis.low
    while ratio <= axis.high:
        x, colour = axis.place(ratio), "#495057" if ratio == 1 else "#dee2e6"
        parts.append(f"<path d='M{x:.1f} {TOP - 6} V{bottom:.0f}' stroke='{colour}'/>")
        parts.append(_text(x, TOP - 12, f"{ratio:g} ×", "middle"))
        ratio *= 2
    return parts


def _legend(frameworks: list[str]) -> list[str]:
    parts, x = [], float(LEFT)
    for name in frameworks:
        parts.append(f"<circle cx='{x:.0f}' cy='16' r='5' fill='{COLOURS[name]}'/>")
        parts.append(_text(x + 9, 20, name))
        x += 22 + 7.2 * len(name)
    return parts


def drawn(content: dict[str, Any], what: str = "time", threads: int = 2) -> str:
    rows = [row for row in content["rows"] if row["threads"] == threads]
    if what == "memory":  # of calls of a few arrays nothing grows
        rows = [row for row in rows if row["workload"] not in SMALL]
    of_workload = {name: [row for row in rows if row["workload"] == name] for name in WORKLOADS}
    found = {name: _dots(of_workload[name], KEYS[what]) for name in WORKLOADS}
    found = {name: dots for name, dots in found.items() if dots}
    axis = _axis_of([ratio for dots in found.values() for ratio in dots.values()])
    lines: list[str] = []
    y, used = float(TOP), set()
    for name, dots in found.items():
        workload = WORKLOADS[name]
        used |= set(dots)
        lines.append(_text(LEFT - 12, y + 14, name, "end"))
        if workload.aim and what == "time":
            x = axis.place(workload.aim)
            lines.append(f"<path d='M{x:.1f} {y + 2} v16' stroke='#d6336c' stroke-width='2'/>")
        for framework in sorted(dots, key=lambda key: (key == "weft", key)):
            radius = 6 if framework == "weft" else 4
            x = axis.place(dots[framework])
            lines.append(
                f"<circle cx='{x:.1f}' cy='{y + 10:.0f}' r='{radius}' "
                f"fill='{COLOURS[framework]}' fill-opacity='0.85'/>"
            )
        y += ROW
    legend = _legend([name for name in COLOURS if name in used])
    title = TITLES[what].format(threads)
    body = [*legend, _text(LEFT, 36, title), *_grid(y, axis), *lines]
    size = f"width='{WIDTH}' height='{y + 8:.0f}' viewBox='0 0 {WIDTH} {y + 8:.0f}'"
    ground = "<rect width='100%' height='100%' fill='white'/>"
    return "\n".join(
        [f"<svg xmlns='http://www.w3.org/2000/svg' {size}>", ground, *body, "</svg>\n"]
    )


if __name__ == "__main__":
    source, target, *what = sys.argv[1:]
    Path(target).write_text(drawn(json.loads(Path(source).read_text("utf-8")), *what), "utf-8")
