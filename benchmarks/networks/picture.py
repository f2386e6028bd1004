"""Draws what run.py measured: each framework's best variant as a ratio to the best peer's time.

    picture.py <networks.json> <picture.svg>

One row a workload, one dot a framework, on a logarithmic axis; left of 1 is ahead of every peer. A
short bar is what Weft aims at.
"""

import json
import math
import sys
from html import escape
from pathlib import Path
from typing import Any

from report import best_peer
from workloads import WORKLOADS

COLOURS = {
    **{"weft": "#d6336c", "torch": "#e8590c", "onnxruntime": "#1971c2", "openvino": "#6741d9"},
    **{"jax": "#2f9e44", "litert": "#f08c00", "mxnet": "#0c8599", "numpy": "#868e96"},
}
WIDTH, LEFT, RIGHT, ROW, TOP = 760, 170, 20, 22, 64
LOW, HIGH = 0.25, 64.0  # of the axis, which ends where the last dot is
STYLE = "font-family='sans-serif' font-size='12'"


def place(ratio: float, high: float) -> float:
    share = math.log(min(max(ratio, LOW), high) / LOW) / math.log(high / LOW)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _dots(rows: list[dict[str, Any]]) -> dict[str, float]:
    """The best variant of each framework, relative to the best peer."""
    peer = best_peer(rows)
    found: dict[str, float] = {}
    for row in rows:
        if peer and "best" in row:
            ratio = row["best"] / peer["best"]
            found[row["framework"]] = min(ratio, found.get(row["framework"], ratio))
    return found


def _text(x: float, y: float, content: str, anchor: str = "start", colour: str = "#343a40") -> str:
    return (
        f"<text x='{x:.0f}' y='{y:.0f}' {STYLE} text-anchor='{anchor}' fill='{colour}'>"
        f"{escape(content)}</text>"
    )


def _axis(bottom: float, high: float) -> list[str]:
    parts, ratio = [], LOW
    while ratio <= high:
        x, colour = place(ratio, high), "#495057" if ratio == 1 else "#dee2e6"
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


def drawn(content: dict[str, Any], threads: int = 2) -> str:
    rows = [row for row in content["rows"] if row["threads"] == threads]
    found = {name: _dots([row for row in rows if row["workload"] == name]) for name in WORKLOADS}
    found = {name: dots for name, dots in found.items() if dots}
    most = max((ratio for dots in found.values() for ratio in dots.values()), default=2.0)
    high = min(max(2.0 ** math.ceil(math.log2(most)), 2.0), HIGH)
    lines: list[str] = []
    y, used = float(TOP), set()
    for name, dots in found.items():
        workload = WORKLOADS[name]
        used |= set(dots)
        lines.append(_text(LEFT - 12, y + 14, name, "end"))
        if workload.aim:
            x = place(workload.aim, high)
            lines.append(f"<path d='M{x:.1f} {y + 2} v16' stroke='#d6336c' stroke-width='2'/>")
        for framework in sorted(dots, key=lambda key: (key == "weft", key)):
            radius = 6 if framework == "weft" else 4
            x = place(dots[framework], high)
            lines.append(
                f"<circle cx='{x:.1f}' cy='{y + 10:.0f}' r='{radius}' "
                f"fill='{COLOURS[framework]}' fill-opacity='0.85'/>"
            )
        y += ROW
    legend = _legend([name for name in COLOURS if name in used])
    title = f"time as a ratio to the best peer's, {threads} threads: less is faster; bars are aims"
    body = [*legend, _text(LEFT, 36, title), *_axis(y, high), *lines]
    size = f"width='{WIDTH}' height='{y + 8:.0f}' viewBox='0 0 {WIDTH} {y + 8:.0f}'"
    ground = "<rect width='100%' height='100%' fill='white'/>"
    return "\n".join(
        [f"<svg xmlns='http://www.w3.org/2000/svg' {size}>", ground, *body, "</svg>\n"]
    )


if __name__ == "__main__":
    source, target = sys.argv[1:]
    Path(target).write_text(drawn(json.loads(Path(source).read_text("utf-8"))), "utf-8")
